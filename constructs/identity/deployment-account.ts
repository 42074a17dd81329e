import { DataGoogleIamPolicy } from "@cdktf/provider-google/lib/data-google-iam-policy";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member";
import { ServiceAccountIamPolicy } from "@cdktf/provider-google/lib/service-account-iam-policy";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { parseAccount } from "../../facts/names";
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
  /** Roles in the project. */
  readonly grants: readonly { readonly role: string; readonly condition?: Condition }[];
  /** The project's own roles among them. */
  readonly customRoles: readonly ITerraformDependable[];
  /** IAM member that can act as the account by workload identity federation. */
  readonly federated: string;
  /** IAM members that can get tokens of the account. */
  readonly operators: readonly string[];
}

/**
 * A Google service account that deploys, plans or pushes images. It has no keys. If it is in the project, nobody else can act
 * as it: a plan shows what others have granted on it, and an apply takes it away.
 */
export class DeploymentAccount extends Construct {
  /** The account as a member of IAM bindings. */
  readonly member: string;

  constructor(scope: Construct, id: string, props: DeploymentAccountProps) {
    super(scope, id);
    const { project, email } = props;
    const { accountId, project: home } = parseAccount(email);
    const isShared = home !== project.id; // others may use an account of another project
    const account = new ServiceAccount(this, "account", {
      project: home,
      accountId,
      displayName: props.displayName,
      lifecycle: { preventDestroy: true, ignoreChanges: isShared ? ["display_name"] : undefined },
      dependsOn: [project.api("iam")],
    });
    account.overrideLogicalId(id.replace(/-/g, "_"));
    this.member = account.member;
    for (const { role, condition } of props.grants)
      new ProjectIamMember(this, role.replace(/^.*?roles\//, "").replace(/\W/g, "-"), {
        project: project.id,
        role,
        member: this.member,
        condition,
        dependsOn: [...props.customRoles],
      });

    const federated = { role: "roles/iam.workloadIdentityUser", member: props.federated };
    const operators = props.operators.map((member) => ({ role: "roles/iam.serviceAccountTokenCreator", member }));
    const serviceAccountId = account.name;
    if (isShared) {
      new ServiceAccountIamMember(this, "federated", { serviceAccountId, ...federated });
      for (const operator of operators)
        new ServiceAccountIamMember(this, idOf(operator.member), { serviceAccountId, ...operator });
    } else {
      const binding = [federated, ...operators].map(({ role, member }) => ({ role, members: [member] }));
      const { policyData } = new DataGoogleIamPolicy(this, "policy", { binding });
      new ServiceAccountIamPolicy(this, "access", { serviceAccountId, policyData });
    }
  }
}

/** Other members have other ids, so characters that no id can have are replaced by their numbers. */
const idOf = (member: string): string => member.replace(/[^a-z0-9]/g, (character) => `_${character.charCodeAt(0)}`);
