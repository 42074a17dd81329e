import type { Allowance, Peer } from "./network-policy";

/** IPv4 ranges that contain the address of the Kubernetes API. */
export interface ApiServerRanges {
  /**
   * The node range, from which Google assigns the control plane's internal address.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/private-service-connect}
   */
  readonly nodes: string;
  /** The control plane's own range, a /28, if the cluster was created with one. */
  readonly controlPlane?: string;
}

/**
 * Allows pods to call the Kubernetes API. Dataplane V2 compares ranges with the address behind the Service
 * `kubernetes`, and a range never matches a pod or a node. So the node range allows only the other addresses in it: the
 * control plane and internal load balancers.
 * {@link https://docs.cilium.io/en/stable/security/policy/language/#selecting-nodes-with-cidr-ipblock}
 */
export const toApiServer = ({ nodes, controlPlane }: ApiServerRanges): Allowance => ({
  peers: [nodes, ...(controlPlane ? [controlPlane] : [])].map((range) => ({ range })),
  ports: [{ port: 443 }],
});

/**
 * Peers from which the Kubernetes API calls webhooks: the pods of GKE's tunnel, or the control plane's own range. The
 * control plane's address in the node range only receives connections.
 * {@link https://github.com/tigera/operator/pull/5212}
 */
export const fromApiServer = ({ controlPlane }: ApiServerRanges): readonly Peer[] => [
  { pods: { "k8s-app": "konnectivity-agent" }, namespace: "kube-system" },
  ...(controlPlane ? [{ range: controlPlane }] : []),
];
