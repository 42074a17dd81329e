import { compute, GLOBAL, NETWORK, REGION, type ValidCall } from "./call";

const at = (verb: string, path: string, body: ValidCall["body"]) => compute(verb, path, body);

/** Kinds that regions have besides the global ones. */
const inPlace = (place: string): ValidCall[] => {
  const isRegion = place === REGION;
  const targets = isRegion ? place : "projects/p"; // some verbs of global targets leave `global` out
  const service = `${place}/backendServices/backend`;
  return [
    at("POST", `${place}/healthChecks`, {
      name: "check",
      description: "d",
      type: "HTTP",
      checkIntervalSec: 10,
      timeoutSec: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      httpHealthCheck: { port: 80, requestPath: "/", proxyHeader: "NONE" },
      logConfig: { enable: true },
    }),
    at("PUT", `${place}/healthChecks/check`, { name: "check", tcpHealthCheck: { port: 80 } }),
    at("POST", `${place}/backendServices`, {
      name: "backend",
      description: "d",
      protocol: "HTTPS",
      timeoutSec: 30,
      loadBalancingScheme: "EXTERNAL_MANAGED",
      sessionAffinity: "NONE",
      healthChecks: [`${place}/healthChecks/check`],
      backends: [{ group: "projects/p/zones/us-east4-a/instanceGroups/g", balancingMode: "RATE" }],
      connectionDraining: { drainingTimeoutSec: 10 },
      iap: { enabled: false, oauth2ClientId: "", oauth2ClientSecret: "" },
    }),
    at("PUT", service, { name: "backend", healthChecks: [`${place}/healthChecks/check`], protocol: "HTTP" }),
    at("POST", `${place}/securityPolicies`, { name: "guard" }),
    at("PATCH", `${place}/securityPolicies/guard`, { fingerprint: "FINGERPRINT", description: "d" }),
    at("POST", `${place}/securityPolicies/guard/setLabels`, { labels: { a: "b" }, labelFingerprint: "FINGERPRINT" }),
    at("POST", `${place}/securityPolicies/guard/addRule`, {
      priority: 5,
      action: "allow",
      match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["10.0.0.0/8"] } },
    }),
    compute("POST", `${place}/securityPolicies/guard/patchRule`, { preview: true }, { priority: "5" }),
    compute("POST", `${place}/securityPolicies/guard/removeRule`, {}, { priority: "5" }),
    at("POST", `${service}/setSecurityPolicy`, { securityPolicy: `${place}/securityPolicies/guard` }),
    at("POST", `${place}/sslPolicies`, { name: "modern", profile: "MODERN", minTlsVersion: "TLS_1_2" }),
    at("PATCH", `${place}/sslPolicies/modern`, { fingerprint: "FINGERPRINT", profile: "RESTRICTED" }),
    at("POST", `${place}/sslCertificates`, {
      name: "managed",
      type: "MANAGED",
      managed: { domains: ["a.example.com"] },
    }),
    at("POST", `${place}/urlMaps`, { name: "map", defaultService: service }),
    at("PUT", `${place}/urlMaps/map`, { name: "map", defaultService: service, fingerprint: "FINGERPRINT" }),
    ...[
      ["targetHttpProxies", { urlMap: `${place}/urlMaps/map` }, ["setUrlMap"]],
      [
        "targetHttpsProxies",
        { urlMap: `${place}/urlMaps/map`, sslCertificates: [`${place}/sslCertificates/managed`], quicOverride: "NONE" },
        ["setUrlMap", "setSslCertificates"],
      ],
      ["targetGrpcProxies", { urlMap: `${place}/urlMaps/map`, validateForProxyless: true }, []],
      ["targetTcpProxies", { service, proxyHeader: "NONE" }, []],
      ["targetSslProxies", { service, sslCertificates: [`${place}/sslCertificates/managed`] }, []],
    ].flatMap(([collection, body, shortened]) => {
      const verbs = isRegion ? IN_REGIONS[collection as string] : SETTERS.map(([, , verb]) => verb);
      if (!verbs) return [];
      const fields = body as Record<string, unknown>;
      const proxy = `${place}/${collection}/proxy`;
      const path = (verb: string) =>
        (shortened as string[]).includes(verb) ? `${targets}/${collection}/proxy/${verb}` : `${proxy}/${verb}`;
      return [
        at("POST", `${place}/${collection}`, { name: "proxy", ...fields }),
        ...(PATCHED(isRegion).includes(collection as string) ? [at("PATCH", proxy, fields)] : []),
        ...SETTERS.filter(([of, , verb]) => of === collection && verbs.includes(verb)).map(([, field, verb]) =>
          at("POST", path(verb), { [field]: VALUES(place)[field] }),
        ),
      ];
    }),
    at("POST", `${place}/forwardingRules`, {
      name: "balancer",
      description: "d",
      IPProtocol: "TCP",
      loadBalancingScheme: "EXTERNAL_MANAGED",
      networkTier: "PREMIUM",
      portRange: "8080",
      target: `${place}/targetHttpProxies/proxy`,
      labels: { a: "b" },
    }),
    at("PATCH", `${place}/forwardingRules/balancer`, { description: "e" }),
    at("POST", `${place}/forwardingRules/balancer/setTarget`, { target: `${place}/targetHttpProxies/proxy` }),
    at("POST", `${place}/forwardingRules/balancer/setLabels`, { labels: { a: "c" }, labelFingerprint: "FINGERPRINT" }),
  ];
};

