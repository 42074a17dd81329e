/** Libraries that connect to PostgreSQL. They spell a URL's TLS, roles and escapes in different ways. */
export const DATABASE_DRIVERS = ["libpq", "node-postgres", "sqlalchemy", "asyncpg", "prisma", "django"] as const;

export type DatabaseDriver = (typeof DATABASE_DRIVERS)[number];

/** Parameters of Prisma's engine and of SQLAlchemy's, which no client library knows. */
const OF_ENGINES =
  "connection_limit max_overflow pgbouncer pool_pre_ping pool_recycle pool_size pool_timeout schema socket_timeout statement_cache_size".split(
    " ",
  );
/** Parameters of libpq that are not settings of the server. */
const OF_LIBPQ =
  "channel_binding connect_timeout fallback_application_name gssdelegation keepalives keepalives_count keepalives_idle keepalives_interval load_balance_hosts require_auth tcp_user_timeout".split(
    " ",
  );

/**
 * Parameters of other libraries in a URL. libpq rejects what it does not know, and asyncpg asks the server to set it:
 * either way, no connection succeeds. Node-postgres and Prisma pass over it, and one URL often serves both.
 * {@link https://www.postgresql.org/docs/17/libpq-connect.html#LIBPQ-PARAMKEYWORDS}
 * {@link https://github.com/MagicStack/asyncpg/issues/516}
 * {@link https://www.prisma.io/docs/orm/overview/databases/postgresql#arguments}
 */
export const UNKNOWN_PARAMETERS: Readonly<Record<DatabaseDriver, readonly string[]>> = {
  libpq: OF_ENGINES,
  sqlalchemy: OF_ENGINES,
  django: OF_ENGINES,
  asyncpg: [...OF_ENGINES, ...OF_LIBPQ],
  "node-postgres": [],
  prisma: [],
};
