import { load } from "./command.mjs";

export const progress = (program) =>
  program
    .command("progress")
    .summary("renew progress.md: which modules are deployed where")
    .description(
      "Writes progress.md: which modules of each system are planned, in progress or deployed, with their releases, as the files of systems, environments and releases say. Tests compare the page with the files.",
    )
    .option("--json", "print the modules as JSON, and leave the page as it is")
    .examples([["npx slipway progress"], ["npx slipway progress --json", "the state of every module, for a program"]])
    .action(async (options) => (await load("progress.ts")).main(options));
