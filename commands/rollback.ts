import path from "node:path";
import { InvalidArgumentError } from "commander";
import type { EnvironmentInput } from "../schema/environment";
import { type Raw, releaseFile } from "../schema/files";
import { type Configuration, environmentOf, InvalidConfiguration, validate } from "../schema/load";
import { npmRun } from "../schema/npm-run";
import type { Pointer, Release } from "../schema/release";
import { sleep } from "./cluster-jobs";
import { checkRelease, type Writable, writable } from "./context";
import { person } from "./git";
import { checkReason } from "./reason";
import type { Event } from "./records/event";
import { current, type Deploy, deploys, migratedBy, standing, succeeded } from "./records/history";
import { recordsIn } from "./records/records";
import { orRefused, Refused } from "./refused";
import { changes, releaseDifferences } from "./releases/differences";
import { changed, check, remembering, runs, write } from "./releases/files";
import { newerThan, proposedIn, releaseProblems } from "./releases/rules";
import { misusesOf } from "./terraform/approvals";
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
async function rollback(environmentName: string, asked: Asked): Promise<void> {
  const { reason, dryRun, autoApprove, allow, abort } = asked;
  checkReason("--reason", reason);
  const misuses = misusesOf({ allow }, [environmentName]);
  if (misuses.length) throw new InvalidArgumentError(misuses.join("\n"));
  const files = await writable(environmentName);
  const { systemName: system, raw } = files;
  const today = validate(system, raw, process.env);
  const records = recordsIn(today, environmentName);
  // A rollback that would be refused stops no deploy.
  let way = wayBack(files, today, environmentName, await records.list(), asked);
  if (abort) await stop(today, environmentName, way.events, dryRun);
  if (abort && !dryRun) way = wayBack(files, today, environmentName, await records.list(), asked);

  const { events, target, leaves, before, pointer } = way;
  console.log(`${environmentName} goes back from ${leaves[0] ?? target} to ${target}:`);
  for (const line of restores(raw, environmentName, leaves[0] ?? target, before, pointer)) console.log(line);
  if (dryRun) return console.log("Nothing was changed (--dry-run).");
  const file = releaseFile(system, environmentName);
  const unhold = (id: string) => npmRun(system, "unhold", environmentName, id, "--reason '<why>'");
  for (const release of leaves.filter((id) => !standing(events, id).held)) {
    const why = reason ?? `rolled back in ${environmentName}`;
    await records.add({ kind: "hold", at: new Date().toISOString(), by: person(), release, reason: why });
    console.log(`${release} is held: ${why}. ${unhold(release)} lifts the hold.`);
  }
  write(ROOT, system, { environment: environmentName, pointer });
  console.log(`${file} names ${target}. Commit the file when this deploy has ended.`);
  process.env.SYSTEM = system;
  const { main } = await import("./cdktf");
  // The lock of the providers would be asked for at their registry.
  const options = ["--skip-provider-lock", ...(autoApprove ? ["--auto-approve"] : [])];
  await main("deploy", [environmentName], options, { allow, rollback: true });
  if (!process.exitCode) return;
  console.error(
    [
      `The rollback has not succeeded. ${file} names ${target}, and ${leaves.join(" and ") || "nothing"} is held.`,
      `To go on, run the same command again. To give up, restore the file with git, and lift the hold:`,
      ...leaves.map((id) => `  ${unhold(id)}`),
    ].join("\n"),
  );
}

/** What a rollback would do. */
interface Way {
  readonly events: readonly Event[];
  readonly before: Partial<Pointer>;
  /** The release that comes back. */
  readonly target: string;
  /** The releases that are left, the worst one first. */
  readonly leaves: readonly string[];
  /** What the environment's file then says. */
  readonly pointer: Pointer;
}

/**
 * Where a rollback goes to.
 * @throws Refused if there is nothing to go back to
 * @throws InvalidArgumentError if the release in `to` is none
 * @throws InvalidConfiguration if a rule refuses it
 */
