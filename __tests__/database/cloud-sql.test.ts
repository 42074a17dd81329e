import { CloudSql, type CloudSqlProps } from "../../constructs/database/cloud-sql";
import type { GeneratedSecret } from "../../constructs/secrets/secret";
import { build, platform, ref } from "../construct";
import type { Json } from "../support";

const synth = (props: Partial<CloudSqlProps> = {}) =>
  build((stack) => {
    const { host, port, user, role, certificateAuthority, instance, ready } = new CloudSql(stack, "sql", {
      platform,
      version: "POSTGRES_16",
      edition: "ENTERPRISE",
      tier: "db-custom-2-7680",
      availability: "REGIONAL",
      diskGb: 20,
      diskLimitGb: 200,
      maxConnections: 400,
      backups: { at: "02:00", keep: 30 },
      recoveryDays: 7,
      maintenance: { day: "SUNDAY", hour: 3, track: "stable" },
      insightsQueryLength: 1024,
      database: "shop",
      role: "shop_app",
      password: { source: { value: "the-password", generation: 4 } as GeneratedSecret, keepsPrevious: false },
      extensions: ["vector", "pg_trgm"],
      administrator: "deployer@acme-test.iam.gserviceaccount.com",
      serving: "primary",
      ...props,
    });
    return { host, port, user, role, certificateAuthority, name: instance.name, ready: ready.map(({ fqn }) => fqn) };
  });
const ADDRESS = "google_sql_database_instance.database";
const REPLICA = "google_sql_database_instance.database_replica";
const RESTORED = "google_sql_database_instance.database_restored_before_bug";
const restore = { name: "before-bug", at: "2026-03-01T12:00:00Z" };
const { resource, counts, json, given, readable } = synth();
const { settings, ...instance } = resource(ADDRESS);

test("there are one instance, one database, one user for the services and one that deploys", () => {
  expect(counts).toEqual({
    random_id: 1,
    google_sql_database_instance: 1,
    google_sql_database: 1,
    google_sql_user: 2,
    google_sql_provision_script: 1,
  });
});

test("its name has a suffix, so that the instance can come back while Google keeps the old name taken", () => {
  expect(instance.name).toBe(`shop-test-${ref("random_id.database.hex")}`);
  expect(given.name).toBe(ref(`${ADDRESS}.name`));
  expect(resource("random_id.database")).toMatchObject({ byte_length: 2, lifecycle: { prevent_destroy: true } });
});

test("it is what the system and the environment say, and takes its time to be made", () => {
  expect(instance).toMatchObject({ region: "europe-west1", database_version: "POSTGRES_16" });
  for (const time of ["create", "update", "delete"]) expect(instance.timeouts[time]).toBe("60m"); // Google may take as long
  expect(resource("google_sql_database.database").name).toBe("shop");
  for (const { instance } of Object.values<Json>({
    ...json.resource.google_sql_user,
    ...json.resource.google_sql_database,
    ...json.resource.google_sql_provision_script,
  }))
    expect(instance).toBe(ref(`${ADDRESS}.name`));
});

test("it has no public address and refuses connections that are not encrypted", () => {
  expect(settings.ip_configuration).toEqual({
    ipv4_enabled: false,
    private_network: "network-id",
    ssl_mode: "ENCRYPTED_ONLY",
  });
  expect(given.host).toBe(ref(`${ADDRESS}.private_ip_address`));
  expect(given.port).toBe(5432);
  expect(given.certificateAuthority).toBe(ref(`${ADDRESS}.server_ca_cert[0].cert`));
});

test("it waits for the API and the private connection, which its arguments do not name", () => {
  expect(instance.depends_on).toEqual(["api.sqladmin", "private-services"]);
});

test("backups are kept, also when the instance is deleted, and every moment between them can be restored", () => {
  expect(settings.retain_backups_on_delete).toBe(true);
  expect(settings.backup_configuration).toMatchObject({
    enabled: true,
    start_time: "02:00",
    point_in_time_recovery_enabled: true,
    transaction_log_retention_days: 7,
    backup_retention_settings: { retained_backups: 30 },
  });
});

