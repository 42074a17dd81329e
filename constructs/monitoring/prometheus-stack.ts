import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { parseCpu, parseMemory } from "../../facts/quantity";
import { release } from "../helm/release";
import { fromApiServer, toApiServer } from "../kubernetes/api-server";
import { requestsAndLimits } from "../kubernetes/container";
import { Namespace } from "../kubernetes/namespace";
import { INTERNET, networkPolicy, type Peer } from "../kubernetes/network-policy";
import type { Placement } from "../kubernetes/placement";
import { Secret, type SecretValue } from "../kubernetes/secret";
import type { Platform } from "../platform";
import { alertmanagerConfig, type Receiver } from "./alertmanager";
import { ALERTS_OF_HOSTS, RULES_OF_HOSTS } from "./host-rules";
import { ANNOTATED_PODS, FALLBACK_PROTOCOL } from "./scraping";
import { STORAGE, serverVolume } from "./server-volume";

export interface PrometheusStackProps {
  readonly platform: Platform;
  /**
   * Placement of the pods. In an Autopilot cluster, which does not allow access to nodes and `kube-system`, Prometheus
   * does not scrape kubelets (with cAdvisor) and nodes.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-security}
   */
  readonly place: Placement;
  /** Seconds between scrapes, and between evaluations of rules. The default is 30, the chart's default. */
  readonly scrapeSeconds?: number;
  /** Days for which Prometheus keeps metrics. It deletes old metrics earlier if the disk is full. */
  readonly retentionDays: number;
  /** Size of Prometheus' disk in GiB. It can grow later, but not shrink. */
  readonly diskGb: number;
  /** Memory request and limit of Prometheus, such as 2Gi. */
  readonly memory: string;
  /** The receiver of alerts. By default, alerts are visible only in Grafana. */
  readonly receiver?: Receiver;
  /**
   * The privileged namespace of host agents, where the node exporter runs. By default, there is no node exporter.
   * Autopilot does not support it.
   */
  readonly hostAgents?: Namespace;
  /** Password of Grafana's user `admin`. */
  readonly adminPassword: SecretValue;
}

const REPOSITORY = "https://prometheus-community.github.io/helm-charts";
const NAMESPACE = "monitoring";
/** Size of Alertmanager's disk in GiB, the minimum of a balanced disk. */
const ALERTMANAGER_DISK = 10;
/** Quota of all pods except Prometheus: millicores in Autopilot and Standard clusters, and MiB. */
const REST = { autopilot: 2500, standard: 1750, memory: 4096 };
/** CPU request of Prometheus, in millicores. */
const PROMETHEUS_CPU = 250;
/** First part of the names of the objects that the chart and the operator create. */
const NAME = "prometheus";

/**
 * kube-prometheus-stack (the operator, Prometheus, Alertmanager, Grafana and kube-state-metrics) in a restricted
 * namespace. A separate release installs the custom resource definitions, because Helm never upgrades definitions of
 * the chart itself. Prometheus scrapes pods with the annotation `prometheus.io/scrape: "true"`. Prometheus and
 * Alertmanager have disks whose claims are separate resources, under the names that their StatefulSets use.
 * {@link https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack}
 */
export class PrometheusStack extends Construct {
  /** The Service of Prometheus's API. The chart names it. */
  static readonly SERVER = { service: `${NAME}-prometheus`, namespace: NAMESPACE, port: 9090 } as const;
  /** The pods that scrape, for network policies of scraped pods. */
  static readonly SCRAPERS: readonly Peer[] = [
    { pods: { "app.kubernetes.io/name": "prometheus" }, namespace: NAMESPACE },
  ];
  /**
   * All images of the release, with any tag, as Binary Authorization patterns.
   * {@link https://cloud.google.com/binary-authorization/docs/policy-yaml-reference#admissionwhitelistpatterns}
   */
  static readonly IMAGES: readonly string[] = [
    "quay.io/prometheus-operator/prometheus-operator:*",
    "quay.io/prometheus-operator/prometheus-config-reloader:*",
    "ghcr.io/jkroepke/kube-webhook-certgen:*",
    "quay.io/prometheus/prometheus:*",
    "quay.io/prometheus/alertmanager:*",
    "quay.io/prometheus/node-exporter:*",
    "registry.k8s.io/kube-state-metrics/kube-state-metrics:*",
    "docker.io/grafana/grafana:*",
    "quay.io/kiwigrid/k8s-sidecar:*",
  ];

