import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { toTheEnd } from "../schema/finish";
import { existing } from "./bootstrap/existing";
import { accessToken, gcloud, inShell, patiently } from "./bootstrap/gcloud";
import { reader } from "./bootstrap/google-api";
import { bootstrapLines } from "./bootstrap/lines";
import { checkBilling, left, PREPARATIONS } from "./bootstrap/preparations";
import { Workspace } from "./bootstrap/workspace";
import { type Context, contextOf } from "./context";
import { Refused } from "./refused";
import { suppliedSecrets } from "./secrets";

const ROOT = path.resolve(__dirname, "..");

interface Asked {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly print?: boolean;
}

const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function prepare(context: Context, asked: Asked): Promise<void> {
  const { systemName: system, environmentName, environment } = context;
  const { project } = environment;

  step(1, `Check the project ${project}`);
  await checkBilling(gcloud, context);
  for (const preparations of PREPARATIONS) {
    const todo = await patiently(() => left(gcloud, context, preparations), sleep);
    if (!todo.length) continue;
    for (const { what, calls } of todo) console.log([`# ${what}`, ...calls.map(inShell)].join("\n"));
    if (asked.dryRun) {
      console.log("\nMore can be planned after these commands. Nothing was changed.");
      return;
    }
    await confirm("Run these commands?", asked);
    for (const call of todo.flatMap(({ calls }) => calls)) {
      console.log(inShell(call));
      await patiently(() => gcloud(...call), sleep);
    }
  }

  step(2, "Find what exists");
  const number = await gcloud("projects", "describe", project, "--format=value(projectNumber)");
  const reading = async () => reader(await accessToken(), { id: project, number });
  const workspace = new Workspace(path.join(ROOT, "bootstrap.out", system, environmentName), reading);
  const stack = await synthesized(context);
  await patiently(() => workspace.open(stack), sleep);
  const found = await patiently(async () => existing(await reading(), JSON.parse(stack).resource), sleep);
  workspace.adopt(found);
  console.log(`The state is in ${workspace.place}. ${found.length} of the stack's resources exist.`);

  step(3, "Plan");
  const changes = await patiently(() => workspace.plan(), sleep);
  if (asked.dryRun) {
    console.log("Nothing was changed.");
    return;
  }
  step(4, "Apply");
  if (changes) {
    await confirm("Apply this plan?", asked);
    let isPlanned = true;
    await patiently(async () => {
      if (!isPlanned) await workspace.plan(); // a plan can be applied once
      isPlanned = false;
      await workspace.apply();
    }, sleep);
  }

  step(5, "Move the state into its bucket");
  if (workspace.isLocal) await workspace.moveState();
  console.log(`The state is in ${workspace.place}.`);

  console.log(`\n${project} is ready. The rest needs no administrator:`);
  for (const line of next(context)) console.log(`  ${line}`);
}

/** The bootstrap stack's JSON. */
async function synthesized(context: Context): Promise<string> {
  const { synthesizeBootstrap } = await import("../stacks/synthesize"); // the bindings load slowly
  const out = mkdtempSync(path.join(os.tmpdir(), "bootstrap-"));
  try {
    return synthesizeBootstrap(context, out);
  } finally {
    rmSync(out, { recursive: true });
  }
}

const step = (n: number, what: string): void => console.log(`\n--- ${n}/5 ${what}`);

/** @throws Refused unless a person says yes */
async function confirm(question: string, { yes }: Asked): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new Refused(`${question} Nobody can answer, because the input is no terminal. Use --yes, or --dry-run.`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve(""))); // Ctrl-C or Ctrl-D
    const answer = await Promise.race([terminal.question(`\n${question} Only 'yes' is accepted: `), closed]);
    if (answer.trim() !== "yes") throw new Refused("Nothing more was changed.");
  } finally {
    terminal.close();
  }
}

/** What to do next. */
const next = (context: Context): string[] => {
  const { systemName: system, environmentName } = context;
  return [
    ...(suppliedSecrets(context).length
      ? [`SYSTEM=${system} npm run secrets -- ${environmentName}   # prints the commands that add values of secrets`]
      : []),
    `SYSTEM=${system} npm run release -- ${environmentName} ...   # writes the first release`,
    `SYSTEM=${system} npm run deploy -- ${environmentName}`,
  ];
};

export const main = (environmentName: string, asked: Asked): Promise<void> =>
  toTheEnd(async () => {
    const context = await contextOf(environmentName);
    if (asked.print) return console.log(bootstrapLines(context).join("\n"));
    try {
      await prepare(context, asked);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      console.error(`\n${error.message}\nTo continue, run the same command again.`);
      process.exitCode = 1;
    }
  });
