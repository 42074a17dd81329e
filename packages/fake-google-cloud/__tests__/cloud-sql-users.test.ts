import { errorOf, everything, serviceOf } from "./support";

const DOCS = "https://cloud.google.com/sql/docs/postgres";
const DB = "projects/p/instances/db";
const SCRIPT = 'SET ROLE cloudsqlsuperuser;\nCREATE ROLE "app" NOLOGIN;\nCREATE EXTENSION IF NOT EXISTS "pgaudit";';

/** An instance with a database, an administrator and a replica. */
function world({
  flags = ["cloudsql.iam_authentication", "cloudsql.enable_pgaudit"],
  dataApiAccess = "ALLOW_DATA_API",
  unusedDatabases = false,
} = {}) {
  const service = serviceOf("sql", everything({ unusedDatabases }));
  const common = {
    region: "europe-west1",
    databaseVersion: "POSTGRES_16",
    settings: {
      edition: "ENTERPRISE",
      tier: "db-custom-1-3840",
      dataApiAccess,
      databaseFlags: flags.map((name) => ({ name, value: "on" })),
    },
  };
  service.post("projects/p/instances", { name: "db", ...common });
  service.post("projects/p/instances", { name: "copy", masterInstanceName: "db", ...common });
  service.post(`${DB}/databases`, { name: "app" });
  return {
    ...service,
    run: (sqlStatement: string, database = "app") =>
      service.post(`${DB}/executeSql`, { database, sqlStatement, autoIamAuthn: true }),
    administrate: () =>
      service.post(`${DB}/users`, {
        name: "deployer@p.iam",
        type: "CLOUD_IAM_SERVICE_ACCOUNT",
        databaseRoles: ["cloudsqlsuperuser"],
      }),
  };
}

describe("What is in an instance", () => {
  const ERRORS = `${DOCS}/admin-api-error-messages`;
  const user = (name: string, databaseRoles: string[] = [], type?: string) => ({ name, databaseRoles, type });
  const nowhere = DB.replace("db", "other");
  const replica = DB.replace("db", "copy");

  test.each([
    ["a user nowhere", "POST", `${nowhere}/users`, user("u"), "404 The Cloud SQL instance does not exist.", ERRORS],
    ["users nowhere", "GET", `${nowhere}/users`, {}, "404 The Cloud SQL instance does not exist.", ERRORS],
    ["a database nowhere", "POST", `${nowhere}/databases`, { name: "d" }, "404 The Cloud SQL instance", ERRORS],
    ["a script nowhere", "POST", `${nowhere}/executeSql`, {}, "404 The Cloud SQL instance does not exist.", ERRORS],
    ["a user on a replica", "POST", `${replica}/users`, user("u"), "400 The requested operation is not valid", ERRORS],
    ["a database on a replica", "POST", `${replica}/databases`, { name: "d" }, "400 The requested operation", ERRORS],
    [
      "a user of a role that is not there",
      "POST",
      `${DB}/users`,
      user("u", ["app"]),
      '400 Invalid request: role "app" does not exist.',
      `${DOCS}/roles-and-users`,
    ],
    [
      "a user twice",
      "POST",
      `${DB}/users`,
      user("there"),
      "409 The user there already exists.",
      `${DOCS}/create-manage-users`,
    ],
    [
      "a service account under its whole name",
      "POST",
      `${DB}/users`,
      user("a@p.iam.gserviceaccount.com", [], "CLOUD_IAM_SERVICE_ACCOUNT"),
      '400 Invalid request: Database username for Cloud IAM service account should be created without ".gserviceaccount.com" suffix.',
      `${DOCS}/add-manage-iam-users`,
    ],
    [
      "a database twice",
      "POST",
      `${DB}/databases`,
      { name: "app" },
      '400 Invalid request: failed to create database app. Detail: pq: database "app" already exists.',
      `${DOCS}/create-manage-databases`,
    ],
    [
      "a database in another encoding",
      "POST",
      `${DB}/databases`,
      { name: "d", charset: "LATIN1" },
      '400 Invalid request: failed to create database d. Detail: pq: encoding "LATIN1" is not supported.',
      `${DOCS}/create-manage-databases`,
    ],
    ["a database that is not there", "GET", `${DB}/databases/d`, {}, "404 The database d does not exist.", ERRORS],
    ["a database that is gone", "DELETE", `${DB}/databases/d`, {}, "404 The database d does not exist.", ERRORS],
    [
      "a script in a database that is not there",
      "POST",
      `${DB}/executeSql`,
      { database: "d", sqlStatement: "SELECT 1" },
      '400 Invalid request: database "d" does not exist.',
      `${DOCS}/executesql`,
    ],
  ])("is refused with %s", (_what, method, path, body, expected, _page) => {
    const service = world();
    service.post(`${DB}/users`, { name: "there", password: "secret" });
    expect(errorOf(() => service.call(method, path, body))).toContain(expected);
  });

  test.each([
    ["changed", "PUT"],
    ["deleted", "DELETE"],
  ])("has no user to be %s that is not there", (_what, method) => {
    const change = () => world().call(method, `${DB}/users`, {}, { name: "nobody" });
    expect(errorOf(change)).toBe("404 The user nobody does not exist."); // https://cloud.google.com/sql/docs/postgres/create-manage-users
  });

  test("cannot be asked for while the instance is stopped", () => {
    const service = world();
    service.patch(DB, { settings: { activationPolicy: "NEVER" } });
    expect(errorOf(() => service.run("SELECT 1"))).toBe(
      "400 Invalid request: Invalid request since instance is not running.", // https://cloud.google.com/sql/docs/postgres/start-stop-restart-instance
    );
  });
});

