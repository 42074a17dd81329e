import { IamWorkloadIdentityPool } from "@cdktf/provider-google/lib/iam-workload-identity-pool";
import { IamWorkloadIdentityPoolProvider } from "@cdktf/provider-google/lib/iam-workload-identity-pool-provider";
import { Construct } from "constructs";
import type { Project } from "../project/project";

export interface GithubFederationProps {
  readonly project: Project;
  /** ID of the pool. */
  readonly pool: string;
  /** What the claims of a job's token must be, in the Common Expression Language. */
  readonly condition: string;
  /** Claims by which IAM members can tell the jobs apart. Each token must have them. */
  readonly claims: readonly string[];
}

/** ID of a pool's provider. */
const PROVIDER = "github";

/** Text in single quotes of the Common Expression Language. */
const quoted = (text: string): string => `'${text}'`;

/** Which jobs deploy or plan. */
export interface Deployments {
  /** The repository with its owner, such as `my-company/shop`. */
  readonly repository: string;
  /** The repository's number. The name could be taken over by somebody else. */
  readonly repositoryId: string;
  /** The branch or tag, such as `refs/heads/main`. */
  readonly ref: string;
  /** GitHub's environments. Jobs of other environments, and jobs without one, get no token. */
  readonly environments: readonly string[];
}

/** Admits jobs of one repository, branch and environment. Neither a fork nor a pull request nor another branch gets in. */
export const whoDeploys = ({ repository, repositoryId, ref, environments }: Deployments): string =>
  [
    `assertion.repository_id == ${quoted(repositoryId)}`,
    `assertion.ref == ${quoted(ref)}`,
    `assertion.environment in [${environments.map(quoted).join(", ")}]`,
    `(${environments.map((it) => `assertion.sub == ${quoted(`repo:${repository}:environment:${it}`)}`).join(" || ")})`,
    // The event pull_request_target runs on the branch that the pull request is for.
    "!assertion.event_name.startsWith('pull_request')",
  ].join(" && ");

/** Which jobs push images. */
export interface Pushes {
  /** Numbers of the repositories whose runs push. */
  readonly repositoryIds: readonly string[];
  /** The reusable workflow that has the job, such as `my-company/shop/.github/workflows/image.yml@refs/heads/main`. */
  readonly workflow: string;
}

/**
 * Admits jobs of a reusable workflow, in runs on tags. The claims are about the repository that calls the workflow, but for
 * `job_workflow_ref`. It names the workflow itself, so a copy that leaves out a step gets no token.
 * {@link https://docs.github.com/en/actions/reference/security/oidc}
 */
export const whoPushes = ({ repositoryIds, workflow }: Pushes): string =>
  [
    `assertion.repository_id in [${repositoryIds.map(quoted).join(", ")}]`,
    "assertion.ref_type == 'tag'", // no event of a pull request runs on one
    `assertion.job_workflow_ref == ${quoted(workflow)}`,
  ].join(" && ");

/**
 * Lets jobs of GitHub Actions act as Google service accounts without keys. Google exchanges a token of GitHub's only if its
 * claims fulfil the condition.
 * {@link https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines}
 */
export class GithubFederation extends Construct {
  private readonly pool: IamWorkloadIdentityPool;
  /** Full name of the provider, which the action google-github-actions/auth asks for. */
  readonly provider: string;

  constructor(scope: Construct, id: string, { project, pool, condition, claims }: GithubFederationProps) {
    super(scope, id);
    // Google keeps the name of what is deleted for 30 days.
    const lifecycle = { preventDestroy: true };
    this.pool = new IamWorkloadIdentityPool(this, "pool", {
      project: project.id,
      workloadIdentityPoolId: pool,
      displayName: "GitHub Actions",
      lifecycle,
      dependsOn: [project.api("iam"), project.api("sts")],
    });
    this.provider = new IamWorkloadIdentityPoolProvider(this, "provider", {
      project: project.id,
      workloadIdentityPoolId: this.pool.workloadIdentityPoolId,
      workloadIdentityPoolProviderId: PROVIDER,
      displayName: "GitHub Actions",
      attributeMapping: {
        "google.subject": "assertion.sub",
        ...Object.fromEntries(claims.map((claim) => [`attribute.${claim}`, `assertion.${claim}`])),
      },
      attributeCondition: condition,
      oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
      lifecycle,
    }).name;
  }

  /** The jobs of one of the environments, as an IAM member, if `environment` is among the claims. */
  jobsOf(environment: string): string {
    return `principalSet://iam.googleapis.com/${this.pool.name}/attribute.environment/${environment}`;
  }

  /** All jobs that the condition admits, as an IAM member. {@link https://cloud.google.com/iam/docs/principal-identifiers} */
  jobs(): string {
    return `principalSet://iam.googleapis.com/${this.pool.name}/*`;
  }
}
