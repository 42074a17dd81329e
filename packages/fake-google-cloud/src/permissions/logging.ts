import type { ServicePermissions } from "./service-permissions";

const BUCKETS = "projects/*/locations/*/buckets";

/** Cloud Logging: https://cloud.google.com/logging/docs/access-control */
export const LOGGING: ServicePermissions = {
  calls: {
    "GET projects/*/locations/*/operations/*": ["logging.operations.get"],
    [`POST ${BUCKETS}`]: ["logging.buckets.create"],
    [`POST ${BUCKETS}/*/links`]: ["logging.links.create"],
    [`GET ${BUCKETS}/*/links/*`]: ["logging.links.get"],
    [`DELETE ${BUCKETS}/*/links/*`]: ["logging.links.delete"],
    "GET folders/*/locations/*/buckets/*": ["logging.buckets.get"],
    "PATCH folders/*/locations/*/buckets/*": ["logging.buckets.update"],
    "DELETE folders/*/locations/*/buckets/*": ["logging.buckets.delete"],
    [`GET ${BUCKETS}/*`]: ["logging.buckets.get"],
    [`POST ${BUCKETS}:createAsync`]: ["logging.buckets.create"],
    [`PATCH ${BUCKETS}/*`]: ["logging.buckets.update"],
    [`DELETE ${BUCKETS}/*`]: ["logging.buckets.delete"],
  },
  roles: {
    "roles/logging.configWriter": "*",
    "roles/logging.viewer": "*.get *.list",
  },
};
