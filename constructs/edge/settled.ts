import { DataResource, type ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";

export interface SettledProps {
  /** Seconds to wait. */
  readonly seconds: number;
  /** What the load balancer uses. A change of it ends with the wait. */
  readonly changes: Readonly<Record<string, unknown>>;
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Waits until GKE has applied a change to the load balancer. GKE applies it some time after Terraform makes it. Until then,
 * Google refuses to delete the certificates and Cloud Armor policies that the load balancer used before. Terraform deletes
 * what the routes no longer use after the wait.
 */
export const settled = (scope: Construct, { seconds, changes, dependsOn }: SettledProps): DataResource =>
  new DataResource(scope, "settled", {
    triggersReplace: changes,
    provisioners: [{ type: "local-exec", command: `sleep ${seconds}` }],
    dependsOn: [...dependsOn],
  });
