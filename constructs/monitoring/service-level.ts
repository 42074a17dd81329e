import { SCRAPE_JOB } from "./scraping";

/** A service, as Prometheus knows it. */
export interface MonitoredService {
  /** Of its Deployment, of its container, and the label `service` of what it counts. */
  readonly name: string;
  readonly namespace: string;
  /** What it says of its requests, if anything. */
  readonly metrics?: RequestMetrics;
  /** What its users may expect; it needs `metrics`. */
  readonly objective?: Objective;
  /** Shares that are reported after five minutes; without them, only memory above 90 % is, after fifteen. */
  readonly alerts?: AlertThresholds;
}

export interface AlertThresholds {
  /** Per cent of requests that are answered with a 5xx; said of services with `metrics` only. */
  readonly errorPercent: number;
  /** Per cent of a container's memory limit. */
  readonly memoryPercent: number;
}

export interface RequestMetrics {
  /** Counter of the requests that were answered. */
  readonly counter: string;
  /** Its label of the HTTP status, such as 503 or 5xx. */
  readonly statusLabel: string;
  /** Classic histogram of the seconds that requests took, without `_bucket`. */
  readonly histogram?: string;
}

export interface Objective {
  /** Per cent of requests that are not answered with a 5xx, in 30 days; below 100. */
  readonly availability: number;
  /** Needs `metrics.histogram`. */
  readonly latency?: {
    /** Of requests; below 100. */
    readonly percent: number;
    /** In which they are answered: the upper bound of one of the histogram's buckets. */
    readonly seconds: number;
  };
}

/** A service of which both is known. */
export type ServiceLevel = MonitoredService & Required<Pick<MonitoredService, "metrics" | "objective">>;

/**
 * As Prometheus's rule files have it.
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

/** Recorded rates, each second, of all requests and of those that an objective does not count as good. */
export const REQUESTS = "service:requests:rate5m";
export const BAD_REQUESTS = "service:bad_requests:rate5m";
const ratio = (window: Window) => `service:bad_requests:ratio_rate${window}`;

const WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const;
type Window = (typeof WINDOWS)[number];

/**
 * Multiple windows and burn rates, as multiples of the rate that uses up the budget in exactly 30 days. The short
 * window ends an alert soon after what caused it.
 * {@link https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts}
 */
const BURN_RATES: readonly { rate: number; long: Window; short: Window; severity: "critical" | "warning" }[] = [
  { rate: 14.4, long: "1h", short: "5m", severity: "critical" },
  { rate: 6, long: "6h", short: "30m", severity: "critical" },
  { rate: 3, long: "1d", short: "2h", severity: "warning" },
  { rate: 1, long: "3d", short: "6h", severity: "warning" },
];
const BUDGET_DAYS = 30;

/** Selector of a service's own series. */
export const scraped = ({ name, namespace }: MonitoredService, ...more: readonly string[]): string =>
  `{${[`job="${SCRAPE_JOB}"`, `namespace="${namespace}"`, `service="${name}"`, ...more].join(",")}}`;

/** Selector of what is recorded for one of a service's objectives. */
export const recorded = ({ name, namespace }: MonitoredService, objective: keyof Objective): string =>
  `{namespace="${namespace}",service="${name}",objective="${objective}"}`;

/** Selector of what the kubelet and kube-state-metrics say of a service's containers. */
export const contained = ({ name, namespace }: MonitoredService, ...more: readonly string[]): string =>
  `{${[`namespace="${namespace}"`, `container="${name}"`, ...more].join(",")}}`;

/** An objective's error budget: the share of requests that may be bad, in PromQL. */
export const budgetOf = (percent: number): string => `(1 - ${percent} / 100)`;

/**
 * Records how a service does against its objectives and alerts on what uses up their error budgets too fast.
 *
 * Where requests are few, one that fails may be a large share of them, and alerts. A service that nobody asks anything
 * has no ratio, so nothing fires; a counter that nobody has seen for an hour does, for its objective is not watched.
 * Most libraries make the counter's series with the first request, a probe's too.
 * @throws when there is an objective for latency and no histogram
 */
export function serviceLevelRules(service: ServiceLevel): RuleGroup[] {
  const { metrics, objective } = service;
  const good = (percent: number) => `${percent} % of requests`;
  const groups = [
    budgetRules(service, "availability", {
      percent: objective.availability,
      requests: rateOf(metrics.counter, scraped(service)),
      // Until the first failure there is no series of failures.
      bad: `${rateOf(metrics.counter, scraped(service, `${metrics.statusLabel}=~"5.."`))} or on (namespace, service) 0 * ${REQUESTS}${recorded(service, "availability")}`,
      alert: "ServiceAvailabilityBudgetBurn",
      promise: `${good(objective.availability)} shall not fail`,
      watched: metrics.counter + scraped(service),
    }),
  ];
  if (objective.latency) {
    const { percent, seconds } = objective.latency;
    const { histogram } = metrics;
    if (!histogram) throw new Error(`${service.name}: an objective for latency needs a histogram`);
    const bucket = scraped(service, `le="${bound(seconds)}"`);
    groups.push(
      budgetRules(service, "latency", {
        percent,
        requests: rateOf(`${histogram}_count`, scraped(service)),
        bad: `${REQUESTS}${recorded(service, "latency")} - on (namespace, service) ${rateOf(`${histogram}_bucket`, bucket)}`,
        alert: "ServiceLatencyBudgetBurn",
        promise: `${good(percent)} shall take no longer than ${seconds} s`,
        watched: `${histogram}_bucket${bucket}`,
      }),
    );
  }
  return groups;
}

/**
 * Alerts on a service that fails too often, by the share of requests and not by their number. None without thresholds or
 * without metrics.
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
          // Until the first failure there is no series of failures; without requests, 0 / 0 is above nothing.
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

/**
 * Alerts on containers that are about to be killed for their memory. What it measures is not to be had on Autopilot.
 */
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
  /** PromQL: rates of all requests, and of the bad ones. */
  readonly requests: string;
  readonly bad: string;
  readonly alert: string;
  readonly promise: string;
  /** Series without which the objective is not watched. */
  readonly watched: string;
}

/**
 * The long windows are sums of recorded rates: Prometheus reads two series for them instead of three days of every
 * pod's. Rules of a group see what those before them recorded.
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
        // Without requests there is nothing to divide by, and no ratio.
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
        alert: "ServiceMetricsAbsent",
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

const rateOf = (metric: string, selector: string) => `sum by (namespace, service) (rate(${metric}${selector}[5m]))`;

/**
 * As Prometheus 3 writes the label `le`.
 * {@link https://prometheus.io/docs/prometheus/latest/migration/#le-and-quantile-label-values}
 */
const bound = (seconds: number) => (Number.isInteger(seconds) ? `${seconds}.0` : String(seconds));
