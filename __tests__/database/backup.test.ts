import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseBackup, type DatabaseBackupProps } from "../../constructs/database/backup";
import type { BackupBucket } from "../../constructs/database/backup-bucket";
import type { PostgreSql } from "../../constructs/database/postgresql";
import type { Namespace } from "../../constructs/kubernetes/namespace";
import { AUTOPILOT, at, build, placeOn, platform } from "../construct";
import { admits } from "../image-policy";
import { type Server, startPostgres, withPostgres } from "../postgres";
import type { Json } from "../support";

const namespace = { name: "datastores", ready: [at("default-deny")] } as unknown as Namespace;
const postgresql = {
  host: "postgresql.datastores.svc",
  port: 5432,
  database: "shop",
  image: "registry.example/postgresql:17.6.0",
  administrator: { user: "postgres", secret: { name: "postgresql" }, key: "postgres-password" },
  peers: [{ pods: { "app.kubernetes.io/name": "postgresql" }, namespace: "datastores" }],
  ready: [at("helm_release.datastore_postgresql")],
} as unknown as PostgreSql;

const synth = (props: Partial<DatabaseBackupProps> = {}) =>
  build((stack) => {
    const { restoreCommand } = new DatabaseBackup(stack, "b", {
      platform,
      accountId: "shop-dumps",
      namespace,
      postgresql,
      bucket: { name: "shop-test-dumps" } as BackupBucket,
      at: "02:30",
      diskGb: 30,
      place: placeOn("data"),
      ...props,
    });
    return { restoreCommand };
  });
const built = synth();
const { resource, counts, given } = built;
const JOBS = ["postgresql-backup", "postgresql-restore"] as const;
const job = (name: (typeof JOBS)[number], from = built): Json => from.resource(`kubernetes_cron_job_v1.b_${name}`);
const template = (name: (typeof JOBS)[number], from = built): Json => job(name, from).spec.job_template.spec;
/** Containers in the order in which they run. */
const steps = (name: (typeof JOBS)[number], from = built): Json[] => {
  const { init_container, container } = template(name, from).template.spec;
  expect([init_container.length, container.length]).toEqual([1, 1]);
  return [...init_container, ...container];
};
const variables = ({ env }: Json): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value }: Json) => [name, value]));

test("dumps are made at night, one after the other, and by UTC", () => {
  expect(job("postgresql-backup").spec).toMatchObject({
    schedule: "30 2 * * *",
    timezone: "Etc/UTC",
    suspend: false,
    concurrency_policy: "Forbid",
  });
  expect(job("postgresql-backup", synth({ at: "00:05" })).spec.schedule).toBe("5 0 * * *");
});

test("a restore never runs by itself, is not tried twice, and is a Job of the suspended one", () => {
  expect(job("postgresql-restore").spec).toMatchObject({ suspend: true, schedule: "0 0 31 2 *" });
  expect(template("postgresql-restore").backoff_limit).toBe(0);
  const { name, namespace: where } = job("postgresql-restore").metadata;
  expect(given.restoreCommand).toBe(`kubectl -n ${where} create job --from=cronjob/${name} restore-1`);
});

test.each(JOBS)("the autoscaler leaves the node of %s alone", (name) => {
  expect(template(name).template.metadata.annotations).toEqual({
    "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
  });
});

test("a dump that loses its node starts again, without counting as a failure; a restore does not", () => {
  expect(template("postgresql-backup").pod_failure_policy).toEqual({
    rule: [{ action: "Ignore", on_pod_condition: [{ type: "DisruptionTarget", status: "True" }] }],
  });
  expect(template("postgresql-backup").template.spec.restart_policy).toBe("Never"); // or Kubernetes refuses the policy
  expect(template("postgresql-restore")).not.toHaveProperty("pod_failure_policy");
});

test.each(JOBS)("%s ends, and its scratch disk does not stay for long", (name) => {
  expect(template(name).active_deadline_seconds).toBeGreaterThanOrEqual(3600);
  expect(Number(template(name).ttl_seconds_after_finished)).toBeLessThanOrEqual(2 * 86400);
  const [dumps] = template(name).template.spec.volume;
  expect(dumps.ephemeral.volume_claim_template.spec).toMatchObject({
    storage_class_name: "standard-rwo",
    resources: { requests: { storage: "30Gi" } },
  });
});

