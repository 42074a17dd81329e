import type { Body } from "../src/body";
import {
  ALL_RANGES,
  address,
  at,
  type Compute,
  expectRefused,
  fingerprint,
  firewall,
  GLOBAL,
  nat,
  network,
  noNetwork,
  overlapping,
  REGIONAL,
  type Refused,
  reserved,
  subnetwork,
  world,
} from "./compute-world";
import { errorOf, everything, serviceOf } from "./support";

const REST = "https://cloud.google.com/compute/docs/reference/rest/v1";
const NAMES = "https://cloud.google.com/compute/docs/naming-resources";
const RANGES = "https://cloud.google.com/vpc/docs/subnets#ipv4-ranges";
const VALID = "https://cloud.google.com/vpc/docs/subnets#valid-ranges";
const EDIT = "https://cloud.google.com/vpc/docs/create-modify-vpc-networks";
const FLOW_LOGS = "https://cloud.google.com/vpc/docs/using-flow-logs";
const PRIVATE = "https://cloud.google.com/vpc/docs/configure-private-services-access";

describe("Compute Engine refuses", () => {
  test.each<Refused>([
    ["a name in use", network({ name: "n" }), "409 The resource 'projects/p/global/networks/n' already exists", NAMES],
    ["no name", network({ name: undefined }), "400 The field 'name' is required.", NAMES],
    ["a name with capitals", network({ name: "New" }), at("name", "New", "Must be"), NAMES],
    ["a long name", network({ name: "n".repeat(64) }), "400 Invalid value for field 'resource.name'", NAMES],
    [
      "an unknown routing mode",
      network({ routingConfig: { routingMode: "LOCAL" } }),
      at("routingConfig.routingMode", "LOCAL"),
      `${REST}/networks`,
    ],
    ["a small MTU", network({ mtu: 1200 }), at("mtu", "1200"), `${REST}/networks`],
    [
      "a change of automatic subnetworks",
      (c) => c.patch(`${GLOBAL}/networks/n`, { autoCreateSubnetworks: true }),
      at("autoCreateSubnetworks", "true"),
      `${REST}/networks/patch`,
    ],
    [
      "a change of what is not there",
      (c) => c.patch(`${GLOBAL}/networks/none`, {}),
      noNetwork,
      `${REST}/networks/patch`,
    ],
    [
      "deletion of a network with subnetworks",
      (c) => c.delete(`${GLOBAL}/networks/n`),
      "400 The network resource 'projects/p/global/networks/n' is already being used by 'projects/p/regions/europe-west1/subnetworks/s'",
      EDIT,
    ],
    [
      "a peering with no network",
      (c) => c.post(`${GLOBAL}/networks/n/addPeering`, { networkPeering: { name: "x", network: "none" } }),
      noNetwork,
      `${REST}/networks/addPeering`,
    ],
    [
      "an update of no peering",
      (c) => c.call("PATCH", `${GLOBAL}/networks/n/updatePeering`, { networkPeering: { name: "x" } }),
      "400 There is no peering (x) for the network.",
      `${REST}/networks/updatePeering`,
    ],

    [
      "an unknown region",
      subnetwork({}, "mars-west1"),
      "400 Invalid value for field 'region': 'mars-west1'. Unknown region.",
      "https://cloud.google.com/compute/docs/regions-zones",
    ],
    ["no network", subnetwork({ network: "global/networks/none" }), noNetwork, `${REST}/subnetworks`],
    [
      "a subnetwork for a network",
      subnetwork({ network: `${REGIONAL}/subnetworks/s` }),
      at("network", "projects/p/regions/europe-west1/subnetworks/s", "The URL is malformed."),
      `${REST}/subnetworks`,
    ],
    [
      "a range that is none",
      subnetwork({ ipCidrRange: "10.50.0.0" }),
      at("ipCidrRange", "10.50.0.0", "Must be"),
      VALID,
    ],
    ["a range with host bits", subnetwork({ ipCidrRange: "10.50.0.1/20" }), at("ipCidrRange", "10.50.0.1/20"), VALID],
    [
      "a small range",
      subnetwork({ ipCidrRange: "10.50.0.0/30" }),
      at("ipCidrRange", "10.50.0.0/30", "The prefix length must be from 4 to 29."),
      VALID,
    ],
    ["a large range", subnetwork({ ipCidrRange: "64.0.0.0/3" }), at("ipCidrRange", "64.0.0.0/3", "The prefix"), VALID],
    [
      "a prohibited range",
      subnetwork({ ipCidrRange: "169.254.0.0/24" }),
      at("ipCidrRange", "169.254.0.0/24", "The range is one of those"),
      "https://cloud.google.com/vpc/docs/subnets#prohibited-ipv4-ranges",
    ],
    [
      "a range over a primary one",
      subnetwork({ ipCidrRange: "10.0.0.0/24" }),
      `400 Invalid IPCidrRange: 10.0.0.0/24 ${overlapping}`,
      RANGES,
    ],
    [
      "a range over a secondary one",
      subnetwork({ ipCidrRange: "10.7.0.0/24" }),
      `400 Invalid IPCidrRange: 10.7.0.0/24 ${overlapping}`,
      RANGES,
    ],
    [
      "a range in another region over one",
      subnetwork({ ipCidrRange: "10.0.0.0/24" }, "europe-west4"),
      `400 Invalid IPCidrRange: 10.0.0.0/24 ${overlapping}`,
      RANGES,
    ],
    [
      "a secondary range over one",
      subnetwork({ secondaryIpRanges: [{ rangeName: "x", ipCidrRange: "10.0.8.0/24" }] }),
      `400 Invalid IPCidrRange: 10.0.8.0/24 ${overlapping}`,
      RANGES,
    ],
    [
      "a secondary range over its own primary one",
      subnetwork({ secondaryIpRanges: [{ rangeName: "x", ipCidrRange: "10.50.0.0/24" }] }),
      "400 Invalid IPCidrRange: 10.50.0.0/24 conflicts with existing subnetwork 'new'",
      RANGES,
    ],
    [
      "two ranges of one name",
      subnetwork({
        secondaryIpRanges: [
          { rangeName: "x", ipCidrRange: "10.60.0.0/24" },
          { rangeName: "x", ipCidrRange: "10.61.0.0/24" },
        ],
      }),
      at("secondaryIpRanges[1].rangeName", "x"),
      `${REST}/subnetworks`,
    ],
    [
      "a range over a reserved one",
      subnetwork({ ipCidrRange: "10.100.8.0/24" }),
      "400 Invalid IPCidrRange: 10.100.8.0/24 conflicts with reserved IP range '10.100.0.0/20'.",
      PRIVATE,
    ],
    ["an unknown purpose", subnetwork({ purpose: "FUN" }), at("purpose", "FUN"), `${REST}/subnetworks`],
    [
      "an unknown interval of flow logs",
      subnetwork({ logConfig: { aggregationInterval: "INTERVAL_1_SEC" } }),
      at("logConfig.aggregationInterval", "INTERVAL_1_SEC"),
      FLOW_LOGS,
    ],
    [
      "unknown metadata of flow logs",
      subnetwork({ logConfig: { metadata: "SOME" } }),
      at("logConfig.metadata", "SOME"),
      FLOW_LOGS,
    ],
    [
      "a sampling above 1",
      subnetwork({ logConfig: { flowSampling: 1.5 } }),
      at("logConfig.flowSampling", "1.5"),
      FLOW_LOGS,
    ],
    [
      "a change without fingerprint",
      (c) => c.patch(`${REGIONAL}/subnetworks/s`, { secondaryIpRanges: [] }),
      "412 Invalid fingerprint.",
      `${REST}/subnetworks/patch`,
    ],
    [
      "a change of the range in place",
      (c) =>
        c.patch(`${REGIONAL}/subnetworks/s`, {
          fingerprint: fingerprint(c, `${REGIONAL}/subnetworks/s`),
          ipCidrRange: "10.0.0.0/19",
        }),
      at("ipCidrRange", "10.0.0.0/19", "The field cannot be changed."),
      `${REST}/subnetworks/patch`,
    ],
    [
      "an expansion to a smaller range",
      (c) => c.post(`${REGIONAL}/subnetworks/s/expandIpCidrRange`, { ipCidrRange: "10.0.0.0/24" }),
      at("ipCidrRange", "10.0.0.0/24", "The range must be larger"),
      `${REST}/subnetworks/expandIpCidrRange`,
    ],
    [
      "an expansion over another range",
      (c) => c.post(`${REGIONAL}/subnetworks/s/expandIpCidrRange`, { ipCidrRange: "10.0.0.0/12" }),
      "400 Invalid IPCidrRange: 10.4.0.0/14 conflicts",
      `${REST}/subnetworks/expandIpCidrRange`,
    ],

    [
      "an unknown type of address",
      address({ addressType: "PUBLIC" }),
      at("addressType", "PUBLIC"),
      `${REST}/globalAddresses`,
    ],
    ["an unknown purpose of an address", address({ purpose: "FUN" }), at("purpose", "FUN"), `${REST}/globalAddresses`],
    [
      "an external range",
      address(reserved({ addressType: "EXTERNAL" })),
      at("purpose", "VPC_PEERING", "The field cannot be specified with external address."),
      `${REST}/globalAddresses`,
    ],
    [
      "a network for an external address",
      address({ network: "global/networks/n" }),
      at("network", "global/networks/n", "The field cannot"),
      `${REST}/globalAddresses`,
    ],
    [
      "a regional range",
      (c) => c.post(`${REGIONAL}/addresses`, reserved({})),
      at("purpose", "VPC_PEERING", "Only a global address"),
      PRIVATE,
    ],
    ["a range in no network", address(reserved({ network: undefined })), at("network", ""), PRIVATE],
    [
      "a range in a network that is not there",
      address(reserved({ network: "global/networks/none" })),
      noNetwork,
      PRIVATE,
    ],
    [
      "a range without length",
      address(reserved({ prefixLength: undefined })),
      at("prefixLength", ""),
      "https://cloud.google.com/sdk/gcloud/reference/compute/addresses/create#--prefix-length",
    ],
    [
      "a range that does not begin with its address",
      address(reserved({ address: "10.200.1.0" })),
      at("address", "10.200.1.0"),
      PRIVATE,
    ],
    [
      "a reserved range over a subnetwork's",
      address(reserved({ address: "10.0.0.0" })),
      "400 Invalid IP CIDR range: 10.0.0.0/20 conflicts with IP range 10.0.0.0/20 that was allocated by resource projects/p/regions/europe-west1/subnetworks/s.",
      PRIVATE,
    ],
    [
      "a reserved range over another",
      address(reserved({ address: "10.100.0.0", prefixLength: 16 })),
      "400 Invalid IP CIDR range: 10.100.0.0/16 conflicts with IP range 10.100.0.0/20 that was allocated by resource projects/p/global/addresses/r.",
      PRIVATE,
    ],
    [
      "labels without fingerprint",
      (c) => c.post(`${GLOBAL}/addresses/r/setLabels`, { labels: {} }),
      "412 Invalid fingerprint.",
      `${REST}/globalAddresses/setLabels`,
    ],
  ])("%s", (...refused) => expectRefused(refused));

  test.each([
    ["firewall", (c: Compute) => firewall({ network: "other" })(c), "global/firewalls/new"],
    [
      "router",
      (c: Compute) => c.post(`${REGIONAL}/routers`, { name: "new", network: "other" }),
      "regions/europe-west1/routers/new",
    ],
    ["reserved range", (c: Compute) => address(reserved({ network: "other" }))(c), "global/addresses/new"],
  ])("deletion of a network with a %s", (_what, make, user) => {
    const compute = world();
    make(compute);
    const remove = () => compute.delete(`${GLOBAL}/networks/other`);
    expect(errorOf(remove)).toBe(
      `400 The network resource '${GLOBAL}/networks/other' is already being used by 'projects/p/${user}'`,
    );
    compute.delete(`projects/p/${user}`);
    remove();
    expect(compute.get(`${GLOBAL}/networks`).items).toHaveLength(1);
  });

  test.each(["s", "regions/europe-west1/subnetworks/s", `${REGIONAL}/subnetworks/s`])(
    "deletion of a subnetwork that a cluster uses, written %s, and of the ranges of its pods",
    (reference) => {
      const compute = world();
      const cluster = "projects/p/locations/europe-west1/clusters/c";
      compute.cloud.store.set(`container/${cluster}`, {
        subnetwork: reference,
        ipAllocationPolicy: { clusterSecondaryRangeName: "pods" },
      });
      const expected = `400 The subnetwork resource '${REGIONAL}/subnetworks/s' is already being used by '${cluster}'`;
      expect(errorOf(() => compute.delete(`${REGIONAL}/subnetworks/s`))).toBe(expected);
      const change = { secondaryIpRanges: [], fingerprint: fingerprint(compute, `${REGIONAL}/subnetworks/s`) };
      expect(errorOf(() => compute.patch(`${REGIONAL}/subnetworks/s`, change))).toBe(expected);
      compute.cloud.store.delete(`container/${cluster}`);
      compute.delete(`${REGIONAL}/subnetworks/s`);
      expect(compute.get(`${REGIONAL}/subnetworks`)).toEqual({ items: [] });
    },
  );

  test("deletion of a subnetwork that a NAT lists", () => {
    const compute = world();
    nat({})(compute);
    const remove = () => compute.delete(`${REGIONAL}/subnetworks/s`);
    expect(errorOf(remove)).toBe(
      `400 The subnetwork resource '${REGIONAL}/subnetworks/s' is already being used by '${REGIONAL}/routers/router'`,
    );
    compute.patch(`${REGIONAL}/routers/router`, { nats: [] });
    remove();
    expect(compute.get(`${REGIONAL}/subnetworks`)).toEqual({ items: [] });
  });

  test("what refers to a network, or changes one, while it is being made", () => {
    const compute = serviceOf("compute", everything({ speed: 1 }));
    compute.post(`${GLOBAL}/networks`, { name: "n" });
    const expected = "400 The resource 'compute/projects/p/global/networks/n' is not ready";
    expect(errorOf(() => subnetwork({})(compute))).toBe(expected);
    expect(errorOf(() => compute.patch(`${GLOBAL}/networks/n`, {}))).toBe(expected);
    expect(errorOf(() => compute.delete(`${GLOBAL}/networks/n`))).toBe(expected);
  });
});

