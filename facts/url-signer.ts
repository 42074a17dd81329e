import type { CustomRole } from "./custom-role";

/**
 * A role of the project that signs for a service account, such as URLs of objects, and does nothing else. Google's own
 * roles that can sign can create tokens, too. `bootstrap` creates it, because Google keeps the name of a role that was
 * deleted for weeks.
 * {@link https://cloud.google.com/iam/docs/creating-custom-roles}
 */
export const URL_SIGNER: CustomRole = {
  id: "urlSigner",
  title: "Signs URLs",
  permissions: ["iam.serviceAccounts.signBlob"],
};

/** The role by its full name. */
export const urlSigner = (project: string): string => `projects/${project}/roles/${URL_SIGNER.id}`;
