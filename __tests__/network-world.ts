import { BlockList } from "node:net";
import { everyStack } from "../commands/every-stack";
import type { Environment } from "../schema/environment";
import type { ByEnvironment } from "../schema/files";
import { environmentOf, load } from "../schema/load";
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
import { configuration, type Files, type Json, ROOT, synth, synthEvery } from "./support";

/**
 * What a stack's network policies are to allow, from the system's and the environment's files alone, and where they
 * differ.
 */

export const NAME = "app.kubernetes.io/name";
const DNS = "k8s-app";
/** What answers an ACME server, for as long as it asks. */
const SOLVER = "acme-solver";

// ---- who there is

/** What the files say. */
export interface Declaration {
  readonly system: System;
  readonly environment: Environment;
}

/** Everything that a connection may come from or go to, with what the files say about it. */
export interface World extends Declaration {
  /** The stack's own; each is closed but for what is declared. */
  readonly namespaces: readonly string[];
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

/** Beside those that are declared, and the next of each. */
const SOME_PORTS = [1, 80, 988, 3307, 5432, 6378, 6379, 8080, 8125, 8126, 9100, 9200, 10250, 65535];

const CLUSTER = "kube-system";
/** Namespaces of what the charts run. */
const MONITORING = "monitoring";
const HOST_AGENTS = "host-agents"; // the node exporter's pods are in the nodes' own network
const DATASTORES = "datastores";
const TRAEFIK = "traefik";
const CERT_MANAGER = "cert-manager";
/** Somebody else's. */
const OTHER = "other";

/** Pods with the label that their charts give them, which is mostly their name too. */
const charted = (namespace: string, names: readonly string[], label?: string): Pod[] =>
  names.map((name) => ({ name, namespace, labels: { [NAME]: label ?? name } }));

/** A datastore's pods where it is in the cluster, and where it and its exporter listen by their own conventions. */
const STORES = {
  database: { pods: charted(DATASTORES, ["postgresql"]), port: 5432, exporter: 9187 },
  cache: { pods: charted(DATASTORES, ["redis"]), port: 6379, exporter: 9121 },
  search: {
    // The exporter's pod has the server's label: to policies they are one.
    pods: charted(DATASTORES, ["elasticsearch", "elasticsearch-exporter"], "elasticsearch"),
    port: 9200,
    exporter: 9114,
  },
} as const;
type Store = keyof typeof STORES;
/** Of the datastores that are Google's. */
const MANAGED: Readonly<Record<string, number>> = { database: 5432, cache: 6378 };

/** What an environment has chosen to have in the cluster. */
function choices({ database, cache, search, edge, services, cluster, datadog }: Environment) {
  const kinds = { database, cache, search };
  return {
    stores: (Object.keys(STORES) as Store[]).filter((store) => kinds[store]?.kind === "bitnami"),
    dumps: database.kind === "bitnami" ? ["postgresql-backup", "postgresql-restore"] : [],
    traefik: edge.kind === "traefik" && Object.values(services).some(({ hosts }) => hosts.length),
    // Autopilot shows neither its kubelets nor its nodes.
    kubelets: cluster.mode === "standard",
    datadog: datadog !== undefined,
  };
}

/** Pods whose labels are the charts' own. */
function chartPods(environment: Environment): Pod[] {
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
  ];
}

/** Full names of the pods that are to be among a stack's own objects. */
export function declaredPods({ system, environment }: Declaration): string[] {
  const { dumps, traefik } = choices(environment);
  const own = [...Object.keys(system.services), ...Object.keys(system.migrations), ...(traefik ? [SOLVER] : [])];
  return [...own.map((name) => `${system.namespace}/${name}`), ...dumps.map((name) => `${DATASTORES}/${name}`)];
}

export function world(json: Json, system: System, environment: Environment): World {
  const namespaces = Object.values<Json>(json.resource.kubernetes_namespace_v1).map(({ metadata }) => metadata.name);
  const labelled = [
    ...podsOf(json),
    ...chartPods(environment),
    ...["kube-dns", "node-local-dns", "metrics-server", "konnectivity-agent"].map(
      (name): Pod => ({ name, namespace: CLUSTER, labels: { [DNS]: name } }),
    ),
  ];
  const pods = [
    ...labelled,
    ...[...namespaces, OTHER].map((namespace): Pod => ({ name: "stranger", namespace, labels: {} })), // started by hand
    // Labels mean something in their own namespace only.
    ...labelled.map(({ name, labels }): Pod => ({ name: `would-be-${name}`, namespace: OTHER, labels })),
  ];
  // A range that is too wide or too narrow differs at its edges.
  const ranges = [...LOAD_BALANCERS, ...RESOLVERS, ...SPECIAL, ...Object.values(environment.network).flat()].map(range);
  const edges = ranges.flatMap(({ first, last }) => [first - 1, first, last, last + 1]);
  const addresses = [...SOME_ADDRESSES, ...edges.filter((a) => a >= 0 && a < 2 ** 32).map(dotted)];
  const named = declared({ system, environment }).flatMap(({ ports = [] }) => ports);
  return {
    system,
    environment,
    namespaces,
    pods,
    addresses: [...new Set(addresses)].map((address) => ({ address })),
    ports: [...new Set([...named.flatMap((p) => [p, p + 1]), ...SOME_PORTS])],
  };
}

