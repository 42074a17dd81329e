import { execFileSync } from "node:child_process";
import { lacks } from "../../commands/git";
import type { Event } from "../../commands/records/event";
import { type Proposed, releaseProblems, staleProblems } from "../../commands/releases/rules";
import { describe as lineOf } from "../../schema/problem";
import type { Pointer, Release } from "../../schema/release";
import type { VulnerabilityException } from "../../schema/vulnerabilities";
import { ROOT } from "../support";
import { at, deployed, hold, scan, verification } from "./events";

const [ONE, TWO, THREE] = ["1", "2", "3"].map((digit) => digit.repeat(16)) as [string, string, string];
const FILE = "releases/shop/production.json stable";

/** The lines for production, which takes what staging has verified for ten minutes. */
function problems(
  pointer: Pointer,
  { here = [], before = [], irreversible = [] }: { here?: Event[]; before?: Event[]; irreversible?: string[] },
  {
    minutes = 1000,
    rollback = false,
    scannedWithinDays,
    exceptions = [],
  }: {
    minutes?: number;
    rollback?: boolean;
    scannedWithinDays?: number;
    exceptions?: readonly VulnerabilityException[];
  } = {},
): string[] {
  const releases = Object.fromEntries(
    [ONE, TWO, THREE].map((id) => [
      id,
      { version: id, images: {}, ...(irreversible.includes(id) && { irreversible: true }) } as Release,
    ]),
  );
  const environment = { verifiedIn: { environment: "staging", soakMinutes: 10, scannedWithinDays } };
  const system = { vulnerabilityExceptions: exceptions };
  const files = { pointer, environment, system } as Proposed["files"];
  const proposed = { systemName: "shop", environmentName: "production", files, releases, rollback };
  return releaseProblems(proposed, { here, before }, new Date(at(minutes))).map(lineOf);
}

const verified = (release: string, from = 0) => [...deployed(from, release), verification(from + 5, release)];

test("production takes what staging has verified and run for long enough", () => {
  expect(problems({ stable: ONE }, { before: verified(ONE) })).toEqual([]);
  expect(problems({ stable: ONE }, {})).toEqual([
    `${FILE} = "${ONE}": has never run in staging; deploy it to staging and verify it there, or see docs/releases.md#hotfixes`,
  ]);
  expect(problems({ stable: ONE }, { before: deployed(0, ONE) })).toEqual([
    `${FILE} = "${ONE}": is not verified in staging; run SYSTEM=shop npm run verify -- staging, or see docs/releases.md#hotfixes`,
  ]);
  expect(problems({ stable: ONE }, { before: [...verified(ONE), verification(9, ONE, false)] })).toEqual([
    `${FILE} = "${ONE}": failed its last verification in staging (${at(9)}): ready; run SYSTEM=shop npm run verify -- staging, or see docs/releases.md#hotfixes`,
  ]);
  expect(problems({ stable: ONE }, { before: verified(ONE) }, { minutes: 8 })).toEqual([
    `${FILE} = "${ONE}": has run in staging for 7 of the 10 minutes that verifiedIn requires; wait for 3 minutes, or see docs/releases.md#hotfixes`,
  ]);
});

test("a candidate is looked at like the stable release", () => {
  expect(problems({ stable: ONE, candidate: TWO, share: 0 }, { before: verified(ONE) })).toEqual([
    expect.stringMatching(/^releases\/shop\/production\.json candidate = "2{16}": has never run in staging; /),
  ]);
});

test("a candidate that runs here can lose its requests, whatever is wrong with it, and gets no more", () => {
  const before = [...verified(ONE), ...verified(TWO), verification(9, TWO, false), hold(10, TWO)];
  const here = [...deployed(8, ONE, { candidate: TWO, share: 10 }), hold(11, TWO)];
  const beside = (share: number) => ({ stable: ONE, candidate: TWO, share });
  expect(problems(beside(0), { here, before })).toEqual([]);
  expect(problems(beside(50), { here, before })).toHaveLength(3);
  expect(problems(beside(0), { here: deployed(8, ONE), before })).not.toEqual([]);
  expect(problems(beside(0), { here: [...here, ...deployed(12, ONE)], before })).not.toEqual([]);
});

