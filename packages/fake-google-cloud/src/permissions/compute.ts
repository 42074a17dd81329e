import { changeable, GLOBAL, LOAD_BALANCER, REGIONAL, uses } from "./compute-load-balancer";
import { fixed, type Need, on, type ServicePermissions } from "./service-permissions";

const ZONAL = "projects/*/zones/*";

/** Who changes what belongs to a network changes its policy. https://cloud.google.com/compute/docs/reference/rest/v1/firewalls/insert#iam-permissions */
const ofNetwork = on("compute.networks.updatePolicy", "network");

/** Addresses within a network have permissions of their own. https://cloud.google.com/compute/docs/reference/rest/v1/addresses/insert#iam-permissions */
const address =
  (permission: string): Need =>
  ({ body, stored }) => [
    (body.addressType ?? stored.addressType) === "INTERNAL" ? `${permission}Internal` : permission,
  ];

/**
 * Compute Engine: https://cloud.google.com/iam/docs/roles-permissions/compute, and "IAM permissions" on each method's page in
 * https://cloud.google.com/compute/docs/reference/rest/v1
 */
export const COMPUTE: ServicePermissions = {
  calls: {
    "GET projects/*": ["compute.projects.get"],
    "GET projects/*/zones": ["compute.zones.list"],
    "GET projects/*/zones/*": ["compute.zones.get"],
    [`GET ${ZONAL}/operations/*`]: ["compute.zoneOperations.get"],
    ...fixed(`${ZONAL}/instances`, "compute.instances"),
    [`POST ${ZONAL}/instances`]: [
      "compute.instances.create",
      on("compute.subnetworks.use", "networkInterfaces[].subnetwork"),
    ],
    ...fixed(`${ZONAL}/instanceGroups`, "compute.instanceGroups"),
    [`POST ${ZONAL}/instanceGroups/*/addInstances`]: [
      "compute.instanceGroups.update",
      on("compute.instances.use", "instances[].instance"),
    ],
    [`POST ${ZONAL}/instanceGroups/*/removeInstances`]: ["compute.instanceGroups.update"],
    [`POST ${ZONAL}/instanceGroups/*/setNamedPorts`]: ["compute.instanceGroups.update"],
    [`POST ${ZONAL}/instanceGroups/*/listInstances`]: ["compute.instanceGroups.list"],
    "GET projects/*/zones/*/instanceGroupManagers": ["compute.instanceGroupManagers.list"],
    "GET projects/*/zones/*/instanceGroupManagers/*": ["compute.instanceGroupManagers.get"],
    [`GET ${GLOBAL}/operations/*`]: ["compute.globalOperations.get"],
    [`GET ${REGIONAL}/operations/*`]: ["compute.regionOperations.get"],

    ...changeable(`${GLOBAL}/networks`, "compute.networks"),
    [`POST ${GLOBAL}/networks/*/addPeering`]: ["compute.networks.addPeering"],
    [`PATCH ${GLOBAL}/networks/*/updatePeering`]: ["compute.networks.updatePeering"],
    [`POST ${GLOBAL}/networks/*/removePeering`]: ["compute.networks.removePeering"],

    ...changeable(`${REGIONAL}/subnetworks`, "compute.subnetworks", ofNetwork),
    [`DELETE ${REGIONAL}/subnetworks/*`]: ["compute.subnetworks.delete", ofNetwork],
    [`POST ${REGIONAL}/subnetworks/*/setPrivateIpGoogleAccess`]: ["compute.subnetworks.setPrivateIpGoogleAccess"],
    [`GET ${REGIONAL}/subnetworks/*/getIamPolicy`]: ["compute.subnetworks.getIamPolicy"],
    [`POST ${REGIONAL}/subnetworks/*/setIamPolicy`]: ["compute.subnetworks.setIamPolicy"],
    [`POST ${REGIONAL}/subnetworks/*/expandIpCidrRange`]: ["compute.subnetworks.expandIpCidrRange"],

    ...fixed(`${GLOBAL}/addresses`, "compute.globalAddresses"),
    [`POST ${GLOBAL}/addresses`]: [address("compute.globalAddresses.create"), on("compute.networks.use", "network")],
    [`DELETE ${GLOBAL}/addresses/*`]: [address("compute.globalAddresses.delete")],
    [`POST ${GLOBAL}/addresses/*/setLabels`]: ["compute.globalAddresses.setLabels"],
    ...fixed(`${REGIONAL}/addresses`, "compute.addresses"),
    [`POST ${REGIONAL}/addresses`]: [
      address("compute.addresses.create"),
      on("compute.networks.use", "network"),
      on("compute.subnetworks.use", "subnetwork"),
    ],
    [`DELETE ${REGIONAL}/addresses/*`]: [address("compute.addresses.delete")],
    [`POST ${REGIONAL}/addresses/*/setLabels`]: ["compute.addresses.setLabels"],

    ...changeable(`${GLOBAL}/firewalls`, "compute.firewalls", ofNetwork),
    [`DELETE ${GLOBAL}/firewalls/*`]: ["compute.firewalls.delete", ofNetwork],

    ...fixed(`${GLOBAL}/routes`, "compute.routes"),
    [`POST ${GLOBAL}/routes`]: ["compute.routes.create", ofNetwork],
    [`DELETE ${GLOBAL}/routes/*`]: ["compute.routes.delete", ofNetwork],

    ...changeable(
      `${REGIONAL}/routers`,
      "compute.routers",
      ofNetwork,
      uses("nats[].natIps[]", "nats[].subnetworks[].name"),
    ),
    [`DELETE ${REGIONAL}/routers/*`]: ["compute.routers.delete", ofNetwork],

    ...LOAD_BALANCER,
  },
  roles: {
    "roles/compute.networkAdmin": [
      "*.get* *.list *.use addresses.* backendBuckets.* backendServices.* forwardingRules.* globalAddresses.*",
      "globalForwardingRules.* healthChecks.* networks.* regionBackendServices.* regionHealthChecks.*",
      "regionSslPolicies.* regionTargetHttpProxies.* regionTargetHttpsProxies.* regionTargetTcpProxies.*",
      "regionUrlMaps.* routers.* routes.* sslPolicies.* subnetworks.* targetGrpcProxies.* targetHttpProxies.*",
      "targetHttpsProxies.* targetSslProxies.* targetTcpProxies.* targetVpnGateways.* urlMaps.*",
    ].join(" "),
    "roles/compute.securityAdmin": [
      "backendBuckets.list backendServices.list firewalls.* regionBackendServices.list regionSecurityPolicies.*",
      "regionSslCertificates.* regionSslPolicies.* securityPolicies.* sslCertificates.* sslPolicies.*",
      "globalOperations.get networks.get networks.list networks.updatePolicy projects.get",
      "regionOperations.get routers.get routers.list subnetworks.get subnetworks.list zones.list",
    ].join(" "),
    "roles/compute.instanceAdmin.v1": [
      "instanceGroupManagers.get instanceGroupManagers.list instanceGroups.* instances.* networks.get networks.list",
      "networks.use projects.get regionOperations.get subnetworks.get subnetworks.list subnetworks.use",
      "zoneOperations.get zones.get zones.list globalOperations.get",
    ].join(" "),
    // https://cloud.google.com/compute/docs/access/iam#compute.networkUser
    "roles/compute.networkUser": [
      "addresses.get addresses.list addresses.use networks.get networks.list networks.use projects.get",
      "subnetworks.get subnetworks.list subnetworks.use zones.get zones.list",
    ].join(" "),
    "roles/compute.viewer": "*.get* *.list",
    "roles/dns.admin": "networks.get networks.list",
    "roles/redis.admin": "networks.list",
  },
};
