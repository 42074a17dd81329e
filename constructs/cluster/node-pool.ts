import { ContainerNodePool } from "@cdktf/provider-google/lib/container-node-pool";
import { Construct } from "constructs";
import { DEDICATED } from "../kubernetes/placement";
import type { Project } from "../project/project";
import { fix } from "../terraform/fixed";
import { type Cluster, NODE_SCOPES } from "./cluster";

export interface NodePoolProps {
  readonly project: Project;
  readonly cluster: Cluster;
  /** Name; it is a label of the nodes too. */
  readonly name: string;
  /** Such as e2-standard-4. */
  readonly machineType: string;
  /** Fewest and most nodes, all zones together. */
  readonly min: number;
  readonly max: number;
  /** Boot disk in GB. */
  readonly diskGb: number;
  /** Spot machines: cheap, and taken away at any time. */
  readonly spot: boolean;
  /** Taints the nodes with {@link DEDICATED}, so that only pods that name the pool run here. */
  readonly dedicated: boolean;
  /** Google Cloud labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether Terraform refuses changes that would delete all nodes before new ones exist. */
  readonly deletionProtection: boolean;
}

/**
 * An autoscaled pool of shielded, auto-repaired, auto-upgraded nodes on Container-Optimized OS, spread over the zones.
 */
export class NodePool extends Construct {
  readonly pool: ContainerNodePool;

  constructor(scope: Construct, id: string, props: NodePoolProps) {
    super(scope, id);
    const { cluster } = props;
    // A change of machines replaces the pool, and a pool of the same name can only be created after this one is deleted.
    fix(this, "machines", { values: { spot: String(props.spot) }, deletionProtection: props.deletionProtection });
    this.pool = new ContainerNodePool(this, "pool", {
      project: props.project.id,
      name: props.name,
      cluster: cluster.cluster.name,
      location: cluster.cluster.location,
      initialNodeCount: 1, // in each zone; from then on the autoscaler decides
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
        createBeforeDestroy: true, // a pool that is removed goes after its pods have moved to another
        ignoreChanges: ["initial_node_count"], // a change of it would replace the pool
      },
      dependsOn: [...cluster.nodeGrants],
    });
    cluster.add(props.name, this.pool);
  }
}
