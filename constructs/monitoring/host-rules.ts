/** Groups of the chart's rules that need metrics of kubelets and node exporters. */
export const RULES_OF_HOSTS = [
  "kubelet",
  "node",
  "k8sContainerCpuUsageSecondsTotal",
  "k8sContainerMemoryCache",
  "k8sContainerMemoryRss",
  "k8sContainerMemorySwap",
  "k8sContainerMemoryWorkingSetBytes",
];
/**
 * Alerts in the chart's other groups that need the same metrics, and two alerts about room for the loss of a node,
 * which Autopilot does not need because it adds nodes.
 */
export const ALERTS_OF_HOSTS = [
  "CPUThrottlingHigh",
  "KubePersistentVolumeFillingUp",
  "KubePersistentVolumeInodesFillingUp",
  "KubeNodeEviction",
  "KubeletTooManyPods",
  "KubeletPlegDurationHigh",
  "KubeletPodStartUpLatencyHigh",
  "KubeletClientCertificateExpiration",
  "KubeletServerCertificateExpiration",
  "KubeletClientCertificateRenewalErrors",
  "KubeletServerCertificateRenewalErrors",
  "KubeletInstanceUnreachable",
  "KubeCPUOvercommit",
  "KubeMemoryOvercommit",
];
