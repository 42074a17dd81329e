import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type Datastore, isEncrypted } from "../datastore/datastore";
import { objects } from "../helm/objects";
import { release } from "../helm/release";
import { fromApiServer, toApiServer } from "../kubernetes/api-server";
import { requestsAndLimits } from "../kubernetes/container";
import { NAME_LABEL } from "../kubernetes/labels";
import { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy, type Peer } from "../kubernetes/network-policy";
import type { Placement } from "../kubernetes/placement";
import { Secret } from "../kubernetes/secret";
import type { Platform } from "../platform";

export interface KedaProps {
  readonly platform: Platform;
  readonly place: Placement;
  /** The namespace whose workloads KEDA scales. KEDA has no access to others. */
  readonly watched: Namespace;
  /** The Redis server that has the queues: a single server, because a cluster needs triggers of another type. */
  readonly cache: Datastore;
  /** Pods that scrape the metrics. */
  readonly scrapers: readonly Peer[];
}

const NAME = "keda";
const OPERATOR = "keda-operator";
const METRICS_SERVER = "keda-operator-metrics-apiserver";
/**
 * Ports of the metrics server's API, of the operator's service for the metrics server, and of the operator's metrics.
 * GKE's firewall lets the control plane reach the first one.
 */
const PORTS = { api: 10250, operator: 9666, metrics: 8080 };
/** Version of KEDA's kinds. */
export const KEDA_API = "keda.sh/v1alpha1";
/** How a ScaledObject names the login to the cache. */
export const LOGIN = { kind: "ClusterTriggerAuthentication", name: "cache" } as const;

/**
 * KEDA, which makes an autoscaler for each ScaledObject (`scaled-object.ts`), and measures queues for it. The operator logs
 * in to the cache. The metrics server answers the autoscalers, and asks the operator. Each has one replica: while one is
 * away, numbers of pods stay as they are.
 *
 * KEDA reads Secrets of its own namespace only. The password is in a Secret there, to which a ClusterTriggerAuthentication
 * leads. KEDA's admission webhook is off: it would refuse the ScaledObject of a worker until Terraform has deleted the worker's
 * earlier autoscaler, and validation has checked the rest.
 * {@link https://github.com/kedacore/charts/tree/v2.20.2/keda}
 * {@link https://keda.sh/docs/2.20/scalers/redis-lists/}
 */
export class Keda extends Construct {
  /** The release's images, as Binary Authorization patterns. */
  static readonly IMAGES: readonly string[] = ["ghcr.io/kedacore/keda:*", "ghcr.io/kedacore/keda-metrics-apiserver:*"];
  /** The pods that connect to the cache. */
  static readonly CLIENTS: readonly Peer[] = [{ pods: { [NAME_LABEL]: OPERATOR }, namespace: NAME }];

  /** The login to the cache. ScaledObjects depend on it, and so on the definition of their kind. */
  readonly login: ITerraformDependable;

  constructor(scope: Construct, id: string, props: KedaProps) {
    super(scope, id);
    const { place, cache } = props;
    const { cluster, admission, chartsMirror, imagesMirror } = props.platform;
    const namespace = new Namespace(this, "namespace", {
      name: NAME,
      quota: { pods: 4, cpu: 1000, memory: 2048 }, // each pod twice, because a replaced pod counts until it is gone
      dependsOn: [cluster.cluster],
    });
    const policiesOf = (workload: string) => {
      const scope = new Construct(this, workload);
      return (direction: "to" | "from", other: string, allowance: Allowance) =>
        connectionPolicy(scope, { workload, namespace: namespace.name }, direction, other, allowance);
    };
    const [operator, metricsServer] = [policiesOf(OPERATOR), policiesOf(METRICS_SERVER)];
    const at = (port: number, ...peers: readonly Peer[]): Allowance => ({ peers, ports: [{ port }] });
    const api = toApiServer(cluster.apiServer);
    const policies = [
      operator("to", "control-plane", api),
      operator("to", "cache", at(cache.port, ...cache.peers)),
      operator("from", "metrics-server", at(PORTS.operator, { workload: METRICS_SERVER })),
      operator("from", "prometheus", at(PORTS.metrics, ...props.scrapers)),
      metricsServer("to", "control-plane", api),
      metricsServer("to", "operator", at(PORTS.operator, { workload: OPERATOR })),
      metricsServer("from", "control-plane", at(PORTS.api, ...fromApiServer(cluster.apiServer))),
    ];

    const sized = (millicores: number, memory: string, memoryLimit: string) =>
      requestsAndLimits(place.bursting({ millicores, memory, memoryLimit }));
    const installed = release(this, "release", {
      name: NAME,
      namespace: namespace.name,
      chart: NAME,
      source: { repository: "https://kedacore.github.io/charts", version: "2.20.2", mirror: chartsMirror },
      dependsOn: [place.ready, admission, ...namespace.ready, ...policies],
      values: {
        ...(imagesMirror && { global: { image: { registry: imagesMirror } } }),
        // As templates of the chart, the definitions are upgraded with it. Helm keeps them when the release is deleted,
        // because Kubernetes would delete all ScaledObjects with them, and with those the autoscalers.
        crds: { additionalAnnotations: { "helm.sh/resource-policy": "keep" } },
        watchNamespace: props.watched.name,
        permissions: {
          operator: { restrict: { secret: true } },
          metricServer: { restrict: { secret: true } },
        },
        rbac: { enabledCustomScaledRefKinds: false }, // by default, KEDA can read and scale objects of all kinds
        webhooks: { enabled: false },
        service: { portHttpsTarget: PORTS.api },
        ...place.pod,
        resources: {
          operator: sized(100, "128Mi", "512Mi"),
          metricServer: sized(50, "96Mi", "256Mi"),
        },
        prometheus: { operator: { enabled: true, port: PORTS.metrics } },
        podAnnotations: {
          keda: {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": String(PORTS.metrics),
            "prometheus.io/path": "/metrics",
          },
        },
      },
    });

    const { host, port, password, certificateAuthority } = cache;
    const tls = isEncrypted(cache) ? "enable" : "disable";
    // The keys are the trigger's parameters.
    const data = {
      address: { value: `${host}:${port}`, changesWith: [host, port] },
      password,
      tls: { value: tls, changesWith: [tls] },
      ...(certificateAuthority && { ca: { value: certificateAuthority, changesWith: [certificateAuthority] } }),
    };
    const secret = new Secret(this, "cache", { namespace: namespace.name, name: "cache", data });
    this.login = objects(this, "login", {
      name: "cache",
      namespace: namespace.name,
      configuration: [secret],
      dependsOn: [installed],
      objects: [
        {
          apiVersion: KEDA_API,
          kind: LOGIN.kind,
          metadata: { name: LOGIN.name },
          spec: { secretTargetRef: Object.keys(data).map((key) => ({ parameter: key, name: secret.name, key })) },
        },
      ],
    });
  }
}
