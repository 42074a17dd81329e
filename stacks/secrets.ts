import { Construct } from "constructs";
import type { SecretValue } from "../constructs/kubernetes/secret";
import type { Project } from "../constructs/project/project";
import { GeneratedSecret, type SecretSource, SuppliedSecret } from "../constructs/secrets/secret";
import { kebab, secretName } from "../facts/names";
import { type Environment, generationOf } from "../schema/environment";
import { PLATFORM_SECRETS, type System } from "../schema/system";

export interface SecretsProps {
  readonly project: Project;
  readonly region: string;
  readonly systemName: string;
  readonly system: System;
  readonly environment: Environment;
  readonly deletionProtection: boolean;
}

/** Converts a secret to a value of a Kubernetes Secret. */
export const secretValue = ({ value, generation }: SecretSource): SecretValue => ({ value, changesWith: [generation] });

/** The system's secrets, and those of the platform. */
export class Secrets extends Construct {
  readonly databasePassword: GeneratedSecret;
  /** Passwords of datastores in the cluster. The password of the database's user is {@link databasePassword}. */
  readonly inCluster: { readonly [store in "databaseAdministrator" | "cache" | "search"]?: GeneratedSecret };
  /** Password of Grafana's administrator. */
  readonly adminPassword: GeneratedSecret;
  /** Secret of Alertmanager's receiver, if the environment has one. */
  readonly receiver?: SuppliedSecret;
  /** Datadog's API key, if the environment uses Datadog. */
  readonly datadog?: SuppliedSecret;
  private readonly sources = new Map<string, SecretSource>();

  constructor(scope: Construct, id: string, props: SecretsProps) {
    super(scope, id);
    const { project, region, systemName, environment, deletionProtection } = props;
    const common = (variable: string) => ({
      project,
      name: secretName(systemName, variable),
      generation: generationOf(environment, variable),
    });
    const generated = (variable: string, length: number, irreplaceable = false) =>
      new GeneratedSecret(this, kebab(variable), {
        ...common(variable),
        region,
        length,
        irreplaceable,
        deletionProtection,
      });
    const supplied = (variable: string) => new SuppliedSecret(this, kebab(variable), common(variable));

    this.databasePassword = generated(PLATFORM_SECRETS.database, 40);
    const { database, cache, search } = environment;
    this.inCluster = {
      ...(database.kind === "bitnami" && {
        databaseAdministrator: generated(PLATFORM_SECRETS.databaseAdministrator, 40),
      }),
      ...(cache.kind === "bitnami" && { cache: generated(PLATFORM_SECRETS.cache, 40) }),
      ...(search && { search: generated(PLATFORM_SECRETS.search, 40) }),
    };
    this.adminPassword = generated(PLATFORM_SECRETS.grafana, 40);
    if (environment.monitoring.receiver) this.receiver = supplied(PLATFORM_SECRETS.receiver);
    if (environment.datadog) this.datadog = supplied(PLATFORM_SECRETS.datadog);
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

  /** Grants an IAM member read access to the variables' secrets that people supply. */
  grantAccess(reader: string, variables: readonly string[], member: string): void {
    for (const variable of variables) {
      const source = this.sources.get(variable);
      if (source instanceof SuppliedSecret) source.grantAccess(reader, member);
    }
  }
}
