import { conflict, invalid, unknownHere } from "../../api-error";
import type { Body } from "../../body";
import type { Cloud } from "../../cloud";
import { type Call, type Route, route } from "../../route";
import type { Service } from "../../service";
import { minutesOf } from "../../times";
import { autopilotPools, checkAutopilot, checkNewAutopilot } from "./autopilot";
import { checkAccount, checkName } from "./checks";
import { checkEncryption, checkSettings, placeInNetwork } from "./cluster";
import { completeCluster } from "./defaults";
import { CLUSTER_ENUMERATIONS, checkEnumerations } from "./enumerations";
import { checkLocation, checkZones } from "./location";
import { changePool, checkPool, needCluster, nodePoolRoutes, poolsOf, statusOf } from "./node-pool";
import { begin, CLUSTERS, keyOf, needIdle, operationRoutes } from "./operation";
import { completePool } from "./pool-defaults";
import { answered } from "./read";
import { CLUSTER as CLUSTER_SHAPE, CLUSTER_UPDATE, VERBS } from "./shapes";
import { placeInChannel, serverConfig } from "./version";

const CLUSTER = `${CLUSTERS}/{cluster}`;

function create(call: Call, cloud: Cloud): Body {
  const { project = "", location = "" } = call.params;
  const { nodePools = [], ...cluster }: Body = structuredClone(call.body.cluster ?? {});
  const path = `${call.path}/${cluster.name}`;
  checkLocation(location);
  checkName("cluster.name", cluster.name);
  checkEnumerations("cluster.", cluster, CLUSTER_ENUMERATIONS);
  if (cloud.store.get(keyOf(path))) throw conflict(`Already exists: ${path}.`);
  if (cluster.autopilot?.enabled) checkNewAutopilot({ ...cluster, nodePools }, location);
  checkSettings(cluster, project);
  checkZones(cluster.locations, location);
  checkReferences(cloud, path, cluster);
  placeInNetwork(cloud, path, cluster);
  placeInChannel(cluster, cloud.options.kubernetesVersion);
  const pools = newPools(cluster, nodePools);
  // What Autopilot makes by itself needs no check.
  if (!cluster.autopilot?.enabled) for (const pool of pools) checkPool(cloud, pool, cluster, location);

  cluster.id = `12345678${String(cloud.next()).padStart(56, "0")}`; // 64 characters, as Google's are
  completeCluster(cluster, path, cloud.options.kubernetes);
  for (const pool of pools) completePool(pool, `${path}/nodePools/${pool.name}`, cluster);
  delete cluster.nodeConfig; // the first pool's
  cloud.store.set(keyOf(path), cluster);
  for (const pool of pools) cloud.store.set(keyOf(`${path}/nodePools/${pool.name}`), pool);
  return begin(
    cloud,
    path,
    "CREATE_CLUSTER",
    minutesOf("google_container_cluster"),
    cloud.options.kubernetes?.prepare?.(read(cloud, path)),
  );
}

/** Refuses a key and an account that cannot be used, where they are sent. */
function checkReferences(cloud: Cloud, path: string, { databaseEncryption, autoscaling }: Body): void {
  checkEncryption(cloud, path, databaseEncryption);
  checkAccount(cloud, autoscaling?.autoprovisioningNodePoolDefaults?.serviceAccount);
}

/** A Standard cluster comes with a pool, whoever will delete it. */
function newPools(cluster: Body, nodePools: Body[]): Body[] {
  if (cluster.autopilot?.enabled) return autopilotPools(cluster);
  if (nodePools.length) return nodePools;
  if (!(cluster.initialNodeCount > 0)) throw invalid("Cluster.initial_node_count must be greater than zero.");
  return [
    {
      name: "default-pool",
      initialNodeCount: cluster.initialNodeCount,
      config: structuredClone(cluster.nodeConfig ?? {}),
    },
  ];
}

const nameOf = (path: string): string => path.split("/").at(-1) as string;

