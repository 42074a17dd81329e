import type { KubernetesObject, Shift } from "@slipway/rehearsal";
import { NAME_LABEL } from "../../constructs/kubernetes/labels";
import { ANNOTATED_PODS } from "../../constructs/monitoring/scraping";
import { TRACKS } from "../../constructs/monitoring/service-level";
import { candidateOf } from "../../facts/candidate";
import { type Candidate, shareOf, shiftedServices } from "../../schema/candidate";
import type { Release } from "../../schema/release";
import type { System } from "../../schema/system";
import type { Service } from "../../schema/workload";

// biome-ignore lint/suspicious/noExplicitAny: a Kubernetes object of any kind
type Any = any;

interface Runs {
  readonly release: Release;
  readonly candidate?: Candidate;
}

/**
 * Returns a look at what a cluster's objects say about the releases of services with a strategy: weights of routes, images,
 * configuration, autoscalers, budgets, policies and metrics. If the candidate's rollout has failed, only routes count.
 */
export const looksAt =
  (system: System, runs: Runs, failed = false): Shift["look"] =>
  (all) => {
    const objects = all.filter(({ metadata: { namespace } }) => namespace === system.namespace);
    const rules = all.filter(({ kind }) => kind === "PrometheusRule").map(({ spec }) => JSON.stringify(spec));
    const seen = shiftedServices(system).map((name) =>
      look(name, system.services[name] as Service, { objects, rules: rules.join(), runs, failed }),
    );
    return { wrong: seen.flatMap(({ wrong }) => wrong), note: seen.map(({ note }) => note).join("; ") };
  };

interface Seen {
  /** Objects in the system's namespace. */
  readonly objects: readonly KubernetesObject[];
  /** Prometheus's rules. */
  readonly rules: string;
  readonly runs: Runs;
  readonly failed: boolean;
}

function look(name: string, service: Service, { objects, rules, runs, failed }: Seen) {
  const wrong: string[] = [];
  const say = (holds: unknown, text: string) => holds || wrong.push(`${name}: ${text}`);
  const { release, candidate = { release, share: 0 } } = runs;
  const share = shareOf(service, candidate);
  const weights = failed ? { [name]: 100 } : { [name]: 100 - share, [candidateOf(name)]: share };
  const wanted = shown(weights);
  const routes = routesTo(objects, name).map(shown);
  say(routes.length, "has no route with weights");
  for (const route of routes) say(route === wanted, `a route has the weights ${route}, not ${wanted}`);

  const stable = of(objects, name);
  const beside = of(objects, candidateOf(name));
  const image = (found: ReadonlyMap<string, Any>) => found.get("Deployment")?.spec.template.spec.containers[0].image;
  const note = `${name} ${routes[0]}`;
  say(image(stable)?.endsWith(release.images[service.image]), `runs ${image(stable)}`);
  if (failed) return { wrong, note };
  if (!runs.candidate) {
    for (const object of beside.keys()) say(false, `${candidateOf(name)} still has its ${object}`);
    return { wrong, note: `${note}, alone` };
  }

  say(image(beside)?.endsWith(candidate.release.images[service.image]), `its candidate runs ${image(beside)}`);
  for (const what of new Set([...stable.keys(), ...beside.keys()])) {
    const [one, other] = [stable.get(what), beside.get(what)].map((object) => object && like(name, object));
    say(one === other, `${what} of its candidate is ${other}, and its own is ${one}`);
  }
  const has = (...kinds: readonly string[]) => kinds.some((kind) => [...beside.keys()].includes(kind));
  say(has("Deployment"), "its candidate has no Deployment");
  say(has("Service"), "its candidate has no Service");
  if (service.autoscale) say(has("HorizontalPodAutoscaler"), "its candidate has no HorizontalPodAutoscaler");
  if (service.variables.length) say(has("ConfigMap", "Secret"), "its candidate has neither a ConfigMap nor a Secret");

  for (const [track, workload] of [
    ["", name],
    ["candidate", candidateOf(name)],
  ] as const) {
    const pods = objects.filter(({ kind, metadata }) => kind === "Pod" && metadata.labels?.[NAME_LABEL] === workload);
    say(pods.length, `${workload} has no pods`);
    say(
      scraped("service", workload) === name && scraped("track", workload) === track,
      `the metrics of ${workload} have the labels ${scraped("service", workload)} and ${scraped("track", workload)}`,
    );
  }
  if (service.metrics?.requests)
    for (const selector of [`service="${name}"`, ...Object.values(TRACKS)])
      say(rules.includes(JSON.stringify(selector).slice(1, -1)), `no rule of Prometheus's selects ${selector}`);
  return { wrong, note: `${note}, ${beside.size} kinds of objects alike` };
}

