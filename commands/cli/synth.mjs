import { cdktf } from "./cdktf.mjs";

export const synth = (program) =>
  cdktf(program.command("synth"))
    .summary("write the Terraform JSON of all environments")
    .description("Validates the system's files and writes the stacks of all its environments into cdktf.out.")
    .examples([
      ["npx slipway synth", "the system that cdktf.json names"],
      ["npx slipway synth --system enterprise", "another system"],
    ]);
