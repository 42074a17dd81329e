import { conflict, invalid, notFound, unknownHere } from "../../api-error";
import type { Body } from "../../body";
import type { Cloud } from "../../cloud";
import { type Call, type Route, route } from "../../route";
import { minutesOf } from "../../times";
import { checkAccount, checkMaxPods, checkName } from "./checks";
import { checkEnumerations, POOL_ENUMERATIONS } from "./enumerations";
import { checkZones } from "./location";
import { begin, CLUSTERS, keyOf, needIdle } from "./operation";
import { completeConfig, completePool } from "./pool-defaults";
import { answered } from "./read";
import { NODE_POOL, NODE_POOL_UPDATE, VERBS } from "./shapes";
import { minorOf } from "./version";

const POOLS = `${CLUSTERS}/{cluster}/nodePools`;
const POOL = `${POOLS}/{pool}`;

/** Refuses what Google refuses in a pool, new or updated. */
export function checkPool(cloud: Cloud, pool: Body, cluster: Body, location: string): void {
  checkName("node_pool.name", pool.name);
  checkEnumerations("node_pool.", pool, POOL_ENUMERATIONS);
  checkMaxPods("node_pool.max_pods_constraint", pool.maxPodsConstraint);
  checkZones(pool.locations, location);
  checkAutoscaling(pool.autoscaling);
  checkManagement(pool.management, cluster.releaseChannel?.channel ?? "REGULAR");
  checkConfig(cloud, pool.config ?? {}, cluster);
}

/**
 * Numbers of nodes.
 * https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools#NodePoolAutoscaling
 */
function checkAutoscaling(autoscaling: Body = {}): void {
  const { minNodeCount = 0, maxNodeCount = 0, totalMinNodeCount = 0, totalMaxNodeCount = 0 } = autoscaling;
  if (!autoscaling.enabled) return;
  for (const [what, min, max] of [
    ["", minNodeCount, maxNodeCount],
    ["total_", totalMinNodeCount, totalMaxNodeCount],
  ])
    if (min > max)
      throw invalid(
        `Invalid value for field "node_pool.autoscaling.${what}min_node_count": ${min}. Must be less than or equal to ${what}max_node_count ${max}.`,
      );
  if ((minNodeCount || maxNodeCount) && (totalMinNodeCount || totalMaxNodeCount))
    throw invalid("The total_*_node_count fields are mutually exclusive with the *_node_count fields.");
}

/** https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels */
function checkManagement(management: Body | undefined, channel: string): void {
  if (management && !management.autoUpgrade && channel !== "UNSPECIFIED")
    throw invalid(`Auto_upgrade must be true when release_channel ${channel} is set.`);
}

/** https://cloud.google.com/kubernetes-engine/docs/concepts/node-images */
const IMAGE_TYPES = [
  "COS_CONTAINERD",
  "UBUNTU_CONTAINERD",
  "WINDOWS_LTSC_CONTAINERD",
  "WINDOWS_SAC_CONTAINERD",
  "CUSTOM_CONTAINERD",
];

function checkConfig(cloud: Cloud, config: Body, cluster: Body): void {
  const { machineType, imageType, diskSizeGb, labels = {} } = config;
  // https://cloud.google.com/compute/docs/machine-resource
  if (machineType !== undefined && !/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(machineType))
    throw invalid(`Machine type "${machineType}" does not exist.`);
  if (imageType !== undefined && !IMAGE_TYPES.includes(imageType.toUpperCase()))
    throw invalid(`Node image type "${imageType}" is not supported.`);
  // https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/NodeConfig#FIELDS.disk_size_gb
  if (diskSizeGb !== undefined && !(diskSizeGb >= 10))
    throw invalid(`Invalid value for field "node_pool.config.disk_size_gb": ${diskSizeGb}. Must be at least 10.`);
  for (const label of Object.keys(labels))
    if (isReserved(label)) throw invalid(`Applying kubernetes label is not allowed: ${label}.`);
  // https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/NodeConfig#Mode
  if (config.workloadMetadataConfig?.mode === "GKE_METADATA" && !cluster.workloadIdentityConfig?.workloadPool)
    throw invalid("GKE_METADATA can only be enabled if Workload Identity is enabled at the cluster level.");
  checkAccount(cloud, config.serviceAccount);
  // https://cloud.google.com/kubernetes-engine/docs/how-to/node-memory-swap#requirements
  if (config.linuxNodeConfig?.swapConfig?.enabled && minorOf(cluster.currentMasterVersion) < 34)
    throw invalid("Node memory swap requires GKE version 1.34.1-gke.1341000 or later.");
}

/**
 * Whether a label is Kubernetes' own and none of those that a node's kubelet may set.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
function isReserved(label: string): boolean {
  const [prefix = ""] = label.includes("/") ? label.split("/") : [];
  return /(^|\.)(kubernetes|k8s)\.io$/.test(prefix) && !/(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix);
}

/** A cluster's pools as they are read. Those that a cluster comes with are made when it is. */
export function poolsOf(cloud: Cloud, cluster: string): Body[] {
  return cloud.store
    .below(keyOf(`${cluster}/nodePools`))
    .map(([key, pool]) => answered({ ...pool, status: statusOf(cloud, key, keyOf(cluster)) }));
}

export const statusOf = (cloud: Cloud, ...keys: string[]): string =>
  keys.some((key) => cloud.operations.on(key)) ? "PROVISIONING" : "RUNNING";

export const needCluster = (cloud: Cloud, path: string): Body =>
  cloud.need(keyOf(path), notFound(`Not found: ${path}.`));
const needPool = (cloud: Cloud, path: string): Body => cloud.need(keyOf(path), notFound(`Not found: ${path}.`));

