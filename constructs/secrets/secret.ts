import { SecretManagerSecret } from "@cdktf/provider-google/lib/secret-manager-secret";
import { SecretManagerSecretIamMember } from "@cdktf/provider-google/lib/secret-manager-secret-iam-member";
import { SecretManagerSecretVersion } from "@cdktf/provider-google/lib/secret-manager-secret-version";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import type { Project } from "../project/project";
import { Ephemeral } from "../terraform/ephemeral";

/** A secret's value, and what says that it changed: nothing derived from the value itself may enter the state. */
export interface SecretSource {
  /** Ephemeral: for write-only arguments alone. */
  readonly value: string;
  /** Raised when the value changes. */
  readonly generation: number;
}

export interface GeneratedSecretProps {
  readonly project: Project;
  /** Name in Secret Manager. */
  readonly name: string;
  /** Where the value is stored, a region. */
  readonly region: string;
  /** Characters: letters and digits, so that no URL or shell needs to quote them. */
  readonly length: number;
  /** A new generation is a new value. */
  readonly generation: number;
  /** Whether a new value would make stored data unreadable; the version itself is protected then. */
  readonly irreplaceable: boolean;
  /** Whether Terraform refuses to destroy it, and Google too where it can; no default: an environment decides. */
  readonly deletionProtection: boolean;
}

/**
 * A value that Terraform makes and never sees again. Secret Manager is the one source: every consumer reads the stored
 * version, so that a half-failed apply leaves no two values about.
 */
export class GeneratedSecret extends Construct implements SecretSource {
  readonly value: string;
  readonly generation: number;

  constructor(scope: Construct, id: string, props: GeneratedSecretProps) {
    super(scope, id);
    const secret = new SecretManagerSecret(this, "secret", {
      project: props.project.id,
      secretId: props.name,
      replication: { userManaged: { replicas: [{ location: props.region }] } },
      lifecycle: { preventDestroy: props.deletionProtection },
    });
    secret.overrideLogicalId(`secret_${id.replace(/-/g, "_")}`);
    secret.addOverride("deletion_protection", props.deletionProtection); // newer than the bindings

    const made = new Ephemeral(this, "made", "random_password", { length: props.length, special: false });
    const version = new SecretManagerSecretVersion(this, "version", {
      secret: secret.id,
      secretDataWo: made.attribute("result"),
      secretDataWoVersion: props.generation,
      deletionPolicy: "DISABLE", // an old value can still be looked up by whoever must
      lifecycle: { createBeforeDestroy: true, preventDestroy: props.irreplaceable && props.deletionProtection },
    });
    // The address is the same whether or not the secret is irreplaceable; otherwise changing that would replace the value.
    const earlier = `${version.terraformResourceType}.${TerraformStack.of(this).getLogicalId(version)}`;
    version.overrideLogicalId(`secret_${id.replace(/-/g, "_")}_version`);
    version.moveFromId(earlier);
    this.generation = props.generation;
    this.value = new Ephemeral(this, "stored", "google_secret_manager_secret_version", {
      project: props.project.id,
      secret: secret.secretId,
      version: version.version,
    }).attribute("secret_data");
  }
}

export interface SuppliedSecretProps {
  readonly project: Project;
  /** Name in Secret Manager, where a person put it. */
  readonly name: string;
  /** Number of the version to read. */
  readonly generation: number;
}

/**
 * A value that a person put into Secret Manager. The stack reads it and never owns it; a version that is missing fails
 * the plan by name.
 */
export class SuppliedSecret extends Construct implements SecretSource {
  readonly value: string;
  readonly generation: number;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: SuppliedSecretProps,
  ) {
    super(scope, id);
    this.generation = props.generation;
    this.value = new Ephemeral(this, "stored", "google_secret_manager_secret_version", {
      project: props.project.id,
      secret: props.name,
      version: String(props.generation),
    }).attribute("secret_data");
  }

  /** Lets an IAM member read the secret. */
  grantAccess(id: string, member: string): void {
    new SecretManagerSecretIamMember(this, id, {
      project: this.props.project.id,
      secretId: this.props.name,
      role: "roles/secretmanager.secretAccessor",
      member,
    });
  }
}