test("the disk grows up to its limit, and what it has grown by is not taken back", () => {
  expect(settings).toMatchObject({ disk_size: 20, disk_autoresize: true, disk_autoresize_limit: 200 });
  expect(instance.lifecycle.ignore_changes).toContain("settings[0].disk_size"); // shrinking would replace the instance
});

test("no instance names a range: Google takes a free block in any of the network's", () => {
  const { json } = synth({ restore, replicaRegion: "europe-west3" });
  const instances = Object.values(json.resource.google_sql_database_instance);
  expect(instances).toHaveLength(3);
  expect(JSON.stringify(instances)).not.toContain("allocated_ip_range");
});

test("it logs and audits as the CIS benchmark asks, each flag named once", () => {
  const flags: Json[] = settings.database_flags;
  expect(new Set(flags.map(({ name }) => name)).size).toBe(flags.length);
  expect(Object.fromEntries(flags.map(({ name, value }) => [name, value]))).toMatchObject({
    "cloudsql.enable_pgaudit": "on",
    "cloudsql.iam_authentication": "on",
    log_connections: "on",
    max_connections: "400",
    log_disconnections: "on",
    log_lock_waits: "on",
    log_checkpoints: "on",
    log_statement: "ddl",
    log_min_error_statement: "error",
    log_min_messages: "warning",
    log_min_duration_statement: "-1", // it would log the queries' values
    "pgaudit.log": "ddl,role",
  });
});

test("edition, tier, availability, recovery and insights are the environment's to say", () => {
  expect(settings.insights_config).toMatchObject({ query_insights_enabled: true, query_string_length: 1024 });
  expect(settings).toMatchObject({ edition: "ENTERPRISE", tier: "db-custom-2-7680", availability_type: "REGIONAL" });
  const plus = { edition: "ENTERPRISE_PLUS", tier: "db-perf-optimized-N-4", availability: "ZONAL" } as const;
  const other = synth({ ...plus, recoveryDays: 35 }).resource(ADDRESS).settings;
  expect(other).toMatchObject({ edition: plus.edition, tier: plus.tier, availability_type: "ZONAL" });
  expect(other.backup_configuration.transaction_log_retention_days).toBe(35);
});

test.each([
  ["MONDAY", 1],
  ["SATURDAY", 6],
  ["SUNDAY", 7],
] as const)("maintenance on %s is day %d to Google", (day, number) => {
  const window = synth({ maintenance: { day, hour: 23, track: "week5" } }).resource(ADDRESS).settings
    .maintenance_window;
  expect(window).toEqual({ day: number, hour: 23, update_track: "week5" });
});

test.each([
  ["of whole days", "2027-11-20T00:00:00Z", "2027-12-01T00:00:00Z", "2027-11-20", "2027-12-01", "00:00:00"],
  [
    "that ends later in the day",
    "2027-11-20T06:00:00Z",
    "2027-12-01T18:30:00Z",
    "2027-11-20",
    "2027-12-02",
    "06:00:00",
  ],
  [
    "that ends earlier in the day",
    "2027-12-30T18:00:00Z",
    "2028-01-01T06:00:00Z",
    "2027-12-30",
    "2028-01-01",
    "18:00:00",
  ],
  ["of hours", "2027-11-20T06:00:00Z", "2027-11-20T07:00:00Z", "2027-11-20", "2027-11-21", "06:00:00"],
])("a time without maintenance %s is covered, in the copy too", (_what, from, until, start_date, end_date, time) => {
  const { resource } = synth({ withoutMaintenance: { from, until }, restore });
  for (const address of [ADDRESS, RESTORED])
    expect(resource(address).settings.deny_maintenance_period).toEqual({ start_date, end_date, time });
  expect(settings).not.toHaveProperty("deny_maintenance_period");
});