describe("A user", () => {
  test("has a password that nobody reads", () => {
    const service = world();
    service.post(`${DB}/users`, { name: "u", password: "one" });
    const every = {
      host: "",
      iamStatus: "IAM_STATUS_UNSPECIFIED",
      passwordPolicy: { status: {} },
      kind: "sql#user",
      instance: "db",
      project: "p",
    };
    expect(service.get(`${DB}/users`).items).toEqual([
      { ...every, name: "postgres" },
      { ...every, name: "u" },
    ]);
    expect(service.cloud.passwords.get(`${DB}/users/u`)).toBe("one");
    service.put(`${DB}/users`, { name: "u", password: "two" }, { name: "u", host: "" });
    expect(service.cloud.passwords.get(`${DB}/users/u`)).toBe("two");
  });

  test("is given roles beside those that it has, or in their place", () => {
    const service = world();
    service.post(`${DB}/users`, { name: "u", databaseRoles: ["cloudsqlsuperuser"] });
    const rolesOf = () => service.get(`${DB}/users`).items[1].databaseRoles;
    service.put(`${DB}/users`, { name: "u" }, { name: "u", databaseRoles: "pg_monitor" });
    expect(rolesOf()).toEqual(["cloudsqlsuperuser", "pg_monitor"]);
    service.put(`${DB}/users`, {}, { name: "u", databaseRoles: "pg_monitor", revokeExistingRoles: "true" });
    expect(rolesOf()).toEqual(["pg_monitor"]);
    expect(errorOf(() => service.put(`${DB}/users`, {}, { name: "u", databaseRoles: "none" }))).toBe(
      '400 Invalid request: role "none" does not exist.', // https://cloud.google.com/sql/docs/postgres/roles-and-users
    );
  });

  test("goes where it owns nothing", () => {
    const service = world();
    service.post(`${DB}/users`, { name: "owner", password: "x" });
    service.post(`${DB}/users`, { name: "actor", password: "x", databaseRoles: ["cloudsqlsuperuser"] });
    // https://cloud.google.com/sql/docs/postgres/create-manage-users
    expect(errorOf(() => service.delete(`${DB}/users`, { name: "owner" }))).toContain(
      '400 Invalid request: failed to delete user owner: . role "owner" cannot be dropped because some objects depend on it',
    );
    service.delete(`${DB}/users`, { name: "actor" });
    expect(service.get(`${DB}/users`).items).toMatchObject([{ name: "postgres" }, { name: "owner" }]);
    expect([...service.cloud.passwords.keys()]).toEqual([`${DB}/users/owner`]);
  });

  test("owns nothing where nobody logs in", () => {
    const service = world({ unusedDatabases: true });
    service.post(`${DB}/users`, { name: "owner", password: "x" });
    service.delete(`${DB}/users`, { name: "owner" });
    expect(service.get(`${DB}/users`).items).toMatchObject([{ name: "postgres" }]);
  });
});

describe("A database", () => {
  test("is completed, and goes", () => {
    const service = world();
    expect(service.get(`${DB}/databases/app`)).toMatchObject({ name: "app", charset: "UTF8", collation: "en_US.UTF8" });
    service.delete(`${DB}/databases/app`);
    expect(service.cloud.store.get(`sql/${DB}/databases/app`)).toBeUndefined();
  });
});

describe("A script", () => {
  const SQL = `${DOCS}/executesql`;

  test("makes roles, which users may then have", () => {
    const service = world();
    service.administrate();
    expect(service.run(SCRIPT).status.code).toBe(0);
    const operation = service.post(`${DB}/users`, { name: "app_1", password: "x", databaseRoles: ["app"] });
    expect(operation).toMatchObject({ operationType: "CREATE_USER", status: "DONE" });
  });

  test("is refused without the Data API", () => {
    const service = world({ dataApiAccess: "DISALLOW_DATA_API" });
    expect(errorOf(() => service.run(SCRIPT))).toBe("400 Invalid request: Data API is not enabled for the instance."); // https://cloud.google.com/sql/docs/postgres/executesql
  });

  test.each([
    [
      "before its user is there",
      world,
      false,
      SCRIPT,
      "FATAL: Cloud SQL IAM service account authentication failed",
      SQL,
    ],
    [
      "without IAM",
      () => world({ flags: ["cloudsql.enable_pgaudit"] }),
      true,
      SCRIPT,
      "FATAL: Cloud SQL IAM service account authentication failed",
      `${DOCS}/iam-logins`,
    ],
    [
      "that makes a role as none who may",
      world,
      true,
      'CREATE ROLE "app" NOLOGIN;',
      "ERROR: permission denied to create role",
      "https://www.postgresql.org/docs/current/role-membership.html",
    ],
    [
      "that makes pgaudit where it is off",
      () => world({ flags: ["cloudsql.iam_authentication"] }),
      true,
      SCRIPT,
      "ERROR: pgaudit must be loaded via shared_preload_libraries",
      `${DOCS}/pg-audit`,
    ],
  ])("fails %s", (_what, make, administrated, script, expected, _page) => {
    const service = make();
    if (administrated) service.administrate();
    expect(service.run(script).status).toMatchObject({ code: 3, message: expect.stringContaining(expected) });
    expect(service.cloud.store.get(`sql/${DB}/roles/app`)).toBeUndefined();
  });
});
