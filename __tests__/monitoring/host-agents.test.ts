import { hostAgents } from "../../constructs/monitoring/host-agents";
import { at, build } from "../construct";

const { resource, counts } = build((stack) => {
  hostAgents(stack, "agents", { nodes: 12, dependsOn: [at("cluster")] });
});
const { metadata, depends_on } = resource("kubernetes_namespace_v1.agents_namespace");

test("pods may look at their node, and nobody is warned of it", () => {
  expect(metadata.name).toBe("host-agents");
  for (const mode of ["enforce", "audit", "warn"])
    expect(metadata.labels[`pod-security.kubernetes.io/${mode}`]).toBe("privileged");
});

test("everything else is as in any namespace: quota, sizes, no traffic but DNS", () => {
  expect(depends_on).toEqual(["cluster"]);
  expect(counts).toEqual({
    kubernetes_namespace_v1: 1,
    kubernetes_resource_quota_v1: 1,
    kubernetes_limit_range_v1: 1,
    kubernetes_network_policy_v1: 2,
  });
  expect(resource("kubernetes_network_policy_v1.agents_default-deny").spec).toMatchObject({ ingress: [], egress: [] });
});

test("the quota has room for every node's agents, and for those that are replaced", () => {
  const { hard } = resource("kubernetes_resource_quota_v1.agents_quota").spec;
  expect(Number(hard.pods)).toBe(2 * 2 * 12);
  expect(hard).toMatchObject({ "services.loadbalancers": "0", "services.nodeports": "0" });
});
