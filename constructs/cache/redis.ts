import { Construct } from "constructs";
import { type BitnamiProps, BitnamiRelease, bitnamiImages, WITHOUT_BUDGET } from "../datastore/bitnami";
import type { Datastore } from "../datastore/datastore";
import type { SecretValue } from "../kubernetes/secret";

const PASSWORD_KEY = "redis-password";
/** The share of the server's memory that data can use. Redis needs the rest for buffers and for rewriting its file. */
const SHARE_OF_DATA = 0.6;

/**
 * Redis 8 in the cluster: a single server that logs every command to its disk. Connections are not encrypted; network
 * policies admit only the clients. When the memory is full, Redis evicts keys that have a time to live, as Memorystore
 * does. A new password restarts the server. `FLUSHALL` and `FLUSHDB` are disabled.
 *
 * The server needs no startup probe and no longer grace period: the chart's liveness probe succeeds while the server
 * loads its data, and little data is left to write when the server stops.
 * {@link https://github.com/bitnami/charts/tree/main/bitnami/redis}
 */
export class Redis extends Construct implements Datastore {
  readonly host: string;
  readonly port = 6379;
  readonly password: SecretValue;
  readonly peers: Datastore["peers"];
  readonly ready: Datastore["ready"];

  constructor(scope: Construct, id: string, props: BitnamiProps) {
    super(scope, id);
    const { host, peers, ready } = new BitnamiRelease(this, "release", {
      ...props,
      chart: {
        name: "redis",
        version: "22.0.7",
        service: "redis-master",
        port: this.port,
        metricsPort: 9121,
        secrets: { [PASSWORD_KEY]: props.password },
        values: (existingSecret, existingClaim, parts) => ({
          architecture: "standalone",
          image: parts.image("redis"),
          auth: { existingSecret, existingSecretPasswordKey: PASSWORD_KEY },
          commonConfiguration: [
            "appendonly yes",
            'save ""',
            `maxmemory ${Math.floor(parts.memory * SHARE_OF_DATA)}mb`, // Redis counts mb in MiB
            "maxmemory-policy volatile-lru",
          ].join("\n"),
          master: {
            ...WITHOUT_BUDGET,
            ...parts.placed,
            resources: parts.sized,
            persistence: { existingClaim },
          },
          networkPolicy: { enabled: false },
          metrics: {
            enabled: true,
            image: parts.image("redis-exporter"),
            resources: parts.exporterSized,
            podAnnotations: parts.scraped, // the exporter runs in the server's pod
          },
        }),
      },
    });
    this.host = host;
    this.password = props.password;
    this.peers = peers;
    this.ready = ready;
  }

  /** The release's images, as Binary Authorization patterns. */
  static IMAGES(registry: string): readonly string[] {
    return bitnamiImages(registry, "redis", "redis-exporter");
  }
}
