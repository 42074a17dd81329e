import { ComputeGlobalAddress } from "@cdktf/provider-google/lib/compute-global-address";
import type { ComputeSslPolicy } from "@cdktf/provider-google/lib/compute-ssl-policy";
import { Construct } from "constructs";
import type { Platform } from "../platform";
import { dnsRecords } from "./dns-records";
import { sslPolicy } from "./ssl-policy";

export interface GoogleLoadBalancerProps {
  readonly platform: Platform;
  /** Host names that get a DNS record. */
  readonly hosts: readonly string[];
  /** Name of a Cloud DNS zone in the project for the hosts' records. By default, you create the records yourself. */
  readonly dnsZone?: string;
}

/**
 * An address, a TLS policy (TLS 1.2 or later) and DNS records for a global external load balancer. An {@link Ingress} or a
 * {@link Gateway} adds the certificates and the routes.
 */
export class GoogleLoadBalancer extends Construct {
  readonly address: ComputeGlobalAddress;
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

    this.sslPolicy = sslPolicy(this, { project, name });
    dnsRecords(this, { project, zone: props.dnsZone, hosts: props.hosts, address: this.address.address });
  }
}
