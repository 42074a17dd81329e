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
  /** Who scrapes the metrics. */
  readonly scrapers: readonly Peer[];
}

const NAME = "cert-manager";
const WEBHOOK_PORT = 10250; // one that GKE's own firewall lets the control plane reach
const METRICS_PORT = 9402;

/**
 * cert-manager, which gets certificates from an ACME server and renews them when a third of their life is left; see
 * `kubernetes/certificate-issuer.ts` for from whom. One controller is enough, for nobody waits for it; of the webhook,
 * without which none of its resources can be written, there are two. Its rights are the chart's: among them, to read and
 * write the Secrets of every namespace.
 * {@link https://github.com/cert-manager/cert-manager/tree/v1.21.1/deploy/charts/cert-manager}
 */
export class CertManager extends Construct {
  /** Images that run for it, as patterns of Binary Authorization; the solver runs where certificates are wanted. */
  static readonly IMAGES: readonly string[] = [
    "controller",
    "webhook",
    "cainjector",
    "acmesolver",
    "startupapicheck",
  ].map((program) => `quay.io/jetstack/cert-manager-${program}:*`);

  readonly namespace: Namespace;
  /** The release, with the definitions of its resources and a webhook that was seen to answer. */
  readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, props: CertManagerProps) {
    super(scope, id);
    const { place } = props;
    const { cluster, admission, chartsMirror } = props.platform;
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
          // Before the ACME server is asked to look, cert-manager looks itself. Inside the cluster, a packet to a load
          // balancer's address goes to one of the pods behind it, on any node.
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
        // Templates of the chart, so that they are upgraded. Kept when it goes: with them would go every certificate.
        crds: { enabled: true, keep: true },
        global: { leaderElection: { namespace: namespace.name } }, // not kube-system, which is Autopilot's
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
