import { DnsRecordSet } from "@cdktf/provider-google/lib/dns-record-set";
import type { Construct } from "constructs";
import type { Project } from "../project/project";

export interface DnsRecordsProps {
  readonly project: Project;
  /** Name of a Cloud DNS zone in the project. By default, you create the records yourself. */
  readonly zone?: string;
  readonly hosts: readonly string[];
  /** The IPv4 address that the records point to. */
  readonly address: string;
}

/** Creates an A record for each host, if there is a zone. */
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
