import { SecretManagerSecret } from "@cdktf/provider-google/lib/secret-manager-secret";
import { SecretManagerSecretIamMember } from "@cdktf/provider-google/lib/secret-manager-secret-iam-member";
import { SecretManagerSecretVersion } from "@cdktf/provider-google/lib/secret-manager-secret-version";
import { type ITerraformDependable, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { PLATFORM_NAMES } from "../../facts/reserved";
import type { Project } from "../project/project";
import { Ephemeral } from "../terraform/ephemeral";

/** A secret's value with its generation. The state must not contain anything that is derived from the value. */
export interface SecretSource {
  /** An ephemeral value. Only write-only arguments can use it. */
  readonly value: string;
  /** Number that increases when the value changes. */
  readonly generation: number;
}

export interface SecretContainerProps {
  readonly project: Project;
  /** The secret's name in Secret Manager. */
  readonly name: string;
  /** Regions where Secret Manager stores the values. A change replaces the secret. */
  readonly regions: readonly string[];
  /** Whether Terraform refuses to destroy the secret. */
  readonly deletionProtection: boolean;
  /** Resources that the secret needs. */
  readonly dependsOn?: ITerraformDependable[];
}

/** Creates a secret without a value. */
export function secretContainer(scope: Construct, id: string, props: SecretContainerProps): SecretManagerSecret {
  const secret = new SecretManagerSecret(scope, id, {
    project: props.project.id,
    secretId: props.name,
    replication: { userManaged: { replicas: props.regions.map((location) => ({ location })) } },
    lifecycle: { preventDestroy: props.deletionProtection },
    dependsOn: props.dependsOn,
  });
  secret.addOverride("deletion_protection", props.deletionProtection); // the bindings do not have it
  return secret;
}

export interface GeneratedSecretProps extends SecretContainerProps {
  /**
   * Number of characters. They are letters and digits, which URLs and shells do not need to escape. A new number applies
   * to the next generation: it does not change a value that exists.
   */
  readonly length: number;
  /** The value's generation. A new generation creates a new value. */
  readonly generation: number;
  /**
   * Whether a new value would make stored data unreadable. If true, deletion protection also covers the secret's
   * version.
   */
  readonly irreplaceable: boolean;
}

/**
 * A random value that Terraform creates and stores only in Secret Manager. All consumers read the stored version, so an
 * apply that fails halfway does not leave two different values.
 */
export class GeneratedSecret extends Construct implements SecretSource {
  readonly value: string;
  readonly generation: number;

  constructor(scope: Construct, id: string, props: GeneratedSecretProps) {
    super(scope, id);
    const secret = secretContainer(this, "secret", props);
    secret.overrideLogicalId(`secret_${id.replace(/-/g, "_")}`);

    const made = new Ephemeral(this, "made", "random_password", { length: props.length, special: false });
    const version = new SecretManagerSecretVersion(this, "version", {
      secret: secret.id,
      secretDataWo: made.attribute("result"),
      secretDataWoVersion: props.generation,
      deletionPolicy: "DISABLE", // keeps old values, which an administrator can enable again
      lifecycle: { createBeforeDestroy: true, preventDestroy: props.irreplaceable && props.deletionProtection },
    });
    // The address does not depend on `irreplaceable`. Otherwise a change of it would replace the value.
    const earlier = `${version.terraformResourceType}.${TerraformStack.of(this).getLogicalId(version)}`;
    version.overrideLogicalId(`secret_${id.replace(/-/g, "_")}_version`);
    version.moveFromId(earlier);
    this.generation = props.generation;
    this.value = new Ephemeral(this, PLATFORM_NAMES.stored, "google_secret_manager_secret_version", {
      project: props.project.id,
      secret: secret.secretId,
      version: version.version,
    }).attribute("secret_data");
  }
}

export interface SuppliedSecretProps {
  readonly project: Project;
  /** The secret's name in Secret Manager, where a person created it. */
  readonly name: string;
  /** Number of the version to read. */
  readonly generation: number;
}

/**
 * A value that a person stores in Secret Manager. The stack reads it, but does not manage it. If the version does not
 * exist, the plan fails and names it.
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
    this.value = new Ephemeral(this, PLATFORM_NAMES.stored, "google_secret_manager_secret_version", {
      project: props.project.id,
      secret: props.name,
      version: String(props.generation),
    }).attribute("secret_data");
  }

  /** Grants an IAM member read access to the secret. */
  grantAccess(id: string, member: string): void {
    new SecretManagerSecretIamMember(this, id, {
      project: this.props.project.id,
      secretId: this.props.name,
      role: "roles/secretmanager.secretAccessor",
      member,
    });
  }
}
