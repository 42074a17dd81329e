import { cdktf, terraformOptions } from "./cdktf.mjs";

export const diff = (program) =>
  cdktf(terraformOptions(program.command("diff").argument("[environment]", "name of an environment of the system")))
    .summary("show what a deploy would change")
    .description(
      "Synthesizes the stacks and shows Terraform's plan of one, with its hash and the approvals that a deploy needs. A plan that deletes what is protected fails.",
    )
    .option("--refresh-only", "only compare the state with what exists")
    .examples([["npx slipway diff staging"]]);
