import type { RuleGroup } from "./service-level";

/** A CronJob to alert on. */
export interface WatchedCronJob {
  readonly namespace: string;
  readonly name: string;
  /** Maximum number of seconds between two successful jobs. */
  readonly seconds: number;
}

/**
 * Returns an alert for a CronJob without a successful job for too long, because its jobs fail or do not start. For a
 * CronJob without any successful job, the time starts with its creation.
 * {@link https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/cronjob-metrics.md}
 */
export function cronJobRules({ namespace, name, seconds }: WatchedCronJob): RuleGroup {
  const series = `{namespace="${namespace}",cronjob="${name}"}`;
  const since = `max(kube_cronjob_status_last_successful_time${series}) or max(kube_cronjob_created${series})`;
  return {
    name: `${name}-success`,
    rules: [
      {
        alert: "CronJobNotSucceeded",
        expr: `time() - (${since}) > ${seconds}`,
        for: "15m",
        labels: { severity: "critical", namespace, cronjob: name },
        annotations: {
          summary: `${name} has not succeeded for ${lasting(seconds)}`,
          description: `No job of ${namespace}/${name} has succeeded for {{ $value | humanizeDuration }}. Look at its jobs (kubectl -n ${namespace} get jobs) and at the log of the last one.`,
        },
      },
    ],
  };
}

/** A time in words, in the largest unit of which it has at least two. */
function lasting(seconds: number): string {
  const units = { days: 86_400, hours: 3600, minutes: 60 };
  const [unit, size] = Object.entries(units).find(([, size]) => seconds >= 2 * size) ?? ["seconds", 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}
