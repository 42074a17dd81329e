import { z } from "zod";
import { metricName } from "./alerts";
import { count, cpu, httpPath, label, matching, memory, percent, port, text, variableName } from "./fields";
import { rule } from "./problem";
import { DATASTORES } from "./variable";
import { web } from "./web";

const resources = z.strictObject({
  /** CPU request. */
  cpu,
  /** CPU limit. Without it, a container can use the spare CPU of its node. */
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
const metricLabel = matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "must be a label's name", 'write it like "status"').refine(
  (label) => !["__name__", "le", "job", "instance", "namespace", "pod", "service"].includes(label),
  rule("is a label of every series, and has no status code", "name the program's own label"),
);

const duration = z
  .number(rule("must be a number (seconds)", "write one above 0 and up to 60"))
  .positive(rule("must be above 0 (seconds)", "write one up to 60"))
  .max(60, rule("must be at most 60 (seconds)", "write one above 0 and up to 60"));

export const service = z.strictObject({
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
      path: httpPath,
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
  ...web,
});

export const migration = z.strictObject({
  ...workload,
  command,
  /** The job is stopped and counts as failed after this time. */
  deadlineSeconds: count(30, 3000, "seconds"),
});

export type Service = z.output<typeof service>;
export type Migration = z.output<typeof migration>;
