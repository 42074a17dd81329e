import { DAY } from "../../facts/maintenance";
import { releaseFile } from "../../schema/files";
import { type Configuration, environmentOf } from "../../schema/load";
import { npmRun } from "../../schema/npm-run";
import type { Problem } from "../../schema/problem";
import { isInForce } from "../../schema/vulnerabilities";
import type { Event } from "../records/event";
import { current, deploys, migratedBy, minutesServed, type Standing, standing } from "../records/history";
import { packageOf } from "../trivy";
import type { Facts } from "./facts";

/** What a deploy is about to let an environment run. */
export interface Proposed {
  readonly systemName: string;
  readonly environmentName: string;
  readonly files: Pick<Configuration["environments"]["production"], "system" | "environment" | "pointer">;
  readonly releases: Configuration["releases"];
  /** Whether it goes back to a release that ran here. */
  readonly rollback: boolean;
  /** Whether it is only named, so that the time in the environment before can still pass. */
  readonly isNamed?: boolean;
}

/** What the files of an environment propose. */
export function proposedIn(configuration: Configuration, environmentName: string, rollback: boolean): Proposed {
  const { name: systemName, releases } = configuration;
  return { systemName, environmentName, files: environmentOf(configuration, environmentName), releases, rollback };
}

/** Why an environment must not run the releases that its file names. */
export function releaseProblems(proposed: Proposed, facts: Facts, now: Date): Problem[] {
  const { systemName, environmentName, files } = proposed;
  const { pointer } = files;
  const file = releaseFile(systemName, environmentName);
  const runs = Object.entries({ stable: pointer.stable, candidate: pointer.candidate });
  const takesAway = pointer.candidate !== undefined && pointer.share === 0 && runsBeside(facts, pointer.candidate);
  return runs.flatMap(([role, id]) => {
    if (id === undefined || (role === "candidate" && takesAway)) return [];
    const say = (rule: string, remedy: string): Problem => ({
      path: `${file} ${role}`,
      value: id,
      secret: false,
      rule,
      remedy,
    });
    return [
      ...(takesAway && current(facts.here)?.begun.release === id ? [] : held(proposed, id, facts)).map((it) =>
        say(...it),
      ),
      ...unverified(proposed, id, facts, now).map((it) => say(...it)),
      ...vulnerable(proposed, id, facts, now).map((it) => say(...it)),
      ...tooOld(proposed, id, role === "candidate", facts).map((it) => say(...it)),
    ];
  });
}

/** Whether a candidate runs here. Its requests can be taken away, whatever is wrong with it. */
const runsBeside = ({ here }: Facts, id: string): boolean => current(here)?.begun.candidate === id;

type Wrong = readonly [rule: string, remedy: string];

/** A release that was rolled back stays back, in the environments after this one, too. */
function held(
  { systemName, environmentName, files, rollback }: Proposed,
  id: string,
  { here, before = [] }: Facts,
): Wrong[] {
  const source = rollback ? undefined : files.environment.verifiedIn?.environment;
  const places = { [environmentName]: here, ...(source !== undefined && { [source]: before }) };
  return Object.entries(places).flatMap(([place, events]): Wrong[] => {
    const { held } = standing(events, id);
    if (!held) return [];
    return [
      [
        `is held in ${place} by ${held.by} since ${held.at}: ${held.reason}`,
        `let the environment run another release, or lift the hold: ${npmRun(systemName, "unhold", place, id, "--reason '<why>'")}`,
      ],
    ];
  });
}

/**
 * What a release must have done in the environment before this one. Nothing is asked of one that runs here already, of a hotfix,
 * and of a rollback.
 */
const asked = ({ files: { environment, pointer }, rollback }: Proposed, id: string, { here }: Facts) =>
  rollback || pointer.approved?.release === id || current(here)?.begun.release === id
    ? undefined
    : environment.verifiedIn;

/** A release comes into an environment after the one that verifies it. */
function unverified(proposed: Proposed, id: string, facts: Facts, now: Date): Wrong[] {
  const { environmentName, rollback } = proposed;
  const { here, before = [] } = facts;
  if (rollback && !standing(here, id).deployed)
    return [
      [
        `has never run in ${environmentName}: a rollback goes to one that has`,
        `name a release of ${npmRun(proposed.systemName, "history", environmentName)}`,
      ],
    ];
  const verifiedIn = asked(proposed, id, facts);
  if (!verifiedIn) return [];
  const { environment: source, soakMinutes } = verifiedIn;
  const why = whyUnverified(proposed, standing(before, id), source);
  if (why) return [why];
  const served = minutesServed(before, id, now);
  if (served >= soakMinutes || proposed.isNamed) return [];
  return [
    [
      `has run in ${source} for ${Math.floor(served)} of the ${soakMinutes} minutes that verifiedIn requires`,
      `wait for ${Math.ceil(soakMinutes - served)} minutes, or see docs/releases.md#hotfixes`,
    ],
  ];
}

