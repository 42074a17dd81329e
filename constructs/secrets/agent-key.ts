/**
 * The key, in a ring of the same name, that one of Google's service agents encrypts with. `bootstrap` and the stack
 * describe the same key.
 */
export interface AgentKey {
  /** Of key and ring. */
  readonly name: string;
  /** API whose agent it is; enabling it makes the agent. {@link https://cloud.google.com/iam/docs/service-agents} */
  readonly agent: keyof typeof DOMAINS;
}

const DOMAINS = { container: "container-engine-robot", compute: "compute-system" } as const;

/** Key of the Secrets in a cluster, by the cluster's name. */
export const secretsKey = (cluster: string): AgentKey => ({ name: `${cluster}-secrets`, agent: "container" });

/** Key of the disks of the datastores in a cluster, by the cluster's name. */
export const disksKey = (cluster: string): AgentKey => ({ name: `${cluster}-datastores`, agent: "compute" });

/** IAM member that encrypts with the key. */
export const userOf = ({ agent }: AgentKey, projectNumber: string): string =>
  `serviceAccount:service-${projectNumber}@${DOMAINS[agent]}.iam.gserviceaccount.com`;

/** How often a key is rotated: 90 days. */
export const ROTATION = "7776000s";
/** What its user may do with it. */
export const KEY_ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
