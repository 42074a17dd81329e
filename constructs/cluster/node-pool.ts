import { ContainerNodePool } from "@cdktf/provider-google/lib/container-node-pool";
import { Construct } from "constructs";
import { DEDICATED } from "../kubernetes/placement";
import type { Project } from "../project/project";
import { fix } from "../terraform/fixed";
import type { Cluster } from "./cluster";
import { NODE_SCOPES } from "./modes";

export interface NodePoolProps {
  readonly project: Project;
  readonly cluster: Cluster;
  /** The pool's name, which is also a label of its nodes. */
  readonly name: string;
  /** The machine type, such as e2-standard-4. */
  readonly machineType: string;
  /** Minimum and maximum number of nodes, in all zones together. */
  readonly min: number;
  readonly max: number;
  /** Size of the boot disk, in GB. */
  readonly diskGb: number;
  /**
   * Whether the nodes are Spot VMs, which cost less and which Google can stop at any time.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms}
   */
  readonly spot: boolean;
  /** Whether the nodes have the taint {@link DEDICATED}, so that only pods that name the pool run on them. */
  readonly dedicated: boolean;
  /** Google Cloud labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether Terraform refuses changes that would delete all nodes before it creates new ones. */
  readonly deletionProtection: boolean;
}

/**
 * An autoscaled node pool in all zones of the region. Its nodes run Container-Optimized OS, are shielded, and are
 * repaired and upgraded automatically.
 */
export class NodePool extends Construct {
  readonly pool: ContainerNodePool;

  constructor(scope: Construct, id: string, props: NodePoolProps) {
    super(scope, id);
    const { cluster } = props;
    // A change from or to Spot VMs replaces the pool. Google can create the new pool only after the old one is deleted,
    // because both have the same name.
    fix(this, "machines", { values: { spot: String(props.spot) }, deletionProtection: props.deletionProtection });
    this.pool = new ContainerNodePool(this, "pool", {
      project: props.project.id,
      name: props.name,
      cluster: cluster.cluster.name,
      location: cluster.cluster.location,
      initialNodeCount: 1, // in each zone; later the autoscaler decides
      autoscaling: {
        totalMinNodeCount: props.min,
        totalMaxNodeCount: props.max,
        locationPolicy: props.spot ? "ANY" : "BALANCED",
      },
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
      nodeConfig: {
        machineType: props.machineType,
        diskSizeGb: props.diskGb,
        diskType: "pd-balanced",
        imageType: "COS_CONTAINERD",
        spot: props.spot,
        serviceAccount: cluster.nodeServiceAccount.email,
        oauthScopes: NODE_SCOPES,
        shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
        metadata: { "disable-legacy-endpoints": "true" },
        labels: { pool: props.name },
        resourceLabels: { ...props.labels },
        ...(props.dedicated && { taint: [{ key: DEDICATED, value: props.name, effect: "NO_SCHEDULE" }] }),
      },
      timeouts: { create: "45m", update: "60m", delete: "45m" },
      lifecycle: {
        createBeforeDestroy: true, // a removed pool is deleted after its pods have moved to another
        ignoreChanges: ["initial_node_count"], // a change would replace the pool
      },
      dependsOn: [...cluster.nodeGrants],
    });
    cluster.add(props.name, this.pool);
  }
}
