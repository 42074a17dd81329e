import type { Namespace } from "../../constructs/kubernetes/namespace";
import { PrometheusStack, type PrometheusStackProps } from "../../constructs/monitoring/prometheus-stack";
import { render, withChart } from "../charts";
import { AUTOPILOT, at, build, placeOn, platform, ref, values } from "../construct";
import { admits } from "../image-policy";
import { promtool, withPromtool } from "../promtool";
import type { Json } from "../support";

const synth = (props: Partial<PrometheusStackProps> = {}) =>
  build((stack) => {
    const { namespace } = new PrometheusStack(stack, "mon", {
      platform,
      place: placeOn("observability"),
      retentionDays: 10,
      diskGb: 50,
      memory: "2Gi",
      adminPassword: { value: "the-password", changesWith: [1] },
      ...props,
    });
    return { namespace: namespace.name };
  });
const ON_AUTOPILOT = { place: AUTOPILOT };
const hostAgents = { name: "host-agents", ready: [at("host-agents-quota")] } as unknown as Namespace;
const secret = { value: "the-key", changesWith: [1] };
const STACK = "helm_release.mon_stack";
const DEFINITIONS = "helm_release.mon_definitions";
const { resource, digested, counts, readable, given } = synth();
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
  const mirrored = synth({ platform: { ...platform, chartsMirror: "oci://mirror.example/charts" } });
  for (const address of [STACK, DEFINITIONS]) {
    expect(resource(address).version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(resource(address).repository).toMatch(/^https:\/\/prometheus-community\./);
    expect(mirrored.resource(address).repository).toBe("oci://mirror.example/charts");
    expect(mirrored.resource(address).version).toBe(resource(address).version);
  }
});

test("Grafana's password is in a write-only Secret and nowhere that can be read", () => {
  const { existingSecret, userKey, passwordKey } = stack.grafana.admin;
  const [address, { data_wo }] = digested("kubernetes_secret_v1.mon_grafana-admin");
  expect([data_wo[userKey], data_wo[passwordKey]]).toEqual(["admin", "the-password"]);
  expect(readable).not.toContain("the-password");
  expect(existingSecret).toContain(`${address}.metadata[0].name`);
  expect(stack.grafana).not.toHaveProperty("adminPassword");
});

test("Grafana restarts with a new password", () => {
  const secret = (generation: number) =>
    values(synth({ adminPassword: { value: "x", changesWith: [generation] } }).resource(STACK)).grafana.admin;
  expect(secret(1)).toEqual(stack.grafana.admin);
  expect(secret(2)).not.toEqual(secret(1));
});

test("every component runs on the pool, dedicated or not, with a memory limit", () => {
  const placed = find(stack, "nodeSelector");
  expect(placed).toHaveLength(6); // operator, its webhook's job, Prometheus, Alertmanager, Grafana, kube-state-metrics
  for (const [, selector] of placed) expect(selector).toEqual({ "cloud.google.com/gke-nodepool": "observability" });
  const tolerated = find(stack, "tolerations");
  expect(tolerated.map(([where]) => where)).toEqual(placed.map(([where]) => where));
  for (const [, [toleration]] of tolerated)
    expect(toleration).toMatchObject({ value: "observability", effect: "NoSchedule" });
  const sized = find(stack, "resources").filter(([, { requests }]) => !requests.storage);
  expect(sized.map(([where]) => where)).toEqual(expect.arrayContaining(placed.map(([where]) => where)));
  for (const [, { requests, limits }] of sized) {
    const memory = expect.stringMatching(/^\d+[MG]i$/);
    expect(requests).toEqual({ cpu: expect.stringMatching(/^\d+m$/), memory });
    expect(limits).toEqual({ memory });
  }
});

