import { Construct } from "constructs";
import { type BitnamiProps, BitnamiRelease, bitnamiImages, WITHOUT_BUDGET } from "../datastore/bitnami";
import type { Datastore } from "../datastore/datastore";
import { type Allowance, networkPolicy, type Peer, policyName } from "../kubernetes/network-policy";
import type { SecretValue } from "../kubernetes/secret";

const NAME = "elasticsearch";
/** Size in MiB of the largest heap for which Java uses compressed pointers. */
const LARGEST_HEAP = 31 * 1024;

/**
 * Elasticsearch 9 in the cluster: a single node with all roles, which requires a password. Connections are not
 * encrypted; network policies admit only the clients. The chart can create certificates, but nothing renews them before
 * they expire after a year, and a single node does not need them for connections between nodes.
 *
 * Elasticsearch reads the password from the Secret at each start. A new password restarts the server and applies,
 * unless somebody has changed the password through Elasticsearch's API.
 * {@link https://www.elastic.co/docs/deploy-manage/security/set-up-minimal-security}
 * {@link https://github.com/bitnami/charts/tree/main/bitnami/elasticsearch}
 */
export class Elasticsearch extends Construct implements Datastore {
  readonly host: string;
  readonly port = 9200;
  readonly user = "elastic";
  readonly password: SecretValue;
  readonly peers: Datastore["peers"];
  readonly ready: Datastore["ready"];

  constructor(scope: Construct, id: string, props: BitnamiProps) {
    super(scope, id);
    // The exporter runs in a separate pod, which has the server's label.
    const itself: Peer = { workload: NAME };
    const exporting: Allowance = { peers: [itself], ports: [{ port: this.port }] };
    const policy = networkPolicy(this, "to-itself", {
      name: policyName(NAME, "to", NAME),
      namespace: props.namespace.name,
      workload: NAME,
      egress: [exporting],
    });
    const off = { replicaCount: 0 };
    const { host, peers, ready } = new BitnamiRelease(this, "release", {
      ...props,
      clients: [itself, ...props.clients],
      policies: [policy],
      chart: {
        name: NAME,
        version: "22.1.6",
        service: NAME,
        port: this.port,
        metricsPort: 9114,
        secrets: { "elasticsearch-password": props.password }, // the chart requires this key
        values: (existingSecret, existingClaim, parts) => ({
          image: parts.image(NAME),
          security: {
            enabled: true,
            existingSecret,
            // The chart creates certificates unless it gets a Secret's name. Without TLS, nothing reads that Secret.
            tls: { restEncryption: false, master: { existingSecret } },
          },
          extraEnvVars: [
            { name: "ELASTICSEARCH_SKIP_TRANSPORT_TLS", value: "true" },
            // The logs can use 2 GiB of ephemeral storage, of which Autopilot provides only 1 GiB.
            { name: "ELASTICSEARCH_DISABLE_GC_LOGS", value: "yes" },
          ],
          extraConfig: {
            node: { store: { allow_mmap: false } }, // it needs a kernel setting that only root can change
            ingest: { geoip: { downloader: { enabled: false } } }, // it needs the internet
          },
          sysctlImage: { enabled: false },
          master: {
            ...WITHOUT_BUDGET,
            ...parts.placed,
            masterOnly: false,
            replicaCount: 1,
            heapSize: `${Math.min(Math.floor(parts.memory / 2), LARGEST_HEAP)}m`, // the file cache uses the rest
            resources: parts.sized,
            persistence: { existingClaim },
            networkPolicy: { enabled: false },
            ...parts.patience,
          },
          data: off,
          coordinating: off,
          ingest: off,
          metrics: {
            ...parts.placed,
            enabled: true,
            image: parts.image("elasticsearch-exporter"),
            resources: parts.exporterSized,
            podAnnotations: parts.scraped,
            networkPolicy: { enabled: false },
            // As a hook, the exporter would not be part of the release: Helm would create it again with each upgrade,
            // and never delete it.
            annotations: { "helm.sh/hook": null, "helm.sh/hook-weight": null },
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
    return bitnamiImages(registry, NAME, "elasticsearch-exporter");
  }
}
