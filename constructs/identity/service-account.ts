import { ServiceAccountV1 } from "@cdktf/provider-kubernetes/lib/service-account-v1";
import type { Construct } from "constructs";

/**
 * Creates a workload's Kubernetes service account, without a mounted token, and returns its name. If `actsAs` is set,
 * the workload acts as that Google service account.
 */
export function serviceAccount(
  scope: Construct,
  id: string,
  props: { namespace: string; name: string; actsAs?: string },
): string {
  return new ServiceAccountV1(scope, id, {
    metadata: {
      name: props.name,
      namespace: props.namespace,
      annotations: props.actsAs ? { "iam.gke.io/gcp-service-account": props.actsAs } : {},
    },
    automountServiceAccountToken: false,
  }).metadata.name;
}