test("nothing is installed that wants the host's namespaces, or that GKE keeps from being scraped", () => {
  expect(stack.nodeExporter.enabled).toBe(false);
  expect(stack).not.toHaveProperty("prometheus-node-exporter");
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

test("targets that name no format are scraped too, however they are discovered", () => {
  const { scrapeClasses, additionalScrapeConfigs } = stack.prometheus.prometheusSpec;
  // Applies to monitors that name no class.
  expect(scrapeClasses).toEqual([{ name: "default", default: true, fallbackScrapeProtocol: "PrometheusText0.0.4" }]);
  for (const config of additionalScrapeConfigs) expect(config.fallback_scrape_protocol).toBe("PrometheusText0.0.4");
});

withPromtool("Prometheus understands the configuration of its targets", () => {
  const { additionalScrapeConfigs: scrape_configs } = stack.prometheus.prometheusSpec;
  const check = (configs: object[]) => promtool(["check", "config", "prometheus.json"], [], [], "1m", configs);
  expect(check(scrape_configs)).toMatchObject({ ok: true });
  expect(check([{ ...scrape_configs[0], fallback_scrape_protocol: "text" }])).toMatchObject({
    ok: false,
    said: expect.stringContaining("fallback_scrape_protocol"),
  });
});

test("Prometheus has the memory that it is given, and the namespace has room for it", () => {
  const given = (memory: string, autopilot = {}) => {
    const built = synth({ memory, ...autopilot });
    const { requests, limits } = values(built.resource(STACK)).prometheus.prometheusSpec.resources;
    const { hard } = built.resource("kubernetes_resource_quota_v1.mon_namespace_quota").spec;
    return [requests.cpu, requests.memory, limits.memory, hard["requests.cpu"], hard["requests.memory"]];
  };
  expect(given("2Gi")).toEqual(["250m", "2Gi", "2Gi", "2000m", "6144Mi"]);
  expect(given("8Gi")).toEqual(["250m", "8Gi", "8Gi", "2000m", "12288Mi"]);
  // Autopilot gives a CPU for each 6.5 GiB.
  expect(given("2Gi", ON_AUTOPILOT)).toEqual(["500m", "2048Mi", "2048Mi", "3000m", "6144Mi"]);
  expect(given("8Gi", ON_AUTOPILOT)).toEqual(["1231m", "8192Mi", "8192Mi", "3731m", "12288Mi"]);
});

test("scrapes and evaluations are as often as asked, both; else as the chart has it", () => {
  const { prometheusSpec } = values(synth({ scrapeSeconds: 15 }).resource(STACK)).prometheus;
  expect(prometheusSpec).toEqual({
    ...stack.prometheus.prometheusSpec,
    scrapeInterval: "15s",
    evaluationInterval: "15s",
  });
});

/** What Prometheus makes of a pod that it discovered; undefined where it drops it. */
function relabel(rules: Json[], pod: Record<string, string>): Record<string, string> | undefined {
  const labels = { ...pod };
  for (const { source_labels, action = "replace", regex = "(.*)", target_label, replacement = "$1" } of rules) {
    const source = source_labels.map((name: string) => labels[name] ?? "").join(";");
    const match = new RegExp(`^(?:${regex})$`).exec(source);
    if (action === "keep" && !match) return undefined;
    if (action === "drop" && match) return undefined;
    if (action === "keepequal" && source !== (labels[target_label] ?? "")) return undefined;
    if (action === "replace" && match)
      labels[target_label] = replacement.replace(/\$(\d)/g, (_: string, n: string) => match[Number(n)] ?? "");
  }
  return labels;
}

/** What Prometheus discovers of a container's port, in a pod with these of `prometheus.io`'s annotations. */
const discovered = (port: string | undefined, annotations: { readonly port?: string; readonly scrape?: string }) => ({
  __address__: port ? `10.4.0.7:${port}` : "10.4.0.7",
  __metrics_path__: "/metrics",
  __meta_kubernetes_namespace: "shop",
  __meta_kubernetes_pod_name: "backend-1",
  __meta_kubernetes_pod_label_app_kubernetes_io_name: "backend",
  __meta_kubernetes_pod_ip: "10.4.0.7",
  ...(port && { __meta_kubernetes_pod_container_port_number: port }),
  __meta_kubernetes_pod_annotation_prometheus_io_path: "/stats",
  ...Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [
      `__meta_kubernetes_pod_annotation_prometheus_io_${name}`,
      value,
    ]),
  ),
});