test("an operation runs for its time, in the place of what it changes", () => {
  const slow = serviceOf("compute", everything({ speed: 1 }));
  expect(slow.post(`${GLOBAL}/networks`, { name: "n" })).toMatchObject({ status: "RUNNING", progress: 0 });
  const compute = world();
  const { name, ...operation } = compute.patch(`${REGIONAL}/routers/router`, {});
  expect(operation).toMatchObject({
    kind: "compute#operation",
    status: "DONE",
    progress: 100,
    region: "https://www.googleapis.com/compute/v1/projects/p/regions/europe-west1",
    targetLink: "https://www.googleapis.com/compute/v1/projects/p/regions/europe-west1/routers/router",
  });
  expect(compute.get(`${REGIONAL}/operations/${name}`)).toEqual({ name, ...operation });
  expect(errorOf(() => compute.get(`${GLOBAL}/operations/none`))).toMatch(/^404 /);
});

test("references may be names, parts of URLs and URLs, and are answered in full", () => {
  const compute = world();
  const url = "https://www.googleapis.com/compute/v1/projects/p/global/networks/n";
  const number = compute.cloud.numberOf("p");
  const references = [
    "n",
    "global/networks/n",
    "projects/p/global/networks/n",
    `projects/${number}/global/networks/n`,
    url,
  ];
  references.forEach((reference, index) => {
    firewall({ name: `f${index}`, network: reference })(compute);
    expect(compute.get(`${GLOBAL}/firewalls/f${index}`).network).toBe(url);
    compute.patch(`${GLOBAL}/firewalls/f${index}`, { network: "n", priority: 1 });
  });
});

