import type { Json } from "./support";

/**
 * What Kubernetes network policies let through, read from a stack's JSON: a second implementation of their semantics,
 * that knows nothing of how the policies were made.
 * {@link https://kubernetes.io/docs/concepts/services-networking/network-policies/}
 */

export type Protocol = "TCP" | "UDP" | "SCTP";

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}
/** IPv4 address that is no pod's. */
export interface Address {
  readonly address: string;
}
export type Endpoint = Pod | Address;

export const isPod = (endpoint: Endpoint): endpoint is Pod => "labels" in endpoint;

/** What each end's policies say to a connection. It comes about when both say yes. */
export interface Verdict {
  readonly egress: boolean;
  readonly ingress: boolean;
}

// ---- a policy as Terraform's JSON has it: a block is an object, or a list of them

type Blocks<T> = T | readonly T[] | null;

export interface SelectorJson {
  match_labels?: Record<string, string>;
  match_expressions?: Blocks<{ key: string; operator: string; values?: readonly string[] }>;
}
export interface PeerJson {
  pod_selector?: Blocks<SelectorJson>;
  namespace_selector?: Blocks<SelectorJson>;
  ip_block?: Blocks<{ cidr: string; except?: string[] }>;
}
export interface PortJson {
  port?: string | number;
  end_port?: number;
  protocol?: string;
}
export interface RuleJson {
  from?: Blocks<PeerJson>;
  to?: Blocks<PeerJson>;
  ports?: Blocks<PortJson>;
}
export interface PolicyJson {
  metadata: Blocks<{ name: string; namespace: string }>;
  spec: Blocks<{
    pod_selector: Blocks<SelectorJson>;
    policy_types?: string[];
    ingress?: Blocks<RuleJson>;
    egress?: Blocks<RuleJson>;
  }>;
}

const blocks = <T>(value: Blocks<T> | undefined): readonly T[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value as T];
const block = <T>(value: Blocks<T> | undefined): T | undefined => blocks(value)[0];

// ---- the same, ready to be asked

type Direction = "Ingress" | "Egress";
type Opens = (port: number, protocol: Protocol) => boolean;
interface Rule {
  readonly matches: (other: Endpoint) => boolean;
  readonly opens: Opens;
}
interface Policy {
  readonly selects: (pod: Pod) => boolean;
  readonly types: readonly string[];
  readonly rules: Readonly<Record<Direction, readonly Rule[]>>;
}

/** {@link https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names} */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The network policies of a stack; fails on those that Kubernetes' API would refuse. */
export class NetworkPolicies {
  private readonly policies: readonly Policy[];

  constructor(private readonly json: Json) {
    const seen = new Set<string>();
    this.policies = Object.values((json.resource.kubernetes_network_policy_v1 ?? {}) as Record<string, PolicyJson>).map(
      (policy) => {
        const { name, namespace } = block(policy.metadata) ?? { name: "", namespace: "" };
        const fullName = `${resolveNamespace(json, namespace)}/${name}`;
        if (!OBJECT_NAME.test(name) || name.length > 253) throw new Error(`${fullName} is no name of an object`);
        if (seen.has(fullName)) throw new Error(`${fullName} exists already`);
        seen.add(fullName);
        try {
          return this.compile(policy);
        } catch (error) {
          throw new Error(`${fullName}: ${(error as Error).message}`);
        }
      },
    );
  }

  /** What they say to connections from one end to the other, by port and protocol. */
  between(from: Endpoint, to: Endpoint): (port: number, protocol: Protocol) => Verdict {
    const egress = this.side("Egress", from, to);
    const ingress = this.side("Ingress", to, from);
    return (port, protocol) => ({ egress: egress(port, protocol), ingress: ingress(port, protocol) });
  }

  private side(direction: Direction, end: Endpoint, other: Endpoint): Opens {
    if (!isPod(end)) return () => true; // policies bind pods alone
    const policies = this.policies.filter((p) => p.types.includes(direction) && p.selects(end));
    if (!policies.length) return () => true; // a pod that no policy selects is open
    const rules = policies.flatMap((p) => p.rules[direction]).filter((rule) => rule.matches(other));
    return (port, protocol) => rules.some((rule) => rule.opens(port, protocol));
  }

  private compile(policy: PolicyJson): Policy {
    const spec = block(policy.spec);
    const podSelector = block(spec?.pod_selector);
    if (!spec || !podSelector) throw new Error("has no pod selector");
    const namespace = resolveNamespace(this.json, block(policy.metadata)?.namespace ?? "");
    const selects = selector(podSelector);
    const rules = (list: Blocks<RuleJson> | undefined, peers: "from" | "to") =>
      blocks(list).map((rule): Rule => {
        const matching = blocks(rule[peers]).map((p) => this.peer(p, namespace));
        const opening = blocks(rule.ports).map(port);
        return {
          // Nothing listed is no restriction, unlike no rule at all.
          matches: (other) => !matching.length || matching.some((matches) => matches(other)),
          opens: (p, protocol) => !opening.length || opening.some((opens) => opens(p, protocol)),
        };
      });
    return {
      selects: (pod) => pod.namespace === namespace && selects(pod.labels),
      types: spec.policy_types ?? ["Ingress", ...(blocks(spec.egress).length ? ["Egress"] : [])],
      rules: { Ingress: rules(spec.ingress, "from"), Egress: rules(spec.egress, "to") },
    };
  }

