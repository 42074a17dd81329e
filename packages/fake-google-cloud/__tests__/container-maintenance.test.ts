import type { Body } from "../src/body";
import { CLUSTER, CLUSTERS, containerWorld, withCluster } from "./container-world";
import { errorOf } from "./support";

// https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions

const C = `${CLUSTERS}/c`;
const exclusion = (from: string, until: string, scope = "NO_UPGRADES"): Body => ({
  startTime: `${from}T00:00:00Z`,
  endTime: `${until}T00:00:00Z`,
  maintenanceExclusionOptions: { scope },
});
const numbered = (count: number, of: (i: number) => Body): Body =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`e${i}`, of(i)]));
const policy = (maintenanceExclusions: Body): Body => ({
  window: { dailyMaintenanceWindow: { startTime: "03:00" }, maintenanceExclusions },
});

const UNAVAILABLE = "400 maintenance policy would go longer than 92d without 48h maintenance availability";

test.each<[what: string, exclusions: Body, expected: string]>([
  ["an exclusion without a beginning", { x: { endTime: "2097-01-02T00:00:00Z" } }, "[x].start_time"],
  ["an exclusion without an end", { x: { startTime: "2097-01-02T00:00:00Z" } }, "[x].end_time"],
  ["one that ends before it starts", { x: exclusion("2097-01-02", "2097-01-01") }, "x must end after it starts."],
  ["one of more than 90 days", { x: exclusion("2097-01-01", "2097-04-02") }, "x must be at most 90 days long."],
  ["one of an unknown scope", { x: exclusion("2097-01-01", "2097-01-02", "ALL") }, `[x].scope' (TYPE_ENUM), "ALL"`],
  [
    "a fourth one that is not over",
    numbered(4, (i) => exclusion(`209${i}-01-01`, `209${i}-01-02`)),
    "400 Number of active maintenance exclusions exceeds limit (3).",
  ],
  [
    "a 21st one",
    numbered(21, (i) => exclusion(`20${i + 70}-01-01`, `20${i + 70}-01-02`, "NO_MINOR_UPGRADES")),
    "400 Number of total maintenance exclusions exceeds limit (20).",
  ],
  ["one that leaves 11 nights of 92 days", { x: exclusion("2097-01-01", "2097-03-23") }, UNAVAILABLE],
  [
    "two that leave too few nights together",
    { x: exclusion("2097-01-01", "2097-02-10"), y: exclusion("2097-02-15", "2097-03-28") },
    UNAVAILABLE,
  ],
])("%s is refused, in a new cluster and in an update", (_what, exclusions, expected) => {
  const maintenancePolicy = policy(exclusions);
  expect(errorOf(() => containerWorld().post(CLUSTERS, { cluster: { ...CLUSTER, maintenancePolicy } }))).toContain(
    expected,
  );
  expect(errorOf(() => withCluster().post(`${C}:setMaintenancePolicy`, { maintenancePolicy }))).toContain(expected);
});

test.each<[what: string, exclusions: Body]>([
  ["as long as possible", { x: exclusion("2097-01-01", "2097-03-22") }],
  ["that are over, however many", numbered(5, (i) => exclusion(`201${i}-01-01`, `201${i}-01-02`))],
])("exclusions %s are answered as sent", (_what, exclusions) => {
  const { post, get } = withCluster();
  post(`${C}:setMaintenancePolicy`, { maintenancePolicy: policy(exclusions) });
  expect(get(C).maintenancePolicy.window.maintenanceExclusions).toEqual(exclusions);
  post(`${C}:setMaintenancePolicy`, { maintenancePolicy: policy({}) });
  expect(get(C).maintenancePolicy.window.maintenanceExclusions ?? {}).toEqual({});
});
