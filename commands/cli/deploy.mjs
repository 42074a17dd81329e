import { applyOptions, cdktf } from "./cdktf.mjs";
import { toPath } from "./command.mjs";

export const deploy = (program) =>
  cdktf(applyOptions(program.command("deploy")))
    .summary("deploy an environment")
    .description(
      "Synthesizes the stacks, shows Terraform's plan, asks for approval and applies the plan. A plan that deletes what is protected is not applied. A plan that changes more than a release may needs --allow. In CI, a deploy of production requires the system's name and the plan's hash.",
    )
    .option("--approved <hash>", "apply the plan that slipway diff printed with this hash, and no other; do not ask")
    .manyOption(
      "--allow <what>",
      "let the plan change a category, such as network, or delete what holds data, destroy:<address>; can be repeated",
    )
    .option("--dry-run", "plan, check what a deploy checks, and change nothing")
    .option("--outputs-file <file>", "write the stacks' outputs to a file, as JSON", toPath)
    .option("--outputs-file-include-sensitive-outputs", "write sensitive outputs, too")
    .option("--refresh-only", "only bring the state up to date")
    .examples([
      ["npx slipway deploy staging"],
      ["npx slipway deploy staging --dry-run", "says whether the deploy would be refused, and what it would do"],
      ["npx slipway deploy staging --allow network --allow monitoring"],
      ["npx slipway deploy production --system pmcrm --approved <hash>", "as CI does it"],
    ]);