test("an annotated pod is scraped once, at the port and path that it names; others are not", () => {
  const [{ kubernetes_sd_configs, relabel_configs }] = stack.prometheus.prometheusSpec.additionalScrapeConfigs;
  expect(kubernetes_sd_configs).toEqual([{ role: "pod" }]);
  const target = { __address__: "10.4.0.7:9464", __metrics_path__: "/stats" };
  const known = { namespace: "shop", pod: "backend-1", service: "backend" };
  expect(relabel(relabel_configs, discovered("9464", { port: "9464", scrape: "true" }))).toMatchObject({
    ...target,
    ...known,
  });
  expect(relabel(relabel_configs, discovered("3000", { port: "9464", scrape: "true" }))).toBeUndefined(); // the same pod's other port
  expect(relabel(relabel_configs, discovered("9464", { port: "9464", scrape: "false" }))).toBeUndefined();
  expect(relabel(relabel_configs, discovered("9464", { port: "9464" }))).toBeUndefined();
});

test("a candidate's metrics are those of the service, and have a label that says whose they are", () => {
  const [{ relabel_configs }] = stack.prometheus.prometheusSpec.additionalScrapeConfigs;
  const of = (name: string) =>
    relabel(relabel_configs, {
      ...discovered("9464", { port: "9464", scrape: "true" }),
      __meta_kubernetes_pod_label_app_kubernetes_io_name: name,
    });
  expect(of("backend-candidate")).toMatchObject({ service: "backend", track: "candidate" });
  for (const name of ["backend", "candidate", "candidate-backend"]) {
    expect(of(name)).toMatchObject({ service: name });
    expect(of(name)).not.toHaveProperty("track");
  }
});

test("a pod that names no port is scraped at each port that it declares", () => {
  const [{ relabel_configs }] = stack.prometheus.prometheusSpec.additionalScrapeConfigs;
  const address = (declared: string | undefined, annotations: Record<string, string>) =>
    relabel(relabel_configs, discovered(declared, annotations))?.__address__;
  const scrape = { scrape: "true" };
  expect(address("8000", scrape)).toBe("10.4.0.7:8000");
  expect(relabel(relabel_configs, discovered("8000", scrape))).toMatchObject({
    __metrics_path__: "/stats",
    namespace: "shop",
    pod: "backend-1",
    service: "backend",
  });
  expect(address(undefined, scrape)).toBeUndefined(); // a container that declares none
  expect(address("8000", {})).toBeUndefined();
  // Who names a port is scraped there alone, as ever.
  expect(address("9464", { ...scrape, port: "9464" })).toBe("10.4.0.7:9464");
  expect(address("8000", { ...scrape, port: "9464" })).toBeUndefined();
});

test("the namespace is restricted, and its policies are there before the pods", () => {
  expect(resource("kubernetes_namespace_v1.mon_namespace")).toMatchObject({
    metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    depends_on: ["cluster"],
  });
  const policies = Object.keys(synth().json.resource.kubernetes_network_policy_v1);
  expect(policies).toContain("mon_namespace_default-deny");
  expect(resource(STACK).depends_on).toEqual(
    expect.arrayContaining(["pool", "admission", ...policies.map((id) => `kubernetes_network_policy_v1.${id}`)]),
  );
  expect(resource(STACK).namespace).toBe(ref("kubernetes_namespace_v1.mon_namespace.metadata[0].name"));
});

test("the control plane reaches the operator's webhook; only Prometheus and Alertmanager reach beyond the namespace", () => {
  const tunnel = {
    namespace_selector: { match_labels: { "kubernetes.io/metadata.name": "kube-system" } },
    pod_selector: { match_labels: { "k8s-app": "konnectivity-agent" } },
  };
  expect(policy("allow-control-plane").ingress).toEqual([
    { from: [tunnel], ports: [{ port: "10250", protocol: "TCP" }] },
  ]);
  expect(policy("allow-control-plane").egress).toEqual([
    { to: [{ ip_block: { cidr: "10.0.0.0/20" } }], ports: [{ port: "443", protocol: "TCP" }] },
  ]);
  const { json } = synth({ receiver: { kind: "pagerduty", secret } });
  for (const [name, workload] of [
    ["allow-scraping", "prometheus"],
    ["allow-notifying", "alertmanager"],
  ] as const)
    expect(json.resource.kubernetes_network_policy_v1[`mon_${name}`].spec.pod_selector).toEqual({
      match_labels: { "app.kubernetes.io/name": workload },
    });
  expect(policy("allow-each-other").egress).toEqual([{ to: [{ pod_selector: {} }], ports: [] }]);
});

