import { type Need, type ServicePermissions, textsAt } from "./service-permissions";

const CLUSTERS = "projects/*/locations/*/clusters";
const POOLS = `${CLUSTERS}/*/nodePools`;
const UPDATE: readonly Need[] = ["container.clusters.update"];

/**
 * Who makes nodes acts as their account: that of the project where none is named.
 * https://cloud.google.com/kubernetes-engine/docs/how-to/iam#service_account_user
 */
const actAs =
  (...fields: readonly string[]): Need =>
  ({ body }) => {
    const named = fields.flatMap((field) => textsAt(body, field));
    return (named.length ? named : ["default"]).map((account) => ({
      permission: "iam.serviceAccounts.actAs",
      on: account,
    }));
  };

/** GKE: https://cloud.google.com/iam/docs/roles-permissions/container */
export const CONTAINER: ServicePermissions = {
  calls: {
    "GET projects/*/locations/*/operations/*": ["container.operations.get"],
    // https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations/getServerConfig
    "GET projects/*/locations/*/serverConfig": ["container.clusters.list"],
    [`POST ${CLUSTERS}`]: [
      "container.clusters.create",
      actAs(
        "cluster.nodeConfig.serviceAccount",
        "cluster.nodePools[].config.serviceAccount",
        "cluster.autoscaling.autoprovisioningNodePoolDefaults.serviceAccount",
      ),
    ],
    [`GET ${CLUSTERS}/*`]: ["container.clusters.get"],
    [`PUT ${CLUSTERS}/*`]: UPDATE,
    [`DELETE ${CLUSTERS}/*`]: ["container.clusters.delete"],
    [`POST ${CLUSTERS}/*:setMaintenancePolicy`]: UPDATE,
    [`POST ${CLUSTERS}/*:setResourceLabels`]: UPDATE,
    [`POST ${CLUSTERS}/*:setNetworkPolicy`]: UPDATE,
    [`POST ${CLUSTERS}/*:setLegacyAbac`]: UPDATE,
    [`GET ${POOLS}`]: ["container.clusters.get"],
    [`POST ${POOLS}`]: [...UPDATE, actAs("nodePool.config.serviceAccount")],
    [`GET ${POOLS}/*`]: ["container.clusters.get"],
    [`PUT ${POOLS}/*`]: UPDATE,
    [`DELETE ${POOLS}/*`]: UPDATE,
    [`POST ${POOLS}/*:setManagement`]: UPDATE,
    [`POST ${POOLS}/*:setSize`]: UPDATE,
  },
  // `clusters.connect` is asked for by the control plane: https://cloud.google.com/kubernetes-engine/docs/how-to/dns-based-endpoint
  roles: {
    "roles/container.admin": "*",
    "roles/container.clusterAdmin": "*",
    "roles/container.developer": "clusters.connect clusters.get clusters.list",
    "roles/container.viewer": "clusters.connect *.get *.list",
  },
};
