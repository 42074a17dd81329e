import { fixed, type Need, textsAt, usual } from "./service-permissions";

export const GLOBAL = "projects/*/global";
export const REGIONAL = "projects/*/regions/*";

/** What refers to something uses it, except that certificates are read. Addresses that are numbers name nothing. */
export const uses =
  (...fields: readonly string[]): Need =>
  ({ body }) =>
    fields
      .flatMap((field) => textsAt(body, field))
      .flatMap((reference) => {
        const [, scope, collection = ""] = /projects\/[^/]+\/(\w+)(?:\/[^/]+)?\/(\w+)\/[^/]+$/.exec(reference) ?? [];
        if (!scope) return [];
        if (collection === "certificateMaps") return [{ permission: "certificatemanager.certmaps.use", on: reference }];
        const verb = collection === "sslCertificates" ? "get" : "use";
        return [{ permission: `compute.${kindOf(collection, scope === "global")}.${verb}`, on: reference }];
      });

/** Kinds whose permissions begin with `region` where they are in a region. */
const WITH_REGION = [
  ..."backendServices healthChecks securityPolicies sslCertificates sslPolicies".split(" "),
  ..."targetHttpProxies targetHttpsProxies targetTcpProxies urlMaps".split(" "),
];
/** Kinds whose permissions begin with `global` where they are global. */
const WITH_GLOBAL = ["addresses", "forwardingRules"];

/** A kind as its permissions call it. */
function kindOf(collection: string, isGlobal: boolean): string {
  const prefix = isGlobal ? WITH_GLOBAL.includes(collection) && "global" : WITH_REGION.includes(collection) && "region";
  return prefix ? prefix + collection.charAt(0).toUpperCase() + collection.slice(1) : collection;
}

/** An update reads what it changes. */
export function changeable(at: string, permission: string, ...also: readonly Need[]): Record<string, readonly Need[]> {
  const { [`POST ${at}`]: create = [], [`PATCH ${at}/*`]: update = [], ...rest } = usual(at, permission);
  return {
    ...rest,
    [`POST ${at}`]: [...create, ...also],
    [`PATCH ${at}/*`]: [`${permission}.get`, ...update, ...also],
    [`PUT ${at}/*`]: [...update, ...also],
  };
}

const BACKENDS = ["defaultService", "pathMatchers[].defaultService", "pathMatchers[].pathRules[].service"];

/** What load balancers are made of, at a place. */
function at(place: string): Record<string, readonly Need[]> {
  const kind = (collection: string) => `compute.${kindOf(collection, place === GLOBAL)}`;
  const set = (collection: string, verb: string, ...also: readonly Need[]) => ({
    [`POST ${place}/${collection}/*/${verb}`]: [`${kind(collection)}.${verb}`, ...also],
  });
  const changed = (collection: string, ...also: readonly Need[]) =>
    changeable(`${place}/${collection}`, kind(collection), ...also);
  const rule = (verb: string) => ({
    [`POST ${place}/securityPolicies/*/${verb}`]: [`${kind("securityPolicies")}.update`],
  });
  const proxy = (collection: string, ...fields: readonly string[]) => changed(collection, uses(...fields));
  return {
    ...changed("securityPolicies"),
    ...set("securityPolicies", "setLabels"),
    ...rule("addRule"),
    ...rule("patchRule"),
    ...rule("removeRule"),
    ...changed("sslPolicies"),
    ...fixed(`${place}/sslCertificates`, kind("sslCertificates")),
    ...changed("healthChecks"),
    ...changed("backendServices", uses("healthChecks[]", "securityPolicy", "edgeSecurityPolicy", "backends[].group")),
    ...set("backendServices", "setSecurityPolicy", uses("securityPolicy")),
    ...changed("urlMaps", uses(...BACKENDS)),
    ...proxy("targetHttpProxies", "urlMap"),
    ...proxy("targetHttpsProxies", "urlMap", "sslCertificates[]", "sslPolicy", "certificateMap"),
    ...proxy("targetGrpcProxies", "urlMap"),
    ...proxy("targetTcpProxies", "service"),
    ...proxy("targetSslProxies", "service", "sslCertificates[]", "sslPolicy", "certificateMap"),
    ...set("targetHttpsProxies", "setCertificateMap", uses("certificateMap")),
    ...set("targetHttpsProxies", "setSslPolicy", uses("sslPolicy")),
    ...set("targetHttpsProxies", "setQuicOverride"),
    ...set("targetTcpProxies", "setProxyHeader"),
    ...set("targetSslProxies", "setProxyHeader"),
    ...set("targetSslProxies", "setSslCertificates", uses("sslCertificates[]")),
    ...set("targetSslProxies", "setCertificateMap", uses("certificateMap")),
    ...set("targetSslProxies", "setSslPolicy", uses("sslPolicy")),
    ...proxy("forwardingRules", "IPAddress", "target", "backendService", "network", "subnetwork"),
    ...set("forwardingRules", "setLabels"),
    ...set("forwardingRules", "setTarget", uses("target")),
  };
}

/** What load balancers are made of. "IAM permissions" of each method in https://cloud.google.com/compute/docs/reference/rest/v1 */
export const LOAD_BALANCER: Readonly<Record<string, readonly Need[]>> = {
  ...at(GLOBAL),
  ...at(REGIONAL),
  // Some verbs of global proxies leave `global` out of their path.
  "POST projects/*/targetHttpProxies/*/setUrlMap": ["compute.targetHttpProxies.setUrlMap", uses("urlMap")],
  "POST projects/*/targetHttpsProxies/*/setUrlMap": ["compute.targetHttpsProxies.setUrlMap", uses("urlMap")],
  "POST projects/*/targetHttpsProxies/*/setSslCertificates": [
    "compute.targetHttpsProxies.setSslCertificates",
    uses("sslCertificates[]"),
  ],
  [`POST ${REGIONAL}/targetHttpProxies/*/setUrlMap`]: ["compute.regionTargetHttpProxies.setUrlMap", uses("urlMap")],
  [`POST ${REGIONAL}/targetHttpsProxies/*/setUrlMap`]: ["compute.regionTargetHttpsProxies.setUrlMap", uses("urlMap")],
  [`POST ${REGIONAL}/targetHttpsProxies/*/setSslCertificates`]: [
    "compute.regionTargetHttpsProxies.setSslCertificates",
    uses("sslCertificates[]"),
  ],
  ...changeable(`${GLOBAL}/backendBuckets`, "compute.backendBuckets", uses("edgeSecurityPolicy")),
  ...fixed(`${REGIONAL}/targetVpnGateways`, "compute.targetVpnGateways"),
};
