import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { release } from "../helm/release";
import { fromApiServer, toApiServer } from "../kubernetes/api-server";
import { requestsAndLimits } from "../kubernetes/container";
import { Namespace } from "../kubernetes/namespace";
import { INTERNET, networkPolicy, type Peer } from "../kubernetes/network-policy";
import type { Placement } from "../kubernetes/placement";
import type { Platform } from "../platform";

import { Traefik } from "./traefik";

export interface CertManagerProps {
  readonly platform: Platform;
  readonly place: Placement;
  /** Pods that scrape the metrics. */
  readonly scrapers: readonly Peer[];
}

const NAME = "cert-manager";
const WEBHOOK_PORT = 10250; // GKE's firewall lets the control plane reach this port
const METRICS_PORT = 9402;

/**
 * cert-manager, which orders certificates from an ACME server and renews them when a third of their lifetime is left.
 * `certificate-issuer.ts` configures the ACME server. The controller has one replica, because nothing waits for it. The
 * webhook has two, because no resource of cert-manager can be written without it. The chart grants cert-manager access
 * to the Secrets of all namespaces.
 * {@link https://github.com/cert-manager/cert-manager/tree/v1.21.1/deploy/charts/cert-manager}
 */
export class CertManager extends Construct {
  /**
   * The images of cert-manager, as Binary Authorization patterns. The solver's pods run in the certificates'
   * namespaces.
   */
  static readonly IMAGES: readonly string[] = [
    "controller",
    "webhook",
    "cainjector",
    "acmesolver",
    "startupapicheck",
  ].map((program) => `quay.io/jetstack/cert-manager-${program}:*`);

  readonly namespace: Namespace;
  /** The Helm release. It is complete when cert-manager's custom resource definitions exist and the webhook answers. */
  readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, props: CertManagerProps) {
    super(scope, id);
    const { place } = props;
    const { cluster, admission, chartsMirror, imagesMirror } = props.platform;
    const namespace = new Namespace(this, "namespace", {
      name: NAME,
      quota: { pods: 10, cpu: 2000, memory: 2048 },
      dependsOn: [cluster.cluster],
    });
    this.namespace = namespace;
    const policy = (name: string, config: Omit<Parameters<typeof networkPolicy>[2], "name" | "namespace">) =>
      networkPolicy(this, name, { name, namespace: namespace.name, ...config });
    const policies = [
      policy("allow-control-plane", { egress: [toApiServer(cluster.apiServer)] }),
      policy("allow-webhook", {
        workload: "webhook",
        ingress: [{ peers: fromApiServer(cluster.apiServer), ports: [{ port: WEBHOOK_PORT }] }],
      }),
      policy("allow-scraping", { ingress: [{ peers: props.scrapers, ports: [{ port: METRICS_PORT }] }] }),
      policy("allow-acme", {
        workload: NAME,
        egress: [
          { peers: [INTERNET], ports: [{ port: 443 }] },
          // cert-manager tries a challenge itself before it asks the ACME server to. Inside the cluster, packets to a
          // load balancer's address go directly to one of the pods behind it, on any node.
          // https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec
          Traefik.CHALLENGES,
        ],
      }),
    ];

    const component = (millicores: number, memory: string, memoryLimit: string) => ({
      ...place.pod,
      resources: requestsAndLimits(place.bursting({ millicores, memory, memoryLimit })),
    });
    this.ready = release(this, "release", {
      name: NAME,
      namespace: namespace.name,
      chart: NAME,
      source: { repository: "oci://quay.io/jetstack/charts", version: "v1.21.1", mirror: chartsMirror },
      dependsOn: [place.ready, admission, ...namespace.ready, ...policies],
      values: {
        ...(imagesMirror && { imageRegistry: imagesMirror }),
        // As templates of the chart, the definitions are upgraded with it. Helm keeps them when the release is deleted,
        // because Kubernetes would delete all certificates with them.
        crds: { enabled: true, keep: true },
        global: { leaderElection: { namespace: namespace.name } }, // Autopilot does not allow kube-system
        ...component(50, "96Mi", "256Mi"),
        webhook: {
          ...component(25, "48Mi", "128Mi"),
          replicaCount: 2,
          podDisruptionBudget: { enabled: true, maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
          securePort: WEBHOOK_PORT,
        },
        cainjector: component(25, "96Mi", "256Mi"),
        startupapicheck: component(25, "48Mi", "128Mi"),
      },
    });
  }
}
