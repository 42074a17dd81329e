/**
 * Returns a PodDisruptionBudget, in the shape of the Kubernetes API, that allows evicting one pod at a time. It always
 * allows evicting pods that are not ready. Otherwise a service that crashes would block the drain of its nodes. The
 * provider's typed resource does not have that policy.
 * {@link https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy}
 *
 * @param name the workload that the labels select
 */
export const disruptionBudget = (name: string, namespace: string, labels: Readonly<Record<string, string>>) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: `${name}.pods`, namespace, labels },
  spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: labels } },
});
