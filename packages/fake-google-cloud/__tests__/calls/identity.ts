import type { ValidCall } from "./call";

const POOLS = "projects/p/locations/global/workloadIdentityPools";
const PROVIDERS = `${POOLS}/pool/providers`;
const PROVIDER = {
  displayName: "d",
  description: "d",
  attributeMapping: { "google.subject": "assertion.sub" },
  attributeCondition: "assertion.ref == 'refs/heads/main'",
  oidc: { issuerUri: "https://token.actions.githubusercontent.com", allowedAudiences: ["a"] },
};
const ROLES = "projects/p/roles";
const ROLE = {
  title: "t",
  description: "d",
  stage: "GA",
  includedPermissions: ["iam.serviceAccounts.signBlob"],
};
const iam = (method: string, path: string, body: object = {}, query?: ValidCall["query"]): ValidCall => ({
  service: "iam",
  method,
  path,
  body,
  query,
});

/** Workload identity federation, and a project's own roles. */
export const IDENTITY: readonly ValidCall[] = [
  iam("POST", POOLS, { displayName: "d", description: "d", disabled: false }, { workloadIdentityPoolId: "pool" }),
  iam("PATCH", `${POOLS}/pool`, { disabled: true }, { updateMask: "disabled" }),
  iam("POST", PROVIDERS, PROVIDER, { workloadIdentityPoolProviderId: "provider" }),
  iam("PATCH", `${PROVIDERS}/provider`, { ...PROVIDER, disabled: true }, { updateMask: "disabled" }),
  iam("DELETE", `${PROVIDERS}/provider`),
  iam("POST", `${PROVIDERS}/provider:undelete`),
  iam("DELETE", `${POOLS}/pool`),
  iam("POST", `${POOLS}/pool:undelete`),
  iam("POST", ROLES, { roleId: "signer", role: ROLE }),
  iam("PATCH", `${ROLES}/signer`, ROLE, { updateMask: "title" }),
  iam("DELETE", `${ROLES}/signer`),
  iam("POST", `${ROLES}/signer:undelete`),
];
