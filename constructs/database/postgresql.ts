import { Construct } from "constructs";
import { type BitnamiProps, BitnamiRelease, bitnamiImages, WITHOUT_BUDGET } from "../datastore/bitnami";
import type { Datastore } from "../datastore/datastore";
import type { Secret, SecretValue } from "../kubernetes/secret";

export interface PostgreSqlProps extends BitnamiProps {
  /** Name of the database. */
  readonly database: string;
  /** Who logs in, and owns the database; not `postgres`, which is the administrator. */
  readonly user: string;
  /** Of the administrator. */
  readonly adminPassword: SecretValue;
  /** Connections that the server takes, those of the exporter, dumps and people among them. A new number restarts it. */
  readonly maxConnections: number;
}

const TAG = "17.6.0-debian-12-r4";
const ADMINISTRATOR = { user: "postgres", key: "postgres-password" } as const;
const USER_KEY = "password";

/**
 * PostgreSQL 17: one server, which is away while its pod is replaced, and connections without TLS, which network policies
 * keep to the clients. It stops with PostgreSQL's fast shutdown: it rolls back open transactions and writes a checkpoint,
 * so the next start needs no recovery.
 *
 * Both passwords are those of the first start, when the roles are made. A new generation of either writes the Secret
 * and restarts the server, and the roles keep the old one: whoever reads the Secret is shut out until the administrator
 * has said `ALTER ROLE ... PASSWORD`.
 * {@link https://github.com/bitnami/charts/tree/main/bitnami/postgresql}
 */
export class PostgreSql extends Construct implements Datastore {
  readonly host: string;
  readonly port = 5432;
  readonly user: string;
  readonly password: SecretValue;
  /** Name of the database. */
  readonly database: string;
  readonly peers: Datastore["peers"];
  readonly ready: Datastore["ready"];
  /** Image with the server's own version of the client programs. */
  readonly image: string;
  /** Who may do everything, with the Secret and the key that hold the password. */
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
            // On the signal that Kubernetes sends, the server waits for clients to disconnect, which pools never do. The
            // server is process 1.
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

  /** Images that the release runs, as patterns of Binary Authorization. */
  static IMAGES(registry: string): readonly string[] {
    return bitnamiImages(registry, "postgresql", "postgres-exporter");
  }
}
