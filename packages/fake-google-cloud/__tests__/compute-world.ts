import type { Body } from "../src/body";
import { errorOf, serviceOf } from "./support";

export type Compute = ReturnType<typeof serviceOf>;

export const GLOBAL = "projects/p/global";
export const REGIONAL = "projects/p/regions/europe-west1";
export const ALL_RANGES = {
  ipCidrRange: "10.0.0.0/20",
  secondaryIpRanges: [{ rangeName: "pods", ipCidrRange: "10.4.0.0/14" }],
};
export const RULE = {
  priority: 1,
  action: "allow",
  match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } },
};
export const LIMIT = {
  conformAction: "allow",
  exceedAction: "deny(429)",
  enforceOnKey: "IP",
  rateLimitThreshold: { count: 10, intervalSec: 60 },
};

/** A network `n` with a subnetwork `s`, a reserved range `r` and a router `router`, and a second network `other`. */
export function world(): Compute {
  const compute = serviceOf("compute");
  const { post } = compute;
  for (const name of ["n", "other"]) post(`${GLOBAL}/networks`, { name, autoCreateSubnetworks: false });
  post(`${REGIONAL}/subnetworks`, { name: "s", network: `${GLOBAL}/networks/n`, ...ALL_RANGES });
  post(`${GLOBAL}/addresses`, reserved({ name: "r", address: "10.100.0.0", prefixLength: 20 }));
  post(`${REGIONAL}/routers`, { name: "router", network: "global/networks/n" });
  return compute;
}

export const reserved = (over: Body): Body => ({
  name: "new",
  purpose: "VPC_PEERING",
  addressType: "INTERNAL",
  network: `${GLOBAL}/networks/n`,
  address: "10.200.0.0",
  prefixLength: 20,
  ...over,
});
export const network = (over: Body) => (c: Compute) => c.post(`${GLOBAL}/networks`, { name: "new", ...over });
export const subnetwork =
  (over: Body, region = "europe-west1") =>
  (c: Compute) =>
    c.post(`projects/p/regions/${region}/subnetworks`, {
      name: "new",
      network: "global/networks/n",
      ipCidrRange: "10.50.0.0/20",
      ...over,
    });
export const address = (over: Body) => (c: Compute) => c.post(`${GLOBAL}/addresses`, { name: "new", ...over });
export const firewall = (over: Body) => (c: Compute) =>
  c.post(`${GLOBAL}/firewalls`, {
    name: "new",
    network: "global/networks/n",
    sourceRanges: ["10.0.0.0/8"],
    allowed: [{ IPProtocol: "tcp", ports: ["443"] }],
    ...over,
  });
export const staticRoute = (over: Body) => (c: Compute) =>
  c.post(`${GLOBAL}/routes`, {
    name: "new",
    network: "global/networks/n",
    destRange: "0.0.0.0/0",
    nextHopGateway: "global/gateways/default-internet-gateway",
    ...over,
  });
export const NAT = {
  name: "nat",
  natIpAllocateOption: "AUTO_ONLY",
  sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
  subnetworks: [{ name: `${REGIONAL}/subnetworks/s`, sourceIpRangesToNat: ["ALL_IP_RANGES"] }],
};
export const nat = (over: Body) => (c: Compute) =>
  c.patch(`${REGIONAL}/routers/router`, { nats: [{ ...NAT, ...over }] });
export const sslPolicy = (over: Body) => (c: Compute) => c.post(`${GLOBAL}/sslPolicies`, { name: "new", ...over });
export const certificate = (domains?: string[]) => (c: Compute) =>
  c.post(`${GLOBAL}/sslCertificates`, { name: "new", type: "MANAGED", managed: { domains } });
export const policy = (over: Body) => (c: Compute) => c.post(`${GLOBAL}/securityPolicies`, { name: "new", ...over });
export const rule = (over: Body) => policy({ rules: [{ ...RULE, ...over }] });
export const expression = (text: string) => rule({ match: { expr: { expression: text } } });
export const exclusion = (over: Body) => rule({ preconfiguredWafConfig: { exclusions: [over] } });
export const limit = (over: Body, action = "throttle") => rule({ action, rateLimitOptions: { ...LIMIT, ...over } });
export const fingerprint = (c: Compute, path: string) => c.get(path).fingerprint;

/** A call that is refused, with a part of the error and the page that documents the rule. */
export type Refused = readonly [what: string, call: (c: Compute) => unknown, expected: string, page: string];

/** Makes the call in a world of its own: it is refused, and changes nothing of the network. */
export function expectRefused([_what, call, expected]: Refused): void {
  const compute = world();
  const before = structuredClone(compute.cloud.store.get(`compute/${GLOBAL}/networks/n`));
  expect(errorOf(() => call(compute))).toContain(expected);
  expect(compute.cloud.store.get(`compute/${GLOBAL}/networks/n`)).toEqual(before);
}

/** The error about a field's value. */
export const at = (field: string, value: string, why = "") =>
  `400 Invalid value for field 'resource.${field}': '${value}'. ${why}`;
export const noNetwork = "404 The resource 'projects/p/global/networks/none' was not found";
export const overlapping = "conflicts with existing subnetwork 's' in region 'europe-west1'.";
