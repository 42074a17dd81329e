import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { environmentOf, InvalidConfiguration, load } from "../../schema/load";
import { describe, type Problem } from "../../schema/problem";
import { report } from "../../schema/report";
import type { Listed } from "../../stacks/protection";
import { planProblems } from "./plan-problems";
import { printedBy, terraform } from "./run";

const ROOT = path.resolve(__dirname, "..", "..");

/** Options of `terraform apply` that apply to a saved plan, too. The others are in the plan. */
const OF_APPLY = /^-(parallelism|lock|lock-timeout|no-color|compact-warnings)(=|$)/;

/**
 * Runs Terraform with the arguments that cdktf gives it; returns the exit code. An apply or a destroy becomes a plan, a
 * look into the plan, and an apply of exactly this plan. A plan that deletes what is protected is not applied.
 */
export async function gate(args: readonly string[]): Promise<number> {
  try {
    const [command = "", ...options] = args;
    if (command === "plan") return await plan(options);
    if (command === "apply" || command === "destroy") return await apply(command, options);
    return await terraform(args);
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) console.error(error instanceof Error ? error.message : error);
    else report(error);
    return 1;
  }
}

async function plan(options: readonly string[]): Promise<number> {
  const code = await terraform(["plan", ...options]);
  const file = options[options.indexOf("-out") + 1];
  if (code !== 0 || !options.includes("-out") || !file) return code;
  return (await refused(file, options.includes("-destroy"))) ? 1 : 0;
}

async function apply(command: "apply" | "destroy", options: readonly string[]): Promise<number> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "plan-")); // nobody else can read it
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const file = path.join(folder, "plan");
    const destroys = command === "destroy" || options.includes("-destroy");
    const [approves, others] = [options.includes("-auto-approve"), options.filter((it) => it !== "-auto-approve")];
    const code = await terraform([
      "plan",
      "-input=false",
      "-detailed-exitcode",
      `-out=${file}`,
      ...(command === "destroy" ? ["-destroy"] : []),
      ...others,
    ]);
    const changes = code === 2;
    if (code !== 0 && !changes) return code;
    if (await refused(file, destroys)) return 1;
    if (changes && !approves && !(await approved(destroys))) return 1;
    return await terraform(["apply", "-input=false", ...others.filter((it) => OF_APPLY.test(it)), file]);
  } finally {
    remove();
  }
}

/** Whether a plan must not be applied. Prints a line for each reason. */
async function refused(file: string, destroys: boolean): Promise<boolean> {
  const problems = planProblems(JSON.parse(await printedBy(["show", "-json", file])), await listed(), destroys);
  if (problems.length) console.error(said(problems));
  return problems.length > 0;
}

const said = (problems: readonly Problem[]): string =>
  `\n${problems.length} ${problems.length === 1 ? "problem" : "problems"} in the plan; nothing was applied.\n${problems.map(describe).join("\n")}\n`;

/** What is protected in the stack of this folder: its state's prefix names it. */
async function listed(): Promise<Listed> {
  const { prefix } = JSON.parse(readFileSync("cdk.tf.json", "utf8")).terraform.backend.gcs;
  const [system, stack] = String(prefix).split("/") as [string, string];
  const configuration = await load(ROOT, system, process.env);
  const { environment, protectedList = { addresses: [], removed: {} } } = environmentOf(configuration, stack);
  return { system, environment: stack, allowDestroy: environment.allowDestroy, list: protectedList };
}

/** Asks as Terraform does, because cdktf recognizes the question and answers it. */
async function approved(destroys: boolean): Promise<boolean> {
  const question = destroys ? "Do you really want to destroy all resources?" : "Do you want to perform these actions?";
  console.log(`\n${question}\n  Only 'yes' will be accepted to approve.\n`);
  const terminal = createInterface({ input: process.stdin });
  const answer = await Promise.race([
    terminal[Symbol.asyncIterator]().next(),
    new Promise<{ value?: string }>((resolve) => terminal.once("close", () => resolve({}))),
  ]);
  terminal.close();
  if (answer.value?.trim() === "yes") return true;
  console.log(destroys ? "Destroy cancelled." : "Apply cancelled.");
  return false;
}