  /** A selector of namespaces whose names are references to their resources. */
  private known({ match_labels = {}, ...rest }: SelectorJson): SelectorJson {
    const values = Object.entries(match_labels).map(([label, value]) => [label, resolveNamespace(this.json, value)]);
    return { ...rest, match_labels: Object.fromEntries(values) };
  }

  private peer(peer: PeerJson, ownNamespace: string): (other: Endpoint) => boolean {
    const podSelector = block(peer.pod_selector);
    const namespaceSelector = block(peer.namespace_selector);
    const ipBlock = block(peer.ip_block);
    if (ipBlock) {
      if (podSelector || namespaceSelector) throw new Error("a peer is a range or pods, not both");
      const whole = range(ipBlock.cidr);
      const except = (ipBlock.except ?? []).map(range);
      for (const part of except)
        if (part.first < whole.first || part.last > whole.last || part.size === whole.size)
          throw new Error(`${part.text} is not a part of ${whole.text}`);
      const within = (address: number, r: Range) => r.first <= address && address <= r.last;
      return (other) => {
        // Dataplane V2 is Cilium, to which a pod is its labels and never its address.
        // https://docs.cilium.io/en/stable/network/kubernetes/policy/
        if (isPod(other)) return false;
        const address = parse(other.address);
        return within(address, whole) && !except.some((part) => within(address, part));
      };
    }
    if (!podSelector && !namespaceSelector) throw new Error("a peer is empty");
    const pods = selector(podSelector ?? {});
    const namespaces = namespaceSelector && selector(this.known(namespaceSelector));
    return (other) =>
      isPod(other) &&
      pods(other.labels) &&
      (namespaces ? namespaces(namespaceLabels(this.json, other.namespace)) : other.namespace === ownNamespace);
  }
}

/** Name of a namespace, that the JSON may have as a reference to the namespace's resource. */
export function resolveNamespace(json: Json, text: string): string {
  const reference = /^\$\{kubernetes_namespace_v1\.([\w-]+)\.metadata\[0\]\.name\}$/.exec(text)?.[1];
  if (reference === undefined) {
    if (!text || text.includes("${")) throw new Error(`${text || "nothing"} is no namespace`);
    return text;
  }
  const resource = json.resource.kubernetes_namespace_v1?.[reference];
  if (!resource) throw new Error(`${text} refers to nothing`);
  return (block(resource.metadata) as { name: string }).name;
}

function namespaceLabels(json: Json, name: string): Record<string, string> {
  const resources = Object.values((json.resource.kubernetes_namespace_v1 ?? {}) as Record<string, Json>);
  const metadata = resources.map((r) => block(r.metadata) as { name: string; labels?: Record<string, string> });
  // Kubernetes itself sets the last one on every namespace.
  return { ...metadata.find((m) => m.name === name)?.labels, "kubernetes.io/metadata.name": name };
}

/** An empty selector selects everything. */
function selector({ match_labels, match_expressions }: SelectorJson) {
  const equal = Object.entries(match_labels ?? {});
  const expressions = blocks(match_expressions).map(({ key, operator, values = [] }) => {
    const has = (labels: Readonly<Record<string, string>>) => labels[key] !== undefined;
    const among = (labels: Readonly<Record<string, string>>) => has(labels) && values.includes(labels[key] as string);
    if (operator === "In") return among;
    if (operator === "NotIn") return (labels: Readonly<Record<string, string>>) => !among(labels);
    if (operator === "Exists") return has;
    if (operator === "DoesNotExist") return (labels: Readonly<Record<string, string>>) => !has(labels);
    throw new Error(`${operator} is no operator`);
  });
  return (labels: Readonly<Record<string, string>>) =>
    equal.every(([key, value]) => labels[key] === value) && expressions.every((holds) => holds(labels));
}

function port({ port, end_port, protocol = "TCP" }: PortJson): Opens {
  if (!["TCP", "UDP", "SCTP"].includes(protocol)) throw new Error(`${protocol} is no protocol`);
  if (port === undefined) {
    if (end_port !== undefined) throw new Error(`${end_port} ends what has no beginning`);
    return (_port, p) => p === protocol;
  }
  const first = Number(port);
  // A name would have to be looked up in the containers of whoever is selected.
  if (!Number.isInteger(first) || first < 1 || first > 65535) throw new Error(`${port} is no port`);
  const last = end_port ?? first;
  if (last < first || last > 65535) throw new Error(`${first} to ${last} is no range of ports`);
  return (asked, p) => p === protocol && first <= asked && asked <= last;
}

// ---- addresses

export interface Range {
  readonly text: string;
  readonly first: number;
  readonly last: number;
  readonly size: number;
}

function parse(address: string): number {
  const bytes = address.split(".").map(Number);
  if (bytes.length !== 4 || bytes.some((b) => !Number.isInteger(b) || b < 0 || b > 255))
    throw new Error(`${address} is no address`);
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Bounds of a range in CIDR notation. */
export function range(text: string): Range {
  const [address = "", prefix = ""] = text.split("/");
  const size = 2 ** (32 - Number(prefix));
  const first = parse(address);
  if (!/^\d+$/.test(prefix) || size < 1 || first % size) throw new Error(`${text} is no range`);
  return { text, first, last: first + size - 1, size };
}

export const dotted = (address: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
