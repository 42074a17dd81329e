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

/** APIs that stacks enable, by the first part of their names. */
export type Api =
  | "compute"
  | "container"
  | "sqladmin"
  | "redis"
  | "servicenetworking"
  | "cloudkms"
  | "dns"
  | "certificatemanager"
  | "monitoring"
  | "logging"
  | "binaryauthorization";
