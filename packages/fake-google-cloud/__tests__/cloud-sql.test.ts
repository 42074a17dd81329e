import type { Body } from "../src/body";
import { Cloud } from "../src/cloud";
import { clone, DOCS, INSTANCES, replica, sql, sqlWith } from "./cloud-sql-world";
import { errorOf, everything, serviceOf } from "./support";

describe("An instance", () => {
  const FIELDS = `${DOCS}/admin-api/rest/v1beta4/instances`;
  const SETTINGS = `${DOCS}/instance-settings`;
  const TIERS = `${SETTINGS}#machine-type-2ndgen`;
  const ERRORS = `${DOCS}/admin-api-error-messages`;
  const denied = (...periods: [string, string][]) => ({
    denyMaintenancePeriods: periods.map(([startDate, endDate]) => ({ startDate, endDate, time: "00:00:00" })),
  });
  const flags = (...databaseFlags: [string, string][]) => ({
    databaseFlags: databaseFlags.map(([name, value]) => ({ name, value })),
  });

  test.each([
    ["a name with capitals", { name: "Db" }, "400 Invalid request: instance name (Db).", SETTINGS],
    ["a name that begins with a digit", { name: "1db" }, "400 Invalid request: instance name (1db).", SETTINGS],
    ["a name that is too long", { name: "d".repeat(97) }, "400 Invalid request: instance name (ddd", SETTINGS],
    ["a region that is none", { region: "europe-west99" }, "400 Invalid request: Invalid region", SETTINGS],
    [
      "a version that is none",
      { databaseVersion: "POSTGRES_99" },
      `400 Invalid value at 'body.database_version' (TYPE_ENUM), "POSTGRES_99"`,
      `${DOCS}/admin-api/rest/v1beta4/SqlDatabaseVersion`,
    ],
  ])("is refused with %s", (_what, over, expected, _page) => {
    expect(errorOf(() => sql().create(over))).toContain(expected);
  });

  const settings: [string, Body, string, string][] = [
    ["an edition that is none", { edition: "BASIC" }, `'body.settings.edition' (TYPE_ENUM), "BASIC"`, FIELDS],
    ["an availability that is none", { availabilityType: "GLOBAL" }, "'body.settings.availability_type'", FIELDS],
    ["an activation policy that is none", { activationPolicy: "OFF" }, "'body.settings.activation_policy'", FIELDS],
    ["a disk that is none", { dataDiskType: "NVME" }, "'body.settings.data_disk_type'", FIELDS],
    ["Data API access that is none", { dataApiAccess: "YES" }, "'body.settings.data_api_access'", FIELDS],
    [
      "an SSL mode that is none",
      { ipConfiguration: { sslMode: "TLS" } },
      "'body.settings.ip_configuration.ssl_mode'",
      FIELDS,
    ],
    [
      "a maintenance track that is none",
      { maintenanceWindow: { day: 1, hour: 1, updateTrack: "beta" } },
      "'body.settings.maintenance_window.update_track'",
      FIELDS,
    ],
    [
      "maintenance on an eighth day",
      { maintenanceWindow: { day: 8, hour: 1 } },
      "400 Invalid request: Maintenance window day must be between 1 and 7.",
      FIELDS,
    ],
    [
      "maintenance at an hour that is none",
      { maintenanceWindow: { day: 1, hour: 24 } },
      "400 Invalid request: Maintenance window hour must be between 0 and 23.",
      FIELDS,
    ],
    [
      "two deny maintenance periods",
      denied(["2027-11-20", "2027-12-01"], ["2027-12-20", "2027-12-31"]),
      "400 Invalid request: At most 1 deny maintenance period can be set.",
      `${DOCS}/set-maintenance-window#configure-deny-maintenance`,
    ],
    [
      "a deny maintenance period of more than 90 days",
      denied(["2027-10-01", "2027-12-31"]),
      "400 Invalid request: A deny maintenance period must be between 1 and 90 days long.",
      `${DOCS}/maintenance`,
    ],
    [
      "a deny maintenance period of less than a day",
      denied(["2027-10-01", "2027-10-01"]),
      "400 Invalid request: A deny maintenance period must be between 1 and 90 days long.",
      `${DOCS}/maintenance`,
    ],
    [
      "a deny maintenance period without dates",
      denied(["soon", "2027-10-01"]),
      "400 Invalid request: Invalid deny maintenance period from soon to 2027-10-01.",
      `${FIELDS}#DenyMaintenancePeriod`,
    ],
    [
      "a deny maintenance period at a time that is none",
      { denyMaintenancePeriods: [{ startDate: "2027-10-01", endDate: "2027-10-02", time: "3 am" }] },
      "400 Invalid request: Invalid time of the deny maintenance period (3 am).",
      `${FIELDS}#DenyMaintenancePeriod`,
    ],
    [
      "a custom tier of the other edition",
      { edition: "ENTERPRISE_PLUS" },
      "400 Invalid request: Invalid Tier (db-custom-1-3840) for (ENTERPRISE_PLUS) Edition. Use a predefined Tier like db-perf-optimized-N-* instead.",
      TIERS,
    ],
    [
      "a shared core in ENTERPRISE_PLUS",
      { edition: "ENTERPRISE_PLUS", tier: "db-f1-micro" },
      "400 Invalid request: Invalid Tier (db-f1-micro) for (ENTERPRISE_PLUS) Edition.",
      TIERS,
    ],
    [
      "a performance-optimized tier in ENTERPRISE",
      { tier: "db-perf-optimized-N-4" },
      "400 Invalid request: Invalid Tier (db-perf-optimized-N-4) for (ENTERPRISE) Edition.",
      TIERS,
    ],
    [
      "a tier of MySQL",
      { tier: "db-n1-standard-1" },
      "400 Invalid request: Only custom or shared-core instance Billing Tier type allowed for PostgreSQL database.",
      TIERS,
    ],
    ["a tier that is none", { tier: "n2-standard-4" }, "400 Invalid request: Tier (n2-standard-4).", TIERS],
    ["no tier", { tier: null }, "400 Invalid request: Tier ().", TIERS],
    ["a custom tier without memory", { tier: "db-custom-2" }, "it must be of the form", TIERS],
    ["three vCPUs", { tier: "db-custom-3-7680" }, "vCPUs must be 1 or an even number up to 96", TIERS],
    ["too many vCPUs", { tier: "db-custom-98-102400" }, "vCPUs must be 1 or an even number up to 96", TIERS],
    ["memory between multiples", { tier: "db-custom-1-3900" }, "memory must be a multiple of 256 MB", TIERS],
    ["memory below the least", { tier: "db-custom-1-3584" }, "at least 3840 MB", TIERS],
    ["too little memory per vCPU", { tier: "db-custom-8-4096" }, "memory must be between 0.9 and 6.5 GB", TIERS],
    ["too much memory per vCPU", { tier: "db-custom-1-8192" }, "memory must be between 0.9 and 6.5 GB", TIERS],
    [
      "a disk that is too small",
      { dataDiskSizeGb: "9" },
      "400 Invalid request: Disk size must be between 10 and 65536 GB.",
      `${SETTINGS}#storage-capacity-2ndgen`,
    ],
    [
      "a disk that may only grow to less than it is",
      { dataDiskSizeGb: "100", storageAutoResize: true, storageAutoResizeLimit: "50" },
      "400 Invalid request: Storage auto-resize limit 50 GB is less than the disk size 100 GB.",
      `${SETTINGS}#automatic-storage-increase-limit-2ndgen`,
    ],
    [
      "a magnetic disk in ENTERPRISE_PLUS",
      { edition: "ENTERPRISE_PLUS", tier: "db-perf-optimized-N-2", dataDiskType: "PD_HDD" },
      "400 Invalid request: HDD storage is not supported for the ENTERPRISE_PLUS edition.",
      SETTINGS,
    ],
    [
      "backups at a time that is none",
      { backupConfiguration: { startTime: "2:00" } },
      "400 Invalid request: Backup start time 2:00 must be in the 24 hour HH:MM format.",
      `${FIELDS}#BackupConfiguration`,
    ],
    [
      "logs for too many days for ENTERPRISE",
      { backupConfiguration: { transactionLogRetentionDays: 8 } },
      "400 Invalid request: The number of transaction log retention days must be between 1 and 7.",
      `${DOCS}/backup-recovery/pitr`,
    ],
    [
      "logs for too many days for ENTERPRISE_PLUS",
      {
        edition: "ENTERPRISE_PLUS",
        tier: "db-perf-optimized-N-2",
        backupConfiguration: { transactionLogRetentionDays: 36 },
      },
      "400 Invalid request: The number of transaction log retention days must be between 1 and 35.",
      `${DOCS}/backup-recovery/pitr`,
    ],
    [
      "logs for no day",
      { backupConfiguration: { transactionLogRetentionDays: 0 } },
      "400 Invalid request: The number of transaction log retention days must be between 1 and 7.",
      `${DOCS}/backup-recovery/pitr`,
    ],
    [
      "logs that are kept longer than backups",
      {
        backupConfiguration: {
          enabled: true,
          pointInTimeRecoveryEnabled: true,
          transactionLogRetentionDays: 7,
          backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: 6 },
        },
      },
      "400 Invalid request: backup retention should be > transaction log retention.",
      "https://github.com/terraform-google-modules/terraform-google-sql-db/pull/785",
    ],
    [
      "too many backups",
      { backupConfiguration: { backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: 366 } } },
      "400 Invalid request: The number of retained backups must be between 1 and 365.",
      `${DOCS}/backup-recovery/backups`,
    ],
    [
      "a standby and no backups",
      { availabilityType: "REGIONAL", backupConfiguration: { enabled: false } },
      "400 Invalid request: Automated backups must be enabled",
      `${DOCS}/high-availability#backups-and-restores`,
    ],
    [
      "a query length out of range",
      { insightsConfig: { queryStringLength: 255 } },
      "400 Invalid request: Query string length must be between 256 and 4500 bytes.",
      `${FIELDS}#InsightsConfig`,
    ],
    [
      "no address at all",
      { ipConfiguration: { ipv4Enabled: false } },
      "400 Invalid request: At least one of Public IP or Private IP or PSC connectivity must be enabled.",
      `${DOCS}/configure-ip`,
    ],
    [
      "an authorized network that is none",
      { ipConfiguration: { authorizedNetworks: [{ value: "203.0.113.0/33" }] } },
      "400 Invalid request: Invalid authorized network (203.0.113.0/33).",
      `${DOCS}/configure-ip`,
    ],
    [
      "an authorized network that is private",
      { ipConfiguration: { authorizedNetworks: [{ value: "10.0.0.0/8" }] } },
      "400 Invalid request: Non-routable or private authorized network (10.0.0.0/8).",
      `${DOCS}/configure-ip`,
    ],
    [
      "a flag that is none",
      flags(["log_everything", "on"]),
      "404 The requested flag is either misspelled or unsupported by Cloud SQL.",
      ERRORS,
    ],
    [
      "the same flag twice",
      flags(["log_duration", "on"], ["log_duration", "off"]),
      "400 Invalid request: Flag log_duration is specified more than once.",
      `${DOCS}/flags`,
    ],
    [
      "a switch that is neither on nor off",
      flags(["log_duration", "yes"]),
      "400 Value requested is not valid. Failed to set log_duration: yes",
      `${DOCS}/flags`,
    ],
    [
      "a number that is none",
      flags(["log_temp_files", "all"]),
      "400 Value requested is not valid. Failed to set log_temp_files: all",
      `${DOCS}/flags`,
    ],
    [
      "too few connections",
      flags(["max_connections", "10"]),
      "400 Value requested is not valid. Failed to set max_connections: 10",
      `${DOCS}/flags`,
    ],
    [
      "a choice that is none",
      flags(["log_statement", "some"]),
      "400 Value requested is not valid. Failed to set log_statement: some",
      `${DOCS}/flags`,
    ],
    [
      "a list with what is no choice",
      flags(["pgaudit.log", "ddl,roles"]),
      "400 Value requested is not valid. Failed to set pgaudit.log: ddl,roles",
      `${DOCS}/pg-audit`,
    ],
  ];

  test.each(settings)("is refused with %s, and an update that leads there too", (_what, over, expected, _page) => {
    expect(errorOf(() => sql().create({ settings: over }))).toContain(expected);
    const service = sqlWith({ settings: { dataDiskSizeGb: "10" } });
    expect(errorOf(() => service.patch(`${INSTANCES}/db`, { settings: over }))).toContain(expected);
  });

  test("may have any of the flags that Cloud SQL knows", () => {
    const service = sqlWith({
      settings: flags(
        ["pgaudit.log", "ddl, -misc"],
        ["log_min_duration_statement", "-1"],
        ["random_page_cost", "1.1"],
        ["cron.database_name", "app"],
      ),
    });
    expect(service.get(`${INSTANCES}/db`).settings.databaseFlags).toHaveLength(4);
  });

  test.each([
    ["ENTERPRISE_PLUS", "db-perf-optimized-N-2"],
    ["ENTERPRISE_PLUS", "db-c4a-highmem-2"],
    ["ENTERPRISE", "db-g1-small"],
    ["ENTERPRISE", "db-custom-96-638976"],
  ])("of the edition %s may have the tier %s", (edition, tier) => {
    expect(sqlWith({ settings: { edition, tier } }).get(`${INSTANCES}/db`).settings.tier).toBe(tier);
  });

  test("is completed", () => {
    const service = sqlWith();
    const { settings, ...rest } = service.get(`${INSTANCES}/db`);
    expect(rest).toMatchObject({
      state: "RUNNABLE",
      connectionName: "p:europe-west1:db",
      instanceType: "CLOUD_SQL_INSTANCE",
      ipAddresses: [{ type: "PRIMARY" }, { type: "OUTGOING" }],
    });
    expect(settings).toMatchObject({
      settingsVersion: "1",
      activationPolicy: "ALWAYS",
      dataDiskSizeGb: "10",
      backupConfiguration: { transactionLogRetentionDays: 7, startTime: "03:00" },
    });
  });

  test("of a newer version is of the edition ENTERPRISE_PLUS unless one says otherwise", () => {
    const service = sqlWith({ settings: { edition: null, tier: "db-perf-optimized-N-2" } });
    const { edition, backupConfiguration } = service.get(`${INSTANCES}/db`).settings;
    expect(edition).toBe("ENTERPRISE_PLUS");
    expect(backupConfiguration.transactionLogRetentionDays).toBe(14);
  });

  test("with a key needs the key's grant", () => {
    const create = () =>
      sql().create({
        diskEncryptionConfiguration: { kmsKeyName: "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k" },
      });
    expect(errorOf(create)).toContain("400 Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied"); // https://cloud.google.com/sql/docs/postgres/cmek
  });

  test("takes minutes to make, and nothing else happens to it meanwhile", () => {
    const service = sql(new Cloud({ enabledApis: ["sqladmin.googleapis.com"], speed: 1 }));
    const operation = service.create();
    expect(operation).toMatchObject({ kind: "sql#operation", status: "RUNNING", operationType: "CREATE" });
    expect(service.get(`projects/p/operations/${operation.name}`).status).toBe("RUNNING");
    // https://cloud.google.com/sql/docs/postgres/troubleshooting
    const busy = "409 Operation failed because another operation was already in progress.";
    const one = `${INSTANCES}/db`;
    for (const change of [
      () => service.patch(one, { settings: {} }),
      () => service.delete(one),
      () => service.post(`${one}/users`, { name: "u" }),
      () => service.delete(`${one}/users`, { name: "u" }),
      () => service.post(`${one}/databases`, { name: "d" }),
      () => service.post(`${one}/clone`, clone()),
      () => service.post(INSTANCES, replica()),
    ])
      expect(errorOf(change)).toContain(busy);
    expect(errorOf(() => service.post(`${one}/executeSql`, { database: "d", sqlStatement: "SELECT 1" }))).toContain(
      "400 Invalid request: Invalid request since instance is not running.",
    );
  });

  test.each([
    ["an instance", `${INSTANCES}/db`, "404 The Cloud SQL instance does not exist."],
    ["an operation", "projects/p/operations/o", "404 The Cloud SQL instance operation does not exist."],
  ])("%s that is not there is not found", (_what, path, expected) => {
    expect(errorOf(() => sql().get(path))).toBe(expected); // https://cloud.google.com/sql/docs/postgres/admin-api-error-messages
  });
});

