import { BlockList } from "node:net";
import {
  type Address,
  dotted,
  type Endpoint,
  isPod,
  type NetworkPolicies,
  namespaceName,
  type Pod,
  type Protocol,
  range,
} from "@slipway/network-policy-evaluator";
import { everyStack } from "../commands/every-stack";
import type { Environment } from "../schema/environment";
import type { ByEnvironment } from "../schema/files";
import { environmentOf, load } from "../schema/load";
import type { System } from "../schema/system";
import { isDatastore } from "../schema/variable";
import { workloads } from "../schema/workloads";
import { configuration, type Files, type Json, ROOT, synth, synthEvery } from "./support";

/**
 * The connections that a stack's network policies should allow, derived only from the files of the system and the
 * environment, and the differences between them and the policies.
 */

export const NAME = "app.kubernetes.io/name";
const DNS = "k8s-app";
/** The pod that answers the challenge of an ACME server. */
const SOLVER = "acme-solver";

// ---- endpoints

/** The files of a system and an environment, parsed. */
export interface Declaration {
  readonly system: System;
  readonly environment: Environment;
  /** Whether the environment runs a candidate. */
  readonly candidate?: boolean;
}

/**
 * Names of the workloads that run a service or a task, if there is a candidate: it runs the services that have a strategy, and
 * the tasks before them.
 */
function runners({ services, tasks }: System, name: string): string[] {
  const isBefore = (task: string, after: readonly string[]): boolean =>
    after.some((other) => other === task || isBefore(task, tasks[other]?.after ?? []));
  const shifted = Object.entries(services).filter(([, { strategy }]) => strategy.kind !== "rolling");
  return shifted.some(([service, { after }]) => service === name || isBefore(name, after))
    ? [name, `${name}-candidate`]
    : [name];
}

/** Every endpoint that the comparison tries, with the files that declare the connections. */
export interface World extends Declaration {
  /** The stack's namespaces, whose pods have only declared connections. */
  readonly namespaces: readonly string[];
  readonly pods: readonly Pod[];
  readonly addresses: readonly Address[];
  readonly ports: readonly number[];
}

const LOAD_BALANCERS = ["35.191.0.0/16", "130.211.0.0/22"];
const RESOLVERS = ["169.254.20.10/32", "169.254.169.254/32"];

/** Addresses outside the internet. {@link https://www.rfc-editor.org/rfc/rfc6890} */
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
  "169.254.169.252", // GKE's metadata server listens here, on port 988
];

/** Ports to try, besides each declared port and the port after it. */
const SOME_PORTS = [1, 80, 988, 3307, 5432, 6378, 6379, 8080, 8125, 8126, 9100, 9200, 10250, 65535];

const CLUSTER = "kube-system";
/** Namespaces of the charts' pods. */
const MONITORING = "monitoring";
const HOST_AGENTS = "host-agents"; // the node exporter's pods use the nodes' network
const DATASTORES = "datastores";
const TRAEFIK = "traefik";
const CERT_MANAGER = "cert-manager";
const KEDA = "keda";
/** A namespace that the stack does not create. */
const OTHER = "other";

/** Pods with the label that their chart sets, by default their name. */
const charted = (namespace: string, names: readonly string[], label?: string): Pod[] =>
  names.map((name) => ({ name, namespace, labels: { [NAME]: label ?? name } }));

/** The pods of a datastore in the cluster, with the default ports of the datastore and its exporter. */
const STORES = {
  database: { pods: charted(DATASTORES, ["postgresql"]), port: 5432, exporter: 9187 },
  cache: { pods: charted(DATASTORES, ["redis"]), port: 6379, exporter: 9121 },
  search: {
    // The exporter's pod has the server's label, so that policies cannot tell them apart.
    pods: charted(DATASTORES, ["elasticsearch", "elasticsearch-exporter"], "elasticsearch"),
    port: 9200,
    exporter: 9114,
  },
} as const;
type Store = keyof typeof STORES;
/** Ports of the datastores outside the cluster. */
const MANAGED: Readonly<Record<string, number>> = { database: 5432, cache: 6378 };

