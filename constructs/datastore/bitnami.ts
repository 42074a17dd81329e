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

/** Props of every datastore that runs as a release of a Bitnami chart. */
export interface BitnamiProps {
  readonly platform: Platform;
  /** Namespace of the datastores. */
  readonly namespace: Namespace;
  /** Name of the volume's storage class. */
  readonly storageClass: string;
  /**
   * The registry's folder that has the images, such as docker.io/bitnamilegacy. Since August 2025, `docker.io/bitnami`
   * has no images with versions.
   * {@link https://github.com/bitnami/containers/issues/83267}
   */
  readonly registry: string;
  readonly place: Placement;
  /** Password of the user that services log in as. */
  readonly password: SecretValue;
  /** Size of the volume in GiB. It can grow later, but not shrink. */
  readonly diskGb: number;
  /** Requests and limits of the server's container. */
  readonly resources: Resources;
  /** Pods that can connect, as peers in the datastore's namespace. */
  readonly clients: readonly Peer[];
  /** Pods that scrape the metrics. */
  readonly scrapers: readonly Peer[];
  /** Resources that must exist before the volume is claimed. */
  readonly storage: readonly ITerraformDependable[];
}

/** What differs between the charts. */
interface Chart {
  /** Name of the chart, of the release, and of the label that selects the pods. */
  readonly name: "postgresql" | "redis" | "elasticsearch";
  readonly version: string;
  /** The Service's name. */
  readonly service: string;
  readonly port: number;
  /** The exporter's port. */
  readonly metricsPort: number;
  /** Passwords, by the keys under which the chart reads them from the Secret. */
  readonly secrets: Readonly<Record<string, SecretValue>>;
  /** Returns the chart's own values, given the names of the Secret and of the volume claim. */
  values(secret: string, claim: string, parts: Parts): Readonly<Record<string, unknown>>;
}

/** Parts of the values, for use by all charts. */
interface Parts {
  /** Returns the registry and the repository of an image. The chart sets its tag. */
  image(name: string): Readonly<Record<string, string>>;
  /** Node selector and tolerations of the pods. */
  readonly placed: Placement["pod"];
  /** Requests and limits of the server. */
  readonly sized: ReturnType<typeof requestsAndLimits>;
  /** Requests and limits of the exporter. */
  readonly exporterSized: ReturnType<typeof requestsAndLimits>;
  /** The server's memory limit in MiB. */
  readonly memory: number;
  /** Grace period and startup probe of a server that needs more time than the chart's defaults allow. */
  readonly patience: typeof PATIENCE;
  /** Annotations by which Prometheus finds the exporter. */
  readonly scraped: Readonly<Record<string, string>>;
}

const REPOSITORY = "oci://registry-1.docker.io/bitnamicharts";
/** Requests and limits of an exporter, which runs a few queries twice a minute. */
const EXPORTER: Resources = { cpu: "50m", memory: "64Mi", memoryLimit: "128Mi" };
/**
 * Allows two minutes to write memory to the disk, and an hour to recover from a crash. Without a startup probe, the
 * liveness probe would restart a server during its recovery, which would then start over.
 * {@link https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/}
 */
const PATIENCE = {
  terminationGracePeriodSeconds: 120,
  startupProbe: { enabled: true, initialDelaySeconds: 5, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 360 },
} as const;

/**
 * Turns off the chart's disruption budget. The budget of a single server allows its eviction only while it is ready, so
 * a server that does not start would block the drain of its node.
 * https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export const WITHOUT_BUDGET = { pdb: { create: false } };

/** Binary Authorization patterns of images in a registry's folder. */
export const bitnamiImages = (registry: string, ...names: readonly string[]): readonly string[] =>
  names.map((name) => `${registry}/${name}:*`);

/**
 * A datastore's server and exporter, as a release of a Bitnami chart. It creates the Secret, the volume claim, and
 * network policies that admit the clients and Prometheus. The server can connect only to DNS.
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
        global: { security: { allowInsecureImages: true } }, // allows other registries than Bitnami's
        ...chart.values(this.secret.name, claim.metadata.name, {
          image: (image) => ({ registry: host, repository: [...folders, image].join("/") }),
          placed: place.pod,
          sized: requestsAndLimits(size),
          exporterSized: requestsAndLimits(place.resources(EXPORTER)),
          memory: parseMemory(size.memoryLimit) as number, // validation has parsed it
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

    this.host = Fn.join(".", [chart.service, namespace, "svc"]); // a single expression, because digests depend on it
    this.peers = [{ pods: { [NAME_LABEL]: name }, namespace }];
    this.ready = [installed];
  }
}
