import { type ServicePermissions, usual } from "./service-permissions";

const INSTANCES = "projects/*/instances";
const USERS = `${INSTANCES}/*/users`;

/** Cloud SQL: https://cloud.google.com/sql/docs/postgres/iam-permissions */
export const CLOUD_SQL: ServicePermissions = {
  calls: {
    "GET projects/*/operations/*": ["cloudsql.instances.get"],
    ...usual(INSTANCES, "cloudsql.instances"),
    [`PUT ${INSTANCES}/*`]: ["cloudsql.instances.update"],
    [`POST ${INSTANCES}/*/clone`]: ["cloudsql.instances.clone"],
    // Logging in comes on top, with the caller as the database's user. https://cloud.google.com/sql/docs/postgres/executesql
    [`POST ${INSTANCES}/*/executeSql`]: ["cloudsql.instances.executeSql", "cloudsql.instances.login"],
    ...usual(`${INSTANCES}/*/databases`, "cloudsql.databases"),
    // A user is named by the query, not by the path.
    [`GET ${USERS}`]: ["cloudsql.users.list"],
    [`POST ${USERS}`]: ["cloudsql.users.create"],
    [`PUT ${USERS}`]: ["cloudsql.users.update"],
    [`DELETE ${USERS}`]: ["cloudsql.users.delete"],
  },
  roles: {
    "roles/cloudsql.admin": "*",
    "roles/cloudsql.instanceUser": "instances.executeSql instances.get instances.login",
    "roles/cloudsql.viewer": "*.get *.list",
  },
};