  readonly namespace: Namespace;
  /** The release of the custom resource definitions. Resources of these kinds depend only on it. */
  readonly definitions: ITerraformDependable;

  /** @throws if `hostAgents` is set in an Autopilot cluster */
  constructor(scope: Construct, id: string, props: PrometheusStackProps) {
    super(scope, id);
    const { place, receiver, hostAgents } = props;
    const { autopilot } = place;
    const { cluster, admission, chartsMirror, imagesMirror, deletionProtection } = props.platform;
    if (autopilot && hostAgents) throw new Error("hostAgents is not supported in an Autopilot cluster");
    const sizeOf = (millicores: number, memory: string, memoryLimit: string) =>
      place.bursting({ millicores, memory, memoryLimit });
    const server = sizeOf(PROMETHEUS_CPU, props.memory, props.memory);
    const namespace = new Namespace(this, "namespace", {
      name: NAMESPACE,
      quota: {
        pods: 20,
        cpu: (autopilot ? REST.autopilot : REST.standard) + (parseCpu(server.cpu) ?? 0),
        memory: REST.memory + (parseMemory(server.memory) ?? 0),
      },
      dependsOn: [cluster.cluster],
    });
    this.namespace = namespace;
    const policy = (name: string, config: Omit<Parameters<typeof networkPolicy>[2], "name" | "namespace">) =>
      networkPolicy(this, name, { name, namespace: namespace.name, ...config });
    const policies = [
      policy("allow-each-other", {
        ingress: [{ peers: ["namespace"], ports: [] }],
        egress: [{ peers: ["namespace"], ports: [] }],
      }),
      policy("allow-control-plane", {
        ingress: [{ peers: fromApiServer(cluster.apiServer), ports: [{ port: 10250 }] }], // the operator's webhook
        egress: [toApiServer(cluster.apiServer)],
      }),
      policy("allow-scraping", {
        workload: "prometheus",
        egress: [
          { peers: ["cluster"], ports: [] },
          // Kubelets and node exporters are in the nodes' network. The network's firewall keeps these ports private.
          ...(autopilot
            ? []
            : [{ peers: ["anybody"] as const, ports: [{ port: 10250 }, ...(hostAgents ? [{ port: 9100 }] : [])] }]),
        ],
      }),
      ...(receiver
        ? [
            policy("allow-notifying", {
              workload: "alertmanager",
              egress: [{ peers: [INTERNET], ports: [{ port: 443 }] }],
            }),
          ]
        : []),
    ];
    const admin = new Secret(this, "grafana-admin", {
      namespace: namespace.name,
      name: "grafana-admin",
      data: { "admin-user": { value: "admin", changesWith: ["admin"] }, "admin-password": props.adminPassword },
    });

    const key = receiver
      ? new Secret(this, "receiver", {
          namespace: namespace.name,
          name: "alertmanager-receiver",
          data: { [receiver.kind]: receiver.secret },
        })
      : undefined;

    const source = (version: string) => ({ repository: REPOSITORY, version, mirror: chartsMirror });
    const definitions = release(this, "definitions", {
      name: "prometheus-operator-crds",
      namespace: namespace.name,
      chart: "prometheus-operator-crds",
      source: source("31.0.1"),
      values: {},
      dependsOn: namespace.ready,
    });
    this.definitions = definitions;

    const placed = place.pod;
    const sized = (...size: Parameters<typeof sizeOf>) => ({ resources: requestsAndLimits(sizeOf(...size)) });
    const disk = (server: "prometheus" | "alertmanager", diskGb: number) =>
      serverVolume(this, `${server}-volume`, {
        server: `${server}-${NAME}-${server}`,
        address: server,
        diskGb,
        namespace: namespace.name,
        deletionProtection,
      });
    const disks = [disk("prometheus", props.diskGb), disk("alertmanager", ALERTMANAGER_DISK)]; // for silences
    const interval = props.scrapeSeconds && `${props.scrapeSeconds}s`;
    const off = { enabled: false };
    release(this, "stack", {
      name: "kube-prometheus-stack",
      namespace: namespace.name,
      chart: "kube-prometheus-stack",
      source: source("88.5.3"),
      timeout: 900,
      configuration: key ? [admin, key] : [admin],
      dependsOn: [
        place.ready,
        admission,
        definitions,
        ...namespace.ready,
        ...(hostAgents?.ready ?? []),
        ...policies,
        ...disks,
      ],
      values: {
        ...(imagesMirror && { global: { imageRegistry: imagesMirror } }),
        fullnameOverride: NAME,
        crds: off,
        // GKE runs these components in its own network, where Prometheus cannot scrape them.
        kubeControllerManager: off,
        kubeScheduler: off,
        kubeEtcd: off,
        kubeProxy: off,
        coreDns: off,
        kubeDns: off,
        // The node exporter needs the host's namespaces, which a restricted namespace does not admit.
        nodeExporter: { enabled: Boolean(hostAgents) },
        ...(hostAgents && {
          "prometheus-node-exporter": {
            namespaceOverride: hostAgents.name,
            tolerations: [{ operator: "Exists" }],
            containerSecurityContext: {
              readOnlyRootFilesystem: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ["ALL"] },
              seccompProfile: { type: "RuntimeDefault" },
            },
            ...sized(20, "32Mi", "64Mi"),
          },
        }),
        ...(autopilot && { kubelet: off }),
        defaultRules: {
          rules: {
            nodeExporterAlerting: Boolean(hostAgents),
            nodeExporterRecording: Boolean(hostAgents),
            kubePrometheusNodeRecording: Boolean(hostAgents),
            network: Boolean(hostAgents),
            ...(autopilot && Object.fromEntries(RULES_OF_HOSTS.map((group) => [group, false]))),
          },
          ...(autopilot && { disabled: Object.fromEntries(ALERTS_OF_HOSTS.map((alert) => [alert, true])) }),
        },
        prometheusOperator: {
          ...placed,
          ...sized(100, "128Mi", "256Mi"),
          admissionWebhooks: { patch: { ...placed, ...sized(50, "64Mi", "128Mi") } },
          prometheusConfigReloader: sized(10, "32Mi", "64Mi"),
          // Kubernetes has deprecated Endpoints.
          kubeletEndpointsEnabled: false,
          kubeletEndpointSliceEnabled: true,
          ...(autopilot && { kubeletService: off }), // it would be in kube-system
        },
        prometheus: {
          prometheusSpec: {
            ...placed,
            resources: requestsAndLimits(server),
            ...(interval && { scrapeInterval: interval, evaluationInterval: interval }), // Grafana uses it too
            retention: `${props.retentionDays}d`,
            // The rest of the disk is for data that Prometheus writes before it deletes old blocks. Prometheus counts
            // MB in MiB.
            retentionSize: `${Math.floor(props.diskGb * 1024 * 0.85)}MB`,
            storageSpec: STORAGE,
            serviceDiscoveryRole: "EndpointSlice",
            serviceMonitorSelectorNilUsesHelmValues: false,
            podMonitorSelectorNilUsesHelmValues: false,
            probeSelectorNilUsesHelmValues: false,
            ruleSelectorNilUsesHelmValues: false,
            scrapeConfigSelectorNilUsesHelmValues: false,
            scrapeClasses: [{ name: "default", default: true, fallbackScrapeProtocol: FALLBACK_PROTOCOL }],
            additionalScrapeConfigs: [ANNOTATED_PODS],
          },
        },
        alertmanager: {
          config: alertmanagerConfig(receiver && key && { ...receiver, secretName: key.name }),
          alertmanagerSpec: {
            ...placed,
            ...sized(50, "64Mi", "128Mi"),
            ...(key && { secrets: [key.name] }),
            storage: STORAGE,
          },
        },
        grafana: {
          ...placed,
          ...sized(100, "256Mi", "512Mi"),
          admin: { existingSecret: admin.name, userKey: "admin-user", passwordKey: "admin-password" },
          // Without this setting, Grafana can read all Secrets of the cluster.
          rbac: { namespaced: true },
          sidecar: {
            dashboards: { searchNamespace: namespace.name, resource: "configmap" },
            datasources: { resource: "configmap" },
            ...sized(20, "96Mi", "192Mi"),
          },
          // Grafana cannot connect to the internet. It uses only what its image contains.
          "grafana.ini": {
            analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
            news: { news_feed_enabled: false },
            plugins: { preinstall_disabled: true },
          },
          testFramework: off, // a restricted namespace does not admit its pod
        },
        "kube-state-metrics": {
          ...placed,
          ...sized(50, "96Mi", "256Mi"),
          // Each collector needs the permission to list its objects. No rule uses these metrics.
          collectorsExclude: ["secrets", "configmaps", "certificatesigningrequests", "leases", ...WEBHOOKS],
        },
      },
    });
  }
}

const WEBHOOKS = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];
