import { KmsCryptoKey } from "@cdktf/provider-google/lib/kms-crypto-key";
import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import { KmsKeyRing } from "@cdktf/provider-google/lib/kms-key-ring";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Project } from "./project";

export interface EncryptionKeyProps {
  readonly project: Project;
  /** Name of ring and key; taken for ever, even after a destroy. */
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

/** A symmetric Cloud KMS key, rotated every 90 days, in a ring of its own, usable by one service agent. */
export class EncryptionKey extends Construct {
  readonly key: KmsCryptoKey;
  /** Whoever encrypts with the key waits for it. */
  readonly grant: KmsCryptoKeyIamMember;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    const lifecycle = { preventDestroy: props.deletionProtection };
    const ring = new KmsKeyRing(this, "ring", {
      project: props.project.id,
      name: props.name,
      location: props.location,
      lifecycle,
      dependsOn: [props.project.api("cloudkms")],
    });
    ring.overrideLogicalId(`${id.replace(/-/g, "_")}_ring`);
    this.key = new KmsCryptoKey(this, "key", {
      keyRing: ring.id,
      name: props.name,
      rotationPeriod: "7776000s",
      lifecycle,
    });
    this.key.overrideLogicalId(`${id.replace(/-/g, "_")}_key`);
    this.grant = new KmsCryptoKeyIamMember(this, "grant", {
      cryptoKeyId: this.key.id,
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: props.user,
      dependsOn: [...props.userExists],
    });
  }
}
