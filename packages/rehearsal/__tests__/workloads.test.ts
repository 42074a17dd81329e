import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { declaredWorkloads } from "../src/checks/workloads";
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
  const { deployments, jobs, cronJobs } = declaredWorkloads({ work, objectsOf });
  return { deployments: Object.fromEntries(deployments), jobs: [...jobs], cronJobs: [...cronJobs] };
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
    deployments: { "shop/web": { min: 2, max: 2 }, "shop/worker": { min: 2, max: 5 } },
    jobs: ["shop/migrate"],
    cronJobs: ["shop/nightly"],
  });
});

test("a Deployment with neither replicas nor an autoscaler has no bounds", () => {
  expect(declared(["helm_release", release("worker")]).deployments).toEqual({ "shop/worker": undefined });
});

test("an autoscaler's bounds replace the number of replicas", () => {
  expect(
    declared(
      ["kubernetes_deployment_v1", deployment("web")],
      ["kubernetes_horizontal_pod_autoscaler_v2", autoscaler("web")],
    ).deployments,
  ).toEqual({ "shop/web": { min: 2, max: 5 } });
});
