import { type ServicePermissions, usual } from "./service-permissions";

const INSTANCES = "projects/*/locations/*/instances";

/** Memorystore for Redis: https://cloud.google.com/memorystore/docs/redis/access-control */
export const REDIS: ServicePermissions = {
  calls: {
    "GET projects/*/locations/*/operations/*": ["redis.operations.get"],
    ...usual(INSTANCES, "redis.instances"),
    [`GET ${INSTANCES}/*/authString`]: ["redis.instances.getAuthString"],
    [`POST ${INSTANCES}/*:upgrade`]: ["redis.instances.upgrade"],
  },
  roles: {
    "roles/redis.admin": "*",
    "roles/redis.viewer": "*.get *.list",
  },
};
