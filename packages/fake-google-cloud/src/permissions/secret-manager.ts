import { ofPolicy, type ServicePermissions, usual } from "./service-permissions";

const SECRETS = "projects/*/secrets";
const VERSION = `${SECRETS}/*/versions/*`;

/** Secret Manager: https://cloud.google.com/secret-manager/docs/access-control */
export const SECRET_MANAGER: ServicePermissions = {
  calls: {
    ...usual(SECRETS, "secretmanager.secrets"),
    ...ofPolicy(`${SECRETS}/*`, "secretmanager.secrets"),
    [`POST ${SECRETS}/*:addVersion`]: ["secretmanager.versions.add"],
    [`GET ${SECRETS}/*/versions`]: ["secretmanager.versions.list"],
    [`GET ${VERSION}`]: ["secretmanager.versions.get"],
    [`GET ${VERSION}:access`]: ["secretmanager.versions.access"],
    [`POST ${VERSION}:enable`]: ["secretmanager.versions.enable"],
    [`POST ${VERSION}:disable`]: ["secretmanager.versions.disable"],
    [`POST ${VERSION}:destroy`]: ["secretmanager.versions.destroy"],
  },
  roles: {
    "roles/secretmanager.admin": "*",
    "roles/secretmanager.secretAccessor": "versions.access",
    "roles/secretmanager.viewer": "*.get* *.list",
    "roles/iam.securityReviewer": "*.getIamPolicy *.list",
  },
};