/** Whether a service is scaled by a queue, which KEDA measures. */
const hasQueue = ({ services }: System): boolean =>
  Object.values(services).some(({ autoscale }) => autoscale && "queue" in autoscale);

/** The optional parts that an environment runs in the cluster. */
function choices({ database, cache, search, edge, services, cluster, datadog }: Environment) {
  const kinds = { database, cache, search };
  return {
    stores: (Object.keys(STORES) as Store[]).filter((store) => kinds[store]?.kind === "bitnami"),
    backups: database?.kind === "bitnami" ? ["postgresql-backup", "postgresql-restore"] : [],
    traefik: edge.kind === "traefik" && Object.values(services).some(({ hosts }) => hosts.length),
    // In Autopilot clusters, Prometheus cannot scrape kubelets and nodes.
    kubelets: cluster.mode === "standard",
    datadog: datadog !== undefined,
  };
}

/** The pods of the charts. */
function chartPods(system: System, environment: Environment): Pod[] {
  const { stores, traefik, datadog } = choices(environment);
  return [
    ...charted(MONITORING, [
      "prometheus",
      "alertmanager",
      "grafana",
      "kube-state-metrics",
      "kube-prometheus-stack-prometheus-operator",
    ]),
    ...(datadog ? charted(HOST_AGENTS, ["datadog"]) : []),
    ...stores.flatMap((store) => STORES[store].pods),
    ...(traefik ? charted(TRAEFIK, ["traefik"]) : []),
    ...(traefik ? charted(CERT_MANAGER, ["cert-manager", "webhook", "cainjector", "startupapicheck"]) : []),
    ...(hasQueue(system) ? charted(KEDA, ["keda-operator", "keda-operator-metrics-apiserver"]) : []),
  ];
}

/** Full names of the pods that the stack's own objects should create. */
export function declaredPods({ system, environment, candidate }: Declaration): string[] {
  const { backups, traefik } = choices(environment);
  const own = [
    ...workloads(system).flatMap(({ path: [, name] }) => (candidate ? besides(system, name) : [name])),
    ...(traefik ? [SOLVER] : []),
  ];
  return [...own.map((name) => `${system.namespace}/${name}`), ...backups.map((name) => `${DATASTORES}/${name}`)];
}

/** What runs of a workload beside a candidate: a candidate's migration takes the place of the stable one's. */
function besides(system: System, name: string): string[] {
  const all = runners(system, name);
  return all.length > 1 && system.tasks[name]?.changesDatabase ? all.slice(1) : all;
}

export function world(json: Json, system: System, environment: Environment, candidate = false): World {
  const namespaces = Object.values<Json>(json.resource.kubernetes_namespace_v1).map(({ metadata }) => metadata.name);
  const labelled = [
    ...podsOf(json),
    ...chartPods(system, environment),
    ...["kube-dns", "node-local-dns", "metrics-server", "konnectivity-agent"].map(
      (name): Pod => ({ name, namespace: CLUSTER, labels: { [DNS]: name } }),
    ),
  ];
  const pods = [
    ...labelled,
    ...[...namespaces, OTHER].map((namespace): Pod => ({ name: "stranger", namespace, labels: {} })), // a pod that somebody starts by hand
    // Pods with the right labels in the wrong namespace.
    ...labelled.map(({ name, labels }): Pod => ({ name: `would-be-${name}`, namespace: OTHER, labels })),
  ];
  // The edges of each range, because a range that is too wide or too narrow differs there.
  const ranges = [...LOAD_BALANCERS, ...RESOLVERS, ...SPECIAL, ...Object.values(environment.network).flat()].map(range);
  const edges = ranges.flatMap(({ first, last }) => [first - 1, first, last, last + 1]);
  const addresses = [...SOME_ADDRESSES, ...edges.filter((a) => a >= 0 && a < 2 ** 32).map(dotted)];
  const named = declared({ system, environment }).flatMap(({ ports = [] }) => ports);
  return {
    system,
    environment,
    candidate,
    namespaces,
    pods,
    addresses: [...new Set(addresses)].map((address) => ({ address })),
    ports: [...new Set([...named.flatMap((p) => [p, p + 1]), ...SOME_PORTS])],
  };
}

