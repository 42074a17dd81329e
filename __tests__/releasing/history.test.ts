import { deploys, migratedBy, minutesServed, standing } from "../../commands/records/history";
import { newerThan } from "../../commands/releases/rules";
import { at, deployed, hold, scan, verification } from "./events";

const ONE = "1".repeat(16);
const TWO = "2".repeat(16);
const THREE = "3".repeat(16);

test("a deploy without the record of its end has not ended", () => {
  const [begun] = deployed(0, ONE);
  expect(deploys([...deployed(5, TWO), ...(begun ? [begun] : [])]).map(({ ended }) => ended?.succeeded)).toEqual([
    undefined,
    true,
  ]);
});

test("a release is verified by the last verification, if it ran here", () => {
  expect(standing([verification(5, ONE)], ONE).verified).toBeUndefined();
  expect(standing([...deployed(0, ONE, { succeeded: false }), verification(5, ONE)], ONE).verified).toBeUndefined();
  const ran = [verification(5, ONE), ...deployed(0, ONE)]; // the order of the list does not matter
  expect(standing(ran, ONE).verified?.at).toBe(at(5));
  expect(standing(ran, TWO).verified).toBeUndefined();
  const revoked = standing([...ran, verification(9, ONE, false)], ONE);
  expect([revoked.verified, revoked.failed?.at]).toEqual([undefined, at(9)]);
  expect(standing([...ran, verification(9, ONE, false), verification(12, ONE)], ONE).verified?.at).toBe(at(12));
});

test("the last scan of a release counts", () => {
  expect(standing([scan(1, TWO)], ONE).scanned).toBeUndefined();
  const events = [scan(9, ONE), scan(5, ONE, "CVE-2027-10000"), scan(12, TWO)];
  expect(standing(events, ONE).scanned).toEqual(scan(9, ONE));
});

test("a release is held until somebody lifts it", () => {
  expect(standing([hold(1, ONE)], ONE).held?.reason).toBe("orders fail");
  expect(standing([hold(1, ONE), hold(2, ONE, "unhold")], ONE).held).toBeUndefined();
  expect(standing([hold(1, ONE), hold(2, ONE, "unhold"), hold(3, ONE)], ONE).held?.at).toBe(at(3));
});

test("a release serves until another one is deployed, and again when it comes back", () => {
  const events = [
    ...deployed(0, ONE), // ends after a minute
    ...deployed(11, TWO, { succeeded: false }),
    ...deployed(21, TWO),
    ...deployed(31, ONE),
  ];
  const now = new Date(at(42));
  expect(minutesServed(events, ONE, now)).toBe(20 + 10);
  expect(minutesServed(events, TWO, now)).toBe(9);
  expect(minutesServed(events, THREE, now)).toBe(0);
});

test("the database is that of the last release that began a migration, whether or not its deploy succeeded", () => {
  const migrates = ["migrate"];
  expect(migratedBy(deployed(0, ONE))).toBeUndefined();
  const two = [...deployed(0, ONE, { migrates }), ...deployed(5, TWO, { migrates, succeeded: false })];
  expect(migratedBy(two)).toBe(TWO);
  expect(migratedBy([...two, ...deployed(9, ONE, { rollback: true })])).toBe(TWO);
  expect(migratedBy([...two, ...deployed(9, ONE, { candidate: THREE, share: 0, migrates })])).toBe(THREE);
});

test("a release is older than those that came after it, also after it came back", () => {
  const events = [...deployed(0, ONE), ...deployed(5, TWO), ...deployed(9, ONE, { candidate: THREE, rollback: true })];
  expect(newerThan(events, ONE)).toEqual([TWO, THREE]);
  expect(newerThan(events, TWO)).toEqual([THREE]);
  expect(newerThan(events, "4".repeat(16))).toEqual([]);
});
