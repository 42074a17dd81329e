import { notFound } from "../../api-error";
import type { Body } from "../../body";
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

/** Node pools' groups of machines, which the provider looks at: https://cloud.google.com/compute/docs/reference/rest/v1/instanceGroupManagers */
const managers: Route[] = [
  route("GET", MANAGERS, () => ({ items: [] })),
  route("GET", `${MANAGERS}/{name}`, ({ path, params: { name } }) => ({
    name,
    targetSize: 1,
    instanceGroup: urlOf(path.replace("/instanceGroupManagers/", "/instanceGroups/")),
  })),
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
