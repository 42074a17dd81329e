import { possibleShares } from "../schema/candidate";
import { frozen } from "../schema/freeze";
import { type Configuration, environmentOf } from "../schema/load";
import { npmRun } from "../schema/npm-run";
import { isInForce } from "../schema/vulnerabilities";
import { configurationFor } from "./context";
import type { Event } from "./records/event";
import { current, deploys, minutesServed, standing } from "./records/history";
import { recordsIn } from "./records/records";
import { orRefused, Refused } from "./refused";
import type { Facts } from "./releases/facts";
import { askedOf, counted } from "./words";

type Files = Configuration["environments"]["production"];

/** What an environment runs, by the records of its deploys, and what its file says. */
export interface Status {
  readonly environment: string;
  /** The release that the last deploy that succeeded let it run. */
  readonly runs?: string;
  readonly version?: string;
  readonly since?: string;
  readonly by?: string;
  readonly candidate?: string;
  readonly share?: number;
  /** The release whose migrations the database has, if it is newer. */
  readonly database?: string;
  /** What its file names, if that is something else. */
  readonly named?: string;
  /** Environments in which that is held: it cannot be deployed. */
  readonly namedHeldIn: readonly string[];
  /** When the release was verified here. */
  readonly verified?: string;
  /** When the release's images were scanned for this environment, and the critical vulnerabilities that were found. */
  readonly scanned?: {
    readonly at: string;
    readonly found: readonly string[];
    /** The last day of each exception that is in force, by the vulnerability's id. */
    readonly accepted: Readonly<Record<string, string>>;
  };
  /** For how many minutes the release has run here. */
  readonly minutes?: number;
  /** The deploy that has not ended. */
  readonly unfinished?: {
    readonly release: string;
    readonly since: string;
    readonly by: string;
    readonly url?: string;
  };
  /** The freeze that holds now. */
  readonly frozen?: { readonly until: string; readonly reason: string };
  /** Releases that are held, with the reasons. */
  readonly held: Readonly<Record<string, string>>;
}

/** An environment whose records cannot be read. */
export interface Unknown {
  readonly environment: string;
  /** Why they cannot be read, and what to do. */
  readonly refused: string;
}

/**
 * What is known of an environment.
 * @param before events of the environment that verifies its releases, if they can be read
 */
export function statusOf(
  environment: string,
  {
    system,
    environment: { verifiedIn },
    pointer,
    freezes,
  }: Pick<Files, "system" | "environment" | "pointer" | "freezes">,
  releases: Configuration["releases"],
  { here, before = [] }: Facts,
  now: Date,
): Status {
  const runs = current(here);
  const last = deploys(here).at(-1);
  const freeze = frozen(freezes, now);
  const release = runs?.begun.release;
  const held = [...new Set(here.map((event) => event.release))].flatMap((id) => {
    const { held } = standing(here, id);
    return held ? [[id, held.reason] as const] : [];
  });
  const { verified, scanned } = standing(here, release ?? "");
  const found = [...new Set(scanned?.vulnerabilities.map(({ id }) => id))];
  const accepted = system.vulnerabilityExceptions.filter((it) => found.includes(it.id) && isInForce(it, now));
  const named = pointer.stable === release ? undefined : pointer.stable;
  const places = { [environment]: here, ...(verifiedIn && { [verifiedIn.environment]: before }) };
  return {
    environment,
    ...(runs && {
      runs: release,
      version: releases[release as string]?.version,
      since: runs.ended?.at,
      by: runs.begun.by,
      candidate: runs.begun.candidate,
      share: runs.begun.share,
      database: runs.begun.database,
      verified: verified?.at,
      scanned: scanned && {
        at: scanned.at,
        found,
        accepted: Object.fromEntries(accepted.map(({ id, until }) => [id, until])),
      },
      minutes: Math.floor(minutesServed(here, release as string, now)),
    }),
    named,
    namedHeldIn: Object.keys(places).filter((it) => named && standing(places[it] ?? [], named).held),
    ...(last &&
      !last.ended && {
        unfinished: {
          release: last.begun.release,
          since: last.begun.at,
          by: last.begun.by,
          url: last.begun.runner.url,
        },
      }),
    ...(freeze && { frozen: { until: freeze.until, reason: freeze.reason } }),
    held: Object.fromEntries(held),
  };
}

