import { applyOptions, cdktf } from "./cdktf.mjs";
import { toPath } from "./command.mjs";

export const deploy = (program) =>
  cdktf(applyOptions(program.command("deploy")))
    .summary("deploy an environment")
    .description(
      "Synthesizes the stacks, shows Terraform's plan, asks for approval and applies the plan. A plan that deletes what is protected is not applied. In CI, a deploy of production requires the system's name.",
    )
    .option("--outputs-file <file>", "write the stacks' outputs to a file, as JSON", toPath)
    .option("--outputs-file-include-sensitive-outputs", "write sensitive outputs, too")
    .option("--refresh-only", "only bring the state up to date")
    .examples([
      ["npx slipway deploy staging"],
      ["npx slipway deploy production --system pmcrm --auto-approve", "as CI does it"],
    ]);
