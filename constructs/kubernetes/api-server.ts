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
 * For pods that call the Kubernetes API. Dataplane V2 compares ranges with the address behind the Service `kubernetes`.
 * There, ranges match neither pods nor nodes. The nodes' range therefore allows only the other addresses in it: the control
 * plane, and internal load balancers.
 * {@link https://docs.cilium.io/en/stable/security/policy/language/#selecting-nodes-with-cidr-ipblock}
 */
export const toApiServer = ({ nodes, controlPlane }: ApiServerRanges): Allowance => ({
  peers: [nodes, ...(controlPlane ? [controlPlane] : [])].map((range) => ({ range })),
  ports: [{ port: 443 }],
});

/**
 * For webhooks, which the Kubernetes API calls through these pods' tunnel or, if the control plane has a range of its own,
 * from that range. The control plane's address in the nodes' range only receives calls and makes none.
 * {@link https://github.com/tigera/operator/pull/5212}
 */
export const fromApiServer = ({ controlPlane }: ApiServerRanges): readonly Peer[] => [
  { pods: { "k8s-app": "konnectivity-agent" }, namespace: "kube-system" },
  ...(controlPlane ? [{ range: controlPlane }] : []),
];
