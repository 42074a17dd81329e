import type { Files } from "../support";
import { type Anything, P, refused, S, system, T, testRefused } from "./support";

const NEON = {
  kind: "external",
  version: "POSTGRES_17",
  host: "db.eu-central-1.aws.neon.tech",
  name: "pmcrm",
  user: "owner",
  snapshot: ["true"],
};

/** Gives production datastores that somebody else runs, and makes a further change. */
const outside =
  (change: (environment: Anything, system: Anything) => void = () => {}) =>
  ({ system, production: { environment } }: Files) => {
    const s: Anything = system;
    const e: Anything = environment;
    s.database.extensions = [];
    e.database = { ...NEON };
    e.cache = { kind: "external", version: "REDIS_8_2", host: "eu1-calm-river.upstash.io" };
    delete e.network.datastores;
    change(e, s);
  };

/** Gives the backend a variable. */
const variable = (value: unknown) =>
  system((s) => {
    s.variables.KNOWN = value;
    s.services.backend.variables.push("KNOWN");
  });

testRefused({
  "a database outside with an address instead of a host": refused(
    outside((e) => (e.database.host = "203.0.113.7")),
    `${P} database.host = "203.0.113.7": must be a fully qualified host name in lower case, no wildcard and no port; write it like "api.my-company.com"`,
    `${P} database.host = "203.0.113.7": must be a public name: no authority issues certificates for others; use a domain of your own`,
  ),
  "a database outside with its port in the host": refused(
    outside((e) => (e.database.host = "db.neon.tech:5432")),
    `${P} database.host = "db.neon.tech:5432": must be a fully qualified host name in lower case, no wildcard and no port; write it like "api.my-company.com"`,
  ),
  "a cache of no kind, and a variable that the system does not have": refused(
    outside((e) => {
      e.cache = { kind: "redis" };
      e.variables.LOG_LEVLE = "info";
    }),
    `${P} cache.kind = "redis": is not a known kind; use one of memorystore, bitnami, external, none`,
    `${P} variables.LOG_LEVLE = a string: is not a variable of the system; remove it, or declare it in the system`,
  ),
  "a database outside with a private host": refused(
    outside((e) => (e.database.host = "postgres.internal")),
    `${P} database.host = "postgres.internal": must be a public name: no authority issues certificates for others; use a domain of your own`,
  ),
  "a database outside with a port above the last one": refused(
    outside((e) => (e.database.port = 65536)),
    `${P} database.port = 65536: must be at most 65535 (TCP port); write a number from 1 to 65535`,
  ),
  "a pooler that is the database itself": refused(
    outside((e) => (e.database.pooler = { host: NEON.host })),
    `${P} database.pooler = {"host":"db.eu-central-1.aws.neon.tech"}: is the database itself: it has the same host and port; write the pooler's host or port, or remove it`,
  ),
  "the password of a database that is not there": refused(({ system, production, staging }) => {
    const s: Anything = system;
    delete s.database;
    delete s.tasks;
    for (const service of Object.values<Anything>(s.services)) {
      delete service.after;
      service.connects = service.connects.filter((to: string) => to !== "database");
      service.variables = service.variables.filter((name: string) => !/^(DATABASE|DIRECT)_URL$/.test(name));
    }
    delete s.variables.DATABASE_URL;
    delete s.variables.DIRECT_URL;
    for (const { environment } of [production, staging]) delete (environment as Anything).database;
    production.environment.generations = { DATABASE_PASSWORD: 2 };
  }, `${P} generations.DATABASE_PASSWORD = 2: is not used without database; add database, or remove it`),
  "keys that variables do not have": refused(
    variable({ kind: "cache-url", cleint: "celery", value: "knob" }),
    `${S} variables.KNOWN.cleint = a string: is not a known key; remove it, or correct its spelling`,
    `${S} variables.KNOWN.value = a string: is not a known key; remove it: npm run secrets prints the commands that put a secret into Secret Manager`,
  ),
  "a pooler with a user of its own": refused(
    outside((e) => (e.database.pooler = { host: NEON.host, user: "pooler" })),
    `${P} database.pooler.user = a string: is not a known key; remove it, or correct its spelling`,
  ),
  "a database outside in production without a snapshot": refused(
    outside((e) => delete e.database.snapshot),
    `${P} database.snapshot = nothing: is required in production: it keeps the database before a task changes it; name a command, such as ["sh", "-c", "..."]`,
  ),
  "a snapshot without a program": refused(
    outside((e) => (e.database.snapshot = [])),
    `${P} database.snapshot = []: must not be empty; name the program and its arguments`,
  ),
  "a database outside without a user": refused(
    outside((e) => delete e.database.user),
    `${P} database.user = nothing: is required (string); copy it from the provider's console`,
  ),
  "a database outside whose name has a slash": refused(
    outside((e) => (e.database.name = "a/b")),
    `${P} database.name = "a/b": must be a name of letters, digits, dots, dashes and underscores; copy it from the provider's console`,
  ),
  "a database outside that is older than the system's minimum": refused(
    outside((e) => (e.database.version = "POSTGRES_15")),
    `${P} database.version = "POSTGRES_15": is below POSTGRES_16, which the system needs at least (minimum); use a later version, or another kind that has one`,
  ),
  "extensions of a database outside": refused(
    outside((_e, s) => (s.database.extensions = ["vector"])),
    `${S} database.extensions = ["vector"]: are created through Cloud SQL's API, and the database of production is not in Cloud SQL; create them in a task that changes the database`,
  ),
  "the databases, poolers and caches of two environments in one place": refused(
    (files) => {
      outside((e) => {
        e.database.pooler = { host: "pooler.neon.tech", port: 6432 };
      })(files);
      const e: Anything = files.staging.environment;
      const { database, cache }: Anything = files.production.environment;
      e.database = { ...database, host: "other.neon.tech", user: "other" };
      e.cache = { ...cache, port: 6379 };
      delete e.network.datastores;
    },
    `${T} database.pooler.host = "pooler.neon.tech": is also the database of production; give each environment its own`,
    `${T} cache.host = "eu1-calm-river.upstash.io": is also the cache of production; give each environment its own`,
  ),
  "a database outside of another environment": refused(
    outside((e) =>
      Object.assign(e.database, { host: "pmcrm-staging.neon.tech", name: "staging", user: "pmcrm.staging" }),
    ),
    `${P} database.host = "pmcrm-staging.neon.tech": contains the name of staging; use a name of this environment`,
    `${P} database.name = "staging": contains the name of staging; use a name of this environment`,
    `${P} database.user = "pmcrm.staging": contains the name of staging; use a name of this environment`,
  ),
  "a cache outside with its password in the file": refused(
    outside((e) => (e.cache.password = "knob")),
    `${P} cache.password = a string: is not a known key; remove it: npm run secrets prints the commands that put a secret into Secret Manager`,
  ),
  "no cache for a system that needs one": refused(
    outside((e) => (e.cache = { kind: "none" })),
    `${P} cache.kind = "none": is for systems that work without a cache; use another kind, or write optional: true in the system's cache`,
  ),
  "a cache for a system without one": refused(
    system((s) => {
      delete s.cache;
      delete s.variables.REDIS_URL;
      for (const service of Object.values<Anything>(s.services)) {
        service.connects = service.connects.filter((to: string) => to !== "cache");
        service.variables = service.variables.filter((name: string) => name !== "REDIS_URL");
      }
    }),
    `${T} cache = {"kind":"memorystore","version":"REDIS_7_2","tier":"BASIC","memoryGb":1,"main...: is not used: the system has no cache; remove it, or declare it in the system`,
    `${P} cache = {"kind":"memorystore","version":"REDIS_7_2","tier":"STANDARD_HA","memoryGb":5...: is not used: the system has no cache; remove it, or declare it in the system`,
  ),
  "a database that nobody connects to": refused(
    system((s) => {
      for (const workload of [...Object.values<Anything>(s.services), ...Object.values<Anything>(s.tasks)]) {
        workload.connects = workload.connects.filter((to: string) => to !== "database");
        workload.variables = workload.variables.filter((name: string) => !/^(DATABASE|DIRECT)_URL$/.test(name));
      }
      s.tasks.migrate.changesDatabase = false;
      delete s.variables.DATABASE_URL;
      delete s.variables.DIRECT_URL;
    }),
    `${S} database = "database": is not used: no service and no task connects to it; add "database" to the connects of those that use it, or remove it`,
  ),
  "a driver that nobody knows": refused(
    variable({ kind: "database-url", driver: "psycopg" }),
    `${S} variables.KNOWN.driver = a string: must be one of "libpq", "node-postgres", "sqlalchemy", "asyncpg", "prisma", "django"; choose one of them`,
  ),
  "parameters that the driver does not know": refused(
    system((s) => {
      const url = (driver: string, ...names: string[]) => {
        const name = `${driver.replace("-", "_").toUpperCase()}_URL`;
        const parameters = Object.fromEntries(names.map((parameter) => [parameter, "5"]));
        s.variables[name] = { kind: "database-url", driver, parameters };
        s.services.backend.variables.push(name);
      };
      url("libpq", "connect_timeout", "connection_limit");
      url("sqlalchemy", "pool_size", "keepalives_idle");
      url("django", "schema");
      url("asyncpg", "pgbouncer", "connect_timeout", "statement_timeout");
      url("prisma", "connection_limit", "connect_timeout", "schema");
      url("node-postgres", "schema", "statement_timeout");
    }),
    ...[
      ["LIBPQ_URL.parameters.connection_limit", "libpq"],
      ["SQLALCHEMY_URL.parameters.pool_size", "sqlalchemy"],
      ["DJANGO_URL.parameters.schema", "django"],
      ["ASYNCPG_URL.parameters.pgbouncer", "asyncpg"],
      ["ASYNCPG_URL.parameters.connect_timeout", "asyncpg"],
    ].map(
      ([place, driver]) =>
        `${S} variables.${place} = a string: is not a parameter of the driver ${driver}: no connection would succeed; remove it, or write the driver that reads the URL`,
    ),
  ),
  "a parameter that the program sets": refused(
    variable({ kind: "database-url", driver: "asyncpg", parameters: { role: "other" } }),
    `${S} variables.KNOWN.parameters.role = a string: must not be a part of the URL itself, such as its host, user or role; remove it`,
  ),
  "origins of one service twice": refused(
    variable({ kind: "origins", of: ["backend", "backend"] }),
    `${S} variables.KNOWN.of.1 = a string: is listed twice; remove one of the two`,
  ),
  "origins of what has no host": refused(
    variable({ kind: "origins", of: ["backend", "worker", "web"] }),
    `${S} variables.KNOWN.of.1 = a string: is neither a frontend nor a public bucket nor a service with a port; use one of backend`,
    `${S} variables.KNOWN.of.2 = a string: is neither a frontend nor a public bucket nor a service with a port; use one of backend`,
  ),
  "hosts of one service twice, and of what has none": refused(
    variable({ kind: "hosts", of: ["backend", "backend", "worker"] }),
    `${S} variables.KNOWN.of.1 = a string: is listed twice; remove one of the two`,
    `${S} variables.KNOWN.of.2 = a string: is neither a frontend nor a public bucket nor a service with a port; use one of backend`,
  ),
  "hosts of nothing": refused(
    variable({ kind: "hosts", of: [] }),
    `${S} variables.KNOWN.of = []: must not be empty; name a service, a frontend or a public bucket`,
  ),
  "origins of nothing": refused(
    variable({ kind: "origins", of: [] }),
    `${S} variables.KNOWN.of = []: must not be empty; name a service, a frontend or a public bucket`,
  ),
  "a URL with a path that is none": refused(
    variable({ kind: "url", of: "backend", path: "login" }),
    `${S} variables.KNOWN.path = a string: must be an absolute URL path without query; write it like "/health"`,
  ),
  "a group of one variable": refused(
    system((s) => (s.atLeastOne = [["LOG_LEVEL"]])),
    `${S} atLeastOne.0 = ["LOG_LEVEL"]: must name at least two variables; add one, or make the variable required`,
    `${S} atLeastOne.0.0 = "LOG_LEVEL": is not an optional variable of the system; declare it { kind: "environment", optional: true }`,
  ),
  "a group of which no variable is set": refused(
    system((s) => {
      for (const name of ["ADMINS", "ADMIN_DOMAIN"]) {
        s.variables[name] = { kind: "environment", optional: true };
        s.services.backend.variables.push(name);
      }
      s.atLeastOne = [["ADMINS", "ADMIN_DOMAIN"]];
    }),
    `${T} variables = nothing: must have at least one of ADMINS, ADMIN_DOMAIN; add one`,
    `${P} variables = nothing: must have at least one of ADMINS, ADMIN_DOMAIN; add one`,
  ),
  "a frontend without hosts, with the name of a service, and a host of one": refused(
    ({ system: s, production: { environment: e } }) => {
      s.frontends = ["app", "backend", "app"];
      e.frontends = { app: ["api.pmcrm.io"], other: ["www.pmcrm.io"], backend: ["backend.pmcrm.io"] };
    },
    `${S} frontends.1 = "backend": has the name of a service or a task; rename one of the two`,
    `${S} frontends.2 = "app": is listed twice; remove one of the two`,
    `${T} frontends.app = nothing: is required: the system has this frontend; name its host, for example ["app.my-company.com"]`,
    `${T} frontends.backend = nothing: is required: the system has this frontend; name its host, for example ["app.my-company.com"]`,
    `${P} frontends.other = "other": is not a frontend of the system; use one of app, backend`,
    `${P} frontends.app.0 = "api.pmcrm.io": is already a host of backend; give the host to one of the two`,
  ),
});
