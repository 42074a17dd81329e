import { PersistentVolumeClaimV1 } from "@cdktf/provider-kubernetes/lib/persistent-volume-claim-v1";
import type { Construct } from "constructs";

export interface VolumeClaimProps {
  readonly name: string;
  readonly namespace: string;
  /** Name of a storage class whose volumes can grow. */
  readonly storageClass: string;
  /** Size in GiB. It can grow later, but not shrink. */
  readonly diskGb: number;
  /** Fixed part of the claim's Terraform address. A protected resource must keep its address. */
  readonly address: string;
  /** Whether Terraform refuses to destroy the claim. */
  readonly deletionProtection: boolean;
}

/**
 * Creates a volume claim for a StatefulSet. As part of a StatefulSet's template or an operator's resource, a size would
 * apply only at the first install, and nothing would protect the claim. A smaller size would replace the claim, which
 * Terraform refuses while the claim is protected.
 * {@link https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations}
 */
export function volumeClaim(scope: Construct, id: string, props: VolumeClaimProps): PersistentVolumeClaimV1 {
  const claim = new PersistentVolumeClaimV1(scope, id, {
    metadata: { name: props.name, namespace: props.namespace },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: props.storageClass,
      resources: { requests: { storage: `${props.diskGb}Gi` } },
    },
    waitUntilBound: false, // the disk is created where the first pod runs
    lifecycle: { preventDestroy: props.deletionProtection },
  });
  claim.overrideLogicalId(`${props.address}_volume`);
  return claim;
}
