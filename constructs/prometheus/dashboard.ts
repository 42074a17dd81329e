import {
  BAD_REQUESTS,
  budgetOf,
  contained,
  type MonitoredService,
  type Objective,
  REQUESTS,
  recorded,
  scraped,
} from "./service-level";

export interface DashboardProps {
  /** Name of the system. */
  readonly system: string;
  readonly services: readonly MonitoredService[];
  /** Whether Prometheus has cAdvisor's metrics: not on Autopilot. */
  readonly cadvisor: boolean;
}

/**
 * As kube-prometheus-stack provisions it.
 * {@link https://github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/values.yaml}
 */
const DATASOURCE = { type: "prometheus", uid: "prometheus" };
/**
 * The last version of this kind of dashboard.
 * {@link https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/}
 */
const SCHEMA_VERSION = 42;
/** Grafana's grid has 24 columns. */
const COLUMNS = 24;
const PANEL = { w: 8, h: 7 };
/** Grafana's limit on a `uid`. */
const LONGEST_UID = 40;

interface Panel {
  readonly title: string;
  readonly type: "timeseries" | "stat";
  /**
   * One of Grafana's.
   * {@link https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit}
   */
  readonly unit: string;
  readonly description?: string;
  /** PromQL by legend. */
  readonly queries: Readonly<Record<string, string>>;
  /** Value from which on it is bad, drawn as a line. */
  readonly limit?: number;
}

/**
 * Grafana dashboard of a system's services, a row for each: what its users get, when it says so, and what it uses.
 * {@link https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/}
 */
export function dashboard({ system, services, cadvisor }: DashboardProps) {
  const panels: Record<string, unknown>[] = [];
  const place = (panel: Record<string, unknown>, gridPos: { x: number; y: number; w: number; h: number }) =>
    panels.push({ id: panels.length + 1, gridPos, ...panel });
  let y = 0;
  for (const service of services) {
    place({ type: "row", title: service.name, collapsed: false, panels: [] }, { x: 0, y, w: COLUMNS, h: 1 });
    y += 1;
    const own = [...requestPanels(service), ...resourcePanels(service, cadvisor)];
    const inARow = COLUMNS / PANEL.w;
    own.forEach((panel, i) => {
      place(render(panel), { x: (i % inARow) * PANEL.w, y: y + Math.floor(i / inARow) * PANEL.h, ...PANEL });
    });
    y += Math.ceil(own.length / inARow) * PANEL.h;
  }
  return {
    uid: `services-${system}`.slice(0, LONGEST_UID),
    title: `Services of ${system}`,
    tags: [system],
    schemaVersion: SCHEMA_VERSION,
    editable: false,
    graphTooltip: 1, // one cross-hair for all panels
    time: { from: "now-6h", to: "now" },
    refresh: "1m",
    panels,
  };
}

function requestPanels(service: MonitoredService): Panel[] {
  const { metrics, objective } = service;
  if (!metrics) return [];
  const { counter, statusLabel, histogram } = metrics;
  const rate = (selector: string, by = "") => `sum${by} (rate(${counter}${selector}[$__rate_interval]))`;
  const all = rate(scraped(service));
  const failed = rate(scraped(service, `${statusLabel}=~"5.."`));
  const quantile = (q: number) =>
    `histogram_quantile(${q}, sum by (le) (rate(${histogram}_bucket${scraped(service)}[$__rate_interval])))`;
  return [
    {
      title: "Requests",
      type: "timeseries",
      unit: "reqps",
      queries: { [`{{${statusLabel}}}`]: rate(scraped(service), ` by (${statusLabel})`) },
    },
    {
      title: "Requests that fail",
      type: "timeseries",
      unit: "percentunit",
      queries: { failed: `(${failed} or 0 * ${all}) / (${all} > 0)` },
      limit: objective && share(objective.availability),
    },
    ...(histogram
      ? [
          {
            title: "Latency",
            type: "timeseries",
            unit: "s",
            queries: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
            limit: objective?.latency?.seconds,
          } as const,
        ]
      : []),
    ...(objective ? [budgetPanel(service, objective)] : []),
  ];
}

function budgetPanel(service: MonitoredService, { availability, latency }: Objective): Panel {
  const left = (objective: keyof Objective, percent: number) => {
    const sum = (metric: string) => `sum_over_time(${metric}${recorded(service, objective)}[30d])`;
    return `1 - ${sum(BAD_REQUESTS)} / (${sum(REQUESTS)} > 0) / ${budgetOf(percent)}`;
  };
  return {
    title: "Error budget left",
    type: "stat",
    unit: "percentunit",
    description: "Of 30 days, or of as many as Prometheus keeps",
    queries: {
      availability: left("availability", availability),
      ...(latency && { latency: left("latency", latency.percent) }),
    },
  };
}

function resourcePanels(service: MonitoredService, cadvisor: boolean): Panel[] {
  const deployment = `{namespace="${service.namespace}",deployment="${service.name}"}`;
  const bounds = (resource: string) => ({
    requested: `max(kube_pod_container_resource_requests${contained(service, `resource="${resource}"`)})`,
    limit: `max(kube_pod_container_resource_limits${contained(service, `resource="${resource}"`)})`,
  });
  return [
    {
      title: "Replicas",
      type: "timeseries",
      unit: "short",
      queries: {
        wanted: `max(kube_deployment_spec_replicas${deployment})`,
        available: `max(kube_deployment_status_replicas_available${deployment})`,
      },
    },
    {
      title: "Restarts",
      type: "timeseries",
      unit: "short",
      queries: {
        "{{pod}}": `sum by (pod) (increase(kube_pod_container_status_restarts_total${contained(service)}[$__rate_interval]))`,
      },
    },
    ...(cadvisor
      ? ([
          {
            title: "CPU of each pod",
            type: "timeseries",
            unit: "short",
            queries: {
              "{{pod}}": `sum by (pod) (rate(container_cpu_usage_seconds_total${contained(service)}[$__rate_interval]))`,
              ...bounds("cpu"),
            },
          },
          {
            title: "Memory of each pod",
            type: "timeseries",
            unit: "bytes",
            queries: {
              "{{pod}}": `max by (pod) (container_memory_working_set_bytes${contained(service)})`,
              ...bounds("memory"),
            },
          },
        ] as const)
      : []),
  ];
}

/** A budget as a number, free of what binary fractions add to it. */
const share = (percent: number) => Number(((100 - percent) / 100).toFixed(10));

function render({ title, type, unit, description, queries, limit }: Panel): Record<string, unknown> {
  const stat = type === "stat";
  const steps = stat
    ? [
        { color: "red", value: null },
        { color: "yellow", value: 0 },
        { color: "green", value: 0.25 },
      ]
    : [{ color: "green", value: null }, ...(limit === undefined ? [] : [{ color: "red", value: limit }])];
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    fieldConfig: {
      defaults: {
        unit,
        ...(!stat && { min: 0, custom: { thresholdsStyle: { mode: limit === undefined ? "off" : "line" } } }),
        thresholds: { mode: "absolute", steps },
      },
      overrides: [],
    },
    options: stat ? { reduceOptions: { calcs: ["lastNotNull"] } } : { tooltip: { mode: "multi", sort: "desc" } },
    targets: Object.entries(queries).map(([legendFormat, expr], i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      ...(stat ? { instant: true } : { range: true }),
    })),
  };
}
