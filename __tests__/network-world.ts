import { BlockList } from "node:net";
import type { Environment, EnvironmentName } from "../schema/environment";
import type { System } from "../schema/system";
import {
  type Address,
  dotted,
  type Endpoint,
  isPod,
  type NetworkPolicies,
  type Pod,
  type Protocol,
  range,
  resolveNamespace,
} from "./network-evaluator";
import { configuration, type Files, type Json, synth } from "./support";

/**
 * What a stack's network policies are to allow, from the system's and the environment's files alone, and where they
 * differ.
 */

export const NAME = "app.kubernetes.io/name";
const DNS = "k8s-app";

// ---- who there is

/** Everything that a connection may come from or go to, with what the files say about it. */
export interface World {
  readonly system: System;
  readonly environment: Environment;
  readonly pods: readonly Pod[];
  readonly addresses: readonly Address[];
  readonly ports: readonly number[];
}

const LOAD_BALANCERS = ["35.191.0.0/16", "130.211.0.0/22"];
const RESOLVERS = ["169.254.20.10/32", "169.254.169.254/32"];

/** What RFC 6890 and IANA's registry of multicast say is not the internet. */
const SPECIAL = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

const SOME_ADDRESSES = [
  "35.191.0.1",
  "130.211.0.1",
  "203.0.113.9",
  "8.8.8.8",
  "10.0.0.5",
  "172.20.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "169.254.20.10",
  "169.254.169.254",
  "169.254.169.252", // where GKE's metadata server listens, on port 988
];

/** Labels that kube-prometheus-stack gives its pods. */
const MONITORING = [
  "prometheus",
  "alertmanager",
  "grafana",
  "kube-state-metrics",
  "kube-prometheus-stack-prometheus-operator",
];

/**
 * Name of the namespace of host agents, where a stack has one. The node exporter's pods are in the nodes' own network.
 */
const HOST_AGENTS = "host-agents";
/** Label that Datadog's chart gives its agent. */
const DATADOG: Pod = { name: "datadog", namespace: HOST_AGENTS, labels: { [NAME]: "datadog" } };

export function world(json: Json, system: System, environment: Environment): World {
  const namespaces = Object.values(json.resource.kubernetes_namespace_v1 as Record<string, Json>);
  const agents = namespaces.some(({ metadata }) => metadata.name === HOST_AGENTS);
  const labelled = [
    ...podsOf(json),
    ...(environment.datadog ? [DATADOG] : []),
    ...MONITORING.map((name): Pod => ({ name, namespace: "monitoring", labels: { [NAME]: name } })),
    ...["kube-dns", "node-local-dns", "metrics-server", "konnectivity-agent"].map(
      (name): Pod => ({ name, namespace: "kube-system", labels: { [DNS]: name } }),
    ),
  ];
  const pods = [
    ...labelled,
    ...[system.namespace, "monitoring", "other", ...(agents ? [HOST_AGENTS] : [])].map(
      (namespace): Pod => ({ name: "stranger", namespace, labels: {} }), // started by hand
    ),
    // Labels mean something in their own namespace only.
    ...labelled.map(({ name, labels }): Pod => ({ name: `would-be-${name}`, namespace: "other", labels })),
  ];
  // A range that is too wide or too narrow differs at its edges.
  const ranges = [...LOAD_BALANCERS, ...RESOLVERS, ...SPECIAL, ...Object.values(environment.network)].map(range);
  const edges = ranges.flatMap(({ first, last }) => [first - 1, first, last, last + 1]);
  const addresses = [...SOME_ADDRESSES, ...edges.filter((a) => a >= 0 && a < 2 ** 32).map(dotted)];
  const declared = Object.values(system.services).flatMap((s) => [s.port ?? [], s.metrics?.port ?? []].flat());
  const ports = [...declared, 53, 443, 5432, 6378, 8125, 8126, 9100, 10250].flatMap((p) => [p, p + 1]);
  return {
    system,
    environment,
    pods,
    addresses: [...new Set(addresses)].map((address) => ({ address })),
    ports: [...new Set([...ports, 1, 80, 988, 3307, 6379, 8080, 65535])],
  };
}

