import { load, toPath } from "./command.mjs";
import { forSystem } from "./environment.mjs";

/** A command of cdktf, with the options of cdktf 0.21 that all of them have. */
export const cdktf = (command) => forSystem(command).action(() => forward(command));

/** Adds the options of the commands that run Terraform. */
export const terraformOptions = (command) =>
  command
    .wholeNumberOption("--terraform-parallelism <n>", "resources that Terraform works on at a time", {
      least: 1,
      most: 1000,
    })
    .manyOption("--var <name=value>", "a variable of the stack; can be repeated")
    .option("--var-file <file>", "a file with variables of the stack; can be repeated", (text, before = []) => [
      ...before,
      toPath(text),
    ])
    .option("--no-color", "print no colour, as without a terminal or with the variable NO_COLOR")
    .option("--skip-synth", "use the stacks of an earlier synthesis")
    .option("--skip-provider-lock", "do not run terraform providers lock");

/** Adds the options of the commands that change something. */
export const applyOptions = (command) =>
  terraformOptions(
    command.argument("[environments...]", "names of environments of the system, or patterns such as prod*"),
  )
    .option("--auto-approve", "do not ask for approval")
    .wholeNumberOption("--parallelism <n>", "environments that are worked on at a time", { least: 1, most: 100 })
    .option("--ignore-missing-stack-dependencies", "leave out stacks that the named ones depend on");

/** Options that are not cdktf's. */
const OWN = ["system", "approved", "allow", "summaryFile", "dryRun"];

/** Runs cdktf with what was given, in its own words. */
async function forward(command) {
  const { approved, allow, summaryFile, dryRun } = command.opts();
  if (summaryFile) process.env.SLIPWAY_SUMMARY_FILE = summaryFile; // for the gate, which cdktf starts
  const options = command.options.flatMap((option) => {
    const key = option.attributeName();
    const value = command.opts()[key];
    if (OWN.includes(key) || command.getOptionValueSource(key) !== "cli") return [];
    if (typeof value === "boolean") return [option.long];
    return [value].flat().flatMap((it) => [option.long, String(it)]);
  });
  await (await load("cdktf.ts")).main(command.name(), command.args, options, { approved, allow, dryRun });
}
