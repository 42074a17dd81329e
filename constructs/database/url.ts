import type { DatabaseDriver } from "../../facts/database-drivers";
import { inUrl, type SecretValue } from "../kubernetes/secret";
import type { SqlDatastore } from "./sql-datastore";

/** How a client verifies the server: not at all, by a file with its authority, or by public authorities and its name. */
type Tls = "none" | { readonly authority: string } | "public";

/** How a client spells what every URL says. */
interface Spelling {
  readonly scheme: string;
  readonly tls: (tls: Tls) => Parameters;
  /** Makes the session act as a role. */
  readonly role: (role: string) => Parameters;
  /** What a client must know about a pooler that gives a connection to somebody else after each transaction. */
  readonly pooled?: Parameters;
  /** Parameters of every URL. */
  readonly always?: Parameters;
  /** Converts a value to a part of the query. The default escapes with percent signs. */
  readonly encode?: (value: string) => string;
}

type Parameters = Readonly<Record<string, string>>;

/** Where images that are made from Debian, Ubuntu, Alpine or distroless have the public certificate authorities. */
const PUBLIC_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

/** {@link https://www.postgresql.org/docs/17/libpq-connect.html#LIBPQ-CONNSTRING-URIS} */
const LIBPQ: Spelling = {
  scheme: "postgresql",
  tls: (tls): Parameters =>
    tls === "none"
      ? { sslmode: "disable" }
      : tls === "public"
        ? { sslmode: "verify-full", sslrootcert: PUBLIC_AUTHORITIES }
        : { sslmode: "verify-ca", sslrootcert: tls.authority },
  role: (role) => ({ options: `-c role=${role}` }),
};

/**
 * For programs that read the URL themselves and pass the parameters to libpq. The query has no percent signs, because
 * Alembic's configuration takes them for placeholders.
 * {@link https://alembic.sqlalchemy.org/en/latest/api/config.html#alembic.config.Config.set_main_option}
 */
const WITHOUT_PERCENT_SIGNS = {
  ...LIBPQ,
  role: (role: string) => ({ options: `-crole=${role}` }),
  encode: (value: string) => value,
};

const SPELLINGS: Readonly<Record<DatabaseDriver, Spelling>> = {
  libpq: LIBPQ,
  /**
   * Under verify-ca, it also checks the server's host name, unless it follows libpq. Node.js has the public authorities.
   * {@link https://github.com/brianc/node-postgres/tree/master/packages/pg-connection-string}
   */
  "node-postgres": {
    ...LIBPQ,
    tls: (tls) => (tls === "public" ? { sslmode: "verify-full" } : LIBPQ.tls(tls)),
    always: { uselibpqcompat: "true" },
  },
  /** {@link https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls} */
  sqlalchemy: WITHOUT_PERCENT_SIGNS,
  /** {@link https://github.com/jazzband/dj-database-url} */
  django: { ...WITHOUT_PERCENT_SIGNS, scheme: "postgres" },
  /** Parameters that it does not know are settings of the session. {@link https://magicstack.github.io/asyncpg/current/api/index.html#asyncpg.connection.connect} */
  asyncpg: { ...LIBPQ, role: (role) => ({ role }) },
  /**
   * It has no verify-ca: it checks the host's name or nothing, and Cloud SQL's certificate does not have the address. So
   * connections to Cloud SQL are encrypted, and the server is not verified; the network is private.
   * {@link https://www.prisma.io/docs/orm/overview/databases/postgresql#arguments}
   */
  prisma: {
    ...LIBPQ,
    tls: (tls): Parameters =>
      tls === "none"
        ? { sslmode: "disable" }
        : { sslmode: "require", sslaccept: tls === "public" ? "strict" : "accept_invalid_certs" },
    pooled: { pgbouncer: "true" },
  },
};

export interface DatabaseUrlProps {
  readonly store: SqlDatastore;
  readonly driver: DatabaseDriver;
  /** Whether the URL names the pooler, if the database has one. */
  readonly pooled: boolean;
  /** File with the database's own certificate authority. */
  readonly authorityFile: string;
  /** Further parameters. */
  readonly parameters: Parameters;
}

/**
 * Returns a database's URL as a driver reads it. A pooler's URL sets no role, because PgBouncer refuses `options`, and
 * its session serves others, too.
 * {@link https://www.pgbouncer.org/config.html#ignore_startup_parameters}
 */
export function databaseUrl({ store, driver, pooled, authorityFile, parameters }: DatabaseUrlProps): SecretValue {
  const { user, role, database, password } = store;
  const { scheme, tls, encode = encodeURIComponent, ...spelling } = SPELLINGS[driver];
  const pooler = pooled ? store.pooler : undefined;
  const { host, port } = pooler ?? store;
  const query = Object.entries({
    ...tls(store.publiclyCertified ? "public" : store.certificateAuthority ? { authority: authorityFile } : "none"),
    ...(role && !pooler && spelling.role(role)), // the role owns new objects, not the user that logs in
    ...(pooler && spelling.pooled),
    ...spelling.always,
    ...parameters,
  })
    .map(([key, value]) => `${key}=${encode(value)}`)
    .join("&");
  return {
    value: `${scheme}://${user}:${inUrl(password)}@${host}:${port}/${database}?${query}`,
    changesWith: [host, port, user, database, query, ...password.changesWith],
  };
}
