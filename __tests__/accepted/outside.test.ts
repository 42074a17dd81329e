import { beside, type Files, problems } from "../support";

// biome-ignore lint/suspicious/noExplicitAny: parts of the files are optional
type Anything = any;

const DATABASE = { kind: "external", version: "POSTGRES_17", host: "db.eu-central-1.aws.neon.tech", user: "owner" };
const CACHE = { kind: "external", version: "REDIS_8_2", host: "eu1-calm-river.upstash.io" };

/** Gives both environments datastores that somebody else runs. */
const outside =
  (change: (production: Anything, staging: Anything, files: Files) => void = () => {}) =>
  (files: Files) => {
    files.system.database.extensions = [];
    for (const name of ["production", "staging"] as const) {
      const e: Anything = files[name].environment;
      e.database = { ...DATABASE, name: `pmcrm_${name}`, snapshot: ["true"] };
      e.cache = { ...CACHE, host: `${name}.upstash.io` };
      delete e.network.datastores;
    }
    change(files.production.environment, files.staging.environment, files);
  };

/** Datastores outside that look like another environment's, and are right. */
const ACCEPTED: Readonly<Record<string, (files: Files) => void>> = {
  "two databases of one server": outside(),
  "two caches of one host, at different ports": outside((production, staging) => {
    production.cache = { ...CACHE, port: 14567 };
    staging.cache = { ...CACHE, port: 14568 };
  }),
  "a pooler on the database's own host": outside((production) => {
    production.database.pooler = { host: DATABASE.host, port: 6543 };
  }),
  "a frontend's host that is longer than a managed certificate allows": outside((production, _staging, files) => {
    files.system.frontends = ["shop"];
    production.frontends = { shop: [`${"shop-git-next-".repeat(4)}team.vercel.app`] };
    files.staging.environment.frontends = { shop: ["shop-staging.vercel.app"] };
  }),
  "parameters of what reads the URL": outside((_production, _staging, files) => {
    const url = (name: string, driver: Anything, ...parameters: string[]) => {
      const values = Object.fromEntries(parameters.map((parameter) => [parameter, "5"]));
      files.system.variables[name] = { kind: "database-url", driver, parameters: values };
      (files.system.services.backend as Anything).variables.push(name);
    };
    url("LIBPQ", "libpq", "channel_binding", "keepalives_idle", "target_session_attrs", "pool_max_conns"); // pgx's, in Go
    url("DJANGO", "django", "pool", "connect_timeout");
    url("ASYNCPG", "asyncpg", "statement_timeout", "jit", "search_path", "target_session_attrs");
    url("NODE", "node-postgres", "schema", "connection_limit"); // Prisma's engine reads it, too
  }),
  "a host with a region that is also an environment's name": outside((production, _staging, files) => {
    production.database.host = "aws-0-eu-central-1.pooler.supabase.com";
    const eu: Anything = beside({ ...files.production, environment: { ...files.production.environment } }, "eu");
    eu.environment.database.name = "pmcrm_eu";
    eu.environment.cache.host = "eu.upstash.io";
    delete eu.environment.network.datastores;
    files.others = { eu };
  }),
};

test.each(Object.entries(ACCEPTED))("%s: accepted", (_what, change) => {
  expect(problems(change)).toEqual([]);
});
