import { load } from "./command.mjs";

export const parity = (program) =>
  program
    .command("parity")
    .summary("list what environments differ in from production")
    .description(
      "Compares each environment of each system with the system's production: what differs, and whether the environment's file declares it as deliberate, with a reason (differences). Places, names and operators always differ and are left out. A difference that is not declared is a failure, and so is a declared one that is none.",
    )
    .option("--json", "print the differences as JSON")
    .examples([
      ["npx slipway parity"],
      ["npx slipway parity --json", "the differences of every environment, for a program"],
    ])
    .action(async (options) => (await load("parity.ts")).main(options));
