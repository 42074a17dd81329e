/** Label `job` of what annotated pods count. */
export const SCRAPE_JOB = "annotated-pods";

/**
 * Format of targets that name none, or an unknown one: the text format, the only one that such targets serve. Without this,
 * Prometheus 3 does not scrape them at all.
 * {@link https://prometheus.io/docs/prometheus/latest/migration/#scrape-protocols}
 */
export const FALLBACK_PROTOCOL = "PrometheusText0.0.4";

/** What Prometheus discovers of a pod: the port that it is annotated with, and one that a container of it declares. */
const NAMED_PORT = "__meta_kubernetes_pod_annotation_prometheus_io_port";
const DECLARED_PORT = "__meta_kubernetes_pod_container_port_number";

/**
 * Scrapes every pod that is annotated `prometheus.io/scrape: "true"`, at `prometheus.io/port` and `/path`; one that names
 * no port at every port that its containers declare.
 * {@link https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod}
 */
export const ANNOTATED_PODS = {
  job_name: SCRAPE_JOB,
  fallback_scrape_protocol: FALLBACK_PROTOCOL,
  kubernetes_sd_configs: [{ role: "pod" }],
  relabel_configs: [
    { source_labels: ["__meta_kubernetes_pod_annotation_prometheus_io_scrape"], action: "keep", regex: "true" },
    // GKE annotates pods of its own, some of them in the nodes' network, where nothing but kubelets may be asked.
    { source_labels: ["__meta_kubernetes_namespace"], action: "drop", regex: "kube-system|gke-.+|gmp-.+" },
    { source_labels: ["__meta_kubernetes_pod_phase"], action: "drop", regex: "Succeeded|Failed" },
    { source_labels: [NAMED_PORT, DECLARED_PORT], action: "replace", target_label: NAMED_PORT, regex: ";(.+)" },
    // Of a container that declares none, Prometheus would ask port 80.
    { source_labels: [NAMED_PORT], action: "keep", regex: ".+" },
    {
      source_labels: ["__meta_kubernetes_pod_annotation_prometheus_io_path"],
      action: "replace",
      target_label: "__metrics_path__",
      regex: "(.+)",
    },
    {
      source_labels: ["__meta_kubernetes_pod_ip", NAMED_PORT],
      action: "replace",
      target_label: "__address__",
      regex: "(.+);(.+)",
      replacement: "$1:$2",
    },
    // A pod with several containers is found once for each.
    {
      source_labels: [NAMED_PORT],
      action: "keepequal",
      target_label: DECLARED_PORT,
    },
    { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
    { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
    { source_labels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], target_label: "service" },
  ],
};
