import { cdktf, terraformOptions } from "./cdktf.mjs";
import { toPath } from "./command.mjs";

export const diff = (program) =>
  cdktf(terraformOptions(program.command("diff").argument("[environment]", "name of an environment of the system")))
    .summary("show what a deploy would change")
    .description(
      "Synthesizes the stacks and shows Terraform's plan of one, with its hash and the approvals that a deploy needs. A plan that deletes what is protected fails.",
    )
    .option("--refresh-only", "only compare the state with what exists")
    .option("--summary-file <file>", "write the plan's hash and summary to a file, as JSON", toPath)
    .examples([
      ["npx slipway diff staging"],
      ["npx slipway diff production --summary-file plan.json", "for a program"],
    ]);
