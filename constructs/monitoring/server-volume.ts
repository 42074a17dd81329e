import type { Construct } from "constructs";
import { volumeClaim } from "../kubernetes/volume-claim";

/**
 * GKE's class of balanced disks.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/gce-pd-csi-driver}
 */
const STORAGE_CLASS = "standard-rwo";
/**
 * Declares a disk without its size. The claim exists before the StatefulSet, which does not create another one under the
 * same name. The operator does not resize existing claims.
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
  /** First part of the claim's address in Terraform. */
  readonly address: string;
  readonly namespace: string;
  /** GiB. */
  readonly diskGb: number;
  readonly deletionProtection: boolean;
}

/**
 * The disk of a server that Prometheus's operator runs. Its claim has the name that the first pod of the StatefulSet looks
 * for: that of the template, the StatefulSet's, and the pod's number.
 * {@link https://github.com/prometheus-operator/prometheus-operator/blob/main/pkg/prometheus/common.go}
 */
export const serverVolume = (scope: Construct, id: string, { server, ...props }: ServerVolumeProps) =>
  volumeClaim(scope, id, { ...props, name: `${server}-db-${server}-0`, storageClass: STORAGE_CLASS });
