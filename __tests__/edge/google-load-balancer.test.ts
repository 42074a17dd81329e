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
const { resource, counts } = synth();

test("without a DNS zone, the records are somebody else's to make", () => {
  expect(counts).toEqual({
    google_compute_global_address: 1,
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

test("hosts that differ in a dot alone have records of their own", () => {
  const hosts = ["a-b.example.com", "a.b-example.com", "a.b.example.com"];
  expect(synth({ hosts, dnsZone: "example-com" }).counts.google_dns_record_set).toBe(3);
});

test("clients need TLS 1.2 and modern ciphers", () => {
  expect(resource("google_compute_ssl_policy.edge_ssl-policy")).toMatchObject({
    profile: "RESTRICTED",
    min_tls_version: "TLS_1_2",
  });
});

test("address and policy wait for the API and for nothing else", () => {
  for (const address of ["google_compute_global_address.edge", "google_compute_ssl_policy.edge_ssl-policy"])
    expect(resource(address).depends_on).toEqual(["api.compute"]);
});

test.each([true, false])("the address, which DNS names, has a fixed place and is locked: %s", (deletionProtection) => {
  const address = synth({ platform: { ...platform, deletionProtection } }).resource(
    "google_compute_global_address.edge",
  );
  expect(address.address_type).toBe("EXTERNAL");
  expect(address.lifecycle.prevent_destroy).toBe(deletionProtection);
});
