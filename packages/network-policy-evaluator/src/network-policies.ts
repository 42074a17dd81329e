import { addressNumber, type Range, range } from "./addresses";
import type { Cluster, NetworkPolicy, Peer, Rule } from "./kubernetes";
import { type AllowsPort, allowsPort, type Protocol } from "./ports";
import { selector } from "./selectors";

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An IPv4 address outside the cluster's pods. */
export interface Address {
  readonly address: string;
}

export type Endpoint = Pod | Address;

export const isPod = (endpoint: Endpoint): endpoint is Pod => "labels" in endpoint;

/** Whether the policies at each end allow a connection. The connection needs both. */
export interface Verdict {
  readonly egress: boolean;
  readonly ingress: boolean;
}

type Direction = "Ingress" | "Egress";

interface CompiledRule {
  readonly matches: (other: Endpoint) => boolean;
  readonly allows: AllowsPort;
}

interface CompiledPolicy {
  readonly selects: (pod: Pod) => boolean;
  readonly types: readonly string[];
  readonly rules: Readonly<Record<Direction, readonly CompiledRule[]>>;
}

/** {@link https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names} */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Evaluates which connections a cluster's network policies allow. The constructor throws an error for a policy that
 * Kubernetes' API refuses.
 * {@link https://kubernetes.io/docs/concepts/services-networking/network-policies/}
 */
export class NetworkPolicies {
  private readonly policies: readonly CompiledPolicy[];
  private readonly labels: ReadonlyMap<string, Readonly<Record<string, string>>>;

  constructor({ policies, namespaces = [] }: Cluster) {
    this.labels = new Map(namespaces.map(({ metadata: { name, labels = {} } }) => [name, labels]));
    const seen = new Set<string>();
    this.policies = policies.map((policy) => {
      const { name, namespace } = policy.metadata;
      const fullName = `${namespace}/${name}`;
      if (!OBJECT_NAME.test(name) || name.length > 253) throw new Error(`${fullName} is not a valid object name`);
      if (seen.has(fullName)) throw new Error(`${fullName} exists already`);
      seen.add(fullName);
      try {
        return this.compile(policy);
      } catch (error) {
        throw new Error(`${fullName}: ${(error as Error).message}`, { cause: error });
      }
    });
  }

  /** Says for each port and protocol whether the policies allow a connection between two endpoints. */
  between(from: Endpoint, to: Endpoint): (port: number, protocol: Protocol) => Verdict {
    const egress = this.allowed("Egress", from, to);
    const ingress = this.allowed("Ingress", to, from);
    return (port, protocol) => ({ egress: egress(port, protocol), ingress: ingress(port, protocol) });
  }

  private allowed(direction: Direction, end: Endpoint, other: Endpoint): AllowsPort {
    if (!isPod(end)) return () => true; // policies apply to pods only
    const policies = this.policies.filter((policy) => policy.types.includes(direction) && policy.selects(end));
    if (!policies.length) return () => true; // a pod that no policy selects is not isolated
    const rules = policies.flatMap((policy) => policy.rules[direction]).filter((rule) => rule.matches(other));
    return (port, protocol) => rules.some((rule) => rule.allows(port, protocol));
  }

  private compile({ metadata: { namespace }, spec }: NetworkPolicy): CompiledPolicy {
    if (!spec.podSelector) throw new Error("has no pod selector");
    const { ingress = [], egress = [], policyTypes = [] } = spec;
    const selects = selector(spec.podSelector);
    const rules = (list: readonly Rule[], key: "from" | "to") =>
      list.map((rule): CompiledRule => {
        const peers = (rule[key] ?? []).map((peer) => this.peer(peer, namespace));
        const ports = (rule.ports ?? []).map(allowsPort);
        return {
          // An empty list allows everything, whereas an empty list of rules allows nothing.
          matches: (other) => !peers.length || peers.some((matches) => matches(other)),
          allows: (port, protocol) => !ports.length || ports.some((allows) => allows(port, protocol)),
        };
      });
    return {
      selects: (pod) => pod.namespace === namespace && selects(pod.labels),
      types: policyTypes.length ? policyTypes : ["Ingress", ...(egress.length ? ["Egress"] : [])],
      rules: { Ingress: rules(ingress, "from"), Egress: rules(egress, "to") },
    };
  }

  private peer({ podSelector, namespaceSelector, ipBlock }: Peer, ownNamespace: string): (other: Endpoint) => boolean {
    if (ipBlock) {
      if (podSelector || namespaceSelector) throw new Error("a peer has an IP block and a selector");
      const whole = range(ipBlock.cidr);
      const except = (ipBlock.except ?? []).map(range);
      for (const part of except)
        if (part.first < whole.first || part.last > whole.last || part.size === whole.size)
          throw new Error(`${part.text} is not a part of ${whole.text}`);
      const within = (address: number, { first, last }: Range) => first <= address && address <= last;
      return (other) => {
        // In Cilium, which GKE Dataplane V2 uses, an IP block never matches a pod.
        // https://docs.cilium.io/en/stable/network/kubernetes/policy/
        if (isPod(other)) return false;
        const address = addressNumber(other.address);
        return within(address, whole) && !except.some((part) => within(address, part));
      };
    }
    if (!podSelector && !namespaceSelector) throw new Error("a peer is empty");
    const pods = selector(podSelector ?? {});
    const namespaces = namespaceSelector && selector(namespaceSelector);
    return (other) =>
      isPod(other) &&
      pods(other.labels) &&
      (namespaces ? namespaces(this.namespaceLabels(other.namespace)) : other.namespace === ownNamespace);
  }

  private namespaceLabels(name: string): Readonly<Record<string, string>> {
    return { ...this.labels.get(name), "kubernetes.io/metadata.name": name }; // Kubernetes sets it on each namespace
  }
}
