import { TerraformOutput } from "cdktf";
import { databaseUrl } from "../../constructs/database/url";
import { DATABASE_DRIVERS, type DatabaseDriver } from "../../facts/database-drivers";
import { build } from "../construct";

const AUTHORITY = "/etc/ssl/datastores/database.pem";
const password = { value: "secret", changesWith: [1] };
const common = { port: 5432, user: "shop_1", database: "shop", password, peers: [], ready: [] };
/** Where a database can be: Cloud SQL, in the cluster, and outside behind a pooler. */
const STORES = {
  cloudSql: { ...common, host: "10.0.0.3", role: "shop", certificateAuthority: "PEM" },
  inCluster: { ...common, host: "postgresql.datastores" },
  outside: {
    ...common,
    host: "db.neon.tech",
    publiclyCertified: true,
    pooler: { host: "pooler.neon.tech", port: 6432 },
  },
};

/** The text that Terraform reads. */
const resolved = (value: string): string =>
  build((stack) => {
    new TerraformOutput(stack, "url", { value });
  }).json.output.url.value;

/** The URL without its password. */
function urlOf(store: keyof typeof STORES, driver: DatabaseDriver, pooled = false, parameters = {}): string {
  const { value } = databaseUrl({ store: STORES[store], driver, pooled, authorityFile: AUTHORITY, parameters });
  return resolved(value).replace(/:\$\{.*?\}@/, "@");
}

const PUBLIC = "sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fcerts%2Fca-certificates.crt";
const OWN = `sslmode=verify-ca&sslrootcert=${encodeURIComponent(AUTHORITY)}`;

test.each<[DatabaseDriver, string, string]>([
  ["libpq", `postgresql://shop_1@10.0.0.3:5432/shop?${OWN}&options=-c%20role%3Dshop`, PUBLIC],
  [
    "node-postgres",
    `postgresql://shop_1@10.0.0.3:5432/shop?${OWN}&options=-c%20role%3Dshop&uselibpqcompat=true`,
    "sslmode=verify-full&uselibpqcompat=true", // Node.js has the public authorities
  ],
  [
    "sqlalchemy",
    `postgresql://shop_1@10.0.0.3:5432/shop?${decodeURIComponent(OWN)}&options=-crole=shop`,
    decodeURIComponent(PUBLIC),
  ],
  [
    "django",
    `postgres://shop_1@10.0.0.3:5432/shop?${decodeURIComponent(OWN)}&options=-crole=shop`,
    decodeURIComponent(PUBLIC),
  ],
  ["asyncpg", `postgresql://shop_1@10.0.0.3:5432/shop?${OWN}&role=shop`, PUBLIC],
  [
    "prisma",
    "postgresql://shop_1@10.0.0.3:5432/shop?sslmode=require&sslaccept=accept_invalid_certs&options=-c%20role%3Dshop",
    "sslmode=require&sslaccept=strict",
  ],
])("%s reads how to verify Cloud SQL and a public host, and which role to act as", (driver, cloudSql, outside) => {
  expect(urlOf("cloudSql", driver)).toBe(cloudSql);
  expect(urlOf("outside", driver).replace(/^.*\?/, "")).toBe(outside);
});

test.each(DATABASE_DRIVERS)("%s does not encrypt connections in the cluster", (driver) => {
  expect(urlOf("inCluster", driver)).toContain("sslmode=disable");
});

test.each(DATABASE_DRIVERS)("%s gets no options for a pooler, because PgBouncer refuses them", (driver) => {
  expect(urlOf("outside", driver, true)).toMatch(/@pooler\.neon\.tech:6432\/shop\?(?!.*(options|role)=)/);
  expect(urlOf("outside", driver)).toContain("@db.neon.tech:5432/");
});

test("Prisma knows that a pooler gives a connection to others", () => {
  expect(urlOf("outside", "prisma", true)).toMatch(/&pgbouncer=true$/);
  expect(urlOf("outside", "prisma")).not.toContain("pgbouncer");
});

test("a database without a pooler is reached directly", () => {
  expect(urlOf("cloudSql", "libpq", true)).toBe(urlOf("cloudSql", "libpq"));
});

test.each(["sqlalchemy", "django"] as const)("%s gets no percent signs, which Alembic would expand", (driver) => {
  for (const store of ["cloudSql", "inCluster", "outside"] as const) expect(urlOf(store, driver)).not.toContain("%");
});

test("a password is encoded as in a URL: a space is no plus sign", () => {
  const { value } = databaseUrl({
    store: STORES.inCluster,
    driver: "libpq",
    pooled: false,
    authorityFile: AUTHORITY,
    parameters: { application_name: "shop" },
  });
  expect(resolved(value)).toMatch(/:\$\{replace\(urlencode\("secret"\), "\+", "%20"\)\}@.*application_name=shop$/);
});
