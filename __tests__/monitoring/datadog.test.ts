import type { Cluster } from "../../constructs/cluster/cluster";
import { DEDICATED } from "../../constructs/kubernetes/placement";

import { Datadog, type DatadogProps } from "../../constructs/monitoring/datadog";
import { hostAgents } from "../../constructs/monitoring/host-agents";
import { byName, render, withChart } from "../charts";
import { at, build, cluster, platform, ref, values } from "../construct";
import { admits } from "../image-policy";
import type { Json } from "../support";

const synth = (props: Partial<DatadogProps> = {}) =>
  build((stack) => {
    new Datadog(stack, "dd", {
      namespace: hostAgents(stack, "agents", { nodes: 3, dependsOn: [at("cluster")] }),
      site: "datadoghq.eu",
      apiKey: { value: "the-key", changesWith: [3] },
      platform,
      ...props,
    });
  });
const AGENT = "helm_release.dd_agent";
const { resource, digested, readable, json } = synth();
const release = resource(AGENT);
const autopilot = synth({
  platform: { ...platform, cluster: { ...cluster, autopilot: true } as unknown as Cluster },
}).resource(AGENT);
const of = values(release);
const policy = (name: string) => resource(`kubernetes_network_policy_v1.dd_${name}`).spec;
const tcp = (port: string) => ({ port, protocol: "TCP" });

test("the chart has an exact version and comes from its publisher, or from the mirror", () => {
  expect(release).toMatchObject({ name: "datadog", chart: "datadog", repository: "https://helm.datadoghq.com" });
  expect(release.version).toMatch(/^\d+\.\d+\.\d+$/);
  const mirrored = synth({ platform: { ...platform, chartsMirror: "oci://mirror.example/charts" } }).resource(AGENT);
  expect(mirrored).toMatchObject({ repository: "oci://mirror.example/charts", version: release.version });
});

test("it goes to the host agents' namespace, after its policies, the quota and the limits", () => {
  expect(release.namespace).toBe(ref("kubernetes_namespace_v1.agents_namespace.metadata[0].name"));
  const policies = Object.keys(json.resource.kubernetes_network_policy_v1);
  expect(policies).toHaveLength(6);
  expect(release.depends_on).toEqual(
    expect.arrayContaining([
      ...policies.map((id) => `kubernetes_network_policy_v1.${id}`),
      "kubernetes_resource_quota_v1.agents_quota",
      "kubernetes_limit_range_v1.agents_limits",
    ]),
  );
});

test("the API key is in a write-only Secret, under the chart's name for it, and nowhere that can be read", () => {
  const [address, secret] = digested("kubernetes_secret_v1.dd_api-key");
  expect(secret.data_wo).toEqual({ "api-key": "the-key" });
  expect(secret.metadata.namespace).toBe(release.namespace);
  expect(of.datadog.apiKeyExistingSecret).toContain(`${address}.metadata[0].name`);
  expect(of.datadog).not.toHaveProperty("apiKey");
  expect(readable).not.toContain("the-key");
});

test("another key rolls the agents", () => {
  const secret = (generation: number) =>
    values(synth({ apiKey: { value: "x", changesWith: [generation] } }).resource(AGENT)).datadog.apiKeyExistingSecret;
  expect(secret(3)).toEqual(of.datadog.apiKeyExistingSecret);
  expect(secret(4)).not.toEqual(secret(3));
});

test("what it sends goes to the site and says of which cluster and environment it is", () => {
  expect(of.datadog).toMatchObject({ site: "datadoghq.eu", clusterName: "shop-test" });
  expect(of.datadog.tags).toEqual(["env:test", "system:shop"]);
});

test("it runs on dedicated pools' nodes too, with sizes", () => {
  expect(of.agents.tolerations).toEqual([{ key: DEDICATED, operator: "Exists" }]);
  const containers = Object.values<Json>(of.agents.containers);
  expect(containers).toHaveLength(3);
  for (const { resources } of containers) {
    const memory = expect.stringMatching(/^\d+Mi$/);
    expect(resources).toEqual({ requests: { cpu: expect.stringMatching(/^\d+m$/), memory }, limits: { memory } });
  }
});

test("containers gain no privileges; Autopilot, whose chart refuses to be told, sees to it itself", () => {
  for (const { securityContext } of Object.values<Json>(of.agents.containers))
    expect(securityContext).toEqual({ allowPrivilegeEscalation: false, seccompProfile: { type: "RuntimeDefault" } });
  const { agents, providers } = values(autopilot);
  expect(providers.gke).toEqual({ autopilot: true });
  for (const container of Object.values(agents.containers)) expect(container).not.toHaveProperty("securityContext");
});

test("every node's agents fit into the quota twice", () => {
  const { hard } = resource("kubernetes_resource_quota_v1.agents_quota").spec;
  const { agent, traceAgent } = of.agents.containers;
  const sum = (of: "cpu" | "memory") =>
    [agent, traceAgent].reduce((total, { resources }) => total + Number.parseInt(resources.requests[of], 10), 0);
  expect(Number.parseInt(hard["requests.cpu"], 10)).toBeGreaterThan(2 * 3 * sum("cpu"));
  expect(Number.parseInt(hard["requests.memory"], 10)).toBeGreaterThan(2 * 3 * sum("memory"));
});

test("any pod may send traces and metrics to it, and nothing else", () => {
  expect(policy("from-workloads")).toEqual({
    pod_selector: { match_labels: { "app.kubernetes.io/name": "datadog" } },
    policy_types: ["Ingress"],
    ingress: [{ from: [{ namespace_selector: {} }], ports: [tcp("8126"), { port: "8125", protocol: "UDP" }] }],
  });
  const listens = [of.datadog.apm.port ?? 8126, of.datadog.dogstatsd.port ?? 8125]; // the chart's defaults
  expect(listens).toEqual([8126, 8125]);
});