function wayBack(
  { systemName: system, raw }: Writable,
  today: Configuration,
  environmentName: string,
  events: readonly Event[],
  { to }: Asked,
): Way {
  const before = runs(system, raw, environmentName);
  // The file can name something else than what runs: a checkout can be old, and a rollback can have failed halfway.
  const all = deploys(events);
  const failed = all.at(-1);
  const isFailed = (deploy: Deploy | undefined) => deploy?.begun.rollback === true && !succeeded(deploy);
  const again =
    isFailed(failed) && !standing(events, String(failed?.begun.release)).held ? failed?.begun.release : undefined;
  const { release: ran, candidate } = all.findLast((it) => !isFailed(it))?.begun ?? {
    release: before.stable as string,
  };
  const target =
    to ?? again ?? (goesBack(before, events) ? before.stable : candidate ? ran : lastVerified(events, ran));
  if (target === undefined) throw new Refused(nowhere(system, environmentName, events, ran));
  const isKnown = all.some(({ begun }) => [begun.release, begun.candidate].includes(target));
  if (!isKnown) checkRelease(today, environmentName, target);
  if (!Object.hasOwn(raw.releases, target))
    throw new Refused(`${releaseFile(system, target)} is not here. Check out a commit that has the file.`);
  const leaves = [candidate, ran].filter((id): id is string => id !== undefined && id !== target);
  const pointer = remembering(raw, before, back(raw, environmentName, { before, events, target, leaves }));
  const files = changed(raw, { environment: environmentName, pointer });
  check(system, files, [environmentName]);
  const proposed = proposedIn(validate(system, files, process.env), environmentName, true);
  const wrong = releaseProblems(proposed, { here: events }, new Date());
  if (wrong.length) throw new InvalidConfiguration(wrong);
  return { events, before, target, leaves, pointer };
}

/** Says why there is nothing to go back to, and what can be done. */
function nowhere(system: string, environmentName: string, events: readonly Event[], ran: string): string {
  const ids = [...new Set(deploys(events).map(({ begun }) => begun.release))].filter((id) => id !== ran);
  const held = ids.flatMap((id) => {
    const { verified, held } = standing(events, id);
    return verified && held ? [`${id} was verified, and is held: ${held.reason}.`] : [];
  });
  const others = ranHere(events, ran);
  return [
    ...(held.length ? held : [`No other release was verified in ${environmentName}.`]),
    ...(held.length
      ? [
          `To go back to it, lift the hold: ${npmRun(system, "unhold", environmentName, "<release>", "--reason '<why>'")}`,
        ]
      : []),
    others.length
      ? `Name one with --to: ${others.join(", ")}.`
      : "No other release has run here that is not held. Write a new release that repairs this one.",
  ].join("\n");
}

/** Seconds between two looks at a lock, and for how long it is looked at. A deploy that is asked to stop finishes what it has begun. */
const LOOK = 5;
const PATIENCE = 30 * 60;

/**
 * Stops the deploy that holds the lock of the environment's state, once, and waits until it has ended.
 * @throws Refused if it cannot be stopped from here, or does not end
 */
async function stop(
  configuration: Configuration,
  environmentName: string,
  events: readonly Event[],
  dryRun = false,
): Promise<void> {
  const { environment } = environmentOf(configuration, environmentName);
  const state = stateOf(`${configuration.name}/${environmentName}`, environment);
  const lock = await lockOf(state);
  if (!lock) return console.log("No deploy is running.");
  const deploy = unfinished(events);
  const isAlive = deploy && isOf(lock, deploy) && (await lifeOf(deploy)) === "alive";
  if (dryRun)
    return console.log(
      `${ownerOf(state, lock, deploy)}\n${isAlive ? "It would be stopped." : "It is not known to run."}`,
    );
  if (!isAlive) return refuseLocked(state, events, environmentName);
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
