import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { readFiles, releaseFile } from "../schema/files";
import { environmentOf } from "../schema/load";
import { npmRun } from "../schema/npm-run";
import { refuseUnnamedSystem } from "../schema/refusals";
import type { Pointer } from "../schema/release";
import { cdktf } from "./cdktf";
import { sleep } from "./cluster-jobs";
import { configurationFor } from "./context";
import { prometheusOf } from "./prometheus";
import { recordsIn } from "./records/records";
import { orRefused, Refused } from "./refused";
import { type Limits, queriesOf } from "./releases/analysis";
import { changed, check, runs, write } from "./releases/files";
import { stepsOf, type Walk, walk, watchedAt } from "./releases/walk";
import { printer } from "./terminal";

const ROOT = path.resolve(__dirname, "..");

interface Asked extends Limits {
  readonly patience: number;
  readonly autoApprove?: boolean;
  readonly dryRun?: boolean;
}

/** Walks the candidate of an environment to all requests, and sets the exit code. */
async function canary(environmentName: string, { autoApprove, dryRun, patience, ...limits }: Asked): Promise<void> {
  const configuration = await configurationFor(environmentName);
  const { name: systemName } = configuration;
  const files = environmentOf(configuration, environmentName);
  const { stable, candidate, share = 0 } = files.pointer;
  if (candidate === undefined)
    throw new Refused(
      `${environmentName} has no candidate. ${npmRun(systemName, "release", environmentName, "--candidate")} names one; see docs/candidates.md`,
    );
  const { system } = files;
  const plan: Walk = { systemName, system, environmentName, stable, candidate, share, limits, patience };
  for (const line of said(plan, dryRun)) console.log(line);
  if (dryRun) return console.log("Nothing was changed (--dry-run).");
  refuseUnnamedSystem(configuration, process.env, () => [["cdktf", "deploy", environmentName]]);
  if (!autoApprove && (await ask("Type yes to let it walk: ")) !== "yes")
    throw new Refused("The walk is not approved. Without a terminal, --auto-approve says that it is.");

  const folder = mkdtempSync(path.join(os.tmpdir(), "canary-")); // nobody else can read it
  try {
    process.exitCode = await walk(plan, {
      records: recordsIn(configuration, environmentName),
      prometheus: prometheusOf({ systemName, environmentName, ...files }, folder),
      print: printer(process.stdout),
      shift: (to) => shift(plan, to),
      deploy: (step) => cdktf("deploy", [environmentName], ["--auto-approve"], { step }),
      wait: sleep,
      ask,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Lines that say what a walk does. */
function said({ system, environmentName, stable, candidate, share, limits }: Walk, withQueries = false): string[] {
  const left = stepsOf(system).filter((step) => step > share);
  const { others } = watchedAt(system, 100);
  return [
    `${candidate} gets ${[...(share ? [`${share} (now)`] : []), ...left].join(", ")} % of ${environmentName}'s requests, beside ${stable}. Each step changes shares alone.`,
    `A step passes after ${limits.successes} measurements in a row with ${limits.requests} requests to each release, in which it does no worse.`,
    ...others.map((name) => `Nobody watches ${name}, which has no metrics.requests.`),
    ...(withQueries
      ? watchedAt(system, 100).watched.flatMap((service) =>
          (["candidate", "stable"] as const).flatMap((track) =>
            Object.entries(queriesOf(service, track)).map(
              ([what, query]) => `  ${service.name} ${track} ${what}: ${query}`,
            ),
          ),
        )
      : []),
  ];
}

/** Writes another share into the environment's file. @throws Refused if it names other releases than before */
async function shift({ systemName, environmentName, stable, candidate }: Walk, share: number): Promise<void> {
  const { raw } = await readFiles(ROOT, systemName);
  const before = runs(systemName, raw, environmentName);
  if (before.stable !== stable || before.candidate !== candidate)
    throw new Refused(`${releaseFile(systemName, environmentName)} names other releases than when the walk began.`);
  const change = { environment: environmentName, pointer: { ...(before as Pointer), share } };
  check(systemName, changed(raw, change), [environmentName]);
  write(ROOT, systemName, change);
}

/** What a person answers; undefined without a terminal. */
async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}

export const main = (...call: Parameters<typeof canary>): Promise<void> => orRefused(() => canary(...call));