test("the networks of one project may have the same ranges", () => {
  const compute = world();
  subnetwork({ network: "other", ...ALL_RANGES })(compute);
  address(reserved({ network: "other", address: "10.100.0.0" }))(compute);
  expect(compute.get(`${REGIONAL}/subnetworks`).items).toHaveLength(2);
});

test("a subnetwork is completed, and changes as far as it can", () => {
  const compute = world();
  const path = `${REGIONAL}/subnetworks/s`;
  const before = compute.get(path);
  expect(before).toMatchObject({
    gatewayAddress: "10.0.0.1",
    purpose: "PRIVATE",
    stackType: "IPV4_ONLY",
    privateIpGoogleAccess: false,
    region: "https://www.googleapis.com/compute/v1/projects/p/regions/europe-west1",
  });
  compute.patch(path, {
    logConfig: { enable: true, flowSampling: 0.5 },
    secondaryIpRanges: null,
    fingerprint: before.fingerprint,
  });
  compute.post(`${path}/setPrivateIpGoogleAccess`, { privateIpGoogleAccess: true });
  compute.post(`${path}/expandIpCidrRange`, { ipCidrRange: "10.0.0.0/19" });
  const after = compute.get(path);
  expect(after).toMatchObject({
    ipCidrRange: "10.0.0.0/19",
    privateIpGoogleAccess: true,
    logConfig: { enable: true, flowSampling: 0.5, metadata: "EXCLUDE_ALL_METADATA" },
    secondaryIpRanges: [],
  });
  expect(after.fingerprint).not.toBe(before.fingerprint);
});