describe("A private instance", () => {
  const PRIVATE = `${DOCS}/configure-private-ip`;
  const network = "projects/p/global/networks/n";
  const privately = (over: Body = {}) => ({
    settings: { ipConfiguration: { ipv4Enabled: false, privateNetwork: network, ...over } },
  });

  function world({ peered }: { peered: boolean }): Cloud {
    const cloud = everything();
    const compute = serviceOf("compute", cloud);
    compute.post("projects/p/global/networks", { name: "n", autoCreateSubnetworks: false });
    if (!peered) return cloud;
    compute.post("projects/p/global/addresses", {
      name: "range",
      purpose: "VPC_PEERING",
      addressType: "INTERNAL",
      address: "10.77.0.0",
      prefixLength: 16,
      network,
    });
    serviceOf("servicenetworking", cloud).post("services/servicenetworking.googleapis.com/connections", {
      network: `projects/${cloud.numberOf("p")}/global/networks/n`,
      reservedPeeringRanges: ["range"],
    });
    return cloud;
  }

  test.each([
    ["without its network", () => everything(), privately(), "projects/p/global/networks/n' was not found", PRIVATE],
    [
      "without a private services connection",
      () => world({ peered: false }),
      privately(),
      "400 Failed to create instance because the network doesn't have at least 1 private services connection.",
      `${PRIVATE}#network_requirements`,
    ],
    [
      "in a range that is not allocated",
      () => world({ peered: true }),
      privately({ allocatedIpRange: "other" }),
      "400 Invalid request: Allocated IP range other does not exist.",
      PRIVATE,
    ],
  ])("is refused %s", (_what, cloud, over, expected, _page) => {
    expect(errorOf(() => sql(cloud()).create(over))).toContain(expected);
  });

  test("has an address of its own in the reserved range, and keeps it", () => {
    const service = sqlWith(privately({ allocatedIpRange: "range" }), world({ peered: true }));
    service.create({ name: "db2", ...privately() });
    const addressOf = (name: string) => service.get(`${INSTANCES}/${name}`).ipAddresses;
    expect(addressOf("db")).toEqual([{ type: "PRIVATE", ipAddress: "10.77.0.3" }]);
    expect(addressOf("db2")).toEqual([{ type: "PRIVATE", ipAddress: "10.77.0.4" }]);
    service.patch(`${INSTANCES}/db`, { settings: { userLabels: { a: "b" } } });
    expect(addressOf("db")).toEqual([{ type: "PRIVATE", ipAddress: "10.77.0.3" }]);
  });

  test("stays private", () => {
    const service = sqlWith(privately(), world({ peered: true }));
    const update = () =>
      service.patch(`${INSTANCES}/db`, { settings: { ipConfiguration: { ipv4Enabled: true, privateNetwork: null } } });
    expect(errorOf(update)).toBe("400 This operation is not valid for this instance."); // https://cloud.google.com/sql/docs/postgres/configure-private-ip
  });
});

