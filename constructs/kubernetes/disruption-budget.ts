/**
 * A PodDisruptionBudget, as the Kubernetes API has it, that lets pods be evicted one by one. Pods that are not ready may
 * always be evicted, or a service that crashes would keep its nodes from being drained. No typed resource has that policy.
 * {@link https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy}
 *
 * @param name of the workload that the labels select
 */
export const disruptionBudget = (name: string, namespace: string, labels: Readonly<Record<string, string>>) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: `${name}.pods`, namespace, labels },
  spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: labels } },
});
