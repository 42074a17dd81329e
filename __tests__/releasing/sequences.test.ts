import type { Event, Of } from "../../commands/records/event";
import { minutesServed } from "../../commands/records/history";
import { type Proposed, releaseProblems } from "../../commands/releases/rules";
import type { Pointer, Release } from "../../schema/release";
import { numbers } from "../mutations";
import { at, deployed, hold, scan, verification } from "./events";

/** `PROPERTY_SEED` makes the same cases again, `PROPERTY_CASES` more of them. A failure names the seed of its own. */
const SEED = Number(process.env.PROPERTY_SEED ?? Math.floor(Math.random() * 1e9));
const CASES = Number(process.env.PROPERTY_CASES ?? 100);
const STEPS = 150;
const SOAK = 10;
const RELEASES = ["1", "2", "3", "4"].map((digit) => digit.repeat(16));

type Place = "staging" | "production";
const DAY = 24 * 60;
const verifiedIn = { environment: "staging", soakMinutes: SOAK, scannedWithinDays: 1 };
const BAD = "CVE-2027-10000";
/** It may be there for a day. */
const ACCEPTED = "CVE-2027-20000";
const system = { vulnerabilityExceptions: [{ id: ACCEPTED, until: "2027-01-01", reason: "It is not called" }] };

/** A deploy that reached an environment, with what was recorded before it. */
interface Reached {
  readonly place: Place;
  readonly pointer: Pointer;
  readonly rollback: boolean;
  readonly minutes: number;
  readonly records: Readonly<Record<Place, readonly Event[]>>;
}

/** What people do in an order of their own, and what reaches an environment by it. */
function play(seed: number): Reached[] {
  const random = numbers(seed);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
  const records: Record<Place, Event[]> = { staging: [], production: [] };
  const reached: Reached[] = [];
  const releases = Object.fromEntries(RELEASES.map((id) => [id, { version: id, images: {} } as Release]));
  for (let step = 0, minutes = 0; step < STEPS; step++) {
    minutes += below(30) ? 2 + below(8) : DAY;
    const place: Place = pick(["staging", "production"]);
    const release = pick(RELEASES);
    switch (below(7)) {
      case 0:
        records[place].push(verification(minutes, release, below(4) > 0));
        break;
      case 1:
        records[place].push(hold(minutes, release, pick(["hold", "unhold"])));
        break;
      case 2:
        records[place].push(scan(minutes, release, ...pick([[], [], [ACCEPTED], [BAD]])));
        break;
      default: {
        const approved = below(10) ? undefined : { release: pick(RELEASES), by: "someone", reason: "orders fail" };
        const candidate = below(5) ? undefined : pick(RELEASES.filter((id) => id !== release));
        const database = below(3) ? undefined : pick(RELEASES);
        const share = candidate === undefined ? undefined : pick([0, 10]);
        const pointer: Pointer = { stable: release, candidate, share, approved, database };
        const rollback = below(5) === 0;
        const environment = place === "production" ? { verifiedIn } : {};
        const files = { pointer, environment, system } as Proposed["files"];
        const proposed = { systemName: "shop", environmentName: place, files, releases, rollback };
        const facts = { here: records[place], before: place === "production" ? records.staging : undefined };
        if (releaseProblems(proposed, facts, new Date(at(minutes))).length) break;
        const before = { staging: [...records.staging], production: [...records.production] };
        reached.push({ place, pointer, rollback, minutes, records: before });
        const more = { candidate, share, rollback, migrates: below(2) ? ["migrate"] : [], succeeded: below(3) > 0 };
        records[place].push(...deployed(minutes, release, more));
      }
    }
  }
  return reached;
}

/** Whether the events say it, read without the functions that the rules use. */
const last = (events: readonly Event[], release: string, kinds: readonly string[]) =>
  events.filter((it) => it.release === release && kinds.includes(it.kind)).at(-1);
const ran = (events: readonly Event[], release: string) =>
  events.some((it) => it.kind === "deploy-ended" && it.succeeded && it.release === release);
const runs = (events: readonly Event[], role: "release" | "candidate" = "release") => {
  const ended = events.findLast((it) => it.kind === "deploy-ended" && it.succeeded) as Of<"deploy-ended"> | undefined;
  return events.find((it): it is Of<"deploy-begun"> => it.kind === "deploy-begun" && it.deploy === ended?.deploy)?.[
    role
  ];
};

test(`nothing reaches production that staging has not verified and scanned, and nothing that is held (${CASES} sequences)`, () => {
  let seen = 0;
  for (let seed = SEED; seed < SEED + CASES; seed++)
    for (const { place, pointer, rollback, minutes, records } of play(seed)) {
      const { staging } = records;
      const here = records[place];
      for (const id of [pointer.stable, ...(pointer.candidate ? [pointer.candidate] : [])]) {
        const fault = (what: string) =>
          new Error(`PROPERTY_SEED=${seed} PROPERTY_CASES=1: ${place} at ${minutes} ${what}`);
        const loses = pointer.share === 0 && runs(here, "candidate") === pointer.candidate;
        if (id === pointer.candidate && loses) continue; // its requests
        for (const events of place === "production" ? [here, staging] : [here])
          if (
            last(events, id, ["hold", "unhold"])?.kind === "hold" &&
            !(rollback && events === staging) &&
            !(loses && pointer.candidate && runs(here) === id) // the stable release gets them
          )
            throw fault(`runs ${id}, which is held`);
        if (rollback && !ran(here, id)) throw fault(`goes back to ${id}, which never ran there`);
        if (place === "staging" || rollback || pointer.approved?.release === id || runs(here) === id) continue;
        seen++;
        const verdict = last(staging, id, ["verification"]);
        if (!ran(staging, id) || verdict?.kind !== "verification" || !verdict.passed)
          throw fault(`runs ${id}, which is not verified`);
        if (minutesServed(staging, id, new Date(at(minutes))) < SOAK) throw fault(`runs ${id} too early`);
        const scanned = last(staging, id, ["scan"]);
        if (scanned?.kind !== "scan" || scanned.at < at(minutes - DAY)) throw fault(`runs ${id}, which is not scanned`);
        if (scanned.vulnerabilities.some((it) => it.id === BAD || minutes >= DAY))
          throw fault(`runs ${id}, which is vulnerable`);
      }
    }
  expect(seen).toBeGreaterThan(CASES / 10); // otherwise, nothing was looked at
});
