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
   * Where it runs. On Autopilot, which keeps nodes and `kube-system` to itself, neither kubelets (with cAdvisor) nor nodes
   * are scraped. {@link https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-security}
   */
  readonly place: Placement;
  /** Seconds between scrapes, and between evaluations of rules; default 30, the chart's. */
  readonly scrapeSeconds?: number;
  /** Days that metrics are kept, if the disk holds as many. */
  readonly retentionDays: number;
  /** GiB of Prometheus's disk. It can grow later, and never shrink. */
  readonly diskGb: number;
  /** Memory of Prometheus, which it requests and must not exceed. */
  readonly memory: string;
  /** Without one, alerts are seen in Grafana only. */
  readonly receiver?: Receiver;
  /**
   * Privileged namespace that holds agents of the host and nothing else: there the node exporter runs. Never on
   * Autopilot.
   */
  readonly hostAgents?: Namespace;
  /** Grafana's password for `admin`. */
  readonly adminPassword: SecretValue;
}

const REPOSITORY = "https://prometheus-community.github.io/helm-charts";
const NAMESPACE = "monitoring";
/** GiB of Alertmanager's disk: the smallest that there is. */
const ALERTMANAGER_DISK = 10;
/** Of the namespace beside Prometheus: millicores on Autopilot and elsewhere, and MiB. */
const REST = { autopilot: 2500, standard: 1750, memory: 4096 };
/** Millicores of Prometheus. */
const PROMETHEUS_CPU = 250;
/** Of the names of what the chart and the operator make. */
const NAME = "prometheus";

/**
 * kube-prometheus-stack (operator, Prometheus, Alertmanager, Grafana, kube-state-metrics) in a restricted namespace,
 * with its custom resource definitions as a release of their own, because Helm never upgrades a chart's own. Pods
 * annotated `prometheus.io/scrape: "true"` are scraped. Prometheus and Alertmanager have disks whose claims are beside
 * the release, under the names that their StatefulSets look for.
 * {@link https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack}
 */
export class PrometheusStack extends Construct {
  /** Who scrapes, for the policies of what is scraped. */
  static readonly SCRAPERS: readonly Peer[] = [
    { pods: { "app.kubernetes.io/name": "prometheus" }, namespace: NAMESPACE },
  ];
  /**
   * Every image that runs here, whatever its tag, as patterns of Binary Authorization.
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
  /** The custom resource definitions; what makes such resources waits for them and not for everything else. */
  readonly definitions: ITerraformDependable;

  /** @throws when the node exporter is to run on Autopilot */
  constructor(scope: Construct, id: string, props: PrometheusStackProps) {
    super(scope, id);
    const { place, receiver, hostAgents } = props;
    const { autopilot } = place;
    const { cluster, admission, chartsMirror, deletionProtection } = props.platform;
    if (autopilot && hostAgents) throw new Error("hostAgents: Autopilot gives its hosts to nobody");
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
          // Kubelets and node exporters are in the nodes' network; its firewall keeps this inside.
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
    const disks = [disk("prometheus", props.diskGb), disk("alertmanager", ALERTMANAGER_DISK)]; // silences
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
        fullnameOverride: NAME,
        crds: off,
        // GKE runs these where nobody can scrape them.
        kubeControllerManager: off,
        kubeScheduler: off,
        kubeEtcd: off,
        kubeProxy: off,
        coreDns: off,
        kubeDns: off,
        // It wants the host's namespaces, which a restricted namespace refuses.
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
            ...(interval && { scrapeInterval: interval, evaluationInterval: interval }), // Grafana's datasource follows
            retention: `${props.retentionDays}d`,
            // Of the disk, what is written before old blocks are deleted needs the rest. Prometheus's MB are MiB.
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
          // Without these it may read every Secret of the cluster.
          rbac: { namespaced: true },
          sidecar: {
            dashboards: { searchNamespace: namespace.name, resource: "configmap" },
            datasources: { resource: "configmap" },
            ...sized(20, "96Mi", "192Mi"),
          },
          // It reaches nothing outside: what it has is what its image brings.
          "grafana.ini": {
            analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
            news: { news_feed_enabled: false },
            plugins: { preinstall_disabled: true },
          },
          testFramework: off, // a pod that a restricted namespace refuses
        },
        "kube-state-metrics": {
          ...placed,
          ...sized(50, "96Mi", "256Mi"),
          // Each would give it the right to list them all; no rule asks for their metrics.
          collectorsExclude: ["secrets", "configmaps", "certificatesigningrequests", "leases", ...WEBHOOKS],
        },
      },
    });
  }
}

const WEBHOOKS = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];
