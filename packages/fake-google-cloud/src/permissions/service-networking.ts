import type { ServicePermissions } from "./service-permissions";

const CONNECTIONS = "services/*/connections";

/**
 * Service Networking, whose calls are about the project of the network that they name:
 * https://cloud.google.com/iam/docs/roles-permissions/servicenetworking
 */
export const SERVICE_NETWORKING: ServicePermissions = {
  calls: {
    "GET operations/*": ["servicenetworking.operations.get"],
    [`POST ${CONNECTIONS}`]: ["servicenetworking.services.addPeering"],
    [`GET ${CONNECTIONS}`]: ["servicenetworking.services.get"],
    [`PATCH ${CONNECTIONS}/*`]: ["servicenetworking.services.addPeering"],
    [`POST ${CONNECTIONS}/*`]: ["servicenetworking.services.deleteConnection"],
  },
  roles: {
    "roles/compute.networkAdmin": "*",
    "roles/servicenetworking.networksAdmin": "*",
    "roles/compute.networkViewer": "services.get",
  },
};
