import { PrometheusStack, type PrometheusStackProps } from "../../constructs/helm/prometheus-stack";
import { at, build, ref, values } from "../construct";
import type { Json } from "../support";

const synth = (props: Partial<PrometheusStackProps> = {}) =>
  build((stack) => {
    new PrometheusStack(stack, "mon", {
      pool: "observability",
      retentionDays: 10,
      adminPassword: { value: "the-password", changesWith: [1] },
      controlPlaneRange: "172.16.0.0/28",
      nodes: at("pool"),
      ...props,
    });
  });
const STACK = "helm_release.mon_stack";
const DEFINITIONS = "helm_release.mon_definitions";
const { resource, counts, readable } = synth();
const stack = values(resource(STACK));
const policy = (name: string) => resource(`kubernetes_network_policy_v1.mon_${name}`).spec;

/** Everything among the values that is placed on nodes or has a size. */
function find(value: Json, key: string, where = "values"): [string, Json][] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([k, v]) => [
    ...(k === key ? [[where, v] as [string, Json]] : []),
    ...find(v, key, `${where}.${k}`),
  ]);
}

test("the definitions are a release of their own, there first, for Helm never upgrades a chart's", () => {
  expect(counts.helm_release).toBe(2);
  expect(resource(DEFINITIONS).chart).toBe("prometheus-operator-crds");
  expect(resource(STACK).chart).toBe("kube-prometheus-stack");
  expect(resource(STACK).depends_on).toContain(DEFINITIONS);
  expect(stack.crds).toEqual({ enabled: false });
});

