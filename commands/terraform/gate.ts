import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { bootstrapStackName } from "../../facts/names";
import { type Configuration, environmentOf, InvalidConfiguration, load } from "../../schema/load";
import { describe, type Problem } from "../../schema/problem";
import { report } from "../../schema/report";
import { writeWhole } from "../../schema/write";
import type { Listed } from "../../stacks/protection";
import type { Context } from "../context";
import { isBeingMade } from "../records/history";
import { recordsIn } from "../records/records";
import { Deploying } from "../releases/deploying";
import { type Copy, coming, copyImages } from "../releases/images";
import { printer } from "../terminal";
import { approvalProblems, approvalsIn } from "./approvals";
import { keepErrored, pushErrored } from "./errored-state";
import { type Freezes, freezeProblems } from "./frozen";
import { DESTROY, guardProblems, isFirst, wantedBy } from "./guard";
import { isInitialized } from "./initialized";
import { keepCharts, layCharts, takeChartsAway } from "./kept-charts";
import { parallelism } from "./parallelism";
import { planHash } from "./plan-hash";
import { lostByBootstrap, type Plan, planProblems } from "./plan-problems";
import { changesOf, summaryOf } from "./plan-summary";
import { printedBy, terraform } from "./run";
import { changing, migrating, snapshotOf } from "./snapshot";
import { refuseLocked, stateOf } from "./state-lock";

const ROOT = path.resolve(__dirname, "..", "..");

/** What Helm downloads. A rollback takes its charts from here. */
const CHARTS = path.join(ROOT, "cdktf.out", "charts");

/** Options of `terraform apply` that apply to a saved plan, too. The others are in the plan. */
const OF_APPLY = /^-(parallelism|lock|lock-timeout|no-color|compact-warnings)(=|$)/;

/**
 * Runs Terraform with the arguments that cdktf gives it; returns the exit code. An apply or a destroy becomes a plan, a
 * look into the plan, and an apply of exactly this plan. A plan that deletes what is protected is not applied. Neither is one
 * that changes of an environment what nobody has approved.
 */
export async function gate(args: readonly string[]): Promise<number> {
  try {
    const [command = "", ...options] = args;
    if (command === "plan") return await withCharts(() => plan(options));
    if (command === "apply" || command === "destroy") return await withCharts(() => apply(command, options));
    if (command === "init" && approvalsIn(process.env).rollback && isInitialized(stackHere(), process.cwd())) return 0;
    return await terraform(args);
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) console.error(error instanceof Error ? error.message : error);
    else report(error);
    return 1;
  }
}

/** The stack of this folder. */
const stackHere = () => JSON.parse(readFileSync("cdk.tf.json", "utf8"));

/** Whether the first deploy goes on, as far as the records can be read: a plan needs no right to read them. */
const isFirstDeploy = ({ configuration, environmentName }: FilesOfStack): Promise<boolean> =>
  recordsIn(configuration, environmentName)
    .list()
    .then(isBeingMade, () => false);

/** Keeps the charts that Helm downloads, and lets a rollback use those that earlier plans have kept. */
async function withCharts(run: () => Promise<number>): Promise<number> {
  const [stack, folder] = [stackHere(), process.cwd()];
  const kept = keepCharts(CHARTS, process.env);
  takeChartsAway(stack, folder); // those of a rollback that was interrupted
  try {
    if (approvalsIn(process.env).rollback) layCharts(stack, folder, kept);
    return await run();
  } finally {
    takeChartsAway(stack, folder);
  }
}

async function plan(options: readonly string[]): Promise<number> {
  const code = await terraform(["plan", ...options]);
  const file = options[options.indexOf("-out") + 1];
  if (code !== 0 || !options.includes("-out") || !file) return code;
  const shown: Plan = JSON.parse(await printedBy(["show", "-json", file]));
  const [files, destroys] = [await filesOf(), options.includes("-destroy")];
  const failed = said(problemsIn(shown, files, destroys));
  if (isGuarded(files, destroys)) {
    const changesMore = wantedBy(shown);
    const wanted = changesMore.length && (await isFirstDeploy(files)) ? [] : changesMore;
    // cdktf adds the name of a construct to the first address in a line, so the option is not the first.
    const allow = wanted.map((it) => `  ${it.startsWith(DESTROY) ? it.slice(DESTROY.length) : it}: --allow ${it}`);
    const lines = [...summaryOf(shown), ...(wanted.length ? ["a deploy of it needs", ...allow] : [])];
    console.log(["", ...lines].join("\n"));
    // cdktf breaks what is printed into lines of 80 characters, so programs read a file.
    const { SLIPWAY_SUMMARY_FILE: written } = process.env;
    const summary = { plan: planHash(shown), changes: changesOf(shown).length > 0, allow: wanted, lines };
    if (written) writeWhole(written, `${JSON.stringify(summary, null, 2)}\n`);
  }
  return failed ? 1 : 0;
}

