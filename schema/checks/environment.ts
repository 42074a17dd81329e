import { contains, NOBODYS, overlaps, PRIVATE, parseCidr } from "../../facts/cidr";
import { machineOf } from "../../facts/google";
import { bootstrapStackName, fullName } from "../../facts/names";
import { parseMemory } from "../../facts/quantity";
import { modeOf, mostNodes, nodePoolsOf } from "../cluster";
import { rangesOf } from "../environment";
import { isReleaseId } from "../release";
import { type Check, check, oneOf, own } from "./check";

/** MiB that Prometheus needs to watch the cluster itself, without any service. */
const LEAST_MEMORY_OF_PROMETHEUS = 512;

/** Names of environments. The names of the cluster and other resources are the system's name and this one. */
const NAME = /^[a-z][-a-z0-9]{0,18}[a-z0-9]$/;
/** {@link https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Cluster} */
const LONGEST_CLUSTER_NAME = 40;

/** Of a cluster with private nodes. {@link https://cloud.google.com/kubernetes-engine/docs/how-to/authorized-networks} */
const AUTHORIZED_NETWORKS = 100;
/** Public addresses that can reach the control plane: as many as the largest range has. */
const MOST_ADDRESSES = 2 ** 24;

/** Rules within an environment's file, with the policies of production. */
export const environmentChecks: readonly Check[] = [
  check([], [], [], (_s, _e, _r, { say, systemName, environmentName }) => {
    const cluster = fullName(systemName, environmentName);
    if (isReleaseId(environmentName))
      say.environment([], "must not be named like a release, with 16 hexadecimal digits", "rename the file", {
        value: environmentName,
      });
    else if (environmentName.startsWith(bootstrapStackName("")))
      say.environment([], `must not begin with ${bootstrapStackName("")}, as bootstrap stacks do`, "rename the file", {
        value: environmentName,
      });
    else if (!NAME.test(environmentName) || environmentName === "constructor")
      say.environment(
        [],
        "must have a name of 2 to 20 lower-case letters, digits and dashes that starts with a letter and ends with no dash",
        'rename the file, for example to "production-us.ts"',
        { value: environmentName },
      );
    else if (cluster.length > LONGEST_CLUSTER_NAME)
      say.environment(
        [],
        `gives the cluster the name ${cluster}, which must have at most ${LONGEST_CLUSTER_NAME} characters`,
        "shorten the file's name",
        { value: environmentName },
      );
  }),
  check([], ["repository", "registries"], [], (_s, { repository, registries }, _r, { say }) => {
    if (!registries.some((registry) => `${repository}/`.startsWith(registry)))
      say.environment(
        ["repository"],
        `must be within ${registries.join(" or ")}`,
        "correct it, or add its registry to registries",
      );
  }),
  check([], ["purpose"], [], (_s, { purpose }, _r, { say, environmentName }) => {
    if (environmentName.split("-").includes("production") && purpose !== "production")
      say.environment(
        ["purpose"],
        "must be production in a file whose name contains that word",
        'write "production", or check that this file is not another environment\'s',
      );
  }),
  check([], ["network"], [], (_s, { network }, _r, { say }) => {
    const ranges = rangesOf(network).map(({ text, ...where }) => ({ ...where, range: parseCidr(text) }));
    for (const [i, { path, range }] of ranges.entries())
      for (const { name: other, range: before } of ranges.slice(0, i))
        if (range && before && overlaps(range, before))
          say.environment(path, `must not overlap ${other} (${before.canonical})`, "choose another range");
    for (const { path, range } of ranges) {
      if (range && !PRIVATE.some((usable) => contains(usable, range)))
        say.environment(
          path,
          "must be a private range",
          "choose one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10",
        );
      const docker = parseCidr("172.17.0.0/16");
      if (range && docker && overlaps(range, docker))
        say.environment(
          path,
          "must not overlap 172.17.0.0/16, which Cloud SQL and Docker reserve",
          "choose another range",
        );
    }
  }),
  check([], ["network", "cluster"], [], (_s, { network, cluster }, _r, { say }) => {
    const nodes = mostNodes({ cluster });
    const room = 2 ** (24 - (parseCidr(network.pods)?.prefix ?? 24)); // a /24 for each node of 110 pods
    if (room < nodes)
      say.environment(
        ["network", "pods"],
        `has room for ${room} nodes, and the pools can have ${nodes} during an upgrade`,
        "make the range larger",
      );
    const addresses = 2 ** (32 - (parseCidr(network.nodes)?.prefix ?? 32)) - 4;
    if (addresses < nodes)
      say.environment(["network", "nodes"], `has ${addresses} addresses for ${nodes} nodes`, "make the range larger");
  }),
  check([], ["verifiedIn", "purpose"], [], (_s, { verifiedIn, purpose }, _r, { say }) => {
    if (purpose === "production" && !verifiedIn)
      say.environment(
        ["verifiedIn"],
        "is required for production: it names the environment that verifies releases first",
        'write it like { environment: "staging", soakMinutes: 60 }',
      );
  }),
  check([], ["cluster", "purpose"], [], (_s, { cluster, purpose }, _r, { say }) => {
    if (cluster.authorizedNetworks && !Object.keys(cluster.authorizedNetworks).length)
      say.environment(
        ["cluster", "authorizedNetworks"],
        "must not be empty: nobody could reach the control plane",
        "name a range, or remove it: then the control plane has its DNS endpoint",
      );
    const admitted = Object.entries(cluster.authorizedNetworks ?? {});
    if (admitted.length > AUTHORIZED_NETWORKS)
      say.environment(
        ["cluster", "authorizedNetworks"],
        `are ${admitted.length} ranges, and GKE takes ${AUTHORIZED_NETWORKS}`,
        "name larger ranges, or remove all: then the control plane has its DNS endpoint",
        { value: admitted.length },
      );
    let addresses = 0;
    for (const [name, range] of admitted) {
      const cidr = parseCidr(range);
      if (!cidr) continue;
      const path = ["cluster", "authorizedNetworks", name];
      if (cidr.prefix < 8)
        say.environment(path, "admits a large part of the internet", "name the addresses that need it");
      else if (NOBODYS.some((reserved) => contains(reserved, cidr)))
        say.environment(
          path,
          "admits nobody: these addresses are reserved, and no packet comes from them",
          "name the addresses that need it",
        );
      else if (!PRIVATE.some((internal) => contains(internal, cidr))) addresses += cidr.last - cidr.first + 1;
    }
    if (addresses > MOST_ADDRESSES)
      say.environment(
        ["cluster", "authorizedNetworks"],
        `admit ${addresses} public addresses together, a large part of the internet`,
        "name the addresses that need it",
        { value: admitted.length },
      );
    const pools = Object.entries(nodePoolsOf({ cluster }));
    if (modeOf({ cluster }).nodePools && !pools.some(([, p]) => !p.dedicated))
      say.environment(
        ["cluster", "nodePools"],
        "must include a pool that is not dedicated: the cluster's own pods need one",
        "have one pool that is not dedicated",
      );
    for (const [name, p] of pools) {
      const path = ["cluster", "nodePools", name];
      if (p.min > p.max)
        say.environment([...path, "min"], `must not be above max (${p.max})`, "lower it, or raise max");
      if (name === "default-pool")
        say.environment(path, "has the name of the pool that GKE creates and Terraform removes", "choose another name");
      if (p.max < 3)
        say.environment([...path, "max"], "must be at least 3: each zone starts with one node", "write at least 3");
      if (purpose === "production") {
        if (p.spot)
          say.environment(
            [...path, "spot"],
            "must be false in production: Google can reclaim spot machines at any time",
            "remove it",
          );
        if (!p.dedicated && p.min < 3)
          say.environment(
            [...path, "min"],
            "must be at least 3 in production: one node for each zone",
            "write at least 3",
          );
      }
    }
    if (purpose === "production" && cluster.channel === "RAPID")
      say.environment(["cluster", "channel"], "must not be RAPID in production", "use REGULAR or STABLE");
  }),
  check([], ["cluster", "monitoring", "bitnami", "edge"], [], (_s, e, _r, { say }) => {
    const pools = modeOf(e).nodePools;
    for (const [section, placed] of [
      ["monitoring", e.monitoring],
      ["bitnami", e.bitnami],
      ["edge", e.edge.kind === "traefik" ? e.edge : undefined],
    ] as const) {
      if (!placed) continue;
      const { pool } = placed;
      if (!pools) {
        if (pool !== undefined)
          say.environment([section, "pool"], "must be absent: Autopilot has no node pools", "remove it");
      } else if (pool === undefined || !Object.hasOwn(pools, pool))
        say.environment([section, "pool"], "is not a node pool of this environment", oneOf(Object.keys(pools)));
    }
  }),
  check([], ["monitoring", "cluster"], [], (_s, e, _r, { say }) => {
    const { memory, pool } = e.monitoring;
    const asked = parseMemory(memory) ?? 0;
    if (asked < LEAST_MEMORY_OF_PROMETHEUS)
      say.environment(
        ["monitoring", "memory"],
        `must be at least ${LEAST_MEMORY_OF_PROMETHEUS}Mi`,
        `write "${LEAST_MEMORY_OF_PROMETHEUS}Mi" or more`,
      );
    const type = own(nodePoolsOf(e), pool ?? "")?.machineType;
    const machine = type && machineOf(type);
    if (machine && asked > machine.usable.memory)
      say.environment(
        ["monitoring", "memory"],
        `must fit on a node of the pool ${pool} (${type})`,
        "lower it, or use larger machines",
      );
  }),
  check([], ["allowDestroy", "project", "purpose"], [], (_s, e, _r, { say, env }) => {
    if (e.allowDestroy && e.purpose === "production" && env.ALLOW_DESTROY !== e.project)
      say.environment(
        ["allowDestroy"],
        "lifts the protections of production, and needs a confirmation that nobody can commit",
        `set the environment variable ALLOW_DESTROY=${e.project} for this run, or remove allowDestroy`,
      );
  }),
];
