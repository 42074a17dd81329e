import type { Body } from "@slipway/fake-google-cloud";

const AFFINITIES = ["NONE", "CLIENT_IP", "GENERATED_COOKIE"];
const HOP_BY_HOP =
  /^(connection|keep-alive|proxy-authenticate|proxy-authorization|te|trailer|transfer-encoding|upgrade)$/i;
const RESERVED = /^(x-google|x-goog-|x-gfe|x-amz-|x-user-ip$|cdn-loop$|host$|authority$)/i;

/**
 * Why GKE rejects a BackendConfig.
 * {@link https://github.com/kubernetes/ingress-gce/blob/v1.24.0/pkg/backendconfig/validation.go}
 */
export function invalid({ sessionAffinity: { affinityType, affinityCookieTtlSec: ttl } = {} as Body }: Body) {
  if (affinityType && !AFFINITIES.includes(affinityType))
    return `unsupported AffinityType: ${affinityType}, should be one of NONE, CLIENT_IP, or GENERATED_COOKIE`;
  if (ttl !== undefined && !(ttl >= 0 && ttl <= 86400))
    return `unsupported AffinityCookieTtlSec: ${ttl}, should be between 0 and 86400`;
  return undefined;
}

/**
 * Why Google Cloud rejects the backend service of a BackendConfig.
 * {@link https://cloud.google.com/load-balancing/docs/custom-headers}
 */
export function refused({ timeoutSec, connectionDraining, customResponseHeaders }: Body): string | undefined {
  const headers: string[] = customResponseHeaders?.headers ?? [];
  const value = (field: string, given: unknown, why: string) =>
    `Invalid value for field 'resource.${field}': '${given}'. ${why}`;
  if (timeoutSec !== undefined && !(timeoutSec >= 1 && timeoutSec < 2 ** 31))
    return value("timeoutSec", timeoutSec, "Must be at least 1.");
  const draining = connectionDraining?.drainingTimeoutSec ?? 0;
  if (!(draining >= 0 && draining <= 3600))
    return value("connectionDraining.drainingTimeoutSec", draining, "Must be from 0 to 3600.");
  const wrong = wrongHeaders(headers);
  return wrong && value("customResponseHeaders", ...wrong);
}

/**
 * What Google Cloud rejects of response headers, `<name>: <value>`, and why.
 * {@link https://cloud.google.com/load-balancing/docs/custom-headers}
 */
export function wrongHeaders(headers: readonly string[]): [given: unknown, why: string] | undefined {
  if (headers.length > 16) return [headers.length, "There can be at most 16."];
  if (headers.join("").length > 8192) return ["", "There can be at most 8 KB."];
  const seen = new Set<string>();
  for (const header of headers) {
    const [, name = ""] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t -~]*$/.exec(header) ?? [];
    if (!name || HOP_BY_HOP.test(name) || RESERVED.test(name) || seen.has(name.toLowerCase()))
      return [header, "It is not a header that can be set."];
    for (const [, variable = ""] of header.matchAll(/\{([^}]*)\}?/g))
      if (!/^[a-z_]+$/.test(variable)) return [header, `'${variable}' is no variable.`];
    seen.add(name.toLowerCase());
  }
  return undefined;
}
