import { LOCATION, NETWORK, REGION, type ValidCall } from "./call";

const CLUSTER = `${LOCATION}/clusters/c`;
const POOL = `${CLUSTER}/nodePools/pool`;

export const CLUSTERS: readonly ValidCall[] = [
  {
    service: "container",
    method: "POST",
    path: `${LOCATION}/clusters`,
    body: {
      cluster: {
        name: "c",
        locations: ["us-east4-a"],
        network: NETWORK,
        subnetwork: `${REGION}/subnetworks/s`,
        ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
        privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: "172.16.0.0/28" },
        workloadIdentityConfig: { workloadPool: "p.svc.id.goog" },
        nodePools: [{ name: "first", initialNodeCount: 1, config: { machineType: "e2-medium", labels: { a: "b" } } }],
        maintenancePolicy: { window: { dailyMaintenanceWindow: { startTime: "03:00" } } },
        loggingConfig: { componentConfig: { enableComponents: ["SYSTEM_COMPONENTS"] } },
        monitoringConfig: {
          componentConfig: { enableComponents: ["SYSTEM_COMPONENTS"] },
          managedPrometheusConfig: { enabled: true },
        },
        addonsConfig: { httpLoadBalancing: { disabled: false } },
        releaseChannel: { channel: "REGULAR" },
        databaseEncryption: { state: "DECRYPTED" },
        controlPlaneEndpointsConfig: {
          dnsEndpointConfig: { allowExternalTraffic: true },
          ipEndpointsConfig: {
            enabled: true,
            enablePublicEndpoint: false,
            authorizedNetworksConfig: { enabled: true, cidrBlocks: [{ cidrBlock: "10.0.0.0/8" }] },
          },
        },
        defaultMaxPodsConstraint: { maxPodsPerNode: "110" },
        networkConfig: { datapathProvider: "ADVANCED_DATAPATH" },
        networkPolicy: { enabled: false },
        nodePoolDefaults: { nodeConfigDefaults: { loggingConfig: {} } },
        autoscaling: {
          enableNodeAutoprovisioning: false,
          autoprovisioningNodePoolDefaults: { serviceAccount: "default" },
        },
        notificationConfig: { pubsub: { enabled: false } },
        legacyAbac: { enabled: false },
        resourceLabels: { a: "b" },
      },
    },
  },
  {
    service: "container",
    method: "POST",
    path: `${LOCATION}/clusters`,
    body: {
      cluster: {
        name: "autopilot",
        network: NETWORK,
        subnetwork: `${REGION}/subnetworks/s`,
        autopilot: { enabled: true },
        monitoringConfig: { managedPrometheusConfig: { enabled: true, autoMonitoringConfig: { scope: "NONE" } } },
      },
    },
  },
  {
    service: "container",
    method: "PUT",
    path: CLUSTER,
    body: {
      update: {
        desiredReleaseChannel: { channel: "RAPID" },
        desiredLoggingConfig: { componentConfig: { enableComponents: ["WORKLOADS"] } },
        desiredClusterAutoscaling: { autoprovisioningNodePoolDefaults: { serviceAccount: "default" } },
        desiredControlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: true } },
      },
    },
  },
  {
    service: "container",
    method: "POST",
    path: `${CLUSTER}:setMaintenancePolicy`,
    body: { maintenancePolicy: { window: { dailyMaintenanceWindow: { startTime: "04:00" } } } },
  },
  { service: "container", method: "POST", path: `${CLUSTER}:setResourceLabels`, body: { resourceLabels: { c: "d" } } },
  {
    service: "container",
    method: "POST",
    path: `${CLUSTER}:setNetworkPolicy`,
    body: { networkPolicy: { enabled: false } },
  },
  { service: "container", method: "POST", path: `${CLUSTER}:setLegacyAbac`, body: { enabled: false } },
  {
    service: "container",
    method: "POST",
    path: `${CLUSTER}/nodePools`,
    body: {
      nodePool: {
        name: "pool",
        locations: ["us-east4-b"],
        initialNodeCount: 1,
        autoscaling: { enabled: true, minNodeCount: 1, maxNodeCount: 3, locationPolicy: "ANY" },
        management: { autoUpgrade: true, autoRepair: true },
        maxPodsConstraint: { maxPodsPerNode: "64" },
        upgradeSettings: { maxSurge: 1, strategy: "SURGE" },
        networkConfig: { enablePrivateNodes: true },
        config: {
          machineType: "e2-standard-4",
          imageType: "COS_CONTAINERD",
          diskSizeGb: 50,
          diskType: "pd-ssd",
          labels: { a: "b" },
          resourceLabels: { a: "b" },
          taints: [{ key: "k", value: "v", effect: "NO_SCHEDULE" }],
          tags: ["t"],
          spot: true,
          serviceAccount: "default",
          oauthScopes: ["x"],
          workloadMetadataConfig: { mode: "GKE_METADATA" },
          bootDisk: { sizeGb: "50" },
        },
      },
    },
  },
  {
    service: "container",
    method: "PUT",
    path: POOL,
    body: {
      machineType: "e2-standard-8",
      labels: { labels: { a: "c" } },
      taints: { taints: [{ key: "k", value: "v", effect: "NO_EXECUTE" }] },
      tags: { tags: ["u"] },
      resourceLabels: { labels: { a: "c" } },
      locations: ["us-east4-a"],
      upgradeSettings: { maxSurge: 2 },
    },
  },
  {
    service: "container",
    method: "PUT",
    path: CLUSTER,
    body: {
      update: {
        desiredNodePoolId: "pool",
        desiredNodePoolAutoscaling: { enabled: false },
        desiredImageType: "COS_CONTAINERD",
      },
    },
  },
  { service: "container", method: "POST", path: `${POOL}:setManagement`, body: { management: { autoUpgrade: true } } },
  { service: "container", method: "POST", path: `${POOL}:setSize`, body: { nodeCount: 2 } },
];
