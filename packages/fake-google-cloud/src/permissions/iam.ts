import { ofPolicy, type ServicePermissions, usual } from "./service-permissions";

const ACCOUNTS = "projects/*/serviceAccounts";
const ROLES = "projects/*/roles";
const POOLS = "projects/*/locations/global/workloadIdentityPools";

/** IAM: https://cloud.google.com/iam/docs/roles-permissions/iam */
export const IAM: ServicePermissions = {
  calls: {
    ...usual(ACCOUNTS, "iam.serviceAccounts"),
    [`POST ${ACCOUNTS}/*:enable`]: ["iam.serviceAccounts.enable"],
    [`POST ${ACCOUNTS}/*:disable`]: ["iam.serviceAccounts.disable"],
    ...ofPolicy(`${ACCOUNTS}/*`, "iam.serviceAccounts"),
    ...usual(ROLES, "iam.roles"),
    [`POST ${ROLES}/*:undelete`]: ["iam.roles.undelete"],
    ...usual(POOLS, "iam.workloadIdentityPools"),
    [`POST ${POOLS}/*:undelete`]: ["iam.workloadIdentityPools.undelete"],
    [`GET ${POOLS}/*:listAttestationRules`]: ["iam.workloadIdentityPools.get"],
    ...usual(`${POOLS}/*/providers`, "iam.workloadIdentityPoolProviders"),
    [`POST ${POOLS}/*/providers/*:undelete`]: ["iam.workloadIdentityPoolProviders.undelete"],
  },
  roles: {
    // These allow nothing that a call here needs.
    "roles/container.defaultNodeServiceAccount": "",
    "roles/logging.logWriter": "",
    "roles/monitoring.metricWriter": "",
    "roles/iam.serviceAccountAdmin": [
      "serviceAccounts.create serviceAccounts.delete serviceAccounts.disable serviceAccounts.enable",
      "serviceAccounts.get serviceAccounts.getIamPolicy",
      "serviceAccounts.list serviceAccounts.setIamPolicy serviceAccounts.update",
    ].join(" "),
    "roles/iam.serviceAccountTokenCreator":
      "serviceAccounts.get serviceAccounts.getAccessToken serviceAccounts.list serviceAccounts.signBlob",
    "roles/iam.serviceAccountUser": "serviceAccounts.actAs serviceAccounts.get serviceAccounts.list",
    "roles/iam.workloadIdentityUser": "serviceAccounts.get serviceAccounts.getAccessToken serviceAccounts.list",
    "roles/iam.roleAdmin": "roles.*",
    "roles/iam.workloadIdentityPoolAdmin": "workloadIdentityPools.* workloadIdentityPoolProviders.*",
    "roles/iam.securityReviewer": "*.getIamPolicy *.list",
    "roles/iam.serviceAccountViewer": "*.get *.getIamPolicy *.list",
  },
};
