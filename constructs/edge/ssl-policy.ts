import { ComputeSslPolicy } from "@cdktf/provider-google/lib/compute-ssl-policy";
import type { Construct } from "constructs";
import type { Project } from "../project/project";

/**
 * Creates the TLS policy of a load balancer: TLS 1.2 or later, with modern ciphers only.
 * {@link https://cloud.google.com/load-balancing/docs/ssl-policies-concepts}
 */
export const sslPolicy = (
  scope: Construct,
  { project, name }: { readonly project: Project; readonly name: string },
): ComputeSslPolicy =>
  new ComputeSslPolicy(scope, "ssl-policy", {
    project: project.id,
    name,
    profile: "RESTRICTED",
    minTlsVersion: "TLS_1_2",
    dependsOn: [project.api("compute")],
  });
