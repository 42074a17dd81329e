import type { ServicePermissions } from "./service-permissions";

const SERVICES = "projects/*/services";

/** Service Usage: https://cloud.google.com/service-usage/docs/access-control */
export const SERVICE_USAGE: ServicePermissions = {
  calls: {
    "GET operations/*": ["serviceusage.operations.get"],
    [`GET ${SERVICES}`]: ["serviceusage.services.list"],
    [`GET ${SERVICES}/*`]: ["serviceusage.services.get"],
    [`POST ${SERVICES}:batchEnable`]: ["serviceusage.services.enable"],
    [`POST ${SERVICES}/*:enable`]: ["serviceusage.services.enable"],
    [`POST ${SERVICES}/*:generateServiceIdentity`]: ["serviceusage.services.enable"],
    [`POST ${SERVICES}/*:disable`]: ["serviceusage.services.disable"],
  },
  roles: {
    "roles/cloudsql.admin": "services.get services.list",
    "roles/compute.networkAdmin": "services.get services.list",
    "roles/compute.securityAdmin": "services.get services.list",
    "roles/compute.viewer": "services.get services.list",
    "roles/serviceusage.serviceUsageAdmin": "*",
    "roles/serviceusage.serviceUsageViewer": "*.get *.list",
  },
};
