import { possibleShares } from "../schema/candidate";
import { frozen } from "../schema/freeze";
import { type Configuration, environmentOf } from "../schema/load";
import { configurationFor } from "./context";
import type { Event } from "./records/event";
import { current, deploys, minutesServed, standing } from "./records/history";
import { orRefused } from "./refused";
import { recordsIn } from "./releases/deploying";

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
  /** When the release was verified here. */
  readonly verified?: string;
  /** When the release's images were scanned for this environment, and the critical vulnerabilities that were found. */
  readonly scanned?: { readonly at: string; readonly found: readonly string[] };
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

/** What is known of an environment. */
export function statusOf(
  environment: string,
  { pointer, freezes }: Pick<Files, "pointer" | "freezes">,
  releases: Configuration["releases"],
  events: readonly Event[],
  now: Date,
): Status {
  const runs = current(events);
  const last = deploys(events).at(-1);
  const freeze = frozen(freezes, now);
  const release = runs?.begun.release;
  const held = [...new Set(events.map((event) => event.release))].flatMap((id) => {
    const { held } = standing(events, id);
    return held ? [[id, held.reason] as const] : [];
  });
  const { verified, scanned } = standing(events, release ?? "");
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
      scanned: scanned && { at: scanned.at, found: [...new Set(scanned.vulnerabilities.map(({ id }) => id))] },
      minutes: Math.floor(minutesServed(events, release as string, now)),
    }),
    ...(pointer.stable !== release && { named: pointer.stable }),
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
export function statusLines(status: Status, { system, environment }: Pick<Files, "system" | "environment">): string[] {
  const { environment: name, runs, version, since, by, candidate, share, database, named, verified, minutes } = status;
  const { scanned, unfinished, frozen: freeze, held } = status;
  const { verifiedIn } = environment;
  const shares = possibleShares(system).find((it) => it > (share ?? 0));
  return [
    runs ? `${name} runs ${runs} (${version ?? "?"}) since ${since}, deployed by ${by}` : `${name} runs nothing yet`,
    ...(candidate
      ? [`  candidate: ${candidate} gets ${share} %${shares ? `; the next step is ${shares} %` : ""}`]
      : []),
    ...(runs
      ? [
          `  verified: ${verified ?? `no; run npm run verify -- ${name}`}`,
          `  scanned: ${scanned ? `${scanned.at}, ${scanned.found.join(", ") || "no critical vulnerability"}` : `no; run npm run scan -- ${name}`}`,
          `  has run for ${minutes} minutes`,
        ]
      : []),
    ...(database ? [`  database: as ${database} left it; no task changes it for ${runs}`] : []),
    ...(named ? [`  the file names ${named}: npm run deploy -- ${name}`] : []),
    ...(unfinished
      ? [
          `  not ended: the deploy of ${unfinished.release} by ${unfinished.by}, begun at ${unfinished.since}${unfinished.url ? `, ${unfinished.url}` : ""}`,
        ]
      : []),
    ...(freeze ? [`  frozen until ${freeze.until}: ${freeze.reason}`] : []),
    ...Object.entries(held).map(([id, reason]) => `  held: ${id}, ${reason}`),
    ...(verifiedIn
      ? [
          `  takes what ${verifiedIn.environment} has verified and run for ${verifiedIn.soakMinutes} minutes${verifiedIn.scannedWithinDays ? `, and scanned within ${verifiedIn.scannedWithinDays} days` : ""}`,
        ]
      : []),
  ];
}

async function status(environmentName: string | undefined, { json }: { readonly json?: boolean }): Promise<void> {
  const configuration = await configurationFor(...(environmentName === undefined ? [] : [environmentName]));
  const { environments, releases } = configuration;
  const names = environmentName === undefined ? Object.keys(environments) : [environmentName];
  const all = await Promise.all(
    names.map(async (name) => {
      const events = await recordsIn(configuration, name).list();
      return statusOf(name, environmentOf(configuration, name), releases, events, new Date());
    }),
  );
  if (json) return console.log(JSON.stringify(all, null, 2));
  for (const it of all) console.log(statusLines(it, environmentOf(configuration, it.environment)).join("\n"));
}

export const main = (...call: Parameters<typeof status>): Promise<void> => orRefused(() => status(...call));
