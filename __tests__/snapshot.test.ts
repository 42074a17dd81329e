import type { Context } from "../commands/context";
import { everyStack, withFixedRelease } from "../commands/every-stack";
import { addressOf, changing, existing, snapshotOf } from "../commands/terraform/snapshot";
import { PLATFORM_NAMES } from "../facts/reserved";
import { environmentOf } from "../schema/load";
import { type Json, ROOT, type Stack, synthEvery } from "./support";

const JOB = "kubernetes_job_v1.workload_migrate_migration_job";
const SQL = "google_sql_database_instance.database";
const there = (address: string, actions = ["no-op"], before: unknown = { name: "shop-production-1a2b" }) => ({
  address,
  type: address.split(".")[0] as string,
  change: { actions, before },
});
const context = (database: object | undefined, changesDatabase = true) =>
  ({
    systemName: "shop",
    environmentName: "production",
    system: { services: {}, tasks: { migrate: { changesDatabase } } },
    environment: { project: "shop-production", region: "europe-west1", database },
  }) as unknown as Context;
const CLOUD_SQL = context({ kind: "cloud-sql" });

test.each([
  ["a new Job", [there(JOB, ["create"], null)]],
  ["a replaced Job", [there(JOB, ["delete", "create"], {})]],
])("%s of a task that changes the database is found", (_what, changes) => {
  expect(changing({ resource_changes: [there(SQL), ...changes] }, CLOUD_SQL)).toEqual(["migrate"]);
});

test.each<[string, ReturnType<typeof there>[], Context]>([
  ["the first deploy", [there(SQL, ["create"], null), there(JOB, ["create"], null)], CLOUD_SQL],
  ["a Job that does not run again", [there(SQL), there(JOB)], CLOUD_SQL],
  ["a Job that is only deleted", [there(SQL), there(JOB, ["delete"], {})], CLOUD_SQL],
  ["a task that changes nothing", [there(SQL), there(JOB, ["create"], null)], context({ kind: "cloud-sql" }, false)],
  ["a system without a database", [there(JOB, ["create"], null)], context(undefined)],
])("%s needs no snapshot", (_what, resource_changes, files) => {
  expect(changing({ resource_changes }, files)).toEqual([]);
});

test("a candidate's Job changes the database, too, if the candidate runs the task", () => {
  const candidate = there("kubernetes_job_v1.workload_migrate-candidate_migration_job", ["create"], null);
  const plan = { resource_changes: [there(SQL), there(JOB), candidate] };
  const runs = (kind: string) =>
    ({
      ...CLOUD_SQL,
      system: { ...CLOUD_SQL.system, services: { web: { strategy: { kind }, after: ["migrate"] } } },
    }) as unknown as Context;
  expect(changing(plan, runs("canary"))).toEqual(["migrate"]);
  expect(changing(plan, runs("rolling"))).toEqual([]);
});

test.each([
  ["bitnami", "helm_release.datastore_postgresql"],
  ["external", "google_container_cluster.cluster"],
])("a database of the kind %s exists if %s does", (kind, address) => {
  const job = there(JOB, ["create"], null);
  expect(changing({ resource_changes: [there(address), job] }, context({ kind }))).toEqual(["migrate"]);
  expect(changing({ resource_changes: [there(address, ["create"], null), job] }, context({ kind }))).toEqual([]);
});

test("the addresses are those of the stacks", async () => {
  const stacks = await synthEvery();
  const kinds = new Set<string>();
  for (const { name, system: systemName, environment: environmentName } of everyStack(ROOT)) {
    const { system, environment } = environmentOf(await withFixedRelease(ROOT, systemName), environmentName);
    const { json } = stacks.get(name) as Stack;
    const all = Object.entries(json.resource as Json).flatMap(([type, byName]) =>
      Object.keys(byName as Json).map((id) => `${type}.${id}`),
    );
    if (!environment.database) continue;
    kinds.add(environment.database.kind);
    expect(all).toEqual(
      expect.arrayContaining([existing(environment.database), ...Object.keys(system.tasks).map(addressOf)]),
    );
    if (environment.database.kind === "bitnami")
      expect(Object.values<Json>(json.resource.kubernetes_cron_job_v1).map(({ metadata }) => metadata.name)).toContain(
        PLATFORM_NAMES.backup,
      );
  }
  expect([...kinds].sort()).toEqual(["bitnami", "cloud-sql", "external"]);
});

test("each kind says how it is kept; one outside only if the environment names a command", () => {
  const plan = { resource_changes: [there(SQL)] };
  const says = (database: object) => snapshotOf(plan, context(database))?.says;
  expect(says({ kind: "cloud-sql" })).toBe("a backup of shop-production-1a2b");
  expect(says({ kind: "bitnami" })).toBe("a run of postgresql-backup");
  expect(says({ kind: "external", snapshot: ["neonctl", "branches", "create"] })).toBe("neonctl branches create");
  expect(says({ kind: "external" })).toBeUndefined();
});

test("a command that fails, or is not there, keeps nothing", async () => {
  const take = (...snapshot: string[]) => snapshotOf({}, context({ kind: "external", snapshot }))?.take();
  await expect(take("true")).resolves.toBeUndefined();
  await expect(take("false")).rejects.toThrow("false failed with exit code 1");
  await expect(take("no-such-program")).rejects.toThrow("no-such-program cannot be started");
});
