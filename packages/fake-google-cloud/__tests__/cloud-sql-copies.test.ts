import { clone, DAY, DOCS, INSTANCES, inPast, replica, sqlWith } from "./cloud-sql-world";
import { errorOf } from "./support";

describe("A replica", () => {
  const REPLICAS = `${DOCS}/replication/create-replica`;

  test.each([
    [
      "of what is not there",
      { masterInstanceName: "other" },
      "403 The client is not authorized to make this request.",
      `${DOCS}/admin-api-error-messages`,
    ],
    [
      "of another version",
      { databaseVersion: "POSTGRES_15" },
      "400 The database versions for the source and target instances are incompatible for replication.",
      `${DOCS}/admin-api-error-messages`,
    ],
    [
      "with a smaller disk",
      { settings: { dataDiskSizeGb: "10" } },
      "400 Invalid request: The replica's disk cannot be smaller than the primary's, which has 20 GB.",
      REPLICAS,
    ],
    [
      "with backups",
      { settings: { backupConfiguration: { enabled: true } } },
      "400 Invalid request: Invalid flag for instance role: Backups cannot be enabled for read replica instance.",
      REPLICAS,
    ],
  ])("is refused %s", (_what, over, expected, _page) => {
    const service = sqlWith({ settings: { dataDiskSizeGb: "20" } });
    expect(errorOf(() => service.post(INSTANCES, replica(over)))).toBe(expected);
  });

  test("has its primary's disk, and holds it until it is gone", () => {
    const service = sqlWith({ settings: { dataDiskSizeGb: "20" } });
    service.post(INSTANCES, replica());
    expect(service.get(`${INSTANCES}/copy`)).toMatchObject({
      masterInstanceName: "p:db",
      instanceType: "READ_REPLICA_INSTANCE",
      settings: { dataDiskSizeGb: "20" },
    });
    expect(service.get(`${INSTANCES}/db`).replicaNames).toEqual(["copy"]);
    // https://cloud.google.com/sql/docs/postgres/admin-api-error-messages
    expect(errorOf(() => service.delete(`${INSTANCES}/db`))).toBe(
      "400 The requested operation is not valid for a replication master instance.",
    );
    service.delete(`${INSTANCES}/copy`);
    expect(service.delete(`${INSTANCES}/db`).operationType).toBe("DELETE");
  });
});

describe("A clone", () => {
  const CLONES = `${DOCS}/clone-instance`;
  const PITR = `${DOCS}/backup-recovery/pitr`;

  test.each([
    [
      "under a name in use",
      () => clone({ destinationInstanceName: "db" }),
      {},
      "409 The Cloud SQL instance already exists.",
      CLONES,
    ],
    ["of a moment in the future", () => clone({ pointInTime: inPast(-3_600_000) }), {}, "is in the future.", PITR],
    [
      "of a moment before its source was",
      () => clone({ pointInTime: inPast(DAY) }),
      {},
      "is before the earliest recovery time of the source instance.",
      PITR,
    ],
    ["of no moment", () => clone({ pointInTime: "yesterday" }), {}, "Invalid point in time (yesterday).", PITR],
    [
      "of a moment without recovery",
      () => clone({ pointInTime: inPast(0) }),
      { settings: { backupConfiguration: { pointInTimeRecoveryEnabled: false } } },
      "400 Invalid request: Point-in-time recovery is not enabled on the source instance.",
      PITR,
    ],
  ])("is refused %s", (_what, body, source, expected, _page) => {
    const service = sqlWith(source);
    expect(errorOf(() => service.post(`${INSTANCES}/db/clone`, body()))).toContain(expected);
  });

  test("is refused of a replica", () => {
    const service = sqlWith();
    service.post(INSTANCES, replica());
    const body = clone({ destinationInstanceName: "other" });
    expect(errorOf(() => service.post(`${INSTANCES}/copy/clone`, body))).toBe(
      "400 The requested operation is not valid for a read replica.", // https://cloud.google.com/sql/docs/postgres/clone-instance
    );
  });

  test("has what is in its source, but no passwords", () => {
    const service = sqlWith({ settings: { maintenanceWindow: { day: 1, hour: 2 } } });
    service.post(`${INSTANCES}/db/databases`, { name: "app" });
    service.post(`${INSTANCES}/db/users`, { name: "u", password: "secret", databaseRoles: ["cloudsqlsuperuser"] });
    service.post(`${INSTANCES}/db/clone`, clone({ pointInTime: inPast(0) }));
    const { settings, connectionName } = service.get(`${INSTANCES}/copy`);
    expect(connectionName).toBe("p:europe-west1:copy");
    expect(settings.tier).toBe("db-custom-1-3840");
    expect(settings.maintenanceWindow).toBeUndefined();
    expect(service.get(`${INSTANCES}/copy/databases/app`).instance).toBe("copy");
    expect(service.get(`${INSTANCES}/copy/users`).items).toMatchObject([
      { name: "postgres", instance: "copy" },
      { name: "u", instance: "copy" },
    ]);
    expect([...service.cloud.passwords]).toEqual([["projects/p/instances/db/users/u", "secret"]]);
  });
});

describe("The name of an instance", () => {
  const taken =
    "409 The Cloud SQL instance already exists. When you delete an instance, you can't reuse the name of the deleted instance until one week from the deletion date.";

  test("is taken while it is there, and for a week after", () => {
    const service = sqlWith();
    expect(errorOf(() => service.create())).toBe(taken);
    service.delete(`${INSTANCES}/db`);
    expect(errorOf(() => service.create())).toBe(taken); // https://cloud.google.com/sql/docs/postgres/delete-instance
    service.cloud.deleted.set("sql/projects/p/instances/db", Date.now() - 8 * DAY);
    expect(service.create().operationType).toBe("CREATE");
  });
});

describe("A deletion", () => {
  test("is refused while the instance is protected", () => {
    const service = sqlWith({ settings: { deletionProtectionEnabled: true } });
    expect(errorOf(() => service.delete(`${INSTANCES}/db`))).toContain(
      "400 The instance is protected. Please disable the deletion protection and try again.", // https://cloud.google.com/sql/docs/postgres/deletion-protection
    );
  });

  test("takes what is in the instance, and its passwords", () => {
    const service = sqlWith();
    service.post(`${INSTANCES}/db/users`, { name: "u", password: "secret" });
    service.delete(`${INSTANCES}/db`);
    expect(service.cloud.store.below("sql/projects/p/instances")).toEqual([]);
    expect(service.cloud.passwords.size).toBe(0);
  });
});
