import type { Body } from "../src/body";
import { setLoadBalancers } from "../src/services/compute/load-balancer";
import { errorOf, everything, serviceOf } from "./support";

type Compute = ReturnType<typeof serviceOf>;

const GLOBAL = "projects/p/global";
const REGIONAL = "projects/p/regions/europe-west1";
const ALL_RANGES = {
  ipCidrRange: "10.0.0.0/20",
  secondaryIpRanges: [{ rangeName: "pods", ipCidrRange: "10.4.0.0/14" }],
};
const RULE = { priority: 1, action: "allow", match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } } };
const LIMIT = {
  conformAction: "allow",
  exceedAction: "deny(429)",
  enforceOnKey: "IP",
  rateLimitThreshold: { count: 10, intervalSec: 60 },
};

/** A network `n` with a subnetwork `s`, a reserved range `r` and a router `router`, and a second network `other`. */
function world(): Compute {
  const compute = serviceOf("compute");
  const { post } = compute;
  for (const name of ["n", "other"]) post(`${GLOBAL}/networks`, { name, autoCreateSubnetworks: false });
  post(`${REGIONAL}/subnetworks`, { name: "s", network: `${GLOBAL}/networks/n`, ...ALL_RANGES });
  post(`${GLOBAL}/addresses`, reserved({ name: "r", address: "10.100.0.0", prefixLength: 20 }));
  post(`${REGIONAL}/routers`, { name: "router", network: "global/networks/n" });
  return compute;
}

const reserved = (over: Body): Body => ({
  name: "new",
  purpose: "VPC_PEERING",
  addressType: "INTERNAL",
  network: `${GLOBAL}/networks/n`,
  address: "10.200.0.0",
  prefixLength: 20,
  ...over,
});
const network = (over: Body) => (c: Compute) => c.post(`${GLOBAL}/networks`, { name: "new", ...over });
const subnetwork =
  (over: Body, region = "europe-west1") =>
  (c: Compute) =>
    c.post(`projects/p/regions/${region}/subnetworks`, {
      name: "new",
      network: "global/networks/n",
      ipCidrRange: "10.50.0.0/20",
      ...over,
    });
const address = (over: Body) => (c: Compute) => c.post(`${GLOBAL}/addresses`, { name: "new", ...over });
const firewall = (over: Body) => (c: Compute) =>
  c.post(`${GLOBAL}/firewalls`, {
    name: "new",
    network: "global/networks/n",
    sourceRanges: ["10.0.0.0/8"],
    allowed: [{ IPProtocol: "tcp", ports: ["443"] }],
    ...over,
  });
const NAT = {
  name: "nat",
  natIpAllocateOption: "AUTO_ONLY",
  sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
  subnetworks: [{ name: `${REGIONAL}/subnetworks/s`, sourceIpRangesToNat: ["ALL_IP_RANGES"] }],
};
const nat = (over: Body) => (c: Compute) => c.patch(`${REGIONAL}/routers/router`, { nats: [{ ...NAT, ...over }] });
const sslPolicy = (over: Body) => (c: Compute) => c.post(`${GLOBAL}/sslPolicies`, { name: "new", ...over });
const certificate = (domains?: string[]) => (c: Compute) =>
  c.post(`${GLOBAL}/sslCertificates`, { name: "new", type: "MANAGED", managed: { domains } });
const policy = (over: Body) => (c: Compute) => c.post(`${GLOBAL}/securityPolicies`, { name: "new", ...over });
const rule = (over: Body) => policy({ rules: [{ ...RULE, ...over }] });
const expression = (text: string) => rule({ match: { expr: { expression: text } } });
const exclusion = (over: Body) => rule({ preconfiguredWafConfig: { exclusions: [over] } });
const limit = (over: Body, action = "throttle") => rule({ action, rateLimitOptions: { ...LIMIT, ...over } });
const fingerprint = (c: Compute, path: string) => c.get(path).fingerprint;

