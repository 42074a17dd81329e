import { type Body, defaults } from "../../body";
import type { Kubernetes } from "../../cloud";
import { completeAutopilot } from "./autopilot";
import { isZone, usualZones } from "./location";
import { linkOf } from "./operation";
import { filledInSince, minorOf } from "./version";

/** Default OAuth scopes of nodes. */
export const SCOPES: readonly string[] = [
  "devstorage.read_only",
  "logging.write",
  "monitoring",
  "service.management.readonly",
  "servicecontrol",
  "trace.append",
].map((scope) => `https://www.googleapis.com/auth/${scope}`);

/** The technology of confidential nodes where none is named. https://cloud.google.com/kubernetes-engine/docs/how-to/confidential-gke-nodes */
export const CONFIDENTIAL: Body = { confidentialInstanceType: "SEV" };

/** What GKE fills in on every cluster. */
const DEFAULTS: Body = {
  etag: "e",
  autopilot: {},
  legacyAbac: {},
  networkConfig: { serviceExternalIpsConfig: {} },
  defaultMaxPodsConstraint: { maxPodsPerNode: "110" },
  databaseEncryption: { state: "DECRYPTED" },
  shieldedNodes: { enabled: true },
  maintenancePolicy: { resourceVersion: "r" },
  nodePoolDefaults: {
    nodeConfigDefaults: {
      loggingConfig: { variantConfig: { variant: "DEFAULT" } },
      nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: false },
    },
  },
  nodePoolAutoConfig: { nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: false } },
  userManagedKeysConfig: {},
  securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_MODE_UNSPECIFIED" },
  // What the beta version of the API has besides.
  protectConfig: {
    workloadConfig: { auditMode: "BASIC" },
    workloadVulnerabilityMode: "WORKLOAD_VULNERABILITY_MODE_UNSPECIFIED",
  },
  clusterTelemetry: { type: "ENABLED" },
  notificationConfig: { pubsub: {} },
  autoscaling: {
    autoscalingProfile: "BALANCED",
    autoprovisioningNodePoolDefaults: {
      imageType: "COS_CONTAINERD",
      management: { autoUpgrade: true, autoRepair: true },
      serviceAccount: "default",
    },
  },
  loggingConfig: { componentConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] } },
  monitoringConfig: {
    managedPrometheusConfig: { enabled: true },
    advancedDatapathObservabilityConfig: {},
  },
  addonsConfig: {
    kubernetesDashboard: { disabled: true },
    networkPolicyConfig: { disabled: true },
    gcePersistentDiskCsiDriverConfig: { enabled: true },
  },
  binaryAuthorization: {},
  rbacBindingConfig: {
    enableInsecureBindingSystemUnauthenticated: true,
    enableInsecureBindingSystemAuthenticated: true,
  },
  enterpriseConfig: { clusterTier: "STANDARD" },
  podAutoscaling: { hpaProfile: "PERFORMANCE" },
};

/** Fills in what the service fills in, of a new cluster and again after an update. */
export function completeCluster(
  cluster: Body,
  path: string,
  { host = "127.0.0.1:6443", authority = "" }: Partial<Kubernetes> = {},
): void {
  const [, project = "", , location = ""] = path.split("/");
  if (cluster.autopilot?.enabled) completeAutopilot(cluster, project);
  completeTelemetry(cluster);
  defaults(cluster, {
    location,
    zone: isZone(location) ? location : undefined,
    locations: usualZones(location),
    selfLink: linkOf(path),
    masterAuth: {
      clusterCaCertificate: Buffer.from(authority).toString("base64"),
      clientCertificateConfig: {},
    },
    networkConfig: {
      network: cluster.network,
      subnetwork: cluster.subnetwork,
      defaultEnablePrivateNodes: cluster.privateClusterConfig?.enablePrivateNodes, // its older name
    },
  });
  completeAutoscaling(cluster);
  if (cluster.confidentialNodes?.enabled) defaults(cluster.confidentialNodes, CONFIDENTIAL);
  for (const added of [...filledInSince(cluster.currentMasterVersion), DEFAULTS]) defaults(cluster, added);
  completeEndpoints(cluster, host);
  cluster.databaseEncryption.currentState = `CURRENT_STATE_${cluster.databaseEncryption.state}`;
  const { clusterIpv4CidrBlock: clusterIpv4Cidr, servicesIpv4CidrBlock: servicesIpv4Cidr } = cluster.ipAllocationPolicy;
  Object.assign(cluster, { clusterIpv4Cidr, servicesIpv4Cidr });
  if (!cluster.ipAllocationPolicy.useRoutes) {
    cluster.ipAllocationPolicy.useIpAliases = true;
    defaults(cluster.ipAllocationPolicy, {
      clusterSecondaryRangeName:
        minorOf(cluster.currentMasterVersion) >= 34 ? `gke-${cluster.name}-pods-${cluster.id.slice(0, 8)}` : undefined,
      stackType: "IPV4",
      podCidrOverprovisionConfig: {},
      clusterIpv4Cidr,
      servicesIpv4Cidr,
    });
  }
  const { dailyMaintenanceWindow } = cluster.maintenancePolicy.window ?? {};
  if (dailyMaintenanceWindow) defaults(dailyMaintenanceWindow, { duration: "PT4H0M0S" });
}