/** Lines that say it. */
export function statusLines(status: Status, configuration: Configuration): string[] {
  const { environment: name, runs, version, since, by, candidate, share, database, verified, minutes = 0 } = status;
  const { unfinished, frozen: freeze, held } = status;
  const { system, environment } = environmentOf(configuration, name);
  const { verifiedIn } = environment;
  const shares = possibleShares(system).find((it) => it > (share ?? 0));
  const run = (command: string) => npmRun(configuration.name, command, name);
  return [
    runs ? `${name} runs ${runs} (${version ?? "?"}) since ${since}, deployed by ${by}` : `${name} runs nothing yet`,
    ...(candidate
      ? [`  candidate: ${candidate} gets ${share} %${shares ? `; the next step is ${shares} %` : ""}`]
      : []),
    ...(runs
      ? [
          `  verified: ${verified ?? `no; ${run("verify")}`}`,
          ...scannedLines(status, configuration),
          `  has run for ${counted(minutes, "minute")}`,
        ]
      : []),
    ...(database ? [`  database: as ${database} left it; no task changes it for ${runs}`] : []),
    ...namedLines(status, configuration),
    ...(unfinished
      ? [
          `  not ended: the deploy of ${unfinished.release} by ${unfinished.by}, begun at ${unfinished.since}${unfinished.url ? `, ${unfinished.url}` : ""}`,
        ]
      : []),
    ...(freeze ? [`  frozen until ${freeze.until}: ${freeze.reason}`] : []),
    ...Object.entries(held).map(([id, reason]) => `  held: ${id}, ${reason}`),
    ...(verifiedIn ? [`  takes ${askedOf(verifiedIn)}`] : []),
  ];
}

/** What the last scan has found. A scan that is missing is only said where another environment asks for one. */
function scannedLines({ environment: name, scanned }: Status, { name: system, environments }: Configuration): string[] {
  const isAsked = Object.values(environments).some(
    ({ environment: { verifiedIn } }) => verifiedIn?.environment === name && verifiedIn.scannedWithinDays !== undefined,
  );
  if (!scanned) return isAsked ? [`  scanned: no; ${npmRun(system, "scan", name)}`] : [];
  const { at, found, accepted } = scanned;
  const said = found.map((id) => (accepted[id] ? `${id} (accepted until ${accepted[id]})` : id));
  return [`  scanned: ${at}, ${said.join(", ") || "no critical vulnerability"}`];
}

/** What the file names, if that does not run, and what to do about it. */
function namedLines({ environment: name, named, namedHeldIn }: Status, { name: system }: Configuration): string[] {
  if (named === undefined) return [];
  if (!namedHeldIn.length) return [`  the file names ${named}: ${npmRun(system, "deploy", name)}`];
  return [
    `  the file names ${named}, which is held in ${namedHeldIn.join(" and ")}: its deploy is refused. To lift the hold:`,
    ...namedHeldIn.map((it) => `    ${npmRun(system, "unhold", it, named, "--reason '<why>'")}`),
  ];
}

async function status(environmentName: string | undefined, { json }: { readonly json?: boolean }): Promise<void> {
  const configuration = await configurationFor(...(environmentName === undefined ? [] : [environmentName]));
  const { environments, releases } = configuration;
  const names = environmentName === undefined ? Object.keys(environments) : [environmentName];
  const read = new Map<string, Promise<Event[]>>();
  const eventsOf = (name: string): Promise<Event[]> => {
    const reading = read.get(name) ?? recordsIn(configuration, name).list();
    read.set(name, reading);
    return reading;
  };
  const all = await Promise.all(
    names.map(async (name): Promise<Status | Unknown> => {
      const files = environmentOf(configuration, name);
      const source = files.environment.verifiedIn?.environment;
      const [here, there] = await Promise.all([
        eventsOf(name).catch(orUnread),
        source === undefined ? undefined : eventsOf(source).catch(orUnread),
      ]);
      if (here instanceof Refused) return { environment: name, refused: here.message };
      const before = there instanceof Refused ? undefined : there;
      return statusOf(name, files, releases, { here, before }, new Date());
    }),
  );
  if (json) console.log(JSON.stringify(all, null, 2));
  for (const it of all)
    if ("refused" in it) console.error(`${it.environment}: ${it.refused}`);
    else if (!json) console.log(statusLines(it, configuration).join("\n"));
  if (all.some((it) => "refused" in it)) process.exitCode = 1;
}

/** The refusal in place of the records. @throws any other error */
function orUnread(error: unknown): Refused {
  if (error instanceof Refused) return error;
  throw error;
}

export const main = (...call: Parameters<typeof status>): Promise<void> => orRefused(() => status(...call));