test("the scrapers that workloads let in are Prometheus in its namespace", () => {
  const { name } = resource("kubernetes_namespace_v1.mon_namespace").metadata;
  expect(PrometheusStack.SCRAPERS).toEqual([{ pods: { "app.kubernetes.io/name": "prometheus" }, namespace: name }]);
  expect(given.namespace).toBe(ref("kubernetes_namespace_v1.mon_namespace.metadata[0].name"));
});

const claimOf = (server: string, built = synth()) =>
  built.resource(`kubernetes_persistent_volume_claim_v1.${server}_volume`);

test.each([
  ["prometheus", 50],
  ["alertmanager", 10],
])("%s has a disk of %s GiB that is claimed beside the release, protected where the environment is", (server, gb) => {
  const { metadata, spec, wait_until_bound, lifecycle } = claimOf(server);
  expect(metadata.name).toMatch(new RegExp(`^${server}-prometheus-${server}-db-${server}-prometheus-${server}-0$`));
  expect(metadata.namespace).toBe(given.namespace);
  expect(spec).toEqual({
    storage_class_name: "standard-rwo",
    access_modes: ["ReadWriteOnce"],
    resources: { requests: { storage: `${gb}Gi` } },
  });
  expect([wait_until_bound, lifecycle.prevent_destroy]).toEqual([false, true]);
  expect(
    claimOf(server, synth({ platform: { ...platform, deletionProtection: false } })).lifecycle.prevent_destroy,
  ).toBe(false);
  expect(resource(STACK).depends_on).toContain(`kubernetes_persistent_volume_claim_v1.${server}_volume`);
});

test("a larger disk changes its claim, and no template, which the operator would not apply", () => {
  const larger = synth({ diskGb: 80 });
  expect(claimOf("prometheus", larger).spec.resources.requests.storage).toBe("80Gi");
  const templates = (built: typeof larger) => find(values(built.resource(STACK)), "volumeClaimTemplate");
  expect(templates(larger)).toHaveLength(2);
  expect(templates(larger)).toEqual(templates(synth()));
});

test("metrics never fill their disk", () => {
  const share = (diskGb: number) => {
    const { retentionSize } = values(synth({ diskGb }).resource(STACK)).prometheus.prometheusSpec;
    return Number(/^(\d+)MB$/.exec(retentionSize)?.[1]) / 1024 / diskGb;
  };
  for (const gb of [10, 50, 333]) expect(share(gb)).toBeCloseTo(0.85, 2);
});

test("kubelets are found by EndpointSlices", () => {
  const { kubeletEndpointsEnabled, kubeletEndpointSliceEnabled } = stack.prometheusOperator;
  expect([kubeletEndpointsEnabled, kubeletEndpointSliceEnabled]).toEqual([false, true]);
  expect(stack.prometheus.prometheusSpec.serviceDiscoveryRole).toBe("EndpointSlice");
});