test("who logs in acts as the role that owns everything", () => {
  expect(given).toMatchObject({ user: "shop_app_4", role: "shop_app" });
  expect(resource("google_sql_user.sql_users_4").database_roles).toEqual(["shop_app"]);
  expect(readable).not.toContain("the-password");
});

const SCRIPT = "google_sql_provision_script.sql_script";

test("the deployer logs in through IAM, as superuser, once the database is there", () => {
  const administrator = resource("google_sql_user.sql_administrator");
  expect(administrator).toMatchObject({
    name: "deployer@acme-test.iam",
    type: "CLOUD_IAM_SERVICE_ACCOUNT",
    database_roles: ["cloudsqlsuperuser"],
  });
  expect(settings.data_api_access).toBe("ALLOW_DATA_API"); // the scripts' way in
  expect(resource(SCRIPT).database).toBe("shop");
  expect(resource(SCRIPT).depends_on).toEqual(["google_sql_database.database", "google_sql_user.sql_administrator"]);
});

test("it makes the role, which cannot log in, and the extensions; twice does no harm", () => {
  expect(resource(SCRIPT).script.split("\n")).toEqual([
    "SET ROLE cloudsqlsuperuser;", // a member alone may make no role
    "DO $do$ BEGIN",
    `  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_app') THEN CREATE ROLE "shop_app" NOLOGIN; END IF;`,
    "END $do$;",
    'GRANT CONNECT, CREATE, TEMPORARY ON DATABASE "shop" TO "shop_app";',
    'GRANT USAGE, CREATE ON SCHEMA public TO "shop_app";',
    ...["pgaudit", "vector", "pg_trgm"].map((name) => `CREATE EXTENSION IF NOT EXISTS "${name}";`),
  ]);
});

test("the audit log has its extension where a system asks for none", () => {
  const { script } = synth({ extensions: [] }).resource(SCRIPT);
  expect(script.match(/CREATE EXTENSION.*/g)).toEqual(['CREATE EXTENSION IF NOT EXISTS "pgaudit";']);
});

test("whoever logs in waits for the user, and so for the role and the extensions", () => {
  expect(given.ready).toEqual([ref("google_sql_user.sql_users_4")]);
  expect(resource("google_sql_user.sql_users_4").depends_on).toEqual([SCRIPT]);
});

test("what PostgreSQL would refuse to drop goes with the instance", () => {
  for (const address of ["google_sql_database.database", "google_sql_user.sql_administrator"])
    expect(resource(address).deletion_policy).toBe("ABANDON");
});

describe("a replica in another region", () => {
  const { resource, given, json } = synth({ replicaRegion: "europe-west4" });
  const { settings: own, ...replica } = resource(REPLICA);

  test("copies the primary, and waits for it alone", () => {
    expect(replica).toMatchObject({
      name: `shop-test-replica-${ref("random_id.database_replica.hex")}`,
      master_instance_name: ref(`${ADDRESS}.name`),
      region: "europe-west4",
      database_version: "POSTGRES_16",
    });
    expect(replica).not.toHaveProperty("depends_on");
    expect(given.host).toBe(ref(`${ADDRESS}.private_ip_address`)); // it serves nobody until it is promoted
  });

  test("is like the primary, but for what Google gives no replica", () => {
    const { backup_configuration, maintenance_window, retain_backups_on_delete, disk_size, data_api_access, ...same } =
      settings;
    const database_flags = own.database_flags.map((flag: Json) =>
      flag.name === "max_connections" ? { ...flag, value: "400" } : flag,
    );
    expect({ ...own, database_flags }).toEqual({ ...same, availability_type: "ZONAL" });
    expect(backup_configuration).toBeDefined();
  });

  test("never takes fewer connections than its primary, whatever becomes of that one's tier", () => {
    expect(own.database_flags).toContainEqual({ name: "max_connections", value: "1000" });
  });

  test("changes nothing else", () => {
    const { database_replica, ...instances } = json.resource.google_sql_database_instance;
    expect(instances).toEqual(synth().json.resource.google_sql_database_instance);
  });

  test("is another one in another region", () => {
    expect(resource("random_id.database_replica").keepers).toEqual({ region: "europe-west4" });
  });
});

