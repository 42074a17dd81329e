import {
  type Address,
  type Endpoint,
  NetworkPolicies,
  type NetworkPolicy,
  type Peer,
  type Pod,
  type Protocol,
  type Rule,
} from "@slipway/network-policy-evaluator";

const client: Pod = { name: "client", namespace: "front", labels: { app: "client" } };
const server: Pod = { name: "server", namespace: "back", labels: { app: "server" } };
const sibling: Pod = { name: "sibling", namespace: "back", labels: { app: "sibling", tier: "one" } };
const outside: Address = { address: "192.0.2.77" };
const everybody = [client, server, sibling, outside];

type Spec = Partial<NetworkPolicy["spec"]>;
/** A policy for each entry. A policy without a pod selector of its own selects all pods. */
const policies = (...list: readonly (readonly [namespace: string, spec: Spec])[]) =>
  new NetworkPolicies({
    namespaces: [{ metadata: { name: "back", labels: { kind: "inner" } } }],
    policies: list.map(([namespace, spec], i) => ({
      metadata: { name: `policy-${i}`, namespace },
      spec: { podSelector: {}, ...spec },
    })),
  });
const reaches = (p: NetworkPolicies, from: Endpoint, to: Endpoint, port = 80, protocol: Protocol = "TCP") => {
  const { egress, ingress } = p.between(from, to)(port, protocol);
  return egress && ingress;
};
const sourcesOf = (p: NetworkPolicies, to: Pod) => everybody.filter((from) => reaches(p, from, to));
const destinationsOf = (p: NetworkPolicies, from: Pod) => everybody.filter((to) => reaches(p, from, to));

test("without policies, every connection is allowed", () => {
  expect(sourcesOf(policies(), server)).toEqual(everybody);
  expect(destinationsOf(policies(), server)).toEqual(everybody);
});

test("a policy without rules denies every connection in its directions, and no other", () => {
  const ingress = policies(["back", { policyTypes: ["Ingress"], ingress: [] }]);
  expect(sourcesOf(ingress, server)).toEqual([]);
  expect(destinationsOf(ingress, server)).toEqual([client, outside]);
  const egress = policies(["back", { policyTypes: ["Egress"], egress: [] }]);
  expect(sourcesOf(egress, server)).toEqual([client, outside]);
  expect(destinationsOf(egress, server)).toEqual([]);
});

test.each([undefined, []])(
  "a policy with policyTypes %j applies to ingress, and to egress if it has egress rules",
  (policyTypes) => {
    const without = policies(["back", { policyTypes }]);
    expect([sourcesOf(without, server), destinationsOf(without, server)]).toEqual([[], [client, outside]]);
    const rules = policies(["back", { policyTypes, egress: [{ to: [{ ipBlock: { cidr: "192.0.2.0/24" } }] }] }]);
    expect([sourcesOf(rules, server), destinationsOf(rules, server)]).toEqual([[], [outside]]);
  },
);

test("rules for a direction that is not in policyTypes have no effect", () => {
  const p = policies(["back", { policyTypes: ["Ingress"], ingress: [{}], egress: [{ to: [{ podSelector: {} }] }] }]);
  expect(destinationsOf(p, server)).toEqual(everybody);
});

test("a policy applies to the pods that it selects in its own namespace", () => {
  const app = (name: string) => ({ podSelector: { matchLabels: { app: name } }, policyTypes: ["Ingress"] });
  expect(sourcesOf(policies(["back", app("server")]), server)).toEqual([]);
  expect(sourcesOf(policies(["back", app("sibling")]), server)).toEqual(everybody);
  expect(sourcesOf(policies(["front", app("server")]), server)).toEqual(everybody);
});

