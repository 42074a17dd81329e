import { StorageClassV1 } from "@cdktf/provider-kubernetes/lib/storage-class-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Platform } from "../platform";
import { type AgentKey, userOf } from "../secrets/agent-key";
import { EncryptionKey } from "../secrets/encryption-key";

export interface StorageClassProps {
  readonly platform: Platform;
  readonly name: string;
  /** The key that encrypts the disks. */
  readonly key: AgentKey;
}

/**
 * A storage class for balanced persistent disks that are encrypted with a customer-managed key. The disks can grow, and
 * they remain when their claims are deleted. Each disk is in the zone of the first pod that uses it. Standard and
 * Autopilot clusters support the class.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/using-cmek#create_a_cmek-protected_attached_disk}
 */
export class StorageClass extends Construct {
  readonly name: string;
  /** Volume claims depend on these. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: StorageClassProps) {
    super(scope, id);
    const { key } = props;
    const { project, region, cluster, deletionProtection } = props.platform;
    const disks = new EncryptionKey(this, "disks", {
      project,
      name: key.name,
      location: region,
      user: userOf(key, project.number),
      userExists: [project.api(key.agent)],
      deletionProtection,
      adopts: true,
    });
    const storageClass = new StorageClassV1(this, "storage-class", {
      metadata: { name: props.name },
      storageProvisioner: "pd.csi.storage.gke.io",
      parameters: { type: "pd-balanced", "disk-encryption-kms-key": disks.key.id },
      reclaimPolicy: "Retain",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
      dependsOn: [cluster.cluster, disks.grant],
    });
    this.name = storageClass.metadata.name;
    this.ready = [storageClass];
  }
}
