import type { Body } from "../src/body";
import { GLOBAL, REGIONAL, world } from "./compute-world";
import { errorOf, serviceOf } from "./support";

const REST = "https://cloud.google.com/compute/docs/reference/rest/v1";
const NETWORK = `${GLOBAL}/networks/n`;

test.each<[string, string, Body, string, string]>([
  ["a health check of no protocol", "healthChecks", {}, "type", `${REST}/healthChecks`],
  [
    "a health check of two",
    "healthChecks",
    { tcpHealthCheck: {}, httpHealthCheck: {} },
    "type",
    `${REST}/healthChecks`,
  ],
  [
    "a health check that waits longer than its interval",
    "healthChecks",
    { tcpHealthCheck: {}, checkIntervalSec: 5, timeoutSec: 6 },
    "timeoutSec",
    `${REST}/healthChecks`,
  ],
  [
    "a health check that is content too late",
    "healthChecks",
    { tcpHealthCheck: {}, healthyThreshold: 11 },
    "healthyThreshold",
    `${REST}/healthChecks`,
  ],
  [
    "a backend service of no protocol of Google's",
    "backendServices",
    { protocol: "FTP" },
    "protocol",
    `${REST}/backendServices`,
  ],
  ["a TCP proxy without a service", "targetTcpProxies", {}, "service", `${REST}/targetTcpProxies`],
  [
    "an uploaded certificate without a key",
    "sslCertificates",
    { certificate: "x" },
    "privateKey",
    `${REST}/sslCertificates`,
  ],
  [
    "an uploaded certificate that is none",
    "sslCertificates",
    { certificate: "x", privateKey: "y" },
    "certificate",
    `${REST}/sslCertificates`,
  ],
  ["a forwarding rule to nowhere", "forwardingRules", { portRange: "80" }, "target", `${REST}/forwardingRules`],
  [
    "a forwarding rule to what is no target",
    "forwardingRules",
    { portRange: "80", target: NETWORK },
    "target",
    `${REST}/forwardingRules`,
  ],
  ["an internal address of no purpose", "addresses", { addressType: "INTERNAL" }, "purpose", `${REST}/globalAddresses`],
])("%s is refused, everywhere and in a region", (_what, collection, body, field, _page) => {
  const { post } = world();
  const places = collection === "addresses" ? [GLOBAL] : [GLOBAL, REGIONAL];
  for (const place of places)
    expect(errorOf(() => post(`${place}/${collection}`, { name: "new", ...body }))).toMatch(
      new RegExp(`^400 Invalid value for field 'resource.${field}'`),
    );
});

test.each([
  ["a backend service", "backendServices", { healthChecks: ["global/healthChecks/none"] }],
  ["an SSL proxy", "targetSslProxies", { service: "global/backendServices/none" }],
  ["a gRPC proxy", "targetGrpcProxies", { urlMap: "global/urlMaps/none" }],
])("%s must refer to what is there", (_what, collection, body) => {
  expect(errorOf(() => world().post(`${GLOBAL}/${collection}`, { name: "new", ...body }))).toMatch(/^404 /);
});

test("a health check that a backend service uses stays", () => {
  const { post, delete: remove } = world();
  post(`${GLOBAL}/healthChecks`, { name: "check", tcpHealthCheck: {} });
  post(`${GLOBAL}/backendServices`, { name: "backend", healthChecks: [`${GLOBAL}/healthChecks/check`] });
  expect(errorOf(() => remove(`${GLOBAL}/healthChecks/check`))).toMatch(/already being used/);
});

test.each<[string, Body, string]>([
  ["a name of capitals", { name: "Zone", dnsName: "example.com." }, "entity.managedZone.name"],
  ["a domain without its full stop", { name: "z", dnsName: "example.com" }, "entity.managedZone.dnsName"],
  ["another visibility", { name: "z", dnsName: "example.com.", visibility: "some" }, "entity.managedZone.visibility"],
])("a DNS zone with %s is refused", (_what, body, field) => {
  expect(errorOf(() => serviceOf("clouddns").post("projects/p/managedZones", body))).toMatch(
    `Invalid value for '${field}'`,
  );
});

test("a DNS zone with records stays, and its domain too", () => {
  const dns = serviceOf("clouddns");
  dns.post("projects/p/managedZones", { name: "z", dnsName: "example.com." });
  const record = { name: "a.example.com.", type: "A", ttl: 300, rrdatas: ["203.0.113.1"] };
  dns.post("projects/p/managedZones/z/changes", { additions: [record] });
  expect(errorOf(() => dns.delete("projects/p/managedZones/z"))).toMatch(/contains one or more 'resource records'/);
  expect(errorOf(() => dns.patch("projects/p/managedZones/z", { dnsName: "example.org." }))).toMatch(
    /cannot be changed/,
  );
  dns.post("projects/p/managedZones/z/changes", { deletions: [record] });
  dns.delete("projects/p/managedZones/z");
});

test.each([
  ["of no format", { format: "ZIP" }],
  [
    "with an upstream that is not there",
    {
      format: "DOCKER",
      mode: 2,
      virtualRepositoryConfig: {
        upstreamPolicies: [{ repository: "projects/p/locations/us-east4/repositories/none" }],
      },
    },
  ],
])("a repository %s is refused", (_what, body) => {
  const registry = serviceOf("artifactregistry");
  expect(
    errorOf(() => registry.post("projects/p/locations/us-east4/repositories", body, { repositoryId: "r" })),
  ).toMatch(/^40[04] /);
});

// https://cloud.google.com/compute/docs/reference/rest/v1/regionTargetHttpsProxies and its neighbors
test.each([
  ["POST", "targetGrpcProxies"],
  ["POST", "targetSslProxies"],
  ["PATCH", "targetHttpProxies/p"],
  ["PATCH", "targetTcpProxies/p"],
  ["POST", "targetTcpProxies/p/setProxyHeader"],
  ["POST", "targetHttpsProxies/p/setSslPolicy"],
  ["POST", "targetHttpsProxies/p/setCertificateMap"],
])("regions have no %s %s", (method, path) => {
  const { cloud } = world();
  const call = () => cloud.call({ service: "compute", method, path: `${REGIONAL}/${path}`, body: {} });
  expect(errorOf(call)).toMatch(/the fake does not know/);
});