/** Pods of a stack's Deployments, StatefulSets, Jobs, CronJobs and ACME solvers, with the labels of their templates. */
export function podsOf(json: Json): Pod[] {
  const all = (type: string) => Object.values((json.resource[type] ?? {}) as Record<string, Json>);
  const objects = all("helm_release")
    .flatMap((release) => release.values as string[])
    // The values are JSON, except for references, which Terraform encodes.
    .map((values) => JSON.parse(values.replace(/\$\{jsonencode\((.*?)\)\}/g, (_, of) => JSON.stringify(`\${${of}}`))))
    .flatMap(({ objects = [] }) => objects as Json[]);
  const pod = (name: string, { namespace }: Json, template: Json): Pod => ({
    name,
    namespace: namespaceName(json, namespace),
    labels: template.metadata.labels,
  });
  return [
    ...objects
      .filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet")
      .map(({ metadata, spec }) => pod(metadata.name, metadata, spec.template)),
    ...all("kubernetes_job_v1").map(
      // Kubernetes completes the name.
      ({ metadata, spec }) => pod(metadata.generate_name.replace(/-$/, ""), metadata, spec.template),
    ),
    ...all("kubernetes_cron_job_v1").map(({ metadata, spec }) =>
      pod(metadata.name, metadata, spec.job_template.spec.template),
    ),
    ...objects
      .filter(({ kind }) => kind === "Issuer")
      .flatMap(({ metadata, spec }) =>
        spec.acme.solvers.map((solver: Json) => pod(SOLVER, metadata, solver.http01.ingress.podTemplate)),
      ),
  ];
}

export const nameOf = (e: Endpoint) => (isPod(e) ? `${e.namespace}/${e.name}` : e.address);

// ---- declared connections

type Group = (endpoint: Endpoint) => boolean;

/** A declared connection. Without ports or protocols, it has all of them. */
interface Connection {
  readonly from: Group;
  readonly to: Group;
  readonly ports?: readonly number[];
  readonly protocols?: readonly Protocol[];
  /** The end that allows the connection, if the other end denies it or is not a pod. */
  readonly end?: "egress" | "ingress";
}

const pods =
  (namespace: string, ...names: readonly string[]): Group =>
  (e) =>
    isPod(e) && e.namespace === namespace && (!names.length || names.includes(e.name));

/** Addresses in the ranges, found by Node.js and not by the evaluator's own code. */
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
/** GKE's control plane reaches webhooks through these pods, or from its own range. */
const tunnel = pods(CLUSTER, "konnectivity-agent");

