/**
 * Services of Google Cloud with data access logs, by their names in the audit log, which are not always the API's:
 * Cloud SQL's is not sqladmin. IAM's has impersonation in it too.
 * {@link https://cloud.google.com/logging/docs/audit/services}
 */
export const AUDITED_SERVICES = [
  "secretmanager",
  "cloudkms",
  "cloudsql",
  "container",
  "iam",
  "redis",
  "storage",
] as const;
export type AuditedService = (typeof AUDITED_SERVICES)[number];
