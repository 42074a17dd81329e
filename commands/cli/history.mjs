import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const history = (program) =>
  forEnvironment(program.command("history"))
    .summary("print what happened to an environment's releases")
    .description(
      "Prints the deploys, rollbacks, verifications, scans and holds of an environment, the newest first. They come from the records in the environment's project, which no deploy can change.",
    )
    .wholeNumberOption("--last <n>", "only the newest n of them", { least: 1, most: 10_000 })
    .option("--json", "print all fields of the records as JSON, the oldest first")
    .examples([["npx slipway history production --last 20"], ["npx slipway history staging --json"]])
    .action(async (environment, options) => (await load("history.ts")).main(environment, options));