describe("an instance restored from a moment", () => {
  const { resource, json, given } = synth({ restore });
  const { settings: own, ...restored } = resource(RESTORED);

  test("is a clone beside the original", () => {
    expect(restored).toMatchObject({
      name: `shop-test-before-bug-${ref("random_id.database_restored_before_bug.hex")}`,
      region: "europe-west1",
      clone: {
        source_instance_name: ref(`${ADDRESS}.name`),
        point_in_time: "2026-03-01T12:00:00Z",
      },
    });
  });

  test("has the original's settings, and its disk, which may have grown", () => {
    const { disk_size, ...same } = settings;
    expect(own).toEqual(same);
  });

  test("keeps its name: another copy's address differs, and no file would name the old copy to unprotect it", () => {
    expect(resource("terraform_data.sql_restored")).toMatchObject({
      triggers_replace: { name: "before-bug" },
      lifecycle: { prevent_destroy: true },
    });
  });

  test("touches nothing that is there", () => {
    const { database_restored_before_bug, ...instances } = json.resource.google_sql_database_instance;
    const { "sql_restored-before-bug_users_4": user, ...users } = json.resource.google_sql_user;
    const without = synth();
    expect(instances).toEqual(without.json.resource.google_sql_database_instance);
    expect(users).toEqual(without.json.resource.google_sql_user);
    expect(given).toEqual(without.given);
  });

  test("has users of its own names, for copies of the original's are there, with the current password", () => {
    expect(resource("google_sql_user.sql_restored-before-bug_users_4")).toMatchObject({
      name: "shop_app_restored_4",
      instance: ref(`${RESTORED}.name`),
      password_wo: "the-password",
      password_wo_version: 4,
      database_roles: ["shop_app"],
    });
  });

  test("is another one at another moment, which its protection refuses", () => {
    expect(resource("random_id.database_restored_before_bug")).toMatchObject({
      keepers: { at: restore.at },
      lifecycle: { prevent_destroy: true },
    });
  });

  test("serves where it is told to, and nothing else changes", () => {
    const serving = synth({ restore, serving: "restored" });
    expect(serving.given).toMatchObject({
      host: ref(`${RESTORED}.private_ip_address`),
      certificateAuthority: ref(`${RESTORED}.server_ca_cert[0].cert`),
      name: ref(`${RESTORED}.name`),
      user: "shop_app_restored_4",
      role: "shop_app",
      ready: [ref("google_sql_user.sql_restored-before-bug_users_4")],
    });
    expect(serving.json.resource).toEqual(json.resource);
  });

  test("cannot serve where there is none", () => {
    expect(() => synth({ serving: "restored" })).toThrow('serving is "restored", but restore is not set');
  });
});

describe.each([true, false])("deletion protection: %s", (deletionProtection) => {
  const locked = synth({ platform: { ...platform, deletionProtection }, restore, replicaRegion: "europe-west4" });

  test.each([ADDRESS, REPLICA, RESTORED])("%s has a fixed address and is locked at every layer", (address) => {
    const { lifecycle, deletion_protection, settings } = locked.resource(address);
    expect(lifecycle.prevent_destroy).toBe(deletionProtection);
    expect(deletion_protection).toBe(deletionProtection);
    expect(settings.deletion_protection_enabled).toBe(deletionProtection);
    expect(locked.resource(address.replace(/^\w+/, "random_id")).lifecycle.prevent_destroy).toBe(deletionProtection);
  });

  test("the database has a fixed address and is locked", () => {
    expect(locked.resource("google_sql_database.database").lifecycle.prevent_destroy).toBe(deletionProtection);
  });
});
