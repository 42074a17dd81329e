import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const secrets = (program) =>
  forEnvironment(program.command("secrets"))
    .summary("list the secrets that people supply")
    .description(
      "Lists the secrets that a person supplies, each with the gcloud commands for bash that add it. The number of the version that gcloud prints is the secret's generation: if it is not 1, write it into the environment's file (generations). For a value of several lines, write it into a file and use --data-file=FILE.",
    )
    .option("--json", "print the secrets as JSON")
    .examples([
      ["npx slipway secrets staging"],
      ["npx slipway secrets production --json", "the secrets' names and versions, for a program"],
    ])
    .action(async (environment, options) => (await load("secrets.ts")).main(environment, options));
