import { type Freeze, freezesOf, frozen, withoutMaintenance } from "../schema/freeze";
import { configuration, synth } from "./support";

const freeze = (from: string, until: string, reason = "Sale"): Freeze => ({
  from: `${from}T00:00:00Z`,
  until: `${until}T00:00:00Z`,
  reason,
});
const BLACK_FRIDAY = freeze("2027-11-20", "2027-12-01", "Black Friday");
const CHRISTMAS = freeze("2027-12-20", "2028-01-03", "Christmas");
const INCIDENT = freeze("2027-11-18", "2027-11-22", "An incident");

describe("the freeze that holds", () => {
  const at = (time: string) => frozen([BLACK_FRIDAY, CHRISTMAS], new Date(time));

  test("begins at its first moment, and is over at its last", () => {
    expect(at("2027-11-19T23:59:59Z")).toBeUndefined();
    expect(at("2027-11-20T00:00:00Z")).toBe(BLACK_FRIDAY);
    expect(at("2027-11-30T23:59:59Z")).toBe(BLACK_FRIDAY);
    expect(at("2027-12-01T00:00:00Z")).toBeUndefined();
    expect(at("2027-12-24T12:00:00Z")).toBe(CHRISTMAS);
  });

  test("is the one that ends later, of two", () => {
    for (const all of [
      [INCIDENT, BLACK_FRIDAY],
      [BLACK_FRIDAY, INCIDENT],
    ])
      expect(frozen(all, new Date("2027-11-21T00:00:00Z"))).toBe(BLACK_FRIDAY);
  });
});

test("the freeze by hand comes before the planned ones", () => {
  expect(freezesOf({ freezes: [BLACK_FRIDAY] }, { freeze: INCIDENT })).toEqual([INCIDENT, BLACK_FRIDAY]);
  expect(freezesOf({ freezes: [BLACK_FRIDAY] }, {})).toEqual([BLACK_FRIDAY]);
});

test.each<[what: string, freezes: Freeze[], from: string, until: string]>([
  ["one", [BLACK_FRIDAY], BLACK_FRIDAY.from, BLACK_FRIDAY.until],
  ["two of 90 days together", [BLACK_FRIDAY, CHRISTMAS], BLACK_FRIDAY.from, CHRISTMAS.until],
  ["one by hand, which a planned one continues", [INCIDENT, BLACK_FRIDAY], INCIDENT.from, BLACK_FRIDAY.until],
  [
    "one by hand, long before the planned one",
    [freeze("2027-05-01", "2027-05-03"), CHRISTMAS],
    "2027-05-01T00:00:00Z",
    "2027-05-03T00:00:00Z",
  ],
  [
    "one by hand, after a planned one that is over",
    [CHRISTMAS, freeze("2027-04-01", "2027-04-08")],
    CHRISTMAS.from,
    CHRISTMAS.until,
  ],
])("Cloud SQL's one period is that of %s", (_what, freezes, from, until) => {
  expect(withoutMaintenance(freezes)).toEqual({ from, until });
  expect(withoutMaintenance([])).toBeUndefined();
});

test("freezes keep GKE's upgrades and Cloud SQL's maintenance away", () => {
  const { staging, production } = synth((files) => {
    files.production.environment.freezes = [BLACK_FRIDAY, CHRISTMAS];
    files.production.freeze = INCIDENT;
  });
  const { maintenance_exclusion } = production.resource("google_container_cluster.cluster").maintenance_policy;
  expect(maintenance_exclusion.map((it: { start_time: string }) => it.start_time)).toEqual(
    [INCIDENT, BLACK_FRIDAY, CHRISTMAS].map(({ from }) => from),
  );
  expect(production.resource("google_sql_database_instance.database").settings.deny_maintenance_period).toEqual({
    start_date: "2027-11-18",
    end_date: "2028-01-03",
    time: "00:00:00",
  });
  expect(staging.text).not.toMatch(/maintenance_exclusion|deny_maintenance_period/);
});

test("a freeze that is over stays in the files without harm", () => {
  const { environments } = configuration((files) => {
    files.production.environment.freezes = [freeze("2020-11-20", "2020-12-01")];
    files.production.freeze = freeze("2021-01-01", "2021-01-02");
  });
  expect(environments.production.freezes).toHaveLength(2);
});
