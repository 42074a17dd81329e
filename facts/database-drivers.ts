/** Libraries that connect to PostgreSQL. They spell a URL's TLS, roles and escapes in different ways. */
export const DATABASE_DRIVERS = ["libpq", "node-postgres", "sqlalchemy", "asyncpg", "prisma", "django"] as const;

export type DatabaseDriver = (typeof DATABASE_DRIVERS)[number];
