import { Workload, type WorkloadProps } from "../../constructs/workloads/workload";
import { at, build, namespace, podOf, values } from "../construct";

const synth = (props: Partial<WorkloadProps> = {}) =>
  build((stack) => {
    new Workload(stack, "w", {
      namespace,
      pod: podOf("worker"),
      serving: { health: { command: ["check"] } },
      replicas: 2,
      egress: {},
      scrapers: [{ pods: { app: "prometheus" }, namespace: "monitoring" }],
      dependsOn: [at("nodes")],
      ...props,
    });
  });
const ROLLOUT = "helm_release.w_deployment";
const AUTOSCALER = "kubernetes_horizontal_pod_autoscaler_v2.w_autoscaler";
const utilization = (name: string, average_utilization: number) => ({
  type: "Resource",
  resource: { name, target: { type: "Utilization", average_utilization } },
});
const fixed = synth();

test.each([fixed, synth({ replicas: { min: 3, max: 9, cpu: 70 } })])(
  "no manifest has a number of pods, whether it is fixed or not: an upgrade or a rollback that removed it would leave one pod",
  ({ counts, resource }) => {
    expect(counts).toEqual({ helm_release: 1, kubernetes_horizontal_pod_autoscaler_v2: 1 });
    expect(values(resource(ROLLOUT)).objects[0].spec).not.toHaveProperty("replicas");
  },
);

test("an autoscaler sets the number of pods within a range", () => {
  const { resource } = synth({ replicas: { min: 3, max: 9, cpu: 70, memory: 80 } });
  const { metadata, spec } = resource(AUTOSCALER);
  expect(metadata).toMatchObject({ name: "worker", namespace: "shop" });
  expect(spec).toMatchObject({
    min_replicas: 3,
    max_replicas: 9,
    scale_target_ref: { api_version: "apps/v1", kind: "Deployment", name: "worker" },
  });
  expect(spec.metric).toEqual([utilization("cpu", 70), utilization("memory", 80)]);
});

test("a fixed number is a range of one number, with the load that an autoscaler must have", () => {
  const { spec } = fixed.resource(AUTOSCALER);
  expect(spec).toMatchObject({ min_replicas: 2, max_replicas: 2 });
  expect(spec.metric).toEqual([utilization("cpu", 80)]);
});

test("the autoscaler is created before the rollout, so that a new Deployment starts with its minimum", () => {
  expect(fixed.resource(ROLLOUT).depends_on).toContain(AUTOSCALER);
  expect(fixed.resource(AUTOSCALER).depends_on).toEqual(["nodes", "quota", "default-deny"]);
});

test("memory is no reason to add pods unless it is named", () => {
  const { resource } = synth({ replicas: { min: 1, max: 2, cpu: 50 } });
  expect(resource(AUTOSCALER).spec.metric).toEqual([utilization("cpu", 50)]);
});

test.each<[WorkloadProps["replicas"], boolean]>([
  [1, false],
  [2, true],
  [{ min: 1, max: 9, cpu: 70 }, false],
  [{ min: 2, max: 9, cpu: 70 }, true],
])("nodes are drained one pod at a time, never blocked: %j has a budget: %s", (replicas, budget) => {
  const { objects } = values(synth({ replicas }).resource(ROLLOUT));
  expect(objects).toHaveLength(budget ? 2 : 1); // for a single pod it would be useless, or block drains forever
  if (!budget) return;
  expect(objects[1]).toEqual({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: {
      name: "worker.pods", // not the workload's name, which the typed resource had, and which may still exist
      namespace: "shop",
      labels: { "app.kubernetes.io/name": "worker" },
    },
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow", // crashing pods would block drains forever
      selector: { matchLabels: { "app.kubernetes.io/name": "worker" } },
    },
  });
});

test("each connection has a policy of its own, under a name that Kubernetes takes", () => {
  const allowance = { peers: ["namespace"], ports: [{ port: 443 }] } as const;
  const { counts, resource } = synth({ egress: { database: allowance, "internet:443": allowance } });
  expect(counts.kubernetes_network_policy_v1).toBe(2);
  const policies = ["w_to-database", "w_to-internet-443"].map((id) => resource(`kubernetes_network_policy_v1.${id}`));
  for (const { metadata, spec } of policies) {
    expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
    expect(spec).toMatchObject({
      policy_types: ["Egress"],
      pod_selector: { match_labels: { "app.kubernetes.io/name": "worker" } },
    });
    expect(spec.egress).toHaveLength(1);
  }
  expect(new Set(policies.map(({ metadata }) => metadata.name)).size).toBe(2);
});

test("metrics are open to who scrapes them, on their port alone; without metrics nothing is", () => {
  const metrics = { port: 9464, path: "/metrics" };
  const { counts, resource } = synth({ serving: { health: { command: ["check"] }, metrics } });
  expect(counts.kubernetes_network_policy_v1).toBe(1);
  const { spec } = resource("kubernetes_network_policy_v1.w_from-prometheus");
  expect(spec).toMatchObject({
    policy_types: ["Ingress"],
    pod_selector: { match_labels: { "app.kubernetes.io/name": "worker" } },
    ingress: [{ ports: [{ port: "9464" }], from: [{ pod_selector: { match_labels: { app: "prometheus" } } }] }],
  });
  expect(fixed.counts.kubernetes_network_policy_v1).toBeUndefined();
});

test("pods start once their nodes, quota and policies are there", () => {
  const { resource } = synth({ egress: { database: { peers: ["namespace"], ports: [] } } });
  expect(resource(ROLLOUT).depends_on).toEqual([
    "nodes",
    "quota",
    "default-deny",
    "kubernetes_network_policy_v1.w_to-database",
    AUTOSCALER,
  ]);
});
