import { z } from "zod";
import { AUDITED_SERVICES } from "../facts/audited-services";
import { parseMemory } from "../facts/quantity";
import { alerts, metricName, overview, PROMQL_NUMBERS } from "./alerts";
import { extensions } from "./extension";
import { count, cpu, httpPath, label, matching, memory, percent, plainPath, port, text, variableName } from "./fields";
import { rule } from "./problem";

/**
 * A system: what runs, the same in every environment. It has names, ports, variables and connections, but no places or
 * sizes. `systems/<system>.ts` exports one.
 */

export const DATASTORES = ["database", "cache", "search"] as const;

/**
 * Where the value of an environment variable comes from.
 * - text: this text, in every environment
 * - `environment`: the environment's file gives it (`variables`)
 * - `port`: the service's port; `version`: the release's version; `node-address`: the address of the pod's node, where
 * host agents listen. All three are in the pod template.
 * - `ca-bundle`: path of a PEM file with the certificate authorities of the datastores
 * - `generated`: created once per generation and kept in Secret Manager; `rotate: "never"` if a new value would make data
 * unreadable
 * - `supplied`: a person adds a version to Secret Manager; the generation is the version's number
 * - `database-url`, `cache-url`: built from the datastore's address and password, inside the Kubernetes Secret
 * - `datastore`: one field of a datastore's address or login
 */
const variable = z.union(
  [
    text,
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("environment") }),
      z.strictObject({ kind: z.literal("port") }),
      z.strictObject({ kind: z.literal("version") }),
      z.strictObject({ kind: z.literal("node-address") }),
      z.strictObject({ kind: z.literal("ca-bundle") }),
      z.strictObject({
        kind: z.literal("generated"),
        /** Characters, letters and digits. A new length applies to the next generation: it does not change a value that exists. */
        length: count(16, 256, "characters"),
        rotate: z.enum(["always", "never"]).default("always"),
      }),
      z.strictObject({ kind: z.literal("supplied") }),
      z.strictObject({
        kind: z.literal("database-url"),
        /** Query parameters in addition to sslmode, sslrootcert and options, which every URL has. */
        parameters: z
          .record(
            matching(
              /^(?!ssl|requiressl|gssencmode|requirepeer)[a-z]\w{0,62}$/i,
              "must be a parameter's name, but not one about TLS, which is always required",
              "use another parameter",
            ).regex(
              /^(?!(host|hostaddr|port|user|password|passfile|dbname|database|service|servicefile|options)$)/i,
              rule("must not be a part of the URL itself, such as its host or user", "remove it"),
            ),
            matching(/^[\w.-]{1,255}$/, "must be a plain word", "use letters, digits, dots and dashes"),
          )
          .refine(({ target_session_attrs: server }) => server !== "read-only" && server !== "standby", {
            path: ["target_session_attrs"],
            message: rule("rejects the database, which is no standby: every connection fails", "remove it"),
          })
          .default({}),
      }),
      z.strictObject({ kind: z.literal("cache-url") }),
      z.strictObject({
        kind: z.literal("datastore"),
        of: z.enum(DATASTORES),
        /** `name` is the name of the database. */
        field: z.enum(["host", "port", "name", "user", "password"]),
      }),
    ]),
  ],
  rule("must be text or say where the value comes from", 'write it like "text" or { kind: "environment" }'),
);

/** MiB that a container runtime needs to start a program. */
const LEAST_MEMORY = 6;

const resources = z.strictObject({
  /** CPU request. */
  cpu,
  /** CPU limit. Without it, a container can use the spare CPU of its node. */
  cpuLimit: cpu.optional(),
  /** Memory request. */
  memory,
  /** Memory limit. {@link https://docs.docker.com/engine/containers/resource_constraints/#memory} */
  memoryLimit: memory.refine(
    (q) => (parseMemory(q) ?? LEAST_MEMORY) >= LEAST_MEMORY,
    rule(`must be at least ${LEAST_MEMORY}Mi: with less, no container starts`, "raise it"),
  ),
});

const command = z
  .array(text)
  .refine((all) => all.length > 0, rule("must not be empty", "name the program and its arguments"));

/**
 * Peers that a workload can connect to, besides services: the datastores `database`, `cache` and `search`;
 * `internet:443`, which is that port of public addresses; `host-agent`, which accepts traces and StatsD on the pod's node.
 */
export const CONNECTIONS: readonly string[] = [...DATASTORES, "internet:443", "host-agent"];
const connection = z.string();

const workload = {
  /** Name of the image in the release. */
  image: label(),
  command: command.optional(),
  /** Node pool. */
  pool: label(),
  resources,
  /** Names of the variables that the containers get. */
  variables: z.array(variableName).default([]),
  connects: z.array(connection).default([]),
};

/**
 * A label that the program itself sets. Prometheus adds the refused labels to every series, so none of them can have a
 * status code. {@link https://prometheus.io/docs/concepts/jobs_instances/}
 */
const metricLabel = matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "must be a label's name", 'write it like "status"')
  .refine(
    (label) => !["__name__", "le", "job", "instance", "namespace", "pod", "service"].includes(label),
    rule("is a label of every series, and has no status code", "name the program's own label"),
  )
  .refine(
    (label) => !PROMQL_NUMBERS.test(label),
    rule("is a number in PromQL, so no query can name it", "rename the label"),
  );

const duration = z
  .number(rule("must be a number (seconds)", "write one above 0 and up to 60"))
  .positive(rule("must be above 0 (seconds)", "write one up to 60"))
  .max(60, rule("must be at most 60 (seconds)", "write one above 0 and up to 60"));

