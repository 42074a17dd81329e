/**
 * The parts of Kubernetes' objects that decide about connections, in the API's own shape.
 * {@link https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/}
 */

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface Port {
  readonly port?: string | number;
  readonly endPort?: number;
  readonly protocol?: string;
}

export interface Rule {
  /** Peers of an ingress rule. */
  readonly from?: readonly Peer[];
  /** Peers of an egress rule. */
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}

export interface NetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

export interface Namespace {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** The objects that decide which connections a cluster allows. */
export interface Cluster {
  readonly policies: readonly NetworkPolicy[];
  /** Namespaces whose labels a policy selects by. A namespace that is not in the list has its name as its only label. */
  readonly namespaces?: readonly Namespace[];
}
