import type { ContainerClusterConfig } from "@cdktf/provider-google/lib/container-cluster";
import type { ITerraformDependable } from "cdktf";
import { onAutopilot, onPool, type Placement } from "../kubernetes/placement";

/** OAuth scopes of the nodes. They include every API, so that only IAM decides what the nodes can do. */
export const NODE_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];

/** What the modes of a new cluster set in different ways. */
interface Settings {
  /** Email address of the nodes' service account. */
  readonly serviceAccount: string;
  readonly workloadPool: string;
  readonly gatewayApi: boolean;
}

/** How one mode of cluster is built, and where its pods run. */
interface Mode {
  /** Whether Google manages the nodes. Pods then have no access to nodes and `kube-system`. */
  readonly autopilot: boolean;
  /** Whether the cluster has nodes from the start, so that it must wait for the grants of their service account. */
  readonly startsWithNodes: boolean;
  /** Arguments that plans ignore. */
  readonly ignored: readonly string[];
  /** Arguments that only this mode has. */
  config(settings: Settings): Partial<ContainerClusterConfig>;
  /** Where pods run that name a pool. The cluster has the pools that are given. */
  place(
    cluster: ITerraformDependable,
    pools: ReadonlyMap<string, ITerraformDependable>,
    name: string | undefined,
  ): Placement;
}

const standard: Mode = {
  autopilot: false,
  startsWithNodes: false,
  ignored: ["node_config", "initial_node_count"], // of the default pool
  config: ({ serviceAccount, workloadPool, gatewayApi }) => ({
    ...(gatewayApi && { gatewayApiConfig: { channel: "CHANNEL_STANDARD" } }),
    datapathProvider: "ADVANCED_DATAPATH", // Dataplane V2, which enforces network policies
    networkPolicy: { enabled: false }, // enforcement by Calico, which Dataplane V2 replaces
    enableIntranodeVisibility: true,
    enableShieldedNodes: true,
    workloadIdentityConfig: { workloadPool },
    // Prometheus in the cluster collects all other metrics. Google's managed collection would charge for them again.
    monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: false } },
    addonsConfig: {
      httpLoadBalancing: { disabled: false },
      horizontalPodAutoscaling: { disabled: false },
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      dnsCacheConfig: { enabled: true },
    },
    // GKE cannot create a cluster without a node pool. Terraform removes the default pool at once. Until then, its nodes
    // run as the nodes' service account.
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    nodeConfig: {
      serviceAccount,
      oauthScopes: NODE_SCOPES,
      imageType: "COS_CONTAINERD",
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      workloadMetadataConfig: { mode: "GKE_METADATA" },
      kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
      spot: false,
    },
  }),
  place(_cluster, pools, name) {
    const pool = pools.get(name ?? "");
    if (!name || !pool) throw new Error(`the cluster has no node pool "${name ?? ""}"`);
    return onPool(name, pool);
  },
};

/**
 * Dataplane V2, intranode visibility, shielded nodes, Workload Identity and the add-ons are always on, and GKE refuses a
 * cluster that sets them. The Gateway API is on, too.
 * {@link https://cloud.google.com/kubernetes-engine/docs/resources/autopilot-standard-feature-comparison}
 */
const autopilot: Mode = {
  autopilot: true,
  startsWithNodes: true,
  // GKE does not always return this setting, so every plan would set it again.
  // https://github.com/hashicorp/terraform-provider-google/issues/26839
  ignored: ["monitoring_config[0].managed_prometheus[0].auto_monitoring_config"],
  config: ({ serviceAccount }) => ({
    enableAutopilot: true,
    // Autopilot ignores `nodeConfig`. Without this setting, nodes run as the project's default service account.
    clusterAutoscaling: { autoProvisioningDefaults: { serviceAccount, oauthScopes: NODE_SCOPES } },
    nodePoolAutoConfig: { nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" } },
    // Autopilot does not allow turning off managed collection. With this scope, it scrapes only Google's own targets and
    // those of PodMonitoring resources.
    // https://cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed#disable
    monitoringConfig: {
      enableComponents: ["SYSTEM_COMPONENTS"],
      managedPrometheus: { enabled: true, autoMonitoringConfig: { scope: "NONE" } },
    },
  }),
  place: (cluster) => onAutopilot(cluster),
};

export const MODES = { standard, autopilot } satisfies Readonly<Record<string, Mode>>;