test.each(JOBS)("%s satisfies the restricted Pod Security Standard, with a read-only root and no token", (name) => {
  const { security_context, ...pod } = template(name).template.spec;
  expect(security_context).toMatchObject({ run_as_non_root: true, seccomp_profile: { type: "RuntimeDefault" } });
  expect(Number(security_context.fs_group)).toBeGreaterThan(0);
  expect(pod.automount_service_account_token).toBe(false);
  for (const step of steps(name)) {
    expect(step.security_context).toMatchObject({
      allow_privilege_escalation: false,
      read_only_root_filesystem: true,
      run_as_non_root: true, // the provider would send false
      capabilities: { drop: ["ALL"] },
    });
    expect(step.volume_mount.map((m: Json) => m.mount_path)).toEqual([step.working_dir, "/tmp"]);
    expect(step.resources.limits.memory).toMatch(/^\d+[MG]i$/);
  }
});

test("jobs run on the pool, or on Autopilot as it would have them", () => {
  expect(template("postgresql-backup").template.spec.node_selector).toEqual({
    "cloud.google.com/gke-nodepool": "data",
  });
  expect(template("postgresql-backup").template.spec.toleration).toHaveLength(1);
  expect(job("postgresql-backup").lifecycle).toBeUndefined();
  const autopilot = synth({ place: AUTOPILOT });
  for (const name of JOBS) {
    expect(template(name, autopilot).template.spec).not.toHaveProperty("node_selector");
    for (const { resources } of steps(name, autopilot)) expect(resources.limits).toEqual(resources.requests);
    const ignored: string[] = job(name, autopilot).lifecycle.ignore_changes;
    expect(ignored.filter((at) => !/autopilot\.gke\.io|toleration/.test(at))).toEqual([]);
  }
});

test("PostgreSQL's programs are the server's, as its administrator; the password is read where it lies", () => {
  const [dump, upload] = steps("postgresql-backup");
  expect(dump.image).toBe("registry.example/postgresql:17.6.0");
  expect(variables(dump)).toMatchObject({
    PGHOST: "postgresql.datastores.svc",
    PGPORT: "5432",
    PGDATABASE: "shop",
    PGUSER: "postgres",
  });
  const [password] = dump.env.filter(({ name }: Json) => name === "PGPASSWORD");
  expect(password.value_from.secret_key_ref).toEqual({ name: "postgresql", key: "postgres-password" });
  expect(JSON.stringify(upload.env)).not.toContain("PG"); // what reaches the internet has no password
  expect(steps("postgresql-restore")[1].env).toEqual(dump.env);
});

test("the other image has an exact version, and Binary Authorization's patterns admit it", () => {
  const [, { image }] = steps("postgresql-backup");
  expect(image).toMatch(/:\d+\.\d+\.\d+/);
  expect(DatabaseBackup.IMAGES.some((pattern) => admits(pattern, image))).toBe(true);
});

test("the account of both may add dumps and read them, and no more, without a key", () => {
  expect(counts).toMatchObject({ google_storage_bucket_iam_member: 2, google_service_account: 1 });
  const members: Json[] = Object.values(built.json.resource.google_storage_bucket_iam_member);
  expect(members.map(({ role }) => role)).toEqual(["roles/storage.objectCreator", "roles/storage.objectViewer"]);
  for (const { bucket, member } of members)
    expect([bucket, member]).toEqual(["shop-test-dumps", expect.stringContaining("identity_postgresql_backup.member")]);
  for (const name of JOBS)
    expect(template(name).template.spec.service_account_name).toContain("kubernetes_service_account_v1.b_account");
  expect(resource("google_service_account_iam_member.b_identity_binding").member).toBe(
    "serviceAccount:acme-test.svc.id.goog[datastores/postgresql-backup]",
  );
});