/** Fields that only the beta version of the API has, which the google-beta provider calls. */
const BETA = ["clusterTelemetry", "protectConfig", "privateCluster", "master"];

function read(cloud: Cloud, path: string, version?: string): Body {
  const cluster = needCluster(cloud, path);
  const nodePools = poolsOf(cloud, path);
  const fields = Object.entries(cluster).filter(([field]) => version !== "v1" || !BETA.includes(field));
  return answered({
    ...Object.fromEntries(fields),
    network: nameOf(cluster.network),
    subnetwork: nameOf(cluster.subnetwork),
    nodeConfig: nodePools[0]?.config,
    status: statusOf(cloud, keyOf(path)),
    nodePools,
  });
}

const desired = (field: string): string => `desired${field[0]?.toUpperCase()}${field.slice(1)}`;

/**
 * Where an update's fields go.
 * https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ClusterUpdate
 */
const UPDATES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...["loggingConfig", "monitoringConfig", "loggingService", "monitoringService", "addonsConfig", "releaseChannel"],
      ...["binaryAuthorization", "databaseEncryption", "shieldedNodes", "securityPostureConfig", "locations"],
      ...["costManagementConfig", "verticalPodAutoscaling", "workloadIdentityConfig", "controlPlaneEndpointsConfig"],
      ...["rbacBindingConfig", "anonymousAuthenticationConfig", "notificationConfig", "podAutoscaling"],
      ...["enterpriseConfig", "secretManagerConfig", "meshCertificates", "identityServiceConfig", "fleet"],
      "authenticatorGroupsConfig",
    ].map((field) => [desired(field), field]),
  ),
  ...Object.fromEntries(
    [
      ...["inTransitEncryptionConfig", "enableCiliumClusterwideNetworkPolicy", "enableFqdnNetworkPolicy", "dnsConfig"],
      ...["gatewayApiConfig", "defaultEnablePrivateNodes", "defaultSnatStatus", "serviceExternalIpsConfig"],
      ...["datapathProvider", "privateIpv6GoogleAccess", "disableL4LbFirewallReconciliation"],
    ].map((field) => [desired(field), `networkConfig.${field}`]),
  ),
  desiredClusterAutoscaling: "autoscaling",
  desiredNodePoolAutoConfigNetworkTags: "nodePoolAutoConfig.networkTags",
  desiredNodePoolAutoConfigKubeletConfig: "nodePoolAutoConfig.nodeKubeletConfig",
  desiredNodePoolLoggingConfig: "nodePoolDefaults.nodeConfigDefaults.loggingConfig",
};

/**
 * Fields of a cluster that an update does not have.
 * https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ClusterUpdate
 */
const FIXED = ["name", "network", "subnetwork", "ipAllocationPolicy", "privateClusterConfig", "autopilot", "location"];

function update(call: Call, cloud: Cloud): Body {
  const { desiredNodePoolId, desiredNodePoolAutoscaling, desiredImageType, ...desired }: Body = call.body.update ?? {};
  // A pool's autoscaling and image are changed by its cluster's update.
  const other = Object.keys(desired)[0];
  if (desiredNodePoolId && other) throw unknownHere(`the fake does not know the field ${other} of a pool's update`);
  if (desiredNodePoolId)
    return changePool(cloud, `${call.path}/nodePools/${desiredNodePoolId}`, (pool) => {
      if (desiredNodePoolAutoscaling) pool.autoscaling = desiredNodePoolAutoscaling;
      if (desiredImageType) pool.config.imageType = desiredImageType;
    });
  return change(call, cloud, (cluster) => {
    const sent: Body = {};
    const replaced: (() => void)[] = [];
    const { desiredAdditionalIpRangesConfig: ranges, ...others } = desired;
    if (ranges) cluster.ipAllocationPolicy.additionalIpRangesConfigs = ranges.additionalIpRangesConfigs;
    for (const [name, value] of Object.entries(others)) {
      if (FIXED.includes(name))
        throw invalid(`Invalid JSON payload received. Unknown name "${name}" at 'update': Cannot find field.`);
      const field = Object.hasOwn(UPDATES, name) && UPDATES[name];
      if (!field) throw unknownHere(`the fake does not know the field ${name} of a cluster's update`);
      const where = field.split(".");
      const last = where.pop() as string;
      const to = (object: Body) => where.reduce((part, key) => (part[key] ??= {}), object);
      to(sent)[last] = value;
      const before = to(cluster)[last];
      const isMessage = typeof value === "object" && !Array.isArray(value);
      replaced.push(() => {
        to(cluster)[last] = isMessage ? { ...messagesOf(before), ...value } : value;
      });
    }
    checkEnumerations("update.desired_", sent, CLUSTER_ENUMERATIONS);
    if (cluster.autopilot?.enabled) checkAutopilot(sent);
    checkReferences(cloud, call.path, sent);
    const { keyName } = cluster.databaseEncryption;
    for (const put of replaced) put();
    // What was encrypted with a key stays so until it is written again.
    // https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#DatabaseEncryption
    if (keyName && sent.databaseEncryption?.state === "DECRYPTED")
      cluster.databaseEncryption.decryptionKeys = [keyName];
  });
}