describe("alerts", () => {
  const file = (kind: string) =>
    expect.stringMatching(
      RegExp(
        String.raw`^\$\{jsonencode\(join\("/", \["/etc/alertmanager/secrets", kubernetes_secret_v1\.mon_receiver_\w+\.metadata\[0\]\.name, "${kind}"\]\)\)\}$`,
      ),
    );
  test.each([
    [
      { kind: "slack", channel: "#shop", secret } as const,
      "slack_configs",
      { api_url_file: file("slack"), channel: "#shop" },
    ],
    [{ kind: "pagerduty", secret } as const, "pagerduty_configs", { routing_key_file: file("pagerduty") }],
    [{ kind: "webhook", secret } as const, "webhook_configs", { url_file: file("webhook") }],
  ])("%j reads its secret from a file, and is told of what is over", (receiver, notifier, config) => {
    const built = synth({ receiver });
    const { alertmanager } = values(built.resource(STACK));
    expect(alertmanager.config.receivers).toEqual([
      { name: "null" },
      { name: receiver.kind, [notifier]: [expect.objectContaining({ ...config, send_resolved: true })] },
    ]);
    expect(alertmanager.alertmanagerSpec.secrets).toEqual([
      expect.stringMatching(/kubernetes_secret_v1\.mon_receiver_\w+\.metadata\[0\]\.name/),
    ]);
    const [, { data_wo }] = built.digested("kubernetes_secret_v1.mon_receiver");
    expect(data_wo).toEqual({ [receiver.kind]: "the-key" });
    expect(built.readable).not.toContain("the-key");
  });

  test("without a receiver they reach nobody", () => {
    const { config, alertmanagerSpec } = stack.alertmanager;
    expect(config.receivers).toEqual([{ name: "null" }]);
    expect(config.route.receiver).toBe("null");
    expect(alertmanagerSpec).not.toHaveProperty("secrets");
    expect(() => policy("allow-notifying")).toThrow();
    expect(Object.keys(synth().json.resource.kubernetes_secret_v1)).toEqual([
      expect.stringMatching(/^mon_grafana-admin_\w+$/),
    ]);
  });

  test("what always fires reaches nobody; what is critical is repeated sooner", () => {
    const { route } = values(synth({ receiver: { kind: "pagerduty", secret } }).resource(STACK)).alertmanager.config;
    const [silent, critical] = route.routes;
    expect(silent).toEqual({ receiver: "null", matchers: ['alertname =~ "Watchdog|InfoInhibitor"'] });
    expect(critical).toEqual({ receiver: "pagerduty", matchers: ['severity = "critical"'], repeat_interval: "1h" });
    expect(route).toMatchObject({
      receiver: "pagerduty",
      repeat_interval: "12h",
      group_by: ["namespace", "service", "alertname"],
    });
  });
});

describe("with a namespace for agents of the host", () => {
  const built = synth({ hostAgents });
  const stack = values(built.resource(STACK));

  test("the node exporter runs there, on every node, and its rules are on", () => {
    expect(stack.nodeExporter).toEqual({ enabled: true });
    expect(stack["prometheus-node-exporter"]).toMatchObject({
      namespaceOverride: "host-agents",
      tolerations: [{ operator: "Exists" }],
      resources: { limits: { memory: "64Mi" } },
    });
    expect(new Set(Object.values(stack.defaultRules.rules))).toEqual(new Set([true]));
    expect(built.resource(STACK).depends_on).toContain("host-agents-quota");
  });

  test("Prometheus reaches nodes at its port, and otherwise only kubelets", () => {
    const ports = (b: typeof built) =>
      b
        .resource("kubernetes_network_policy_v1.mon_allow-scraping")
        .spec.egress.flatMap(({ to, ports }: Json) => (to ? [] : ports.map((p: Json) => p.port)));
    expect(ports(built)).toEqual(["10250", "9100"]);
    expect(ports(synth())).toEqual(["10250"]);
    expect(ports(synth(ON_AUTOPILOT))).toEqual([]);
  });
});

describe("on Autopilot", () => {
  const stack = values(synth(ON_AUTOPILOT).resource(STACK));

  test("nothing is placed, and nothing asks for hosts or kube-system", () => {
    expect([...find(stack, "nodeSelector"), ...find(stack, "tolerations")]).toEqual([]);
    const off = { enabled: false };
    expect([stack.nodeExporter, stack.kubelet, stack.prometheusOperator.kubeletService]).toEqual([off, off, off]);
    expect(() => synth({ ...ON_AUTOPILOT, hostAgents })).toThrow("hostAgents is not supported in an Autopilot cluster");
  });

  test("requests are limits, in the proportions that Autopilot takes", () => {
    const sized = find(stack, "resources").filter(([, { requests }]) => requests.cpu);
    expect(sized).toHaveLength(8); // operator, its webhook's job, reloader, Prometheus, Alertmanager, Grafana, sidecars, kube-state-metrics
    for (const [where, { requests, limits }] of sized) {
      expect([where, limits]).toEqual([where, requests]);
      const cpu = Number.parseInt(requests.cpu, 10) / 1000;
      const memory = Number.parseInt(requests.memory, 10) / (requests.memory.endsWith("Gi") ? 1 : 1024);
      expect(cpu).toBeGreaterThanOrEqual(0.05);
      expect(memory / cpu).toBeGreaterThanOrEqual(1);
      expect(memory / cpu).toBeLessThanOrEqual(6.5);
    }
  });
});