// https://cloud.google.com/vpc/docs/create-use-internal-ranges
test("internal ranges are unknown: a subnetwork that has its range from one says so", () => {
  const reservedInternalRange = "networkconnectivity.googleapis.com/projects/p/locations/global/internalRanges/r";
  const unknown = `501 the fake does not know the internal range ${reservedInternalRange}; say ipCidrRange`;
  const refusal = (over: Body) => errorOf(() => subnetwork(over)(world()));
  expect(refusal({ ipCidrRange: undefined, reservedInternalRange })).toBe(unknown);
  expect(refusal({ secondaryIpRanges: [{ rangeName: "pods", reservedInternalRange }] })).toBe(unknown);
});

test("an external address gets an address, and labels", () => {
  const compute = world();
  address({})(compute);
  const path = `${GLOBAL}/addresses/new`;
  expect(compute.get(path)).toMatchObject({ addressType: "EXTERNAL", networkTier: "PREMIUM", status: "RESERVED" });
  expect(compute.get(path).address).toMatch(/^203\.0\.113\.\d+$/);
  compute.post(`${path}/setLabels`, { labels: { a: "b" }, labelFingerprint: compute.get(path).labelFingerprint });
  expect(compute.get(path).labels).toEqual({ a: "b" });
});

test("a range without an address gets one that is free", () => {
  const compute = world();
  address(reserved({ address: undefined, prefixLength: 16 }))(compute);
  expect(compute.get(`${GLOBAL}/addresses/new`)).toMatchObject({ address: "10.1.0.0", prefixLength: 16 });
  expect(compute.get(`${GLOBAL}/addresses/new`).networkTier).toBeUndefined();
});

