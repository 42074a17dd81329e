import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { DEDICATED, POOL_LABEL } from "../google/node-pool";
import { Namespace } from "../kubernetes/namespace";
import { INTERNET, networkPolicy, type Peer } from "../kubernetes/network-policy";
import { Secret, type SecretValue } from "../kubernetes/secret";
import { release } from "./release";

export interface PrometheusStackProps {
  /** Node pool. */
  readonly pool: string;
  /** Days that metrics are kept. */
  readonly retentionDays: number;
  /** Grafana's password for `admin`. */
  readonly adminPassword: SecretValue;
  /** Range of the control plane, for what asks the Kubernetes API and for the operator's webhook. */
  readonly controlPlaneRange: string;
  /** Repository that stands in for the publisher's. */
  readonly chartsMirror?: string;
  /** What must be there first: the nodes. */
  readonly nodes: ITerraformDependable;
}

const REPOSITORY = "https://prometheus-community.github.io/helm-charts";
const NAMESPACE = "monitoring";

/** GKE's API server reaches a webhook from its own range or, through a tunnel, from these pods. {@link https://github.com/tigera/operator/pull/5212} */
const TUNNEL: Peer = { pods: { "k8s-app": "konnectivity-agent" }, namespace: "kube-system" };

/**
 * kube-prometheus-stack (operator, Prometheus, Alertmanager, Grafana, kube-state-metrics) in a restricted namespace, with
 * its custom resource definitions as a release of their own, because Helm never upgrades a chart's own. Pods annotated
 * `prometheus.io/scrape: "true"` are scraped.
 * {@link https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack}
 */
export class PrometheusStack extends Construct {
  /** Who scrapes, for the policies of what is scraped. */
  static readonly SCRAPERS: readonly Peer[] = [
    { pods: { "app.kubernetes.io/name": "prometheus" }, namespace: NAMESPACE },
  ];