describe("the real chart", () => {
  const modes = {
    hosts: { hostAgents, receiver: { kind: "pagerduty", secret } as const, scrapeSeconds: 15 },
    autopilot: ON_AUTOPILOT,
  };
  const releases = {
    hosts: synth(modes.hosts).resource(STACK),
    autopilot: synth(modes.autopilot).resource(STACK),
  };
  const rendered = (mode: keyof typeof modes) => render(releases[mode], "monitoring", "--kube-version=1.33.0");
  const title = (object: string) => /^ {2}name: (.*)$/m.exec(object)?.[1];
  const kind = (objects: string[], name: string) => objects.filter((o) => new RegExp(`^kind: ${name}$`, "m").test(o));

  withChart(releases.hosts, "runs no image that is not among the patterns, and no pattern is idle", () => {
    const images = rendered("hosts").flatMap((object) =>
      [...object.matchAll(/(?:^ *(?:- )?image: "?|--prometheus-config-reloader=)([^"\s]+)/gm)].map(
        ([, image]) => image,
      ),
    ) as string[];
    const { IMAGES } = PrometheusStack;
    expect(images.length).toBeGreaterThan(9);
    expect(images.filter((image) => !IMAGES.some((pattern) => admits(pattern, image)))).toEqual([]);
    expect(IMAGES.filter((pattern) => !images.some((image) => admits(pattern, image)))).toEqual([]);
  });

  withChart(
    releases.hosts,
    "puts the node exporter into its namespace and nothing else beside the release's own",
    () => {
      const elsewhere = rendered("hosts").filter((o) => /^ {2}namespace: (?!"?monitoring"?$)/m.test(o));
      expect(elsewhere.map((o) => /^kind: (.*)$/m.exec(o)?.[1]).sort()).toEqual([
        "DaemonSet",
        "Service",
        "ServiceAccount",
        "ServiceMonitor",
      ]);
      for (const object of elsewhere) expect(object).toMatch(/^ {2}namespace: host-agents$/m);
    },
  );

  withChart(
    releases.hosts,
    "leaves kube-system alone on Autopilot, and has no rule on what is not measured there",
    () => {
      const objects = rendered("autopilot");
      expect(objects.filter((o) => /^ {2}namespace: (?!"?monitoring"?$)/m.test(o)).map(title)).toEqual([]);
      expect(kind(objects, "Deployment").filter((o) => o.includes("kube-system"))).toEqual([]);
      expect(kind(objects, "DaemonSet").map(title)).toEqual([]);
      const unmeasured =
        /\bcontainer_\w+\{|\bkubelet_\w+|job="kubelet"|\bnode_(cpu|memory|filesystem|network|disk)_\w+/;
      expect(kind(objects, "PrometheusRule").flatMap((o) => o.match(unmeasured) ?? [])).toEqual([]);
    },
  );

  withChart(releases.hosts, "prints disks, secrets and the Prometheus that finds targets by EndpointSlices", () => {
    const objects = rendered("hosts");
    const [prometheus] = kind(objects, "Prometheus");
    expect(prometheus).toMatch(/retentionSize: "?43520MB"?/);
    expect(prometheus).toContain("serviceDiscoveryRole: EndpointSlice");
    expect(prometheus).toMatch(/^ {2}scrapeInterval: 15s$/m);
    expect(prometheus).toMatch(/^ {2}evaluationInterval: 15s$/m);
    const [alertmanager] = kind(objects, "Alertmanager");
    expect(alertmanager).toMatch(/^ {2}secrets:\n {4}- known-to-terraform$/m);
  });

  withChart(releases.hosts, "finds the disks by the names of their claims, and has no others", () => {
    // The operator names its StatefulSets so: https://github.com/prometheus-operator/prometheus-operator
    const claims = ["Prometheus", "Alertmanager"].flatMap((of) =>
      kind(rendered("hosts"), of).map((object) => {
        const statefulSet = `${of.toLowerCase()}-${title(object)}`;
        return `${statefulSet}-db-${statefulSet}-0`;
      }),
    );
    expect(claims).toEqual(["prometheus", "alertmanager"].map((server) => claimOf(server).metadata.name));
    for (const mode of ["hosts", "autopilot"] as const)
      expect(kind(rendered(mode), "PersistentVolumeClaim|StatefulSet")).toEqual([]);
  });
});
