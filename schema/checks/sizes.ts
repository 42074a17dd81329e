import { parseCidr } from "../../facts/cidr";
import { type Machine, machineOf } from "../../facts/google";
import { parseCpu, parseMemory } from "../../facts/quantity";
import type { Resources } from "../../facts/resources";
import { largestOf } from "../../facts/rollout";
import { hasStrategy, shiftedServices } from "../candidate";
import { modeOf, nodePoolsOf } from "../cluster";
import { datastoreNeeds } from "../datastores";
import { queuesOf } from "../queues";
import type { System } from "../system";
import { WORKLOADS, workloads } from "../workloads";
import { type Check, check, own, type Say } from "./check";

/** Bytes. {@link https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/apis/core/validation/validation.go} ValidateConfigMap */
const CONFIG_MAP = 1024 * 1024;
/**
 * Bytes of a workload's programs and their arguments. Helm keeps them twice, compressed, in a Secret of at most 1 MiB.
 * {@link https://helm.sh/docs/topics/advanced/#storage-backends}
 */
const COMMANDS = 256 * 1024;
/** {@link https://cloud.google.com/kubernetes-engine/docs/how-to/flexible-pod-cidr} */
const PODS_ON_NODE = 110;
/** Rate limits of one length of path: a Cloud Armor rule's priority follows from the length, in steps of so many. */
const LIMITS_OF_A_LENGTH = 100;

/**
 * Addresses of Services besides the system's own: those of GKE (its API, DNS, metrics, default backend, managed
 * Prometheus), and of each chart's release.
 */
const ADDRESSES = { gke: 10, prometheus: 6, datadog: 3, traefik: 4, datastore: 2, keda: 2 } as const;

/** Rules about sizes that Kubernetes, GKE or Google refuse, or for which there is no room. */
export const sizesChecks: readonly Check[] = [
  check(WORKLOADS, ["cluster"], [], (s, e, _r, { say }) => {
    for (const { path, resources } of workloads(s)) onAutopilot(e, resources, say.system, [...path, "resources"]);
  }),
  check([], ["cluster", "database", "cache", "search"], [], (_s, e, _r, { say }) => {
    for (const name of ["database", "cache", "search"] as const) {
      const store = e[name];
      if (store?.kind === "bitnami") onAutopilot(e, store.resources, say.environment, [name, "resources"]);
    }
  }),
  check([], ["cluster", "monitoring"], [], (_s, e, _r, { say }) => {
    const { memory } = e.monitoring;
    const { largestPod } = modeOf(e);
    if (largestPod && (parseMemory(memory) ?? 0) > largestPod.memory)
      say.environment(["monitoring", "memory"], `must be at most ${largestPod.memory}Mi on Autopilot`, "lower it");
  }),
  check(
    ["services"],
    ["services", "network", "database", "cache", "search", "edge", "datadog"],
    [],
    (s, e, _r, { say }) => {
      const published =
        Object.values(s.services).filter(({ port }) => port !== undefined).length + shiftedServices(s).length;
      // cert-manager proves each host's ownership through a Service of its own, of all hosts at once.
      const challenges = new Set(Object.values(e.services).flatMap(({ hosts }) => hosts)).size;
      const asked =
        published +
        ADDRESSES.gke +
        ADDRESSES.prometheus +
        (e.datadog ? ADDRESSES.datadog : 0) +
        (queuesOf(s).length ? ADDRESSES.keda : 0) +
        (e.edge.kind === "traefik" ? ADDRESSES.traefik + challenges : 0) +
        datastoreNeeds(e).filter(({ bitnami }) => bitnami).length * ADDRESSES.datastore;
      const room = 2 ** (32 - (parseCidr(e.network.services)?.prefix ?? 0)) - 2; // neither the first nor the last
      if (room < asked)
        say.environment(
          ["network", "services"],
          `has ${room} addresses for ${asked} Services, those of GKE and of charts among them`,
          `make it at least a /${32 - Math.ceil(Math.log2(asked + 2))}: the range of a cluster never changes`,
        );
    },
  ),
  check(["services"], ["services", "cluster"], [], (s, e, _r, { say }) => {
    for (const [name, { pool, resources }] of Object.entries(s.services)) {
      const nodes = own(nodePoolsOf(e), pool);
      const machine = nodes && machineOf(nodes.machineType);
      const replicas = own(e.services, name)?.replicas;
      if (!nodes || !machine || replicas === undefined) continue;
      const { cpu, memory } = machine.usable;
      if ((parseCpu(resources.cpu) ?? 0) > cpu || (parseMemory(resources.memory) ?? 0) > memory) continue; // said already
      const most = fitting(machine, resources) * nodes.max;
      if (largestOf(replicas) > most)
        say.environment(
          ["services", name, "replicas"],
          `must be at most ${most}: the pool ${pool} (${nodes.machineType}) has no room for more, even alone`,
          "lower it, or raise the pool's max",
        );
    }
  }),
  check(["services"], ["services", "cluster"], [], (s, e, _r, { say }) => {
    for (const [pool, nodes] of Object.entries(nodePoolsOf(e))) {
      const machine = machineOf(nodes.machineType);
      if (!machine) continue;
      const asked = { cpu: 0, memory: 0 };
      for (const [name, service] of Object.entries(s.services)) {
        const replicas = own(e.services, name)?.replicas;
        if (service.pool !== pool || replicas === undefined) continue;
        const releases = hasStrategy(service) ? 2 : 1;
        const fewest = releases * (typeof replicas === "number" ? replicas : replicas.min);
        asked.cpu += fewest * (parseCpu(service.resources.cpu) ?? 0);
        asked.memory += fewest * (parseMemory(service.resources.memory) ?? 0);
      }
      for (const [what, need, room, unit] of [
        ["cpu", asked.cpu, machine.cpus * 1000 * nodes.max, "m"],
        ["memory", asked.memory, machine.memory * nodes.max, "Mi"],
      ] as const)
        if (need > room)
          say.environment(
            ["cluster", "nodePools", pool, "max"],
            `has room for ${Math.floor(room)}${unit} of ${what}, and the services' fewest replicas ask for ${need}${unit}`,
            "raise it, or lower the replicas",
          );
    }
  }),
  check([...WORKLOADS, "variables"], ["variables"], [], (s, e, _r, { say }) => {
    for (const { path, variables } of workloads(s)) {
      const size = variables.reduce((sum, name) => sum + name.length + valueSize(s, e, name), 0);
      if (size > CONFIG_MAP)
        say.system(
          [...path, "variables"],
          "have more than 1 MiB together, which is the most that Kubernetes keeps",
          "shorten the values, or leave some out",
          { value: variables.length },
        );
    }
  }),
  check(WORKLOADS, [], [], (s, _e, _r, { say }) => {
    for (const { path, command = [], ...w } of workloads(s)) {
      const words = [...command, ...("health" in w && "command" in w.health ? w.health.command : [])];
      const size = words.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
      if (size > COMMANDS)
        say.system(
          [...path, "command"],
          `has ${size} bytes with the health command, and there is room for ${COMMANDS}`,
          "put the program into the image",
          { value: words.length },
        );
    }
  }),
  check(["services"], ["edge"], [], ({ services }, { edge }, _r, { say }) => {
    if (!("waf" in edge)) return;
    for (const [name, { rateLimits }] of Object.entries(services)) {
      const lengths = rateLimits.map(({ path = "" }) => path.length);
      for (const [i, length] of lengths.entries())
        if (lengths.slice(0, i).filter((other) => other === length).length === LIMITS_OF_A_LENGTH)
          say.system(
            ["services", name, "rateLimits", i, "path"],
            `is one more than the ${LIMITS_OF_A_LENGTH} limits with paths of ${length} characters that there are priorities for`,
            "limit a shorter path that they share",
          );
    }
  }),
];