/** Weights above none, as text. */
const shown = (weights: Readonly<Record<string, number>>): string =>
  Object.entries(weights)
    .filter(([, weight]) => weight > 0)
    .map(([name, weight]) => `${name} ${weight} %`)
    .sort()
    .join(", ");

/** The weights of each route that can lead to a service or its candidate. */
function routesTo(objects: readonly KubernetesObject[], name: string): Record<string, number>[] {
  const backends = objects.flatMap(({ kind, spec }: Any): Any[][] => {
    if (kind === "TraefikService") return [spec.weighted?.services ?? []];
    if (kind === "HTTPRoute") return (spec.rules ?? []).map(({ backendRefs = [] }: Any) => backendRefs);
    return [];
  });
  return backends
    .filter((all) => all.some((backend) => [name, candidateOf(name)].includes(backend.name)))
    .map((all) => Object.fromEntries(all.map(({ name: service, weight = 1 }) => [service, weight])));
}

/** Kinds whose object has the workload's name. */
const OF_ITS_NAME = ["Deployment", "HorizontalPodAutoscaler", "Service", "GCPBackendPolicy", "HealthCheckPolicy"];

/** The objects of a workload, by what they are. */
function of(objects: readonly KubernetesObject[], workload: string): Map<string, Any> {
  const parts = objects.flatMap((object): [string, Any][] => {
    const { kind, metadata } = object;
    if (!metadata.name.startsWith(workload)) return [];
    const rest = metadata.name.slice(workload.length);
    if (OF_ITS_NAME.includes(kind)) return rest ? [] : [[kind, object]];
    if (["ConfigMap", "Secret"].includes(kind)) return /^-[0-9a-f]{10}$/.test(rest) ? [[kind, object]] : [];
    return ["PodDisruptionBudget", "NetworkPolicy"].includes(kind) && rest.startsWith(".")
      ? [[`${kind} ${rest}`, object]]
      : [];
  });
  return new Map(parts);
}

/** What an object says, but for what differs between two releases: names, images, versions and addresses. */
function like(name: string, { kind, spec = {}, data = {} }: Any): string {
  const { clusterIP: _, clusterIPs: __, replicas: ___, ...rest } = spec;
  const text = JSON.stringify({ ...rest, data: Object.keys(data) }, (key, value: Any) => {
    if (key === "image") return undefined;
    if (key === "env") return value.map((variable: Any) => variable.name);
    // Workloads in the cluster connect to the stable release alone.
    if (kind === "NetworkPolicy" && key === "from")
      return value.filter((peer: Any) => peer.namespaceSelector || peer.ipBlock);
    return value;
  });
  return text.replaceAll(candidateOf(name), name).replace(new RegExp(`(?<="${name})-[0-9a-f]{10}(?=")`, "g"), "");
}

/** The value of a label that Prometheus gives to the metrics of a workload's pods. */
function scraped(label: string, workload: string): string {
  const rule = ANNOTATED_PODS.relabel_configs.find(({ target_label }) => target_label === label) as { regex: string };
  return new RegExp(`^(?:${rule.regex})$`).exec(workload)?.[1] ?? "";
}
