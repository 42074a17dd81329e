import { Namespace } from "../../constructs/kubernetes/namespace";
import { at, build, ref } from "../construct";
import type { Json } from "../support";

const { resource, counts, given } = build((stack) => {
  const { name, ready } = new Namespace(stack, "ns", {
    name: "shop",
    quota: { pods: 12, cpu: 6500, memory: 8192 },
    dependsOn: [at("cluster")],
  });
  return { name, ready: ready.map(({ fqn }) => fqn) };
});
const NAME = ref("kubernetes_namespace_v1.ns_namespace.metadata[0].name");

test("without another word, pods that are not restricted are refused, and reported by audit and warnings", () => {
  const { labels } = resource("kubernetes_namespace_v1.ns_namespace").metadata;
  for (const mode of ["enforce", "audit", "warn"])
    expect(labels[`pod-security.kubernetes.io/${mode}`]).toBe("restricted");
});

test("it waits for what it is told to, and its objects for it", () => {
  expect(resource("kubernetes_namespace_v1.ns_namespace").depends_on).toEqual(["cluster"]);
  expect(given.name).toBe(NAME);
  for (const address of given.ready) expect(resource(address.slice(2, -1)).metadata.namespace).toBe(NAME);
});

test("pods wait for the quota, the limits and both policies", () => {
  expect(counts).toEqual({
    kubernetes_namespace_v1: 1,
    kubernetes_resource_quota_v1: 1,
    kubernetes_limit_range_v1: 1,
    kubernetes_network_policy_v1: 2,
  });
  expect(given.ready).toHaveLength(4);
  expect(new Set(given.ready).size).toBe(4);
});

test("nothing comes in or goes out by default", () => {
  expect(resource("kubernetes_network_policy_v1.ns_default-deny").spec).toEqual({
    pod_selector: {},
    policy_types: ["Ingress", "Egress"],
    ingress: [],
    egress: [],
  });
});

test("every pod may ask GKE's resolvers for names, and only on port 53", () => {
  const { spec } = resource("kubernetes_network_policy_v1.ns_allow-dns");
  expect(spec).toMatchObject({ pod_selector: {}, policy_types: ["Egress"] });
  expect(spec.egress).toHaveLength(1);
  expect(spec.egress[0].ports).toEqual([
    { port: "53", protocol: "UDP" },
    { port: "53", protocol: "TCP" },
  ]);
  const peers: Json[] = spec.egress[0].to;
  expect(peers.filter((p) => p.ip_block).map((p) => p.ip_block.cidr)).toEqual([
    "169.254.20.10/32",
    "169.254.169.254/32",
  ]);
  const pods = peers.filter((p) => !p.ip_block);
  expect(pods.map((p) => p.pod_selector.match_labels["k8s-app"])).toEqual(["kube-dns", "node-local-dns"]);
  for (const { namespace_selector } of pods)
    expect(namespace_selector.match_labels).toEqual({ "kubernetes.io/metadata.name": "kube-system" });
});

test("the quota counts what pods ask for and allows no way in beside the edge", () => {
  expect(resource("kubernetes_resource_quota_v1.ns_quota").spec.hard).toEqual({
    pods: "12",
    "requests.cpu": "6500m",
    "requests.memory": "8192Mi",
    "services.loadbalancers": "0",
    "services.nodeports": "0",
  });
});

test("it may have load balancers, if told so, and still no node ports", () => {
  const { hard } = build((stack) => {
    const quota = { pods: 1, cpu: 100, memory: 100, loadBalancers: 1 };
    new Namespace(stack, "edge", { name: "edge", quota, dependsOn: [] });
  }).resource("kubernetes_resource_quota_v1.edge_quota").spec;
  expect(hard).toMatchObject({ "services.loadbalancers": "1", "services.nodeports": "0" });
});

test("containers that name no size get the one that the quota needs to know", () => {
  const { limit } = resource("kubernetes_limit_range_v1.ns_limits").spec;
  expect(limit).toHaveLength(1);
  expect(limit[0]).toMatchObject({
    type: "Container",
    default_request: { cpu: expect.stringMatching(/^\d+m$/), memory: expect.stringMatching(/^\d+Mi$/) },
    default: { memory: expect.stringMatching(/^\d+Mi$/) },
  });
  expect(limit[0].default).not.toHaveProperty("cpu"); // a CPU limit would only throttle
});