const REST = "https://cloud.google.com/compute/docs/reference/rest/v1";
const NAMES = "https://cloud.google.com/compute/docs/naming-resources";
const RANGES = "https://cloud.google.com/vpc/docs/subnets#ipv4-ranges";
const VALID = "https://cloud.google.com/vpc/docs/subnets#valid-ranges";
const EDIT = "https://cloud.google.com/vpc/docs/create-modify-vpc-networks";
const FLOW_LOGS = "https://cloud.google.com/vpc/docs/using-flow-logs";
const PRIVATE = "https://cloud.google.com/vpc/docs/configure-private-services-access";
const FIREWALLS = "https://cloud.google.com/firewall/docs/firewalls";
const NATS = "https://cloud.google.com/nat/docs/ports-and-addresses";
const SSL = "https://cloud.google.com/load-balancing/docs/ssl-policies-concepts";
const CERTIFICATES = "https://cloud.google.com/load-balancing/docs/ssl-certificates/google-managed-certs";
const ARMOR = "https://cloud.google.com/armor/docs/configure-security-policies";
const ARMOR_LIMITS = "https://cloud.google.com/armor/quotas#limits";
const WAF = "https://cloud.google.com/armor/docs/waf-rules";
const TUNING = "https://cloud.google.com/armor/docs/rule-tuning";
const RATES = "https://cloud.google.com/armor/docs/rate-limiting-overview";

/** What refuses a value, and why. */
const at = (field: string, value: string, why = "") =>
  `400 Invalid value for field 'resource.${field}': '${value}'. ${why}`;
const noNetwork = "404 The resource 'projects/p/global/networks/none' was not found";
const overlapping = "conflicts with existing subnetwork 's' in region 'europe-west1'.";

