import { Fn } from "cdktf";
import type { Construct } from "constructs";
import type { Datastore } from "../constructs/datastore/datastore";
import { ConfigMap } from "../constructs/kubernetes/config-map";
import { Secret, type SecretValue } from "../constructs/kubernetes/secret";
import { CERTIFICATES, NODE_ADDRESS, type PodProps } from "../constructs/workloads/pod";
import type { Environment } from "../schema/environment";
import type { Release } from "../schema/release";
import type { System } from "../schema/system";
import type { Variable } from "../schema/variable";
import type { Datastores } from "./datastores";
import { type Secrets, secretValue } from "./secrets";

const FILES = { database: "database.pem", bundle: "bundle.pem" } as const;

/** Creates each workload's ConfigMap, Secret and environment variables from the system's variables. */
export class Variables {
  constructor(
    private readonly props: {
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
    const all = [database, cache].flatMap(({ certificateAuthority }) => certificateAuthority ?? []);
    return {
      ...(database.certificateAuthority && { [FILES.database]: database.certificateAuthority }),
      ...(all.length && { [FILES.bundle]: Fn.join("\n", all) }),
    };
  }

  /** Returns a workload's variables, by the object that holds them. */
  of(scope: Construct, namespace: string, workload: string, names: readonly string[], port?: number) {
    const pod: Record<string, PodProps["variables"][string]> = {};
    const config: Record<string, string> = {};
    const secret: Record<string, SecretValue> = {};
    const { system, environment, release, secrets } = this.props;
    for (const name of names) {
      const variable = system.variables[name] as Variable;
      if (typeof variable === "string") config[name] = variable;
      else
        switch (variable.kind) {
          case "environment":
            config[name] = environment.variables[name] as string;
            break;
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
            config[name] = `${CERTIFICATES}/${FILES.bundle}`;
            break;
          case "generated":
          case "supplied":
            secret[name] = secretValue(secrets.of(name));
            break;
          case "database-url":
            secret[name] = this.databaseUrl(variable.parameters);
            break;
          case "cache-url":
            secret[name] = this.cacheUrl();
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

  private databaseUrl(parameters: Readonly<Record<string, string>>): SecretValue {
    const { host, port, user, role, database, password, certificateAuthority } = this.props.datastores.database;
    const query = Object.entries({
      ...(certificateAuthority
        ? { sslmode: "verify-ca", sslrootcert: `${CERTIFICATES}/${FILES.database}` }
        : { sslmode: "disable" }), // network policies control who connects in the cluster
      ...(role && { options: `-c role=${role}` }), // the role owns new objects, not the user that logs in
      ...parameters,
    })
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
      .join("&");
    return {
      value: `postgresql://${user}:${Fn.urlencode(password.value)}@${host}:${port}/${database}?${query}`,
      changesWith: [host, port, user, database, query, ...password.changesWith],
    };
  }

  private cacheUrl(): SecretValue {
    const { host, port, password, certificateAuthority } = this.props.datastores.cache;
    const scheme = certificateAuthority ? "rediss" : "redis";
    return {
      value: `${scheme}://default:${Fn.urlencode(password.value)}@${host}:${port}`,
      changesWith: [host, port, ...password.changesWith],
    };
  }

  /** Returns a field of a datastore that clients need to log in. */
  private part(of: "database" | "cache" | "search", field: string): string | SecretValue {
    const { database, ...others } = this.props.datastores;
    const store = of === "database" ? database : (others[of] as Datastore); // validation has checked that it exists
    const parts: Readonly<Record<string, string | SecretValue | undefined>> = {
      host: store.host,
      port: String(store.port),
      name: database.database,
      user: store.user,
      password: store.password,
    };
    return parts[field] as string | SecretValue;
  }
}