const service = z.strictObject({
  ...workload,
  /** Port that the service listens on. Without it, the service is a worker. */
  port: port.optional(),
  health: z.union(
    [
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
    ],
    rule(
      "must be paths or a program",
      'write it like { live: "/health", ready: "/health/ready" } or { command: ["true"] }',
    ),
  ),
  /** Prometheus metrics, on their own port or path, so that the public edge does not serve them. */
  metrics: z
    .strictObject({
      port,
      path: plainPath,
      /** Metrics of the HTTP requests that the service answers. Objectives and the dashboard use them. */
      requests: z
        .strictObject({
          /** Counter of requests. */
          counter: metricName,
          /** The counter's label with the status code. */
          status: metricLabel,
          /** Histogram of durations in seconds, without the suffix `_bucket`. */
          histogram: metricName
            .refine(
              (name) => !/_(bucket|count|sum)$/.test(name),
              rule("must be without its suffix", 'write it like "http_request_duration_seconds"'),
            )
            .optional(),
        })
        .optional(),
    })
    .optional(),
  /** Service level objective over 30 days. Alerts fire when its error budget burns too fast. */
  objective: z
    .strictObject({
      /** Requests that are not answered with a 5xx, in per cent. */
      availability: percent(95, 99.99),
      /** Per cent of requests that are answered within `seconds`, which must be a bound of the histogram's buckets. */
      latency: z.strictObject({ percent: percent(95, 99.99), seconds: duration }).optional(),
    })
    .optional(),
  /** Load above which replicas are added, in per cent of the resource requests. Without it, the number is fixed. */
  autoscale: z
    .strictObject({ cpu: count(10, 95, "per cent"), memory: count(10, 95, "per cent").optional() })
    .optional(),
  /**
   * Seconds within which the service must answer a request; after that the edge answers 504. Google's load balancer limits
   * the whole response, Traefik its start. A pod that stops gets the same time to finish its requests. Default 60, which is
   * Traefik's own; Google's own, 30, would cut off requests that Traefik allows.
   */
  timeoutSeconds: count(1, 300, "seconds").optional(),
  /** Migrations that run before a rollout. */
  after: z.array(label()).default([]),
  /**
   * Prefix of the paths that the edge routes to the service, if services share a host. The service receives the path
   * unchanged.
   */
  path: plainPath
    .refine((p) => p === "/" || !p.endsWith("/"), rule("must not end with a slash", 'write it like "/sales"'))
    .default("/"),
  /**
   * Requests that one client address can make to the service's hosts. Cloud Armor supports only some intervals. Traefik
   * supports all, but only one limit for all paths of a service.
   */
  rateLimits: z
    .array(
      z.strictObject({
        /** Prefix of the limited paths. Without it, all paths are limited. */
        path: plainPath.optional(),
        requests: count(1, 10000, "requests"),
        seconds: count(1, 3600, "seconds"),
      }),
    )
    .default([]),
});

const migration = z.strictObject({
  ...workload,
  command,
  /** The job is stopped and counts as failed after this time. */
  deadlineSeconds: count(30, 3000, "seconds"),
});

export const systemSchema = z.strictObject({
  namespace: label(),
  database: z.strictObject({
    version: z.enum(["POSTGRES_15", "POSTGRES_16", "POSTGRES_17"]),
    name: label(),
    /**
     * Role that owns everything in the database. The users that log in act as this role; each generation of the password
     * has one.
     */
    user: label(40),
    /** Most connections that one pod keeps open. */
    connectionsPerPod: count(1, 1000, "connections"),
    /** PostgreSQL extensions, created in this order before the first migration. */
    extensions: extensions.default([]),
  }),
  cache: z.strictObject({ version: z.enum(["REDIS_7_0", "REDIS_7_2", "REDIS_8_2"]) }),
  search: z.strictObject({ version: z.enum(["ELASTICSEARCH_9_1"]) }).optional(),
  variables: z.record(variableName, variable),
  migrations: z.record(label(40), migration).default({}),
  services: z.record(label(40), service),
  alerts,
  overview,
  /** Logs of who read or changed what in Google Cloud. */
  auditLogs: z.strictObject({
    /** Services whose data access is logged. Administrative changes are always logged. */
    services: z
      .array(z.enum(AUDITED_SERVICES))
      .refine((all) => all.length > 0, rule("must not be empty", `use some of ${AUDITED_SERVICES.join(", ")}`)),
    /** Days that the project's logs are kept. */
    retentionDays: count(30, 3650, "days"),
  }),
});

/** As written in `systems/<system>.ts`. */
export type SystemInput = z.input<typeof systemSchema>;
export type System = z.output<typeof systemSchema>;
export type Service = System["services"][string];
export type Variable = System["variables"][string];

/** The platform's own secrets. Systems cannot use their names. Some are generated, and a person supplies two. */
export const PLATFORM_SECRETS = {
  database: "DATABASE_PASSWORD",
  /** Passwords of datastores in the cluster: Redis, Elasticsearch and PostgreSQL's administrator. */
  cache: "CACHE_PASSWORD",
  search: "SEARCH_PASSWORD",
  databaseAdministrator: "DATABASE_ADMINISTRATOR_PASSWORD",
  grafana: "GRAFANA_ADMIN_PASSWORD",
  /** Alertmanager's credential: a webhook's URL, or PagerDuty's routing key. */
  receiver: "ALERTMANAGER_RECEIVER",
  datadog: "DATADOG_API_KEY",
} as const;
/** Passwords of datastores in the cluster. */
export type DatastoreSecret = (typeof PLATFORM_SECRETS)["cache" | "search" | "databaseAdministrator"];
export const platformSecrets: readonly string[] = Object.values(PLATFORM_SECRETS);

/** Kind of a variable; text has the kind `text`. */
export const kindOf = (v: Variable) => (typeof v === "string" ? "text" : v.kind);
