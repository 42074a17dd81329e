import { fixed, ofPolicy, type ServicePermissions, usual } from "./service-permissions";

const RINGS = "projects/*/locations/*/keyRings";
const KEYS = `${RINGS}/*/cryptoKeys`;

/** Cloud KMS: https://cloud.google.com/kms/docs/reference/permissions-and-roles */
export const CLOUD_KMS: ServicePermissions = {
  calls: {
    ...fixed(RINGS, "cloudkms.keyRings"),
    ...ofPolicy(`${RINGS}/*`, "cloudkms.keyRings"),
    ...usual(KEYS, "cloudkms.cryptoKeys"),
    ...ofPolicy(`${KEYS}/*`, "cloudkms.cryptoKeys"),
    [`GET ${KEYS}/*/cryptoKeyVersions`]: ["cloudkms.cryptoKeyVersions.list"],
    [`POST ${KEYS}/*/cryptoKeyVersions/*:destroy`]: ["cloudkms.cryptoKeyVersions.destroy"],
  },
  roles: {
    "roles/cloudkms.admin": "*.list cryptoKeys.* keyRings.* cryptoKeyVersions.destroy",
    "roles/cloudkms.cryptoKeyDecrypter": "cryptoKeyVersions.useToDecrypt",
    "roles/cloudkms.cryptoKeyEncrypter": "cryptoKeyVersions.useToEncrypt",
    "roles/cloudkms.cryptoKeyEncrypterDecrypter": "cryptoKeyVersions.useToDecrypt cryptoKeyVersions.useToEncrypt",
    "roles/cloudkms.viewer": "*.get *.list",
    "roles/iam.securityReviewer": "*.getIamPolicy *.list",
  },
};
