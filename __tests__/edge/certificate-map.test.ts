import { CertificateMap, type CertificateMapProps } from "../../constructs/edge/certificate-map";
import { build, project, ref } from "../construct";

const synth = (props: Partial<CertificateMapProps> = {}) =>
  build((stack) => {
    const { map } = new CertificateMap(stack, "certificates", {
      project,
      name: "shop-test-static",
      hosts: ["static.example.com", "docs.example.com"],
      ...props,
    });
    return { map: map.id };
  });
const CERTIFICATE = "google_certificate_manager_certificate.certificates_certificate-static_example_com";
const ENTRY = "google_certificate_manager_certificate_map_entry.certificates_entry-static_example_com";
const AUTHORIZATION = "google_certificate_manager_dns_authorization.certificates_authorization-static_example_com";
const RECORD = "google_dns_record_set.certificates_record-static_example_com";
const MAP = "google_certificate_manager_certificate_map.certificates_map";
const plain = synth();
const zoned = synth({ dnsZone: "example-com" });

test("each host has a certificate of its own and an entry of the map, and no other host has one", () => {
  expect(plain.counts).toEqual({
    google_certificate_manager_certificate: 2,
    google_certificate_manager_certificate_map: 1,
    google_certificate_manager_certificate_map_entry: 2,
  });
  expect(plain.resource(ENTRY)).toMatchObject({
    map: ref(`${MAP}.name`),
    hostname: "static.example.com",
    certificates: [ref(`${CERTIFICATE}.id`)],
  });
  expect(plain.given.map).toBe(ref(`${MAP}.id`));
});

test("without a DNS zone, the load balancer that the host points to authorizes its certificate", () => {
  expect(plain.resource(CERTIFICATE).managed).toEqual({ domains: ["static.example.com"] });
});

test("with a DNS zone, a record in it authorizes the certificate, which waits for the record", () => {
  expect(zoned.resource(AUTHORIZATION).domain).toBe("static.example.com");
  expect(zoned.resource(CERTIFICATE)).toMatchObject({
    managed: { domains: ["static.example.com"], dns_authorizations: [ref(`${AUTHORIZATION}.id`)] },
    depends_on: ["api.certificatemanager", RECORD],
  });
  expect(zoned.resource(RECORD)).toMatchObject({
    managed_zone: "example-com",
    name: ref(`${AUTHORIZATION}.dns_resource_record[0].name`),
    type: ref(`${AUTHORIZATION}.dns_resource_record[0].type`),
    rrdatas: [ref(`${AUTHORIZATION}.dns_resource_record[0].data`)],
    depends_on: ["api.dns"],
  });
});

test("another authorization is another certificate, which the entry gets before the old one is deleted", () => {
  expect(plain.resource(CERTIFICATE).lifecycle.create_before_destroy).toBe(true);
  expect(zoned.resource(CERTIFICATE).name).not.toBe(plain.resource(CERTIFICATE).name);
  expect(zoned.resource(ENTRY).name).toBe(plain.resource(ENTRY).name);
});

test("another host leaves the certificates of the others alone", () => {
  const more = synth({ hosts: ["www.example.com", "static.example.com"] });
  expect(more.resource(CERTIFICATE)).toEqual(plain.resource(CERTIFICATE));
  expect(more.resource(ENTRY)).toEqual(plain.resource(ENTRY));
});

test("names stay short enough for Certificate Manager, and hosts that differ in a dot alone have certificates of their own", () => {
  const hosts = ["a-b.example.com", "a.b-example.com", "a.b.example.com"];
  const { json, counts } = synth({ name: "n".repeat(51), hosts, dnsZone: "example-com" });
  const names = Object.values<{ name: string }>(json.resource.google_certificate_manager_certificate).map(
    ({ name }) => name,
  );
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/);
  expect(counts.google_dns_record_set).toBe(3);
});

test("the map and the certificates wait for the API and for nothing else", () => {
  expect(plain.resource(MAP).depends_on).toEqual(["api.certificatemanager"]);
  expect(plain.resource(CERTIFICATE).depends_on).toEqual(["api.certificatemanager"]);
});
