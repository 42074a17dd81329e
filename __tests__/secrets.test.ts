import type { Files, Json, Stack } from "./support";
import { synth } from "./support";

const SECRET = "kubernetes_secret_v1.workload_backend_secret";
const ROLLOUT = "helm_release.workload_backend_web-service_workload_deployment";

/** The digest that both the Secret's revision and the pods' annotation hold; they must be one. */
function digestOf(stack: Stack): string {
  const [, revision] =
    /^\$\{max\(1, parseint\(substr\((.*), 0, 7\), 16\)\)\}$/.exec(stack.resource(SECRET).data_wo_revision) ?? [];
  const [, annotation] =
    /"checksum\/secret":\$\{jsonencode\((.*?)\)\},"checksum\/certificates"/.exec(stack.resource(ROLLOUT).values[0]) ??
    [];
  expect(revision).toBeDefined();
  expect(annotation).toBe(revision);
  return revision as string;
}

const original = digestOf(synth().production);
const after = (change: (files: Files) => void) => digestOf(synth(change).production);

test("a new key reaches the Secret and rolls the pods", () => {
  expect(
    after(({ system }) => {
      system.variables.SESSION_SECRET = { kind: "generated", length: 32 };
      (system.services.backend as Json).variables.push("SESSION_SECRET");
    }),
  ).not.toBe(original);
});

test("so does a new generation, of a generated secret, of a supplied one, of the database's password", () => {
  const seen = ["JWT_SECRET", "OPENAI_API_KEY"].map((name) =>
    after(({ production }) => {
      production.environment.generations = { [name]: 2 };
    }),
  );
  const rotated = after(({ production }) => {
    (production.environment.database as Json).password = { generation: 2, rotatedIn: "1.0.0" };
  });
  expect(new Set([original, ...seen, rotated]).size).toBe(4);
});

test("so do new addresses of the datastores: the digest is of them, evaluated by Terraform", () => {
  expect(original).toContain("google_sql_database_instance.database.private_ip_address");
  expect(original).toContain("google_redis_instance.cache.host");
});

test("so does another database name or another parameter of its URL", () => {
  expect(
    after(({ system }) => {
      system.database.name = "crm";
    }),
  ).not.toBe(original);
  expect(
    after(({ system }) => {
      system.variables.DATABASE_URL = { kind: "database-url", parameters: { connection_limit: "5" } };
    }),
  ).not.toBe(original);
});

test("a release alone does not", () => {
  expect(
    after(({ production }) => {
      production.release.version = "2.0.0";
    }),
  ).toBe(original);
});

test("derived URLs verify the certificate authority, use TLS and quote the password", () => {
  const { data_wo } = synth().production.resource(SECRET);
  expect(data_wo.DATABASE_URL).toMatch(
    /^postgresql:\/\/pmcrm_1:\$\{urlencode\(ephemeral\.\S+\)\}@\$\{google_sql_database_instance\.database\.private_ip_address\}:5432\/pmcrm\?sslmode=verify-ca&sslrootcert=%2Fetc%2Fssl%2Fdatastores%2Fdatabase\.pem&options=-c%20role%3Dpmcrm&/,
  );
  expect(data_wo.DIRECT_URL).toBe(data_wo.DATABASE_URL);
  expect(data_wo.REDIS_URL).toMatch(
    /^rediss:\/\/default:\$\{urlencode\(google_redis_instance\.cache\.auth_string\)\}@\$\{google_redis_instance\.cache\.host\}:6378$/,
  );
});

test("a supplied secret is read at its generation, never at latest, and its container is not the stack's", () => {
  const { production } = synth(({ production: { environment } }) => {
    environment.generations = { OPENAI_API_KEY: 7 };
  });
  const read = production.json.ephemeral.google_secret_manager_secret_version;
  expect(read["secrets_openai-api-key_stored"]).toEqual({
    project: "pmcrm-production",
    secret: "pmcrm-openai-api-key",
    version: "7",
  });
  for (const { version } of Object.values<Json>(read)) expect(version).not.toBe("latest");
  const owned = production.resources
    .filter(([a]) => a.startsWith("google_secret_manager_secret."))
    .map(([, c]) => c.secret_id);
  expect(owned.sort()).toEqual([
    "pmcrm-database-password",
    "pmcrm-encryption-key",
    "pmcrm-grafana-admin-password",
    "pmcrm-jwt-secret",
  ]);
});

test("values flow into write-only arguments and provider blocks alone", () => {
  const { production } = synth();
  const places = production.resources.flatMap(([address, config]) =>
    Object.entries(config as Json).flatMap(([argument, value]) =>
      JSON.stringify(value).includes("ephemeral.") ? [`${address.split(".")[0]}.${argument}`] : [],
    ),
  );
  expect([...new Set(places)].sort()).toEqual([
    "google_secret_manager_secret_version.secret_data_wo",
    "google_sql_user.password_wo",
    "kubernetes_secret_v1.data_wo",
  ]);
});
