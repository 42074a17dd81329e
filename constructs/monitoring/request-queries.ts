import { type MonitoredService, type RequestMetrics, scraped } from "./service-level";

/** PromQL of a service's requests, for panels: rates are over Grafana's own window, and of all pods together. */
export function requestQueries(service: MonitoredService, { counter, statusLabel }: RequestMetrics) {
  const rate = (selector: string, by = "") => `sum${by} (rate(${counter}${selector}[$__rate_interval]))`;
  const all = rate(scraped(service));
  const failed = rate(scraped(service, `${statusLabel}=~"5.."`));
  return {
    /** Requests a second. */
    all,
    allByStatus: rate(scraped(service), ` by (${statusLabel})`),
    /** Share that is answered with a 5xx: 0 before the first failure, nothing without requests. */
    failed: `(${failed} or 0 * ${all}) / (${all} > 0)`,
  };
}

/** PromQL of the seconds in which a share of a service's requests is answered. */
export const latencyQuantile = (service: MonitoredService, histogram: string, q: number): string =>
  `histogram_quantile(${q}, sum by (le) (rate(${histogram}_bucket${scraped(service)}[$__rate_interval])))`;