test.each<[what: string, peers: readonly Peer[] | undefined, who: readonly Endpoint[]]>([
  ["every endpoint, without a list", undefined, everybody],
  ["every endpoint, with an empty list", [], everybody],
  ["pods by their labels", [{ podSelector: { matchLabels: { app: "sibling" } } }], [sibling]],
  [
    "pods of the policy's namespace only, without a namespace selector",
    [{ podSelector: { matchLabels: { app: "client" } } }],
    [],
  ],
  ["every pod of the policy's namespace", [{ podSelector: {} }], [server, sibling]],
  ["every pod of every namespace", [{ namespaceSelector: {} }], [client, server, sibling]],
  [
    "a namespace by its name",
    [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "front" } } }],
    [client],
  ],
  ["a namespace by its labels", [{ namespaceSelector: { matchLabels: { kind: "inner" } } }], [server, sibling]],
  [
    "pods of a namespace by the labels of both",
    [{ namespaceSelector: { matchLabels: { kind: "inner" } }, podSelector: { matchLabels: { app: "sibling" } } }],
    [sibling],
  ],
  [
    "a namespace or pods, as two peers",
    [{ namespaceSelector: { matchLabels: { kind: "outer" } } }, { podSelector: { matchLabels: { app: "sibling" } } }],
    [sibling],
  ],
  [
    "pods by the operator In",
    [{ podSelector: { matchExpressions: [{ key: "tier", operator: "In", values: ["one"] }] } }],
    [sibling],
  ],
  [
    "pods by the operator NotIn",
    [{ podSelector: { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["one"] }] } }],
    [server],
  ],
  [
    "pods by the operator Exists",
    [{ podSelector: { matchExpressions: [{ key: "tier", operator: "Exists" }] } }],
    [sibling],
  ],
  [
    "pods by the operator DoesNotExist",
    [{ podSelector: { matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] } }],
    [server],
  ],
  ["every address, which includes no pod", [{ ipBlock: { cidr: "0.0.0.0/0" } }], [outside]],
  ["a range that has the address", [{ ipBlock: { cidr: "192.0.2.64/28" } }], [outside]],
  ["a range that does not have the address", [{ ipBlock: { cidr: "192.0.2.80/28" } }], []],
  [
    "a range with an exception that has the address",
    [{ ipBlock: { cidr: "192.0.2.0/24", except: ["192.0.2.76/31"] } }],
    [],
  ],
  [
    "a range with an exception that does not have the address",
    [{ ipBlock: { cidr: "192.0.2.0/24", except: ["192.0.2.78/31"] } }],
    [outside],
  ],
])("a peer can be %s", (_what, peers, who) => {
  const ingress = policies(["back", { policyTypes: ["Ingress"], ingress: [{ from: peers }] }]);
  expect(sourcesOf(ingress, server)).toEqual(who);
  const egress = policies(["back", { policyTypes: ["Egress"], egress: [{ to: peers }] }]);
  expect(destinationsOf(egress, server)).toEqual(who);
});

test.each<[what: string, ports: Rule["ports"], open: readonly string[]]>([
  ["every port, without a list", undefined, ["TCP 80", "TCP 81", "TCP 82", "UDP 80", "UDP 81", "UDP 82"]],
  ["every port, with an empty list", [], ["TCP 80", "TCP 81", "TCP 82", "UDP 80", "UDP 81", "UDP 82"]],
  ["a port without a protocol, which is TCP", [{ port: "80" }], ["TCP 80"]],
  ["a port and its protocol", [{ port: 80, protocol: "UDP" }], ["UDP 80"]],
  ["a range of ports", [{ port: "81", endPort: 82, protocol: "TCP" }], ["TCP 81", "TCP 82"]],
  ["every port of a protocol", [{ protocol: "UDP" }], ["UDP 80", "UDP 81", "UDP 82"]],
  ["several ports", [{ port: "80" }, { port: "82", protocol: "UDP" }], ["TCP 80", "UDP 82"]],
])("the ports of a rule can be %s", (_what, ports, open) => {
  const p = policies(["back", { policyTypes: ["Ingress"], ingress: [{ ports }] }]);
  const asked = (["TCP", "UDP"] as const).flatMap((protocol) => [80, 81, 82].map((port) => [protocol, port] as const));
  expect(
    asked.filter(([protocol, port]) => reaches(p, client, server, port, protocol)).map((a) => a.join(" ")),
  ).toEqual(open);
});

