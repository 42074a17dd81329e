import { GoogleLoadBalancer, type GoogleLoadBalancerProps } from "../../constructs/edge/google-load-balancer";
import { build, platform, ref } from "../construct";

const synth = (props: Partial<GoogleLoadBalancerProps> = {}) =>
  build((stack) => {
    new GoogleLoadBalancer(stack, "edge", {
      platform,
      hosts: ["shop.example.com", "api.example.com"],
      ...props,
    });
  });
const CERTIFICATE = "google_compute_managed_ssl_certificate.edge_certificate-shop_example_com";
const { resource, counts } = synth();

test("without a DNS zone, the records are somebody else's to make", () => {
  expect(counts).toEqual({
    google_compute_global_address: 1,
    google_compute_managed_ssl_certificate: 2,
    google_compute_ssl_policy: 1,
  });
});

test("with a DNS zone, each host points at the address", () => {
  const built = synth({ dnsZone: "example-com" });
  expect(built.counts.google_dns_record_set).toBe(2);
  for (const host of ["shop.example.com", "api.example.com"])
    expect(built.resource(`google_dns_record_set.edge_record-${host.replaceAll(".", "_")}`)).toMatchObject({
      managed_zone: "example-com",
      name: `${host}.`,
      type: "A",
      rrdatas: [ref("google_compute_global_address.edge.address")],
      depends_on: ["api.dns"],
    });
});

test("each host has a certificate of its own, so that another host leaves the others' alone", () => {
  const { managed, lifecycle, name } = resource(CERTIFICATE);
  expect(managed.domains).toEqual(["shop.example.com"]);
  expect(lifecycle.create_before_destroy).toBe(true);
  const more = synth({ hosts: ["www.example.com", "shop.example.com"] });
  expect(more.resource(CERTIFICATE).name).toBe(name);
  expect(more.resource(CERTIFICATE.replace("shop", "www")).name).not.toBe(name);
});

test("hosts that differ in a dot alone have records and certificates of their own", () => {
  const hosts = ["a-b.example.com", "a.b-example.com", "a.b.example.com"];
  expect(synth({ hosts, dnsZone: "example-com" }).counts).toMatchObject({
    google_dns_record_set: 3,
    google_compute_managed_ssl_certificate: 3,
  });
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
  const address = synth({ platform: { ...platform, deletionProtection } }).resource(
    "google_compute_global_address.edge",
  );
  expect(address.address_type).toBe("EXTERNAL");
  expect(address.lifecycle.prevent_destroy).toBe(deletionProtection);
});
