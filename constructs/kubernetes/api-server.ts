import type { Allowance, Peer } from "./network-policy";

/** IPv4 ranges that the address of the Kubernetes API may be in. */
export interface ApiServerRanges {
  /**
   * The nodes' range, from which Google gives a control plane its internal address.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/private-service-connect}
   */
  readonly nodes: string;
  /** /28 of a control plane that was made with a range of its own. */
  readonly controlPlane?: string;
}

/**
 * For pods that call the Kubernetes API. Dataplane V2 compares a range with the address behind the Service `kubernetes`.
 * Ranges match neither pods nor nodes there, so of the nodes' range this allows only what else has an address in it: the
 * control plane, and internal load balancers.
 * {@link https://docs.cilium.io/en/stable/security/policy/language/#selecting-nodes-with-cidr-ipblock}
 */
export const toApiServer = ({ nodes, controlPlane }: ApiServerRanges): Allowance => ({
  peers: [nodes, ...(controlPlane ? [controlPlane] : [])].map((range) => ({ range })),
  ports: [{ port: 443 }],
});

/**
 * For webhooks, which the Kubernetes API calls through these pods' tunnel or, where the control plane has a range of its
 * own, from there. Nothing comes from an address in the nodes' range: it leads to the control plane alone.
 * {@link https://github.com/tigera/operator/pull/5212}
 */
export const fromApiServer = ({ controlPlane }: ApiServerRanges): readonly Peer[] => [
  { pods: { "k8s-app": "konnectivity-agent" }, namespace: "kube-system" },
  ...(controlPlane ? [{ range: controlPlane }] : []),
];
