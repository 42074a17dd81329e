import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Context } from "../commands/context";
import { everyStack, withFixedRelease } from "../commands/every-stack";
import { addressOf, changing, existing, snapshotOf } from "../commands/terraform/snapshot";
import { PLATFORM_NAMES } from "../facts/reserved";
import { environmentOf } from "../schema/load";
import { releaseId } from "../schema/release";
import { type Json, ROOT, type Stack, synthEvery } from "./support";

const JOB = "kubernetes_job_v1.workload_migrate_migration_job";
const SQL = "google_sql_database_instance.database";
const there = (address: string, actions = ["no-op"], before: unknown = { name: "shop-production-1a2b" }) => ({
  address,
  type: address.split(".")[0] as string,
  change: { actions, before },
});
const RELEASE = { version: "1.4.0", images: {} };
const context = (database: object | undefined, changesDatabase = true) =>
  ({
    systemName: "shop",
    environmentName: "production",
    system: { services: {}, tasks: { migrate: { changesDatabase } } },
    environment: { project: "shop-production", region: "europe-west1", cluster: {}, database },
    release: RELEASE,
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
  const take = (...snapshot: string[]) => snapshotOf({}, context({ kind: "external", snapshot }))?.take(new Date());
  await expect(take("true")).resolves.toBeUndefined();
  await expect(take("false")).rejects.toThrow("false failed with exit code 1");
  await expect(take("no-such-program")).rejects.toThrow("no-such-program cannot be started");
});

describe("what was taken is looked up", () => {
  const BEGUN = new Date("2026-01-31T12:00:00.500Z");
  const [EARLIER, LATER] = ["2026-01-31T11:59:59.000Z", "2026-01-31T12:01:00.000Z"];
  const { PATH } = process.env;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "snapshot-test-"));
    process.env.PATH = `${folder}:${PATH}`;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });

  /** Puts a program in place of the real one. It writes its calls down. */
  const program = (name: string, cases: Readonly<Record<string, string>>) =>
    writeFileSync(
      path.join(folder, name),
      `#!/bin/sh
echo "${name} $*" >> ${folder}/calls
case "$*" in
${Object.entries(cases)
  .map(([pattern, does]) => `${pattern}) ${does} ;;`)
  .join("\n")}
*) echo "unknown: $*" >&2; exit 2 ;;
esac
`,
      { mode: 0o755 },
    );
  const prints = (value: unknown) => {
    const file = path.join(folder, "answer.json");
    writeFileSync(file, JSON.stringify(value));
    return `cat ${file}`;
  };
  const calls = () => readFileSync(path.join(folder, "calls"), "utf8").trim().split("\n");

  const DESCRIPTION = `before release 1.4.0 (${releaseId(RELEASE)}), deploy of ${BEGUN.toISOString()}`;
  const run = (more: object = {}) => ({ description: DESCRIPTION, status: "SUCCESSFUL", startTime: LATER, ...more });

  /** Takes a backup, where Cloud SQL then has these runs. */
  const backUp = (runs: readonly object[], wait = "true") => {
    program("gcloud", {
      '"sql backups create"*': "echo operation-1",
      '"sql operations wait operation-1"*': wait,
      '"sql backups list"*': prints(runs),
    });
    return snapshotOf({ resource_changes: [there(SQL)] }, CLOUD_SQL)?.take(BEGUN);
  };

  test("a backup of Cloud SQL counts if it has this deploy's description and was successful", async () => {
    const others = [run({ description: "somebody's", status: "FAILED" }), { status: "RUNNING" }];
    await expect(backUp([...others, run()])).resolves.toBeUndefined();
    const of = "--instance=shop-production-1a2b --project=shop-production";
    expect(calls()).toEqual([
      `gcloud sql backups create ${of} --description=${DESCRIPTION} --async --format=value(name)`,
      "gcloud sql operations wait operation-1 --project=shop-production --timeout=21600",
      `gcloud sql backups list ${of} --format=json(description,status,startTime,error)`,
    ]);
  });

  test.each<[string, object[], string]>([
    ["is not there", [run({ description: "another" })], 'shop-production-1a2b has no backup "before release 1.4.0'],
    ["failed", [run({ status: "FAILED", error: { message: "disk lost" } })], '" is FAILED: disk lost'],
    ["still runs", [run({ status: "RUNNING" })], '" is RUNNING'],
    ["started before the deploy", [run({ startTime: EARLIER })], `started at ${EARLIER}, before this deploy began`],
    ["says no time", [run({ startTime: undefined })], "before this deploy began (2026-01-31T12:00:00.500Z)"],
  ])("a backup of Cloud SQL that %s keeps nothing", async (_what, runs, message) => {
    await expect(backUp(runs)).rejects.toThrow(message);
  });

  test("a backup of Cloud SQL that does not end is not looked up", async () => {
    await expect(backUp([run()], "exit 1")).rejects.toThrow("gcloud failed with exit code 1");
    expect(calls()).toHaveLength(2);
  });

  test("a backup names the candidate's release, too", async () => {
    const candidate = { release: { version: "1.5.0", images: {} }, share: 0 };
    program("gcloud", { '"sql backups create"*': "exit 1" });
    const plan = { resource_changes: [there(SQL)] };
    await expect(snapshotOf(plan, { ...CLOUD_SQL, candidate })?.take(BEGUN)).rejects.toThrow("exit code 1");
    expect(calls()[0]).toContain(`and release 1.5.0 (${releaseId(candidate.release)}), deploy of`);
  });

  /** Runs the backup's Job, where the bucket then has these objects. */
  const dump = (objects: readonly object[], status = "1/") => {
    program("gcloud", { '"container clusters get-credentials"*': "true", '"storage objects list"*': prints(objects) });
    program("kubectl", { '*" create job "*': "true", '*" get job "*': `printf ${status}` });
    return snapshotOf({}, context({ kind: "bitnami" }))?.take(BEGUN);
  };
  const object = (creation_time: string, size = 4096) => ({
    storage_url: "gs://shop-production-shop-production-dumps/postgresql/a.dump#1",
    size,
    creation_time,
  });

  test("a dump counts if it has content and is newer than the deploy", async () => {
    await expect(dump([object(EARLIER, 0), object("2026-01-31T12:01:00+0000")])).resolves.toBeUndefined();
    expect(calls().at(-1)).toBe(
      "gcloud storage objects list gs://shop-production-shop-production-dumps/postgresql/*.dump --format=json(storage_url,size,creation_time)",
    );
  });

  test.each<[string, object[], string]>([
    ["is not there", [], "dumps/postgresql has no dump that is newer than this deploy (2026-01-31T12:00:00.500Z)"],
    ["is older than the deploy", [object(EARLIER)], "has no dump that is newer than this deploy"],
    ["is empty", [object(LATER, 0)], "a.dump#1 is empty"],
  ])("a dump that %s keeps nothing", async (_what, objects, message) => {
    await expect(dump(objects)).rejects.toThrow(message);
  });

  test("a backup's Job that fails keeps nothing, whatever is in the bucket", async () => {
    await expect(dump([object(LATER)], "/1")).rejects.toThrow(/job postgresql-backup-\w+ failed/);
    expect(calls().join()).not.toContain("storage");
  });
});
