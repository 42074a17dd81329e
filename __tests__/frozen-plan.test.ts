import { type Freezes, freezeProblems } from "../commands/terraform/frozen";
import type { Plan } from "../commands/terraform/plan-problems";
import type { Freeze } from "../schema/freeze";
import { describe as line } from "../schema/problem";
import { configuration } from "./support";

type Change = NonNullable<Plan["resource_changes"]>[number];

const SALE: Freeze = { from: "2027-11-20T00:00:00Z", until: "2027-12-01T00:00:00Z", reason: "Black Friday" };
const INCIDENT: Freeze = { from: "2027-11-18T00:00:00Z", until: "2027-11-22T00:00:00Z", reason: "An incident" };
const DURING = new Date("2027-11-21T00:00:00Z");

const frozenBy = (freeze?: Freeze, ...freezes: Freeze[]): Freezes => {
  const { name, environments } = configuration(({ production }) => {
    production.freeze = freeze;
    production.environment.freezes = freezes;
  });
  return { systemName: name, environmentName: "production", ...environments.production };
};
const change = (type: string, actions: readonly string[], before?: unknown, after?: unknown): Change => ({
  address: `${type}.it`,
  type,
  change: { actions, before, after },
});
const UPDATE = change("helm_release", ["update"], { version: "1" }, { version: "2" });
const refused = (freezes: Freezes, changes: Change[] = [UPDATE], now = DURING, env: NodeJS.ProcessEnv = {}) =>
  freezeProblems({ resource_changes: changes }, freezes, now, env).map(line);

const BY_HAND = `releases/pmcrm/production.json freeze.until = "2027-11-22T00:00:00Z": nothing is deployed until then, but for rollbacks: An incident; deploy later, or run SYSTEM=pmcrm npm run freeze -- production --lift, and commit the file; see docs/freezes.md`;

test("a deploy during a freeze by hand is refused, with the reason, the end and what to do", () => {
  expect(refused(frozenBy(INCIDENT))).toEqual([BY_HAND]);
});

test("a deploy during a planned freeze is refused", () => {
  expect(refused(frozenBy(undefined, SALE))).toEqual([
    `environments/pmcrm/production.ts freezes.0.until = "2027-12-01T00:00:00Z": nothing is deployed until then, but for rollbacks: Black Friday; deploy later, or remove the freeze, and commit the file; see docs/freezes.md`,
  ]);
});

test("before and after a freeze, and without one, nothing is refused", () => {
  expect(refused(frozenBy(INCIDENT), [UPDATE], new Date("2027-11-17T23:59:59Z"))).toEqual([]);
  expect(refused(frozenBy(INCIDENT), [UPDATE], new Date("2027-11-22T00:00:00Z"))).toEqual([]);
  expect(refused(frozenBy())).toEqual([]);
});

test("a rollback is not refused", () => {
  expect(refused(frozenBy(INCIDENT), [UPDATE], DURING, { SLIPWAY_ROLLBACK: "1" })).toEqual([]);
  expect(refused(frozenBy(INCIDENT), [UPDATE], DURING, { SLIPWAY_STEP: "back" })).toEqual([]);
  expect(refused(frozenBy(INCIDENT), [UPDATE], DURING, { SLIPWAY_STEP: "on" })).toHaveLength(1);
});

const policy = (start: string, ...maintenance_exclusion: string[]) => ({
  name: "c",
  maintenance_policy: [{ daily_maintenance_window: [{ start_time: start }], maintenance_exclusion }],
});
const instance = (tier: string, ...deny_maintenance_period: string[]) => ({
  name: "db",
  settings: [{ tier, deny_maintenance_period }],
});
const CLUSTER = "google_container_cluster";
const DATABASE = "google_sql_database_instance";

test.each<[what: string, changes: Change[]]>([
  ["nothing", [change("helm_release", ["no-op"]), change("google_project", ["read"])]],
  ["a cluster's exclusions", [change(CLUSTER, ["update"], policy("03:00"), policy("03:00", "a"))]],
  ["a database's period", [change(DATABASE, ["update"], instance("t", "a"), instance("t"))]],
])("a plan that changes %s is applied during a freeze", (_what, changes) => {
  expect(refused(frozenBy(INCIDENT), changes)).toEqual([]);
});

test.each<[what: string, changes: Change[]]>([
  ["a cluster's window, too", [change(CLUSTER, ["update"], policy("03:00"), policy("04:00", "a"))]],
  ["a database's tier, too", [change(DATABASE, ["update"], instance("t"), instance("u", "a"))]],
  ["a cluster by another one", [change(CLUSTER, ["delete", "create"], policy("03:00"), policy("03:00", "a"))]],
  ["a new cluster", [change(CLUSTER, ["create"], null, policy("03:00"))]],
  ["exclusions and a service", [change(CLUSTER, ["update"], policy("03:00"), policy("03:00", "a")), UPDATE]],
])("a plan that changes %s is refused during a freeze", (_what, changes) => {
  expect(refused(frozenBy(INCIDENT), changes)).toEqual([BY_HAND]);
});
