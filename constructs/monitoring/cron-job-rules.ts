import type { RuleGroup } from "./service-level";

/** A CronJob to alert on. */
export interface WatchedCronJob {
  readonly namespace: string;
  readonly name: string;
  /** Maximum number of hours between two successful jobs. */
  readonly hours: number;
}

/**
 * Returns an alert for a CronJob without a successful job for too long, because its jobs fail or do not start. For a
 * CronJob without any successful job, the time starts with its creation.
 * {@link https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/cronjob-metrics.md}
 */
export function cronJobRules({ namespace, name, hours }: WatchedCronJob): RuleGroup {
  const series = `{namespace="${namespace}",cronjob="${name}"}`;
  const since = `max(kube_cronjob_status_last_successful_time${series}) or max(kube_cronjob_created${series})`;
  return {
    name: `${name}-success`,
    rules: [
      {
        alert: "CronJobNotSucceeded",
        expr: `time() - (${since}) > ${hours * 3600}`,
        for: "15m",
        labels: { severity: "critical", namespace, cronjob: name },
        annotations: {
          summary: `${name} has not succeeded for ${hours} hours`,
          description: `No job of ${namespace}/${name} has succeeded for {{ $value | humanizeDuration }}. Look at its jobs (kubectl -n ${namespace} get jobs) and at the log of the last one.`,
        },
      },
    ],
  };
}