test("jobs reach the database, Google and the metadata server, and wait for leave to do so", () => {
  const policies: Record<string, Json> = built.json.resource.kubernetes_network_policy_v1;
  const egress = Object.values(policies).flatMap(({ spec }) => spec.egress);
  expect(egress.map(({ ports }: Json) => ports.map((p: Json) => p.port))).toEqual([["5432"], ["443"], ["80", "8080"]]);
  expect(egress[2].to).toEqual([{ ip_block: { cidr: "169.254.169.254/32" } }]);
  for (const { spec } of Object.values(policies)) {
    expect(DatabaseBackup.PEER).toEqual({ workload: spec.pod_selector.match_labels["app.kubernetes.io/name"] });
    for (const name of JOBS)
      expect(template(name).template.metadata.labels).toMatchObject(spec.pod_selector.match_labels);
  }
  for (const name of JOBS)
    expect(job(name).depends_on).toEqual(
      expect.arrayContaining([
        "default-deny",
        "helm_release.datastore_postgresql",
        ...Object.keys(policies).map((id) => `kubernetes_network_policy_v1.${id}`),
        "google_storage_bucket_iam_member.b_objectCreator",
        "google_storage_bucket_iam_member.b_objectViewer",
      ]),
    );
});

/** A command as the kubelet runs it. {@link https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/} */
const expanded = (text: string, env: Readonly<Record<string, string>>) =>
  text.replace(/\$\$|\$\(([A-Za-z_]\w*)\)/g, (all, name) => (all === "$$" ? "$" : (env[name] ?? all)));

