import { leavesMaintenance } from "../../facts/maintenance";

const at = (time: string): number => Date.parse(time.length === 10 ? `${time}T00:00:00Z` : time);
const leaves = (...all: (readonly [from: string, until: string])[]) =>
  leavesMaintenance(
    all.map(([from, until]) => ({ from: at(from), until: at(until) })),
    "03:00",
  );

test.each([
  ["78 days at any time of day", ["2027-01-01T06:00:00Z", "2027-03-20T06:00:00Z"], true],
  ["80 whole days", ["2027-01-01", "2027-03-22"], true],
  ["81 whole days", ["2027-01-01", "2027-03-23"], false],
  ["almost 79 days, with the nights on both sides", ["2027-01-01T06:30:00Z", "2027-03-21T03:30:00Z"], true],
  ["almost 80 days, with the nights on both sides", ["2027-01-01T06:30:00Z", "2027-03-22T03:30:00Z"], false],
] as const)("an exclusion of %s", (_what, exclusion, expected) => {
  expect(leaves(exclusion)).toBe(expected);
});

test("exclusions count together if 92 days have both", () => {
  expect(leaves(["2027-01-01", "2027-02-10"], ["2027-02-21", "2027-04-02"])).toBe(true);
  expect(leaves(["2027-01-01", "2027-02-10"], ["2027-02-20", "2027-04-02"])).toBe(false);
  expect(leaves(["2027-01-01", "2027-02-10"], ["2027-06-01", "2027-08-10"])).toBe(true);
  expect(leaves(["2027-01-01", "2027-03-01"], ["2027-01-15", "2027-03-20"])).toBe(true); // they overlap
});

test("without exclusions, there is enough", () => expect(leaves()).toBe(true));
