import { Construct } from "constructs";
import { type BitnamiProps, BitnamiRelease, bitnamiImages, WITHOUT_BUDGET } from "../datastore/bitnami";
import type { Datastore } from "../datastore/datastore";
import { type Allowance, networkPolicy, type Peer, policyName } from "../kubernetes/network-policy";
import type { SecretValue } from "../kubernetes/secret";

const NAME = "elasticsearch";
/** MiB of the largest heap that Java addresses with short pointers. */
const LARGEST_HEAP = 31 * 1024;

/**
 * Elasticsearch 9: one node with all roles, a login for every request, and connections without TLS, which network
 * policies keep to the clients. The chart's own certificates would end after a year, and nothing renews them; a lone
 * node has nobody to speak TLS with.
 *
 * The password is written down nowhere but in the Secret, so that a new one counts from the restart on that it brings;
 * unless somebody has set one through Elasticsearch's API, which counts from then on.
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
    // The exporter has a pod of its own, with the server's label.
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
        secrets: { "elasticsearch-password": props.password }, // the key's name is the chart's
        values: (existingSecret, existingClaim, parts) => ({
          image: parts.image(NAME),
          security: {
            enabled: true,
            existingSecret,
            // With the name of some Secret the chart makes no certificates; without TLS nobody reads it.
            tls: { restEncryption: false, master: { existingSecret } },
          },
          extraEnvVars: [
            { name: "ELASTICSEARCH_SKIP_TRANSPORT_TLS", value: "true" },
            // Up to 2 GiB of them, in the scratch space of which Autopilot gives 1.
            { name: "ELASTICSEARCH_DISABLE_GC_LOGS", value: "yes" },
          ],
          extraConfig: {
            node: { store: { allow_mmap: false } }, // it wants a setting of the kernel, which only root may change
            ingest: { geoip: { downloader: { enabled: false } } }, // it reaches nothing outside
          },
          sysctlImage: { enabled: false },
          master: {
            ...WITHOUT_BUDGET,
            ...parts.placed,
            masterOnly: false,
            replicaCount: 1,
            heapSize: `${Math.min(Math.floor(parts.memory / 2), LARGEST_HEAP)}m`, // the rest is for the files' cache
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
            // As a hook it would be no part of the release: made anew with each upgrade, and never removed.
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

  /** Images that the release runs, as patterns of Binary Authorization. */
  static IMAGES(registry: string): readonly string[] {
    return bitnamiImages(registry, NAME, "elasticsearch-exporter");
  }
}
