import type { Construct } from "constructs";
import { volumeClaim } from "../kubernetes/volume-claim";

/**
 * GKE's storage class for balanced disks.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/gce-pd-csi-driver}
 */
const STORAGE_CLASS = "standard-rwo";
/**
 * The storage field of the operator's resource, without a size. The claim exists before the StatefulSet, which
 * therefore does not create it. The operator does not resize existing claims.
 * {@link https://prometheus-operator.dev/docs/platform/storage/#resizing-volumes}
 */
export const STORAGE = {
  volumeClaimTemplate: {
    spec: {
      storageClassName: STORAGE_CLASS,
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    },
  },
};

interface ServerVolumeProps {
  /** Name of the server's StatefulSet. */
  readonly server: string;
  /** First part of the claim's Terraform address. */
  readonly address: string;
  readonly namespace: string;
  /** Size in GiB. */
  readonly diskGb: number;
  readonly deletionProtection: boolean;
}

/**
 * Claims the disk of a server that Prometheus' operator runs. The claim has the name that the StatefulSet's first pod
 * uses: the names of the template and the StatefulSet, and the pod's number.
 * {@link https://github.com/prometheus-operator/prometheus-operator/blob/main/pkg/prometheus/common.go}
 */
export const serverVolume = (scope: Construct, id: string, { server, ...props }: ServerVolumeProps) =>
  volumeClaim(scope, id, { ...props, name: `${server}-db-${server}-0`, storageClass: STORAGE_CLASS });
