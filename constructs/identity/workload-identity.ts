import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { urlSigner } from "../../facts/url-signer";
import type { Platform } from "../platform";

export interface WorkloadIdentityProps {
  readonly platform: Platform;
  /** ID of the Google service account, 6 to 30 characters. */
  readonly accountId: string;
  /** Namespace and name of the Kubernetes service account that acts as the Google service account. */
  readonly namespace: string;
  readonly serviceAccount: string;
  /**
   * Whether the account can sign as itself, such as URLs of objects. The project must have the role {@link urlSigner}. The
   * default is false.
   */
  readonly signs?: boolean;
}

/**
 * A Google service account that a Kubernetes service account can act as, without keys.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity}
 */
export class WorkloadIdentity extends Construct {
  /** E-mail address of the Google service account. */
  readonly email: string;
  /** The Google service account as a member of IAM bindings. */
  readonly member: string;
  /** Lets the Kubernetes service account act as the Google service account. */
  readonly binding: ITerraformDependable;
  /** Lets the account sign; undefined if it does not. */
  readonly signer?: ITerraformDependable;

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
    this.binding = new ServiceAccountIamMember(this, "binding", {
      serviceAccountId: account.name,
      role: "roles/iam.workloadIdentityUser",
      member: `serviceAccount:${cluster.workloadPool}[${props.namespace}/${props.serviceAccount}]`,
      dependsOn: [cluster.cluster], // the project's first cluster creates the pool
    });
    if (props.signs)
      this.signer = new ServiceAccountIamMember(this, "signer", {
        serviceAccountId: account.name,
        role: urlSigner(project.id),
        member: account.member,
      });
    this.email = account.email;
    this.member = account.member;
  }
}