test("somebody can approve a release that was not verified, but not one that is held", () => {
  const approved = { release: ONE, by: "someone", reason: "orders fail" };
  expect(problems({ stable: ONE, approved }, {})).toEqual([]);
  expect(problems({ stable: ONE, approved }, { before: [hold(1, ONE)] })).toEqual([
    `${FILE} = "${ONE}": is held in staging by someone since ${at(1)}: orders fail; let the environment run another release, or lift the hold: SYSTEM=shop npm run unhold -- staging ${ONE} --reason '<why>'`,
  ]);
  expect(problems({ stable: ONE, approved }, { here: [hold(1, ONE)] })[0]).toContain("is held in production by");
});

test("a release that runs here can be deployed again, even if its verification was revoked since", () => {
  const before = [...verified(ONE), verification(9, ONE, false)];
  expect(problems({ stable: ONE }, { here: deployed(8, ONE), before })).toEqual([]);
  expect(problems({ stable: ONE }, { here: [...deployed(8, ONE), ...deployed(9, TWO)], before })).not.toEqual([]);
});

test("a rollback goes to a release that ran here, verified or not", () => {
  expect(problems({ stable: ONE }, { here: deployed(8, ONE) }, { rollback: true })).toEqual([]);
  expect(problems({ stable: ONE }, { before: verified(ONE) }, { rollback: true })).toEqual([
    `${FILE} = "${ONE}": has never run in production: a rollback goes to one that has; name a release of SYSTEM=shop npm run history -- production`,
  ]);
});

test("an older release does not run its migrations on a newer database", () => {
  const migrates = ["migrate"];
  const before = [ONE, TWO].flatMap((id, i) => verified(id, 20 * i));
  const here = [...deployed(10, ONE, { migrates }), ...deployed(20, TWO, { migrates, succeeded: false })];
  expect(problems({ stable: ONE }, { here, before })).toEqual([
    `${FILE} = "${ONE}": is older than ${TWO}, which changed the database: its migrations do not know those of ${TWO}; use SYSTEM=shop npm run rollback -- production, or write "database": "${TWO}" into the file`,
  ]);
  expect(problems({ stable: ONE, database: TWO }, { here, before })).toEqual([]);
  expect(problems({ stable: ONE, candidate: TWO, share: 0 }, { here, before })).toEqual([]);
  expect(problems({ stable: TWO }, { here, before })).toEqual([]);
  // After the way back, too, for example if a rotation changes what the migration's pod has.
  const back = [...here, ...deployed(30, ONE, { rollback: true, database: TWO })];
  expect(problems({ stable: ONE }, { here: back, before })).toHaveLength(1);
  expect(problems({ stable: ONE, database: TWO }, { here: back, before })).toEqual([]);
});

test("there is no way back over an irreversible release", () => {
  const here = [...deployed(10, ONE), ...deployed(20, TWO, { migrates: ["migrate"] }), ...deployed(30, THREE)];
  const before = [ONE, TWO, THREE].flatMap((id, i) => verified(id, 20 * i));
  const facts = { here, before, irreversible: [TWO] };
  for (const rollback of [true, false])
    expect(problems({ stable: ONE, database: TWO }, facts, { rollback })).toEqual([
      `${FILE} = "${ONE}": is older than ${TWO}, which is irreversible: it cannot work with that release's database; write a new release that repairs it, or restore the database, see docs/releases.md#roll-back`,
    ]);
  expect(problems({ stable: TWO }, facts, { rollback: true })).toEqual([]);
});

