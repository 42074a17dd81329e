import { CANDIDATE } from "../../facts/candidate";
import type { WatchedQueue } from "./queue-rules";
import { SCRAPE_JOB } from "./scraping";

/** A service that Prometheus monitors. */
export interface MonitoredService {
  /** Name of its Deployment and container, and value of the label `service` in its metrics. */
  readonly name: string;
  readonly namespace: string;
  /** Whether it is a StatefulSet of a single pod, in place of a Deployment. The default is false. */
  readonly single?: boolean;
  /** The queue that sets the number of its pods. By default, there is none. */
  readonly queue?: WatchedQueue;
  /** The service's request metrics, if it has any. */
  readonly metrics?: RequestMetrics;
  /** The service level objective. It requires `metrics`. By default, there is none. */
  readonly objective?: Objective;
  /**
   * Thresholds of alerts that fire after five minutes. By default, there is only an alert for memory above 90 %, after
   * fifteen minutes.
   */
  readonly alerts?: AlertThresholds;
  /**
   * Whether a candidate can run beside the service: pods of another Deployment, whose metrics are the service's, with the
   * label `track`. The default is false.
   */
  readonly candidate?: boolean;
}

export interface AlertThresholds {
  /** Percentage of requests with a 5xx response. It applies only to services with `metrics`. */
  readonly errorPercent: number;
  /** Percentage of a container's memory limit. */
  readonly memoryPercent: number;
}

export interface RequestMetrics {
  /** Name of the counter of answered requests. */
  readonly counter: string;
  /** The counter's label with the HTTP status, such as 503 or 5xx. */
  readonly statusLabel: string;
  /** Name of a classic histogram of the requests' durations in seconds, without `_bucket`. */
  readonly histogram?: string;
}

export interface Objective {
  /** Percentage of requests in 30 days without a 5xx response. Below 100. */
  readonly availability: number;
  /** An objective for latency. It requires `metrics.histogram`. By default, there is none. */
  readonly latency?: {
    /** Percentage of requests. Below 100. */
    readonly percent: number;
    /** Seconds in which they are answered. It must be the upper bound of one of the histogram's buckets. */
    readonly seconds: number;
  };
}

/** A service with request metrics and an objective. */
export type ServiceLevel = MonitoredService & Required<Pick<MonitoredService, "metrics" | "objective">>;

/**
 * A group of rules, in the shape of Prometheus' rule files.
 * {@link https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/}
 */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}
type Rule = { readonly expr: string; readonly labels: Readonly<Record<string, string>> } & (
  | { readonly record: string }
  | { readonly alert: string; readonly for?: string; readonly annotations: Readonly<Record<string, string>> }
);

/** Recorded rates per second of all requests, and of the requests that miss an objective. */
export const REQUESTS = "service:requests:rate5m";
export const BAD_REQUESTS = "service:bad_requests:rate5m";
const ratio = (window: Window) => `service:bad_requests:ratio_rate${window}`;

const WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const;
type Window = (typeof WINDOWS)[number];

/**
 * Windows and burn rates of the alerts. A burn rate of 1 uses up the error budget in 30 days. The short window ends an
 * alert soon after its cause is gone.
 * {@link https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts}
 */
const BURN_RATES: readonly { rate: number; long: Window; short: Window; severity: "critical" | "warning" }[] = [
  { rate: 14.4, long: "1h", short: "5m", severity: "critical" },
  { rate: 6, long: "6h", short: "30m", severity: "critical" },
  { rate: 3, long: "1d", short: "2h", severity: "warning" },
  { rate: 1, long: "3d", short: "6h", severity: "warning" },
];
const BUDGET_DAYS = 30;

/** Alerts that fire if an error budget burns too fast, by the objective. */
export const BURN_ALERTS: Readonly<Record<keyof Objective, string>> = {
  availability: "ServiceAvailabilityBudgetBurn",
  latency: "ServiceLatencyBudgetBurn",
};
/** The alert that an objective has no metrics. Prometheus shows it as pending for an hour before it fires. */
export const METRICS_ABSENT = "ServiceMetricsAbsent";

