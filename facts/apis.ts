/**
 * APIs that must be on before the first deploy, because Terraform enables the others with them or reads them while
 * planning.
 */
export const BOOTSTRAP_APIS = [
  "serviceusage",
  "cloudresourcemanager",
  "iam",
  "secretmanager",
  "storage",
  "cloudkms",
] as const;

/** APIs that people, CI and images need, besides those of the environment's stack. */
export const OPERATION_APIS = ["iamcredentials", "sts", "artifactregistry", "billingbudgets"] as const;

/** APIs that stacks enable, by the first part of their names. */
export type Api =
  | (typeof BOOTSTRAP_APIS)[number]
  | (typeof OPERATION_APIS)[number]
  | "compute"
  | "container"
  | "sqladmin"
  | "redis"
  | "servicenetworking"
  | "dns"
  | "certificatemanager"
  | "monitoring"
  | "logging"
  | "binaryauthorization";
