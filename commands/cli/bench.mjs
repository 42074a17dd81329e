import { load } from "./command.mjs";

export const bench = (program) =>
  program
    .command("bench")
    .summary("measure how long synthesis takes")
    .description("Measures how long synthesis takes, as ratios to what it is compared with.")
    .option("--json", "print the ratios as JSON")
    .examples([["npx slipway bench", "takes about a minute, on a machine that does nothing else"]])
    .action(async (options) => (await load("bench.ts")).main(options));
