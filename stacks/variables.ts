import { Fn } from "cdktf";
import type { Construct } from "constructs";
import { databaseUrl } from "../constructs/database/url";
import { isEncrypted } from "../constructs/datastore/datastore";
import { ConfigMap } from "../constructs/kubernetes/config-map";
import { inUrl, Secret, type SecretValue } from "../constructs/kubernetes/secret";
import type { Platform } from "../constructs/platform";
import { CERTIFICATES, NODE_ADDRESS, type PodProps } from "../constructs/workloads/pod";
import { bucketName } from "../facts/names";
import { type Environment, hostsFor } from "../schema/environment";
import type { Release } from "../schema/release";
import type { System } from "../schema/system";
import { type DatastoreName, datastoreOf, type Variable } from "../schema/variable";
import type { Datastores } from "./datastores";
import { type Secrets, secretValue } from "./secrets";

const FILES = { database: "database.pem", bundle: "bundle.pem" } as const;

/** The web origins of a service, a frontend or a public bucket. */
export const originsOf = (environment: Environment, name: string): string[] =>
  hostsFor(environment, name).map((host) => `https://${host}`);

/** The value of a variable that text, the environment or hosts make; undefined for one that is left out. */
export function plainValue(system: System, environment: Environment, name: string): string | undefined {
  const variable = system.variables[name] as Variable;
  if (typeof variable === "string") return variable;
  switch (variable.kind) {
    case "environment":
      return environment.variables[name]; // absent only if it is optional
    case "hosts":
      return variable.of.flatMap((of) => hostsFor(environment, of)).join(",");
    case "origins":
      return variable.of.flatMap((of) => originsOf(environment, of)).join(",");
    case "url":
      return `${originsOf(environment, variable.of)[0]}${variable.path ?? ""}`;
    default:
      return undefined;
  }
}

/** Creates each workload's ConfigMap, Secret and environment variables from the system's variables. */
export class Variables {
  constructor(
    private readonly props: {
      readonly platform: Platform;
      readonly system: System;
      readonly environment: Environment;
      readonly release: Release;
      readonly secrets: Secrets;
      readonly datastores: Datastores;
    },
  ) {}

  /**
   * Returns the datastores' certificate authorities as files: that of the database, which its URL names, and all in one
   * file.
   */
  static certificateFiles({ database, cache }: Datastores): Record<string, string> {
    const all = [database, cache].flatMap((store) => store?.certificateAuthority ?? []);
    return {
      ...(database?.certificateAuthority && { [FILES.database]: database.certificateAuthority }),
      ...(all.length && { [FILES.bundle]: Fn.join("\n", all) }),
    };
  }

  /**
   * Returns a workload's variables, by the object that holds them.
   * @param direct whether it must not connect to the database through a pooler
   */
  of(
    scope: Construct,
    namespace: string,
    workload: string,
    names: readonly string[],
    { port, direct }: { readonly port?: number; readonly direct: boolean },
  ) {
    const pod: Record<string, PodProps["variables"][string]> = {};
    const config: Record<string, string> = {};
    const secret: Record<string, SecretValue> = {};
    const { platform, system, environment, release, secrets } = this.props;
    for (const name of names) {
      const variable = system.variables[name] as Variable;
      const of = datastoreOf(variable);
      if (of && !this.props.datastores[of]) continue; // a cache that the environment does without
      const value = plainValue(system, environment, name);
      if (value !== undefined) config[name] = value;
      else if (typeof variable !== "string")
        switch (variable.kind) {
          case "port":
            pod[name] = String(port);
            break;
          case "version":
            pod[name] = release.version;
            break;
          case "node-address":
            pod[name] = NODE_ADDRESS;
            break;
          case "ca-bundle":
            if (FILES.bundle in Variables.certificateFiles(this.props.datastores))
              config[name] = `${CERTIFICATES}/${FILES.bundle}`;
            break;
          case "bucket":
            config[name] = bucketName(environment.project, platform.names.full, variable.of);
            break;
          case "pool-size":
            config[name] = String(system.database?.connectionsPerPod);
            break;
          case "generated":
          case "supplied":
            secret[name] = secretValue(secrets.of(name));
            break;
          case "database-url":
            secret[name] = this.databaseUrl(variable, direct);
            break;
          case "cache-url":
            secret[name] = this.cacheUrl(variable.client);
            break;
          case "search-url":
            secret[name] = this.searchUrl();
            break;
          case "datastore": {
            const value = this.part(variable.of, variable.field);
            if (typeof value === "string") config[name] = value;
            else secret[name] = value;
          }
        }
    }
    const metadata = { namespace, name: workload };
    return {
      variables: pod,
      configMap: Object.keys(config).length ? new ConfigMap(scope, "config", { ...metadata, data: config }) : undefined,
      secret: Object.keys(secret).length ? new Secret(scope, "secret", { ...metadata, data: secret }) : undefined,
    };
  }

  private databaseUrl(
    { driver, via, parameters }: Extract<Variable, { kind: "database-url" }>,
    direct: boolean,
  ): SecretValue {
    return databaseUrl({
      store: this.store("database"),
      driver,
      pooled: via === "pooler" && !direct,
      authorityFile: `${CERTIFICATES}/${FILES.database}`,
      parameters,
    });
  }

  private cacheUrl(client: "redis" | "celery"): SecretValue {
    const cache = this.store("cache");
    const { host, port, password, certificateAuthority } = cache;
    const encrypted = isEncrypted(cache);
    // Celery requires the parameter, and redis-py would verify nothing without the authority.
    // {@link https://docs.celeryq.dev/en/stable/userguide/configuration.html#std-setting-redis_backend_use_ssl}
    const query = Object.entries(
      encrypted && client === "celery"
        ? {
            ssl_cert_reqs: "required",
            ...(certificateAuthority && { ssl_ca_certs: `${CERTIFICATES}/${FILES.bundle}` }),
          }
        : {},
    )
      .map((parameter) => parameter.join("="))
      .join("&");
    return {
      value: `${encrypted ? "rediss" : "redis"}://default:${inUrl(password)}@${host}:${port}${query && `/0?${query}`}`,
      changesWith: [host, port, ...(query ? [query] : []), ...password.changesWith],
    };
  }

  private searchUrl(): SecretValue {
    const { host, port, user, password, publiclyCertified } = this.store("search");
    const scheme = publiclyCertified ? "https" : "http";
    return {
      value: `${scheme}://${user}:${inUrl(password)}@${host}:${port}`,
      changesWith: [scheme, host, port, user as string, ...password.changesWith],
    };
  }

  /** Returns a field of a datastore that clients need to log in. */
  private part(of: DatastoreName, field: string): string | SecretValue {
    const store = this.store(of);
    const parts: Readonly<Record<string, string | SecretValue | undefined>> = {
      host: store.host,
      port: String(store.port),
      name: "database" in store ? store.database : undefined,
      user: store.user,
      password: store.password,
      tls: String(isEncrypted(store)),
    };
    return parts[field] as string | SecretValue;
  }

  /** Returns a datastore that the environment has. */
  private store<Name extends DatastoreName>(name: Name): NonNullable<Datastores[Name]> {
    return this.props.datastores[name] as NonNullable<Datastores[Name]>;
  }
}
