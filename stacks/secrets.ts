import { Construct } from "constructs";
import type { SecretValue } from "../constructs/kubernetes/secret";
import type { Project } from "../constructs/project/project";
import { GeneratedSecret, type SecretSource, SuppliedSecret } from "../constructs/secrets/secret";
import { kebab, secretName } from "../facts/names";
import { type Environment, generatedForPlatform, generationOf, suppliedToPlatform } from "../schema/environment";
import type { PlatformSecret, System } from "../schema/system";

export interface SecretsProps {
  readonly project: Project;
  /** Regions where Secret Manager stores the values. */
  readonly regions: readonly string[];
  readonly systemName: string;
  readonly system: System;
  readonly environment: Environment;
  readonly deletionProtection: boolean;
}

/** Converts a secret to a value of a Kubernetes Secret. */
export const secretValue = ({ value, generation }: SecretSource): SecretValue => ({ value, changesWith: [generation] });

/** The system's secrets, and those of the platform. */
export class Secrets extends Construct {
  private readonly platform = new Map<PlatformSecret, SecretSource>();
  private readonly sources = new Map<string, SecretSource>();

  constructor(scope: Construct, id: string, props: SecretsProps) {
    super(scope, id);
    const { project, regions, systemName, environment, deletionProtection } = props;
    const common = (variable: string) => ({
      project,
      name: secretName(systemName, variable),
      generation: generationOf(environment, variable),
    });
    const generated = (variable: string, length: number, irreplaceable = false) =>
      new GeneratedSecret(this, kebab(variable), {
        ...common(variable),
        regions,
        length,
        irreplaceable,
        deletionProtection,
      });
    const supplied = (variable: string) => new SuppliedSecret(this, kebab(variable), common(variable));

    for (const secret of generatedForPlatform(environment)) this.platform.set(secret, generated(secret, 40));
    for (const secret of suppliedToPlatform(environment)) this.platform.set(secret, supplied(secret));
    for (const [variable, kind] of Object.entries(props.system.variables)) {
      if (typeof kind === "string") continue;
      if (kind.kind === "generated")
        this.sources.set(variable, generated(variable, kind.length, kind.rotate === "never"));
      if (kind.kind === "supplied") this.sources.set(variable, supplied(variable));
    }
  }

  /**
   * Returns the secret of a variable.
   * @throws if the variable is not a secret
   */
  of(variable: string): SecretSource {
    const source = this.sources.get(variable);
    if (!source) throw new Error(`${variable} is not a secret`);
    return source;
  }

  /**
   * Returns a secret of the platform.
   * @throws if nothing in the environment needs it
   */
  ofPlatform(secret: PlatformSecret): SecretSource {
    const source = this.platform.get(secret);
    if (!source) throw new Error(`nothing names ${secret} among the secrets that it needs (schema/datastores.ts)`);
    return source;
  }

  /** Grants an IAM member read access to the variables' secrets that people supply. */
  grantAccess(reader: string, variables: readonly string[], member: string): void {
    for (const variable of variables) {
      const source = this.sources.get(variable);
      if (source instanceof SuppliedSecret) source.grantAccess(reader, member);
    }
  }
}
