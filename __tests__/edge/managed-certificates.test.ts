import { managedCertificates } from "../../constructs/edge/managed-certificates";
import { build, project } from "../construct";

const synth = (...hosts: string[]) =>
  build((stack) => ({ names: managedCertificates(stack, { project, name: "shop-test", hosts }) }));
const CERTIFICATE = "google_compute_managed_ssl_certificate.certificate-shop_example_com";
const { resource, given } = synth("shop.example.com", "api.example.com");

test("each host has a certificate of its own, so that another host leaves the others' alone", () => {
  const { managed, lifecycle, name } = resource(CERTIFICATE);
  expect(managed.domains).toEqual(["shop.example.com"]);
  expect(lifecycle.create_before_destroy).toBe(true);
  const more = synth("www.example.com", "shop.example.com");
  expect(more.resource(CERTIFICATE).name).toBe(name);
  expect(more.resource(CERTIFICATE.replace("shop", "www")).name).not.toBe(name);
  expect(given.names).toHaveLength(2);
});

test("hosts that differ in a dot alone have certificates of their own", () => {
  const { counts } = synth("a-b.example.com", "a.b-example.com", "a.b.example.com");
  expect(counts.google_compute_managed_ssl_certificate).toBe(3);
});

test("a certificate waits for the API and for nothing else", () => {
  expect(resource(CERTIFICATE).depends_on).toEqual(["api.compute"]);
});
