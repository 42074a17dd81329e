import {
  at,
  expectRefused,
  firewall,
  GLOBAL,
  NAT,
  nat,
  noNetwork,
  REGIONAL,
  type Refused,
  staticRoute,
  subnetwork,
  world,
} from "./compute-world";
import { errorOf } from "./support";

const REST = "https://cloud.google.com/compute/docs/reference/rest/v1";
const FIREWALLS = "https://cloud.google.com/firewall/docs/firewalls";
const NATS = "https://cloud.google.com/nat/docs/ports-and-addresses";

describe("Compute Engine refuses", () => {
  test.each<Refused>([
    ["an unknown direction", firewall({ direction: "UP" }), at("direction", "UP"), `${REST}/firewalls`],
    [
      "an unknown protocol",
      firewall({ allowed: [{ IPProtocol: "foo" }] }),
      at("allowed[0].IPProtocol", "foo", "Invalid IP protocol specification."),
      FIREWALLS,
    ],
    [
      "a protocol number above 255",
      firewall({ allowed: [{ IPProtocol: "256" }] }),
      at("allowed[0].IPProtocol", "256"),
      FIREWALLS,
    ],
    [
      "ports of a protocol without ports",
      firewall({ allowed: [{ IPProtocol: "icmp", ports: ["1"] }] }),
      at("allowed[0].ports", "1", "Ports cannot"),
      FIREWALLS,
    ],
    [
      "a port above 65535",
      firewall({ allowed: [{ IPProtocol: "tcp", ports: ["65536"] }] }),
      at("allowed[0].ports", "65536"),
      FIREWALLS,
    ],
    [
      "a range of ports backwards",
      firewall({ allowed: [{ IPProtocol: "tcp", ports: ["90-80"] }] }),
      at("allowed[0].ports", "90-80"),
      FIREWALLS,
    ],
    [
      "allowed and denied in one",
      firewall({ denied: [{ IPProtocol: "all" }] }),
      at("allowed", "", "Exactly one"),
      FIREWALLS,
    ],
    ["neither allowed nor denied", firewall({ allowed: [] }), at("allowed", "", "Exactly one"), FIREWALLS],
    ["an invalid source", firewall({ sourceRanges: ["10.0.0.0/33"] }), at("sourceRanges[0]", "10.0.0.0/33"), FIREWALLS],
    [
      "an invalid destination",
      firewall({ destinationRanges: ["fd00::/129"] }),
      at("destinationRanges[0]", "fd00::/129"),
      FIREWALLS,
    ],
    ["a priority above 65535", firewall({ priority: 65536 }), at("priority", "65536"), FIREWALLS],
    [
      "source tags of what goes out",
      firewall({ direction: "EGRESS", sourceTags: ["web"] }),
      at("sourceTags", "web"),
      `${REST}/firewalls`,
    ],
    [
      "tags with service accounts",
      firewall({ sourceServiceAccounts: ["a@b"], targetTags: ["web"] }),
      at("targetTags", "web"),
      `${REST}/firewalls`,
    ],
    [
      "unknown metadata of a firewall's log",
      firewall({ logConfig: { enable: true, metadata: "SOME" } }),
      at("logConfig.metadata", "SOME"),
      `${REST}/firewalls`,
    ],
    ["a firewall in no network", firewall({ network: "none" }), noNetwork, `${REST}/firewalls`],
    [
      "denial beside what is allowed",
      (c) => {
        firewall({})(c);
        return c.patch(`${GLOBAL}/firewalls/new`, { denied: [{ IPProtocol: "all" }] });
      },
      at("allowed", "", "Exactly one"),
      `${REST}/firewalls/patch`,
    ],

    [
      "a route to what is no range",
      staticRoute({ destRange: "10.0.0.0/33" }),
      at("destRange", "10.0.0.0/33"),
      `${REST}/routes`,
    ],
    [
      "a route with a priority above 65535",
      staticRoute({ priority: 65536 }),
      at("priority", "65536"),
      `${REST}/routes`,
    ],
    ["a route in no network", staticRoute({ network: "none" }), noNetwork, `${REST}/routes`],
    [
      "a route with two next hops",
      staticRoute({ nextHopIp: "10.0.0.2" }),
      at("nextHop", "", "Exactly one"),
      `${REST}/routes/insert`,
    ],
    [
      "a route without a next hop",
      staticRoute({ nextHopGateway: undefined }),
      at("nextHop", "", "Exactly one"),
      `${REST}/routes/insert`,
    ],
    [
      "a route through another gateway",
      staticRoute({ nextHopGateway: "global/gateways/mine" }),
      at("nextHopGateway", "global/gateways/mine", "It must be default-internet-gateway."),
      `${REST}/routes/insert`,
    ],

    [
      "an unknown way to allocate addresses",
      nat({ natIpAllocateOption: "AUTO" }),
      at("nats[0].natIpAllocateOption", "AUTO"),
      `${REST}/routers`,
    ],
    [
      "unknown ranges to translate",
      nat({ sourceSubnetworkIpRangesToNat: "ALL" }),
      at("nats[0].sourceSubnetworkIpRangesToNat", "ALL"),
      `${REST}/routers`,
    ],
    [
      "unknown ranges of a subnetwork to translate",
      nat({ subnetworks: [{ ...NAT.subnetworks[0], sourceIpRangesToNat: ["SOME"] }] }),
      at("nats[0].subnetworks[0].sourceIpRangesToNat", "SOME"),
      `${REST}/routers`,
    ],
    [
      "an unknown filter of a NAT's log",
      nat({ logConfig: { enable: true, filter: "SOME" } }),
      at("nats[0].logConfig.filter", "SOME"),
      `${REST}/routers`,
    ],
    ["addresses where they are allocated", nat({ natIps: ["x"] }), at("nats[0].natIps", "x"), `${REST}/routers`],
    [
      "an address that is not there",
      nat({ natIpAllocateOption: "MANUAL_ONLY", natIps: [`${REGIONAL}/addresses/x`] }),
      "404 The resource 'projects/p/regions/europe-west1/addresses/x' was not found",
      `${REST}/routers`,
    ],
    [
      "translation for no subnetwork",
      nat({ subnetworks: [{ name: "none" }] }),
      "404 The resource 'projects/p/regions/europe-west1/subnetworks/none' was not found",
      `${REST}/routers`,
    ],
    [
      "translation in another region",
      nat({ subnetworks: [{ name: "projects/p/regions/europe-west4/subnetworks/s" }] }),
      at("subnetwork", "projects/p/regions/europe-west4/subnetworks/s", "It must be in europe-west1."),
      "https://cloud.google.com/nat/docs/overview",
    ],
    [
      "translation in another network",
      (c) => {
        subnetwork({ name: "t", network: "other" })(c);
        return nat({ subnetworks: [{ name: "t" }] })(c);
      },
      at("nats[0].subnetworks[0].name", "t", "It must be in the router's network."),
      "https://cloud.google.com/nat/docs/overview",
    ],
    [
      "independent mapping with dynamic ports",
      nat({ enableDynamicPortAllocation: true, enableEndpointIndependentMapping: true }),
      at("nats[0].enableEndpointIndependentMapping", "true"),
      NATS,
    ],
    [
      "dynamic ports from no power of two",
      nat({ enableDynamicPortAllocation: true, minPortsPerVm: 50 }),
      at("nats[0].minPortsPerVm", "50"),
      NATS,
    ],
    [
      "dynamic ports up to the fewest",
      nat({ enableDynamicPortAllocation: true, minPortsPerVm: 64, maxPortsPerVm: 64 }),
      at("nats[0].maxPortsPerVm", "64"),
      NATS,
    ],
    [
      "a NAT beside one for everything",
      (c) =>
        c.patch(`${REGIONAL}/routers/router`, {
          nats: [
            { ...NAT, subnetworks: [], sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES" },
            { ...NAT, name: "second" },
          ],
        }),
      "Can not create new Nats since a Nat with option ALL_SUBNETWORKS_ALL_IP_RANGES exists.",
      `${REST}/routers`,
    ],
    [
      "a NAT for what another router translates",
      (c) => {
        nat({})(c);
        return c.post(`${REGIONAL}/routers`, { name: "second", network: "n", nats: [NAT] });
      },
      at("nats[0].subnetworks[0].sourceIpRangesToNat", "", "The subnetwork is already configured"),
      `${REST}/routers`,
    ],
    [
      "two NATs of one name",
      (c) => c.patch(`${REGIONAL}/routers/router`, { nats: [NAT, NAT] }),
      at("nats[1].name", "nat"),
      `${REST}/routers`,
    ],
  ])("%s", (...refused) => expectRefused(refused));
});

test("a route has a priority, and keeps its network", () => {
  const compute = world();
  staticRoute({})(compute);
  expect(compute.get(`${GLOBAL}/routes/new`)).toMatchObject({
    kind: "compute#route",
    network: "https://www.googleapis.com/compute/v1/projects/p/global/networks/n",
    nextHopGateway: "https://www.googleapis.com/compute/v1/projects/p/global/gateways/default-internet-gateway",
    priority: 1000,
  });
  staticRoute({ network: "other", name: "kept" })(compute);
  expect(errorOf(() => compute.delete(`${GLOBAL}/networks/other`))).toBe(
    "400 The network resource 'projects/p/global/networks/other' is already being used by 'projects/p/global/routes/kept'",
  );
});

test("a subnetwork has a policy, which tells who may use it", () => {
  const { get, post, cloud } = world();
  const subnetwork = `${REGIONAL}/subnetworks/s`;
  expect(get(`${subnetwork}/getIamPolicy`).bindings).toEqual([]);
  const bindings = [{ role: "roles/compute.networkUser", members: ["user:a@example.com"] }];
  post(`${subnetwork}/setIamPolicy`, { policy: { bindings } });
  expect(get(`${subnetwork}/getIamPolicy`).bindings).toEqual(bindings);
  const may = (path: string) => cloud.access.permits(["user:a@example.com"], "compute.subnetworks.use", path);
  expect([may(`compute/${subnetwork}`), may(`compute/${REGIONAL}/subnetworks/t`)]).toEqual([true, false]);
  expect(errorOf(() => get(`${REGIONAL}/subnetworks/none/getIamPolicy`))).toContain("404");
});

test("a firewall rule without ends is for everybody", () => {
  const compute = world();
  firewall({ sourceRanges: undefined })(compute);
  firewall({ name: "out", sourceRanges: undefined, direction: "EGRESS" })(compute);
  expect(compute.get(`${GLOBAL}/firewalls/new`)).toMatchObject({
    direction: "INGRESS",
    sourceRanges: ["0.0.0.0/0"],
    priority: 1000,
    disabled: false,
    logConfig: { enable: false },
  });
  expect(compute.get(`${GLOBAL}/firewalls/out`).destinationRanges).toEqual(["0.0.0.0/0"]);
});

test("a NAT is completed, and goes with an empty list", () => {
  const compute = world();
  nat({
    enableDynamicPortAllocation: true,
    minPortsPerVm: 64,
    maxPortsPerVm: 4096,
    logConfig: { enable: true, filter: "ERRORS_ONLY" },
  })(compute);
  expect(compute.get(`${REGIONAL}/routers/router`).nats).toMatchObject([
    {
      type: "PUBLIC",
      endpointTypes: ["ENDPOINT_TYPE_VM"],
      autoNetworkTier: "PREMIUM",
      effectiveTcpTimeWaitTimeoutSec: 120,
      subnetworks: [{ name: "https://www.googleapis.com/compute/v1/projects/p/regions/europe-west1/subnetworks/s" }],
    },
  ]);
  nat({ minPortsPerVm: 128 })(compute); // itself is none beside it
  compute.patch(`${REGIONAL}/routers/router`, { nats: [] });
  expect(compute.get(`${REGIONAL}/routers/router`).nats).toEqual([]);
});

test("a NAT has addresses of its own", () => {
  const compute = world();
  compute.post(`${REGIONAL}/addresses`, { name: "out" });
  nat({ natIpAllocateOption: "MANUAL_ONLY", natIps: [`${REGIONAL}/addresses/out`] })(compute);
  expect(compute.get(`${REGIONAL}/routers/router`).nats[0].natIps).toEqual([
    "https://www.googleapis.com/compute/v1/projects/p/regions/europe-west1/addresses/out",
  ]);
});
