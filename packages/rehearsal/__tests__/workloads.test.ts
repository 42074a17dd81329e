import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { declaredSingle, declaredWorkloads } from "../src/checks/workloads";
import type { KubernetesObject } from "../src/kubernetes";

const work = mkdtempSync(path.join(os.tmpdir(), "workloads-"));
afterAll(() => rmSync(work, { recursive: true }));
mkdirSync(path.join(work, "tf"));

/** The workloads in a state with these resources, whose releases have lists of objects as values. */
function declared(...resources: readonly (readonly [type: string, attributes: object])[]) {
  const state = {
    resources: resources.map(([type, attributes]) => ({
      mode: "managed",
      type,
      name: "x",
      instances: [{ attributes }],
    })),
  };
  writeFileSync(path.join(work, "tf", "terraform.tfstate"), JSON.stringify(state));
  const objectsOf = (values: string): KubernetesObject[] => JSON.parse(values);
  const { running, jobs, cronJobs } = declaredWorkloads({ work, objectsOf });
  return {
    running: Object.fromEntries(running),
    jobs: [...jobs],
    cronJobs: [...cronJobs],
    single: [...declaredSingle({ work, objectsOf })],
  };
}

const named = (name: string) => ({ metadata: [{ namespace: "shop", name }] });
const deployment = (name: string) => ({
  ...named(name),
  spec: [{ replicas: "2", selector: [{ match_labels: { app: name } }] }],
});
const release = (name: string) => ({
  values: [
    JSON.stringify([
      { kind: "Deployment", metadata: { namespace: "shop", name }, spec: {} },
      { kind: "Service", metadata: { namespace: "shop", name }, spec: {} },
    ]),
  ],
});
const autoscaler = (name: string) => ({ ...named(name), spec: [{ min_replicas: 2, max_replicas: 5 }] });

test("Deployments come from resources and from Helm releases, Jobs and CronJobs from resources", () => {
  expect(
    declared(
      ["kubernetes_deployment_v1", deployment("web")],
      ["helm_release", release("worker")],
      ["kubernetes_horizontal_pod_autoscaler_v2", autoscaler("worker")],
      ["kubernetes_job_v1", { ...named(""), id: "shop/migrate" }],
      ["kubernetes_cron_job_v1", { ...named("nightly"), id: "shop/nightly" }],
    ),
  ).toEqual({
    running: { "Deployment shop/web": { min: 2, max: 2 }, "Deployment shop/worker": { min: 2, max: 5 } },
    jobs: ["shop/migrate"],
    cronJobs: ["shop/nightly"],
    single: [],
  });
});

test("a Deployment with neither replicas nor an autoscaler has no bounds", () => {
  expect(declared(["helm_release", release("worker")]).running).toEqual({ "Deployment shop/worker": undefined });
});

test("an autoscaler's bounds replace the number of replicas", () => {
  expect(
    declared(
      ["kubernetes_deployment_v1", deployment("web")],
      ["kubernetes_horizontal_pod_autoscaler_v2", autoscaler("web")],
    ).running,
  ).toEqual({ "Deployment shop/web": { min: 2, max: 5 } });
});

test("a StatefulSet of a Helm release has its own number of replicas, and one of a single pod must not run twice", () => {
  const statefulSet = (name: string, replicas: number) => ({
    values: [
      JSON.stringify([
        {
          kind: "StatefulSet",
          metadata: { namespace: "shop", name },
          spec: { replicas, selector: { matchLabels: { app: name } } },
        },
      ]),
    ],
  });
  const { running, single } = declared(
    ["helm_release", statefulSet("beat", 1)],
    ["helm_release", statefulSet("db", 3)],
  );
  expect(running).toEqual({
    "StatefulSet shop/beat": { min: 1, max: 1 },
    "StatefulSet shop/db": { min: 3, max: 3 },
  });
  expect(single).toEqual([["StatefulSet shop/beat", { namespace: "shop", labels: { app: "beat" } }]]);
});

test("a Deployment of a Helm release has the bounds that KEDA scales it in", () => {
  const spec = { scaleTargetRef: { name: "worker" }, minReplicaCount: 2, maxReplicaCount: 9 };
  const values = [JSON.stringify([{ kind: "ScaledObject", metadata: { namespace: "shop", name: "worker" }, spec }])];
  expect(declared(["helm_release", release("worker")], ["helm_release", { values }]).running).toEqual({
    "Deployment shop/worker": { min: 2, max: 9 },
  });
});
