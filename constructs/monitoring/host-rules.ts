/** Groups of the chart's rules that are made of what kubelets and node exporters measure. */
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
 * The chart's alerts that are, in groups with others; and two on room for a lost node, which Autopilot makes when it is
 * needed.
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