test("production is not deployed from a checkout without the commit that GitHub deployed last", () => {
  const COMMIT = "a".repeat(40);
  const runner = { host: "runner", pid: 1, url: "https://github.com/shop/infrastructure/actions/runs/42" };
  const events = deployed(0, ONE, { commit: `${COMMIT}-dirty`, runner });
  const stale = (lacking: boolean, purpose = "production", rollback = false, here: Event[] = events) => {
    const files = { environment: { purpose } } as Proposed["files"];
    const proposed = { systemName: "shop", environmentName: "production", files, releases: {}, rollback };
    return staleProblems(proposed, here, (commit) => lacking && commit === COMMIT).map(lineOf);
  };
  expect(stale(true)).toEqual([
    `the checkout = "${COMMIT}": lacks this commit, from which GitHub deployed production last; check out a commit that has it, for example with git pull`,
  ]);
  for (const fine of [
    stale(false),
    stale(true, "disposable"),
    stale(true, "production", true),
    stale(true, "production", false, []),
    stale(true, "production", false, deployed(0, ONE, { commit: COMMIT })), // its commit can be merged as another one
  ])
    expect(fine).toEqual([]);
});

test("git says which commits a checkout lacks, if it knows all of them", () => {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
  expect(lacks(git("rev-parse", "HEAD"))).toBe(false);
  expect(lacks("0".repeat(40))).toBe(git("rev-parse", "--is-shallow-repository") === "false");
});

test("a release that never came here is older than one that came after it to the environment before", () => {
  const migrates = ["migrate"];
  const before = [...verified(ONE), ...verified(TWO, 20), ...deployed(40, ONE)];
  const here = deployed(30, TWO, { migrates });
  expect(problems({ stable: ONE }, { here, before })).toEqual([
    expect.stringContaining(`is older than ${TWO}, which changed the database`),
  ]);
  expect(problems({ stable: ONE }, { here, before, irreversible: [TWO] })).toEqual([
    expect.stringContaining(`is older than ${TWO}, which is irreversible`),
  ]);
  expect(problems({ stable: ONE }, { before, irreversible: [TWO] })).toEqual([]); // TWO never came here
});

test("an older release cannot be a candidate, whose tasks always run", () => {
  const migrates = ["migrate"];
  const before = [...verified(ONE), ...verified(TWO, 20)];
  const here = [...deployed(10, ONE, { migrates }), ...deployed(30, TWO, { migrates })];
  expect(problems({ stable: TWO, candidate: ONE, share: 0, database: THREE }, { here, before })).toEqual([
    expect.stringMatching(
      /candidate = .*: is older than 2+, which changed .*; name a newer release: the tasks of a candidate/,
    ),
  ]);
});

test("a hotfix that ran on a newer database is behind it for ever", () => {
  const migrates = ["migrate"];
  const here = [
    ...[...deployed(0, ONE, { migrates }), ...deployed(10, TWO, { migrates })],
    ...deployed(20, THREE, { database: TWO, approved: { by: "someone", reason: "orders fail" } }),
  ];
  expect(problems({ stable: THREE }, { here })).toEqual([
    expect.stringContaining(`is older than ${TWO}, which changed`),
  ]);
  expect(problems({ stable: THREE, database: TWO }, { here })).toEqual([]);
});

test("an approval is that of one release", () => {
  const approved = { release: ONE, by: "someone", reason: "orders fail" };
  expect(problems({ stable: ONE, candidate: TWO, share: 0, approved }, {})).toEqual([
    expect.stringContaining(`"${TWO}": has never run in staging`),
  ]);
});

test("requests can be taken away from a candidate even if the stable release is held", () => {
  const here = deployed(10, ONE, { candidate: TWO, share: 10 });
  const facts = { here, before: [...verified(ONE), ...verified(TWO), hold(20, ONE)] };
  expect(problems({ stable: ONE, candidate: TWO, share: 0 }, facts)).toEqual([]);
  expect(problems({ stable: ONE, candidate: TWO, share: 50 }, facts)).toEqual([
    expect.stringContaining(`"${ONE}": is held in staging`),
  ]);
});

