import { z } from "zod";
import { AUDITED_SERVICES } from "../facts/audited-services";
import { count, cpu, httpPath, label, matching, memory, percent, port, text, variableName } from "./fields";
import { rule } from "./problem";

/**
 * A system: what runs, the same in every environment. Names, ports, variables, connections; nothing about where or how
 * big. `systems/<system>.ts` exports one.
 */

export const DATASTORES = ["database", "cache", "search"] as const;

/**
 * Where the value of an environment variable comes from.
 * - text: this text, in every environment
 * - `environment`: the environment's file gives it (`variables`)
 * - `port`: the service's own port; `version`: the release's version; `node-address`: that of the pod's node, where
 * host agents listen; all three in the pod template
 * - `ca-bundle`: path of a PEM file with the certificate authorities of the datastores
 * - `generated`: made once per generation and kept in Secret Manager; `rotate: "never"` where a new value would make
 * data unreadable
 * - `supplied`: a person adds the version to Secret Manager; the generation is the version's number
 * - `database-url`, `cache-url`: made of the datastore's address and password inside the Kubernetes Secret
 * - `datastore`: one of the things that one needs to log in there, by itself
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
        /** Characters, letters and digits. */
        length: count(16, 256, "characters"),
        rotate: z.enum(["always", "never"]).default("always"),
      }),
      z.strictObject({ kind: z.literal("supplied") }),
      z.strictObject({
        kind: z.literal("database-url"),
        /** Query parameters beside sslmode, sslrootcert and options, which are always there. */
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
          .default({}),
      }),
      z.strictObject({ kind: z.literal("cache-url") }),
      z.strictObject({
        kind: z.literal("datastore"),
        of: z.enum(DATASTORES),
        /** `name` is the database's. */
        field: z.enum(["host", "port", "name", "user", "password"]),
      }),
    ]),
  ],
  rule("must be text or say where the value comes from", 'write it like "text" or { kind: "environment" }'),
);

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

const command = z
  .array(text)
  .refine((all) => all.length > 0, rule("must not be empty", "name the program and its arguments"));

/**
 * `database`, `cache` and `search`: the datastores; `internet:443`: public addresses only, on that port; `host-agent`: traces and
 * StatsD to the agent on the pod's node; otherwise a service's name.
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

const metricName = matching(
  /^[a-zA-Z_:][a-zA-Z0-9_:]*$/,
  "must be a metric's name",
  'write it like "http_requests_total"',
);
const metricLabel = matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "must be a label's name", 'write it like "status"');

const duration = z
  .number(rule("must be a number (seconds)", "write one above 0 and up to 60"))
  .positive(rule("must be above 0 (seconds)", "write one up to 60"))
  .max(60, rule("must be at most 60 (seconds)", "write one above 0 and up to 60"));

const service = z.strictObject({
  ...workload,
  /** What the service listens on; without it the service is a worker. */
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
  /** Prometheus metrics, on a port or a path of their own so that the public edge does not serve them. */
  metrics: z
    .strictObject({
      port,
      path: httpPath,
      /** What the service says of the HTTP requests that it answers; objectives and the dashboard are made of it. */
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
  /** Service level objective over 30 days; alerts tell when its error budget burns too fast. */
  objective: z
    .strictObject({
      /** Requests that are not answered with a 5xx, in per cent. */
      availability: percent(95, 99.99),
      /** Requests, in per cent, that are answered within so many seconds: a bound of the histogram's buckets. */
      latency: z.strictObject({ percent: percent(95, 99.99), seconds: duration }).optional(),
    })
    .optional(),
  /** Load at which replicas are added, in per cent of the requests; without it the number of replicas is fixed. */
  autoscale: z
    .strictObject({ cpu: count(10, 95, "per cent"), memory: count(10, 95, "per cent").optional() })
    .optional(),
  /**
   * Seconds within which the service must answer a request; after that the edge answers 504. Google's load balancer limits
   * the whole response, Traefik its start. A pod that stops gets the same time to finish its requests. Default 60, which is
   * Traefik's own; Google's own, 30, would cut off requests that Traefik allows.
   */
  timeoutSeconds: count(1, 300, "seconds").optional(),
  /** Migrations that must have run before a rollout. */
  after: z.array(label()).default([]),
  /**
   * First part of the paths that reach the service at its hosts, where it shares them with others. The service sees
   * paths as they are.
   */
  path: httpPath
    .refine((p) => p === "/" || !p.endsWith("/"), rule("must not end with a slash", 'write it like "/sales"'))
    .default("/"),
  /**
   * Requests that one client address may make to the service's hosts. Cloud Armor has some intervals and no others;
   * Traefik has all, and one limit for all of a service's paths.
   */
  rateLimits: z
    .array(
      z.strictObject({
        /** Limits the paths that begin like this; without it, all. */
        path: httpPath.optional(),
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
     * Role that owns everything in the database; the users that log in, one for each generation of the password, act as
     * it.
     */
    user: label(40),
    /** Most connections that one pod keeps open. */
    connectionsPerPod: count(1, 1000, "connections"),
    /** PostgreSQL extensions, made in the database before the first migration. */
    extensions: z
      .array(
        matching(/^[a-z][a-z0-9_-]*$/, "must be an extension's name", 'write it like "vector"').refine(
          (name) => name !== "pgvector",
          rule("is called vector in PostgreSQL", 'write "vector"'),
        ),
      )
      .default([]),
  }),
  cache: z.strictObject({ version: z.enum(["REDIS_7_0", "REDIS_7_2", "REDIS_8_2"]) }),
  search: z.strictObject({ version: z.enum(["ELASTICSEARCH_9_1"]) }).optional(),
  variables: z.record(variableName, variable),
  migrations: z.record(label(40), migration).default({}),
  services: z.record(label(40), service),
  /** Alerts on every service, whatever its objective. */
  alerts: z
    .strictObject({
      /** Requests that are answered with a 5xx, in per cent. */
      errorPercent: percent(0.1, 100),
      /** Memory that is used of its limit, in per cent. */
      memoryPercent: percent(10, 100),
    })
    .optional(),
  /** A dashboard of all services together. */
  overview: z
    .strictObject({
      title: text,
      /** Counter by legend: how many in the last 24 hours. */
      figures: z.record(
        matching(
          /^(?!.*[$%]\{)[^\n]{1,80}$/,
          "must be one line of at most 80 characters without ${ and %{",
          "shorten it",
        ),
        metricName,
      ),
    })
    .optional(),
  /** Who read or changed what in Google Cloud. */
  auditLogs: z.strictObject({
    /** Services whose data access is logged, beside the administrative changes that always are. */
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

/** The platform's own secrets, whose names systems may not use: some that it makes, two that a person supplies. */
export const PLATFORM_SECRETS = {
  database: "DATABASE_PASSWORD",
  /** Of the datastores in the cluster: Redis, Elasticsearch and PostgreSQL's administrator. */
  cache: "CACHE_PASSWORD",
  search: "SEARCH_PASSWORD",
  databaseAdministrator: "DATABASE_ADMINISTRATOR_PASSWORD",
  grafana: "GRAFANA_ADMIN_PASSWORD",
  /** What Alertmanager notifies with: a webhook's URL, or PagerDuty's routing key. */
  receiver: "ALERTMANAGER_RECEIVER",
  datadog: "DATADOG_API_KEY",
} as const;
export const platformSecrets: readonly string[] = Object.values(PLATFORM_SECRETS);

/** Kind of a variable; text has the kind `text`. */
export const kindOf = (v: Variable) => (typeof v === "string" ? "text" : v.kind);
