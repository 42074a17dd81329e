import { type MonitoredService, type RequestMetrics, scraped } from "./service-level";

/**
 * Stands for the time over which a rate is taken. Grafana replaces it; who asks Prometheus does so, too.
 * {@link https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/}
 */
export const RATE_INTERVAL = "$__rate_interval";

/**
 * Returns PromQL queries about a service's requests. The rates are taken over {@link RATE_INTERVAL} and add up all pods.
 *
 * @param which labels of the pods' metrics; by default, the pods of all releases count
 */
export function requestQueries(
  service: MonitoredService,
  { counter, statusLabel }: RequestMetrics,
  ...which: readonly string[]
) {
  const rate = (selector: string, by = "") => `sum${by} (rate(${counter}${selector}[${RATE_INTERVAL}]))`;
  const all = rate(scraped(service, ...which));
  const failed = rate(scraped(service, ...which, `${statusLabel}=~"5.."`));
  return {
    /** Requests per second. */
    all,
    allByStatus: rate(scraped(service, ...which), ` by (${statusLabel})`),
    /** Share of requests with a 5xx response: 0 before the first error, and no value without requests. */
    failed: `(${failed} or 0 * ${all}) / (${all} > 0)`,
  };
}

/** Returns the PromQL query for the seconds within which a share of the requests is answered. */
export const latencyQuantile = (
  service: MonitoredService,
  histogram: string,
  q: number,
  ...which: readonly string[]
): string =>
  `histogram_quantile(${q}, sum by (le) (rate(${histogram}_bucket${scraped(service, ...which)}[${RATE_INTERVAL}])))`;
