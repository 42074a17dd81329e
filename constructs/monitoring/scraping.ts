import { CANDIDATE } from "../../facts/candidate";

/** Value of the label `job` in metrics of annotated pods. */
export const SCRAPE_JOB = "annotated-pods";

/**
 * The format of targets that send no content type, or an unknown one. Such targets use the text format. Without this
 * setting, Prometheus 3 does not scrape them.
 * {@link https://prometheus.io/docs/prometheus/latest/migration/#scrape-protocols}
 */
export const FALLBACK_PROTOCOL = "PrometheusText0.0.4";

/** Labels that Prometheus discovers: a pod's name, the port in its annotation, and a port that a container declares. */
const POD_NAME = "__meta_kubernetes_pod_label_app_kubernetes_io_name";
const NAMED_PORT = "__meta_kubernetes_pod_annotation_prometheus_io_port";
const DECLARED_PORT = "__meta_kubernetes_pod_container_port_number";

/**
 * Scrapes each pod with the annotation `prometheus.io/scrape: "true"`, at the port and path of the annotations
 * `prometheus.io/port` and `prometheus.io/path`. Without a port annotation, it scrapes every port that the containers
 * declare.
 * {@link https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod}
 */
export const ANNOTATED_PODS = {
  job_name: SCRAPE_JOB,
  fallback_scrape_protocol: FALLBACK_PROTOCOL,
  kubernetes_sd_configs: [{ role: "pod" }],
  relabel_configs: [
    { source_labels: ["__meta_kubernetes_pod_annotation_prometheus_io_scrape"], action: "keep", regex: "true" },
    // GKE annotates its own pods. Some of them are in the nodes' network, where Prometheus can reach only kubelets and
    // node exporters.
    { source_labels: ["__meta_kubernetes_namespace"], action: "drop", regex: "kube-system|gke-.+|gmp-.+" },
    { source_labels: ["__meta_kubernetes_pod_phase"], action: "drop", regex: "Succeeded|Failed" },
    { source_labels: [NAMED_PORT, DECLARED_PORT], action: "replace", target_label: NAMED_PORT, regex: ";(.+)" },
    // If a container declares no port, Prometheus would scrape port 80.
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
    // Prometheus discovers a pod once for each of its containers.
    {
      source_labels: [NAMED_PORT],
      action: "keepequal",
      target_label: DECLARED_PORT,
    },
    { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
    { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
    // The metrics of a candidate are the service's, so rules and dashboards cover both releases. A label tells them apart.
    { source_labels: [POD_NAME], target_label: "service", regex: `(.+?)(-${CANDIDATE})?` },
    { source_labels: [POD_NAME], target_label: "track", regex: `.+-(${CANDIDATE})` },
  ],
};
