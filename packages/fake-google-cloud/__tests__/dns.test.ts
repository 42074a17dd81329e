import type { Body } from "../src/body";
import { addZoneByHand } from "../src/services/dns";
import { errorOf, everything, serviceOf } from "./support";

const ZONE = "projects/p/managedZones/zone";

const record = (over: Body = {}): Body => ({
  name: "api.example.com.",
  type: "A",
  ttl: 300,
  rrdatas: ["203.0.113.1", "203.0.113.2"],
  ...over,
});

/** A zone with one record. */
function zone() {
  const cloud = everything();
  addZoneByHand(cloud, "p", "zone", "example.com.");
  const service = serviceOf("clouddns", cloud);
  const change = (body: Body) => service.post(`${ZONE}/changes`, body);
  change({ additions: [record()] });
  return {
    ...service,
    change,
    records: (query?: Record<string, string>) => service.call("GET", `${ZONE}/rrsets`, {}, query).rrsets,
  };
}

// The messages are those of Google's own fake for its client libraries:
// https://github.com/googleapis/google-cloud-java/blob/v0.2.0/gcloud-java-dns/src/main/java/com/google/cloud/dns/testing/LocalDnsHelper.java
test.each<[string, Body, string, string]>([
  [
    "nothing",
    {},
    "400 The 'entity.change' parameter is required but was missing.",
    "https://cloud.google.com/dns/docs/reference/rest/v1/changes",
  ],
  [
    "a record that is there",
    { additions: [record()] },
    "409 The resource 'entity.change.additions[0]' named 'api.example.com. (A)' already exists",
    "https://cloud.google.com/dns/docs/records#troubleshooting",
  ],
  [
    "a CNAME beside a record",
    { additions: [record({ type: "CNAME", rrdatas: ["b.example.com."] })] },
    "400 The resource record set 'entity.change.additions[0]' is invalid because the DNS name 'api.example.com.' may have either",
    "https://cloud.google.com/dns/docs/records-overview",
  ],
  [
    "a record of another domain",
    { additions: [record({ name: "api.example.org." })] },
    "400 Invalid value for 'entity.change.additions[0].name': 'api.example.org.'",
    "https://cloud.google.com/dns/docs/records-overview",
  ],
  [
    "a domain that only ends alike",
    { additions: [record({ name: "anexample.com." })] },
    "400 Invalid value for 'entity.change.additions[0].name': 'anexample.com.'",
    "https://cloud.google.com/dns/docs/records-overview",
  ],
  [
    "a name without its last dot",
    { additions: [record({ name: "b.example.com" })] },
    "400 Invalid value for 'entity.change.additions[0].name': 'b.example.com'",
    "https://cloud.google.com/dns/docs/records-overview",
  ],
  [
    "an unknown type",
    { additions: [record({ type: "B" })] },
    "400 Invalid value for 'entity.change.additions[0].type': 'B'",
    "https://cloud.google.com/dns/docs/records-overview#supported_dns_record_types",
  ],
  [
    "a negative TTL",
    { additions: [record({ ttl: -1 })] },
    "400 Invalid value for 'entity.change.additions[0].ttl': '-1'",
    "https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets",
  ],
  [
    "no address",
    { additions: [record({ rrdatas: [] })] },
    "400 Invalid value for 'entity.change.additions[0].rrdata'",
    "https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets",
  ],
  [
    "an address that is none",
    { additions: [record({ rrdatas: ["203.0.113.1", "203.0.113.256"] })] },
    "400 Invalid value for 'entity.change.additions[0].rrdata[1]': '203.0.113.256'",
    "https://cloud.google.com/dns/docs/records-overview",
  ],
  [
    "an IPv6 address that is none",
    { additions: [record({ type: "AAAA" })] },
    "400 Invalid value for 'entity.change.additions[0].rrdata[0]': '203.0.113.1'",
    "https://cloud.google.com/dns/docs/records-overview",
  ],
  [
    "the deletion of a record that is not there",
    { deletions: [record({ name: "b.example.com." })] },
    "404 The 'entity.change.deletions[0]' resource named 'b.example.com. (A)' does not exist.",
    "https://cloud.google.com/dns/docs/reference/rest/v1/changes",
  ],
  [
    "the deletion of a record with another TTL",
    { deletions: [record({ ttl: 60 })] },
    "412 Precondition not met for 'entity.change.deletions[0]'",
    "https://cloud.google.com/dns/docs/records#troubleshooting",
  ],
  [
    "the deletion of a record with another address",
    { deletions: [record({ rrdatas: ["203.0.113.1"] })] },
    "412 Precondition not met for 'entity.change.deletions[0]'",
    "https://cloud.google.com/dns/docs/records#troubleshooting",
  ],
])("refuses a change of %s", (_what, body, expected, _page) => {
  const { change, records } = zone();
  const before = records();
  expect(errorOf(() => change(body))).toContain(expected);
  expect(records()).toEqual(before);
});

test("a change of which one part is refused changes nothing", () => {
  const { change, records } = zone();
  expect(errorOf(() => change({ additions: [record({ type: "B" })], deletions: [record()] }))).toContain("400 ");
  expect(records({ name: "api.example.com." })).toHaveLength(1);
});

// https://github.com/stacklok/sigstore-the-hard-way/issues/10
test.each<[string, string]>([
  ["GET", "projects/p/managedZones/other"],
  ["GET", "projects/p/managedZones/other/rrsets"],
  ["POST", "projects/p/managedZones/other/changes"],
])("%s %s, of a zone that is not there", (method, path) => {
  expect(errorOf(() => zone().call(method, path, { additions: [record()] }))).toBe(
    "404 The 'parameters.managedZone' resource named 'other' does not exist.",
  );
});

test("a zone made by hand has its name servers", () => {
  const { get, records } = zone();
  expect(get(ZONE)).toMatchObject({ name: "zone", dnsName: "example.com.", visibility: "public" });
  expect(records({ type: "NS", name: "example.com." })).toMatchObject([{ rrdatas: get(ZONE).nameServers }]);
  expect(records({ type: "SOA", name: "example.com." })).toHaveLength(1);
});

test("records are found by name and type", () => {
  const { records } = zone();
  expect(records()).toHaveLength(3);
  expect(records({ name: "api.example.com.", type: "A" })).toMatchObject([record()]);
  expect(records({ name: "api.example.com.", type: "TXT" })).toEqual([]);
});

test("a change replaces a record, in whatever order its addresses are, and can be asked for", () => {
  const { change, get, records } = zone();
  const { id, status } = change({
    deletions: [record({ rrdatas: [...record().rrdatas].reverse() })],
    additions: [record({ rrdatas: ["203.0.113.3"] })],
  });
  expect(status).toBe("done");
  expect(get(`${ZONE}/changes/${id}`)).toMatchObject({ id, status: "done" });
  expect(records({ name: "api.example.com.", type: "A" })).toMatchObject([{ rrdatas: ["203.0.113.3"] }]);
  expect(errorOf(() => get(`${ZONE}/changes/0`))).toContain("404 ");
});
