import type { ServicePermissions } from "./service-permissions";

/** Service Account Credentials: https://cloud.google.com/iam/docs/create-short-lived-credentials-direct#permissions-oauth */
export const IAM_CREDENTIALS: ServicePermissions = {
  calls: { "POST projects/*/serviceAccounts/*:generateAccessToken": ["iam.serviceAccounts.getAccessToken"] },
};
