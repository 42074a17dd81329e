import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member";
import { Construct } from "constructs";
import type { Platform } from "../platform";

export interface WorkloadIdentityProps {
  readonly platform: Platform;
  /** Id of the Google service account, 6 to 30 characters. */
  readonly accountId: string;
  /** Kubernetes service account that acts as it. */
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * A Google service account that one Kubernetes service account acts as, without keys.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity}
 */
export class WorkloadIdentity extends Construct {
  /** Address of the Google service account. */
  readonly email: string;
  /** For IAM grants. */
  readonly member: string;

  constructor(scope: Construct, id: string, props: WorkloadIdentityProps) {
    super(scope, id);
    const { project, cluster, deletionProtection } = props.platform;
    const account = new ServiceAccount(this, "account", {
      project: project.id,
      accountId: props.accountId,
      displayName: `${props.namespace}/${props.serviceAccount} in the cluster`,
      lifecycle: { preventDestroy: deletionProtection },
    });
    account.overrideLogicalId(`identity_${props.serviceAccount.replace(/-/g, "_")}`);
    new ServiceAccountIamMember(this, "binding", {
      serviceAccountId: account.name,
      role: "roles/iam.workloadIdentityUser",
      member: `serviceAccount:${cluster.workloadPool}[${props.namespace}/${props.serviceAccount}]`,
      dependsOn: [cluster.cluster], // the pool appears with the project's first cluster
    });
    this.email = account.email;
    this.member = account.member;
  }
}
