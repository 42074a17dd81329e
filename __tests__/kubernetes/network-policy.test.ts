import {
  HOST_AGENT,
  INTERNET,
  type NetworkPolicyProps,
  networkPolicy,
} from "../../constructs/kubernetes/network-policy";
import { NOT_INTERNET } from "../../facts/cidr";
import { build } from "../construct";

const synth = (props: Partial<NetworkPolicyProps>) => policy(props).spec;
const policy = (props: Partial<NetworkPolicyProps>) =>
  build((stack) => {
    networkPolicy(stack, "policy", { name: "policy", namespace: "shop", ...props });
  }).resource("kubernetes_network_policy_v1.policy");
const peers = (props: NetworkPolicyProps["egress"]) => synth({ egress: props }).egress[0].to;
const NAMESPACE = "kubernetes.io/metadata.name";

test("a direction that is not named is left as it is", () => {
  expect(synth({ egress: [] }).policy_types).toEqual(["Egress"]);
  expect(synth({ ingress: [] }).policy_types).toEqual(["Ingress"]);
  expect(synth({ ingress: [], egress: [] }).policy_types).toEqual(["Ingress", "Egress"]);
});

test("it is about one workload's pods, or about all of the namespace", () => {
  expect(synth({ workload: "backend", egress: [] }).pod_selector).toEqual({
    match_labels: { "app.kubernetes.io/name": "backend" },
  });
  expect(synth({ egress: [] }).pod_selector).toEqual({});
  expect(policy({ egress: [] }).metadata).toEqual({ name: "policy", namespace: "shop" });
});

test("it is deleted after the pods that needed it: a removed connection works until the rollout succeeds", () => {
  expect(policy({ egress: [] }).lifecycle).toEqual({ create_before_destroy: true });
});

test("ports are TCP unless they say otherwise", () => {
  const ports = [{ port: 443 }, { port: 53, protocol: "UDP" }] as const;
  expect(synth({ ingress: [{ peers: ["namespace"], ports }] }).ingress[0].ports).toEqual([
    { port: "443", protocol: "TCP" },
    { port: "53", protocol: "UDP" },
  ]);
});

test("a workload is one of the same namespace", () => {
  expect(peers([{ peers: [{ workload: "api" }], ports: [] }])).toEqual([
    { pod_selector: { match_labels: { "app.kubernetes.io/name": "api" } } },
  ]);
});

test("pods of another namespace are known by their labels and by its name", () => {
  expect(peers([{ peers: [{ pods: { app: "dns" }, namespace: "kube-system" }], ports: [] }])).toEqual([
    {
      pod_selector: { match_labels: { app: "dns" } },
      namespace_selector: { match_labels: { [NAMESPACE]: "kube-system" } },
    },
  ]);
});

test("the namespace is its own pods, the cluster all pods", () => {
  expect(peers([{ peers: ["namespace", "cluster"], ports: [] }])).toEqual([
    { pod_selector: {} },
    { namespace_selector: {} },
  ]);
});

test("the internet is without private addresses and the metadata server", () => {
  const [{ ip_block }] = peers([{ peers: [INTERNET], ports: [] }]);
  expect(ip_block).toEqual({ cidr: "0.0.0.0/0", except: [...NOT_INTERNET] });
  for (const range of ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"])
    expect(ip_block.except).toContain(range);
});

test("the host agent is at two ports of whoever answers there: the node before the port is translated, a pod after", () => {
  expect(synth({ egress: [HOST_AGENT] }).egress).toEqual([
    {
      ports: [
        { port: "8126", protocol: "TCP" },
        { port: "8125", protocol: "UDP" },
      ],
    },
  ]);
});

test("an allowance without peers is refused, because Kubernetes would allow everybody", () => {
  const empty = { peers: [], ports: [{ port: 443 }] };
  for (const direction of ["ingress", "egress"])
    for (const allowances of [[empty], [{ peers: ["namespace"], ports: [] }, empty]])
      expect(() => synth({ [direction]: allowances })).toThrow("policy: an allowance must have peers");
});
