/**
 * Whether Grafana has a dashboard of this title already. Two of one title in one folder stop each other's updates. The
 * names are those of the chart kube-prometheus-stack.
 * {@link https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack/templates/grafana/dashboards-1.14}
 * {@link https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards}
 */
export const isDashboard = (title: string): boolean =>
  /^((kubernetes|node exporter|prometheus|alertmanager) \/ .*|alertmanager|coredns|etcd|grafana overview|prometheus)$/i.test(
    title.trim(),
  );

/** Title of the dashboard of a system's services. */
export const servicesTitle = (system: string): string => `Services of ${system}`;
