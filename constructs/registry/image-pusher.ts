import { Construct } from "constructs";
import type { Registry } from "../../facts/registries";
import { DeploymentAccount } from "../identity/deployment-account";
import { GithubFederation, type Pushes, whoPushes } from "../identity/github-federation";
import type { Project } from "../project/project";
import { letUse } from "./image-repository";

export interface ImagePusherProps extends Pushes {
  readonly project: Project;
  /** The account's address. */
  readonly email: string;
  readonly displayName: string;
  /** Where the images go. */
  readonly repository: Required<Registry>;
}

/**
 * The account as which jobs of GitHub Actions push images. It can write to one repository, and do nothing else. Only the jobs
 * can act as it: their workflow scans an image before it pushes it, and a person might not.
 */
export class ImagePusher extends Construct {
  /** Full name of the workload identity provider. */
  readonly provider: string;

  constructor(scope: Construct, id: string, { project, email, displayName, repository, ...pushes }: ImagePusherProps) {
    super(scope, id);
    const github = new GithubFederation(this, "github", {
      project,
      pool: "images", // of its own, because whoever is in the pool of deployments could act as the deployer
      condition: whoPushes(pushes),
      claims: [],
    });
    const { member } = new DeploymentAccount(this, id, {
      project,
      email,
      displayName,
      grants: [],
      customRoles: [],
      federated: github.jobs(),
      operators: [],
    });
    letUse(this, "writer", { repository, role: "roles/artifactregistry.writer", member });
    this.provider = github.provider;
  }
}
