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

/** A secret's value as Kubernetes gets it. */
export const secretValue = ({ value, generation }: SecretSource): SecretValue => ({ value, changesWith: [generation] });

/** The system's secrets, and those that the platform makes for itself. */
export class Secrets extends Construct {
  readonly databasePassword: GeneratedSecret;
  /** Of the datastores in the cluster; the database's users have {@link databasePassword}. */
  readonly inCluster: { readonly [store in "databaseAdministrator" | "cache" | "search"]?: GeneratedSecret };
  /** Grafana's. */
  readonly adminPassword: GeneratedSecret;
  /** What Alertmanager notifies with, where the environment has a receiver. */
  readonly receiver?: SuppliedSecret;
  /** Datadog's API key, where the environment has an agent. */
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
   * The secret of a variable.
   * @throws when the variable is none
   */
  of(variable: string): SecretSource {
    const source = this.sources.get(variable);
    if (!source) throw new Error(`${variable} is no secret`);
    return source;
  }

  /** Lets an IAM member read the supplied secrets among the variables. */
  grantAccess(reader: string, variables: readonly string[], member: string): void {
    for (const variable of variables) {
      const source = this.sources.get(variable);
      if (source instanceof SuppliedSecret) source.grantAccess(reader, member);
    }
  }
}
