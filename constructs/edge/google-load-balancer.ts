import { createHash } from "node:crypto";
import { ComputeGlobalAddress } from "@cdktf/provider-google/lib/compute-global-address";
import { ComputeManagedSslCertificate } from "@cdktf/provider-google/lib/compute-managed-ssl-certificate";
import { ComputeSslPolicy } from "@cdktf/provider-google/lib/compute-ssl-policy";
import { Construct } from "constructs";
import type { Platform } from "../platform";
import { dnsRecords } from "./dns-records";

export interface GoogleLoadBalancerProps {
  readonly platform: Platform;
  /** Host names, at most 15: so many certificates fit one load balancer. */
  readonly hosts: readonly string[];
  /** Cloud DNS zone of the project that gets the hosts' records; without it they are somebody else's to make. */
  readonly dnsZone?: string;
}

/** What a global external load balancer needs beside its routes: an address, certificates, TLS 1.2 or newer, DNS. */
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

    // One for each host: a certificate cannot be changed, and a new one serves only once Google has checked its hosts.
    this.certificates = props.hosts.map((host) => {
      const digest = createHash("sha256").update(host).digest("hex").slice(0, 8);
      return new ComputeManagedSslCertificate(this, `certificate-${host}`, {
        project: project.id,
        name: `${name}-${digest}`,
        managed: { domains: [host] },
        lifecycle: { createBeforeDestroy: true },
        dependsOn: [project.api("compute")],
      }).name;
    });
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
