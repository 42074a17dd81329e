import { Edge, type EdgeProps } from "../../constructs/google/edge";
import { build, project, ref } from "../construct";

const synth = (props: Partial<EdgeProps> = {}) =>
  build((stack) => {
    new Edge(stack, "edge", {
      project,
      name: "shop-test",
      hosts: ["shop.example.com", "api.example.com"],
      deletionProtection: true,
      ...props,
    });
  });
const CERTIFICATE = "google_compute_managed_ssl_certificate.edge_certificate";
const { resource, counts } = synth();

test("without a DNS zone, the records are somebody else's to make", () => {
  expect(counts).toEqual({
    google_compute_global_address: 1,
    google_compute_managed_ssl_certificate: 1,
    google_compute_ssl_policy: 1,
  });
});

test("with a DNS zone, each host points at the address", () => {
  const built = synth({ dnsZone: "example-com" });
  expect(built.counts.google_dns_record_set).toBe(2);
  for (const host of ["shop.example.com", "api.example.com"])
    expect(built.resource(`google_dns_record_set.edge_record-${host.replaceAll(".", "-")}`)).toMatchObject({
      managed_zone: "example-com",
      name: `${host}.`,
      type: "A",
      rrdatas: [ref("google_compute_global_address.edge.address")],
      depends_on: ["api.dns"],
    });
});

test("all hosts are on one certificate, which another list of hosts replaces under another name", () => {
  const { name, managed, lifecycle } = resource(CERTIFICATE);
  expect(managed.domains).toEqual(["shop.example.com", "api.example.com"]);
  expect(lifecycle.create_before_destroy).toBe(true);
  const names = [[], ["www.example.com"], ["www.example.com", "api.example.com"]].map(
    (more) => synth({ hosts: ["shop.example.com", ...more] }).resource(CERTIFICATE).name,
  );
  expect(new Set([name, ...names]).size).toBe(4);
  expect(synth({ dnsZone: "example-com", deletionProtection: false }).resource(CERTIFICATE).name).toBe(name);
});

test("clients need TLS 1.2 and modern ciphers", () => {
  expect(resource("google_compute_ssl_policy.edge_ssl-policy")).toMatchObject({
    profile: "RESTRICTED",
    min_tls_version: "TLS_1_2",
  });
});

test("address, certificate and policy wait for the API and for nothing else", () => {
  for (const address of [
    "google_compute_global_address.edge",
    CERTIFICATE,
    "google_compute_ssl_policy.edge_ssl-policy",
  ])
    expect(resource(address).depends_on).toEqual(["api.compute"]);
});

test.each([true, false])("the address, which DNS names, has a fixed place and is locked: %s", (deletionProtection) => {
  const address = synth({ deletionProtection }).resource("google_compute_global_address.edge");
  expect(address.address_type).toBe("EXTERNAL");
  expect(address.lifecycle.prevent_destroy).toBe(deletionProtection);
});
