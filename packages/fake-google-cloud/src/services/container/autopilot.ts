import { invalid } from "../../api-error";
import { type Body, defaults } from "../../body";
import { isZone } from "./location";

/** What Autopilot decides by itself, and whether a cluster's fields tell it otherwise. */
const DECIDED: Readonly<Record<string, (cluster: Body) => unknown>> = {
  "Node pools cannot be specified": ({ nodePools }) => nodePools?.length,
  "Network policy config cannot be specified": ({ networkPolicy, addonsConfig }) =>
    networkPolicy?.enabled || addonsConfig?.networkPolicyConfig,
  "NodeLocal DNSCache cannot be configured": ({ addonsConfig }) => addonsConfig?.dnsCacheConfig,
  "HTTP load balancing cannot be disabled": ({ addonsConfig }) => addonsConfig?.httpLoadBalancing?.disabled,
  "Horizontal pod autoscaling cannot be disabled": ({ addonsConfig }) =>
    addonsConfig?.horizontalPodAutoscaling?.disabled,
  "The persistent disk driver cannot be disabled": ({ addonsConfig }) =>
    addonsConfig?.gcePersistentDiskCsiDriverConfig?.enabled === false,
  "Maximum pods per node cannot be specified": ({ defaultMaxPodsConstraint }) => defaultMaxPodsConstraint,
  "Shielded nodes cannot be disabled": ({ shieldedNodes }) => shieldedNodes?.enabled === false,
  "Intranode visibility cannot be disabled": ({ networkConfig }) => networkConfig?.enableIntraNodeVisibility === false,
  "The legacy datapath cannot be chosen": ({ networkConfig }) => networkConfig?.datapathProvider === "LEGACY_DATAPATH",
  "Node auto-provisioning cannot be configured": ({ autoscaling }) =>
    autoscaling?.enableNodeAutoprovisioning || autoscaling?.resourceLimits?.length,
  "Legacy ABAC cannot be enabled": ({ legacyAbac }) => legacyAbac?.enabled,
  "Alpha features cannot be enabled": ({ enableKubernetesAlpha }) => enableKubernetesAlpha,
  "Managed Prometheus cannot be disabled": ({ monitoringConfig }) =>
    monitoringConfig?.managedPrometheusConfig && !monitoringConfig.managedPrometheusConfig.enabled,
  "System monitoring cannot be disabled": ({ monitoringConfig }) =>
    monitoringConfig?.componentConfig &&
    !monitoringConfig.componentConfig.enableComponents?.includes("SYSTEM_COMPONENTS"),
};

/**
 * Refuses the fields that Autopilot decides by itself, in a new cluster or in what an update sends.
 * https://cloud.google.com/kubernetes-engine/docs/resources/autopilot-standard-feature-comparison
 */
export function checkAutopilot(sent: Body): void {
  for (const [what, isTold] of Object.entries(DECIDED))
    if (isTold(sent)) throw invalid(`${what} for Autopilot clusters.`);
}

/** Refuses a new Autopilot cluster that cannot be one. */
export function checkNewAutopilot(cluster: Body, location: string): void {
  if (isZone(location)) throw invalid("Autopilot clusters must be regional clusters.");
  if (cluster.nodePoolDefaults?.nodeConfigDefaults?.nodeKubeletConfig)
    throw invalid(
      "Setting node_pool_defaults.node_config_defaults.node_kubelet_config is not allowed on GKE Autopilot clusters.",
    );
  checkAutopilot(cluster);
}

const READ_ONLY = ["https://www.googleapis.com/auth/devstorage.read_only"];

/** Whom the nodes run as; `nodeConfig` is not heard. */
function accountOf({ autoscaling }: Body): Body {
  const { serviceAccount = "default", oauthScopes = READ_ONLY } = autoscaling?.autoprovisioningNodePoolDefaults ?? {};
  return { serviceAccount, oauthScopes };
}

/** The pools that a new Autopilot cluster comes with. */
export function autopilotPools(cluster: Body): Body[] {
  return ["default-pool", "pool-1"].map((name) => ({
    name,
    initialNodeCount: 1,
    autoscaling: { enabled: true, maxNodeCount: 1000, autoprovisioned: name !== "default-pool" },
    management: { autoUpgrade: true, autoRepair: true },
    maxPodsConstraint: { maxPodsPerNode: "32" },
    config: {
      ...accountOf(cluster),
      machineType: "e2-standard-2",
      reservationAffinity: { consumeReservationType: "NO_RESERVATION" },
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      workloadMetadataConfig: { mode: "GKE_METADATA" },
      gcfsConfig: { enabled: true },
      advancedMachineFeatures: { enableNestedVirtualization: false },
    },
  }));
}

/** What Autopilot decides. */
export function completeAutopilot(cluster: Body, project: string): void {
  // Automatic monitoring is off by default, and GKE does not return that setting.
  // https://github.com/hashicorp/terraform-provider-google/issues/26839
  const { managedPrometheusConfig: prometheus } = cluster.monitoringConfig ?? {};
  if (prometheus?.autoMonitoringConfig?.scope === "NONE") delete prometheus.autoMonitoringConfig;
  cluster.autoscaling = {
    enableNodeAutoprovisioning: true,
    autoscalingProfile: "OPTIMIZE_UTILIZATION",
    resourceLimits: ["cpu", "memory"].map((resourceType) => ({ resourceType, maximum: "1000000000" })),
    autoprovisioningNodePoolDefaults: {
      ...accountOf(cluster),
      imageType: "COS_CONTAINERD",
      management: { autoUpgrade: true, autoRepair: true },
      upgradeSettings: { maxSurge: 1, strategy: "SURGE" },
    },
  };
  defaults(cluster, {
    autopilot: { privilegedAdmissionConfig: { allowlistPaths: ["gke://*"] } },
    networkConfig: {
      datapathProvider: "ADVANCED_DATAPATH",
      enableIntraNodeVisibility: true,
      dnsConfig: { clusterDns: "CLOUD_DNS", clusterDnsScope: "CLUSTER_SCOPE", clusterDnsDomain: "cluster.local" },
      gatewayApiConfig: { channel: "CHANNEL_STANDARD" },
    },
    workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
    verticalPodAutoscaling: { enabled: true },
    defaultMaxPodsConstraint: { maxPodsPerNode: "110" },
    podAutoscaling: { hpaProfile: "PERFORMANCE" },
    nodePoolAutoConfig: { nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: false } },
    monitoringConfig: {
      componentConfig: {
        enableComponents: ["SYSTEM_COMPONENTS", "STORAGE", "POD", "DEPLOYMENT", "CADVISOR", "KUBELET"],
      },
      managedPrometheusConfig: { enabled: true },
      advancedDatapathObservabilityConfig: { enableMetrics: true },
    },
    addonsConfig: {
      httpLoadBalancing: {},
      horizontalPodAutoscaling: {},
      kubernetesDashboard: { disabled: true },
      networkPolicyConfig: { disabled: true },
      dnsCacheConfig: { enabled: true },
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      gcpFilestoreCsiDriverConfig: { enabled: true },
      gcsFuseCsiDriverConfig: { enabled: true },
    },
  });
}
