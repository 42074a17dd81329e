import { BinaryAuthorizationPolicy } from "@cdktf/provider-google/lib/binary-authorization-policy";
import { Construct } from "constructs";
import type { Project } from "../project/project";

export interface BinaryAuthorizationProps {
  readonly project: Project;
  /**
   * Patterns of the images that may run. They are compared with what a pod's author wrote, so that images of Docker Hub
   * are found under `docker.io/` only where pods name that host. {@link imagesIn} makes them of registries.
   * {@link https://cloud.google.com/binary-authorization/docs/policy-yaml-reference#admissionwhitelistpatterns}
   */
  readonly images: readonly string[];
}

/**
 * The project's Binary Authorization policy, which its clusters enforce: images of these registries and Google's own
 * may run, and no others. A project has exactly one; destroying it leaves Google's, which admits everything.
 */
export class BinaryAuthorization extends Construct {
  /** Pods with new images wait for it. */
  readonly policy: BinaryAuthorizationPolicy;

  constructor(scope: Construct, id: string, props: BinaryAuthorizationProps) {
    super(scope, id);
    const { project } = props;
    this.policy = new BinaryAuthorizationPolicy(this, "policy", {
      project: project.id,
      defaultAdmissionRule: { evaluationMode: "ALWAYS_DENY", enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG" },
      globalPolicyEvaluationMode: "ENABLE", // admits what GKE itself runs, by a list that Google keeps
      admissionWhitelistPatterns: [...new Set(props.images)].map((namePattern) => ({ namePattern })),
      dependsOn: [project.api("binaryauthorization")],
    });
  }
}

/**
 * The pattern of all images in a registry or a folder of one. The slash that its name ends in is needed: without it the
 * pattern would admit the registries of every project whose id begins like this one's.
 */
export function imagesIn(registry: string): string {
  if (!registry.endsWith("/")) throw new Error(`${registry} must end in a slash`);
  return `${registry}**`;
}
