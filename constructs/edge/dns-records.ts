import { DnsRecordSet } from "@cdktf/provider-google/lib/dns-record-set";
import type { Construct } from "constructs";
import type { Project } from "../project/project";

export interface DnsRecordsProps {
  readonly project: Project;
  /** Cloud DNS zone of the project; without it the records are somebody else's to make. */
  readonly zone?: string;
  readonly hosts: readonly string[];
  /** IPv4 address. */
  readonly address: string;
}

/** Points each host at an address. */
export function dnsRecords(scope: Construct, { project, zone, hosts, address }: DnsRecordsProps): void {
  if (!zone) return;
  for (const host of hosts)
    new DnsRecordSet(scope, `record-${host}`, {
      project: project.id,
      managedZone: zone,
      name: `${host}.`,
      type: "A",
      ttl: 300,
      rrdatas: [address],
      dependsOn: [project.api("dns")],
    });
}
