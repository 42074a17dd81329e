import { ComputeManagedSslCertificate } from "@cdktf/provider-google/lib/compute-managed-ssl-certificate";
import type { Construct } from "constructs";
import { hostDigest } from "../../facts/names";
import type { Project } from "../project/project";

export interface ManagedCertificatesProps {
  readonly project: Project;
  /** First part of the certificates' names. */
  readonly name: string;
  /**
   * Host names, at most 15, because a load balancer supports 15 certificates.
   * {@link https://cloud.google.com/load-balancing/docs/quotas}
   */
  readonly hosts: readonly string[];
}

/**
 * Creates a certificate for each host, which Google renews, and returns their names. Each host has its own certificate,
 * because a certificate cannot change, and a new one works only after Google has validated its hosts.
 */
export const managedCertificates = (scope: Construct, { project, name, hosts }: ManagedCertificatesProps): string[] =>
  hosts.map(
    (host) =>
      new ComputeManagedSslCertificate(scope, `certificate-${host}`, {
        project: project.id,
        name: `${name}-${hostDigest(host)}`,
        managed: { domains: [host] },
        lifecycle: { createBeforeDestroy: true },
        dependsOn: [project.api("compute")],
      }).name,
  );
