import { type Body, defaults } from "../../body";
import type { Kubernetes } from "../../cloud";
import { completeAutopilot } from "./autopilot";
import { usualZones } from "./location";
import { linkOf } from "./operation";

/** Kubernetes version of every control plane and node. */
export const VERSION = "1.34.4-gke.1000";

/** What every cluster has where nothing was said. */
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
    defaultEnablePrivateNodes: true,
  },
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
  securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_MODE_UNSPECIFIED" },
  notificationConfig: { pubsub: {} },
  autoscaling: { autoscalingProfile: "BALANCED" },
  loggingConfig: { componentConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] } },
  monitoringConfig: {
    componentConfig: { enableComponents: ["SYSTEM_COMPONENTS"] },
    managedPrometheusConfig: { enabled: true },
    advancedDatapathObservabilityConfig: {},
  },
  addonsConfig: {
    networkPolicyConfig: { disabled: true },
    dnsCacheConfig: {},
    gcePersistentDiskCsiDriverConfig: { enabled: true },
  },
  binaryAuthorization: {},
  rbacBindingConfig: {
    enableInsecureBindingSystemUnauthenticated: true,
    enableInsecureBindingSystemAuthenticated: true,
  },
  enterpriseConfig: { clusterTier: "STANDARD" },
  podAutoscaling: { hpaProfile: "HPA_PROFILE_UNSPECIFIED" },
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
    endpoint: host,
    masterAuth: {
      clusterCaCertificate: Buffer.from(authority).toString("base64"),
      clientCertificateConfig: {},
    },
    clusterIpv4Cidr: clusterIpv4CidrBlock,
    servicesIpv4Cidr: servicesIpv4CidrBlock,
    networkConfig: { network: cluster.network, subnetwork: cluster.subnetwork },
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { endpoint: host, allowExternalTraffic: false },
      ipEndpointsConfig: { enabled: true, enablePublicEndpoint: true, privateEndpoint: host, publicEndpoint: host },
    },
  });
  defaults(cluster, DEFAULTS);
  cluster.databaseEncryption.currentState = `CURRENT_STATE_${cluster.databaseEncryption.state}`;
  if (cluster.ipAllocationPolicy)
    defaults(cluster.ipAllocationPolicy, {
      stackType: "IPV4",
      podCidrOverprovisionConfig: {},
      defaultPodIpv4RangeUtilization: 0.01,
      useIpAliases: true,
    });
  if (cluster.privateClusterConfig)
    defaults(cluster.privateClusterConfig, { privateEndpoint: host, publicEndpoint: host, peeringName: "gke-peer" });
}