test("a range may go while services use it", () => {
  const compute = world();
  const networking = serviceOf("servicenetworking", compute.cloud);
  const body = { network: `${GLOBAL}/networks/n`, reservedPeeringRanges: ["r"] };
  networking.post("services/servicenetworking.googleapis.com/connections", body);
  compute.delete(`${GLOBAL}/addresses/r`);
  expect(compute.get(`${GLOBAL}/addresses`)).toEqual({ items: [] });
});

test("peerings are added, changed and removed, and keep a network", () => {
  const compute = world();
  const path = `${GLOBAL}/networks/other`;
  compute.post(`${path}/addPeering`, { networkPeering: { name: "x", network: "n" } });
  compute.call("PATCH", `${path}/updatePeering`, { networkPeering: { name: "x", exportCustomRoutes: true } });
  expect(compute.get(path).peerings).toMatchObject([
    { name: "x", state: "ACTIVE", exportCustomRoutes: true, importCustomRoutes: false },
  ]);
  expect(errorOf(() => compute.delete(path))).toContain("400 The network resource");
  compute.post(`${path}/removePeering`, { name: "x" });
  compute.delete(path);
  expect(errorOf(() => compute.get(path))).toBe(`404 The resource '${path}' was not found`);
});

test("a project, its zones and its groups of machines are read", () => {
  const compute = world();
  expect(compute.get("projects/p")).toMatchObject({ name: "p", defaultNetworkTier: "PREMIUM" });
  const zones = compute.get("projects/p/zones").items.map(({ name }: Body) => name);
  expect(zones).toEqual(expect.arrayContaining(["europe-west1-b", "us-central1-f"]));
  expect(zones).not.toContain("europe-west1-a");
  expect(compute.get("projects/p/zones/us-central1-f")).toMatchObject({ kind: "compute#zone", status: "UP" });
  expect(errorOf(() => compute.get("projects/p/zones/europe-west1-a"))).toBe(
    "404 The resource 'projects/p/zones/europe-west1-a' was not found",
  );
  const managers = "projects/p/zones/europe-west1-b/instanceGroupManagers";
  expect(compute.get(managers)).toEqual({ items: [] });
  expect(errorOf(() => compute.get(`${managers}/pool-grp`))).toContain("404");
});