describe("An update", () => {
  const SETTINGS = `${DOCS}/instance-settings`;

  test.each([
    ["moves it", { region: "europe-west3" }, "400 The region of an instance cannot be changed.", SETTINGS],
    [
      "goes back to an older version",
      { databaseVersion: "POSTGRES_15" },
      "400 Invalid request: Database version cannot be downgraded from POSTGRES_16 to POSTGRES_15.",
      `${DOCS}/upgrade-major-db-version`,
    ],
    [
      "shrinks the disk",
      { settings: { dataDiskSizeGb: "10" } },
      "400 Invalid request: The disk size cannot be decreased.",
      `${SETTINGS}#storage-capacity-2ndgen`,
    ],
    [
      "replaces the disk",
      { settings: { dataDiskType: "PD_HDD" } },
      "400 Invalid request: The storage type cannot be changed.",
      SETTINGS,
    ],
  ])("is refused that %s", (_what, body, expected, _page) => {
    const service = sqlWith({ settings: { dataDiskSizeGb: "20" } });
    expect(errorOf(() => service.patch(`${INSTANCES}/db`, body))).toBe(expected);
  });

  test("to a newer version is made", () => {
    const service = sqlWith();
    service.patch(`${INSTANCES}/db`, { databaseVersion: "POSTGRES_17" });
    expect(service.get(`${INSTANCES}/db`).databaseVersion).toBe("POSTGRES_17");
  });

  test("by PUT replaces the settings but for the disk, by PATCH adds to them; either makes a new version", () => {
    const service = sqlWith({ settings: { dataDiskSizeGb: "20", deletionProtectionEnabled: true } });
    const one = `${INSTANCES}/db`;
    service.patch(one, { settings: { dataApiAccess: "ALLOW_DATA_API" } });
    expect(service.get(one).settings).toMatchObject({
      settingsVersion: "2",
      deletionProtectionEnabled: true,
      dataApiAccess: "ALLOW_DATA_API",
    });
    service.put(one, { settings: { edition: "ENTERPRISE", tier: "db-custom-2-7680", settingsVersion: "2" } });
    const { settings } = service.get(one);
    expect(settings).toMatchObject({ settingsVersion: "3", deletionProtectionEnabled: false, dataDiskSizeGb: "20" });
    expect(settings.dataApiAccess).toBeUndefined();
  });

  test("of settings that have changed since is refused", () => {
    const service = sqlWith();
    service.patch(`${INSTANCES}/db`, { settings: { availabilityType: "REGIONAL" } });
    const update = () =>
      service.put(`${INSTANCES}/db`, {
        settings: { edition: "ENTERPRISE", tier: "db-custom-1-3840", settingsVersion: "1" },
      });
    expect(errorOf(update)).toBe("412 Condition does not match."); // https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/instances/update
  });

  test("to the other edition leaves the days of the logs, and the next one is refused if those are too many", () => {
    const service = sqlWith({
      settings: {
        edition: "ENTERPRISE_PLUS",
        tier: "db-perf-optimized-N-2",
        backupConfiguration: {
          transactionLogRetentionDays: 35,
          backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: 35 },
        },
      },
    });
    service.patch(`${INSTANCES}/db`, { settings: { edition: "ENTERPRISE", tier: "db-custom-1-3840" } });
    const { settings } = service.get(`${INSTANCES}/db`);
    expect(settings.backupConfiguration.transactionLogRetentionDays).toBe(35);
    expect(errorOf(() => service.put(`${INSTANCES}/db`, { settings }))).toBe(
      "400 Invalid request: The number of transaction log retention days must be between 1 and 7.", // https://github.com/langfuse/langfuse-terraform-gcp/issues/8
    );
  });
});
