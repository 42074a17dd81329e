import { PersistentVolumeClaimV1 } from "@cdktf/provider-kubernetes/lib/persistent-volume-claim-v1";
import type { Construct } from "constructs";

export interface VolumeClaimProps {
  readonly name: string;
  readonly namespace: string;
  /** Name of a storage class whose volumes can grow. */
  readonly storageClass: string;
  /** GiB. It can grow later, and never shrink. */
  readonly diskGb: number;
  /** Fixed part of the claim's address: a protected resource must keep its address. */
  readonly address: string;
  /** Whether Terraform refuses to destroy it; no default: an environment decides. */
  readonly deletionProtection: boolean;
}

/**
 * A volume, claimed beside the StatefulSet that mounts it. In a StatefulSet's template, or in an operator's resource, a
 * size takes effect only at the first install, and nothing protects the claim from deletion. A smaller size would replace
 * the claim, which Terraform refuses to plan while the claim is protected.
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
    waitUntilBound: false, // its disk is made where the first pod runs
    lifecycle: { preventDestroy: props.deletionProtection },
  });
  claim.overrideLogicalId(`${props.address}_volume`);
  return claim;
}
