/** Label `job` of what annotated pods count. */
export const SCRAPE_JOB = "annotated-pods";

/** Scrapes every pod that is annotated `prometheus.io/scrape: "true"`, at `prometheus.io/port` and `/path`. */
export const ANNOTATED_PODS = {
  job_name: SCRAPE_JOB,
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