test("a connection that one rule or policy allows is allowed, whatever the others say", () => {
  const from = (app: string) => [{ from: [{ podSelector: { matchLabels: { app } } }] }];
  const closed = ["back", { policyTypes: ["Ingress"], ingress: [] }] as const;
  const two = ["server", "sibling"].map((app) => ["back", { policyTypes: ["Ingress"], ingress: from(app) }] as const);
  expect(sourcesOf(policies(closed, ...two), server)).toEqual([server, sibling]);
  const rules = { policyTypes: ["Ingress"], ingress: [...from("server"), ...from("sibling")] };
  expect(sourcesOf(policies(["back", rules], closed), server)).toEqual([server, sibling]);
});

test("the ports of one rule do not apply to the peers of another", () => {
  const rule = (app: string, port: string) => ({
    from: [{ podSelector: { matchLabels: { app } } }],
    ports: [{ port }],
  });
  const p = policies(["back", { policyTypes: ["Ingress"], ingress: [rule("server", "80"), rule("sibling", "81")] }]);
  expect([80, 81].map((port) => reaches(p, sibling, server, port))).toEqual([false, true]);
});

test("a connection between pods needs egress at one end and ingress at the other", () => {
  const out = ["front", { policyTypes: ["Egress"], egress: [{ ports: [{ port: 80 }, { port: 81 }] }] }] as const;
  const into = ["back", { policyTypes: ["Ingress"], ingress: [{ ports: [{ port: 80 }, { port: 82 }] }] }] as const;
  const verdict = policies(out, into).between(client, server);
  expect([80, 81, 82].map((port) => verdict(port, "TCP"))).toEqual([
    { egress: true, ingress: true },
    { egress: true, ingress: false },
    { egress: false, ingress: true },
  ]);
});

test.each<[problem: string, spec: unknown]>([
  ["a peer is empty", { ingress: [{ from: [{}] }] }],
  [
    "a peer has an IP block and a selector",
    { ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8" }, podSelector: {} }] }] },
  ],
  ["10.0.0.1/8 is not a range in CIDR notation", { ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.1/8" } }] }] }],
  [
    "11.0.0.0/8 is not a part of 10.0.0.0/8",
    { ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["11.0.0.0/8"] } }] }] },
  ],
  ["http is not a port number", { ingress: [{ ports: [{ port: "http" }] }] }],
  ["0 is not a port number", { ingress: [{ ports: [{ port: 0 }] }] }],
  ["81 to 80 is not a range of ports", { ingress: [{ ports: [{ port: 81, endPort: 80 }] }] }],
  ["ICMP is not a protocol", { ingress: [{ ports: [{ protocol: "ICMP" }] }] }],
  ["Is is not an operator of a selector", { podSelector: { matchExpressions: [{ key: "app", operator: "Is" }] } }],
  ["has no pod selector", { podSelector: undefined }],
])("an invalid policy is refused: %s", (problem, spec) => {
  expect(() => policies(["back", spec as Spec])).toThrow(`back/policy-0: ${problem}`);
});

test("an invalid name and a name that exists already are refused", () => {
  const named = (...names: readonly string[]) =>
    new NetworkPolicies({
      policies: names.map((name) => ({ metadata: { name, namespace: "back" }, spec: { podSelector: {} } })),
    });
  for (const name of ["api.to.internet:443", "api..db", "api.-db", "API", "", "a".repeat(254)])
    expect(() => named(name)).toThrow(`back/${name} is not a valid object name`);
  expect(() => named("api.to.internet.443", "a".repeat(253))).not.toThrow();
  expect(() => named("one", "one")).toThrow("back/one exists already");
});
