import { isSecretName } from "./secret-names";

/** What frontends are like, wherever they are hosted. */

/**
 * Whether a build writes the variable's value into the files that browsers get, so that everybody can read it and a later
 * value has no effect. {@link https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser}
 */
export const isBuiltIn = (variable: string): boolean => variable.startsWith(BUILT_IN);
const BUILT_IN = "NEXT_PUBLIC_";

/** Prefixes of variables that browsers can read: of Next.js, Nuxt, Vite, and of Astro and SvelteKit. */
const PUBLIC_PREFIX = /^(NEXT_PUBLIC_|NUXT_PUBLIC_|VITE_|PUBLIC_)+/;

/** Addresses of datastores, whose URLs have a password or open the way to one. */
const ADDRESS = "(URLS?|URI|DSN|CONNECTION|CONN_STR|CONNECTION_STRING)";
const DATASTORES = [
  "DATABASE|DB|POSTGRES|POSTGRESQL|PG|MYSQL|MARIADB|MSSQL|SQLSERVER|SQLALCHEMY|PRISMA|NEON|SUPABASE|MONGO|MONGODB",
  "REDIS|VALKEY|MEMCACHED?|CELERY|RABBITMQ|AMQP|KAFKA|CLICKHOUSE|CASSANDRA|ELASTIC|ELASTICSEARCH|OPENSEARCH",
].join("|");
/** Such as DATABASE_URL, POSTGRES_PRISMA_URL, DATABASE_URL_UNPOOLED. The last words mean other things, too. */
const DATASTORE = new RegExp(
  `(^|_)(${DATASTORES})(_[A-Z0-9]+)*_?${ADDRESS}(_|$)|(^|_)(DIRECT|CACHE|KV|BROKER)_${ADDRESS}(_|$)`,
);

/** Whether no frontend may have a variable of this name, whatever its value is: browsers could read it. */
export function isUnfitForFrontends(variable: string): boolean {
  const name = variable.replace(PUBLIC_PREFIX, "");
  return isSecretName(name) || DATASTORE.test(name);
}

const DATASTORE_SCHEME =
  /(?<![a-z])(postgres(ql)?|mysqlx?|mariadb|sqlserver|mssql|mongodb|rediss?|valkeys?|memcached?|amqps?|kafka|clickhouse|cassandra)(\+[a-z0-9]+)*:\/\//i;

/** Whether a text has the URL of a datastore, which no browser needs. */
export const hasDatastoreUrl = (text: string): boolean => DATASTORE_SCHEME.test(text);
