import { ComputeAddress } from "@cdktf/provider-google/lib/compute-address";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { release } from "../helm/release";
import { toApiServer } from "../kubernetes/api-server";
import { requestsAndLimits } from "../kubernetes/container";
import { disruptionBudget } from "../kubernetes/disruption-budget";
import { NAME_LABEL } from "../kubernetes/labels";
import { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy, type Peer } from "../kubernetes/network-policy";
import type { Placement } from "../kubernetes/placement";
import type { Platform } from "../platform";

import { dnsRecords } from "./dns-records";

export interface TraefikProps {
  readonly platform: Platform;
  readonly place: Placement;
  /** Hosts that get a record in the zone. */
  readonly hosts: readonly string[];
  /** Cloud DNS zone of the project that gets the hosts' records; without it they are somebody else's to make. */
  readonly dnsZone?: string;
  /** Whose routes are served. Of other namespaces Traefik reads nothing, above all no Secrets. */
  readonly namespaces: readonly Namespace[];
  /** Pods that requests are passed on to, with their own ports: Services are not asked. */
  readonly backends: readonly Allowance[];
  /** Longest time in which a service answers a request, in seconds. */
  readonly longestResponse: number;
  /** Who scrapes the metrics. */
  readonly scrapers: readonly Peer[];
}

const NAME = "traefik";
const REPLICAS = 2;
const PORTS = { web: 8000, websecure: 8443, metrics: 9100 };
/** Seconds between a pod's leaving the load balancer and its being told to stop. */
const DRAIN = 15;
/**
 * Seconds added to the longest service timeout, for the request to arrive and the response to leave. The entry point's
 * limits apply to all services, and a service's own timeout must expire first, with 504.
 */
const MARGIN = 30;

/**
 * Traefik as the cluster's edge: two replicas behind a regional load balancer that hands packets through, at a reserved
 * address. Plain HTTP is a redirect to HTTPS, but for ACME's challenges.
 *
 * A replica counts requests by itself, and yet a client has one limit: the load balancer picks the node by a hash of the
 * client's address (session affinity), sends to nodes with a ready replica alone and keeps the client's address
 * (external traffic policy Local), and the node picks one of its own replicas by that address. A client moves to another
 * replica when one comes or goes.
 * {@link https://cloud.google.com/load-balancing/docs/network/ext-netlb-traffic-distribution}
 *
 * Helm installs the definitions of Middleware and its like with the chart, and never upgrades them; the publisher has no
 * chart of them alone. Before a newer chart they are applied by hand.
 * {@link https://github.com/traefik/traefik-helm-chart/blob/v41.3.0/README.md#upgrading}
 */
export class Traefik extends Construct {
  /** Images that the release runs, as patterns of Binary Authorization. */
  static readonly IMAGES: readonly string[] = ["docker.io/library/traefik:*"];
  /** Its pods, for the policies of what is behind it. */
  static readonly PEERS: readonly Peer[] = [{ pods: { [NAME_LABEL]: NAME }, namespace: NAME }];
  /** Plain HTTP at its pods, where ACME's challenges are answered. */
  static readonly CHALLENGES: Allowance = { peers: Traefik.PEERS, ports: [{ port: PORTS.web }] };
  /**
   * Value of the annotation `kubernetes.io/ingress.class` on the Ingresses that it serves. `spec.ingressClassName` would
   * not do: IngressClasses are the cluster's, and Traefik reads namespaces alone.
   */
  static readonly INGRESS_CLASS = NAME;

