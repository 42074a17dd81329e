import { Construct } from "constructs";
import { type BitnamiProps, BitnamiRelease, bitnamiImages, WITHOUT_BUDGET } from "../datastore/bitnami";
import type { Datastore } from "../datastore/datastore";
import type { Secret, SecretValue } from "../kubernetes/secret";

export interface PostgreSqlProps extends BitnamiProps {
  /** The database's name. */
  readonly database: string;
  /**
   * The user that services log in as, and that owns the database. It must not be `postgres`, which is the
   * administrator.
   */
  readonly user: string;
  /** The administrator's password. */
  readonly adminPassword: SecretValue;
  /**
   * Maximum number of connections, which includes those of the exporter, backups and people. A change restarts the
   * server.
   */
  readonly maxConnections: number;
}

const TAG = "17.6.0-debian-12-r4";
const ADMINISTRATOR = { user: "postgres", key: "postgres-password" } as const;
const USER_KEY = "password";

/**
 * PostgreSQL 17 in the cluster: a single server, which is unavailable while its pod is replaced. Connections are not
 * encrypted; network policies admit only the clients. The server stops with PostgreSQL's fast shutdown: it rolls back
 * open transactions and writes a checkpoint, so that the next start needs no recovery.
 *
 * The server reads both passwords only at its first start. A new generation changes the Secret and restarts the server,
 * but not the roles' passwords. Services that read the Secret cannot log in until an administrator runs `ALTER ROLE ...
 * PASSWORD`.
 * {@link https://github.com/bitnami/charts/tree/main/bitnami/postgresql}
 */
export class PostgreSql extends Construct implements Datastore {
  readonly host: string;
  readonly port = 5432;
  readonly user: string;
  readonly password: SecretValue;
  /** The database's name. */
  readonly database: string;
  readonly peers: Datastore["peers"];
  readonly ready: Datastore["ready"];
  /** An image with the client programs in the server's version. */
  readonly image: string;
  /** The superuser, with the Secret and the key of its password. */
  readonly administrator: { readonly user: string; readonly secret: Secret; readonly key: string };

  constructor(scope: Construct, id: string, props: PostgreSqlProps) {
    super(scope, id);
    const { host, peers, ready, secret } = new BitnamiRelease(this, "release", {
      ...props,
      chart: {
        name: "postgresql",
        version: "16.7.27",
        service: "postgresql",
        port: this.port,
        metricsPort: 9187,
        secrets: { [ADMINISTRATOR.key]: props.adminPassword, [USER_KEY]: props.password },
        values: (existingSecret, existingClaim, parts) => ({
          image: { ...parts.image("postgresql"), tag: TAG },
          auth: {
            username: props.user,
            database: props.database,
            existingSecret,
            secretKeys: { adminPasswordKey: ADMINISTRATOR.key, userPasswordKey: USER_KEY },
          },
          primary: {
            ...WITHOUT_BUDGET,
            ...parts.placed,
            resources: parts.sized,
            podAnnotations: parts.scraped,
            persistence: { existingClaim },
            extendedConfiguration: `max_connections = ${props.maxConnections}`,
            networkPolicy: { enabled: false },
            ...parts.patience,
            // SIGTERM, which Kubernetes sends, makes the server wait until clients disconnect, which connection pools
            // never do. SIGINT to process 1, the server, requests a fast shutdown.
            // https://www.postgresql.org/docs/17/server-shutdown.html
            lifecycleHooks: { preStop: { exec: { command: ["/bin/sh", "-c", "kill -INT 1"] } } },
          },
          metrics: { enabled: true, image: parts.image("postgres-exporter"), resources: parts.exporterSized },
        }),
      },
    });
    this.host = host;
    this.user = props.user;
    this.password = props.password;
    this.database = props.database;
    this.peers = peers;
    this.ready = ready;
    this.image = `${props.registry}/postgresql:${TAG}`;
    this.administrator = { user: ADMINISTRATOR.user, secret, key: ADMINISTRATOR.key };
  }

  /** The release's images, as Binary Authorization patterns. */
  static IMAGES(registry: string): readonly string[] {
    return bitnamiImages(registry, "postgresql", "postgres-exporter");
  }
}