/** The cluster whose pools a path is about; those of an Autopilot cluster are Google's. */
function clusterOf(cloud: Cloud, poolPath: string): { path: string; cluster: Body } {
  const path = poolPath.split("/").slice(0, 6).join("/");
  const cluster = needCluster(cloud, path);
  if (cluster.autopilot?.enabled) throw invalid("Autopilot node pools cannot be accessed or modified.");
  return { path, cluster };
}

/** Changes a pool and refuses what it must not become. */
export function changePool(cloud: Cloud, path: string, change: (pool: Body) => void): Body {
  const { path: at, cluster } = clusterOf(cloud, path);
  const pool = structuredClone(needPool(cloud, path));
  needIdle(cloud, at, path);
  change(pool);
  checkPool(cloud, pool, cluster, cluster.location);
  completeConfig(pool.config);
  cloud.store.set(keyOf(path), pool);
  return begin(cloud, path, "UPGRADE_NODES");
}

/** What GKE has filled in stays when the rest is replaced. */
const filledInKubelet = ({ insecureKubeletReadonlyPortEnabled, maxParallelImagePulls }: Body): Body => ({
  insecureKubeletReadonlyPortEnabled,
  maxParallelImagePulls,
});

/** Fields of an update, with where they go. What is sent in a message of its own goes there without it. */
const UPDATES: Readonly<Record<string, (pool: Body, value: Body) => void>> = {
  ...Object.fromEntries(
    [
      ...["machineType", "diskType", "imageType", "workloadMetadataConfig", "linuxNodeConfig"],
      ...["windowsNodeConfig", "loggingConfig", "confidentialNodes", "gcfsConfig", "fastSocket"],
      ...["accelerators", "containerdConfig", "resourceManagerTags", "storagePools", "maxRunDuration", "flexStart"],
    ].map((field) => [
      field,
      (pool: Body, value: Body) => {
        pool.config[field] = value;
      },
    ]),
  ),
  kubeletConfig: ({ config }, value) => {
    config.kubeletConfig = { ...filledInKubelet(config.kubeletConfig), ...value };
  },
  diskSizeGb: ({ config }, value) => {
    config.diskSizeGb = Number(value); // an update has it as text, a pool as a number
  },
  // The same as diskType and diskSizeGb, which are older.
  bootDisk: ({ config }, { diskType = config.diskType, sizeGb = config.diskSizeGb }) => {
    config.diskType = diskType;
    config.diskSizeGb = Number(sizeGb);
  },
  labels: ({ config }, { labels = {} }) => {
    config.labels = labels;
  },
  resourceLabels: ({ config }, { labels = {} }) => {
    config.resourceLabels = labels;
  },
  taints: ({ config }, { taints = [] }) => {
    config.taints = taints;
  },
  tags: ({ config }, { tags = [] }) => {
    config.tags = tags;
  },
  upgradeSettings: (pool, value) => {
    pool.upgradeSettings = value;
  },
  locations: (pool, value) => {
    pool.locations = value;
  },
};

/**
 * Fields of a pool that an update does not have.
 * https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools/update
 */
const FIXED = ["config", "initialNodeCount", "maxPodsConstraint", "networkConfig", "placementPolicy"];

function update(call: Call, cloud: Cloud): Body {
  const { name: _, nodePoolId: __, ...fields } = call.body;
  return changePool(cloud, call.path, (pool) => {
    for (const [field, value] of Object.entries(fields)) {
      if (FIXED.includes(field))
        throw invalid(`Invalid JSON payload received. Unknown name "${field}": Cannot find field.`);
      const put = Object.hasOwn(UPDATES, field) && UPDATES[field];
      if (!put) throw unknownHere(`the fake does not know the field ${field} of a node pool's update`);
      put(pool, value);
    }
  });
}

/** A verb that replaces a part of a pool. */
const verb = (name: keyof typeof VERBS, change: (pool: Body, sent: Body) => void): Route =>
  route(
    "POST",
    `${POOL}:${name}`,
    (call, cloud) => changePool(cloud, call.path.replace(/:\w+$/, ""), (pool) => change(pool, call.body)),
    VERBS[name],
  );

/** https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools */
export const nodePoolRoutes: readonly Route[] = [
  route("GET", POOLS, ({ path }, cloud) => ({ nodePools: poolsOf(cloud, clusterOf(cloud, path).path) })),
  route(
    "POST",
    POOLS,
    (call, cloud) => {
      const { path: at, cluster } = clusterOf(cloud, call.path);
      const pool = structuredClone(call.body.nodePool ?? {});
      const path = `${call.path}/${pool.name}`;
      checkPool(cloud, pool, cluster, cluster.location);
      if (cloud.store.get(keyOf(path))) throw conflict(`Already exists: ${path}.`);
      needIdle(cloud, at, path);
      cloud.store.set(keyOf(path), completePool(pool, path, cluster));
      return begin(cloud, path, "CREATE_NODE_POOL", minutesOf("google_container_node_pool"));
    },
    { nodePool: NODE_POOL },
  ),
  route("GET", POOL, ({ path }, cloud) => {
    const { path: at } = clusterOf(cloud, path);
    return answered({ ...needPool(cloud, path), status: statusOf(cloud, keyOf(path), keyOf(at)) });
  }),
  route("PUT", POOL, update, NODE_POOL_UPDATE),
  route("DELETE", POOL, ({ path }, cloud) => {
    const { path: at } = clusterOf(cloud, path);
    needPool(cloud, path);
    needIdle(cloud, at, path);
    cloud.store.delete(keyOf(path));
    return begin(cloud, path, "DELETE_NODE_POOL");
  }),
  verb("setManagement", (pool, { management }) => {
    pool.management = management;
  }),
  verb("setSize", (pool, { nodeCount }) => {
    pool.initialNodeCount = nodeCount;
  }),
];
