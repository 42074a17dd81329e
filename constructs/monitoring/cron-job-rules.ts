import type { RuleGroup } from "./service-level";

/** A CronJob that is trusted to have done its work. */
export interface WatchedCronJob {
  readonly namespace: string;
  readonly name: string;
  /** Hours that may pass between two jobs that succeed. */
  readonly hours: number;
}

/**
 * Alerts when a CronJob has not succeeded for too long: because its jobs fail, or because none is made. One that has never
 * succeeded counts from when it was made.
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
