/**
 * A Cloud KMS key, in a key ring of the same name, with which one of Google's service agents encrypts. `bootstrap` and
 * the stack describe the same key.
 */
export interface AgentKey {
  /** Name of the key and its ring. */
  readonly name: string;
  /**
   * The API that the service agent belongs to. Google creates the agent when the API is enabled.
   * {@link https://cloud.google.com/iam/docs/service-agents}
   */
  readonly agent: keyof typeof DOMAINS;
}

const DOMAINS = {
  container: "container-engine-robot",
  compute: "compute-system",
  artifactregistry: "gcp-sa-artifactregistry",
} as const;

/** The key for Secrets in a cluster, given the cluster's name. */
export const secretsKey = (cluster: string): AgentKey => ({ name: `${cluster}-secrets`, agent: "container" });

/** The key for disks of datastores in a cluster, given the cluster's name. */
export const disksKey = (cluster: string): AgentKey => ({ name: `${cluster}-datastores`, agent: "compute" });

/** The key for images in the registry. It has one name in all projects, which a condition of the deployer's role names. */
export const IMAGES_KEY: AgentKey = { name: "images", agent: "artifactregistry" };

/** The service agent as an IAM member. */
export const userOf = ({ agent }: AgentKey, projectNumber: string): string =>
  `serviceAccount:service-${projectNumber}@${DOMAINS[agent]}.iam.gserviceaccount.com`;

/** Rotation period of the keys: 90 days. */
export const ROTATION = "7776000s";
/** The role of the service agent on its key. */
export const KEY_ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