  constructor(scope: Construct, id: string, props: PrometheusStackProps) {
    super(scope, id);
    const namespace = new Namespace(this, "namespace", {
      name: NAMESPACE,
      quota: { pods: 20, cpu: 2000, memory: 6144 },
      dependsOn: [props.nodes],
    });
    const policy = (name: string, config: Omit<Parameters<typeof networkPolicy>[2], "name" | "namespace">) =>
      networkPolicy(this, name, { name, namespace: namespace.name, ...config });
    const policies = [
      policy("allow-each-other", {
        ingress: [{ peers: ["namespace"], ports: [] }],
        egress: [{ peers: ["namespace"], ports: [] }],
      }),
      policy("allow-control-plane", {
        ingress: [{ peers: [{ range: props.controlPlaneRange }, TUNNEL], ports: [{ port: 10250 }] }], // the operator's webhook
        egress: [{ peers: [{ range: props.controlPlaneRange }], ports: [{ port: 443 }] }],
      }),
      policy("allow-scraping", {
        workload: "prometheus",
        egress: [
          { peers: ["cluster"], ports: [] },
          { peers: ["anybody"], ports: [{ port: 10250 }] }, // kubelets; the network's firewall keeps it inside
        ],
      }),
      policy("allow-notifying", { workload: "alertmanager", egress: [{ peers: [INTERNET], ports: [{ port: 443 }] }] }),
    ];
    const admin = new Secret(this, "grafana-admin", {
      namespace: namespace.name,
      name: "grafana-admin",
      data: { "admin-user": { value: "admin", changesWith: ["admin"] }, "admin-password": props.adminPassword },
    });

    const source = (version: string) => ({ repository: REPOSITORY, version, mirror: props.chartsMirror });
    const definitions = release(this, "definitions", {
      name: "prometheus-operator-crds",
      namespace: namespace.name,
      chart: "prometheus-operator-crds",
      source: source("31.0.1"),
      values: {},
      dependsOn: namespace.ready,
    });

    const placed = {
      nodeSelector: { [POOL_LABEL]: props.pool },
      tolerations: [{ key: DEDICATED, operator: "Equal", value: props.pool, effect: "NoSchedule" }],
    };
    const sized = (cpu: string, memory: string, memoryLimit: string) => ({
      resources: { requests: { cpu, memory }, limits: { memory: memoryLimit } },
    });
    const off = { enabled: false };
    release(this, "stack", {
      name: "kube-prometheus-stack",
      namespace: namespace.name,
      chart: "kube-prometheus-stack",
      source: source("88.5.3"),
      timeout: 900,
      dependsOn: [definitions, ...namespace.ready, ...policies],
      values: {
        fullnameOverride: "prometheus",
        crds: off,
        // GKE runs these where nobody can scrape them.
        kubeControllerManager: off,
        kubeScheduler: off,
        kubeEtcd: off,
        kubeProxy: off,
        coreDns: off,
        kubeDns: off,
        nodeExporter: off, // it wants the host's namespaces, which a restricted namespace refuses
        defaultRules: {
          rules: {
            nodeExporterAlerting: false,
            nodeExporterRecording: false,
            kubePrometheusNodeRecording: false,
            network: false,
          },
        },
        prometheusOperator: {
          ...placed,
          ...sized("100m", "128Mi", "256Mi"),
          admissionWebhooks: { patch: { ...placed, ...sized("50m", "64Mi", "128Mi") } },
          prometheusConfigReloader: sized("10m", "32Mi", "64Mi"),
        },
        prometheus: {
          prometheusSpec: {
            ...placed,
            ...sized("250m", "1Gi", "2Gi"),
            retention: `${props.retentionDays}d`,
            serviceMonitorSelectorNilUsesHelmValues: false,
            podMonitorSelectorNilUsesHelmValues: false,
            probeSelectorNilUsesHelmValues: false,
            ruleSelectorNilUsesHelmValues: false,
            scrapeConfigSelectorNilUsesHelmValues: false,
            additionalScrapeConfigs: [ANNOTATED_PODS],
          },
        },
        alertmanager: { alertmanagerSpec: { ...placed, ...sized("50m", "64Mi", "128Mi") } },
        grafana: {
          ...placed,
          ...sized("100m", "256Mi", "512Mi"),
          admin: { existingSecret: admin.name, userKey: "admin-user", passwordKey: "admin-password" },
          podAnnotations: { "checksum/secret": admin.digest },
          // Without these it may read every Secret of the cluster.
          rbac: { namespaced: true },
          sidecar: {
            dashboards: { searchNamespace: namespace.name, resource: "configmap" },
            datasources: { resource: "configmap" },
            ...sized("20m", "96Mi", "192Mi"),
          },
          // It reaches nothing outside: what it has is what its image brings.
          "grafana.ini": {
            analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
            news: { news_feed_enabled: false },
            plugins: { preinstall_disabled: true },
          },
          testFramework: off, // a pod that a restricted namespace refuses
        },
        "kube-state-metrics": { ...placed, ...sized("50m", "96Mi", "256Mi") },
      },
    });
  }
}

/** Scrapes every pod that is annotated `prometheus.io/scrape: "true"`, at `prometheus.io/port` and `/path`. */
const ANNOTATED_PODS = {
  job_name: "annotated-pods",
  kubernetes_sd_configs: [{ role: "pod" }],
  relabel_configs: [
    { source_labels: ["__meta_kubernetes_pod_annotation_prometheus_io_scrape"], action: "keep", regex: "true" },
    // GKE annotates pods of its own, some of them in the nodes' network, where nothing but kubelets may be asked.
    { source_labels: ["__meta_kubernetes_namespace"], action: "drop", regex: "kube-system|gke-.+|gmp-.+" },
    { source_labels: ["__meta_kubernetes_pod_phase"], action: "drop", regex: "Succeeded|Failed" },
    {
      source_labels: ["__meta_kubernetes_pod_annotation_prometheus_io_path"],
      action: "replace",
      target_label: "__metrics_path__",
      regex: "(.+)",
    },
    {
      source_labels: ["__meta_kubernetes_pod_ip", "__meta_kubernetes_pod_annotation_prometheus_io_port"],
      action: "replace",
      target_label: "__address__",
      regex: "(.+);(.+)",
      replacement: "$1:$2",
    },
    // A pod with several containers is found once for each.
    {
      source_labels: ["__meta_kubernetes_pod_annotation_prometheus_io_port"],
      action: "keepequal",
      target_label: "__meta_kubernetes_pod_container_port_number",
    },
    { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
    { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
    { source_labels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], target_label: "service" },
  ],
};