/** Labels of the metrics of each release of a service that can have a candidate. */
export const TRACKS = { stable: 'track=""', candidate: `track="${CANDIDATE}"` } as const;

/** PromQL selector of a service's own metrics. */
export const scraped = ({ name, namespace }: MonitoredService, ...more: readonly string[]): string =>
  `{${[`job="${SCRAPE_JOB}"`, `namespace="${namespace}"`, `service="${name}"`, ...more].join(",")}}`;

/** PromQL selector of the recorded metrics of an objective. */
export const recorded = ({ name, namespace }: MonitoredService, objective: keyof Objective): string =>
  `{namespace="${namespace}",service="${name}",objective="${objective}"}`;

/** PromQL selector of a service's containers in the metrics of the kubelet and kube-state-metrics. */
export const contained = ({ name, namespace }: MonitoredService, ...more: readonly string[]): string =>
  `{${[`namespace="${namespace}"`, `container="${name}"`, ...more].join(",")}}`;

/** An objective's error budget in PromQL: the share of requests that can miss it. */
export const budgetOf = (percent: number): string => `(1 - ${percent} / 100)`;

/**
 * Returns rules that record how a service meets its objectives, and alert if it uses up an error budget too fast.
 *
 * If there are few requests, a single failed request can be a large share of them and fire an alert. Without requests,
 * no alert fires. If the counter has no data for an hour, an alert fires, because nobody watches the objective. Most
 * libraries create the counter with the first request, which can be a probe.
 * @throws if there is an objective for latency but no histogram
 */
export function serviceLevelRules(service: ServiceLevel): RuleGroup[] {
  const { metrics, objective } = service;
  const good = (percent: number) => `${percent} % of requests`;
  const groups = [
    budgetRules(service, "availability", {
      percent: objective.availability,
      requests: rateOf(metrics.counter, scraped(service)),
      // The counter has no time series for errors until the first error.
      bad: `${rateOf(metrics.counter, scraped(service, `${metrics.statusLabel}=~"5.."`))} or on (namespace, service) 0 * ${REQUESTS}${recorded(service, "availability")}`,
      alert: BURN_ALERTS.availability,
      promise: `${good(objective.availability)} shall not fail`,
      watched: metrics.counter + scraped(service),
    }),
  ];
  if (objective.latency) {
    const { percent, seconds } = objective.latency;
    const { histogram } = metrics;
    if (!histogram) throw new Error(`${service.name}: an objective for latency requires a histogram`);
    const bucket = scraped(service, `le="${bound(seconds)}"`);
    groups.push(
      budgetRules(service, "latency", {
        percent,
        requests: rateOf(`${histogram}_count`, scraped(service)),
        bad: `${REQUESTS}${recorded(service, "latency")} - on (namespace, service) ${rateOf(`${histogram}_bucket`, bucket)}`,
        alert: BURN_ALERTS.latency,
        promise: `${good(percent)} shall take no longer than ${seconds} s`,
        watched: `${histogram}_bucket${bucket}`,
      }),
    );
  }
  return groups;
}

/**
 * Returns an alert for a service with too large a share of errors. Returns no rules without thresholds or without
 * metrics.
 */
export function errorRules(service: MonitoredService): RuleGroup[] {
  const { name, metrics, alerts } = service;
  if (!metrics || !alerts) return [];
  const rate = (...more: readonly string[]) => rateOf(metrics.counter, scraped(service, ...more));
  return [
    {
      name: `${name}-errors`,
      rules: [
        {
          alert: "HighErrorRate",
          // The counter has no time series for errors until the first error. Without requests, 0 / 0 is not above any
          // threshold.
          expr: `${rate(`${metrics.statusLabel}=~"5.."`)} / ${rate()} > ${alerts.errorPercent / 100}`,
          for: "5m",
          labels: { severity: "warning", service: name },
          annotations: {
            summary: `Too many of ${name}'s requests fail`,
            description: `More than ${alerts.errorPercent} % of requests to ${name} have been answered with a 5xx for 5 minutes, now {{ $value | humanizePercentage }}.`,
          },
        },
      ],
    },
  ];
}