test.each(JOBS)("neither Terraform nor the kubelet finds anything to replace in a script of %s", (name) => {
  for (const step of steps(name)) {
    const [, , script] = step.command;
    expect(script).not.toMatch(/\$\{|%\{/);
    expect(expanded(script, variables(step))).toBe(script);
    expect(script).toMatch(/^set -euo pipefail\n/);
    expect(spawnSync("bash", ["-n"], { input: script }).status).toBe(0);
  }
});

describe("on a real server", () => {
  const PASSWORD = "the-administrator's";
  const work = mkdtempSync(path.join(os.tmpdir(), "backup-"));
  const bin = path.join(work, "bin");
  const bucket = path.join(work, "bucket");
  let server: Server | undefined;
  const sql = (text: string) => (server as Server).sql("shop", text);
  const dumps = () => readdirSync(path.join(bucket, "postgresql")).sort();

  /** gcloud with a folder for a bucket: nothing is overwritten, and names come in any order. */
  const GCLOUD = `#!/bin/bash
set -euo pipefail
file() { echo "$1" | sed "s#^gs://shop-test-dumps/#${bucket}/#"; }
case "$1 $2" in
  "storage cp") test ! -e "$(file "$4")"; cp "$(file "$3")" "$(file "$4")" ;;
  "storage ls")
    test "$3" = "gs://shop-test-dumps/postgresql/*.dump"
    ls -r ${bucket}/postgresql/*.dump | sed "s#^${bucket}/#gs://shop-test-dumps/#" ;;
  *) exit 2 ;;
esac
`;

  beforeAll(() => {
    server = startPostgres(PASSWORD);
    mkdirSync(bin);
    writeFileSync(path.join(bin, "gcloud"), GCLOUD, { mode: 0o755 });
    writeFileSync(path.join(bin, "curl"), '#!/bin/bash\n[[ "$*" == *computeMetadata* ]]\n', { mode: 0o755 });
  });
  afterAll(() => {
    server?.stop();
    rmSync(work, { recursive: true });
  });

  beforeEach(() => {
    rmSync(bucket, { recursive: true, force: true });
    mkdirSync(path.join(bucket, "postgresql"), { recursive: true });
    // As the image makes it at its first start.
    server?.sql(
      "postgres",
      `DROP DATABASE IF EXISTS shop;
       DROP ROLE IF EXISTS shop; DROP ROLE IF EXISTS auditor;
       CREATE DATABASE shop;
       CREATE ROLE shop LOGIN CREATEDB PASSWORD 'x';
       CREATE ROLE auditor;
       GRANT ALL PRIVILEGES ON DATABASE shop TO shop;
       ALTER DATABASE shop OWNER TO shop;`,
    );
    server?.sql(
      "shop",
      `ALTER SCHEMA public OWNER TO shop;
       CREATE EXTENSION pg_trgm;
       SET ROLE shop;
       CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL);
       CREATE INDEX ON customers USING gin (name gin_trgm_ops);
       INSERT INTO customers (name) SELECT 'customer ' || n FROM generate_series(1, 5000) n;
       CREATE SCHEMA finance;
       CREATE TABLE finance.orders (id int PRIMARY KEY, customer int REFERENCES customers);
       INSERT INTO finance.orders SELECT n, n FROM generate_series(1, 100) n;
       CREATE VIEW finance.open AS SELECT o.id, c.name FROM finance.orders o JOIN customers c ON c.id = o.customer;
       CREATE FUNCTION finance.total() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM finance.orders $$;
       GRANT USAGE ON SCHEMA finance TO auditor; GRANT SELECT ON finance.orders TO auditor;
       SELECT lo_from_bytea(4711, 'a large object');`,
    );
  });

  /** Everything that is in the database: its objects as SQL, with owners and grants, and its rows. */
  const contents = (): string => {
    const { status, stdout } = spawnSync("pg_dump", ["shop"], { env: server?.env, encoding: "utf8" });
    expect(status).toBe(0);
    return stdout.replace(/^\\(un)?restrict .*$/gm, "");
  };

  /** Runs a job's containers as Kubernetes does: the second only when the first has succeeded. */
  function run(name: (typeof JOBS)[number], changes: Readonly<Record<string, string>> = {}, shims = "") {
    const cwd = mkdtempSync(path.join(work, "scratch-"));
    let said = "";
    for (const step of steps(name)) {
      const own = variables(step);
      const env = {
        ...own,
        ...server?.env,
        PGDATABASE: own.PGDATABASE ?? "",
        ...changes,
        PATH: `${shims}:${bin}:${server?.env.PATH}`,
      };
      const [shell, ...args] = step.command.map((text: string) => expanded(text, own));
      const { status, stdout, stderr } = spawnSync(shell, args, { env, cwd, encoding: "utf8" });
      said += stdout + stderr;
      if (status !== 0) return { ok: false, said, at: step.name };
    }
    return { ok: true, said, at: undefined };
  }
  const DONE = { ok: true, said: expect.anything(), at: undefined };
  const failed = (at: string, said: RegExp) => ({ ok: false, said: expect.stringMatching(said), at });

  withPostgres("what was damaged, deleted and added after the dump is as it was", () => {
    const before = contents();
    expect(run("postgresql-backup")).toEqual(DONE);
    expect(dumps()).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.dump$/)]);

    sql(`UPDATE customers SET name = 'lost';
         DROP SCHEMA finance CASCADE;
         DROP INDEX customers_name_idx;
         ALTER TABLE customers ADD COLUMN later int;
         CREATE TABLE later (customer int REFERENCES customers); -- would keep customers from being dropped
         CREATE SCHEMA later; CREATE VIEW later.names AS SELECT name FROM customers;
         REVOKE USAGE ON SCHEMA public FROM PUBLIC; ALTER SCHEMA public OWNER TO postgres;
         SELECT lo_put(4711, 0, 'another large one');`);
    expect(contents()).not.toBe(before);
    expect(run("postgresql-restore")).toEqual(DONE);
    expect(contents()).toBe(before);
    expect(sql("SELECT count(*) FROM customers WHERE name LIKE 'customer %'")).toBe("5000");
    expect(sql("SET ROLE shop; INSERT INTO customers (name) VALUES ('new') RETURNING id")).toBe("5001");
  });

  withPostgres("the newest dump is taken, or the one that is named", () => {
    const at = (time: string, name: string) => {
      sql(`UPDATE customers SET name = '${name}' WHERE id = 1`);
      run("postgresql-backup");
      const [made] = dumps().filter((file) => !file.startsWith("2001"));
      writeFileSync(
        path.join(bucket, "postgresql", time),
        readFileSync(path.join(bucket, "postgresql", made as string)),
      );
      rmSync(path.join(bucket, "postgresql", made as string));
    };
    at("2001-01-09T00-00-00Z.dump", "older");
    at("2001-01-10T00-00-00Z.dump", "newer");
    sql("DELETE FROM finance.orders; DELETE FROM customers");
    const first = () => sql("SELECT name FROM customers WHERE id = 1");
    expect(run("postgresql-restore")).toEqual(DONE);
    expect(first()).toBe("newer");
    expect(run("postgresql-restore", { DUMP: "2001-01-09T00-00-00Z.dump" })).toEqual(DONE);
    expect(first()).toBe("older");
  });

  withPostgres("where there is no dump, or none of that name, nothing changes", () => {
    const before = contents();
    expect(run("postgresql-restore")).toMatchObject({ ok: false, at: "download" });
    expect(run("postgresql-restore", { DUMP: "2001-01-01T00-00-00Z.dump" })).toMatchObject({
      ok: false,
      at: "download",
    });
    expect(contents()).toBe(before);
  });

  withPostgres("a dump that fails uploads nothing", () => {
    expect(run("postgresql-backup", { PGDATABASE: "another" })).toEqual(failed("dump", /does not exist/));
    expect(run("postgresql-backup", { PGPASSWORD: "wrong" })).toEqual(failed("dump", /authentication failed/));
    expect(dumps()).toEqual([]);
  });

  /** A program that stands before the real one of its name. */
  function shim(name: string, script: string): string {
    const folder = mkdtempSync(path.join(work, "shim-"));
    const real = spawnSync("which", [name], { env: server?.env, encoding: "utf8" }).stdout.trim();
    writeFileSync(path.join(folder, name), `#!/bin/bash\n${script.replaceAll("REAL", real)}\n`, { mode: 0o755 });
    return folder;
  }

  withPostgres("a dump that breaks off is seen before it is uploaded, whatever pg_dump says", () => {
    const cut = shim("pg_dump", 'REAL "$@"; truncate --size=-2000 unread.dump');
    expect(run("postgresql-backup", {}, cut)).toEqual(failed("dump", /could not read from input file/));
    expect(dumps()).toEqual([]);
    const [, upload] = steps("postgresql-backup");
    const cwd = mkdtempSync(path.join(work, "scratch-"));
    writeFileSync(path.join(cwd, "unread.dump"), "half of it");
    const env = { ...variables(upload), PATH: `${bin}:${process.env.PATH}` };
    expect(spawnSync("bash", upload.command.slice(1), { env, cwd }).status).not.toBe(0);
    expect(dumps()).toEqual([]);
  });

  withPostgres("a broken dump leaves the database as it was", () => {
    run("postgresql-backup");
    sql("INSERT INTO customers (name) VALUES ('after the dump')");
    const before = contents();
    const [file] = dumps();
    truncateSync(path.join(bucket, "postgresql", file as string), 20_000);
    expect(run("postgresql-restore")).toEqual(failed("restore", /could not read|unexpected end/));
    expect(contents()).toBe(before);
  });

  withPostgres("a restore that breaks off half-way leaves the database as it was", () => {
    run("postgresql-backup");
    sql("INSERT INTO customers (name) VALUES ('after the dump')");
    const before = contents();
    // All but the last lines, the first time that it prints anything.
    const dies = shim("pg_restore", '[[ "$*" == *--file=-* ]] || exec REAL "$@"\nREAL "$@" | head -n -40; exit 1');
    expect(run("postgresql-restore", {}, dies)).toMatchObject({ ok: false, at: "restore" });
    expect(contents()).toBe(before);
  });

  withPostgres("a dump that does not fit leaves the database as it was", () => {
    run("postgresql-backup");
    sql("REVOKE ALL ON finance.orders FROM auditor; REVOKE ALL ON SCHEMA finance FROM auditor; DROP ROLE auditor");
    const before = contents();
    expect(run("postgresql-restore")).toEqual(failed("restore", /role "auditor" does not exist/));
    expect(contents()).toBe(before);
  });
});
