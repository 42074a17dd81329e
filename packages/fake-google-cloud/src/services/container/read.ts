import type { Body } from "../../body";

/**
 * Fields that tell their zero value from none, by the end of their path. The zero values of all others are left out.
 * https://protobuf.dev/programming-guides/json and `optional` in
 * https://github.com/googleapis/googleapis/blob/master/google/container/v1beta1/cluster_service.proto
 */
const OPTIONAL =
  /\.(insecureKubeletReadonlyPortEnabled|enableInsecureBindingSystem\w+|allowExternalTraffic|enableK8s\w+ViaDns|enablePublicEndpoint|globalAccess|gcpPublicCidrsAccessEnabled|privateEndpointEnforcementEnabled|(default)?[eE]nablePrivateNodes|enableNestedVirtualization|cpuCfsQuota|enableCiliumClusterwideNetworkPolicy|enableFqdnNetworkPolicy|disableL4LbFirewallReconciliation|(ipEndpoints|swap|secretManager|secretSync|rotation)Config\.enabled|encryptionConfig\.disabled)$/;

/** Maps, whose values are all somebody's. */
const MAP = /\.(labels|resourceLabels|metadata|sysctls)$/;

/** An answer of the service: zero values are left out, messages stay even if they are empty. */
export function answered(value: Body, at = ""): Body {
  if (MAP.test(at)) return value;
  const kept = Object.entries(value).flatMap(([key, one]) => {
    const path = `${at}.${key}`;
    if (Array.isArray(one))
      return one.length ? [[key, one.map((item) => (typeof item === "object" ? answered(item, path) : item))]] : [];
    if (typeof one === "object" && one !== null) return [[key, answered(one, path)]];
    return one || (one !== undefined && OPTIONAL.test(path)) ? [[key, one]] : [];
  });
  return Object.fromEntries(kept);
}
