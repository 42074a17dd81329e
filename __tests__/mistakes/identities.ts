import {
  ACCOUNT,
  CLUSTER,
  change,
  DATABASE_USER,
  GOOGLE,
  KEY_GRANT,
  leaveOut,
  type Mistake,
  PROJECT,
  ROLE,
  SCRIPT,
  set,
} from "./mistake";

/** Service accounts, roles and grants that Google Cloud refuses. */
export const IDENTITIES: readonly Mistake[] = [
  {
    what: "GKE has no permission to use the encryption key for Secrets",
    address: CLUSTER,
    stage: "apply",
    message: "Error 400: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource",
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/encrypting-secrets`,
    make: leaveOut(KEY_GRANT),
  },
  {
    what: "a service account's ID is too long",
    address: ACCOUNT,
    stage: "validate",
    message: '"account_id" ("pmcrm-worker-of-the-production-environment") must be between 6 and 30 characters long',
    page: `${GOOGLE}/iam/docs/service-accounts-create`,
    make: set(ACCOUNT, "account_id", "pmcrm-worker-of-the-production-environment"),
  },
  {
    what: "a role does not exist",
    address: ROLE,
    stage: "apply",
    message: "Error 400: Role roles/artifactregistry.pull is not supported for this resource.",
    page: `${GOOGLE}/iam/docs/roles-permissions/artifactregistry`,
    make: set(ROLE, "role", "roles/artifactregistry.pull"),
  },
  {
    what: "a role is granted to a service account that does not exist",
    address: ROLE,
    stage: "apply",
    message: `Error 400: Service account pmcrm-nodes@${PROJECT}.iam.gserviceaccount.com does not exist.`,
    page: `${GOOGLE}/iam/docs/principal-identifiers`,
    make: set(ROLE, "member", `serviceAccount:pmcrm-nodes@${PROJECT}.iam.gserviceaccount.com`),
  },
  {
    what: "a Kubernetes identity is bound before the cluster creates the identity pool",
    address: "google_service_account_iam_member.workload_worker_identity_binding",
    stage: "apply",
    message: `Error 400: Identity Pool does not exist (${PROJECT}.svc.id.goog).`,
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/workload-identity`,
    make: change("google_service_account_iam_member.workload_worker_identity_binding", (args) => {
      delete args.depends_on;
    }),
  },
  {
    what: "a database user is created before its role",
    address: DATABASE_USER,
    stage: "apply",
    message: 'role "pmcrm" does not exist',
    page: `${GOOGLE}/sql/docs/postgres/roles-and-users`,
    make: leaveOut(SCRIPT),
  },
  {
    what: "an audit log has an unknown type",
    address: "google_project_iam_audit_config.audit-log_iam",
    stage: "apply",
    message: `Error 400: Invalid value at 'policy.audit_configs.audit_log_configs.log_type': "WRITE"`,
    page: `${GOOGLE}/logging/docs/audit/configure-data-access`,
    make: set("google_project_iam_audit_config.audit-log_iam", "audit_log_config.0.log_type", "WRITE"),
  },
];
