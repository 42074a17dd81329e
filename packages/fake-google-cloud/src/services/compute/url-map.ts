import { type Body, defaults } from "../../body";
import type { Cloud } from "../../cloud";
import type { About } from "../../collection";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { checkEnumerations, checkFingerprint, checkName, computeCollection, PLACES, urlOf, wrong } from "./kind";
import { needGlobal, pathOf } from "./reference";

const REDIRECT: Shape = {
  hostRedirect: "text",
  httpsRedirect: "flag",
  pathRedirect: "text",
  prefixRedirect: "text",
  redirectResponseCode: "text",
  stripQuery: "flag",
};

const URL_MAP: Shape = {
  name: "text",
  description: "text",
  fingerprint: "text",
  defaultService: "text",
  defaultUrlRedirect: REDIRECT,
  hostRules: [{ description: "text", hosts: ["text"], pathMatcher: "text" }],
  pathMatchers: [
    {
      name: "text",
      description: "text",
      defaultService: "text",
      defaultUrlRedirect: REDIRECT,
      pathRules: [{ paths: ["text"], service: "text", urlRedirect: REDIRECT }],
    },
  ],
};

/** https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps */
const CODES = {
  redirectResponseCode: ["FOUND", "MOVED_PERMANENTLY_DEFAULT", "PERMANENT_REDIRECT", "SEE_OTHER", "TEMPORARY_REDIRECT"],
};

/** A host name, one with a star in place of its first labels, or any; with or without a port. */
const HOST = /^(\*|(\*[-.])?[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d+)?$/;
/** https://cloud.google.com/load-balancing/docs/url-map-concepts#pm-constraints */
const PATH = /^\/[^?#*]*(?<=\/)\*$|^\/[^?#*]*$/;

/**
 * The URL of a backend bucket or service. Backend services are those of load balancers that controllers of GKE make, which
 * are not looked for here.
 */
function serviceUrl(cloud: Cloud, project: string, field: string, reference: string): string {
  const path = pathOf(reference, project);
  return path.includes("/backendServices/")
    ? urlOf(path)
    : needGlobal(cloud, project, reference, field, "backendBuckets");
}

/** Where requests go: to a service, or elsewhere by a redirect. */
function acceptTarget(rule: Body, at: string, [service, redirect]: readonly [string, string], about: About): void {
  const { cloud, call } = about;
  const field = `${at}${service}`;
  if (rule[service] && rule[redirect])
    throw wrong(`${at}${redirect}`, "", `It cannot be specified together with ${service}.`);
  if (rule[service]) rule[service] = serviceUrl(cloud, call.params.project as string, field, rule[service]);
  if (!rule[redirect]) return;
  checkEnumerations(rule[redirect], CODES, `${at}${redirect}.`);
  if (rule[redirect].pathRedirect && rule[redirect].prefixRedirect)
    throw wrong(`${at}${redirect}.prefixRedirect`, rule[redirect].prefixRedirect, "Not together with pathRedirect.");
}

const DEFAULTS = ["defaultService", "defaultUrlRedirect"] as const;

function acceptMatcher(matcher: Body, at: string, about: About): void {
  checkName(matcher.name, `${at}name`);
  acceptTarget(matcher, at, DEFAULTS, about);
  const paths = new Set<string>();
  for (const [index, rule] of (matcher.pathRules ?? []).entries()) {
    const here = `${at}pathRules[${index}].`;
    acceptTarget(rule, here, ["service", "urlRedirect"], about);
    if (!rule.service && !rule.urlRedirect && !rule.routeAction)
      throw wrong(`${here}service`, "", "A path rule must have a service, a redirect or an action.");
    for (const path of rule.paths ?? []) {
      if (!PATH.test(path)) throw wrong(`${here}paths`, path, "A path starts with '/', and '*' is its end, after '/'.");
      if (paths.has(path)) throw wrong(`${here}paths`, path, "The path is in another rule.");
      paths.add(path);
    }
  }
}

function accept(map: Body, about: About): void {
  const { cloud, before, call } = about;
  if (before) checkFingerprint(before.fingerprint, call.body.fingerprint);
  acceptTarget(map, "", DEFAULTS, about);
  for (const [index, matcher] of (map.pathMatchers ?? []).entries())
    acceptMatcher(matcher, `pathMatchers[${index}].`, about);
  const matchers: string[] = (map.pathMatchers ?? []).map(({ name }: Body) => name);
  const hosts = new Set<string>();
  for (const [index, { hosts: named = [], pathMatcher }] of (map.hostRules ?? []).entries()) {
    if (!matchers.includes(pathMatcher))
      throw wrong(`hostRules[${index}].pathMatcher`, pathMatcher, "The path matcher is not found.");
    for (const host of named) {
      if (!HOST.test(host)) throw wrong(`hostRules[${index}].hosts`, host, "It is no host name.");
      if (hosts.has(host)) throw wrong(`hostRules[${index}].hosts`, host, "The host is in another rule.");
      hosts.add(host);
    }
  }
  fillIn(map);
  map.fingerprint = String(cloud.next());
}

/** Zero values that are answered where nothing was sent, as recorded. */
function fillIn(map: Body): void {
  for (const test of map.tests ?? []) defaults(test, { description: "" });
  for (const { pathRules = [] } of map.pathMatchers ?? [])
    for (const { routeAction } of pathRules) {
      const { perTryTimeout } = routeAction?.retryPolicy ?? {};
      if (perTryTimeout) defaults(perTryTimeout, { nanos: 0 });
    }
}

/** Where a load balancer sends requests: https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps */
export const urlMaps: Route[] = PLACES.flatMap((place) =>
  computeCollection({
    at: `${place}/urlMaps`,
    type: "google_compute_url_map",
    shape: URL_MAP,
    accept,
    update: "PUT",
  }),
);
