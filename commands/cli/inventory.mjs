import { load } from "./command.mjs";

export const inventory = (program) =>
  program
    .command("inventory")
    .summary("renew the lists of what stacks declare")
    .description(
      "Synthesizes every system's stacks and writes what they declare into __tests__/inventories: for each address the values that matter, and a hash of the rest. Tests compare the stacks with these files.",
    )
    .option("--json", "print what was written as JSON")
    .examples([["npx slipway inventory"], ["npx slipway inventory --json", "all changed addresses, for a program"]])
    .action(async (options) => (await load("inventory.ts")).main(options));
