import type { ServicePermissions } from "./service-permissions";

/** Binary Authorization: https://cloud.google.com/binary-authorization/docs/reference/permissions-and-roles */
export const BINARY_AUTHORIZATION: ServicePermissions = {
  calls: {
    "GET projects/*/policy": ["binaryauthorization.policy.get"],
    "PUT projects/*/policy": ["binaryauthorization.policy.update"],
  },
  roles: {
    "roles/binaryauthorization.policyEditor": "*",
    "roles/binaryauthorization.policyViewer": "policy.get",
  },
};
