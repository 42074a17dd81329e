import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const bootstrap = (program) =>
  forEnvironment(program.command("bootstrap"))
    .summary("print the commands that prepare an empty project")
    .description(
      "Prints the gcloud lines that make an empty project ready for the first deploy. Read them, then run them one by one.",
    )
    .examples([
      ["npx slipway bootstrap staging"],
      ["npx slipway bootstrap production --system pmcrm", "of another system than the checkout's"],
    ])
    .action(async (environment) => (await load("bootstrap.ts")).main(environment));
