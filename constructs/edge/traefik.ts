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
  /** Host names that get a DNS record. */
  readonly hosts: readonly string[];
  /** Name of a Cloud DNS zone in the project for the hosts' records. By default, you create the records yourself. */
  readonly dnsZone?: string;
  /**
   * Namespaces whose routes Traefik serves. Traefik has no access to other namespaces, which protects their Secrets.
   */
  readonly namespaces: readonly Namespace[];
  /**
   * The pods that Traefik sends requests to, with the pods' own ports: Traefik connects to pods and not to Services.
   */
  readonly backends: readonly Allowance[];
  /** The longest timeout of a service, in seconds. */
  readonly longestResponse: number;
  /** Pods that scrape the metrics. */
  readonly scrapers: readonly Peer[];
}

const NAME = "traefik";
const REPLICAS = 2;
const PORTS = { web: 8000, websecure: 8443, metrics: 9100 };
/** Seconds between a pod's removal from the load balancer and the signal to stop. */
const DRAIN = 15;
/**
 * Seconds added to the longest service timeout, for the request to arrive and the response to leave. The entry point's
 * timeouts apply to all services, and a service's own timeout must expire first, so that Traefik answers 504.
 */
const MARGIN = 30;

/**
 * Traefik as the cluster's ingress proxy: two replicas behind a regional passthrough load balancer with a static
 * address. It redirects HTTP to HTTPS, except for ACME challenges.
 *
 * Each replica counts requests separately. A client still has a single limit, because all its connections reach the
 * same replica: the load balancer selects a node with a ready replica by a hash of the client's address (session
 * affinity) and keeps that address (external traffic policy Local), and the node selects one of its replicas by the
 * same address. A client moves to another replica only when a replica starts or stops.
 * {@link https://cloud.google.com/load-balancing/docs/network/ext-netlb-traffic-distribution}
 *
 * Helm installs Traefik's custom resource definitions with the chart, but never upgrades them, and there is no separate
 * chart for them. Before you upgrade the chart, apply its definitions with kubectl.
 * {@link https://github.com/traefik/traefik-helm-chart/blob/v41.3.0/README.md#upgrading}
 */
export class Traefik extends Construct {
  /** The release's images, as Binary Authorization patterns. */
  static readonly IMAGES: readonly string[] = ["docker.io/library/traefik:*"];
  /** Traefik's pods, for network policies of the services. */
  static readonly PEERS: readonly Peer[] = [{ pods: { [NAME_LABEL]: NAME }, namespace: NAME }];
  /** The HTTP port of Traefik's pods, which receives ACME challenges. */
  static readonly CHALLENGES: Allowance = { peers: Traefik.PEERS, ports: [{ port: PORTS.web }] };
  /**
   * Value of the annotation `kubernetes.io/ingress.class` on the Ingresses that Traefik serves. `spec.ingressClassName`
   * does not work, because IngressClasses are not in a namespace, and Traefik has access only to namespaces.
   */
  static readonly INGRESS_CLASS = NAME;

  readonly address: ComputeAddress;
  readonly namespace: Namespace;
  /** The Helm release. It installs Traefik's custom resource definitions. */
  readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, props: TraefikProps) {
    super(scope, id);
    const { place } = props;
    const { names, region, project, cluster, admission, deletionProtection, chartsMirror, imagesMirror } =
      props.platform;
    const longest = props.longestResponse + MARGIN;
    this.address = new ComputeAddress(this, "address", {
      project: project.id,
      name: names.full,
      region,
      addressType: "EXTERNAL",
      networkTier: "PREMIUM", // GKE's default
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
        image: { registry: imagesMirror ?? "docker.io", repository: "library/traefik" }, // in full, for Binary Authorization
        global: { checkNewVersion: false, sendAnonymousUsage: false },
        api: null, // turns off the dashboard and the API
        deployment: {
          replicas: REPLICAS,
          revisionHistoryLimit: 5,
          lifecycle: { preStop: { sleep: { seconds: DRAIN } } },
          terminationGracePeriodSeconds: DRAIN + longest + 15,
        },
        // The chart's own budget does not allow evicting pods that are not ready.
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
        // Creates Roles in the namespaces in place of a ClusterRole.
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
            // Creates a load balancer with a backend service, which supports the annotation for the static address.
            // Requires GKE 1.33.1.
            // https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters
            loadBalancerClass: "networking.gke.io/l4-regional-external",
            externalTrafficPolicy: "Local",
            sessionAffinity: "ClientIP",
            allocateLoadBalancerNodePorts: false, // this load balancer does not use node ports
          },
        },
        ports: {
          web: {
            port: PORTS.web,
            // Serves Ingresses that name no entry point, such as those that cert-manager creates for challenges.
            asDefault: true,
            http: {
              // The route with the highest priority wins. By default, the redirect has a higher priority than every
              // Ingress, whose priority is the length of its rule.
              redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true, priority: 1 } },
            },
            forwardedHeaders: UNTRUSTED,
          },
          websecure: {
            port: PORTS.websecure,
            http: { tls: { enabled: true } },
            forwardedHeaders: UNTRUSTED,
            transport: {
              // Within this time, the request must arrive and, with HTTP/1, the response must be sent.
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
          fields: { queryParameters: { defaultMode: "drop" } }, // they can contain personal data
        },
      },
    });
  }
}

/**
 * There is no other proxy in front of Traefik, so Traefik trusts no X-Forwarded-For header and limits by the address
 * that connects.
 */
const UNTRUSTED = { insecure: false, trustedIPs: [] };

/**
 * Cipher suites of TLS 1.2 with forward secrecy and authenticated encryption. TLS 1.3 has no other suites.
 * {@link https://wiki.mozilla.org/Security/Server_Side_TLS#Intermediate_compatibility_(recommended)}
 */
const CIPHERS = ["ECDSA", "RSA"].flatMap((key) => [
  `TLS_ECDHE_${key}_WITH_AES_128_GCM_SHA256`,
  `TLS_ECDHE_${key}_WITH_AES_256_GCM_SHA384`,
  `TLS_ECDHE_${key}_WITH_CHACHA20_POLY1305_SHA256`,
]);
