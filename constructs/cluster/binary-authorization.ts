import { BinaryAuthorizationPolicy } from "@cdktf/provider-google/lib/binary-authorization-policy";
import { Construct } from "constructs";
import type { Project } from "../project/project";

export interface BinaryAuthorizationProps {
  readonly project: Project;
  /**
   * Patterns of the images that can run. Binary Authorization compares a pattern with the image as the pod names it, so
   * an image of Docker Hub matches a pattern with `docker.io/` only if the pod names that host. {@link imagesIn}
   * returns the pattern of a registry.
   * {@link https://cloud.google.com/binary-authorization/docs/policy-yaml-reference#admissionwhitelistpatterns}
   */
  readonly images: readonly string[];
}

/**
 * The project's Binary Authorization policy, which its clusters enforce. Only the given images and GKE's own can run. A
 * project has exactly one policy. When Terraform destroys it, Google's default policy applies, which allows all images.
 */
export class BinaryAuthorization extends Construct {
  /** Pods with new images depend on it. */
  readonly policy: BinaryAuthorizationPolicy;

  constructor(scope: Construct, id: string, props: BinaryAuthorizationProps) {
    super(scope, id);
    const { project } = props;
    this.policy = new BinaryAuthorizationPolicy(this, "policy", {
      project: project.id,
      defaultAdmissionRule: { evaluationMode: "ALWAYS_DENY", enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG" },
      globalPolicyEvaluationMode: "ENABLE", // allows the images of GKE's own pods
      admissionWhitelistPatterns: [...new Set(props.images)].map((namePattern) => ({ namePattern })),
      dependsOn: [project.api("binaryauthorization")],
    });
  }
}

/**
 * Returns the pattern of all images in a registry, or in a folder of a registry. The name must end with a slash.
 * Otherwise the pattern would also match registries of other projects whose IDs start with the same text.
 * @throws if the name does not end with a slash
 */
export function imagesIn(registry: string): string {
  if (!registry.endsWith("/")) throw new Error(`${registry} must end with a slash`);
  return `${registry}**`;
}
