import {
  NetworkPolicyV1,
  type NetworkPolicyV1SpecEgress,
  type NetworkPolicyV1SpecIngress,
} from "@cdktf/provider-kubernetes/lib/network-policy-v1";
import type { Construct } from "constructs";
import { NAME_LABEL } from "./labels";

/** Something that a workload connects to, or that connects to it. */
export type Peer =
  /** An IPv4 range, less some others. It matches no pod: Dataplane V2 knows pods by their labels alone. */
  | { readonly range: string; readonly except?: readonly string[] }
  /** A workload's pods, in the policy's own namespace. */
  | { readonly workload: string }
  /** Pods with these labels in another namespace. */
  | { readonly pods: Readonly<Record<string, string>>; readonly namespace: string }
  /** Every pod of the policy's namespace. */
  | "namespace"
  /** Every pod of the cluster. */
  | "cluster"
  /**
   * Anybody, nodes too: Dataplane V2 takes no range for a node.
   * {@link https://github.com/cilium/cilium/issues/12277}
   */
  | "anybody";

export interface Port {
  readonly port: number;
  /** Default TCP. */
  readonly protocol?: "TCP" | "UDP";
}

/** Traffic that is allowed: to or from any of the peers, on any of the ports (all of them when none is named). */
export interface Allowance {
  /** At least one. */
  readonly peers: readonly Peer[];
  /** None: every port. */
  readonly ports: readonly Port[];
}

export interface NetworkPolicyProps {
  readonly name: string;
  readonly namespace: string;
  /** Workload whose pods it is about; without it every pod of the namespace. */
  readonly workload?: string;
  /** A direction that is named is denied but for what is listed; one that is not named is left as it is. */
  readonly ingress?: readonly Allowance[];
  readonly egress?: readonly Allowance[];
}

/**
 * Ranges that are not the internet: private, shared, link-local (with the metadata server), loopback, multicast,
 * reserved.
 * {@link https://www.rfc-editor.org/rfc/rfc6890}
 */
export const NOT_INTERNET = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
] as const;

/** Public addresses. */
export const INTERNET: Peer = { range: "0.0.0.0/0", except: NOT_INTERNET };

/** Where Datadog's agent listens on every node: traces, and metrics by DogStatsD. */
export const HOST_AGENT_PORTS = [{ port: 8126 }, { port: 8125, protocol: "UDP" }] as const satisfies readonly Port[];

/**
 * To the agent on the pod's own node. A policy may meet the packet before the host port is translated, when it goes to
 * a node, or after, when it goes to the agent's pod: anybody is both. The agent's namespace says who may come in, and
 * the network's firewall keeps these ports inside.
 */
export const HOST_AGENT: Allowance = { peers: ["anybody"], ports: HOST_AGENT_PORTS };

/**
 * Name of the policy for one of a workload's connections. Workloads' names have no dots, so two policies never get one
 * name.
 */
export const policyName = (workload: string, direction: "to" | "from", other: string): string =>
  `${workload}.${direction}.${other.replace(":", ".")}`;

/**
 * A Kubernetes NetworkPolicy.
 * @throws when something is allowed to nobody in particular: Kubernetes would take that for everybody
 */
export function networkPolicy(scope: Construct, id: string, props: NetworkPolicyProps): NetworkPolicyV1 {
  if ([...(props.ingress ?? []), ...(props.egress ?? [])].some(({ peers }) => !peers.length))
    throw new Error(`${props.name}: an allowance without peers would allow everybody`);
  const policyTypes = [...(props.ingress ? ["Ingress"] : []), ...(props.egress ? ["Egress"] : [])];
  return new NetworkPolicyV1(scope, id, {
    metadata: { name: props.name, namespace: props.namespace },
    spec: {
      podSelector: props.workload ? { matchLabels: { [NAME_LABEL]: props.workload } } : {},
      policyTypes,
      ingress: props.ingress?.map(
        ({ peers, ports }): NetworkPolicyV1SpecIngress => ({ from: peersOf(peers), ports: ports.map(port) }),
      ),
      egress: props.egress?.map(
        ({ peers, ports }): NetworkPolicyV1SpecEgress => ({ to: peersOf(peers), ports: ports.map(port) }),
      ),
    },
    lifecycle: { createBeforeDestroy: true }, // one that leaves goes after the pods that have used it
  });
}

/** The policy for one of a workload's connections: to something, or from it. */
export function connectionPolicy(
  scope: Construct,
  { workload, namespace }: { readonly workload: string; readonly namespace: string },
  direction: "to" | "from",
  other: string,
  ...allowances: readonly Allowance[]
): NetworkPolicyV1 {
  return networkPolicy(scope, `${direction}-${other}`, {
    name: policyName(workload, direction, other),
    namespace,
    workload,
    [direction === "to" ? "egress" : "ingress"]: allowances,
  });
}

const port = ({ port, protocol = "TCP" }: Port) => ({ port: String(port), protocol });

/** Without any peer, a rule is about everybody. */
const peersOf = (peers: readonly Peer[]) =>
  peers.includes("anybody") ? undefined : peers.map((p) => peer(p as Exclude<Peer, "anybody">));

function peer(p: Exclude<Peer, "anybody">) {
  if (p === "namespace") return { podSelector: {} };
  if (p === "cluster") return { namespaceSelector: {} };
  if ("range" in p) return { ipBlock: { cidr: p.range, except: p.except && [...p.except] } };
  if ("workload" in p) return { podSelector: { matchLabels: { [NAME_LABEL]: p.workload } } };
  return {
    podSelector: { matchLabels: { ...p.pods } },
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": p.namespace } },
  };
}
