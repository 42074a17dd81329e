import path from "node:path";
import type { EnvironmentInput } from "../schema/environment";
import { type Raw, releaseFile } from "../schema/files";
import { type Configuration, environmentOf, InvalidConfiguration, validate } from "../schema/load";
import type { Pointer, Release } from "../schema/release";
import { sleep } from "./cluster-jobs";
import { writable } from "./context";
import { person } from "./git";
import type { Event } from "./records/event";
import { current, deploys, migratedBy, standing, succeeded } from "./records/history";
import { orRefused, Refused } from "./refused";
import { recordsIn } from "./releases/deploying";
import { changes, releaseDifferences } from "./releases/differences";
import { changed, check, remembering, runs, write } from "./releases/files";
import { newerThan, releaseProblems } from "./releases/rules";
import { isOf, lifeOf, lockOf, ownerOf, refuseLocked, stateOf, unfinished } from "./terraform/state-lock";

const ROOT = path.resolve(__dirname, "..");

interface Asked {
  readonly to?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly autoApprove?: boolean;
  /** What else than a release the deploy may change. */
  readonly allow?: readonly string[];
  /** Whether a deploy that runs is stopped first. */
  readonly abort?: boolean;
}

/** Brings an environment back to a release that ran there, with the configuration that it had. */
async function rollback(
  environmentName: string,
  { to, reason, dryRun, autoApprove, allow, abort }: Asked,
): Promise<void> {
  const { systemName: system, raw } = await writable(environmentName);
  const before = runs(system, raw, environmentName);
  const today = validate(system, raw, process.env);
  const records = recordsIn(today, environmentName);
  if (abort && !dryRun) await stop(today, environmentName, await records.list());
  const events = await records.list();
  // The file can name something else than what runs: a checkout can be old, and a rollback can have failed halfway.
  const { release: ran, candidate } = deploys(events).at(-1)?.begun ?? { release: before.stable as string };
  const target = to ?? (goesBack(before, events) ? before.stable : candidate ? ran : lastVerified(events, ran));
  if (target === undefined)
    throw new Refused(
      `No other release was verified in ${environmentName}. Name one with --to: ${ranHere(events, ran).join(", ") || "none has run here"}.`,
    );
  if (!Object.hasOwn(raw.releases, target))
    throw new Refused(`${releaseFile(system, target)} is not here. Check out a commit that has the file.`);
  const leaves = [candidate, ran].filter((id): id is string => id !== undefined && id !== target);

  const pointer = remembering(raw, before, back(raw, environmentName, { before, events, target, leaves }));
  const change = { environment: environmentName, pointer };
  const files = changed(raw, change);
  check(system, files, [environmentName]);
  const configuration = validate(system, files, process.env);
  const wrong = refusals(configuration, environmentName, events);
  if (wrong.length) throw new InvalidConfiguration(wrong);

  console.log(`${environmentName} goes back from ${leaves[0] ?? ran} to ${target}:`);
  for (const line of restores(raw, environmentName, ran, before, pointer)) console.log(line);
  if (dryRun) return console.log("Nothing was changed (--dry-run).");
  const why = reason ?? `rolled back in ${environmentName}`;
  for (const release of leaves.filter((id) => !standing(events, id).held)) {
    await records.add({ kind: "hold", at: new Date().toISOString(), by: person(), release, reason: why });
    console.log(`${release} is held: ${why}. npm run unhold -- ${environmentName} ${release} lifts the hold.`);
  }
  write(ROOT, system, change);
  console.log(`${releaseFile(system, environmentName)} names ${target}. Commit the file when this deploy has ended.`);
  process.env.SYSTEM = system;
  const { main } = await import("./cdktf");
  // The lock of the providers would be asked for at their registry.
  const options = ["--skip-provider-lock", ...(autoApprove ? ["--auto-approve"] : [])];
  await main("deploy", [environmentName], options, { allow, rollback: true });
}

/** Seconds between two looks at a lock, and for how long it is looked at. A deploy that is asked to stop finishes what it has begun. */
const LOOK = 5;
const PATIENCE = 30 * 60;

/**
 * Stops the deploy that holds the lock of the environment's state, once, and waits until it has ended.
 * @throws Refused if it cannot be stopped from here, or does not end
 */
