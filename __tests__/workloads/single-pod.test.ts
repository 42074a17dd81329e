import { Workload } from "../../constructs/workloads/workload";
import { at, build, namespace, podOf, values } from "../construct";
import type { Json } from "../support";

const { resource, counts } = build((stack) => {
  new Workload(stack, "w", {
    namespace,
    pod: podOf("beat"),
    serving: { health: { command: ["check"] }, metrics: { port: 9464, path: "/metrics" } },
    replicas: "single",
    egress: { cache: { peers: ["namespace"], ports: [{ port: 6379 }] } },
    scrapers: [{ pods: { app: "prometheus" }, namespace: "monitoring" }],
    dependsOn: [at("migration")],
  });
});
const release = resource("helm_release.w_deployment");
const [statefulSet, ...others]: Json[] = values(release).objects;

test("it is a StatefulSet of one pod, with nothing that adds a pod or keeps it on its node", () => {
  expect(statefulSet).toMatchObject({ apiVersion: "apps/v1", kind: "StatefulSet", spec: { replicas: 1 } });
  expect(others).toEqual([]);
  expect(counts).toEqual({ helm_release: 1, kubernetes_network_policy_v1: 2 });
});

test("a rollout replaces the pod, and so does a rollback when the new one never gets ready", () => {
  expect(statefulSet.spec).toMatchObject({
    podManagementPolicy: "Parallel",
    updateStrategy: { type: "RollingUpdate" },
  });
  expect(statefulSet.spec.updateStrategy).not.toHaveProperty("rollingUpdate"); // a partition would hold the pod back
  expect(release).toMatchObject({ atomic: true, wait: true });
});

test("it has no volume, and its name has room for the pod's number", () => {
  expect(statefulSet.spec).not.toHaveProperty("volumeClaimTemplates");
  expect(statefulSet.metadata).toMatchObject({ name: "beat", namespace: "shop" });
  expect(statefulSet.spec.serviceName).toBe("beat");
});

test("it selects its own pod, which has a worker's probes, policies and configuration", () => {
  const { selector, template } = statefulSet.spec;
  expect(selector.matchLabels).toEqual({ "app.kubernetes.io/name": "beat" });
  expect(template.metadata.labels).toMatchObject(selector.matchLabels);
  expect(template.spec.containers[0].livenessProbe.exec).toEqual({ command: ["check"] });
  for (const id of ["w_to-cache", "w_from-prometheus"]) {
    const { pod_selector } = resource(`kubernetes_network_policy_v1.${id}`).spec;
    expect(pod_selector.match_labels).toEqual(selector.matchLabels);
    expect(release.depends_on).toContain(`kubernetes_network_policy_v1.${id}`);
  }
  expect(release.depends_on).toContain("migration");
});