/** The connections that the files declare, and those that the platform itself needs. */
function declared({ system, environment }: Declaration): Connection[] {
  const { datastores, nodes, controlPlane } = environment.network;
  const { stores, backups, traefik, kubelets } = choices(environment);
  const prometheus = pods(MONITORING, "prometheus");
  const own = controlPlane ? [controlPlane] : []; // the range of a control plane that was created with one
  const apiServer = within(nodes, ...own);
  const callers = either(within(...own), tunnel);
  const proxy = pods(TRAEFIK, "traefik");
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
  const inCluster = (store: Store) => pods(DATASTORES, ...STORES[store].pods.map(({ name }) => name));

  const connects = workloads(system).flatMap(({ path: [, name], ...workload }) => {
    const from = pods(system.namespace, ...runners(system, name));
    return workload.connects.flatMap((to) => connection(from, to));
  });
  const stored = workloads(system).flatMap(({ path: [, name], buckets }) =>
    Object.keys(buckets).length ? googleApis(pods(system.namespace, ...runners(system, name))) : [],
  );
  const edge = traefik ? proxy : within(...LOAD_BALANCERS);
  const services = Object.entries(system.services).flatMap(([name, { port, metrics }]) => {
    const service = pods(system.namespace, ...runners(system, name));
    return [
      ...(environment.services[name]?.hosts.length ? [tcp(edge, service, port as number)] : []),
      ...(metrics ? [tcp(prometheus, service, metrics.port)] : []),
    ];
  });
  return [
    ...connects,
    ...stored,
    ...services,
    ...stores.map((store) => tcp(prometheus, inCluster(store), STORES[store].exporter)),
    ...stores
      .filter((store) => STORES[store].pods.length > 1) // the exporter has its own pod
      .map((store) => tcp(inCluster(store), inCluster(store), STORES[store].port)),
    ...(backups.length ? backingUp(pods(DATASTORES, ...backups)) : []),
    ...(traefik ? [...proxying(), ...certifying()] : []),
    ...(hasQueue(system) ? measuring() : []),
    ...resolving(),
    ...monitoring(),
  ];

  /** A connection that a workload declares. */
  function connection(from: Group, to: string): Connection | Connection[] {
    const store = stores.find((s) => s === to);
    if (store) return tcp(from, inCluster(store), STORES[store].port);
    const outside = isDatastore(to) ? environment[to] : undefined;
    if (outside?.kind === "none") return [];
    if (outside?.kind === "external") return tcp(from, internet, outside.port);
    if (MANAGED[to]) return tcp(from, within(...[datastores ?? []].flat()), MANAGED[to]);
    if (to === "internet:443") return tcp(from, internet, 443);
    if (to === "host-agent" && !environment.datadog) return [];
    if (to === "host-agent") return at("egress", tcp(from, anybody, 8126), udp(from, anybody, 8125)); // the agent answers on the node's address
    return tcp(from, pods(system.namespace, to), system.services[to]?.port as number);
  }

  /** KEDA's metrics server answers the control plane, and asks the operator, which asks the cache. */
  function measuring(): Connection[] {
    const operator = pods(KEDA, "keda-operator");
    const metricsServer = pods(KEDA, "keda-operator-metrics-apiserver");
    return [
      tcp(callers, metricsServer, 10250),
      tcp(metricsServer, operator, 9666),
      tcp(either(operator, metricsServer), apiServer, 443),
      ...[connection(operator, "cache")].flat(),
      tcp(prometheus, operator, 8080),
    ];
  }

  /** Backups to the bucket, and restores from it. */
  function backingUp(jobs: Group): Connection[] {
    return [tcp(jobs, inCluster("database"), STORES.database.port), ...googleApis(jobs)];
  }

  /** Google's APIs, and the metadata server, which returns the pods' access tokens. */
  function googleApis(users: Group): Connection[] {
    return [tcp(users, internet, 443), tcp(users, within("169.254.169.254/32"), 80, 8080)];
  }

  function proxying(): Connection[] {
    return [
      ...at("ingress", tcp(anybody, proxy, 8000, 8443)),
      tcp(proxy, pods(system.namespace, SOLVER), 8089),
      tcp(proxy, apiServer, 443),
      tcp(prometheus, proxy, 9100),
    ];
  }

  /** cert-manager orders certificates on the internet, and first tries each challenge itself through the proxy. */
  function certifying(): Connection[] {
    const controller = pods(CERT_MANAGER, "cert-manager");
    return [
      tcp(controller, internet, 443),
      tcp(controller, proxy, 8000),
      tcp(pods(CERT_MANAGER), apiServer, 443),
      tcp(callers, pods(CERT_MANAGER, "webhook"), 10250),
      tcp(prometheus, pods(CERT_MANAGER), 9402),
    ];
  }

  function resolving(): Connection[] {
    const resolvers = either(pods(CLUSTER, "kube-dns", "node-local-dns"), within(...RESOLVERS));
    return [{ from: (e) => isPod(e) && ![CLUSTER, OTHER].includes(e.namespace), to: resolvers, ports: [53] }];
  }

  function monitoring(): Connection[] {
    const all = pods(MONITORING);
    const datadog = pods(HOST_AGENTS, "datadog");
    return [
      { from: all, to: all },
      tcp(all, apiServer, 443),
      tcp(callers, all, 10250),
      ...(environment.monitoring.receiver ? [tcp(pods(MONITORING, "alertmanager"), internet, 443)] : []),
      // Kubelets and node exporters: in Dataplane V2, an IP block does not match a node.
      ...at("egress", tcp(datadog, anybody, 10250), ...(kubelets ? [tcp(prometheus, anybody, 10250, 9100)] : [])),
      ...at("egress", { from: prometheus, to: isPod }), // Prometheus can scrape any pod, if the pod allows it
      ...at("ingress", tcp(isPod, datadog, 8126), udp(isPod, datadog, 8125)),
      tcp(datadog, internet, 443),
      tcp(datadog, apiServer, 443),
    ];
  }
}