/** Returns an alert for containers that are close to their memory limit. Autopilot does not provide its metrics. */
export function memoryRules(service: MonitoredService): RuleGroup {
  const { alert, percent, minutes } = service.alerts
    ? { alert: "HighMemoryUsage", percent: service.alerts.memoryPercent, minutes: 5 }
    : { alert: "ContainerMemoryNearLimit", percent: 90, minutes: 15 };
  const by = "namespace, pod, container";
  const used = `max by (${by}) (container_memory_working_set_bytes${contained(service)})`;
  const limit = `max by (${by}) (kube_pod_container_resource_limits${contained(service, 'resource="memory"')})`;
  return {
    name: `${service.name}-memory`,
    rules: [
      {
        alert,
        expr: `${used} / on (${by}) ${limit} > ${percent / 100}`,
        for: `${minutes}m`,
        labels: { severity: "warning", service: service.name },
        annotations: {
          summary: `${service.name} is about to run out of memory`,
          description: `{{ $labels.pod }} has used more than ${percent} % of its memory limit for ${minutes} minutes, now {{ $value | humanizePercentage }}; above the limit it is killed.`,
        },
      },
    ],
  };
}

interface Budget {
  readonly percent: number;
  /** PromQL rates of all requests, and of the requests that miss the objective. */
  readonly requests: string;
  readonly bad: string;
  readonly alert: string;
  readonly promise: string;
  /** The metric without which nobody watches the objective. */
  readonly watched: string;
}

/**
 * Returns the rules of one objective. The long windows are sums of recorded rates, so that Prometheus reads two time
 * series in place of three days of every pod's. The rules of a group can use what earlier rules of the group record.
 */
function budgetRules(service: ServiceLevel, objective: keyof Objective, budget: Budget): RuleGroup {
  const { name } = service;
  const series = recorded(service, objective);
  const record = (metric: string, expr: string): Rule => ({ record: metric, expr, labels: { objective } });
  const over = (metric: string, window: Window) =>
    window === "5m" ? metric + series : `sum_over_time(${metric}${series}[${window}])`;
  const above = (window: Window, rate: number) => `${ratio(window)}${series} > ${rate} * ${budgetOf(budget.percent)}`;
  return {
    name: `${name}-${objective}`,
    rules: [
      record(REQUESTS, budget.requests),
      record(BAD_REQUESTS, budget.bad),
      ...WINDOWS.map((window) =>
        // Without requests, the divisor and the ratio have no value.
        record(ratio(window), `${over(BAD_REQUESTS, window)} / (${over(REQUESTS, window)} > 0)`),
      ),
      ...BURN_RATES.map(({ rate, long, short, severity }) => ({
        alert: budget.alert,
        expr: `${above(long, rate)} and on (namespace, service) ${above(short, rate)}`,
        labels: { severity, service: name, window: long },
        annotations: {
          summary: `${name} uses up its error budget of ${objective} ${rate} times as fast as it may`,
          description: `${budget.promise} in ${BUDGET_DAYS} days; in the last ${long}, {{ $value | humanizePercentage }} did not do so. At this rate the budget lasts ${Math.round((BUDGET_DAYS / rate) * 24)} hours.`,
        },
      })),
      {
        alert: METRICS_ABSENT,
        expr: `absent(${budget.watched})`,
        for: "1h",
        labels: { severity: "warning", service: name, objective },
        annotations: {
          summary: `Nobody watches ${name}'s ${objective}`,
          description: `Prometheus has had no series ${budget.watched.replaceAll('"', "'")} for an hour: either ${name} does not run, or its metrics have other names, or it has had no request since it started.`,
        },
      },
    ],
  };
}

/** PromQL rate of a service's counter, of all its pods. */
export const rateOf = (metric: string, selector: string) =>
  `sum by (namespace, service) (rate(${metric}${selector}[5m]))`;

/**
 * The value of the label `le` in Prometheus 3.
 * {@link https://prometheus.io/docs/prometheus/latest/migration/#le-and-quantile-label-values}
 */
const bound = (seconds: number) =>
  seconds < 1e-4
    ? seconds.toExponential().replace(/-(\d)$/, "-0$1")
    : Number.isInteger(seconds)
      ? `${seconds}.0`
      : String(seconds);