describe("refuses", () => {
  test.each<[what: string, call: (c: Compute) => unknown, expected: string, page: string]>([
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

    ["an unknown profile", sslPolicy({ profile: "STRICT" }), at("profile", "STRICT"), SSL],
    ["an unknown version of TLS", sslPolicy({ minTlsVersion: "TLS_2" }), at("minTlsVersion", "TLS_2"), SSL],
    [
      "TLS 1.3 with another profile",
      sslPolicy({ profile: "MODERN", minTlsVersion: "TLS_1_3" }),
      at("profile", "MODERN"),
      SSL,
    ],
    [
      "FIPS with another version",
      sslPolicy({ profile: "FIPS_202205", minTlsVersion: "TLS_1_1" }),
      at("minTlsVersion", "TLS_1_1"),
      SSL,
    ],
    ["features of a profile that is given", sslPolicy({ customFeatures: ["x"] }), at("customFeatures", "x"), SSL],
    [
      "a change of an SSL policy without fingerprint",
      (c) => {
        sslPolicy({})(c);
        return c.patch(`${GLOBAL}/sslPolicies/new`, { profile: "MODERN" });
      },
      "412 Invalid fingerprint.",
      `${REST}/sslPolicies/patch`,
    ],
    ["a certificate for nothing", certificate(), at("managed.domains", "0"), CERTIFICATES],
    [
      "a certificate for 101 domains",
      certificate(Array.from({ length: 101 }, (_, i) => `h${i}.example.com`)),
      at("managed.domains", "101"),
      CERTIFICATES,
    ],
    [
      "a certificate for no domain",
      certificate(["None"]),
      at("managed.domains[0]", "None", "Invalid domain name specified."),
      CERTIFICATES,
    ],
    [
      "a certificate with a wildcard",
      certificate(["a.example.com", "*.example.com"]),
      at("managed.domains[1]", "*.example.com"),
      CERTIFICATES,
    ],

    ["an unknown type of policy", policy({ type: "ARMOR" }), at("type", "ARMOR"), `${REST}/securityPolicies`],
    [
      "an unknown way to parse",
      policy({ advancedOptionsConfig: { jsonParsing: "ON" } }),
      at("advancedOptionsConfig.jsonParsing", "ON"),
      `${REST}/securityPolicies`,
    ],
    [
      "an unknown log level",
      policy({ advancedOptionsConfig: { logLevel: "LOUD" } }),
      at("advancedOptionsConfig.logLevel", "LOUD"),
      `${REST}/securityPolicies`,
    ],
    [
      "an unknown size of bodies",
      policy({ advancedOptionsConfig: { requestBodyInspectionSize: "1MB" } }),
      at("advancedOptionsConfig.requestBodyInspectionSize", "1MB"),
      `${REST}/securityPolicies`,
    ],
    [
      "two rules of one priority",
      policy({ rules: [RULE, RULE] }),
      "Cannot have rules with the same priorities.",
      ARMOR,
    ],
    ["a negative priority", rule({ priority: -1 }), at("priority", "-1"), `${REST}/securityPolicies`],
    [
      "a long description",
      rule({ description: "x".repeat(65) }),
      "400 Invalid value for field 'resource.description'",
      ARMOR_LIMITS,
    ],
    ["an unknown action", rule({ action: "deny(429)" }), at("action", "deny(429)"), `${REST}/securityPolicies`],
    ["no condition", rule({ match: {} }), at("match", ""), `${REST}/securityPolicies`],
    [
      "a condition on 11 ranges",
      rule({ match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: Array(11).fill("10.0.0.0/8") } } }),
      at("match.config.srcIpRanges", "11"),
      ARMOR_LIMITS,
    ],
    [
      "a condition on no range",
      rule({ match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["here"] } } }),
      at("match.config.srcIpRanges", "here"),
      `${REST}/securityPolicies`,
    ],
    [
      "a default rule for some",
      rule({ priority: 2 ** 31 - 1, match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["10.0.0.0/8"] } } }),
      at("match", "", "The default rule must match all"),
      `${REST}/securityPolicies`,
    ],
    [
      "a long expression",
      expression(`request.path == '${"x".repeat(2048)}'`),
      "The expression is longer than 2048 characters.",
      ARMOR_LIMITS,
    ],
    [
      "six subexpressions",
      expression(Array(6).fill("true").join(" || ")),
      "The number of subexpressions exceeds the limit of 5.",
      ARMOR_LIMITS,
    ],
    [
      "a long subexpression",
      expression(`request.path == '${"x".repeat(1024)}'`),
      "A subexpression is longer than 1024 characters.",
      ARMOR_LIMITS,
    ],
    [
      "an open literal",
      expression("request.path == 'x"),
      "Syntax error: token recognition error.",
      "https://cloud.google.com/armor/docs/rules-language-reference",
    ],
    [
      "an unknown rule set",
      expression("evaluatePreconfiguredWaf('sqli-v1-stable')"),
      "'sqli-v1-stable' is not a supported preconfigured expression set.",
      WAF,
    ],
    [
      "an exclusion from an unknown set",
      exclusion({ targetRuleSet: "none", requestUrisToExclude: [{ op: "EQUALS_ANY" }] }),
      at("preconfiguredWafConfig.exclusions", "none"),
      TUNING,
    ],
    [
      "an exclusion of no field",
      exclusion({ targetRuleSet: "sqli-v33-stable" }),
      "An exclusion must have a request field.",
      TUNING,
    ],
    [
      "an exclusion of 11 fields",
      exclusion({ targetRuleSet: "sqli-v33-stable", requestUrisToExclude: Array(11).fill({ op: "EQUALS", val: "/" }) }),
      "The number of request fields exceeds the limit of 10.",
      ARMOR_LIMITS,
    ],
    [
      "an unknown operator",
      exclusion({ targetRuleSet: "sqli-v33-stable", requestUrisToExclude: [{ op: "IS", val: "/" }] }),
      at("preconfiguredWafConfig.exclusions", "IS"),
      TUNING,
    ],
    [
      "an operator without its value",
      exclusion({ targetRuleSet: "sqli-v33-stable", requestUrisToExclude: [{ op: "EQUALS", val: "" }] }),
      "With the operator EQUALS.",
      TUNING,
    ],
    [
      "a limit of what is no limit",
      rule({ rateLimitOptions: LIMIT }),
      at("rateLimitOptions", "", "Rate limit options must be specified"),
      RATES,
    ],
    [
      "a throttle without limit",
      rule({ action: "throttle" }),
      at("rateLimitOptions", "", "Rate limit options must be specified"),
      RATES,
    ],
    [
      "an unknown interval",
      limit({ rateLimitThreshold: { count: 1, intervalSec: 45 } }),
      at("rateLimitOptions.rateLimitThreshold.intervalSec", "45"),
      RATES,
    ],
    [
      "a limit of nothing",
      limit({ rateLimitThreshold: { count: 0, intervalSec: 60 } }),
      at("rateLimitOptions.rateLimitThreshold.count", "0"),
      RATES,
    ],
    [
      "an unknown action below the limit",
      limit({ conformAction: "deny(403)" }),
      at("rateLimitOptions.conformAction", "deny(403)"),
      RATES,
    ],
    [
      "an unknown action above the limit",
      limit({ exceedAction: "deny(500)" }),
      at("rateLimitOptions.exceedAction", "deny(500)"),
      RATES,
    ],
    ["an unknown key", limit({ enforceOnKey: "USER" }), at("rateLimitOptions.enforceOnKey", "USER"), RATES],
    [
      "a key and keys",
      limit({ enforceOnKeyConfigs: [{ enforceOnKeyType: "IP" }] }),
      at("rateLimitOptions.enforceOnKey", "IP", "Not together"),
      RATES,
    ],
    ["a ban of who is throttled", limit({ banDurationSec: 60 }), at("rateLimitOptions.banDurationSec", "60"), RATES],
    [
      "a ban after an unknown interval",
      limit({ banThreshold: { count: 1, intervalSec: 1 } }, "rate_based_ban"),
      at("rateLimitOptions.banThreshold.intervalSec", "1"),
      RATES,
    ],
    [
      "another type of policy",
      (c) => {
        policy({})(c);
        return c.patch(`${GLOBAL}/securityPolicies/new`, {
          type: "CLOUD_ARMOR_EDGE",
          fingerprint: fingerprint(c, `${GLOBAL}/securityPolicies/new`),
        });
      },
      at("type", "CLOUD_ARMOR_EDGE", "The field cannot be changed."),
      `${REST}/securityPolicies`,
    ],
    [
      "a change of a policy without fingerprint",
      (c) => {
        policy({})(c);
        return c.patch(`${GLOBAL}/securityPolicies/new`, {});
      },
      "412 Invalid fingerprint.",
      `${REST}/securityPolicies`,
    ],
    [
      "another rule of the same priority",
      (c) => {
        rule({})(c);
        return c.post(`${GLOBAL}/securityPolicies/new/addRule`, RULE);
      },
      at("priority", "1", "Cannot have rules with the same priorities."),
      `${REST}/securityPolicies/addRule`,
    ],
    [
      "an invalid rule that is added",
      (c) => {
        policy({})(c);
        return c.post(`${GLOBAL}/securityPolicies/new/addRule`, { ...RULE, action: "drop" });
      },
      at("action", "drop"),
      `${REST}/securityPolicies/addRule`,
    ],
    [
      "a change that makes a rule invalid",
      (c) => {
        rule({})(c);
        return c.post(`${GLOBAL}/securityPolicies/new/patchRule`, { action: "throttle" }, { priority: "1" });
      },
      at("rateLimitOptions", ""),
      `${REST}/securityPolicies/patchRule`,
    ],
    [
      "a change of no rule",
      (c) => {
        rule({})(c);
        return c.post(`${GLOBAL}/securityPolicies/new/patchRule`, {}, { priority: "2" });
      },
      at("priority", "2"),
      `${REST}/securityPolicies/patchRule`,
    ],
    [
      "removal of the default rule",
      (c) => {
        rule({})(c);
        return c.post(`${GLOBAL}/securityPolicies/new/removeRule`, {}, { priority: "2147483647" });
      },
      "The default rule cannot be removed.",
      `${REST}/securityPolicies/removeRule`,
    ],
  ])("%s", (_what, call, expected, _page) => {
    const compute = world();
    const before = structuredClone(compute.cloud.store.get("compute/projects/p/global/networks/n"));
    expect(errorOf(() => call(compute))).toContain(expected);
    expect(compute.cloud.store.get("compute/projects/p/global/networks/n")).toEqual(before);
  });

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

  test.each([
    ["security_policy", "securityPolicies/new", policy({}), "backendServices/b"],
    [
      "ssl_certificate",
      "sslCertificates/new",
      (c: Compute) =>
        c.post(`${GLOBAL}/sslCertificates`, { name: "new", type: "MANAGED", managed: { domains: ["a.io"] } }),
      "targetHttpsProxies/lb",
    ],
    [
      "ssl_policy",
      "sslPolicies/new",
      (c: Compute) => c.post(`${GLOBAL}/sslPolicies`, { name: "new" }),
      "targetHttpsProxies/lb",
    ],
    ["address", "addresses/new", (c: Compute) => c.post(`${GLOBAL}/addresses`, { name: "new" }), "forwardingRules/lb"],
  ])("deletion of a load balancer's %s", (kind, path, make, user) => {
    const compute = world();
    make(compute);
    const uses = { certificates: ["new"], sslPolicy: "new", address: "new", backends: { b: "new" } };
    setLoadBalancers(compute.cloud, "p", [{ name: "lb", ...uses }]);
    const remove = () => compute.delete(`${GLOBAL}/${path}`);
    // https://github.com/GoogleCloudPlatform/terraform-google-cloud-armor/issues/59
    expect(errorOf(remove)).toBe(
      `400 The ${kind} resource '${GLOBAL}/${path}' is already being used by '${GLOBAL}/${user}'`,
    );
    setLoadBalancers(compute.cloud, "p", []);
    remove();
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
      enableEndpointIndependentMapping: false,
      autoNetworkTier: "PREMIUM",
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

test("an SSL policy and a certificate are completed", () => {
  const compute = world();
  sslPolicy({})(compute);
  const path = `${GLOBAL}/sslPolicies/new`;
  expect(compute.get(path)).toMatchObject({ profile: "COMPATIBLE", minTlsVersion: "TLS_1_0", enabledFeatures: [] });
  compute.patch(path, { profile: "RESTRICTED", minTlsVersion: "TLS_1_3", fingerprint: fingerprint(compute, path) });
  expect(compute.get(path).profile).toBe("RESTRICTED");
  certificate(["shop.example.com", "example.com."])(compute);
  expect(compute.get(`${GLOBAL}/sslCertificates/new`).managed.domains).toHaveLength(2);
});

test("a security policy has a default rule, and its rules change one by one", () => {
  const compute = world();
  const path = `${GLOBAL}/securityPolicies/new`;
  policy({ advancedOptionsConfig: { jsonParsing: "STANDARD", logLevel: "" } })(compute);
  expect(compute.get(path)).toMatchObject({
    type: "CLOUD_ARMOR",
    rules: [{ action: "allow", priority: 2 ** 31 - 1, preview: false }],
    advancedOptionsConfig: { jsonParsing: "STANDARD", requestBodyInspectionSize: "8KB" },
  });
  const waf = {
    match: {
      versionedExpr: "",
      expr: { expression: "evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 1})" },
    },
  };
  const exclusions = [{ targetRuleSet: "sqli-v33-stable", requestUrisToExclude: [{ op: "EQUALS_ANY", val: "" }] }];
  compute.post(`${path}/addRule`, { ...RULE, ...waf, preconfiguredWafConfig: { exclusions } });
  compute.post(`${path}/patchRule`, { preview: true }, { priority: "1" });
  expect(compute.get(path).rules[1]).toMatchObject({
    preview: true,
    action: "allow",
    preconfiguredWafConfig: { exclusions },
  });
  compute.post(`${path}/patchRule`, { ...RULE, ...waf }, { priority: "1", updateMask: "preconfigured_waf_config" });
  expect(compute.get(path).rules[1].preconfiguredWafConfig).toBeUndefined();
  compute.post(
    `${path}/patchRule`,
    { ...RULE, action: "throttle", rateLimitOptions: LIMIT },
    { priority: "1", updateMask: "rate_limit_options,rate_limit_options.enforce_on_key" },
  );
  compute.post(`${path}/patchRule`, RULE, { priority: "1", updateMask: "rate_limit_options" });
  expect(compute.get(path).rules[1]).toEqual({ ...RULE, preview: true, description: "" });
  compute.post(`${path}/removeRule`, {}, { priority: "1" });
  expect(compute.get(path).rules).toHaveLength(1);
});

test("a change of a security policy is of what it names, rules apart", () => {
  const compute = world();
  const path = `${GLOBAL}/securityPolicies/new`;
  policy({
    description: "before",
    rules: [RULE],
    advancedOptionsConfig: { logLevel: "NORMAL", userIpRequestHeaders: ["x"] },
  })(compute);
  const body = { advancedOptionsConfig: { logLevel: "VERBOSE" }, rules: [], fingerprint: fingerprint(compute, path) };
  compute.patch(path, body, { updateMask: "advanced_options_config.user_ip_request_headers" });
  const after = compute.get(path);
  expect(after).toMatchObject({
    description: "before",
    advancedOptionsConfig: { logLevel: "VERBOSE", jsonParsing: "DISABLED" },
  });
  expect(after.advancedOptionsConfig.userIpRequestHeaders).toBeUndefined();
  expect(after.rules).toHaveLength(2);
});

test("a project, its zones and its groups of machines are read", () => {
  const compute = world();
  expect(compute.get("projects/p")).toMatchObject({ name: "p", defaultNetworkTier: "PREMIUM" });
  const zones = compute.get("projects/p/zones").items.map(({ name }: Body) => name);
  expect(zones).toEqual(expect.arrayContaining(["europe-west1-b", "us-central1-f"]));
  expect(zones).not.toContain("europe-west1-a");
  const managers = "projects/p/zones/europe-west1-b/instanceGroupManagers";
  expect(compute.get(managers)).toEqual({ items: [] });
  expect(compute.get(`${managers}/pool-grp`)).toMatchObject({ name: "pool-grp", targetSize: 1 });
});