  readonly address: ComputeAddress;
  readonly namespace: Namespace;
  /** The release; with it come the definitions of Traefik's own resources. */
  readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, props: TraefikProps) {
    super(scope, id);
    const { place } = props;
    const { names, region, project, cluster, admission, deletionProtection, chartsMirror } = props.platform;
    const longest = props.longestResponse + MARGIN;
    this.address = new ComputeAddress(this, "address", {
      project: project.id,
      name: names.full,
      region,
      addressType: "EXTERNAL",
      networkTier: "PREMIUM", // as GKE's load balancers are unless told otherwise
      lifecycle: { preventDestroy: deletionProtection },
      dependsOn: [project.api("compute")],
    });
    this.address.overrideLogicalId("edge");
    dnsRecords(this, { project, zone: props.dnsZone, hosts: props.hosts, address: this.address.address });

    const namespace = new Namespace(this, "namespace", {
      name: NAME,
      quota: { pods: 2 * REPLICAS, cpu: 2000, memory: 2048, loadBalancers: 1 },
      dependsOn: [cluster.cluster],
    });
    this.namespace = namespace;
    const policy = (direction: "to" | "from", other: string, ...allowances: readonly Allowance[]) =>
      connectionPolicy(this, { workload: NAME, namespace: namespace.name }, direction, other, ...allowances);
    const policies = [
      policy("from", "clients", { peers: ["anybody"], ports: [{ port: PORTS.web }, { port: PORTS.websecure }] }),
      policy("from", "prometheus", { peers: props.scrapers, ports: [{ port: PORTS.metrics }] }),
      policy("to", "control-plane", toApiServer(cluster.apiServer)),
      policy("to", "backends", ...props.backends),
    ];

    const namespaces = [namespace, ...props.namespaces];
    const watched = namespaces.map(({ name }) => name);
    this.ready = release(this, "release", {
      name: NAME,
      namespace: namespace.name,
      chart: "traefik",
      source: { repository: "https://traefik.github.io/charts", version: "41.3.0", mirror: chartsMirror },
      dependsOn: [place.ready, admission, ...namespaces.flatMap(({ ready }) => ready), ...policies],
      values: {
        image: { registry: "docker.io", repository: "library/traefik" }, // in full, for Binary Authorization
        global: { checkNewVersion: false, sendAnonymousUsage: false },
        api: null, // neither dashboard nor API
        deployment: {
          replicas: REPLICAS,
          revisionHistoryLimit: 5,
          lifecycle: { preStop: { sleep: { seconds: DRAIN } } },
          terminationGracePeriodSeconds: DRAIN + longest + 15,
        },
        // The chart's own budget cannot let go of pods that are not ready.
        extraObjects: [disruptionBudget(NAME, namespace.name, { [NAME_LABEL]: NAME })],
        ...place.pod,
        topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
          topologyKey,
          maxSkew: 1,
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { [NAME_LABEL]: NAME } },
        })),
        resources: requestsAndLimits(place.bursting({ millicores: 200, memory: "128Mi", memoryLimit: "256Mi" })),
        securityContext: {
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        // Roles in the namespaces instead of a ClusterRole.
        rbac: { namespaced: true },
        ingressClass: { enabled: false },
        providers: {
          kubernetesIngress: {
            namespaces: watched,
            ingressClass: Traefik.INGRESS_CLASS,
            publishedService: { enabled: true },
          },
          kubernetesCRD: {
            namespaces: watched,
            allowCrossNamespace: false,
            defaultTLSResourcesNamespace: namespace.name,
          },
        },
        service: {
          annotations: { "networking.gke.io/load-balancer-ip-addresses": this.address.name },
          spec: {
            type: "LoadBalancer",
            // With a backend service, which GKE makes for this class and the annotation of the address is read for.
            // From GKE 1.33.1 on. https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters
            loadBalancerClass: "networking.gke.io/l4-regional-external",
            externalTrafficPolicy: "Local",
            sessionAffinity: "ClientIP",
            allocateLoadBalancerNodePorts: false, // packets arrive at the Service's own address and ports
          },
        },
        ports: {
          web: {
            port: PORTS.web,
            // Where an Ingress is served that names no entry point: cert-manager's, with a challenge.
            asDefault: true,
            http: {
              // Of the routes that match, that with the highest number wins; an Ingress's is the length of its rule. By
              // default the redirect is above them all.
              redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true, priority: 1 } },
            },
            forwardedHeaders: UNTRUSTED,
          },
          websecure: {
            port: PORTS.websecure,
            http: { tls: { enabled: true } },
            forwardedHeaders: UNTRUSTED,
            transport: {
              // Within this time, a request must arrive and, over HTTP/1, its response must be sent.
              // https://doc.traefik.io/traefik/v3.7/reference/install-configuration/entrypoints/
              respondingTimeouts: { readTimeout: `${longest}s` },
              lifeCycle: { graceTimeOut: `${longest}s` },
            },
          },
          metrics: { port: PORTS.metrics },
        },
        tlsOptions: { default: { minVersion: "VersionTLS12", cipherSuites: CIPHERS, sniStrict: true } },
        log: { format: "json" },
        accessLog: {
          enabled: true,
          format: "json",
          fields: { queryParameters: { defaultMode: "drop" } }, // they may hold what is nobody's business
        },
      },
    });
  }
}

/** Nobody is before Traefik whose word on a client's address would count: limits are of the address that connects. */
const UNTRUSTED = { insecure: false, trustedIPs: [] };

/**
 * Of TLS 1.2, those with forward secrecy and authenticated encryption; TLS 1.3 has no others.
 * {@link https://wiki.mozilla.org/Security/Server_Side_TLS#Intermediate_compatibility_(recommended)}
 */
const CIPHERS = ["ECDSA", "RSA"].flatMap((key) => [
  `TLS_ECDHE_${key}_WITH_AES_128_GCM_SHA256`,
  `TLS_ECDHE_${key}_WITH_AES_256_GCM_SHA384`,
  `TLS_ECDHE_${key}_WITH_CHACHA20_POLY1305_SHA256`,
]);
