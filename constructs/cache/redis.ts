import { Construct } from "constructs";
import { type BitnamiProps, BitnamiRelease, bitnamiImages, WITHOUT_BUDGET } from "../datastore/bitnami";
import type { Datastore } from "../datastore/datastore";
import type { SecretValue } from "../kubernetes/secret";

const PASSWORD_KEY = "redis-password";
/** Of the memory that the server may use; the rest is for buffers, and for what changes while its file is rewritten. */
const SHARE_OF_DATA = 0.6;

/**
 * Redis 8: one server that writes down each command, and connections without TLS, which network policies keep to the
 * clients. When its memory is full, what was given a time to live is evicted, as Memorystore does. A new password
 * restarts it. It needs no startup probe: the chart's liveness probe accepts a server that still loads its data, and a
 * stop writes the little that is not on the disk yet. `FLUSHALL` and `FLUSHDB` are off.
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
            `maxmemory ${Math.floor(parts.memory * SHARE_OF_DATA)}mb`, // mebibytes, in Redis's words
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
            podAnnotations: parts.scraped, // of the server's pod, where the exporter runs
          },
        }),
      },
    });
    this.host = host;
    this.password = props.password;
    this.peers = peers;
    this.ready = ready;
  }

  /** Images that the release runs, as patterns of Binary Authorization. */
  static IMAGES(registry: string): readonly string[] {
    return bitnamiImages(registry, "redis", "redis-exporter");
  }
}
