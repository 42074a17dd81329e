import { ComputeGlobalAddress } from "@cdktf/provider-google/lib/compute-global-address";
import { ComputeManagedSslCertificate } from "@cdktf/provider-google/lib/compute-managed-ssl-certificate";
import { ComputeSslPolicy } from "@cdktf/provider-google/lib/compute-ssl-policy";
import { Construct } from "constructs";
import { hostDigest } from "../../facts/names";
import type { Platform } from "../platform";
import { dnsRecords } from "./dns-records";

export interface GoogleLoadBalancerProps {
  readonly platform: Platform;
  /**
   * Host names, at most 15, because a load balancer supports 15 certificates.
   * {@link https://cloud.google.com/load-balancing/docs/quotas}
   */
  readonly hosts: readonly string[];
  /** Name of a Cloud DNS zone in the project for the hosts' records. By default, you create the records yourself. */
  readonly dnsZone?: string;
}

/**
 * An address, certificates, a TLS policy (TLS 1.2 or later) and DNS records for a global external load balancer. The
 * {@link Ingress} adds the routes.
 */
export class GoogleLoadBalancer extends Construct {
  readonly address: ComputeGlobalAddress;
  /** Names of the certificates, one for each host. */
  readonly certificates: readonly string[];
  readonly sslPolicy: ComputeSslPolicy;

  constructor(scope: Construct, id: string, props: GoogleLoadBalancerProps) {
    super(scope, id);
    const { project, deletionProtection } = props.platform;
    const name = props.platform.names.full;
    this.address = new ComputeGlobalAddress(this, "address", {
      project: project.id,
      name,
      addressType: "EXTERNAL",
      lifecycle: { preventDestroy: deletionProtection },
      dependsOn: [project.api("compute")],
    });
    this.address.overrideLogicalId("edge");

    // Each host has its own certificate, because a certificate cannot change, and a new one works only after Google has
    // validated its hosts.
    this.certificates = props.hosts.map(
      (host) =>
        new ComputeManagedSslCertificate(this, `certificate-${host}`, {
          project: project.id,
          name: `${name}-${hostDigest(host)}`,
          managed: { domains: [host] },
          lifecycle: { createBeforeDestroy: true },
          dependsOn: [project.api("compute")],
        }).name,
    );
    this.sslPolicy = new ComputeSslPolicy(this, "ssl-policy", {
      project: project.id,
      name,
      profile: "RESTRICTED",
      minTlsVersion: "TLS_1_2",
      dependsOn: [project.api("compute")],
    });
    dnsRecords(this, { project, zone: props.dnsZone, hosts: props.hosts, address: this.address.address });
  }
}
