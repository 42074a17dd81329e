import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { parseMemory } from "../../facts/quantity";
import type { Resources } from "../../facts/resources";
import { release } from "../helm/release";
import { requestsAndLimits } from "../kubernetes/container";
import { NAME_LABEL } from "../kubernetes/labels";
import type { Namespace } from "../kubernetes/namespace";
import { connectionPolicy, type Peer } from "../kubernetes/network-policy";
import type { Placement } from "../kubernetes/placement";
import { Secret, type SecretValue } from "../kubernetes/secret";
import { volumeClaim } from "../kubernetes/volume-claim";
import type { Platform } from "../platform";
import type { Datastore } from "./datastore";

/** What the datastores of Bitnami's charts have in common. */
export interface BitnamiProps {
  /** Namespace of the datastores. */
  readonly platform: Platform;
  readonly namespace: Namespace;
  /** Name of the storage class of the volume. */
  readonly storageClass: string;
  /**
   * Registry's folder with the images, such as docker.io/bitnamilegacy. `docker.io/bitnami` has none with a version
   * since August 2025. {@link https://github.com/bitnami/containers/issues/83267}
   */
  readonly registry: string;
  readonly place: Placement;
  /** Of the user that services log in as. */
  readonly password: SecretValue;
  /** GiB of the volume. It can grow later, and never shrink. */
  readonly diskGb: number;
  /** Of the server's container. */
  readonly resources: Resources;
  /** Pods that may connect, as seen from the namespace. */
  readonly clients: readonly Peer[];
  /** Who scrapes the metrics. */
  readonly scrapers: readonly Peer[];
  /** What lets the volume be made. */
  readonly storage: readonly ITerraformDependable[];
}

/** One of the charts, and how it is installed. */
interface Chart {
  /** Of the chart, the release and the label that selects its pods. */
  readonly name: "postgresql" | "redis" | "elasticsearch";
  readonly version: string;
  /** Name of the Service. */
  readonly service: string;
  readonly port: number;
  /** Of the exporter. */
  readonly metricsPort: number;
  /** Passwords under the keys by which the chart looks for them. */
  readonly secrets: Readonly<Record<string, SecretValue>>;
  /** Values of this chart alone, of the names of its Secret and its claim. */
  values(secret: string, claim: string, parts: Parts): Readonly<Record<string, unknown>>;
}

/** Pieces of values. */
interface Parts {
  /** Where an image is pulled from; its tag is the chart's. */
  image(name: string): Readonly<Record<string, string>>;
  /** Where the pods run. */
  readonly placed: Placement["pod"];
  /** Size of the server. */
  readonly sized: ReturnType<typeof requestsAndLimits>;
  /** Size of the exporter. */
  readonly exporterSized: ReturnType<typeof requestsAndLimits>;
  /** Mebibytes that the server may use. */
  readonly memory: number;
  /** Time to stop and to start, for a server that needs more than the chart's defaults allow. */
  readonly patience: typeof PATIENCE;
  /** Annotations that let the exporter be scraped. */
  readonly scraped: Readonly<Record<string, string>>;
}

const REPOSITORY = "oci://registry-1.docker.io/bitnamicharts";
/** Of an exporter, which asks its server a few questions twice a minute. */
const EXPORTER: Resources = { cpu: "50m", memory: "64Mi", memoryLimit: "128Mi" };
/**
 * Two minutes to write memory to the disk, and an hour to recover from a crash. A liveness probe alone would kill a
 * recovering server, which would then start over. Kubernetes runs the liveness probe only after the startup probe succeeds.
 * {@link https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/}
 */
const PATIENCE = {
  terminationGracePeriodSeconds: 120,
  startupProbe: { enabled: true, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 360 },
} as const;

/**
 * The budget of a single server allows its eviction only while it is ready, so a server that does not start would block the
 * drain of its node. https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export const WITHOUT_BUDGET = { pdb: { create: false } };

/** Patterns of Binary Authorization for images of a registry's folder. */
export const bitnamiImages = (registry: string, ...names: readonly string[]): readonly string[] =>
  names.map((name) => `${registry}/${name}:*`);

/**
 * One server, as a release of Bitnami's chart, with its exporter, its Secret, and the policies that let clients and
 * Prometheus in; it reaches nothing itself but for DNS. Its volume is claimed beside the release.
 */
export class BitnamiRelease extends Construct implements Pick<Datastore, "host" | "peers" | "ready"> {
  readonly host: string;
  readonly peers: readonly Peer[];
  readonly ready: readonly ITerraformDependable[];
  readonly secret: Secret;

  constructor(
    scope: Construct,
    id: string,
    props: BitnamiProps & { readonly chart: Chart; readonly policies?: readonly ITerraformDependable[] },
  ) {
    super(scope, id);
    const { chart, place } = props;
    const { admission, chartsMirror, deletionProtection } = props.platform;
    const { name } = chart;
    const namespace = props.namespace.name;

    this.secret = new Secret(this, "passwords", { namespace, name, data: chart.secrets });
    const claim = volumeClaim(this, "claim", {
      ...props,
      name,
      namespace,
      address: `datastore_${name}`,
      deletionProtection,
    });

    const from = (other: string, peers: readonly Peer[], port: number) =>
      peers.length
        ? [connectionPolicy(this, { workload: name, namespace }, "from", other, { peers, ports: [{ port }] })]
        : [];
    const policies = [
      ...from("clients", props.clients, chart.port),
      ...from("prometheus", props.scrapers, chart.metricsPort),
    ];

    const size = place.resources(props.resources);
    const [host, ...folders] = props.registry.split("/") as [string, ...string[]];
    const installed = release(this, "release", {
      name,
      namespace,
      chart: name,
      source: { repository: REPOSITORY, version: chart.version, mirror: chartsMirror },
      timeout: 900,
      configuration: [this.secret],
      dependsOn: [
        ...props.storage,
        place.ready,
        admission,
        ...(props.policies ?? []),
        ...props.namespace.ready,
        ...policies,
      ],
      values: {
        global: { security: { allowInsecureImages: true } }, // so the charts call any registry but Bitnami's own
        ...chart.values(this.secret.name, claim.metadata.name, {
          image: (image) => ({ registry: host, repository: [...folders, image].join("/") }),
          placed: place.pod,
          sized: requestsAndLimits(size),
          exporterSized: requestsAndLimits(place.resources(EXPORTER)),
          memory: parseMemory(size.memoryLimit) as number, // of a quantity that validation has read
          patience: PATIENCE,
          scraped: {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": String(chart.metricsPort),
            "prometheus.io/path": "/metrics",
          },
        }),
      },
    });
    installed.lifecycle = { preventDestroy: deletionProtection };
    installed.overrideLogicalId(`datastore_${name}`);

    this.host = Fn.join(".", [chart.service, namespace, "svc"]); // one expression, for digests are made of it
    this.peers = [{ pods: { [NAME_LABEL]: name }, namespace }];
    this.ready = [installed];
  }
}
