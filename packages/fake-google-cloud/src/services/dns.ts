import { isIPv4, isIPv6 } from "node:net";
import { ApiError, conflict, invalid, notFound } from "../api-error";
import { type Body, defaults, merge } from "../body";
import type { Cloud } from "../cloud";
import { checkLabels } from "../labels";
import { type Call, route } from "../route";
import type { Service } from "../service";
import { type Shape, TEXTS } from "../shape";
import { needNetwork } from "./compute/reference";

const RECORD: Shape = { name: "text", type: "text", ttl: "number", rrdatas: ["text"], routingPolicy: {} };
const ZONES = "projects/{project}/managedZones";
const ZONE = `${ZONES}/{zone}`;
const ZONE_SHAPE: Shape = {
  name: "text",
  dnsName: "text",
  description: "text",
  visibility: "text",
  labels: TEXTS,
  privateVisibilityConfig: { networks: [{ networkUrl: "text" }] },
  dnssecConfig: { state: "text" },
};

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
  if (rrdatas.length === 0 && !record.routingPolicy) throw no("rrdata", "");
  for (const [i, data] of rrdatas.entries())
    if ((type === "A" && !isIPv4(data)) || (type === "AAAA" && !isIPv6(data))) throw no(`rrdata[${i}]`, data);
}

/** What is deleted must be there just as it is described. https://cloud.google.com/dns/docs/reference/rest/v1/changes */
function needSame(record: Body | undefined, deletion: Body, at: string): void {
  if (!record) throw notFound(`The '${at}' resource named '${deletion.name} (${deletion.type})' does not exist.`);
  const described = ({ ttl, rrdatas, routingPolicy }: Body) =>
    JSON.stringify([ttl ?? 0, [...(rrdatas ?? [])].sort(), routingPolicy]);
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
    ...(additions.length && { additions }),
    ...(deletions.length && { deletions }),
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
  addZone(cloud, `clouddns/projects/${project}/managedZones/${zone}`, { name: zone, dnsName });
}

/** A zone comes with the records of its name servers. */
function addZone(cloud: Cloud, key: string, zone: Body): Body {
  const nameServers = [1, 2, 3, 4].map((i) => `ns-cloud-c${i}.googledomains.com.`);
  const { dnsName } = zone;
  defaults(zone, {
    kind: "dns#managedZone",
    id: String(cloud.next()),
    description: "",
    nameServers,
    creationTime: new Date().toISOString(),
    visibility: "public",
    cloudLoggingConfig: { kind: "dns#managedZoneCloudLoggingConfig" },
  });
  const soa = `${nameServers[0]} cloud-dns-hostmaster.google.com. 1 21600 3600 259200 300`;
  for (const record of [
    { name: dnsName, type: "NS", ttl: 21600, rrdatas: nameServers },
    { name: dnsName, type: "SOA", ttl: 21600, rrdatas: [soa] },
  ])
    cloud.store.set(recordKey(key, record), { kind: "dns#resourceRecordSet", ...record });
  return cloud.store.set(key, zone);
}

/** https://cloud.google.com/dns/docs/reference/rest/v1/managedZones */
function checkZone(zone: Body, { params }: Call, cloud: Cloud): void {
  const no = (field: string, value: unknown) =>
    invalid(`Invalid value for 'entity.managedZone.${field}': '${value ?? ""}'`, "invalid");
  const { name = "", dnsName = "", visibility = "public", labels, privateVisibilityConfig } = zone;
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) throw no("name", name);
  if (!/^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+$/i.test(dnsName)) throw no("dnsName", dnsName);
  if (!["public", "private"].includes(visibility)) throw no("visibility", visibility);
  checkLabels(labels);
  for (const { networkUrl = "" } of privateVisibilityConfig?.networks ?? [])
    needNetwork(cloud, params.project as string, networkUrl);
}

function createZone(call: Call, cloud: Cloud): Body {
  const zone = structuredClone(call.body);
  checkZone(zone, call, cloud);
  const key = `clouddns/${call.path}/${zone.name}`;
  if (cloud.store.get(key)) throw conflict(`The resource 'entity.managedZone' named '${zone.name}' already exists`);
  return addZone(cloud, key, zone);
}

/** PUT replaces what can change, PATCH what is sent. https://cloud.google.com/dns/docs/reference/rest/v1/managedZones/update */
function updateZone(call: Call, cloud: Cloud): Body {
  const { zone: before, key } = zoneOf(call, cloud);
  const { name, dnsName, visibility, id, nameServers, creationTime, kind, cloudLoggingConfig } = before;
  const kept = { name, dnsName, visibility, id, nameServers, creationTime, kind, cloudLoggingConfig };
  const after =
    call.method === "PATCH" ? merge(structuredClone(before), call.body) : { ...structuredClone(call.body), ...kept };
  checkZone(after, call, cloud);
  for (const field of ["name", "dnsName", "visibility"])
    if (after[field] !== before[field]) throw invalid(`The '${field}' of a managed zone cannot be changed.`, "invalid");
  cloud.store.set(key, after);
  return {
    kind: "dns#operation",
    id: String(cloud.next()),
    type: "UPDATE",
    status: "done",
    startTime: new Date().toISOString(),
    zoneContext: { oldValue: before, newValue: after },
  };
}

/** A zone with records of somebody's is not deleted. */
function deleteZone(call: Call, cloud: Cloud): Body {
  const { zone, key } = zoneOf(call, cloud);
  const others = cloud.store
    .below(`${key}/rrsets`)
    .filter(([, { name, type }]) => name !== zone.dnsName || !["NS", "SOA"].includes(type));
  if (others.length)
    throw invalid(
      `The resource named '${zone.name}' cannot be deleted because it contains one or more 'resource records'.`,
      "containerNotEmpty",
    );
  cloud.store.delete(key);
  return {};
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
    route("GET", ZONES, ({ path }, cloud) => ({
      kind: "dns#managedZonesListResponse",
      managedZones: cloud.store.members(`clouddns/${path}`),
    })),
    route("POST", ZONES, createZone, ZONE_SHAPE),
    route("PUT", ZONE, updateZone, ZONE_SHAPE),
    route("PATCH", ZONE, updateZone, ZONE_SHAPE),
    route("DELETE", ZONE, deleteZone),
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