test("it reaches Datadog, the kubelets and the Kubernetes API, and nothing else", () => {
  expect(policy("to-internet").egress[0]).toMatchObject({
    to: [{ ip_block: { cidr: "0.0.0.0/0" } }],
    ports: [tcp("443")],
  });
  expect(policy("to-control-plane").egress).toEqual([
    { to: [{ ip_block: { cidr: "10.0.0.0/20" } }], ports: [tcp("443")] },
  ]);
  expect(policy("to-kubelet").egress).toEqual([{ ports: [tcp("10250")] }]);
  for (const name of ["to-internet", "to-control-plane", "to-kubelet"])
    expect(policy(name).pod_selector).toEqual({ match_labels: { "app.kubernetes.io/name": "datadog" } });
});

/** What the chart asks a cluster about. */
const KUBERNETES = ["--kube-version", "1.33.0"];

describe.each([
  ["Standard", release, KUBERNETES],
  [
    "Autopilot",
    autopilot,
    [
      ...KUBERNETES,
      "--api-versions",
      "auto.gke.io/v1/AllowlistSynchronizer",
      "--api-versions",
      "auto.gke.io/v1/WorkloadAllowlist",
    ],
  ],
])("the real chart, on %s,", (mode, release, options) => {
  const objects = () => byName(render(release, "host-agents", ...options));
  const agent = () => objects().get("DaemonSet datadog") as string;
  const all = () => [...objects().values()].join("");

  withChart(release, "makes a DaemonSet and what belongs to it, without operator, cluster agent or webhook", () => {
    const own = mode === "Autopilot" ? "datadog-agent" : "datadog";
    expect([...objects().keys()].sort()).toEqual(
      [
        "ClusterRole datadog",
        "ClusterRoleBinding datadog",
        `ConfigMap ${own}-installinfo`,
        "ConfigMap datadog-endpoint-config",
        "ConfigMap datadog-kpi-telemetry-configmap",
        "DaemonSet datadog",
        "PriorityClass datadog",
        "Service datadog",
        `ServiceAccount ${own}`,
        ...(mode === "Autopilot" ? ["AllowlistSynchronizer datadog-synchronizer"] : []),
      ].sort(),
    );
  });

  withChart(release, "puts everything into the namespace", () => {
    const namespaces = [...all().matchAll(/^ +namespace: (.*)$/gm)].map(([, namespace]) => namespace);
    expect(namespaces.length).toBeGreaterThan(4);
    expect(new Set(namespaces)).toEqual(new Set(["host-agents"]));
  });

  withChart(release, "runs images of the pattern that Binary Authorization is given, with tags", () => {
    const images = [...all().matchAll(/^ +image: "?([^"\n]+)"?$/gm)].map(([, image]) => image);
    expect(images).toHaveLength(4); // two containers, two before them
    const [pattern = ""] = Datadog.IMAGES(false);
    expect(Datadog.IMAGES(false)).toHaveLength(1);
    for (const image of images) expect([image, admits(pattern, image as string)]).toEqual([image, true]);
  });

  withChart(release, "opens the host's two ports, and shares no namespace with it", () => {
    const ports = [...agent().matchAll(/hostPort: (\d+)\n +name: .*\n +protocol: (\w+)/g)].map(([, ...port]) => port);
    expect(ports).toEqual([
      ["8125", "UDP"],
      ["8126", "TCP"],
    ]);
    expect(all()).not.toMatch(/hostNetwork|hostPID|hostIPC|privileged: true|\bSYS_/);
    expect(agent()).toMatch(/DD_APM_NON_LOCAL_TRAFFIC\n +value: "true"/);
    expect(agent()).toMatch(/DD_DOGSTATSD_NON_LOCAL_TRAFFIC\n +value: "true"/);
  });

  withChart(release, "has pods with the label that its policies select", () => {
    const [, template = ""] = agent().split(/^ {2}template:$/m);
    expect(template).toMatch(/labels:\n(?: {8}.*\n)*? {8}app\.kubernetes\.io\/name: "?datadog"?\n/);
  });

  withChart(release, "mounts of the host what tells of containers, and no folder of sockets or secrets", () => {
    const paths = [...agent().matchAll(/hostPath:\n +path: (.*)/g)].map(([, path]) => path);
    expect(paths.sort()).toEqual(
      [
        "/proc",
        "/sys/fs/cgroup",
        ...(mode === "Autopilot" ? ["/var/autopilot/addon/datadog/logs", "/var/run/containerd"] : ["/etc/os-release"]),
      ].sort(),
    );
  });

  withChart(release, "takes the key from the Secret alone, and makes no Secret", () => {
    expect(agent()).toMatch(/DD_API_KEY\n +valueFrom:\n +secretKeyRef:/);
    expect(all()).not.toContain("the-key");
    expect(all()).not.toContain("kind: Secret");
  });

  withChart(release, "gives the agent no right to Secrets, nor to run commands in pods through the kubelet", () => {
    const role = objects().get("ClusterRole datadog") as string;
    expect(role).toContain("nodes/metrics");
    expect(role).not.toMatch(/secrets|nodes\/proxy|pods\/exec|create|update|delete|"\*"/);
  });

  withChart(release, "collects no logs", () => {
    expect(agent()).toMatch(/DD_LOGS_ENABLED\n +value: "false"/);
    expect(agent()).not.toContain("/var/log/pods");
  });

  withChart(release, "is the same each time, so that nothing rolls by itself", () => {
    expect(all()).toBe(all());
  });
});