test("charts have exact versions and come from their publisher, or both from the mirror", () => {
  const mirrored = synth({ chartsMirror: "oci://mirror.example/charts" });
  for (const address of [STACK, DEFINITIONS]) {
    expect(resource(address).version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(resource(address).repository).toMatch(/^https:\/\/prometheus-community\./);
    expect(mirrored.resource(address).repository).toBe("oci://mirror.example/charts");
    expect(mirrored.resource(address).version).toBe(resource(address).version);
  }
});

test("Grafana's password is in a write-only Secret and nowhere that can be read", () => {
  const { existingSecret, userKey, passwordKey } = stack.grafana.admin;
  const { data_wo } = resource("kubernetes_secret_v1.mon_grafana-admin_secret");
  expect([data_wo[userKey], data_wo[passwordKey]]).toEqual(["admin", "the-password"]);
  expect(readable).not.toContain("the-password");
  expect(existingSecret).toContain("kubernetes_secret_v1.mon_grafana-admin_secret.metadata[0].name");
  expect(stack.grafana).not.toHaveProperty("adminPassword");
});

test("Grafana restarts with a new password", () => {
  const checksum = (generation: number) =>
    values(synth({ adminPassword: { value: "x", changesWith: [generation] } }).resource(STACK)).grafana.podAnnotations;
  expect(checksum(1)).toEqual(stack.grafana.podAnnotations);
  expect(checksum(2)).not.toEqual(checksum(1));
});

test("every component runs on the pool, dedicated or not, with a memory limit", () => {
  const placed = find(stack, "nodeSelector");
  expect(placed).toHaveLength(6); // operator, its webhook's job, Prometheus, Alertmanager, Grafana, kube-state-metrics
  for (const [, selector] of placed) expect(selector).toEqual({ "cloud.google.com/gke-nodepool": "observability" });
  const tolerated = find(stack, "tolerations");
  expect(tolerated.map(([where]) => where)).toEqual(placed.map(([where]) => where));
  for (const [, [toleration]] of tolerated)
    expect(toleration).toMatchObject({ value: "observability", effect: "NoSchedule" });
  const sized = find(stack, "resources");
  expect(sized.map(([where]) => where)).toEqual(expect.arrayContaining(placed.map(([where]) => where)));
  for (const [, { requests, limits }] of sized) {
    const memory = expect.stringMatching(/^\d+[MG]i$/);
    expect(requests).toEqual({ cpu: expect.stringMatching(/^\d+m$/), memory });
    expect(limits).toEqual({ memory });
  }
});

test("nothing is installed that wants the host's namespaces, or that GKE keeps from being scraped", () => {
  expect(stack.nodeExporter.enabled).toBe(false);
  for (const hidden of ["kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy"])
    expect(stack[hidden].enabled).toBe(false);
});

test("metrics are kept as long as asked, of annotated pods and of every monitor", () => {
  const { prometheusSpec } = stack.prometheus;
  expect(prometheusSpec.retention).toBe("10d");
  const selectors = Object.entries(prometheusSpec).filter(([name]) => name.endsWith("SelectorNilUsesHelmValues"));
  expect(selectors.length).toBeGreaterThanOrEqual(4);
  for (const [, onlyOwn] of selectors) expect(onlyOwn).toBe(false);
  expect(prometheusSpec.additionalScrapeConfigs.map((c: Json) => c.job_name)).toEqual(["annotated-pods"]);
});

/** What Prometheus makes of a pod that it discovered; undefined where it drops it. */
function relabel(rules: Json[], pod: Record<string, string>): Record<string, string> | undefined {
  const labels = { ...pod };
  for (const { source_labels, action = "replace", regex = "(.*)", target_label, replacement = "$1" } of rules) {
    const source = source_labels.map((name: string) => labels[name] ?? "").join(";");
    const match = new RegExp(`^(?:${regex})$`).exec(source);
    if (action === "keep" && !match) return undefined;
    if (action === "keepequal" && source !== labels[target_label]) return undefined;
    if (action === "replace" && match)
      labels[target_label] = replacement.replace(/\$(\d)/g, (_: string, n: string) => match[Number(n)] ?? "");
  }
  return labels;
}

test("an annotated pod is scraped once, at the port and path that it names; others are not", () => {
  const [{ kubernetes_sd_configs, relabel_configs }] = stack.prometheus.prometheusSpec.additionalScrapeConfigs;
  expect(kubernetes_sd_configs).toEqual([{ role: "pod" }]);
  const discovered = (port: string, scrape?: string) => ({
    __address__: `10.4.0.7:${port}`,
    __metrics_path__: "/metrics",
    __meta_kubernetes_namespace: "shop",
    __meta_kubernetes_pod_name: "backend-1",
    __meta_kubernetes_pod_label_app_kubernetes_io_name: "backend",
    __meta_kubernetes_pod_ip: "10.4.0.7",
    __meta_kubernetes_pod_container_port_number: port,
    __meta_kubernetes_pod_annotation_prometheus_io_port: "9464",
    __meta_kubernetes_pod_annotation_prometheus_io_path: "/stats",
    ...(scrape && { __meta_kubernetes_pod_annotation_prometheus_io_scrape: scrape }),
  });
  const target = { __address__: "10.4.0.7:9464", __metrics_path__: "/stats" };
  const known = { namespace: "shop", pod: "backend-1", service: "backend" };
  expect(relabel(relabel_configs, discovered("9464", "true"))).toMatchObject({ ...target, ...known });
  expect(relabel(relabel_configs, discovered("3000", "true"))).toBeUndefined(); // the same pod's other port
  expect(relabel(relabel_configs, discovered("9464", "false"))).toBeUndefined();
  expect(relabel(relabel_configs, discovered("9464"))).toBeUndefined();
});

test("the namespace is restricted, and its policies are there before the pods", () => {
  expect(resource("kubernetes_namespace_v1.mon_namespace")).toMatchObject({
    metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    depends_on: ["pool"],
  });
  const policies = Object.keys(synth().json.resource.kubernetes_network_policy_v1);
  expect(policies).toContain("mon_namespace_default-deny");
  expect(resource(STACK).depends_on).toEqual(
    expect.arrayContaining(policies.map((id) => `kubernetes_network_policy_v1.${id}`)),
  );
  expect(resource(STACK).namespace).toBe(ref("kubernetes_namespace_v1.mon_namespace.metadata[0].name"));
});

test("the control plane reaches the operator's webhook; only Prometheus and Alertmanager reach beyond the namespace", () => {
  const tunnel = {
    namespace_selector: { match_labels: { "kubernetes.io/metadata.name": "kube-system" } },
    pod_selector: { match_labels: { "k8s-app": "konnectivity-agent" } },
  };
  expect(policy("allow-control-plane").ingress).toEqual([
    { from: [{ ip_block: { cidr: "172.16.0.0/28" } }, tunnel], ports: [{ port: "10250", protocol: "TCP" }] },
  ]);
  for (const [name, workload] of [
    ["allow-scraping", "prometheus"],
    ["allow-notifying", "alertmanager"],
  ] as const)
    expect(policy(name).pod_selector).toEqual({ match_labels: { "app.kubernetes.io/name": workload } });
  expect(policy("allow-each-other").egress).toEqual([{ to: [{ pod_selector: {} }], ports: [] }]);
});

test("the scrapers that workloads let in are Prometheus in its namespace", () => {
  const { name } = resource("kubernetes_namespace_v1.mon_namespace").metadata;
  expect(PrometheusStack.SCRAPERS).toEqual([{ pods: { "app.kubernetes.io/name": "prometheus" }, namespace: name }]);
});
