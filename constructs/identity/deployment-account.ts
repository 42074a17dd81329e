import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member";
import { Construct } from "constructs";
import type { Project } from "../project/project";

/** A condition of a grant, in the Common Expression Language. {@link https://cloud.google.com/iam/docs/conditions-overview} */
export interface Condition {
  readonly title: string;
  readonly expression: string;
}

export interface DeploymentAccountProps {
  readonly project: Project;
  /** The account's address, which names the project that the account is in. */
  readonly email: string;
  readonly displayName: string;
  /** Roles in the project, each with its condition if it has one. */
  readonly roles: Readonly<Record<string, Condition | undefined>>;
  /** IAM member that can act as the account by workload identity federation. */
  readonly federated: string;
  /** IAM members that can get tokens of the account. */
  readonly operators: readonly string[];
}

/** A Google service account that Terraform runs as. It has no keys. */
export class DeploymentAccount extends Construct {
  /** The account as a member of IAM bindings. */
  readonly member: string;

  constructor(scope: Construct, id: string, props: DeploymentAccountProps) {
    super(scope, id);
    const { project, email } = props;
    const [accountId = "", home = ""] = email.split(/[@.]/);
    const account = new ServiceAccount(this, "account", {
      project: home,
      accountId,
      displayName: props.displayName,
      lifecycle: {
        preventDestroy: true,
        // Others may use an account of another project, and have named it.
        ignoreChanges: home === project.id ? undefined : ["display_name"],
      },
      dependsOn: [project.api("iam")],
    });
    account.overrideLogicalId(id.replace(/-/g, "_"));
    this.member = account.member;
    for (const [role, condition] of Object.entries(props.roles))
      new ProjectIamMember(this, role.replace(/^.*?roles\//, "").replace(/\W/g, "-"), {
        project: project.id,
        role,
        member: this.member,
        condition,
      });
    const grant = (grantId: string, role: string, member: string) =>
      new ServiceAccountIamMember(this, grantId, { serviceAccountId: account.name, role, member });
    grant("federated", "roles/iam.workloadIdentityUser", props.federated);
    for (const member of props.operators)
      grant(`operator-${member.replace(/\W+/g, "-")}`, "roles/iam.serviceAccountTokenCreator", member);
  }
}
