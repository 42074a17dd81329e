import type { Body } from "../../body";
import type { Cloud } from "../../cloud";
import { urlOf } from "./kind";

/** A global external load balancer, as a controller of GKE makes it. */
export interface LoadBalancer {
  readonly name: string;
  /** Names of the Cloud Armor policies, by the backend service that each guards. */
  readonly backends: Readonly<Record<string, string | undefined>>;
  /** Backend services, with their weights, that answer the paths of a host which begin so. */
  readonly routes: readonly {
    readonly host: string;
    readonly path: string;
    readonly backends: Readonly<Record<string, number>>;
  }[];
  readonly certificates: readonly string[];
  /** Name of the certificate map, which replaces the certificates. */
  readonly certificateMap?: string;
  readonly sslPolicy?: string;
  /** Name of the reserved address. */
  readonly address?: string;
}

const KINDS = ["backendServices", "urlMaps", "targetHttpsProxies", "forwardingRules"];

/** What tells them from load balancers that somebody else makes, as the descriptions of GKE's do. */
const DESCRIPTION = "made by a controller of GKE";

/** Replaces a project's load balancers of GKE with these. They block the deletion of everything that they refer to. */
export function setLoadBalancers(cloud: Cloud, project: string, balancers: readonly LoadBalancer[]): void {
  const at = (kind: string, name = "") => `projects/${project}/global/${kind}${name && `/${name}`}`;
  const url = (kind: string, name?: string) => name && urlOf(at(kind, name));
  const put = (kind: string, name: string, object: Body) =>
    cloud.store.set(`compute/${at(kind, name)}`, {
      name,
      description: DESCRIPTION,
      selfLink: url(kind, name),
      ...object,
    });
  for (const kind of KINDS)
    for (const { name, description } of cloud.store.members(`compute/${at(kind)}`))
      if (description === DESCRIPTION) cloud.store.delete(`compute/${at(kind, name)}`);
  for (const { name, backends, routes, certificates, certificateMap, sslPolicy, address } of balancers) {
    for (const [backend, policy] of Object.entries(backends))
      put("backendServices", backend, { securityPolicy: url("securityPolicies", policy) });
    put(
      "urlMaps",
      name,
      urlMap(routes, (backend) => url("backendServices", backend)),
    );
    put("targetHttpsProxies", name, {
      urlMap: url("urlMaps", name),
      sslCertificates: certificates.map((certificate) => url("sslCertificates", certificate)),
      certificateMap: certificateMap && `//certificatemanager.googleapis.com/${mapPath(project, certificateMap)}`,
      sslPolicy: url("sslPolicies", sslPolicy),
    });
    // Google's rule contains the IP address itself, and the address lists the rule among its users.
    put("forwardingRules", name, { target: url("targetHttpsProxies", name), address: url("addresses", address) });
  }
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps */
const urlMap = (routes: LoadBalancer["routes"], urlOfBackend: (name: string) => string | undefined): Body => ({
  hostRules: hostsOf(routes).map((host) => ({ hosts: [host], pathMatcher: host })),
  pathMatchers: hostsOf(routes).map((name) => ({
    name,
    routeRules: routes
      .filter(({ host }) => host === name)
      .map(({ path, backends }) => ({
        matchRules: [{ prefixMatch: path }],
        routeAction: {
          weightedBackendServices: Object.entries(backends).map(([backend, weight]) => ({
            backendService: urlOfBackend(backend),
            weight,
          })),
        },
      })),
  })),
});

const hostsOf = (routes: LoadBalancer["routes"]): string[] => [...new Set(routes.map(({ host }) => host))];

const mapPath = (project: string, name: string): string =>
  `projects/${project}/locations/global/certificateMaps/${name}`;

/** Whether a project has something that a load balancer may refer to. */
export const hasGlobal = (cloud: Cloud, project: string, kind: string, name: string): boolean =>
  cloud.store.get(
    kind === "certificateMaps"
      ? `certificatemanager/${mapPath(project, name)}`
      : `compute/projects/${project}/global/${kind}/${name}`,
  ) !== undefined;
