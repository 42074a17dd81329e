import { DataGoogleKmsCryptoKeys } from "@cdktf/provider-google/lib/data-google-kms-crypto-keys";
import { DataGoogleKmsKeyRings } from "@cdktf/provider-google/lib/data-google-kms-key-rings";
import { KmsCryptoKey } from "@cdktf/provider-google/lib/kms-crypto-key";
import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import { KmsKeyRing } from "@cdktf/provider-google/lib/kms-key-ring";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Project } from "../project/project";
import { Import } from "../terraform/import";
import { KEY_ROLE, ROTATION } from "./agent-key";

export interface EncryptionKeyProps {
  readonly project: Project;
  /** Name of the key and its ring. */
  readonly name: string;
  /** The region, which must be that of the resources that the key encrypts. */
  readonly location: string;
  /** The service agent that encrypts with the key, as an IAM member. */
  readonly user: string;
  /** Resources that create the service agent. */
  readonly userExists: readonly ITerraformDependable[];
  /** Whether Terraform refuses to destroy the key and its ring. */
  readonly deletionProtection: boolean;
  /**
   * Whether the plan looks for the key and its ring, and imports them if they exist. Cloud KMS must then be enabled
   * before.
   */
  readonly adopts: boolean;
}

/**
 * A symmetric Cloud KMS key in its own key ring, for one service agent. The key is rotated every 90 days. Google never
 * deletes key rings and keys. When Terraform destroys the stack, they remain, and the next deploy imports them again.
 * The bootstrap stack creates the keys of the environment's stack, which imports them in its first deploy.
 * {@link https://cloud.google.com/kms/docs/destroy-restore}
 */
export class EncryptionKey extends Construct {
  readonly key: KmsCryptoKey;
  /** The service agent's role. Resources that the key encrypts depend on it. */
  readonly grant: KmsCryptoKeyIamMember;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    const { project, name, location } = props;
    const lifecycle = { preventDestroy: props.deletionProtection };
    const ring = new KmsKeyRing(this, "ring", {
      project: project.id,
      name,
      location,
      lifecycle,
      dependsOn: [project.api("cloudkms")],
    });
    ring.overrideLogicalId(`${id.replace(/-/g, "_")}_ring`);
    this.key = new KmsCryptoKey(this, "key", {
      keyRing: ring.id,
      name,
      rotationPeriod: ROTATION,
      lifecycle,
    });
    this.key.overrideLogicalId(`${id.replace(/-/g, "_")}_key`);
    // Without this, destroying the stack would destroy the key's versions. The bindings do not have it.
    this.key.addOverride("deletion_policy", "ABANDON");

    if (props.adopts) this.adopt(props, ring);
    this.grant = new KmsCryptoKeyIamMember(this, "grant", {
      cryptoKeyId: this.key.id,
      role: KEY_ROLE,
      member: props.user,
      dependsOn: [...props.userExists],
    });
  }

  /** Imports the key and its ring if they exist. */
  private adopt({ project, name, location }: EncryptionKeyProps, ring: KmsKeyRing): void {
    // The arguments must be known while planning, so they do not refer to resources: Terraform resolves imports during
    // the plan.
    const path = `projects/${project.id}/locations/${location}/keyRings/${name}`;
    const rings = new DataGoogleKmsKeyRings(this, "rings", { project: project.id, location, filter: `name=${path}` });
    const keys = new DataGoogleKmsCryptoKeys(this, "keys", {
      count: Fn.lengthOf(rings.keyRings), // Google cannot list the keys of a ring that does not exist
      keyRing: path,
      filter: `name=${path}/cryptoKeys/${name}`,
    });
    new Import(this, "ring-adoption", ring, `data.google_kms_key_rings.${rings.friendlyUniqueId}.key_rings[*].id`);
    // For a ring without keys, the provider returns null in place of an empty list.
    const found = `flatten(data.google_kms_crypto_keys.${keys.friendlyUniqueId}[*].keys)`;
    new Import(this, "key-adoption", this.key, `[for key in ${found} : key.id if key != null]`);
  }
}
