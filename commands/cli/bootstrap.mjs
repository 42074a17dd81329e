import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const bootstrap = (program) =>
  forEnvironment(program.command("bootstrap"))
    .summary("prepare a project, or bring it up to date")
    .description(
      "Prepares a project for an environment, as an administrator of the project: enables APIs, and applies the environment's bootstrap stack. It asks before it changes anything, continues where an earlier run ended, and takes over what exists.",
    )
    .option("--dry-run", "show what would change")
    .option("--yes", "ask nothing")
    .option("--print", "print gcloud commands that do the most important parts by hand")
    .examples([
      ["npx slipway bootstrap staging"],
      ["npx slipway bootstrap staging --dry-run", "changes nothing"],
      ["npx slipway bootstrap production --system pmcrm", "of another system than the checkout's"],
    ])
    .action(async (environment, options) => (await load("bootstrap.ts")).main(environment, options));
