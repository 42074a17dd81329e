import { board, COLUMNS, grid, type Panel } from "./panel";
import { latencyQuantile, requestQueries } from "./request-queries";
import { SCRAPE_JOB } from "./scraping";
import type { MonitoredService, RequestMetrics } from "./service-level";

export interface OverviewDashboardProps {
  readonly title: string;
  /** The system's name. */
  readonly system: string;
  /** At least one service. A service without `metrics` has no row, but its pods can provide figures. */
  readonly services: readonly MonitoredService[];
  /** Counters of business figures, by their legends. The dashboard shows the increase of each in the last 24 hours. */
  readonly figures: Readonly<Record<string, string>>;
}

const PANEL = { w: COLUMNS / 2, h: 9 };

/**
 * Returns the Grafana dashboard of a whole system: a row with the requests, errors and latency of each service, and the
 * business figures.
 * {@link https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/}
 */
export function overviewDashboard({ title, system, services, figures }: OverviewDashboardProps) {
  const lines = (query: (service: MonitoredService, metrics: RequestMetrics) => string | undefined) =>
    Object.fromEntries(
      services.flatMap((service): [string, string][] => {
        const promql = service.metrics && query(service, service.metrics);
        return promql ? [[service.name, promql]] : [];
      }),
    );
  const namespaces = [...new Set(services.map(({ namespace }) => namespace))].join("|");
  const pods = `{job="${SCRAPE_JOB}",namespace=~"${namespaces}"}`;
  const panels: Panel[] = [
    {
      title: "API Request Rate",
      type: "timeseries",
      unit: "reqps",
      queries: lines((service, metrics) => requestQueries(service, metrics).all),
    },
    {
      title: "Error Rate",
      type: "timeseries",
      unit: "percentunit",
      description: "Share of requests that are answered with a 5xx",
      queries: lines((service, metrics) => requestQueries(service, metrics).failed),
    },
    {
      title: "Response Time",
      type: "timeseries",
      unit: "s",
      description: "95th percentile",
      queries: lines((service, { histogram }) => histogram && latencyQuantile(service, histogram, 0.95)),
    },
    {
      title: "Business Metrics",
      type: "stat",
      unit: "locale", // shows all digits, whereas `short` abbreviates them
      decimals: 0, // `increase` extrapolates fractions
      textMode: "value_and_name",
      queries: Object.fromEntries(
        Object.entries(figures).map(([legend, counter]) => [legend, `sum (increase(${counter}${pods}[24h]))`]),
      ),
    },
  ];
  return board({ uid: `overview-${system}`, title, system, panels: grid(panels, PANEL, 0) });
}
