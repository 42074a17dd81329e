import { IamWorkloadIdentityPool } from "@cdktf/provider-google/lib/iam-workload-identity-pool";
import { IamWorkloadIdentityPoolProvider } from "@cdktf/provider-google/lib/iam-workload-identity-pool-provider";
import { Construct } from "constructs";
import type { Project } from "../project/project";

export interface GithubFederationProps {
  readonly project: Project;
  /** The repository with its owner, such as `my-company/shop`. */
  readonly repository: string;
  /** The repository's number. The name could be taken over by somebody else. */
  readonly repositoryId: string;
  /** The branch or tag, such as `refs/heads/main`. */
  readonly ref: string;
  /** GitHub's environments. Jobs of other environments, and jobs without one, get no token. */
  readonly environments: readonly string[];
}

/** The pool and its provider. */
const ID = "github";

/** Text in single quotes of the Common Expression Language. */
const quoted = (text: string): string => `'${text}'`;

/** What the claims of a job's token must be, in the Common Expression Language. */
export const conditionOf = (props: Omit<GithubFederationProps, "project">): string =>
  [
    `assertion.repository_id == ${quoted(props.repositoryId)}`,
    `assertion.ref == ${quoted(props.ref)}`,
    `assertion.environment in [${props.environments.map(quoted).join(", ")}]`,
    `(${props.environments.map((it) => `assertion.sub == ${quoted(`repo:${props.repository}:environment:${it}`)}`).join(" || ")})`,
    // The event pull_request_target runs on the branch that the pull request is for.
    "!assertion.event_name.startsWith('pull_request')",
  ].join(" && ");

/**
 * Lets jobs of GitHub Actions act as Google service accounts without keys. A token of GitHub's says which repository,
 * branch and environment a job belongs to. Google exchanges it only if all are those of the props, so neither a fork nor a
 * pull request nor another branch gets in.
 * {@link https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines}
 * {@link https://docs.github.com/en/actions/reference/security/oidc}
 */
export class GithubFederation extends Construct {
  private readonly pool: IamWorkloadIdentityPool;
  /** Full name of the provider, which the action google-github-actions/auth asks for. */
  readonly provider: string;

  constructor(scope: Construct, id: string, props: GithubFederationProps) {
    super(scope, id);
    const { project } = props;
    // Google keeps the name of what is deleted for 30 days.
    const lifecycle = { preventDestroy: true };
    this.pool = new IamWorkloadIdentityPool(this, "pool", {
      project: project.id,
      workloadIdentityPoolId: ID,
      displayName: "GitHub Actions",
      lifecycle,
      dependsOn: [project.api("iam"), project.api("sts")],
    });
    this.provider = new IamWorkloadIdentityPoolProvider(this, "provider", {
      project: project.id,
      workloadIdentityPoolId: this.pool.workloadIdentityPoolId,
      workloadIdentityPoolProviderId: ID,
      displayName: "GitHub Actions",
      attributeMapping: { "google.subject": "assertion.sub", "attribute.environment": "assertion.environment" },
      attributeCondition: conditionOf(props),
      oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
      lifecycle,
    }).name;
  }

  /** The jobs of one of the environments, as an IAM member. */
  jobsOf(environment: string): string {
    return `principalSet://iam.googleapis.com/${this.pool.name}/attribute.environment/${environment}`;
  }
}
