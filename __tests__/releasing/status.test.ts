import { historyLines } from "../../commands/history";
import type { Event } from "../../commands/records/event";
import { type Status, statusLines, statusOf } from "../../commands/status";
import type { Freeze } from "../../schema/freeze";
import { environmentOf } from "../../schema/load";
import type { Pointer } from "../../schema/release";
import { configuration } from "../support";
import { at, deployed, hold, scan, verification } from "./events";

const [ONE, TWO] = ["1".repeat(16), "2".repeat(16)] as const;
const RELEASES = { [ONE]: { version: "1.0.0", images: {} }, [TWO]: { version: "2.0.0", images: {} } };
const CONFIGURATION = configuration(({ system }) => {
  const exception = { id: "CVE-2027-10000", until: "2027-01-31", reason: "It is not called" };
  system.vulnerabilityExceptions = [exception, { ...exception, id: "CVE-2027-20000", until: "2026-12-31" }];
});

interface Rest {
  readonly environment?: string;
  readonly before?: readonly Event[];
  readonly freezes?: readonly Freeze[];
}
const status = (
  here: readonly Event[],
  pointer: Pointer = { stable: ONE },
  { environment = "staging", before, freezes = [] }: Rest = {},
) => {
  const files = { ...environmentOf(CONFIGURATION, environment), pointer, freezes };
  return statusOf(environment, files, RELEASES, { here, before }, new Date(at(100)));
};
const lines = (of: Status) => statusLines(of, CONFIGURATION);

test("before the first deploy, nothing runs", () => {
  expect(lines(status([]))).toEqual([
    "staging runs nothing yet",
    `  the file names ${ONE}: SYSTEM=pmcrm npm run deploy -- staging`,
  ]);
});

test("what runs is what the last deploy that succeeded has said, whatever the file names", () => {
  const events = [...deployed(0, ONE), verification(5, ONE), ...deployed(20, TWO, { succeeded: false }), hold(30, TWO)];
  expect(lines(status(events, { stable: TWO }))).toEqual([
    `staging runs ${ONE} (1.0.0) since ${at(1)}, deployed by someone`,
    `  verified: ${at(5)}`,
    "  scanned: no; SYSTEM=pmcrm npm run scan -- staging",
    "  has run for 99 minutes",
    `  the file names ${TWO}, which is held in staging: its deploy is refused. To lift the hold:`,
    `    SYSTEM=pmcrm npm run unhold -- staging ${TWO} --reason '<why>'`,
    `  held: ${TWO}, orders fail`,
  ]);
});

test("it names a candidate, a newer database, a deploy that has not ended, and a freeze", () => {
  const runner = { host: "runner", pid: 1, url: "https://github.com/shop/infrastructure/actions/runs/42" };
  const events = [
    ...deployed(0, ONE, { candidate: TWO, share: 0, database: TWO }),
    ...deployed(20, ONE, { candidate: TWO, share: 10, runner }).slice(0, 1),
  ];
  const freeze = { from: at(90), until: at(200), reason: "Black Friday" };
  expect(lines(status(events, { stable: ONE }, { freezes: [freeze] }))).toEqual([
    `staging runs ${ONE} (1.0.0) since ${at(1)}, deployed by someone`,
    expect.stringMatching(`^  candidate: ${TWO} gets 0 %`),
    "  verified: no; SYSTEM=pmcrm npm run verify -- staging",
    "  scanned: no; SYSTEM=pmcrm npm run scan -- staging",
    "  has run for 99 minutes",
    `  database: as ${TWO} left it; no task changes it for ${ONE}`,
    `  not ended: the deploy of ${ONE} by someone, begun at ${at(20)}, ${runner.url}`,
    `  frozen until ${at(200)}: Black Friday`,
  ]);
});

test("it says what the last scan of the release found, and what production takes", () => {
  const events = [...deployed(0, ONE), scan(5, ONE, "CVE-2027-10000", "CVE-2027-20000"), scan(6, TWO)];
  expect(lines(status(events))).toContain(
    `  scanned: ${at(5)}, CVE-2027-10000 (accepted until 2027-01-31), CVE-2027-20000`,
  );
  const said = lines(status([...events, scan(7, ONE)], { stable: ONE }, { environment: "production" }));
  expect(said).toContain(`  scanned: ${at(7)}, no critical vulnerability`);
  expect(said.at(-1)).toBe("  takes what staging has verified and run for 60 minutes, and scanned within 7 days");
});

test("of an environment whose scans nobody asks for, a missing one is not said", () => {
  expect(lines(status(deployed(0, ONE), { stable: ONE }, { environment: "production" }))).toEqual([
    `production runs ${ONE} (1.0.0) since ${at(1)}, deployed by someone`,
    "  verified: no; SYSTEM=pmcrm npm run verify -- production",
    "  has run for 99 minutes",
    expect.stringMatching("^  takes what staging has verified"),
  ]);
});

test("a release that is held where it is verified is not one to deploy", () => {
  const before = [...deployed(0, TWO), hold(5, TWO)];
  const said = lines(status(deployed(0, ONE), { stable: TWO }, { environment: "production", before }));
  expect(said).toContain(`  the file names ${TWO}, which is held in staging: its deploy is refused. To lift the hold:`);
  expect(said.join()).not.toContain("npm run deploy");
});

test("the history has a line for each deploy, verification, scan and hold, the newest first", () => {
  const events = [
    ...deployed(0, ONE, { migrates: ["migrate"] }),
    verification(5, ONE, false),
    ...deployed(20, TWO, { succeeded: false, approved: { by: "someone", reason: "orders fail" } }),
    ...deployed(40, ONE, { rollback: true }),
    hold(50, TWO),
    scan(52, TWO),
    scan(54, ONE, "CVE-2027-10000"),
    ...deployed(60, TWO).slice(0, 1),
  ];
  expect(historyLines(events, { [ONE]: "1.0.0" })).toEqual([
    `2027-01-01T01:00:00Z  deploy of ${TWO}, has not ended, by someone`,
    `2027-01-01T00:54:00Z  scan of ${ONE} (1.0.0) found CVE-2027-10000 in web, by someone`,
    `2027-01-01T00:52:00Z  scan of ${TWO} found no critical vulnerability, by someone`,
    `2027-01-01T00:50:00Z  hold of ${TWO}: orders fail, by someone`,
    `2027-01-01T00:40:00Z  rollback to ${ONE} (1.0.0), succeeded after 1 minute, by someone`,
    `2027-01-01T00:20:00Z  deploy of ${TWO}, FAILED after 1 minute, without a verification (orders fail), by someone`,
    `2027-01-01T00:05:00Z  verification of ${ONE} (1.0.0) did NOT pass: ready, by someone`,
    `2027-01-01T00:00:00Z  deploy of ${ONE} (1.0.0), succeeded after 1 minute, ran migrate, by someone`,
  ]);
});