describe("with scannedWithinDays", () => {
  const CVE = "CVE-2027-10000";
  const DAY = 24 * 60;
  const scanned = (
    events: readonly Event[],
    {
      here = [],
      pointer = {},
      ...more
    }: { here?: Event[]; pointer?: Partial<Pointer> } & Parameters<typeof problems>[2] = {},
  ) =>
    problems(
      { stable: ONE, ...pointer },
      { here, before: [...verified(TWO, -60), ...verified(ONE), ...events] },
      { scannedWithinDays: 7, ...more },
    );
  const SCAN = `run SYSTEM=shop npm run scan -- staging ${ONE}, or see docs/releases.md#hotfixes`;
  const found = (minutes: number, more = "") =>
    `${FILE} = "${ONE}": has the critical vulnerability ${CVE} by the scan in staging at ${at(minutes)} (web: openssl, fixed in 3.0.1)${more}; release images without it, or accept it for some time, see docs/releases.md#exceptions`;

  test("production takes what has been scanned there, and was clean", () => {
    expect(scanned([scan(9, ONE)])).toEqual([]);
    expect(scanned([])).toEqual([`${FILE} = "${ONE}": is not scanned in staging; ${SCAN}`]);
    expect(scanned([scan(9, TWO)])).toHaveLength(1);
    expect(
      problems({ stable: ONE }, { here: [scan(9, ONE)], before: verified(ONE) }, { scannedWithinDays: 7 }),
    ).toHaveLength(1);
    expect(scanned([scan(9, ONE, CVE, "CVE-2027-20000")])).toEqual([
      found(9),
      expect.stringContaining("CVE-2027-20000"),
    ]);
  });

  test("a scan counts for so many days", () => {
    const old = `${FILE} = "${ONE}": was scanned in staging at ${at(9)}, and verifiedIn requires a scan that is at most 7 days old; ${SCAN}`;
    expect(scanned([scan(9, ONE)], { minutes: 9 + 7 * DAY })).toEqual([]);
    expect(scanned([scan(9, ONE)], { minutes: 10 + 7 * DAY })).toEqual([old]);
    expect(scanned([scan(9, ONE, CVE)], { minutes: 10 + 7 * DAY })).toEqual([old, found(9)]);
    expect(scanned([scan(9, ONE)], { minutes: 10 + 7 * DAY, scannedWithinDays: 8 })).toEqual([]);
  });

  test("the last scan counts, whatever earlier ones found", () => {
    expect(scanned([scan(9, ONE), scan(20, ONE, CVE)])).toEqual([found(20)]);
    expect(scanned([scan(9, ONE, CVE), scan(20, ONE)])).toEqual([]);
  });

  test("an exception counts until the end of its last day, for its own vulnerability", () => {
    const exceptions = (until: string, id = CVE) => [{ id, until, reason: "The function is not called" }];
    const on = (until: string, minutes: number, id?: string) =>
      scanned([scan(9, ONE, CVE)], { minutes, exceptions: exceptions(until, id) });
    expect(on("2027-01-02", 2 * DAY - 1)).toEqual([]);
    expect(on("2027-01-02", 2 * DAY)).toEqual([found(9, "; its exception ended on 2027-01-02")]);
    expect(on("2027-01-02", 1000, "CVE-2027-20000")).toEqual([found(9)]);
  });

  test("a candidate needs a scan, too; a hotfix, a rollback and what runs here already need none", () => {
    expect(scanned([scan(9, ONE)], { pointer: { candidate: TWO, share: 0 } })).toEqual([
      expect.stringMatching(/ candidate = "2+": is not scanned in staging; /),
    ]);
    const approved = { release: ONE, by: "someone", reason: "orders fail" };
    expect(scanned([scan(9, ONE, CVE)], { pointer: { approved } })).toEqual([]);
    expect(scanned([], { pointer: { approved: { ...approved, release: TWO } } })).toHaveLength(1);
    expect(scanned([scan(9, ONE, CVE)], { here: deployed(8, ONE) })).toEqual([]);
    expect(scanned([scan(9, ONE, CVE)], { here: [...deployed(8, ONE), ...deployed(9, TWO)] })).toEqual([found(9)]);
    expect(scanned([], { here: [...deployed(8, ONE), ...deployed(9, TWO)], rollback: true })).toEqual([]);
  });
});
