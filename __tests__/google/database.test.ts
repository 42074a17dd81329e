import { Database, type DatabaseProps } from "../../constructs/google/database";
import type { GeneratedSecret } from "../../constructs/google/secret";
import { build, network, project, ref } from "../construct";
import type { Json } from "../support";

const synth = (props: Partial<DatabaseProps> = {}) =>
  build((stack) => {
    const { host, port, certificateAuthority, ready } = new Database(stack, "sql", {
      project,
      network,
      name: "shop-test",
      region: "europe-west1",
      version: "POSTGRES_16",
      edition: "ENTERPRISE",
      tier: "db-custom-2-7680",
      availability: "REGIONAL",
      diskGb: 20,
      diskLimitGb: 200,
      backups: { at: "02:00", keep: 30 },
      recoveryDays: 7,
      maintenance: { day: "SUNDAY", hour: 3, track: "stable" },
      insightsQueryLength: 1024,
      database: "shop",
      user: "shop_app",
      password: { value: "the-password", generation: 4 } as GeneratedSecret,
      extensions: ["vector", "pg_trgm"],
      administrator: "deployer@acme-test.iam.gserviceaccount.com",
      labels: { system: "shop" },
      deletionProtection: true,
      ...props,
    });
    return { host, port, certificateAuthority, ready: ready.map(({ fqn }) => fqn) };
  });
const ADDRESS = "google_sql_database_instance.database";
const { resource, counts, json, given, readable } = synth();
const { settings, ...instance } = resource(ADDRESS);

test("there are one instance, one database, one user for the services and one that deploys", () => {
  expect(counts).toEqual({
    google_sql_database_instance: 1,
    google_sql_database: 1,
    google_sql_user: 2,
    google_sql_provision_script: 1,
  });
});

test("it is what the system and the environment say, and takes its time to be made", () => {
  expect(instance).toMatchObject({ name: "shop-test", region: "europe-west1", database_version: "POSTGRES_16" });
  for (const time of ["create", "update", "delete"]) expect(instance.timeouts[time]).toBe("60m"); // Google may take as long
  expect(resource("google_sql_database.database").name).toBe("shop");
  expect(resource("google_sql_user.sql_user").name).toBe("shop_app");
  for (const { instance } of Object.values<Json>({
    ...json.resource.google_sql_user,
    ...json.resource.google_sql_database,
  }))
    expect(instance).toBe(ref(`${ADDRESS}.name`));
});

test("it has no public address and refuses connections that are not encrypted", () => {
  expect(settings.ip_configuration).toEqual({
    ipv4_enabled: false,
    private_network: "network-id",
    allocated_ip_range: "datastore-range",
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
  expect(instance.lifecycle.ignore_changes).toEqual(["settings[0].disk_size"]); // shrinking would replace the instance
});

test("it logs and audits as the CIS benchmark asks, each flag named once", () => {
  const flags: Json[] = settings.database_flags;
  expect(new Set(flags.map(({ name }) => name)).size).toBe(flags.length);
  expect(Object.fromEntries(flags.map(({ name, value }) => [name, value]))).toMatchObject({
    "cloudsql.enable_pgaudit": "on",
    "cloudsql.iam_authentication": "on",
    log_connections: "on",
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

test("the user's password is write-only, and sent again with a new generation", () => {
  expect(resource("google_sql_user.sql_user")).toMatchObject({ password_wo: "the-password", password_wo_version: 4 });
  expect(readable).not.toContain("the-password");
});

test("the deployer logs in through IAM, as superuser, and makes the extensions once the database is there", () => {
  const administrator = resource("google_sql_user.sql_administrator");
  expect(administrator).toMatchObject({
    name: "deployer@acme-test.iam",
    type: "CLOUD_IAM_SERVICE_ACCOUNT",
    database_roles: ["cloudsqlsuperuser"],
  });
  expect(settings.data_api_access).toBe("ALLOW_DATA_API"); // the scripts' way in
  const { script, database, depends_on } = resource("google_sql_provision_script.sql_extensions");
  expect(database).toBe("shop");
  expect(depends_on).toEqual(["google_sql_database.database", "google_sql_user.sql_administrator"]);
  expect(script.split("\n")).toEqual(
    ["pgaudit", "vector", "pg_trgm"].map((name) => `CREATE EXTENSION IF NOT EXISTS "${name}";`),
  );
});

test("the audit log has its extension where a system asks for none", () => {
  const { script } = synth({ extensions: [] }).resource("google_sql_provision_script.sql_extensions");
  expect(script).toBe('CREATE EXTENSION IF NOT EXISTS "pgaudit";');
});

test("whoever logs in waits for the user and the extensions", () => {
  expect(given.ready).toEqual([ref("google_sql_user.sql_user"), ref("google_sql_provision_script.sql_extensions")]);
});

test("what PostgreSQL would refuse to drop goes with the instance", () => {
  for (const address of [
    "google_sql_database.database",
    "google_sql_user.sql_user",
    "google_sql_user.sql_administrator",
  ])
    expect(resource(address).deletion_policy).toBe("ABANDON");
});

test.each([true, false])(
  "instance and database have fixed addresses and are locked at every layer: %s",
  (deletionProtection) => {
    const locked = synth({ deletionProtection });
    for (const address of [ADDRESS, "google_sql_database.database"])
      expect(locked.resource(address).lifecycle.prevent_destroy).toBe(deletionProtection);
    expect(locked.resource(ADDRESS).deletion_protection).toBe(deletionProtection);
    expect(locked.resource(ADDRESS).settings.deletion_protection_enabled).toBe(deletionProtection);
  },
);