/** Logs and metrics. A message that is sent empty means its zero values, not the service's defaults. */
function completeTelemetry(cluster: Body): void {
  for (const [kind, service] of [
    ["logging", "logging.googleapis.com/kubernetes"],
    ["monitoring", "monitoring.googleapis.com/kubernetes"],
  ] as const) {
    const config = cluster[`${kind}Config`];
    if (config?.componentConfig) config.componentConfig.enableComponents ??= [];
    defaults(cluster, { [`${kind}Service`]: service });
    if (cluster[`${kind}Service`] === "none")
      cluster[`${kind}Config`] = { ...config, componentConfig: { enableComponents: [] } };
  }
  if (cluster.monitoringConfig?.managedPrometheusConfig)
    cluster.monitoringConfig.managedPrometheusConfig.enabled ??= false;
}

/** https://cloud.google.com/kubernetes-engine/docs/how-to/node-auto-provisioning */
const PROVISIONED_SCOPES = ["userinfo.email", "cloud-platform"].map(
  (scope) => `https://www.googleapis.com/auth/${scope}`,
);

/** What nodes are like that GKE makes by itself. */
function completeAutoscaling(cluster: Body): void {
  const { enableNodeAutoprovisioning: isOn, autoprovisioningNodePoolDefaults: nodes } = cluster.autoscaling ?? {};
  if (nodes?.minCpuPlatform === "automatic") delete nodes.minCpuPlatform;
  defaults(cluster, {
    autoscaling: {
      autoprovisioningNodePoolDefaults: {
        oauthScopes: isOn ? PROVISIONED_SCOPES : SCOPES,
        ...(isOn && { upgradeSettings: { strategy: "SURGE" } }),
      },
    },
  });
}

/**
 * The control plane's endpoints, as in recorded answers of Google. Without IP endpoints, the answers contain no address, do
 * not say that the public endpoint is off, and have the DNS name as `endpoint`. None of them shows a range of its own for
 * such a control plane. The fake therefore omits the range, so that nothing relies on it.
 */
function completeEndpoints(cluster: Body, host: string): void {
  defaults(cluster, {
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { endpoint: host, allowExternalTraffic: false, enableK8sTokensViaDns: false },
      ipEndpointsConfig: { enabled: true },
    },
  });
  const { dnsEndpointConfig, ipEndpointsConfig: ip } = cluster.controlPlaneEndpointsConfig;
  const { masterIpv4CidrBlock } = cluster.privateClusterConfig ?? {};
  const privateNodes = cluster.networkConfig.defaultEnablePrivateNodes && { enablePrivateNodes: true };
  if (!ip.enabled) {
    cluster.controlPlaneEndpointsConfig.ipEndpointsConfig = { enabled: false };
    cluster.privateClusterConfig = { ...privateNodes };
    cluster.endpoint = dnsEndpointConfig.endpoint;
    return;
  }
  const { enablePublicEndpoint = true, authorizedNetworksConfig: authorized = {}, globalAccess = false } = ip;
  const authorizedNetworksConfig = { gcpPublicCidrsAccessEnabled: !authorized.enabled, ...authorized };
  cluster.masterAuthorizedNetworksConfig = authorizedNetworksConfig; // its older name
  if (!enablePublicEndpoint) cluster.privateCluster = true;
  cluster.controlPlaneEndpointsConfig.ipEndpointsConfig = {
    ...ip,
    enablePublicEndpoint,
    globalAccess: globalAccess || (minorOf(cluster.currentMasterVersion) < 34 ? false : undefined),
    authorizedNetworksConfig,
    privateEndpoint: host,
    publicEndpoint: enablePublicEndpoint ? host : undefined,
  };
  cluster.privateClusterConfig = {
    ...privateNodes,
    ...(masterIpv4CidrBlock && { masterIpv4CidrBlock }),
    ...(!enablePublicEndpoint && { enablePrivateEndpoint: true }),
    privateEndpoint: host,
    publicEndpoint: host,
  };
  cluster.endpoint = host;
}
