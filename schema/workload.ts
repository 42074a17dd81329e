import { z } from "zod";
import { parseMemory } from "../facts/quantity";
import { metricName, PROMQL_NUMBERS } from "./alerts";
import { USES } from "./buckets";
import {
  command,
  count,
  cpu,
  httpPath,
  label,
  matching,
  memory,
  percent,
  plainPath,
  port,
  variableName,
} from "./fields";
import { rule } from "./problem";
import { DATASTORES } from "./variable";
import { web } from "./web";

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

/**
 * Peers that a workload can connect to, besides services: the datastores `database`, `cache` and `search`;
 * `internet:443`, which is that port of public addresses; `host-agent`, which accepts traces and StatsD on the pod's node.
 */
export const CONNECTIONS: readonly string[] = [...DATASTORES, "internet:443", "host-agent"];
const connection = z.string();

export const workload = {
  /** Name of the image in the release. */
  image: label(),
  command: command.optional(),
  /** Node pool. Environments with Autopilot ignore it. */
  pool: label(63, 'name a node pool of the environments, such as "app"'),
  resources,
  /** Names of the variables that the containers get. */
  variables: z.array(variableName).default([]),
  connects: z.array(connection).default([]),
  /** Buckets that it uses, by their names, and what it does with their files. */
  buckets: z.record(label(20), z.enum(USES)).default({}),
  /** Whether it signs URLs, with which others can read or write a file of its private buckets without a login. */
  signsUrls: z.boolean().default(false),
};

/**
 * A label that the program itself sets. Prometheus adds the refused labels to every series, so none of them can have a
 * status code. {@link https://prometheus.io/docs/concepts/jobs_instances/}
 */
const metricLabel = matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "must be a label's name", 'write it like "status"')
  .refine(
    (label) => !["__name__", "le", "job", "instance", "namespace", "pod", "service", "track"].includes(label),
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

/** A list in Redis. {@link https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html} */
const queue = z.strictObject({
  /** Name of the list, which is the queue's name in Celery. */
  name: matching(
    /^\w[\w.:-]{0,99}$/,
    "must be a queue's name of at most 100 letters, digits, dots, colons, dashes and underscores",
    'write it like "default"',
  ),
  /** Jobs for each replica that may wait. */
  length: count(1, 100_000, "jobs"),
});

export const service = z.strictObject({
  ...workload,
  /** Port that the service listens on. Without it, the service is a worker. */
  port: port.optional(),
  health: z.union(
    [
      z.strictObject({
        /**
         * HTTP path that answers 200 while the process is alive, whether or not a datastore is. A pod restarts after two
         * minutes of other answers. By default, a pod is alive while it accepts connections on its port.
         */
        live: httpPath.optional(),
        /**
         * HTTP path that answers 200 while the process can serve. The Service, the edge and rollouts use it. Other answers
         * never restart a pod, so the path can depend on datastores.
         */
        ready: httpPath,
      }),
      z.strictObject({
        /** Program that exits 0 while the process is alive. */
        command,
      }),
    ],
    rule(
      "must be paths or a program",
      'write it like { live: "/health", ready: "/health/ready" }, { ready: "/ready" } or { command: ["true"] }',
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
  /**
   * Whether exactly one pod runs, and never two at once, as a scheduler such as Celery beat needs it. In a rollout, and when
   * its node is drained, the old pod ends before the new one starts. For workers, with one replica in each environment.
   */
  single: z.boolean().default(false),
  /** Above what replicas are added. Without it, the number is fixed. */
  autoscale: z
    .union(
      [
        /** Load in per cent of the resource requests. */
        z.strictObject({ cpu: count(10, 95, "per cent"), memory: count(10, 95, "per cent").optional() }),
        /** Jobs that wait in the cache. For workers. */
        z.strictObject({ queue }),
      ],
      rule("must be a load or a queue", 'write it like { cpu: 70 } or { queue: { name: "default", length: 20 } }'),
    )
    .optional(),
  /**
   * Seconds within which the service must answer a request; after that the edge answers 504. Google's load balancer limits
   * the whole response, Traefik its start. A pod that stops gets the same time to finish its requests. Default 60, which is
   * Traefik's own; Google's own, 30, would cut off requests that Traefik allows.
   *
   * A worker has no requests. It has this time, by default 30 seconds, to end its jobs when it must stop.
   */
  timeoutSeconds: count(1, 300, "seconds").optional(),
  /** Tasks that must succeed before a rollout. */
  after: z.array(label()).default([]),
  ...web,
});

/** What runs to its end before a rollout, once for each image, command and configuration. */
export const task = z.strictObject({
  ...workload,
  command,
  /** Other tasks that must succeed before this one starts. */
  after: z.array(label()).default([]),
  /**
   * Whether the task changes the database's schema or data, as a migration does. Such a change is not undone when an
   * earlier release is deployed again.
   */
  changesDatabase: z.boolean(),
  /** The job is stopped and counts as failed after this time. */
  deadlineSeconds: count(30, 3000, "seconds"),
});

export type Service = z.output<typeof service>;
export type Task = z.output<typeof task>;
