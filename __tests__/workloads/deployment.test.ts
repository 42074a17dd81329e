import { type DeploymentProps, deployment as make } from "../../constructs/workloads/deployment";
import { at, build, podOf, ref, values } from "../construct";
import type { Json } from "../support";

const synth = (props: Partial<DeploymentProps> = {}) => {
  const { resource, counts, given } = build((stack) => {
    const rollout = make(stack, "api", {
      namespace: "shop",
      pod: podOf("backend"),
      serving: { port: 3000, health: { live: "/live", ready: "/ready" } },
      budget: false,
      dependsOn: [at("migration")],
      ...props,
    });
    return { rollout: rollout.fqn };
  });
  expect(counts).toEqual({ helm_release: 1 });
  const release = resource("helm_release.api");
  const { objects } = values(release);
  expect(objects).toHaveLength(1);
  return { release, deployment: objects[0] as Json, given };
};
const { release, deployment, given } = synth();

test("it rolls without unavailability, and back within Helm's patience when it does not move", () => {
  expect(deployment.spec.strategy).toMatchObject({ type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0 } });
  expect(deployment.spec.strategy.rollingUpdate.maxSurge).not.toBe(0);
  expect(release).toMatchObject({ atomic: true, wait: true });
  expect(deployment.spec.progressDeadlineSeconds).toBeLessThan(release.timeout);
});

test("it selects its own pods, by labels that its template has and that never change", () => {
  const { selector, template } = deployment.spec;
  expect(selector.matchLabels).toEqual({ "app.kubernetes.io/name": "backend" });
  expect(template.metadata.labels).toMatchObject(selector.matchLabels);
});

test("it is in its namespace under the workload's name, and so is the release", () => {
  expect(deployment).toMatchObject({ apiVersion: "apps/v1", kind: "Deployment" });
  for (const { name, namespace } of [deployment.metadata, release])
    expect([name, namespace]).toEqual(["backend", "shop"]);
});

test("it waits for what it is told to, and others wait for the release", () => {
  expect(release.depends_on).toEqual(["migration"]);
  expect(given.rollout).toBe(ref("helm_release.api"));
});

test("the pods serve", () => {
  expect(deployment.spec.template.spec.containers[0].readinessProbe.httpGet).toEqual({ path: "/ready", port: 3000 });
});
