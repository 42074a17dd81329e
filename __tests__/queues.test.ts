import { references, waitsFor } from "./graph";
import { type Files, type Json, type Stack, synth, synthEvery } from "./support";

/** Scales pmcrm's worker by a queue. */
function queue({ system, staging, production }: Files): void {
  const { worker } = system.services;
  if (!worker) throw new Error("pmcrm has changed");
  worker.autoscale = { queue: { name: "default", length: 20 } };
  for (const { environment } of [staging, production]) environment.services.worker = { replicas: { min: 2, max: 4 } };
  system.database.connectionsPerPod = 2; // staging's database is small
}
const { staging } = synth(queue);
const ROLLOUT = "helm_release.workload_worker_workload_deployment";
const QUEUE = "helm_release.workload_worker_workload_queue";
const objectsOf = (stack: Stack, address: string): Json[] =>
  JSON.parse(stack.resource(address).values[0].replace(/\$\{jsonencode\(.*?\)\}/g, '"a reference"')).objects;

test("KEDA scales the worker by its queue, within the environment's range, with the login to the cache", () => {
  const [object] = objectsOf(staging, QUEUE);
  expect(object).toMatchObject({ kind: "ScaledObject", metadata: { name: "worker" } });
  expect(object?.spec).toEqual({
    scaleTargetRef: { name: "worker" },
    minReplicaCount: 2,
    maxReplicaCount: 4,
    triggers: [
      {
        type: "redis",
        metadata: { listName: "default", listLength: "20" },
        authenticationRef: { kind: "ClusterTriggerAuthentication", name: "cache" },
      },
    ],
  });
  const [login] = objectsOf(staging, "helm_release.keda_login");
  expect(login).toMatchObject({ kind: "ClusterTriggerAuthentication", metadata: { name: "cache" } });
});

test("KEDA's autoscaler is the only one of the worker", () => {
  const autoscalers = Object.values<Json>(staging.json.resource.kubernetes_horizontal_pod_autoscaler_v2);
  expect(autoscalers.map(({ metadata }) => metadata.name)).toEqual(["backend"]);
});

test("the worker's rollout waits for KEDA no more than KEDA for it: the queue waits for both", () => {
  const graph = references(staging);
  const isKeda = (address: string) => /\.keda_/.test(address);
  expect([...waitsFor(graph, ROLLOUT)].filter(isKeda)).toEqual([]);
  expect([...waitsFor(graph, "helm_release.keda_release")].filter((a) => /\.workload_/.test(a))).toEqual([]);
  for (const address of [ROLLOUT, "helm_release.keda_release", "helm_release.keda_login"])
    expect(waitsFor(graph, QUEUE)).toContain(address);
});

test("Prometheus watches the queue: its length is too much for the most pods", () => {
  const rules = JSON.stringify(objectsOf(staging, "helm_release.monitoring_services_rules"));
  expect(rules).toContain("QueueNotRead");
  expect(rules).toMatch(/keda_scaler_metrics_value\{[^}]*scaledObject=\\"worker\\"\}\) > 80"/);
});

test("stacks without a queue have no KEDA, and its images are not admitted", async () => {
  const all = await synthEvery();
  const having = [...all].filter(([, { text }]) => /keda/i.test(text)).map(([name]) => name);
  expect(having).toEqual(["django-erp.staging", "django-erp.production"]);
});

test("each worker of django-erp has the queue that its command reads", async () => {
  const stack = (await synthEvery()).get("django-erp.production") as Stack;
  for (const name of ["default", "reports", "search"]) {
    const [scaled] = objectsOf(stack, `helm_release.workload_worker-${name}_workload_queue`);
    const [deployment] = objectsOf(stack, `helm_release.workload_worker-${name}_workload_deployment`);
    expect(scaled?.spec.triggers[0].metadata.listName).toBe(name);
    expect(deployment?.spec.template.spec.containers[0].command.slice(-2)).toEqual(["--queues", name]);
  }
});
