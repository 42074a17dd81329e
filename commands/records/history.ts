import type { Event, Of } from "./event";

/** A deploy: how it began, and how it ended, if it did. */
export interface Deploy {
  readonly begun: Of<"deploy-begun">;
  readonly ended?: Of<"deploy-ended">;
}

/** What is known of a release in an environment. */
export interface Standing {
  /** The last deploy that succeeded. */
  readonly deployed?: Deploy;
  /** The last verification, if it is about the last deploy and passed. */
  readonly verified?: Of<"verification">;
  /** The last verification, if it failed. */
  readonly failed?: Of<"verification">;
  /** The last scan of its images. */
  readonly scanned?: Of<"scan">;
  /** What holds it back. */
  readonly held?: Of<"hold">;
}

/** Events in the order in which they happened. */
export const inTime = (events: readonly Event[]): Event[] => [...events].sort((a, b) => (a.at < b.at ? -1 : 1));

/** The deploys of an environment, oldest first. */
export function deploys(events: readonly Event[]): Deploy[] {
  const ends = new Map(events.flatMap((it) => (it.kind === "deploy-ended" ? [[it.deploy, it] as const] : [])));
  return inTime(events).flatMap((it) =>
    it.kind === "deploy-begun" ? [{ begun: it, ended: ends.get(it.deploy) }] : [],
  );
}

export const succeeded = ({ ended }: Deploy): boolean => ended?.succeeded === true;

/**
 * What is known of a release. A verification counts if the release ran here before it. The last one counts: one that fails
 * revokes those before it.
 */
export function standing(events: readonly Event[], release: string): Standing {
  const own = inTime(events).filter((it) => it.release === release);
  const deployed = deploys(own).filter(succeeded).at(-1);
  const last = <Kind extends Event["kind"]>(...kinds: Kind[]) =>
    own.findLast((it): it is Of<Kind> => (kinds as string[]).includes(it.kind));
  const verification = last("verification");
  const hold = last("hold", "unhold");
  return {
    deployed,
    verified: verification?.passed && deploys(own).some(succeeded) ? verification : undefined,
    failed: verification && !verification.passed ? verification : undefined,
    scanned: last("scan"),
    held: hold?.kind === "hold" ? hold : undefined,
  };
}

/** The deploy that says what an environment runs: the last one that succeeded. */
export const current = (events: readonly Event[]): Deploy | undefined => deploys(events).filter(succeeded).at(-1);

/** Whether the environment is still being made: a deploy found nothing there, and none has succeeded since. */
export function isBeingMade(events: readonly Event[]): boolean {
  const all = deploys(events);
  const first = all.findLastIndex(({ begun }) => begun.first);
  return first >= 0 && !all.slice(first).some(succeeded);
}

/** When the first of the last deploys began that gave a candidate the share that it has. */
export function sharedSince(events: readonly Event[], candidate: string, share: number): Date | undefined {
  const all = deploys(events);
  const other = all.findLastIndex(({ begun }) => begun.candidate !== candidate || begun.share !== share);
  const first = all[other + 1];
  return first && new Date(first.begun.at);
}

/**
 * The release whose tasks changed the database last, by what was begun: a migration that failed may have changed something,
 * too.
 */
export const migratedBy = (events: readonly Event[]): string | undefined =>
  deploys(events)
    .map(({ begun }) => begun)
    .filter(({ migrates }) => migrates.length > 0)
    .map(({ release, candidate }) => candidate ?? release)
    .at(-1);

const MINUTE = 60_000;

/** For how many minutes a release has served an environment: all stretches between its deploy and that of another release. */
export function minutesServed(events: readonly Event[], release: string, now: Date): number {
  const all = deploys(events).filter(succeeded);
  const stretches = all.map(({ begun, ended }, i) => {
    const end = all[i + 1]?.begun.at;
    const to = end === undefined ? now.getTime() : Date.parse(end);
    return begun.release === release ? to - Date.parse((ended as Of<"deploy-ended">).at) : 0;
  });
  return Math.max(0, stretches.reduce((sum, it) => sum + it, 0) / MINUTE);
}
