import { type Shape, TEXTS } from "../../shape";

const MANAGEMENT: Shape = { autoUpgrade: "flag", autoRepair: "flag" };
const COMPONENTS: Shape = { enableComponents: ["text"] };
const ENABLED: Shape = { enabled: "flag" };

const AUTOSCALING: Shape = {
  enabled: "flag",
  minNodeCount: "number",
  maxNodeCount: "number",
  totalMinNodeCount: "number",
  totalMaxNodeCount: "number",
  locationPolicy: "text",
};

const TAINTS: Shape = [{ key: "text", value: "text", effect: "text" }];

const NODE_CONFIG: Shape = {
  machineType: "text",
  imageType: "text",
  diskSizeGb: "number",
  diskType: "text",
  labels: TEXTS,
  resourceLabels: TEXTS,
  taints: TAINTS,
  tags: ["text"],
  spot: "flag",
  serviceAccount: "text",
  oauthScopes: ["text"],
  workloadMetadataConfig: { mode: "text" },
  bootDisk: {},
};

/** Node pools, clusters and their updates, as far as the fake looks into them. */
export const NODE_POOL: Shape = {
  name: "text",
  locations: ["text"],
  initialNodeCount: "number",
  config: NODE_CONFIG,
  autoscaling: AUTOSCALING,
  management: MANAGEMENT,
  maxPodsConstraint: { maxPodsPerNode: "number" },
  networkConfig: {},
  upgradeSettings: { strategy: "text" },
};

export const NODE_POOL_UPDATE: Shape = {
  machineType: "text",
  bootDisk: { diskType: "text", sizeGb: "number" },
  imageType: "text",
  diskSizeGb: "number",
  diskType: "text",
  workloadMetadataConfig: { mode: "text" },
  locations: ["text"],
  labels: { labels: TEXTS },
  resourceLabels: { labels: TEXTS },
  taints: { taints: TAINTS },
  tags: { tags: ["text"] },
  upgradeSettings: { strategy: "text" },
};

/** Parts of a cluster that an update changes too. */
const PARTS = {
  loggingConfig: { componentConfig: COMPONENTS },
  monitoringConfig: {
    componentConfig: COMPONENTS,
    managedPrometheusConfig: { enabled: "flag", autoMonitoringConfig: { scope: "text" } },
    advancedDatapathObservabilityConfig: {},
  },
  addonsConfig: { "*": {} },
  releaseChannel: { channel: "text" },
  binaryAuthorization: { evaluationMode: "text" },
  databaseEncryption: { state: "text", keyName: "text" },
  shieldedNodes: ENABLED,
  securityPostureConfig: { mode: "text", vulnerabilityMode: "text" },
  costManagementConfig: ENABLED,
  verticalPodAutoscaling: ENABLED,
  workloadIdentityConfig: { workloadPool: "text" },
  controlPlaneEndpointsConfig: {
    dnsEndpointConfig: { endpoint: "text", allowExternalTraffic: "flag" },
    ipEndpointsConfig: {
      enabled: "flag",
      enablePublicEndpoint: "flag",
      globalAccess: "flag",
      authorizedNetworksConfig: { enabled: "flag", cidrBlocks: [{ cidrBlock: "text" }] },
    },
  },
  rbacBindingConfig: {},
  anonymousAuthenticationConfig: { mode: "text" },
  notificationConfig: { pubsub: {} },
  authenticatorGroupsConfig: { enabled: "flag", securityGroup: "text" },
  clusterAutoscaling: {
    enableNodeAutoprovisioning: "flag",
    resourceLimits: [{}],
    autoprovisioningNodePoolDefaults: { serviceAccount: "text", oauthScopes: ["text"] },
  },
} as const satisfies Readonly<Record<string, Shape>>;

const { clusterAutoscaling, ...parts } = PARTS;

const GATEWAY_API: Shape = { channel: "text" };
const MAINTENANCE: Shape = {
  window: {
    dailyMaintenanceWindow: { startTime: "text" },
    maintenanceExclusions: {
      "*": {
        startTime: "text",
        endTime: "text",
        maintenanceExclusionOptions: { scope: "text", endTimeBehavior: "text" },
      },
    },
  },
};
const NETWORK_POLICY: Shape = { enabled: "flag" };

export const CLUSTER: Shape = {
  ...parts,
  autoscaling: clusterAutoscaling,
  name: "text",
  initialNodeCount: "number",
  locations: ["text"],
  network: "text",
  subnetwork: "text",
  nodePools: [NODE_POOL],
  nodeConfig: NODE_CONFIG,
  autopilot: ENABLED,
  ipAllocationPolicy: {
    clusterSecondaryRangeName: "text",
    servicesSecondaryRangeName: "text",
    clusterIpv4CidrBlock: "text",
    servicesIpv4CidrBlock: "text",
    stackType: "text",
  },
  privateClusterConfig: { enablePrivateNodes: "flag", masterIpv4CidrBlock: "text" },
  networkConfig: {
    datapathProvider: "text",
    enableIntraNodeVisibility: "flag",
    defaultEnablePrivateNodes: "flag",
    gatewayApiConfig: GATEWAY_API,
  },
  networkPolicy: NETWORK_POLICY,
  maintenancePolicy: MAINTENANCE,
  defaultMaxPodsConstraint: { maxPodsPerNode: "number" },
  nodePoolDefaults: { nodeConfigDefaults: {} },
  masterAuth: {},
  legacyAbac: ENABLED,
  resourceLabels: TEXTS,
};

export const CLUSTER_UPDATE: Shape = {
  ...Object.fromEntries(
    Object.entries(PARTS).map(([part, shape]) => [`desired${part[0]?.toUpperCase()}${part.slice(1)}`, shape]),
  ),
  desiredGatewayApiConfig: GATEWAY_API,
  desiredNodePoolId: "text",
  desiredNodePoolAutoscaling: AUTOSCALING,
  desiredImageType: "text",
};

/** What the verbs of a cluster and of a node pool send. */
export const VERBS = {
  setMaintenancePolicy: { maintenancePolicy: MAINTENANCE },
  setResourceLabels: { resourceLabels: TEXTS },
  setNetworkPolicy: { networkPolicy: NETWORK_POLICY },
  setLegacyAbac: { enabled: "flag" },
  setManagement: { management: MANAGEMENT },
  setSize: { nodeCount: "number" },
} as const satisfies Readonly<Record<string, Shape>>;