/** What stays of a message when it is sent anew: the messages in it that are not sent. */
const messagesOf = (message: Body = {}): Body =>
  Object.fromEntries(Object.entries(message).filter(([, value]) => typeof value === "object" && !Array.isArray(value)));

/** Changes a cluster and refuses what it must not become. */
function change({ path: at }: Call, cloud: Cloud, put: (cluster: Body) => void): Body {
  const path = at.replace(/:\w+$/, "");
  const cluster = structuredClone(needCluster(cloud, path));
  needIdle(cloud, path);
  put(cluster);
  checkSettings(cluster, path.split("/")[1] as string);
  completeCluster(cluster, path, cloud.options.kubernetes);
  cloud.store.set(keyOf(path), cluster);
  return begin(cloud, path, "UPDATE_CLUSTER", 0, cloud.options.kubernetes?.prepare?.(read(cloud, path)));
}

/** A verb that replaces a part of a cluster. */
const verb = (name: keyof typeof VERBS, put: (cluster: Body, sent: Body, cloud: Cloud) => void): Route =>
  route(
    "POST",
    `${CLUSTER}:${name}`,
    (call, cloud) => change(call, cloud, (cluster) => put(cluster, call.body, cloud)),
    VERBS[name],
  );

/**
 * Google Kubernetes Engine.
 * https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
 */
export const container: Service = {
  name: "container",
  api: "container.googleapis.com",
  endpoints: { CONTAINER: "v1" },
  routes: [
    ...operationRoutes,
    ...nodePoolRoutes,
    route("GET", "projects/{project}/locations/{location}/serverConfig", ({ params: { location = "" } }, cloud) => {
      checkLocation(location);
      return serverConfig(cloud.options.kubernetesVersion);
    }),
    route("POST", CLUSTERS, create, { cluster: CLUSTER_SHAPE }),
    route("GET", CLUSTER, ({ path, version }, cloud) => read(cloud, path, version)),
    route("PUT", CLUSTER, update, { update: CLUSTER_UPDATE }),
    route("DELETE", CLUSTER, ({ path }, cloud) => {
      needCluster(cloud, path);
      needIdle(cloud, path);
      cloud.store.delete(keyOf(path));
      return begin(cloud, path, "DELETE_CLUSTER");
    }),
    verb("setMaintenancePolicy", (cluster, { maintenancePolicy }, cloud) => {
      cluster.maintenancePolicy = { ...maintenancePolicy, resourceVersion: `r${cloud.next()}` };
    }),
    verb("setResourceLabels", (cluster, { resourceLabels }) => {
      cluster.resourceLabels = resourceLabels;
    }),
    verb("setNetworkPolicy", (cluster, { networkPolicy }) => {
      cluster.networkPolicy = networkPolicy;
    }),
    verb("setLegacyAbac", (cluster, { enabled }) => {
      cluster.legacyAbac = { enabled };
    }),
  ],
};
