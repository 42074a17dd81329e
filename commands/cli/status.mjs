import { load } from "./command.mjs";
import { forSystem } from "./environment.mjs";

export const status = (program) =>
  forSystem(
    program.command("status").argument("[environment]", "name of an environment; without it, all of the system"),
  )
    .summary("print what environments run")
    .description(
      "Prints which release each environment runs, whether it is verified and scanned, which releases are held, and whether a deploy has not ended. The answer comes from the records of deploys, not from the files of this checkout.",
    )
    .option("--json", "print the answer as JSON")
    .examples([["npx slipway status"], ["npx slipway status production --json"]])
    .action(async (environment, options) => (await load("status.ts")).main(environment, options));
