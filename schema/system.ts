import { z } from "zod";
import { count, cpu, httpPath, label, memory, port, text, variableName } from "./fields";
import { rule } from "./problem";

/**
 * A system: what runs, the same in every environment. Names, ports, variables, connections; nothing about where or how
 * big. `systems/<system>.ts` exports one.
 */

/**
 * Where the value of an environment variable comes from.
 * - text: this text, in every environment
 * - `environment`: the environment's file gives it (`variables`)
 * - `port`: the service's own port; `version`: the release's version; both in the pod template
 * - `ca-bundle`: path of a PEM file with the certificate authorities of the datastores
 * - `generated`: made once per generation and kept in Secret Manager; `rotate: "never"` where a new value would make data
 *   unreadable
 * - `supplied`: a person adds the version to Secret Manager; the generation is the version's number
 * - `database-url`, `cache-url`: made of the datastore's address and password inside the Kubernetes Secret
 */
const variable = z.union([
  text,
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("environment") }),
    z.strictObject({ kind: z.literal("port") }),
    z.strictObject({ kind: z.literal("version") }),
    z.strictObject({ kind: z.literal("ca-bundle") }),
    z.strictObject({
      kind: z.literal("generated"),
      /** Characters, letters and digits. */
      length: count(16, 256, "characters"),
      rotate: z.enum(["always", "never"]).default("always"),
    }),
    z.strictObject({ kind: z.literal("supplied") }),
    z.strictObject({
      kind: z.literal("database-url"),
      /** Query parameters beside sslmode and sslrootcert, which are always there. */
      parameters: z
        .record(
          z
            .string()
            .regex(
              /^(?!ssl)\w+$/,
              rule(
                "must be a parameter's name, and none about TLS, which is always asked for",
                "use another parameter",
              ),
            ),
          z.string().regex(/^[\w.-]+$/, rule("must be a plain word", "use letters, digits, dots and dashes")),
        )
        .default({}),
    }),
    z.strictObject({ kind: z.literal("cache-url") }),
  ]),
]);

const resources = z.strictObject({
  /** CPU request. */
  cpu,
  /** CPU limit; without it a container may use what its node has left. */
  cpuLimit: cpu.optional(),
  /** Memory request. */
  memory,
  /** Memory limit. */
  memoryLimit: memory,
});

const command = z.array(text).min(1, rule("must not be empty", "name the program and its arguments"));

/** `database` and `cache`: the datastores; `internet:443`: public addresses only, on that port; otherwise a service's name. */
const connection = z.string();

const workload = {
  /** Name of the image in the release. */
  image: label(),
  command: command.optional(),
  /** Node pool. */
  pool: label(),
  resources,
  /** Names of the variables that the containers get. */
  variables: z.array(variableName),
  connects: z.array(connection),
};

const service = z.strictObject({
  ...workload,
  /** What the service listens on; without it the service is a worker. */
  port: port.optional(),
  health: z.union([
    z.strictObject({
      /** HTTP path that answers 200 while the process is alive. */
      live: httpPath,
      /** HTTP path that answers 200 while the process can serve. */
      ready: httpPath,
    }),
    z.strictObject({
      /** Program that exits 0 while the process is alive. */
      command,
    }),
  ]),
  /** Prometheus metrics, on a port of their own so that the public edge does not serve them. */
  metrics: z.strictObject({ port, path: httpPath }).optional(),
  /** Load at which replicas are added, in per cent of the requests; without it the number of replicas is fixed. */
  autoscale: z
    .strictObject({ cpu: count(10, 95, "per cent"), memory: count(10, 95, "per cent").optional() })
    .optional(),
  /** Migrations that must have run before a rollout. */
  after: z.array(label()).default([]),
  /** Requests that one client address may make to the service's hosts, in an interval that Cloud Armor knows. */
  rateLimit: z.strictObject({ requests: count(1, 10000, "requests"), seconds: z.int() }).optional(),
});

const migration = z.strictObject({
  ...workload,
  command,
  /** The job is stopped and counts as failed after this time. */
  deadlineSeconds: count(30, 3000, "seconds"),
});

export const systemSections = {
  namespace: label(),
  database: z.strictObject({
    version: z.enum(["POSTGRES_15", "POSTGRES_16", "POSTGRES_17"]),
    name: label(),
    user: label(),
    /** PostgreSQL extensions, made in the database before the first migration. */
    extensions: z
      .array(z.string().regex(/^[a-z][a-z0-9_-]*$/, rule("must be an extension's name", 'write it like "vector"')))
      .default([]),
  }),
  cache: z.strictObject({ version: z.enum(["REDIS_7_0", "REDIS_7_2"]) }),
  variables: z.record(variableName, variable),
  migrations: z.record(label(40), migration).default({}),
  services: z.record(label(40), service),
} as const;

export const systemSchema = z.strictObject(systemSections);

/** As written in `systems/<system>.ts`. */
export type SystemInput = z.input<typeof systemSchema>;
export type System = z.output<typeof systemSchema>;
export type Service = System["services"][string];
export type Variable = System["variables"][string];

/** Secrets that the platform makes for itself; environments may raise their generations, systems may not use their names. */
export const PLATFORM_SECRETS = { database: "DATABASE_PASSWORD", grafana: "GRAFANA_ADMIN_PASSWORD" } as const;
export const platformSecrets: readonly string[] = Object.values(PLATFORM_SECRETS);

/** Kind of a variable; text has the kind `text`. */
export const kindOf = (v: Variable) => (typeof v === "string" ? "text" : v.kind);
