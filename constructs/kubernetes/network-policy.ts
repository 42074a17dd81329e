import {
  NetworkPolicyV1,
  type NetworkPolicyV1SpecEgress,
  type NetworkPolicyV1SpecIngress,
} from "@cdktf/provider-kubernetes/lib/network-policy-v1";
import type { Construct } from "constructs";
import { NOT_INTERNET } from "../../facts/cidr";
import { NAME_LABEL } from "./labels";

/** The other end of a workload's connection. */
export type Peer =
  /** An IPv4 range with exceptions. In Dataplane V2, a range never matches a pod. */
  | { readonly range: string; readonly except?: readonly string[] }
  /** A workload's pods in the policy's namespace. */
  | { readonly workload: string }
  /** Pods with these labels in another namespace. */
  | { readonly pods: Readonly<Record<string, string>>; readonly namespace: string }
  /** All pods of the policy's namespace. */
  | "namespace"
  /** All pods of the cluster. */
  | "cluster"
  /**
   * Everything, including nodes, which a range does not match in Dataplane V2.
   * {@link https://github.com/cilium/cilium/issues/12277}
   */
  | "anybody";

export interface Port {
  readonly port: number;
  /** The default is TCP. */
  readonly protocol?: "TCP" | "UDP";
}

/** Connections that a policy allows: with any of the peers, on any of the ports. */
export interface Allowance {
  /** At least one peer. */
  readonly peers: readonly Peer[];
  /** An empty list allows all ports. */
  readonly ports: readonly Port[];
}

export interface NetworkPolicyProps {
  readonly name: string;
  readonly namespace: string;
  /** The workload that the policy applies to. By default, the policy applies to all pods of the namespace. */
  readonly workload?: string;
  /**
   * Allowed connections. If a direction is set, the policy denies all other connections in it. If it is not set, the
   * policy does not affect it.
   */
  readonly ingress?: readonly Allowance[];
  readonly egress?: readonly Allowance[];
}

/** All public addresses. */
export const INTERNET: Peer = { range: "0.0.0.0/0", except: NOT_INTERNET };

/** Ports of the Datadog agent on each node: 8126 for traces, and 8125 for DogStatsD metrics. */
export const HOST_AGENT_PORTS = [{ port: 8126 }, { port: 8125, protocol: "UDP" }] as const satisfies readonly Port[];

/**
 * Allows connections to the agent on the pod's node. The policy can apply before the host port is translated, when the
 * packet goes to the node, or after, when it goes to the agent's pod. Only `anybody` includes both. The agent's
 * namespace decides who can connect, and the network's firewall keeps these ports private.
 */
export const HOST_AGENT: Allowance = { peers: ["anybody"], ports: HOST_AGENT_PORTS };

/**
 * Name of the policy for one of a workload's connections. A workload's name has no dots, so two policies never get the
 * same name.
 */
export const policyName = (workload: string, direction: "to" | "from", other: string): string =>
  `${workload}.${direction}.${other.replace(":", ".")}`;

/**
 * Creates a Kubernetes NetworkPolicy.
 * {@link https://kubernetes.io/docs/concepts/services-networking/network-policies/}
 * @throws if an allowance has no peers, because Kubernetes would allow everybody
 */
export function networkPolicy(scope: Construct, id: string, props: NetworkPolicyProps): NetworkPolicyV1 {
  if ([...(props.ingress ?? []), ...(props.egress ?? [])].some(({ peers }) => !peers.length))
    throw new Error(`${props.name}: an allowance must have peers, because without them it allows everybody`);
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
    lifecycle: { createBeforeDestroy: true }, // a removed policy is deleted after the pods that used it
  });
}

/** Creates the policy for one of a workload's connections. */
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

/** An empty list of peers allows everybody. */
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
