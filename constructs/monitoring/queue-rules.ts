import { SCRAPE_JOB } from "./scraping";
import type { MonitoredService, RuleGroup } from "./service-level";

/** A queue that sets the number of a service's pods. */
export interface WatchedQueue {
  readonly name: string;
  /** Length above which the most pods of the service together have more waiting jobs than they should. */
  readonly longest: number;
}

/**
 * Returns alerts for a queue that KEDA cannot read, and for one that is too long for the most pods of its service. KEDA
 * counts an error when it cannot log in to the cache, too. A queue that was never read has no length.
 *
 * In these metrics, the label `namespace` is that of the scraped pod. The labels of the service are
 * `exported_namespace` and `scaledObject`.
 * {@link https://github.com/kedacore/keda/blob/v2.20.2/pkg/metricscollector/prommetrics.go}
 */
export function queueRules({ namespace, name: service }: MonitoredService, { name, longest }: WatchedQueue): RuleGroup {
  const series = `{job="${SCRAPE_JOB}",exported_namespace="${namespace}",scaledObject="${service}"}`;
  const length = `keda_scaler_metrics_value${series}`;
  const alert = (name: string, severity: string, wait: string, expr: string, summary: string, description: string) => ({
    alert: name,
    expr,
    for: wait,
    labels: { severity, namespace, service },
    annotations: { summary, description },
  });
  return {
    name: `${service}-queue`,
    rules: [
      alert(
        "QueueNotRead",
        "critical",
        "10m",
        `sum(increase(keda_scaled_object_errors_total${series}[5m])) > 0 or absent(${length})`,
        `The queue ${name} is not read`,
        `KEDA does not run, or cannot read the list ${name} in the cache, so the number of pods of ${service} stays as it is. The log of keda-operator says why (kubectl -n keda logs deployment/keda-operator).`,
      ),
      alert(
        "QueueTooLong",
        "warning",
        "30m",
        `max(${length}) > ${longest}`,
        `The queue ${name} is too long`,
        `{{ $value }} jobs wait, and the most pods of ${service} should leave no more than ${longest}. Look for jobs that take long or fail, or raise the service's replicas.`,
      ),
    ],
  };
}