async function apply(command: "apply" | "destroy", options: readonly string[]): Promise<number> {
  const begun = new Date();
  const destroys = command === "destroy" || options.includes("-destroy");
  const files = await filesOf();
  const { approved: hash, allow: allowed, rollback, step, dryRun } = approvalsIn(process.env);
  const deploying = isGuarded(files, destroys)
    ? await Deploying.open(files.configuration, files.environmentName, rollback)
    : undefined;
  if (said(deploying?.problems ?? [], "in what is to be deployed")) return 1;
  const state = stateOf(`${files.systemName}/${files.environmentName}`, files.environment);
  if (deploying && !dryRun) {
    await refuseLocked(state, deploying.events, files.environmentName);
    await pushErrored(state);
  }

  const folder = mkdtempSync(path.join(os.tmpdir(), "plan-")); // nobody else can read it
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const file = path.join(folder, "plan");
    const [asks, others] = [!options.includes("-auto-approve"), options.filter((it) => it !== "-auto-approve")];
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
    const shown: Plan = JSON.parse(await printedBy(["show", "-json", file]));
    const problems = [...problemsIn(shown, files, destroys), ...(destroys ? [] : freezeProblems(shown, files))];
    if (deploying) {
      console.log(["", ...summaryOf(shown)].join("\n"));
      // A rollback cannot wait for an approval, and a walk has one: the guard alone says what they may change.
      const isRequired = Boolean(process.env.CI) && files.environment.purpose === "production" && !rollback && !step;
      problems.push(
        ...guardProblems(shown, { allowed, first: isFirst(shown) || isBeingMade(deploying.events), rollback, step }),
        ...approvalProblems(planHash(shown), { approved: hash }, isRequired),
      );
    }
    if (said(problems)) return 1;
    const copies = deploying && !rollback ? coming(files.configuration, files.environmentName, deploying.events) : [];
    if (dryRun) return await wouldDo(shown, files, copies);
    if (changes && asks && !hash && !(await approved(destroys))) return 1;
    await copyImages(copies, printer(process.stdout));
    if (!destroys && !rollback) await keepDatabase(shown, files, begun);
    if (!destroys && said(freezeProblems(shown, files))) return 1; // one can have begun since the plan
    const chosen = destroys ? [] : await parallelism(file, shown, others);
    await deploying?.begin({
      first: isFirst(shown),
      plan: planHash(shown),
      migrates: migrating(shown, files),
      allowed,
    });
    const applied = await terraform([
      "apply",
      "-input=false",
      ...others.filter((it) => OF_APPLY.test(it)),
      ...chosen,
      file,
    ]);
    if (deploying) await keepErrored(state);
    await deploying?.end(applied === 0);
    return applied;
  } finally {
    remove();
  }
}

/** Says what a deploy would do before it applies the plan. */
async function wouldDo(shown: Plan, files: Context, copies: readonly Copy[]): Promise<number> {
  const tasks = changing(shown, files);
  const lines = [
    ...copies.map(({ from, to }) => `It copies ${from} to ${to}, unless that is there.`),
    ...(tasks.length ? [`It keeps the database before ${tasks.join(" and ")} changes it.`] : []),
    "Nothing was changed (--dry-run). No rule refuses this deploy.",
  ];
  console.log(["", ...lines].join("\n"));
  return 0;
}

/** Prints a line for each problem; returns whether there is one. */
function said(problems: readonly Problem[], where = "in the plan"): boolean {
  const { length } = problems;
  if (length)
    console.error(
      `\n${length} ${length === 1 ? "problem" : "problems"} ${where}; nothing was applied.\n${problems.map(describe).join("\n")}\n`,
    );
  return length > 0;
}

interface FilesOfStack extends Context, Freezes {
  readonly configuration: Configuration;
  /** What is listed of an environment's stack. A bootstrap stack has no list. */
  readonly listed?: Listed;
}

/** Whether a plan needs approvals: one that changes an environment, and does not destroy it. */
const isGuarded = ({ listed }: FilesOfStack, destroys: boolean): boolean => listed !== undefined && !destroys;

const problemsIn = (shown: Plan, { listed }: FilesOfStack, destroys: boolean): Problem[] =>
  listed ? planProblems(shown, listed, destroys) : lostByBootstrap(shown);

const NO_LIST = { addresses: [], removed: {} };

/** The files of the stack of this folder: its state's prefix names it. */
async function filesOf(): Promise<FilesOfStack> {
  const { prefix } = stackHere().terraform.backend.gcs;
  const [systemName, stackName] = String(prefix).split("/") as [string, string];
  const configuration = await load(ROOT, systemName, process.env);
  const isBootstrap = stackName.startsWith(bootstrapStackName(""));
  const environmentName = isBootstrap ? stackName.slice(bootstrapStackName("").length) : stackName;
  const files = environmentOf(configuration, environmentName);
  const { environment, protectedList = NO_LIST } = files;
  const { allowDestroy } = environment;
  const listed = { system: systemName, environment: environmentName, allowDestroy, list: protectedList };
  return { systemName, environmentName, ...files, configuration, listed: isBootstrap ? undefined : listed };
}

/** Keeps the database as it is, if the plan runs a task that changes it. @throws if that fails */
async function keepDatabase(shown: Plan, files: Context, begun: Date): Promise<void> {
  const tasks = changing(shown, files);
  if (!tasks.length) return;
  const snapshot = snapshotOf(shown, files);
  const why = `because ${tasks.join(" and ")} will change the database`;
  if (!snapshot) return console.log(`\nNo snapshot is taken, ${why} and database.snapshot names no command.\n`);
  if (process.env.SKIP_SNAPSHOT) return console.log(`\nNo snapshot is taken (SKIP_SNAPSHOT), ${why}.\n`);
  console.log(`\nTakes a snapshot, ${why}: ${snapshot.says}\n`);
  await snapshot.take(begun).catch((error: Error) => {
    throw new Error(
      `${error.message}\nNothing was applied, because there is no snapshot. To deploy without one, set SKIP_SNAPSHOT=1.`,
    );
  });
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
