import type { Cluster, LabelSelector, Namespace, NetworkPolicy, Peer, Port, Rule } from "./kubernetes";

/**
 * Reads the resources kubernetes_network_policy_v1 and kubernetes_namespace_v1 of a Terraform configuration in JSON.
 * {@link https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs/resources/network_policy_v1}
 */

/** In Terraform's JSON a block is an object or a list of objects. */
type Blocks<T> = T | readonly T[] | null;

interface SelectorBlock {
  readonly match_labels?: Readonly<Record<string, string>>;
  readonly match_expressions?: Blocks<{
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }>;
}

interface PeerBlock {
  readonly pod_selector?: Blocks<SelectorBlock>;
  readonly namespace_selector?: Blocks<SelectorBlock>;
  readonly ip_block?: Blocks<{ readonly cidr: string; readonly except?: readonly string[] }>;
}

interface PortBlock {
  readonly port?: string | number;
  readonly end_port?: number;
  readonly protocol?: string;
}

interface RuleBlock {
  readonly from?: Blocks<PeerBlock>;
  readonly to?: Blocks<PeerBlock>;
  readonly ports?: Blocks<PortBlock>;
}

interface PolicyResource {
  readonly metadata: Blocks<{ readonly name: string; readonly namespace?: string }>;
  readonly spec: Blocks<{
    readonly pod_selector: Blocks<SelectorBlock>;
    readonly policy_types?: readonly string[];
    readonly ingress?: Blocks<RuleBlock>;
    readonly egress?: Blocks<RuleBlock>;
  }>;
}

interface NamespaceResource {
  readonly metadata: Blocks<Namespace["metadata"]>;
}

/** The part of a Terraform configuration that this package reads. */
export interface TerraformJson {
  readonly resource: {
    readonly kubernetes_network_policy_v1?: Readonly<Record<string, PolicyResource>>;
    readonly kubernetes_namespace_v1?: Readonly<Record<string, NamespaceResource>>;
  };
}

const blocks = <T>(value: Blocks<T> | undefined): readonly T[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value as T];
const block = <T>(value: Blocks<T> | undefined): T | undefined => blocks(value)[0];

/** The network policies and namespaces of a configuration, such as the file cdk.tf.json of a CDK for Terraform stack. */
export function readTerraform(json: TerraformJson): Cluster {
  return {
    policies: Object.entries(json.resource.kubernetes_network_policy_v1 ?? {}).map(([id, resource]) => {
      try {
        return policy(json, resource);
      } catch (error) {
        throw new Error(`kubernetes_network_policy_v1.${id}: ${(error as Error).message}`, { cause: error });
      }
    }),
    namespaces: Object.values(json.resource.kubernetes_namespace_v1 ?? {}).flatMap(({ metadata }) => {
      const found = block(metadata);
      return found ? [{ metadata: found }] : [];
    }),
  };
}

/** The name of a namespace, given as a name or as a reference to a kubernetes_namespace_v1 resource of the configuration. */
export function namespaceName(json: TerraformJson, text: string): string {
  const reference = /^\$\{kubernetes_namespace_v1\.([\w-]+)\.metadata\[0\]\.name\}$/.exec(text)?.[1];
  if (reference === undefined) {
    if (text.includes("${")) throw new Error(`${text} is not a reference to a namespace's name`);
    return text;
  }
  const name = block(json.resource.kubernetes_namespace_v1?.[reference]?.metadata)?.name;
  if (!name) throw new Error(`${text} refers to a namespace that is not in the configuration`);
  return name;
}

function policy(json: TerraformJson, resource: PolicyResource): NetworkPolicy {
  const metadata = block(resource.metadata);
  const spec = block(resource.spec);
  const podSelector = selector(spec?.pod_selector);
  if (!metadata || !spec || !podSelector) throw new Error("has no metadata, no spec or no pod selector");
  const rules = (list: Blocks<RuleBlock> | undefined) => blocks(list).map((it) => rule(json, it));
  return {
    // The provider's default is the namespace "default".
    metadata: { name: metadata.name, namespace: namespaceName(json, metadata.namespace ?? "default") },
    spec: {
      podSelector,
      policyTypes: spec.policy_types,
      ingress: rules(spec.ingress),
      egress: rules(spec.egress),
    },
  };
}

function rule(json: TerraformJson, { from, to, ports }: RuleBlock): Rule {
  const peers = (list: Blocks<PeerBlock> | undefined) => blocks(list).map((it) => peer(json, it));
  return {
    from: peers(from),
    to: peers(to),
    ports: blocks(ports).map(({ end_port, ...rest }): Port => ({ ...rest, endPort: end_port })),
  };
}

function peer(json: TerraformJson, { pod_selector, namespace_selector, ip_block }: PeerBlock): Peer {
  return {
    podSelector: selector(pod_selector),
    // The label kubernetes.io/metadata.name can have a reference as its value.
    namespaceSelector: selector(namespace_selector, (value) => namespaceName(json, value)),
    ipBlock: block(ip_block),
  };
}

function selector(
  selectors: Blocks<SelectorBlock> | undefined,
  labelValue = (value: string) => value,
): LabelSelector | undefined {
  const found = block(selectors);
  if (!found) return undefined;
  const labels = Object.entries(found.match_labels ?? {});
  return {
    matchLabels: Object.fromEntries(labels.map(([key, value]) => [key, labelValue(value)])),
    matchExpressions: blocks(found.match_expressions),
  };
}
