import { type Body, defaults } from "../../body";
import type { Kubernetes } from "../../cloud";
import { completeAutopilot } from "./autopilot";
import { usualZones } from "./location";
import { linkOf } from "./operation";

/** Kubernetes version of every control plane and node. */
export const VERSION = "1.34.4-gke.1000";

/** Default OAuth scopes of nodes. */
export const SCOPES: readonly string[] = [
  "devstorage.read_only",
  "logging.write",
  "monitoring",
  "service.management.readonly",
  "servicecontrol",
  "trace.append",
].map((scope) => `https://www.googleapis.com/auth/${scope}`);

/**
 * Defaults of every cluster, taken from recorded answers in the tests of Google's Config Connector.
 * https://github.com/GoogleCloudPlatform/k8s-config-connector/tree/master/pkg/test/resourcefixture/testdata/basic/container
 */
const DEFAULTS: Body = {
  currentMasterVersion: VERSION,
  initialClusterVersion: VERSION,
  currentNodeVersion: VERSION,
  etag: "e",
  id: "abcdef",
  legacyAbac: {},
  networkConfig: {
    serviceExternalIpsConfig: { enabled: false },
    defaultSnatStatus: { disabled: false },
    enableIntraNodeVisibility: false,
    datapathProvider: "LEGACY_DATAPATH",
  },
  defaultMaxPodsConstraint: { maxPodsPerNode: "110" },
  databaseEncryption: { state: "DECRYPTED" },
  shieldedNodes: { enabled: true },
  releaseChannel: { channel: "REGULAR" },
  maintenancePolicy: { resourceVersion: "r" },
  nodePoolDefaults: {
    nodeConfigDefaults: {
      loggingConfig: { variantConfig: { variant: "DEFAULT" } },
      nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: false },
    },
  },
  nodePoolAutoConfig: { nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: false } },
  nodeCreationConfig: { nodeCreationMode: "VIA_KUBELET" },
  controlPlaneEgress: { mode: "VIA_CONTROL_PLANE" },
  userManagedKeysConfig: {},
  securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_MODE_UNSPECIFIED" },
  notificationConfig: { pubsub: {} },
  autoscaling: {
    autoscalingProfile: "BALANCED",
    autoprovisioningNodePoolDefaults: {
      imageType: "COS_CONTAINERD",
      management: { autoUpgrade: true, autoRepair: true },
      oauthScopes: SCOPES,
      serviceAccount: "default",
    },
  },
  loggingService: "logging.googleapis.com/kubernetes",
  loggingConfig: { componentConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] } },
  monitoringService: "monitoring.googleapis.com/kubernetes",
  monitoringConfig: {
    componentConfig: {
      enableComponents: [
        ...["SYSTEM_COMPONENTS", "DAEMONSET", "DEPLOYMENT", "STATEFULSET", "JOBSET", "STORAGE", "HPA", "POD"],
        ...["CADVISOR", "KUBELET", "DCGM"],
      ],
    },
    managedPrometheusConfig: { enabled: true },
    advancedDatapathObservabilityConfig: {},
  },
  addonsConfig: {
    kubernetesDashboard: { disabled: true },
    networkPolicyConfig: { disabled: true },
    dnsCacheConfig: { enabled: true },
    nodeReadinessConfig: {},
    gcePersistentDiskCsiDriverConfig: { enabled: true },
  },
  binaryAuthorization: {},
  rbacBindingConfig: {
    enableInsecureBindingSystemUnauthenticated: true,
    enableInsecureBindingSystemAuthenticated: true,
  },
  enterpriseConfig: { clusterTier: "STANDARD" },
  podAutoscaling: { hpaProfile: "PERFORMANCE" },
  anonymousAuthenticationConfig: { mode: "ENABLED" },
};

/** Fills in what the service fills in, of a new cluster and again after an update. */
export function completeCluster(
  cluster: Body,
  path: string,
  { host = "127.0.0.1:6443", authority = "" }: Partial<Kubernetes> = {},
): void {
  const [, project = "", , location = ""] = path.split("/");
  if (cluster.autopilot?.enabled) completeAutopilot(cluster, project);
  // A message that was sent empty means its zero values, not the service's defaults.
  for (const config of [cluster.loggingConfig, cluster.monitoringConfig])
    if (config?.componentConfig) config.componentConfig.enableComponents ??= [];
  if (cluster.monitoringConfig?.managedPrometheusConfig)
    cluster.monitoringConfig.managedPrometheusConfig.enabled ??= false;
  const { clusterIpv4CidrBlock, servicesIpv4CidrBlock } = cluster.ipAllocationPolicy ?? {};
  defaults(cluster, {
    location,
    zone: location,
    locations: usualZones(location),
    selfLink: linkOf(path),
    masterAuth: {
      clusterCaCertificate: Buffer.from(authority).toString("base64"),
      clientCertificateConfig: {},
    },
    clusterIpv4Cidr: clusterIpv4CidrBlock,
    servicesIpv4Cidr: servicesIpv4CidrBlock,
    networkConfig: {
      network: cluster.network,
      subnetwork: cluster.subnetwork,
      defaultEnablePrivateNodes: cluster.privateClusterConfig?.enablePrivateNodes, // its older name
    },
  });
  completeEndpoints(cluster, host);
  defaults(cluster, DEFAULTS);
  cluster.databaseEncryption.currentState = `CURRENT_STATE_${cluster.databaseEncryption.state}`;
  if (cluster.ipAllocationPolicy)
    defaults(cluster.ipAllocationPolicy, {
      stackType: "IPV4",
      podCidrOverprovisionConfig: {},
      defaultPodIpv4RangeUtilization: 0.01,
      useIpAliases: true,
      clusterIpv4Cidr: clusterIpv4CidrBlock,
      servicesIpv4Cidr: servicesIpv4CidrBlock,
      networkTierConfig: { networkTier: "NETWORK_TIER_DEFAULT" },
    });
  const { dailyMaintenanceWindow } = cluster.maintenancePolicy.window ?? {};
  if (dailyMaintenanceWindow) defaults(dailyMaintenanceWindow, { duration: "PT4H0M0S" });
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
  cluster.controlPlaneEndpointsConfig.ipEndpointsConfig = {
    ...ip,
    enablePublicEndpoint,
    globalAccess,
    authorizedNetworksConfig: { gcpPublicCidrsAccessEnabled: !authorized.enabled, ...authorized },
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