/** Pods of a stack's Deployments and Jobs, with the labels of their templates. */
export function podsOf(json: Json): Pod[] {
  const deployments = Object.values(json.resource.helm_release as Record<string, Json>)
    .flatMap((release) => release.values as string[])
    // The values are JSON but for references, which Terraform encodes.
    .map((values) => JSON.parse(values.replace(/\$\{jsonencode\((.*?)\)\}/g, (_, of) => JSON.stringify(`\${${of}}`))))
    .flatMap(({ objects = [] }) => objects as Json[])
    .filter(({ kind }) => kind === "Deployment");
  const jobs = Object.values((json.resource.kubernetes_job_v1 ?? {}) as Record<string, Json>);
  return [...deployments, ...jobs].map(({ metadata, spec }) => ({
    name: metadata.name.replace(/-\$\{.*/, ""), // a Job's without its digest
    namespace: resolveNamespace(json, metadata.namespace),
    labels: spec.template.metadata.labels,
  }));
}

export const nameOf = (e: Endpoint) => (isPod(e) ? `${e.namespace}/${e.name}` : e.address);

// ---- what is declared

type Group = (endpoint: Endpoint) => boolean;

/** A declared connection; without ports, on every one. */
interface Connection {
  readonly from: Group;
  readonly to: Group;
  readonly ports?: readonly number[];
  readonly protocols?: readonly Protocol[];
  /** Where only one end says yes: it may be tried, or it would be let in. */
  readonly end?: "egress" | "ingress";
}

const pods =
  (namespace: string, ...names: readonly string[]): Group =>
  (e) =>
    isPod(e) && e.namespace === namespace && (!names.length || names.includes(e.name));

/** Addresses in the ranges: by Node's own reckoning, which is not the evaluator's. */
function within(...ranges: readonly string[]): Group {
  const list = new BlockList();
  for (const [address = "", prefix] of ranges.map((r) => r.split("/"))) list.addSubnet(address, Number(prefix));
  return (e) => !isPod(e) && list.check(e.address);
}

const either =
  (...groups: readonly Group[]): Group =>
  (e) =>
    groups.some((holds) => holds(e));

const anybody: Group = () => true;
const special = within(...SPECIAL);
const internet: Group = (e) => !isPod(e) && !special(e);

/** The connections that the system's and the environment's files declare, and those that DNS and monitoring live on. */
function declared({ system, environment }: World): Connection[] {
  const { datastores, controlPlane } = environment.network;
  const own = pods(system.namespace);
  const monitoring = pods("monitoring");
  const prometheus = pods("monitoring", "prometheus");
  const agents = pods(HOST_AGENTS);
  const datadog = pods(HOST_AGENTS, "datadog");
  const tcp = (from: Group, to: Group, ...ports: readonly number[]) => ({
    from,
    to,
    ports,
    protocols: ["TCP"] as const,
  });
  const udp = (from: Group, to: Group, ...ports: readonly number[]) => ({
    ...tcp(from, to, ...ports),
    protocols: ["UDP"] as const,
  });
  const at = (end: Connection["end"], ...connections: readonly Connection[]) =>
    connections.map((connection) => ({ ...connection, end }));

  const connects = Object.entries({ ...system.services, ...system.migrations }).flatMap(([name, workload]) =>
    workload.connects.flatMap((to): Connection | Connection[] => {
      const from = pods(system.namespace, name);
      if (to === "database") return tcp(from, within(datastores as string), 5432);
      if (to === "cache") return tcp(from, within(datastores as string), 6378);
      if (to === "internet:443") return tcp(from, internet, 443);
      if (to === "host-agent" && !environment.datadog) return [];
      if (to === "host-agent") return at("egress", tcp(from, anybody, 8126), udp(from, anybody, 8125)); // the node, or the agent's pod
      return tcp(from, pods(system.namespace, to), system.services[to]?.port as number);
    }),
  );
  const services = Object.entries(system.services).flatMap(([name, { port, metrics }]) => {
    const service = pods(system.namespace, name);
    return [
      ...(environment.services[name]?.hosts.length ? [tcp(within(...LOAD_BALANCERS), service, port as number)] : []),
      ...(metrics ? [tcp(prometheus, service, metrics.port)] : []),
    ];
  });
  const resolvers = either(pods("kube-system", "kube-dns", "node-local-dns"), within(...RESOLVERS));
  return [
    ...connects,
    ...services,
    { from: either(own, monitoring, agents), to: resolvers, ports: [53], protocols: ["TCP", "UDP"] },
    { from: monitoring, to: monitoring },
    tcp(monitoring, within(controlPlane), 443),
    tcp(either(within(controlPlane), pods("kube-system", "konnectivity-agent")), monitoring, 10250),
    tcp(pods("monitoring", "alertmanager"), internet, 443),
    // Kubelets and node exporters: nodes have no range on Dataplane V2.
    ...at("egress", tcp(either(prometheus, datadog), anybody, 10250), tcp(prometheus, anybody, 9100)),
    ...at("egress", { from: prometheus, to: isPod }), // to find those to scrape
    ...at("ingress", tcp(isPod, datadog, 8126), udp(isPod, datadog, 8125)),
    tcp(datadog, internet, 443),
    tcp(datadog, within(controlPlane), 443),
  ];
}

// ---- the two compared

/**
 * Every pair of ends, at least one of them a pod: what lies between two addresses is not for policies to say. A node is
 * an address like any other; that a pod's own node always gets in, for the probes, is not for policies to say either.
 */
function* pairs({ pods, addresses }: World): Generator<readonly [Endpoint, Endpoint]> {
  for (const pod of pods) {
    for (const other of pods) yield [pod, other]; // itself too: another replica
    for (const address of addresses) yield [pod, address];
    for (const address of addresses) yield [address, pod];
  }
}

export const PROTOCOLS: readonly Protocol[] = ["TCP", "UDP"];

/**
 * What is to be allowed, for every pair, port and protocol. Either end by itself is to be as strict as the
 * declarations, so that a mistake at one end is not an opening yet. Pods of other namespaces have no policies.
 */
export function expectation(w: World) {
  const connections = declared(w);
  const bound = either(pods(w.system.namespace), pods("monitoring"), pods(HOST_AGENTS));
  return [...pairs(w)].map(([from, to]) => {
    const relevant = connections.filter((c) => c.from(from) && c.to(to));
    const asks = w.ports.flatMap((port) =>
      PROTOCOLS.map((protocol) => {
        const open = (end: Connection["end"]) =>
          relevant.some(
            (c) =>
              (c.ports?.includes(port) ?? true) &&
              (c.protocols?.includes(protocol) ?? true) &&
              (c.end === undefined || c.end === end),
          );
        return { port, protocol, egress: open("egress") || !bound(from), ingress: open("ingress") || !bound(to) };
      }),
    );
    return { from, to, asks };
  });
}

/** Where policies and expectation differ, a line for each pair. */
export function* differences(policies: NetworkPolicies, expected: ReturnType<typeof expectation>): Generator<string> {
  for (const { from, to, asks } of expected) {
    const between = policies.between(from, to);
    const wrong = new Map<string, string[]>();
    for (const { port, protocol, egress, ingress } of asks) {
      const is = between(port, protocol);
      const say = (what: string) => wrong.set(what, [...(wrong.get(what) ?? []), `${protocol} ${port}`]);
      if ((is.egress && is.ingress) !== (egress && ingress)) say(egress && ingress ? "is denied" : "is allowed");
      else if (is.egress !== egress) say(`its way out is ${egress ? "denied" : "allowed"}`);
      else if (is.ingress !== ingress) say(`its way in is ${ingress ? "denied" : "allowed"}`);
    }
    for (const [what, where] of wrong) yield `${nameOf(from)} -> ${nameOf(to)} ${where.join(", ")}: ${what}`;
  }
}

/** Both stacks of pmcrm's files after a change, each with its world. */
export function stacks(change?: (files: Files) => void) {
  const { system, environments } = configuration(change);
  const synthesized = synth(change);
  const of = (name: EnvironmentName) => {
    const { json } = synthesized[name];
    const w = world(json, system, environments[name].environment);
    return { json: json as Json, world: w, expected: expectation(w) };
  };
  return { staging: of("staging"), production: of("production") };
}

/** Adds `internal`, a web service without hosts: the worker connects to it, and it to the backend. */
export function withInternalService({ system, staging, production }: Files) {
  const { services } = system;
  const { backend, worker } = services;
  if (!backend || !worker) throw new Error("pmcrm has changed");
  const { rateLimits: _, objective: ___, autoscale: __, ...like } = backend;
  services.internal = {
    ...like,
    port: 4000,
    metrics: { port: 9100, path: "/metrics" },
    variables: ["NODE_ENV"],
    connects: ["backend"],
  };
  worker.connects?.push("internal");
  staging.environment.services.internal = { replicas: 1 };
  production.environment.services.internal = { replicas: 2 };
}