/** The targets that regions have, and their verbs. */
const IN_REGIONS: Readonly<Record<string, readonly string[]>> = {
  targetHttpProxies: ["setUrlMap"],
  targetHttpsProxies: ["setUrlMap", "setSslCertificates"],
  targetTcpProxies: [],
};
const PATCHED = (isRegion: boolean): readonly string[] =>
  isRegion ? ["targetHttpsProxies"] : ["targetHttpProxies", "targetHttpsProxies", "targetGrpcProxies"];

/** The verbs that set one field of a target. */
const SETTERS = [
  ["targetHttpProxies", "urlMap", "setUrlMap"],
  ["targetHttpsProxies", "urlMap", "setUrlMap"],
  ["targetHttpsProxies", "sslCertificates", "setSslCertificates"],
  ["targetHttpsProxies", "sslPolicy", "setSslPolicy"],
  ["targetHttpsProxies", "quicOverride", "setQuicOverride"],
  ["targetHttpsProxies", "certificateMap", "setCertificateMap"],
  ["targetTcpProxies", "proxyHeader", "setProxyHeader"],
  ["targetSslProxies", "proxyHeader", "setProxyHeader"],
  ["targetSslProxies", "sslCertificates", "setSslCertificates"],
  ["targetSslProxies", "sslPolicy", "setSslPolicy"],
  ["targetSslProxies", "certificateMap", "setCertificateMap"],
] as const;

const VALUES = (place: string): Readonly<Record<string, unknown>> => ({
  urlMap: `${place}/urlMaps/map`,
  sslCertificates: [`${place}/sslCertificates/managed`],
  sslPolicy: `${place}/sslPolicies/modern`,
  quicOverride: "ENABLE",
  certificateMap: "projects/p/locations/global/certificateMaps/map",
  proxyHeader: "PROXY_V1",
});

export const LOAD_BALANCERS: readonly ValidCall[] = [
  {
    service: "certificatemanager",
    method: "POST",
    path: "projects/p/locations/global/certificateMaps",
    body: { description: "d" },
    query: { certificateMapId: "map" },
  },
  ...inPlace(GLOBAL),
  ...inPlace(REGION),
  at("POST", `${REGION}/targetVpnGateways`, { name: "vpn", description: "d", network: NETWORK }),
];
