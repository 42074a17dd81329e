import {
  type Address,
  type Endpoint,
  NetworkPolicies,
  type Pod,
  type PolicyJson,
  type Protocol,
  type RuleJson,
} from "./network-evaluator";
import type { Json } from "./support";

describe("the evaluator", () => {
  const client: Pod = { name: "client", namespace: "front", labels: { app: "client" } };
  const server: Pod = { name: "server", namespace: "back", labels: { app: "server" } };
  const sibling: Pod = { name: "sibling", namespace: "back", labels: { app: "sibling", tier: "one" } };
  const outside: Address = { address: "192.0.2.77" };
  const referenceTo = (namespace: string) => `\${kubernetes_namespace_v1.${namespace}.metadata[0].name}`;
  const everybody = [client, server, sibling, outside];

  const policies = (...list: readonly (readonly [namespace: string, spec: Json])[]) =>
    new NetworkPolicies({
      resource: {
        kubernetes_namespace_v1: { behind: { metadata: { name: "back", labels: { kind: "inner" } } } },
        kubernetes_network_policy_v1: Object.fromEntries(
          list.map(([namespace, spec], i): [string, PolicyJson] => [
            `policy-${i}`,
            { metadata: { name: `policy-${i}`, namespace }, spec: { pod_selector: {}, ...spec } },
          ]),
        ),
      },
    });
  const reaches = (p: NetworkPolicies, from: Endpoint, to: Endpoint, port = 80, protocol: Protocol = "TCP") => {
    const { egress, ingress } = p.between(from, to)(port, protocol);
    return egress && ingress;
  };
  const sourcesOf = (p: NetworkPolicies, to: Pod) => everybody.filter((from) => reaches(p, from, to));
  const destinationsOf = (p: NetworkPolicies, from: Pod) => everybody.filter((to) => reaches(p, from, to));

  test("knows a namespace by a reference to its resource, as the name that a selector asks for too", () => {
    const peer = { namespace_selector: { match_labels: { "kubernetes.io/metadata.name": referenceTo("behind") } } };
    const p = policies(["front", { policy_types: ["Egress"], egress: [{ to: [peer] }] }]);
    expect(destinationsOf(p, client)).toEqual([server, sibling]);
    const nowhere = { namespace_selector: { match_labels: { "kubernetes.io/metadata.name": referenceTo("else") } } };
    expect(() => policies(["front", { egress: [{ to: [nowhere] }] }])).toThrow("refers to nothing");
  });

  test("allows everything without policies", () => {
    expect(sourcesOf(policies(), server)).toEqual(everybody);
    expect(destinationsOf(policies(), server)).toEqual(everybody);
  });

  test("denies a direction that has no rules, and that one only", () => {
    const ingress = policies(["back", { policy_types: ["Ingress"], ingress: [] }]);
    expect(sourcesOf(ingress, server)).toEqual([]);
    expect(destinationsOf(ingress, server)).toEqual([client, outside]);
    const egress = policies(["back", { policy_types: ["Egress"], egress: [] }]);
    expect(sourcesOf(egress, server)).toEqual([client, outside]);
    expect(destinationsOf(egress, server)).toEqual([]);
  });

  test("takes a policy without types for one about ingress, and about egress where it has rules for it", () => {
    const without = policies(["back", {}]);
    expect([sourcesOf(without, server), destinationsOf(without, server)]).toEqual([[], [client, outside]]);
    const rules = policies(["back", { egress: [{ to: [{ ip_block: { cidr: "192.0.2.0/24" } }] }] }]);
    expect([sourcesOf(rules, server), destinationsOf(rules, server)]).toEqual([[], [outside]]);
  });

  test("ignores the rules of a type that is not listed", () => {
    const p = policies([
      "back",
      { policy_types: ["Ingress"], ingress: [{}], egress: [{ to: [{ pod_selector: {} }] }] },
    ]);
    expect(destinationsOf(p, server)).toEqual(everybody);
  });

  test("binds the pods that a policy selects, in the policy's namespace", () => {
    const app = (name: string) => ({ pod_selector: { match_labels: { app: name } }, policy_types: ["Ingress"] });
    expect(sourcesOf(policies(["back", app("server")]), server)).toEqual([]);
    expect(sourcesOf(policies(["back", app("sibling")]), server)).toEqual(everybody);
    expect(sourcesOf(policies(["front", app("server")]), server)).toEqual(everybody);
  });

  test("finds the namespace that a policy refers to", () => {
    const p = policies([referenceTo("behind"), { policy_types: ["Ingress"] }]);
    expect(sourcesOf(p, server)).toEqual([]);
    expect(sourcesOf(p, client)).toEqual(everybody);
  });

  test.each<[what: string, peers: Json, who: readonly Endpoint[]]>([
    ["no list", undefined, everybody],
    ["an empty list", [], everybody],
    ["pods", [{ pod_selector: { match_labels: { app: "sibling" } } }], [sibling]],
    ["pods of another namespace without saying so", [{ pod_selector: { match_labels: { app: "client" } } }], []],
    ["every pod of the policy's namespace", [{ pod_selector: {} }], [server, sibling]],
    ["every pod of all namespaces", [{ namespace_selector: {} }], [client, server, sibling]],
    [
      "a namespace's name",
      [{ namespace_selector: { match_labels: { "kubernetes.io/metadata.name": "front" } } }],
      [client],
    ],
    ["a namespace's label", [{ namespace_selector: { match_labels: { kind: "inner" } } }], [server, sibling]],
    [
      "pods of a namespace",
      [{ namespace_selector: { match_labels: { kind: "inner" } }, pod_selector: { match_labels: { app: "sibling" } } }],
      [sibling],
    ],
    [
      "pods, or a namespace",
      [
        { namespace_selector: { match_labels: { kind: "outer" } } },
        { pod_selector: { match_labels: { app: "sibling" } } },
      ],
      [sibling],
    ],
    ["a block alone instead of a list", { pod_selector: [{ match_labels: { app: "sibling" } }] }, [sibling]],
    ["In", [{ pod_selector: { match_expressions: [{ key: "tier", operator: "In", values: ["one"] }] } }], [sibling]],
    [
      "NotIn",
      [{ pod_selector: { match_expressions: [{ key: "tier", operator: "NotIn", values: ["one"] }] } }],
      [server],
    ],
    ["Exists", [{ pod_selector: { match_expressions: [{ key: "tier", operator: "Exists" }] } }], [sibling]],
    ["DoesNotExist", [{ pod_selector: { match_expressions: [{ key: "tier", operator: "DoesNotExist" }] } }], [server]],
    ["all addresses, which are no pods", [{ ip_block: { cidr: "0.0.0.0/0" } }], [outside]],
    ["a range", [{ ip_block: { cidr: "192.0.2.64/28" } }], [outside]],
    ["a range beside it", [{ ip_block: { cidr: "192.0.2.80/28" } }], []],
    ["a range without it", [{ ip_block: { cidr: "192.0.2.0/24", except: ["192.0.2.76/31"] } }], []],
    ["a range without another", [{ ip_block: { cidr: "192.0.2.0/24", except: ["192.0.2.78/31"] } }], [outside]],
  ])("knows peers: %s", (_what, peers, who) => {
    const ingress = policies(["back", { policy_types: ["Ingress"], ingress: [{ from: peers }] }]);
    expect(sourcesOf(ingress, server)).toEqual(who);
    const egress = policies(["back", { policy_types: ["Egress"], egress: [{ to: peers }] }]);
    expect(destinationsOf(egress, server)).toEqual(who);
  });

  test.each<[what: string, ports: RuleJson["ports"], open: readonly string[]]>([
    ["no list", undefined, ["TCP 80", "TCP 81", "TCP 82", "UDP 80", "UDP 81", "UDP 82"]],
    ["an empty list", [], ["TCP 80", "TCP 81", "TCP 82", "UDP 80", "UDP 81", "UDP 82"]],
    ["a port, of TCP", [{ port: "80" }], ["TCP 80"]],
    ["a port of UDP", [{ port: 80, protocol: "UDP" }], ["UDP 80"]],
    ["a range", [{ port: "81", end_port: 82, protocol: "TCP" }], ["TCP 81", "TCP 82"]],
    ["a protocol", [{ protocol: "UDP" }], ["UDP 80", "UDP 81", "UDP 82"]],
    ["several", [{ port: "80" }, { port: "82", protocol: "UDP" }], ["TCP 80", "UDP 82"]],
  ])("knows ports: %s", (_what, ports, open) => {
    const p = policies(["back", { policy_types: ["Ingress"], ingress: [{ ports }] }]);
    const asked = (["TCP", "UDP"] as const).flatMap((protocol) =>
      [80, 81, 82].map((port) => [protocol, port] as const),
    );
    expect(
      asked.filter(([protocol, port]) => reaches(p, client, server, port, protocol)).map((a) => a.join(" ")),
    ).toEqual(open);
  });

  test("adds policies and rules up, and never takes away", () => {
    const from = (app: string) => [{ from: [{ pod_selector: { match_labels: { app } } }] }];
    const closed = ["back", { policy_types: ["Ingress"], ingress: [] }] as const;
    const two = ["server", "sibling"].map(
      (app) => ["back", { policy_types: ["Ingress"], ingress: from(app) }] as const,
    );
    expect(sourcesOf(policies(closed, ...two), server)).toEqual([server, sibling]);
    const rules = { policy_types: ["Ingress"], ingress: [...from("server"), ...from("sibling")] };
    expect(sourcesOf(policies(["back", rules], closed), server)).toEqual([server, sibling]);
  });

  test("keeps a rule's peers to its own ports", () => {
    const rule = (app: string, port: string) => ({
      from: [{ pod_selector: { match_labels: { app } } }],
      ports: [{ port }],
    });
    const p = policies(["back", { policy_types: ["Ingress"], ingress: [rule("server", "80"), rule("sibling", "81")] }]);
    expect([80, 81].map((port) => reaches(p, sibling, server, port))).toEqual([false, true]);
  });

  test("wants both ends to agree between pods", () => {
    const out = ["front", { policy_types: ["Egress"], egress: [{ ports: [{ port: 80 }, { port: 81 }] }] }] as const;
    const into = ["back", { policy_types: ["Ingress"], ingress: [{ ports: [{ port: 80 }, { port: 82 }] }] }] as const;
    const verdict = policies(out, into).between(client, server);
    expect([80, 81, 82].map((port) => verdict(port, "TCP"))).toEqual([
      { egress: true, ingress: true },
      { egress: true, ingress: false },
      { egress: false, ingress: true },
    ]);
  });

  test.each<[problem: string, spec: Json]>([
    ["a peer is empty", { ingress: [{ from: [{}] }] }],
    [
      "a peer is a range or pods, not both",
      { ingress: [{ from: [{ ip_block: { cidr: "10.0.0.0/8" }, pod_selector: {} }] }] },
    ],
    ["10.0.0.1/8 is no range", { ingress: [{ from: [{ ip_block: { cidr: "10.0.0.1/8" } }] }] }],
    [
      "11.0.0.0/8 is not a part of 10.0.0.0/8",
      { ingress: [{ from: [{ ip_block: { cidr: "10.0.0.0/8", except: ["11.0.0.0/8"] } }] }] },
    ],
    ["http is no port", { ingress: [{ ports: [{ port: "http" }] }] }],
    ["0 is no port", { ingress: [{ ports: [{ port: 0 }] }] }],
    ["81 to 80 is no range of ports", { ingress: [{ ports: [{ port: 81, end_port: 80 }] }] }],
    ["ICMP is no protocol", { ingress: [{ ports: [{ protocol: "ICMP" }] }] }],
    ["Is is no operator", { pod_selector: { match_expressions: [{ key: "app", operator: "Is" }] } }],
    ["has no pod selector", { pod_selector: undefined }],
  ])("refuses what Kubernetes would: %s", (problem, spec) => {
    expect(() => policies(["back", spec])).toThrow(`back/policy-0: ${problem}`);
  });

  test("refuses names that cannot be, and those that are taken", () => {
    const named = (...names: readonly string[]) => {
      const metadata = names.map((name) => ({ metadata: { name, namespace: "back" }, spec: { pod_selector: {} } }));
      return new NetworkPolicies({ resource: { kubernetes_network_policy_v1: { ...metadata } } });
    };
    for (const name of ["api.to.internet:443", "api..db", "api.-db", "API", "", "a".repeat(254)])
      expect(() => named(name)).toThrow(`back/${name} is no name of an object`);
    expect(() => named("api.to.internet.443", "a".repeat(253))).not.toThrow();
    expect(() => named("one", "one")).toThrow("back/one exists already");
    expect(() => policies([referenceTo("none"), {}])).toThrow("refers to nothing");
  });
});
