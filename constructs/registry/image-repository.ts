import { ArtifactRegistryRepository } from "@cdktf/provider-google/lib/artifact-registry-repository";
import { ArtifactRegistryRepositoryIamMember } from "@cdktf/provider-google/lib/artifact-registry-repository-iam-member";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { RELEASE_TAG, type Registry } from "../../facts/registries";
import type { Project } from "../project/project";

export interface ImageRepositoryProps {
  readonly project: Project;
  /** ID of the repository. */
  readonly name: string;
  /** The region. */
  readonly location: string;
  readonly description: string;
  /** Google Cloud labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Cloud KMS key that encrypts the images; Google's own by default. */
  readonly key?: string;
  /** The grant on the key. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/** Versions of each image that are kept, whatever their tags. */
const KEPT = 50;
/** Days after which other versions are deleted. */
const DAYS = 90;

/**
 * Creates a repository for images and for charts in the form of images. It is a standard one, so nothing gets into it that
 * nobody has pushed. A tag can never move to another image.
 * {@link https://cloud.google.com/artifact-registry/docs/docker/configure-immutable-tags}
 * {@link https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview}
 */
export const imageRepository = (
  scope: Construct,
  id: string,
  props: ImageRepositoryProps,
): ArtifactRegistryRepository =>
  new ArtifactRegistryRepository(scope, id, {
    project: props.project.id,
    repositoryId: props.name,
    location: props.location,
    description: props.description,
    format: "DOCKER",
    mode: "STANDARD_REPOSITORY",
    dockerConfig: { immutableTags: true },
    // Keep policies win over delete policies.
    cleanupPolicies: [
      { id: "keep-releases", action: "KEEP", condition: { tagState: "TAGGED", tagPrefixes: [RELEASE_TAG] } },
      { id: "keep-recent", action: "KEEP", mostRecentVersions: { keepCount: KEPT } },
      { id: "delete-old", action: "DELETE", condition: { tagState: "ANY", olderThan: `${DAYS * 86400}s` } },
    ],
    kmsKeyName: props.key,
    labels: { ...props.labels },
    lifecycle: {
      preventDestroy: true,
      // A repository that exists keeps its encryption: another key would replace it.
      ignoreChanges: ["kms_key_name"],
    },
    dependsOn: [props.project.api("artifactregistry"), ...props.dependsOn],
  });

export interface RepositoryGrant {
  readonly repository: Required<Registry>;
  readonly role: string;
  /** Who gets the role. */
  readonly member: string;
}

/** Grants a role on one repository, beside what others have granted on it. */
export const letUse = (scope: Construct, id: string, { repository, role, member }: RepositoryGrant): void => {
  const { project, location, repository: name } = repository;
  new ArtifactRegistryRepositoryIamMember(scope, id, { project, location, repository: name, role, member });
};
