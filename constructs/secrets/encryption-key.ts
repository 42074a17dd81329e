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
  /** Name of ring and key. */
  readonly name: string;
  /** Region: that of what it encrypts. */
  readonly location: string;
  /** IAM member that encrypts with the key: a service agent. */
  readonly user: string;
  /** What makes the user exist. */
  readonly userExists: readonly ITerraformDependable[];
  /** Whether Terraform refuses to destroy it, and Google too where it can; no default: an environment decides. */
  readonly deletionProtection: boolean;
}

/**
 * A symmetric Cloud KMS key, rotated every 90 days, in a ring of its own, usable by one service agent. Google never deletes
 * rings and keys: a destroy leaves them as they are, and a later deploy imports them again, as the first deploy imports
 * those from `bootstrap`. It looks for them while planning, so the API must be on before that.
 * {@link https://cloud.google.com/kms/docs/destroy-restore}
 */
export class EncryptionKey extends Construct {
  readonly key: KmsCryptoKey;
  /** Whoever encrypts with the key waits for it. */
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
    // Newer than the bindings; without it a destroy would destroy the key's versions.
    this.key.addOverride("deletion_policy", "ABANDON");

    // No argument may wait for a resource: what is read only while applying comes too late for an import.
    const path = `projects/${project.id}/locations/${location}/keyRings/${name}`;
    const rings = new DataGoogleKmsKeyRings(this, "rings", { project: project.id, location, filter: `name=${path}` });
    const keys = new DataGoogleKmsCryptoKeys(this, "keys", {
      count: Fn.lengthOf(rings.keyRings), // the keys of a ring that is not there cannot be listed
      keyRing: path,
      filter: `name=${path}/cryptoKeys/${name}`,
    });
    new Import(this, "ring-adoption", ring, `data.google_kms_key_rings.${rings.friendlyUniqueId}.key_rings[*].id`);
    // Of a ring without keys the provider makes null, not an empty list.
    const found = `flatten(data.google_kms_crypto_keys.${keys.friendlyUniqueId}[*].keys)`;
    new Import(this, "key-adoption", this.key, `[for key in ${found} : key.id if key != null]`);

    this.grant = new KmsCryptoKeyIamMember(this, "grant", {
      cryptoKeyId: this.key.id,
      role: KEY_ROLE,
      member: props.user,
      dependsOn: [...props.userExists],
    });
  }
}
