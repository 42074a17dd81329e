/**
 * Names that the platform takes beside those of services and tasks. Constructs take theirs from here, and validation
 * refuses them to everybody else. A construct that makes a new one adds it here.
 */
export const PLATFORM_NAMES = {
  /** What makes the backups of a database in the cluster, and its identity. */
  backup: "postgresql-backup",
  /** The last part of the id of that identity's Google service account, and of the bucket's name. */
  backupAccount: "dumps",
  /** What issues certificates. */
  certificate: "certificate",
  /** The pods that answer the challenges of Let's Encrypt. */
  solver: "acme-solver",
  /** The construct of all services and tasks. Equal parts of an address are one. */
  workloads: "workload",
  /** The value of a secret, beside the grants of those who read it. */
  stored: "stored",
  /** What pods that call Google's APIs connect to. */
  internet: "internet",
  metadataServer: "metadata-server",
  /** The service account that every namespace has. */
  defaultAccount: "default",
} as const;

/** Names that no service and no task can have. */
export const RESERVED_NAMES: readonly string[] = Object.values(PLATFORM_NAMES);