async function stop(configuration: Configuration, environmentName: string, events: readonly Event[]): Promise<void> {
  const { environment } = environmentOf(configuration, environmentName);
  const state = stateOf(`${configuration.name}/${environmentName}`, environment);
  const lock = await lockOf(state);
  if (!lock) return console.log("No deploy is running.");
  const deploy = unfinished(events);
  if (!deploy || !isOf(lock, deploy) || (await lifeOf(deploy)) !== "alive")
    return refuseLocked(state, events, environmentName);
  console.log(ownerOf(state, lock, deploy));
  const { url, pid } = deploy.runner;
  if (url) console.log(`Cancel its run: ${url}`);
  else process.kill(pid, "SIGTERM"); // Terraform finishes what it has begun
  console.log("Waits until it has ended.");
  for (let waited = 0; waited < PATIENCE; waited += LOOK) {
    await sleep(LOOK);
    if (!(await lockOf(state))) return;
    if ((await lifeOf(deploy)) === "dead") return refuseLocked(state, events, environmentName);
  }
  throw new Refused(`It has not ended after ${PATIENCE / 60} minutes. Nothing was changed.`);
}

/** Whether the file is that of a rollback that has not succeeded yet: to do it again goes to the same release. */
const goesBack = ({ stable, left = [] }: Partial<Pointer>, events: readonly Event[]): boolean =>
  left.length > 0 && current(events)?.begun.release !== stable;

/** The release that was verified here last, other than one, and that nothing holds. */
function lastVerified(events: readonly Event[], bad: string): string | undefined {
  return deploys(events)
    .filter(succeeded)
    .map(({ begun }) => begun.release)
    .findLast((id) => {
      const { verified, held } = standing(events, id);
      return id !== bad && verified && !held;
    });
}

/** Releases that ran here and are not held, the last one first. */
const ranHere = (events: readonly Event[], bad: string): string[] => [
  ...new Set(
    deploys(events)
      .filter(succeeded)
      .map(({ begun }) => begun.release)
      .filter((id) => id !== bad && !standing(events, id).held)
      .reverse(),
  ),
];

interface Back {
  readonly before: Partial<Pointer>;
  readonly events: readonly Event[];
  readonly target: string;
  readonly leaves: readonly string[];
}

/** What the environment is to run: the release, with the database and the variables as they are and as they were. */
function back(raw: Raw, environmentName: string, { before, events, target, leaves }: Back): Pointer {
  const migrated = migratedBy(events);
  const database = migrated && newerThan(events, target).includes(migrated) ? migrated : undefined;
  const then = deploys(events)
    .filter(succeeded)
    .findLast(({ begun }) => begun.release === target)?.begun.variables;
  const own = declared(raw, environmentName);
  const variables = Object.fromEntries(
    Object.entries(then ?? {}).filter(([name, value]) => Object.hasOwn(own, name) && own[name] !== value),
  );
  return {
    ...before,
    stable: target,
    candidate: undefined,
    share: undefined,
    approved: undefined,
    left: [...new Set([...(before.left ?? []), ...leaves])].filter((id) => id !== target),
    database: database === target ? undefined : database,
    variables: Object.keys(variables).length ? variables : undefined,
  };
}

/** What the environment's file gives variables. */
const declared = ({ environments }: Raw, name: string): Readonly<Record<string, string>> =>
  (environments[name] as EnvironmentInput).variables ?? {};

function refusals(configuration: Configuration, environmentName: string, here: readonly Event[]) {
  const { name: systemName, releases } = configuration;
  const files = environmentOf(configuration, environmentName);
  return releaseProblems({ systemName, environmentName, files, releases, rollback: true }, { here }, new Date());
}

/** Lines that say what comes back. */
function restores(raw: Raw, environmentName: string, ran: string, before: Partial<Pointer>, after: Pointer): string[] {
  const [from, to] = [ran, after.stable].map((id) => raw.releases[id] as Release);
  const own = declared(raw, environmentName);
  return [
    ...releaseDifferences(from, to as Release)
      .filter((line) => !line.startsWith("database:"))
      .map((line) => `  ${line}`),
    ...changes("variable of the environment", { ...own, ...before.variables }, { ...own, ...after.variables }).map(
      (line) => `  ${line}`,
    ),
    after.database
      ? `  database: stays as ${after.database} left it. No task changes it until a newer release comes.`
      : "  database: no release after it has changed it.",
    "The program and the rest of the files are as they are in this checkout.",
  ];
}

export const main = (...call: Parameters<typeof rollback>): Promise<void> => orRefused(() => rollback(...call));
