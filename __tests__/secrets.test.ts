import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { everyStack } from "../commands/every-stack";
import { load } from "../schema/load";
import { synthesize } from "../stacks/synthesize";
import { type Files, type Json, ROOT, read, type Stack, synth, synthEvery } from "./support";

const SECRET = "kubernetes_secret_v1.workload_backend_secret";
const ROLLOUT = "helm_release.workload_backend_workload_deployment";

/** The Secret's name, after a check that the pods start with it. */
function nameOf(stack: Stack): string {
  const [address, { metadata }] = stack.digested(SECRET);
  expect(stack.resource(ROLLOUT).values[0]).toContain(
    `"secretRef":{"name":\${jsonencode(${address}.metadata[0].name)}}`,
  );
  return metadata.name;
}

const original = nameOf(synth().production);
const after = (change: (files: Files) => void) => nameOf(synth(change).production);

test("a new key reaches the Secret and rolls the pods", () => {
  expect(
    after(({ system }) => {
      system.variables.SESSION_SECRET = { kind: "generated", length: 32 };
      (system.services.backend as Json).variables.push("SESSION_SECRET");
    }),
  ).not.toBe(original);
});

test("a new generation of a generated secret, a supplied one or the database's password reaches the Secret and rolls the pods", () => {
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

test("new addresses of the datastores reach the Secret and roll the pods: the name has a digest of them, which Terraform evaluates", () => {
  expect(original).toContain("google_sql_database_instance.database.private_ip_address");
  expect(original).toContain("google_redis_instance.cache.host");
});

test("another database name or another parameter of its URL reaches the Secret and rolls the pods", () => {
  expect(
    after(({ system }) => {
      system.database.name = "crm";
    }),
  ).not.toBe(original);
  expect(
    after(({ system }) => {
      system.variables.DATABASE_URL = { kind: "database-url", parameters: { connect_timeout: "5" } };
    }),
  ).not.toBe(original);
});

test("a new release alone does not change the Secret", () => {
  expect(
    after(({ production }) => {
      production.release.version = "2.0.0";
    }),
  ).toBe(original);
});

test("derived URLs verify the certificate authority, use TLS and quote the password", () => {
  const [, { data_wo }] = synth().production.digested(SECRET);
  expect(data_wo.DATABASE_URL).toMatch(
    /^postgresql:\/\/pmcrm_1:\$\{replace\(urlencode\(ephemeral\.\S+\), "\+", "%20"\)\}@\$\{google_sql_database_instance\.database\.private_ip_address\}:5432\/pmcrm\?sslmode=verify-ca&sslrootcert=%2Fetc%2Fssl%2Fdatastores%2Fdatabase\.pem&options=-c%20role%3Dpmcrm&/,
  );
  expect(data_wo.DIRECT_URL).toBe(data_wo.DATABASE_URL);
  expect(data_wo.REDIS_URL).toMatch(
    /^rediss:\/\/default:\$\{replace\(urlencode\(google_redis_instance\.cache\.auth_string\), "\+", "%20"\)\}@\$\{google_redis_instance\.cache\.host\}:6378$/,
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

describe("of datastores in the cluster", () => {
  const STORES = ["postgresql", "redis", "elasticsearch"] as const;
  type Store = (typeof STORES)[number];
  const APIS = ["sales-api", "finance-api", "hr-api"];
  const passwords = (store: Store) => `kubernetes_secret_v1.datastores_${store}_release_passwords`;
  const secretOf = (service: string) => `kubernetes_secret_v1.workload_${service}_secret`;
  const rolloutOf = (service: string) => `helm_release.workload_${service}_workload_deployment`;

  /** Enterprise's production, with some secrets at a later generation. */
  async function production(generations: Readonly<Record<string, number>> = {}): Promise<Stack> {
    const { environments, ...rest } = await load(ROOT, "enterprise", {});
    const { environment } = environments.production;
    const changed = { ...environments.production, environment: { ...environment, generations } };
    const outdir = mkdtempSync(path.join(os.tmpdir(), "secrets-"));
    try {
      synthesize({ ...rest, environments: { ...environments, production: changed } }, {}, outdir);
      return read(outdir, "production");
    } finally {
      rmSync(outdir, { recursive: true });
    }
  }
  let asWritten: Stack;
  let every: Map<string, Stack>;
  beforeAll(async () => {
    asWritten = await production();
    every = await synthEvery();
  });

  /** Where a change of password appears: addresses of Secrets, and the releases whose pods start with them. */
  const shownIn = (stack: Stack) => {
    const shown = (secret: string, release: string) => {
      const [address] = stack.digested(secret);
      expect(stack.resource(release).values[0]).toContain(`jsonencode(${address}.metadata[0].name)`);
      return [
        [secret, address],
        [release, address],
      ];
    };
    return Object.fromEntries([
      ...STORES.flatMap((store) => shown(passwords(store), `helm_release.datastore_${store}`)),
      ...APIS.flatMap((service) => shown(secretOf(service), rolloutOf(service))),
    ]);
  };

  test.each(everyStack(ROOT).map(({ name }) => name))("no value of %s is outside write-only arguments", (name) => {
    const stack = every.get(name) as Stack;
    const places = stack.resources.flatMap(([address, config]) =>
      Object.entries(config as Json).flatMap(([argument, value]) =>
        JSON.stringify(value).includes("ephemeral.") ? [`${address.split(".")[0]}.${argument}`] : [],
      ),
    );
    expect(places).toContain("kubernetes_secret_v1.data_wo");
    expect(places.filter((place) => !place.endsWith("_wo"))).toEqual([]);
  });

  test("each password is read from Secret Manager, at the version that the stack has made, into data_wo", () => {
    const stack = asWritten;
    const stored = (secret: string) =>
      `\${ephemeral.google_secret_manager_secret_version.secrets_${secret}_stored.secret_data}`;
    expect(stack.digested(passwords("postgresql"))[1].data_wo).toEqual({
      "postgres-password": stored("database-administrator-password"),
      password: stored("database-password"),
    });
    expect(stack.digested(passwords("redis"))[1].data_wo).toEqual({ "redis-password": stored("cache-password") });
    expect(stack.digested(passwords("elasticsearch"))[1].data_wo).toEqual({
      "elasticsearch-password": stored("search-password"),
    });
    for (const service of APIS)
      expect(stack.digested(secretOf(service))[1].data_wo).toMatchObject({
        DATABASE_PASSWORD: stored("database-password"),
        REDIS_PASSWORD: stored("cache-password"),
        ELASTICSEARCH_PASSWORD: stored("search-password"),
      });
    const read = stack.json.ephemeral.google_secret_manager_secret_version;
    for (const secret of ["database", "database-administrator", "cache", "search"])
      expect(read[`secrets_${secret}-password_stored`].version).toBe(
        `\${google_secret_manager_secret_version.secret_${secret.replaceAll("-", "_")}_password_version.version}`,
      );
  });

  test("charts know passwords by the names of Secrets and keys alone, and make none themselves", () => {
    const stack = asWritten;
    for (const store of STORES) {
      const { values, set_wo, set_sensitive } = stack.resource(`helm_release.datastore_${store}`);
      expect(values.join()).toContain(
        `"existingSecret":\${jsonencode(${stack.digested(passwords(store))[0]}.metadata[0].name)}`,
      );
      expect(values.join()).not.toMatch(/"\w*[pP]assword":/);
      expect([set_wo, set_sensitive]).toEqual([undefined, undefined]);
    }
  });

  test("the administrator's password reaches the database and its backups, and no service", () => {
    const stack = asWritten;
    const holders = stack.resources.filter(([, config]) =>
      JSON.stringify(config.data_wo ?? {}).includes("database-administrator-password_stored"),
    );
    expect(holders.map(([address]) => address)).toEqual([stack.digested(passwords("postgresql"))[0]]);
  });

  test.each([
    ["redis", "CACHE_PASSWORD"],
    ["elasticsearch", "SEARCH_PASSWORD"],
  ] as const)(
    "a new generation restarts %s and the services that log in there, and nothing else",
    async (store, name) => {
      const before = shownIn(asWritten);
      const after = shownIn(await production({ [name]: 2 }));
      expect(Object.keys(after).filter((address) => after[address] !== before[address])).toEqual([
        passwords(store),
        `helm_release.datastore_${store}`,
        ...APIS.flatMap((service) => [secretOf(service), rolloutOf(service)]),
      ]);
    },
  );
});
