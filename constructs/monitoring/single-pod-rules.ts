import type { MonitoredService, RuleGroup } from "./service-level";

/** Minutes in which a rollout, or the upgrade of a node, replaces a pod. */
const REPLACED = 5;

/**
 * Returns an alert for a service of a single pod that does not run: nothing else does its work. A StatefulSet that was
 * deleted has no metrics.
 * {@link https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/statefulset-metrics.md}
 */
export function singlePodRules({ namespace, name }: MonitoredService): RuleGroup {
  const ready = `kube_statefulset_status_replicas_ready{namespace="${namespace}",statefulset="${name}"}`;
  return {
    name: `${name}-single`,
    rules: [
      {
        alert: "SingleServiceNotRunning",
        expr: `(max(${ready}) or vector(0)) < 1`,
        for: `${REPLACED}m`,
        labels: { severity: "critical", namespace, service: name },
        annotations: {
          summary: `${name} does not run`,
          description: `The only pod of ${namespace}/${name} has not been ready for ${REPLACED} minutes. Look at it (kubectl -n ${namespace} describe pod ${name}-0) and at its node.`,
        },
      },
    ],
  };
}
