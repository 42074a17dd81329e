import { CertificateManagerCertificate } from "@cdktf/provider-google/lib/certificate-manager-certificate";
import { CertificateManagerCertificateMap } from "@cdktf/provider-google/lib/certificate-manager-certificate-map";
import { CertificateManagerCertificateMapEntry } from "@cdktf/provider-google/lib/certificate-manager-certificate-map-entry";
import { CertificateManagerDnsAuthorization } from "@cdktf/provider-google/lib/certificate-manager-dns-authorization";
import { DnsRecordSet } from "@cdktf/provider-google/lib/dns-record-set";
import { Construct } from "constructs";
import { hostDigest } from "../../facts/names";
import type { Project } from "../project/project";

export interface CertificateMapProps {
  readonly project: Project;
  /** Name of the map, and first part of the other names. At most 51 characters. */
  readonly name: string;
  /** Host names, each at most 64 characters long. */
  readonly hosts: readonly string[];
  /**
   * Name of a Cloud DNS zone in the project that contains the hosts. Google then issues the certificates before the hosts
   * point to the load balancer. By default, it issues them after that.
   */
  readonly dnsZone?: string;
}

/**
 * Google-managed certificates of Certificate Manager, one for each host, and a map. A global load balancer that names the
 * map shows each client the certificate of the host that the client asks for. It shows no certificate for other hosts.
 *
 * Google issues a certificate after it has seen that the project controls the host. With a DNS zone, it looks for a record
 * in the zone (DNS authorization). Without one, it sends a request to the host, which must reach the load balancer (load
 * balancer authorization).
 *
 * Each host has its own certificate, because a shared one is renewed only while every host is authorized. A certificate
 * cannot change, so one with another authorization has another name. The host's entry gets it before Google has issued it.
 * {@link https://cloud.google.com/certificate-manager/docs/domain-authorization}
 */
export class CertificateMap extends Construct {
  /** The map. A target proxy names its ID, and a Gateway its name. */
  readonly map: CertificateManagerCertificateMap;

  constructor(scope: Construct, id: string, props: CertificateMapProps) {
    super(scope, id);
    const { project, name, dnsZone } = props;
    this.map = new CertificateManagerCertificateMap(this, "map", {
      project: project.id,
      name,
      dependsOn: [project.api("certificatemanager")],
    });
    for (const host of props.hosts) {
      const named = `${name}-${hostDigest(host)}`;
      const authorized = dnsZone ? this.authorize(project, dnsZone, host, named) : undefined;
      const certificate = new CertificateManagerCertificate(this, `certificate-${host}`, {
        project: project.id,
        name: authorized ? `${named}-dns` : named,
        managed: { domains: [host], dnsAuthorizations: authorized && [authorized.authorization.id] },
        lifecycle: { createBeforeDestroy: true }, // Google does not delete a certificate that an entry uses
        dependsOn: [project.api("certificatemanager"), ...(authorized ? [authorized.record] : [])],
      });
      new CertificateManagerCertificateMapEntry(this, `entry-${host}`, {
        project: project.id,
        name: named,
        map: this.map.name,
        hostname: host,
        certificates: [certificate.id],
      });
    }
  }

  /** Lets Google issue certificates for a host, by a record in the zone. */
  private authorize(project: Project, zone: string, host: string, name: string) {
    const authorization = new CertificateManagerDnsAuthorization(this, `authorization-${host}`, {
      project: project.id,
      name,
      domain: host,
      dependsOn: [project.api("certificatemanager")],
    });
    const { name: label, type, data } = authorization.dnsResourceRecord.get(0);
    const record = new DnsRecordSet(this, `record-${host}`, {
      project: project.id,
      managedZone: zone,
      name: label,
      type,
      ttl: 300,
      rrdatas: [data],
      dependsOn: [project.api("dns")],
    });
    return { authorization, record };
  }
}