type Cluster = Parameters<typeof modeOf>[0];

/** Says what Autopilot's largest pod has no room for. */
function onAutopilot(e: Cluster, asked: Resources, say: Say["system"], path: readonly PropertyKey[]): void {
  const { largestPod, resources } = modeOf(e);
  if (!largestPod) return;
  const { cpu, memory } = resources(asked);
  const over = (Object.entries(largestPod) as ["cpu" | "memory", number][]).filter(
    ([what, most]) => ((what === "cpu" ? parseCpu(cpu) : parseMemory(memory)) ?? 0) > most,
  );
  for (const [what] of over)
    say(
      // Autopilot's requests are the limits.
      [...path, what === "memory" ? "memoryLimit" : asked.cpuLimit === undefined ? "cpu" : "cpuLimit"],
      `gives the pod ${cpu} and ${memory}, and Autopilot's largest has ${largestPod.cpu}m and ${largestPod.memory}Mi`,
      "lower it",
    );
}

/** How many pods of a size fit on one machine, if nothing else ran there. */
const fitting = (machine: Machine, { cpu, memory }: System["services"][string]["resources"]): number =>
  Math.min(
    Math.floor((machine.cpus * 1000) / (parseCpu(cpu) ?? 1)),
    Math.floor(machine.memory / (parseMemory(memory) ?? 1)),
    PODS_ON_NODE,
  );

/** Bytes that a variable's value has at least. */
function valueSize(
  { variables }: Pick<System, "variables">,
  e: { readonly variables: Readonly<Record<string, string>> },
  name: string,
): number {
  const variable = own(variables, name);
  if (variable === undefined) return 0;
  if (typeof variable === "string") return Buffer.byteLength(variable);
  if (variable.kind === "environment") return Buffer.byteLength(own(e.variables, name) ?? "");
  return variable.kind === "generated" ? variable.length : 0;
}