/** Pods of a stack's Deployments, Jobs, CronJobs and solvers of challenges, with the labels of their templates. */
export function podsOf(json: Json): Pod[] {
  const all = (type: string) => Object.values((json.resource[type] ?? {}) as Record<string, Json>);
  const objects = all("helm_release")
    .flatMap((release) => release.values as string[])
    // The values are JSON but for references, which Terraform encodes.
    .map((values) => JSON.parse(values.replace(/\$\{jsonencode\((.*?)\)\}/g, (_, of) => JSON.stringify(`\${${of}}`))))
    .flatMap(({ objects = [] }) => objects as Json[]);
  const pod = (name: string, { namespace }: Json, template: Json): Pod => ({
    name,
    namespace: resolveNamespace(json, namespace),
    labels: template.metadata.labels,
  });
  return [
    ...objects
      .filter(({ kind }) => kind === "Deployment")
      .map(({ metadata, spec }) => pod(metadata.name, metadata, spec.template)),
    ...all("kubernetes_job_v1").map(
      ({ metadata, spec }) => pod(metadata.name.replace(/-\$\{.*/, ""), metadata, spec.template), // without its digest
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
/** GKE's API server reaches webhooks through these, or from a range of its own. */
const tunnel = pods(CLUSTER, "konnectivity-agent");

/** The connections that the system's and the environment's files declare, and those that the platform lives on. */
function declared({ system, environment }: Declaration): Connection[] {
  const { datastores, nodes, controlPlane } = environment.network;
  const { stores, dumps, traefik, kubelets } = choices(environment);
  const prometheus = pods(MONITORING, "prometheus");
  const own = controlPlane ? [controlPlane] : []; // a range that the control plane was made with
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

  const connects = Object.entries({ ...system.services, ...system.migrations }).flatMap(([name, workload]) =>
    workload.connects.flatMap((to): Connection | Connection[] => {
      const from = pods(system.namespace, name);
      const store = stores.find((s) => s === to);
      if (store) return tcp(from, inCluster(store), STORES[store].port);
      if (MANAGED[to]) return tcp(from, within(...[datastores ?? []].flat()), MANAGED[to]);
      if (to === "internet:443") return tcp(from, internet, 443);
      if (to === "host-agent" && !environment.datadog) return [];
      if (to === "host-agent") return at("egress", tcp(from, anybody, 8126), udp(from, anybody, 8125)); // the node, or the agent's pod
      return tcp(from, pods(system.namespace, to), system.services[to]?.port as number);
    }),
  );
  const edge = traefik ? proxy : within(...LOAD_BALANCERS);
  const services = Object.entries(system.services).flatMap(([name, { port, metrics }]) => {
    const service = pods(system.namespace, name);
    return [
      ...(environment.services[name]?.hosts.length ? [tcp(edge, service, port as number)] : []),
      ...(metrics ? [tcp(prometheus, service, metrics.port)] : []),
    ];
  });
  return [
    ...connects,
    ...services,
    ...stores.map((store) => tcp(prometheus, inCluster(store), STORES[store].exporter)),
    ...stores
      .filter((store) => STORES[store].pods.length > 1) // an exporter with a pod of its own
      .map((store) => tcp(inCluster(store), inCluster(store), STORES[store].port)),
    ...(dumps.length ? dumping(pods(DATASTORES, ...dumps)) : []),
    ...(traefik ? [...proxying(), ...certifying()] : []),
    ...resolving(),
    ...monitoring(),
  ];

  /** Dumps, to the bucket and back. */
  function dumping(jobs: Group): Connection[] {
    return [
      tcp(jobs, inCluster("database"), STORES.database.port),
      tcp(jobs, internet, 443),
      tcp(jobs, within("169.254.169.254/32"), 80, 8080), // the metadata server, which knows whose account is theirs
    ];
  }

  function proxying(): Connection[] {
    return [
      ...at("ingress", tcp(anybody, proxy, 8000, 8443)),
      tcp(proxy, pods(system.namespace, SOLVER), 8089),
      tcp(proxy, apiServer, 443),
      tcp(prometheus, proxy, 9100),
    ];
  }

  /** Certificates: asked for outside, and looked for at the edge before anybody outside is asked to look. */
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
      // Kubelets and node exporters: nodes have no range on Dataplane V2.
      ...at("egress", tcp(datadog, anybody, 10250), ...(kubelets ? [tcp(prometheus, anybody, 10250, 9100)] : [])),
      ...at("egress", { from: prometheus, to: isPod }), // to find those to scrape
      ...at("ingress", tcp(isPod, datadog, 8126), udp(isPod, datadog, 8125)),
      tcp(datadog, internet, 443),
      tcp(datadog, apiServer, 443),
    ];
  }
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

/** A stack's JSON with its world. */
export interface Judged {
  readonly json: Json;
  readonly world: World;
  readonly expected: ReturnType<typeof expectation>;
}

function judged(json: Json, system: System, environment: Environment): Judged {
  const w = world(json, system, environment);
  return { json, world: w, expected: expectation(w) };
}

/** Every system's stacks as written, by name. */
export async function everyJudged(): Promise<Map<string, Judged>> {
  const all = new Map<string, Judged>();
  const synthesized = await synthEvery();
  for (const { name, ...stack } of everyStack(ROOT)) {
    const configuration = await load(ROOT, stack.system, {});
    const { environment } = environmentOf(configuration, stack.environment);
    all.set(name, judged(synthesized.get(name)?.json, configuration.system, environment));
  }
  return all;
}

/** Both stacks of pmcrm's files after a change. */
export function stacks(change?: (files: Files) => void): ByEnvironment<Judged> {
  const { system, environments } = configuration(change);
  const synthesized = synth(change);
  const of = (name: "staging" | "production") => judged(synthesized[name].json, system, environments[name].environment);
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
