import { isIPv4, isIPv6 } from "node:net";
import { ApiError, conflict, invalid, notFound } from "../api-error";
import type { Body } from "../body";
import type { Cloud } from "../cloud";
import { type Call, route } from "../route";
import type { Service } from "../service";
import type { Shape } from "../shape";

const RECORD: Shape = { name: "text", type: "text", ttl: "number", rrdatas: ["text"] };
const ZONE = "projects/{project}/managedZones/{zone}";

/** https://cloud.google.com/dns/docs/records-overview#supported_dns_record_types */
const TYPES: readonly string[] = `
  A AAAA ALIAS CAA CNAME DNSKEY DS HTTPS IPSECKEY MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT
`
  .trim()
  .split(/\s+/);

/** The zone of a call that has `/rrsets` or `/changes` behind its path. */
function zoneOf({ params }: Call, cloud: Cloud): { zone: Body; key: string } {
  const key = `clouddns/projects/${params.project}/managedZones/${params.zone}`;
  const missing = notFound(`The 'parameters.managedZone' resource named '${params.zone}' does not exist.`);
  return { zone: cloud.need(key, missing), key };
}

const recordKey = (zone: string, { name, type }: Body) => `${zone}/rrsets/${name}/${type}`;

/** https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets#resource:-resourcerecordset */
function check(record: Body, at: string, zone: Body): void {
  const no = (field: string, value: unknown) => invalid(`Invalid value for '${at}.${field}': '${value}'`, "invalid");
  const { name, type, ttl = 0, rrdatas = [] } = record;
  if (name !== zone.dnsName && !name?.endsWith(`.${zone.dnsName}`)) throw no("name", name);
  if (!TYPES.includes(type)) throw no("type", type);
  if (ttl < 0) throw no("ttl", ttl);
  if (rrdatas.length === 0) throw no("rrdata", "");
  for (const [i, data] of rrdatas.entries())
    if ((type === "A" && !isIPv4(data)) || (type === "AAAA" && !isIPv6(data))) throw no(`rrdata[${i}]`, data);
}

/** What is deleted must be there just as it is described. https://cloud.google.com/dns/docs/reference/rest/v1/changes */
function needSame(record: Body | undefined, deletion: Body, at: string): void {
  if (!record) throw notFound(`The '${at}' resource named '${deletion.name} (${deletion.type})' does not exist.`);
  const described = ({ ttl, rrdatas }: Body) => JSON.stringify([ttl ?? 0, [...(rrdatas ?? [])].sort()]);
  if (described(record) !== described(deletion))
    throw new ApiError(412, "FAILED_PRECONDITION", `Precondition not met for '${at}'`, "conditionNotMet");
}

/** Whatever is refused of a change, nothing of it is done. */
function change(call: Call, cloud: Cloud): Body {
  const { zone, key } = zoneOf(call, cloud);
  const { additions = [], deletions = [] } = call.body;
  if (additions.length + deletions.length === 0)
    throw invalid("The 'entity.change' parameter is required but was missing.", "required");
  for (const [i, record] of additions.entries()) check(record, `entity.change.additions[${i}]`, zone);
  for (const [i, record] of deletions.entries())
    needSame(cloud.store.get(recordKey(key, record)), record, `entity.change.deletions[${i}]`);
  const deleted = new Set(deletions.map((record: Body) => recordKey(key, record)));
  const records = cloud.store.below(`${key}/rrsets`).filter(([k]) => !deleted.has(k));
  for (const [i, record] of additions.entries())
    checkBeside(
      records.map(([, r]) => r),
      record,
      `entity.change.additions[${i}]`,
    );
  for (const record of deletions) cloud.store.delete(recordKey(key, record));
  for (const record of additions)
    cloud.store.set(recordKey(key, record), { kind: "dns#resourceRecordSet", signatureRrdatas: [], ...record });
  const id = String(cloud.next());
  return cloud.store.set(`${key}/changes/${id}`, {
    kind: "dns#change",
    id,
    status: "done",
    startTime: new Date().toISOString(),
    additions,
    deletions,
  });
}

/** https://cloud.google.com/dns/docs/records-overview: one set of a type for a name, and a CNAME alone. */
function checkBeside(records: readonly Body[], { name, type }: Body, at: string): void {
  for (const other of records) {
    if (other.name !== name) continue;
    if (other.type === type) throw conflict(`The resource '${at}' named '${name} (${type})' already exists`);
    if (other.type === "CNAME" || type === "CNAME")
      throw invalid(
        `The resource record set '${at}' is invalid because the DNS name '${name}' may have either one CNAME resource record set or resource record sets of other types, but not both.`,
        "cnameResourceRecordSetConflict",
      );
  }
}

/** Makes a zone as a person would with gcloud. https://cloud.google.com/dns/docs/zones#create-pub-zone */
export function addZoneByHand(cloud: Cloud, project: string, zone: string, dnsName: string): void {
  const key = `clouddns/projects/${project}/managedZones/${zone}`;
  const nameServers = [1, 2, 3, 4].map((i) => `ns-cloud-a${i}.googledomains.com.`);
  cloud.store.set(key, {
    kind: "dns#managedZone",
    id: String(cloud.next()),
    name: zone,
    dnsName,
    description: "",
    nameServers,
    creationTime: new Date().toISOString(),
    visibility: "public",
  });
  const soa = `${nameServers[0]} cloud-dns-hostmaster.google.com. 1 21600 3600 259200 300`;
  for (const record of [
    { name: dnsName, type: "NS", ttl: 21600, rrdatas: nameServers },
    { name: dnsName, type: "SOA", ttl: 21600, rrdatas: [soa] },
  ])
    cloud.store.set(recordKey(key, record), record);
}

/**
 * Cloud DNS: https://cloud.google.com/dns/docs/reference/rest/v1. Its name is not `dns`, for the provider cuts "/dns/"
 * out of its own endpoint.
 */
export const dns: Service = {
  name: "clouddns",
  api: "dns.googleapis.com",
  endpoints: { DNS: "dns/v1" },
  routes: [
    route("GET", ZONE, (call, cloud) => zoneOf(call, cloud).zone),
    route("GET", `${ZONE}/rrsets`, (call, cloud) => {
      const { key } = zoneOf(call, cloud);
      const asked = ["name", "type"].filter((field) => call.query.has(field));
      const records = cloud.store.below(`${key}/rrsets`).map(([, record]) => record);
      return { rrsets: records.filter((record) => asked.every((field) => record[field] === call.query.get(field))) };
    }),
    route("POST", `${ZONE}/changes`, change, { additions: [RECORD], deletions: [RECORD] }),
    route("GET", `${ZONE}/changes/{change}`, (call, cloud) => {
      const { key } = zoneOf(call, cloud);
      const missing = notFound(`The 'parameters.changeId' resource named '${call.params.change}' does not exist.`);
      return cloud.need(`${key}/changes/${call.params.change}`, missing);
    }),
  ],
};
