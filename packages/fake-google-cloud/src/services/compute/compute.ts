import { notFound } from "../../api-error";
import type { Body } from "../../body";
import type { Cloud } from "../../cloud";
import { ZONES } from "../../regions";
import { type Route, route } from "../../route";
import type { Service } from "../../service";
import { addresses } from "./address";
import { backendBuckets } from "./backend-bucket";
import { backendServices } from "./backend-service";
import { firewalls } from "./firewall";
import { forwardingRules } from "./forwarding-rule";
import { healthChecks } from "./health-check";
import { instanceGroups } from "./instance-group";
import { computeOperations, urlOf } from "./kind";
import { networks } from "./network";
import { routers } from "./router";
import { routes } from "./routes";
import { securityPolicies } from "./security-policy";
import { ssl } from "./ssl";
import { subnetworks } from "./subnetwork";
import { targets } from "./target-proxy";
import { urlMaps } from "./url-map";

/** https://cloud.google.com/compute/docs/reference/rest/v1/zones */
const zoneOf = (project: string, zone: string): Body => ({
  kind: "compute#zone",
  name: zone,
  description: zone,
  status: "UP",
  region: urlOf(`projects/${project}/regions/${zone.slice(0, -2)}`),
  selfLink: urlOf(`projects/${project}/zones/${zone}`),
  supportsPzs: false,
});

/** What comes with a project. */
const given: Route[] = [
  route("GET", "projects/{project}", ({ path, params: { project = "" } }, cloud) => ({
    kind: "compute#project",
    name: project,
    id: cloud.numberOf(project),
    selfLink: urlOf(path),
    defaultNetworkTier: "PREMIUM",
  })),
  route("GET", "projects/{project}/zones", ({ params: { project = "" } }) => ({
    items: ZONES.map((zone) => zoneOf(project, zone)),
  })),
  route("GET", "projects/{project}/zones/{zone}", ({ path, params: { project = "", zone = "" } }) => {
    if (!ZONES.includes(zone)) throw notFound(`The resource '${path}' was not found`);
    return zoneOf(project, zone);
  }),
];

const MANAGERS = "projects/{project}/zones/{zone}/instanceGroupManagers";

/** Node pools' groups of machines, by which the provider counts nodes: https://cloud.google.com/compute/docs/reference/rest/v1/instanceGroupManagers */
const managersIn = (cloud: Cloud, project: string, path: string): Body[] =>
  cloud.store.below(`container/projects/${project}/locations`).flatMap(([, { instanceGroupUrls = [], ...pool }]) =>
    instanceGroupUrls
      .filter((url: string) => url.startsWith(`${urlOf(path)}/`))
      .map((url: string) => ({
        kind: "compute#instanceGroupManager",
        name: url.split("/").at(-1),
        selfLink: url,
        targetSize: pool.initialNodeCount ?? 0,
        instanceGroup: url.replace("/instanceGroupManagers/", "/instanceGroups/"),
      })),
  );

const managers: Route[] = [
  route("GET", MANAGERS, ({ path, params: { project = "" } }, cloud) => ({ items: managersIn(cloud, project, path) })),
  route("GET", `${MANAGERS}/{name}`, ({ path, params: { project = "", name } }, cloud) => {
    const found = managersIn(cloud, project, path.replace(/\/[^/]+$/, "")).find((manager) => manager.name === name);
    if (!found) throw notFound(`The resource '${path}' was not found`);
    return found;
  }),
];

/** Compute Engine, with the networks of VPC and Cloud Armor: https://cloud.google.com/compute/docs/reference/rest/v1 */
export const compute: Service = {
  name: "compute",
  api: "compute.googleapis.com",
  endpoints: { COMPUTE: "compute/v1" },
  routes: [
    ...given,
    ...managers,
    ...instanceGroups,
    ...computeOperations,
    ...networks,
    ...subnetworks,
    ...addresses,
    ...firewalls,
    ...routes,
    ...routers,
    ...securityPolicies,
    ...ssl,
    ...healthChecks,
    ...backendServices,
    ...backendBuckets,
    ...urlMaps,
    ...targets,
    ...forwardingRules,
  ],
};
