import { CANDIDATE, candidateOf } from "../../facts/candidate";
import { servicesTitle } from "../../facts/dashboards";
import { board, COLUMNS, grid, type Panel, type PlacedPanel } from "./panel";
import { latencyQuantile, requestQueries } from "./request-queries";
import {
  BAD_REQUESTS,
  budgetOf,
  contained,
  type MonitoredService,
  type Objective,
  REQUESTS,
  type RequestMetrics,
  recorded,
  TRACKS,
} from "./service-level";

export interface DashboardProps {
  /** The system's name. */
  readonly system: string;
  readonly services: readonly MonitoredService[];
  /** Whether Prometheus scrapes cAdvisor's metrics. In Autopilot clusters, it cannot. */
  readonly cadvisor: boolean;
}

const PANEL = { w: 8, h: 7 };

/**
 * Returns the Grafana dashboard of a system's services. Each service has a row for its requests, if it has request
 * metrics, and for its resources.
 * {@link https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/}
 */
export function dashboard({ system, services, cadvisor }: DashboardProps) {
  const panels: PlacedPanel[] = [];
  let y = 0;
  for (const service of services) {
    const own = [...requestPanels(service), ...resourcePanels(service, cadvisor)];
    const row = {
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      type: "row",
      title: service.name,
      collapsed: false,
      panels: [],
    };
    panels.push(row, ...grid(own, PANEL, y + 1));
    y += 1 + Math.ceil((own.length * PANEL.w) / COLUMNS) * PANEL.h;
  }
  return board({ uid: `services-${system}`, title: servicesTitle(system), system, panels });
}

function requestPanels(service: MonitoredService): Panel[] {
  const { metrics, objective } = service;
  if (!metrics) return [];
  const { statusLabel, histogram } = metrics;
  const { allByStatus, failed } = requestQueries(service, metrics);
  return [
    {
      title: "Requests",
      type: "timeseries",
      unit: "reqps",
      queries: { [`{{${statusLabel}}}`]: allByStatus },
    },
    {
      title: "Requests that fail",
      type: "timeseries",
      unit: "percentunit",
      queries: { failed },
      limit: objective && share(objective.availability),
    },
    ...(histogram
      ? [
          {
            title: "Latency",
            type: "timeseries",
            unit: "s",
            queries: {
              p50: latencyQuantile(service, histogram, 0.5),
              p95: latencyQuantile(service, histogram, 0.95),
              p99: latencyQuantile(service, histogram, 0.99),
            },
            limit: objective?.latency?.seconds,
          } as const,
        ]
      : []),
    ...(objective ? [budgetPanel(service, objective)] : []),
    ...(service.candidate ? releasePanels(service, metrics) : []),
  ];
}

/** Returns panels that compare a service's two releases. */
function releasePanels(service: MonitoredService, metrics: RequestMetrics): Panel[] {
  const { histogram } = metrics;
  const each = (query: (track: string) => string) =>
    Object.fromEntries(Object.entries(TRACKS).map(([release, track]) => [release, query(track)]));
  return [
    {
      title: "Requests by release",
      type: "timeseries",
      unit: "reqps",
      queries: each((track) => requestQueries(service, metrics, track).all),
    },
    {
      title: "Requests that fail, by release",
      type: "timeseries",
      unit: "percentunit",
      queries: each((track) => requestQueries(service, metrics, track).failed),
    },
    ...(histogram
      ? [
          {
            title: "Latency by release",
            type: "timeseries",
            unit: "s",
            description: "95th percentile",
            queries: each((track) => latencyQuantile(service, histogram, 0.95, track)),
          } as const,
        ]
      : []),
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
    steps: [
      { color: "red", value: null },
      { color: "yellow", value: 0 },
      { color: "green", value: 0.25 },
    ],
    queries: {
      availability: left("availability", availability),
      ...(latency && { latency: left("latency", latency.percent) }),
    },
  };
}

function resourcePanels(service: MonitoredService, cadvisor: boolean): Panel[] {
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
        ...replicas(service),
        ...(service.candidate && replicas({ ...service, name: candidateOf(service.name) }, `${CANDIDATE} `)),
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

/** Queries of how many pods a service wants and has, by their legends. */
function replicas({ name, namespace, single }: MonitoredService, prefix = "") {
  const [kind, wanted] = single ? ["statefulset", "replicas"] : ["deployment", "spec_replicas"];
  const series = `{namespace="${namespace}",${kind}="${name}"}`;
  return {
    [`${prefix}wanted`]: `max(kube_${kind}_${wanted}${series})`,
    [`${prefix}available`]: `max(kube_${kind}_status_replicas_available${series})`,
  };
}

/** An error budget as a share, rounded to remove the errors of binary fractions. */
const share = (percent: number) => Number(((100 - percent) / 100).toFixed(10));
