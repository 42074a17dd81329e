import { compute, GLOBAL, NETWORK, OTHER, REGION, type ValidCall } from "./call";

const RULE = {
  priority: 1,
  description: "d",
  action: "rate_based_ban",
  preview: false,
  match: { expr: { expression: "request.path == '/'" } },
  preconfiguredWafConfig: {
    exclusions: [{ targetRuleSet: "xss-v33-stable", requestHeadersToExclude: [{ op: "EQUALS", val: "x" }] }],
  },
  rateLimitOptions: {
    conformAction: "allow",
    exceedAction: "deny(429)",
    enforceOnKey: "IP",
    rateLimitThreshold: { count: 10, intervalSec: 60 },
    banThreshold: { count: 10, intervalSec: 60 },
    banDurationSec: 60,
  },
};
const ADDRESSES = {
  priority: 2,
  action: "allow",
  match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } },
};

export const COMPUTE: readonly ValidCall[] = [
  compute("POST", `${GLOBAL}/networks`, {
    name: "n",
    autoCreateSubnetworks: false,
    mtu: 1460,
    routingConfig: { routingMode: "REGIONAL" },
  }),
  compute("POST", `${GLOBAL}/networks`, { name: "m" }),
  compute("PATCH", NETWORK, { routingConfig: { routingMode: "GLOBAL" } }),
  compute("POST", `${NETWORK}/addPeering`, { networkPeering: { name: "x", network: OTHER } }),
  compute("PATCH", `${NETWORK}/updatePeering`, { networkPeering: { name: "x", exportCustomRoutes: true } }),
  compute("POST", `${NETWORK}/removePeering`, { name: "x" }),
  compute("POST", `${REGION}/subnetworks`, {
    name: "s",
    network: NETWORK,
    ipCidrRange: "10.10.0.0/20",
    secondaryIpRanges: [
      { rangeName: "pods", ipCidrRange: "10.20.0.0/16" },
      { rangeName: "services", ipCidrRange: "10.30.0.0/20" },
    ],
    logConfig: {
      enable: true,
      flowSampling: 0.5,
      aggregationInterval: "INTERVAL_5_SEC",
      metadata: "EXCLUDE_ALL_METADATA",
    },
  }),
  compute("POST", `${REGION}/subnetworks/s/setPrivateIpGoogleAccess`, { privateIpGoogleAccess: true }),
  compute("POST", `${REGION}/subnetworks/s/expandIpCidrRange`, { ipCidrRange: "10.10.0.0/19" }),
  compute("PATCH", `${REGION}/subnetworks/s`, { fingerprint: "FINGERPRINT", logConfig: { enable: false } }),
  compute("POST", `${GLOBAL}/addresses`, {
    name: "range",
    purpose: "VPC_PEERING",
    addressType: "INTERNAL",
    prefixLength: 20,
    network: NETWORK,
  }),
  compute("POST", `${GLOBAL}/addresses/range/setLabels`, { labels: { a: "b" }, labelFingerprint: "FINGERPRINT" }),
  compute("POST", `${REGION}/addresses`, { name: "nat", labels: { a: "b" } }),
  compute("POST", `${REGION}/addresses/nat/setLabels`, { labels: { a: "b" }, labelFingerprint: "FINGERPRINT" }),
  compute("POST", `${GLOBAL}/firewalls`, {
    name: "f",
    network: NETWORK,
    direction: "INGRESS",
    priority: 5,
    allowed: [{ IPProtocol: "tcp", ports: ["80", "100-200"] }],
    sourceRanges: ["10.0.0.0/8"],
    targetTags: ["t"],
    logConfig: { enable: true, metadata: "INCLUDE_ALL_METADATA" },
  }),
  compute("PATCH", `${GLOBAL}/firewalls/f`, { sourceRanges: ["10.0.0.0/9"] }),
  compute("POST", `${REGION}/routers`, {
    name: "r",
    network: NETWORK,
    nats: [
      {
        name: "nat",
        natIpAllocateOption: "MANUAL_ONLY",
        natIps: [`${REGION}/addresses/nat`],
        sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
        subnetworks: [{ name: `${REGION}/subnetworks/s`, sourceIpRangesToNat: ["ALL_IP_RANGES"] }],
        enableDynamicPortAllocation: true,
        minPortsPerVm: 64,
        maxPortsPerVm: 128,
        logConfig: { enable: true, filter: "ALL" },
        endpointTypes: ["ENDPOINT_TYPE_VM"],
      },
    ],
  }),
  compute("PATCH", `${REGION}/routers/r`, { nats: [] }),
  compute("POST", `${GLOBAL}/securityPolicies`, {
    name: "policy",
    type: "CLOUD_ARMOR",
    advancedOptionsConfig: { jsonParsing: "STANDARD", logLevel: "NORMAL" },
    rules: [RULE, { ...ADDRESSES, priority: 2147483647 }],
    labels: { a: "b" },
  }),
  compute("POST", `${GLOBAL}/securityPolicies/policy/addRule`, ADDRESSES),
  compute(
    "POST",
    `${GLOBAL}/securityPolicies/policy/patchRule`,
    { ...ADDRESSES, preview: true },
    { priority: "2", updateMask: "preview" },
  ),
  compute("POST", `${GLOBAL}/securityPolicies/policy/removeRule`, {}, { priority: "2" }),
  compute("POST", `${GLOBAL}/securityPolicies/policy/setLabels`, {
    labels: { c: "d" },
    labelFingerprint: "FINGERPRINT",
  }),
  compute(
    "PATCH",
    `${GLOBAL}/securityPolicies/policy`,
    { fingerprint: "FINGERPRINT", advancedOptionsConfig: { logLevel: "VERBOSE" } },
    { updateMask: "advancedOptionsConfig.logLevel,description" },
  ),
  compute("POST", `${GLOBAL}/sslPolicies`, {
    name: "ssl",
    profile: "CUSTOM",
    minTlsVersion: "TLS_1_2",
    customFeatures: ["X"],
  }),
  compute("PATCH", `${GLOBAL}/sslPolicies/ssl`, { fingerprint: "FINGERPRINT", minTlsVersion: "TLS_1_1" }),
  compute("POST", `${GLOBAL}/sslCertificates`, {
    name: "certificate",
    type: "MANAGED",
    managed: { domains: ["a.example.com"] },
  }),
];