function whyUnverified(
  { systemName }: Proposed,
  { deployed, verified, failed }: Standing,
  source: string,
): Wrong | undefined {
  const remedy = `run ${npmRun(systemName, "verify", source)}, or see docs/releases.md#hotfixes`;
  if (!deployed)
    return [
      `has never run in ${source}`,
      `deploy it to ${source} and verify it there, or see docs/releases.md#hotfixes`,
    ];
  if (failed) {
    const checks = failed.checks.filter(({ result }) => result === "FAIL").map(({ name }) => name);
    return [`failed its last verification in ${source} (${failed.at}): ${checks.join(", ")}`, remedy];
  }
  return verified ? undefined : [`is not verified in ${source}`, remedy];
}

/**
 * A release comes without critical vulnerabilities, by a scan that is not old. Exceptions count by their dates now, and not when
 * the scan ran.
 */
function vulnerable(proposed: Proposed, id: string, facts: Facts, now: Date): Wrong[] {
  const { environment: source = "", scannedWithinDays: days } = asked(proposed, id, facts) ?? {};
  if (days === undefined) return [];
  const { systemName, files } = proposed;
  const remedy = `run ${npmRun(systemName, "scan", source, id)}, or see docs/releases.md#hotfixes`;
  const { scanned } = standing(facts.before ?? [], id);
  if (!scanned) return [[`is not scanned in ${source}`, remedy]];
  const { at, vulnerabilities } = scanned;
  const old: Wrong = [
    `was scanned in ${source} at ${at}, and verifiedIn requires a scan that is at most ${days} days old`,
    remedy,
  ];
  const { vulnerabilityExceptions: exceptions } = files.system;
  return [
    ...(now.getTime() - Date.parse(at) > days * DAY ? [old] : []),
    ...[...new Set(vulnerabilities.map((it) => it.id))].flatMap((found): Wrong[] => {
      const exception = exceptions.find((it) => it.id === found);
      if (exception && isInForce(exception, now)) return [];
      const places = vulnerabilities.filter((it) => it.id === found).map((it) => `${it.image}: ${packageOf(it)}`);
      const ended = exception ? `; its exception ended on ${exception.until}` : "";
      return [
        [
          `has the critical vulnerability ${found} by the scan in ${source} at ${at} (${places.join(", ")})${ended}`,
          "release images without it, or accept it for some time, see docs/releases.md#exceptions",
        ],
      ];
    }),
  ];
}

/** An older release must not run its migrations on a newer database, and cannot work at all if a newer one says so. */
function tooOld(
  { systemName, environmentName, files, releases }: Proposed,
  id: string,
  isCandidate: boolean,
  { here, before = [] }: Facts,
): Wrong[] {
  const { pointer } = files;
  // A release that never came here can still be older, by when it came to the environment before.
  const newer = newerThan([...before, ...here], id);
  const came = new Set(deploys(here).flatMap(({ begun }) => [begun.release, begun.candidate]));
  const irreversible = newer.find((it) => it !== pointer.candidate && came.has(it) && releases[it]?.irreversible);
  if (irreversible)
    return [
      [
        `is older than ${irreversible}, which is irreversible: it cannot work with that release's database`,
        "write a new release that repairs it, or restore the database, see docs/releases.md#roll-back",
      ],
    ];
  const migrated = migratedBy(here);
  if (!migrated || migrated === id) return [];
  const wasBehind = deploys(here).findLast(({ begun }) => begun.release === id)?.begun.database === migrated;
  if (!newer.includes(migrated) && !wasBehind) return [];
  const rule = `is older than ${migrated}, which changed the database: its migrations do not know those of ${migrated}`;
  if (isCandidate) return [[rule, "name a newer release: the tasks of a candidate always run"]];
  if (pointer.database !== undefined || migrated === pointer.candidate) return [];
  return [
    [rule, `use ${npmRun(systemName, "rollback", environmentName)}, or write "database": "${migrated}" into the file`],
  ];
}

/** Releases that came after one, in the order in which they came first. None if the one never came. */
export function newerThan(events: readonly Event[], id: string): string[] {
  const came = [
    ...new Set(deploys(events).flatMap(({ begun: { release, candidate } }) => [release, candidate ?? release])),
  ];
  return came.includes(id) ? came.slice(came.indexOf(id) + 1) : [];
}

/**
 * Why production must not be deployed from a checkout: it lacks the commit that GitHub deployed last, so it would undo somebody
 * else's change. A rollback does not depend on that.
 * @param lacks whether the checkout lacks a commit
 */
export function staleProblems(
  { environmentName, files: { environment }, rollback }: Proposed,
  events: readonly Event[],
  lacks: (commit: string) => boolean,
): Problem[] {
  // Only what GitHub deploys is on the branch for certain: a commit of somebody's own can be merged as another one.
  const last = deploys(events).findLast(({ begun }) => begun.runner.url !== undefined);
  const commit = last?.begun.commit?.replace(/-dirty$/, "");
  if (environment.purpose !== "production" || rollback || commit === undefined || !lacks(commit)) return [];
  return [
    {
      path: "the checkout",
      value: commit,
      secret: false,
      rule: `lacks this commit, from which GitHub deployed ${environmentName} last`,
      remedy: "check out a commit that has it, for example with git pull",
    },
  ];
}