// ---- comparison

/**
 * Every pair of endpoints with at least one pod: policies do not apply to connections between two addresses. A node is an
 * address like any other. Kubernetes always admits a pod's own node, for its probes, whatever the policies say.
 */
function* pairs({ pods, addresses }: World): Generator<readonly [Endpoint, Endpoint]> {
  for (const pod of pods) {
    for (const other of pods) yield [pod, other]; // a pod and itself stand for two replicas
    for (const address of addresses) yield [pod, address];
    for (const address of addresses) yield [address, pod];
  }
}

export const PROTOCOLS: readonly Protocol[] = ["TCP", "UDP"];

/**
 * Whether each connection should be allowed, for every pair of endpoints, port and protocol. Each end must deny what is not
 * declared, so that a mistake at one end alone opens nothing. Pods of other namespaces have no policies.
 */
export function expectation(w: World) {
  const connections = declared(w);
  const bound = either(...w.namespaces.map((namespace) => pods(namespace)));
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

/** The differences between policies and expectation, at least one line for each pair of endpoints that has any. */
export function* differences(policies: NetworkPolicies, expected: ReturnType<typeof expectation>): Generator<string> {
  for (const { from, to, asks } of expected) {
    const between = policies.between(from, to);
    const wrong = new Map<string, string[]>();
    for (const { port, protocol, egress, ingress } of asks) {
      const is = between(port, protocol);
      const say = (what: string) => wrong.set(what, [...(wrong.get(what) ?? []), `${protocol} ${port}`]);
      if ((is.egress && is.ingress) !== (egress && ingress)) say(egress && ingress ? "is denied" : "is allowed");
      else if (is.egress !== egress) say(`its egress is ${egress ? "denied" : "allowed"}`);
      else if (is.ingress !== ingress) say(`its ingress is ${ingress ? "denied" : "allowed"}`);
    }
    for (const [what, where] of wrong) yield `${nameOf(from)} -> ${nameOf(to)} ${where.join(", ")}: ${what}`;
  }
}

/** A stack's JSON, with its endpoints and expected connections. */
export interface Judged {
  readonly json: Json;
  readonly world: World;
  readonly expected: ReturnType<typeof expectation>;
}

function judged(json: Json, system: System, environment: Environment, candidate?: boolean): Judged {
  const w = world(json, system, environment, candidate);
  return { json, world: w, expected: expectation(w) };
}

/** The stacks of every system, without changes, by name. */
export async function everyJudged(): Promise<Map<string, Judged>> {
  const all = new Map<string, Judged>();
  const synthesized = await synthEvery();
  for (const { name, ...stack } of everyStack(ROOT)) {
    const configuration = await load(ROOT, stack.system, {});
    const { system, environment } = environmentOf(configuration, stack.environment);
    all.set(name, judged(synthesized.get(name)?.json, system, environment));
  }
  return all;
}

/** pmcrm's stacks after a change to its files. */
export function stacks(change?: (files: Files) => void): ByEnvironment<Judged> {
  const { environments } = configuration(change);
  const synthesized = synth(change);
  const of = (name: "staging" | "production") => {
    const { system, environment, candidate } = environments[name];
    return judged(synthesized[name].json, system, environment, candidate !== undefined);
  };
  return { staging: of("staging"), production: of("production") };
}

/** Adds `internal`, a web service without hosts. The worker connects to it, and it connects to the backend. */
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
