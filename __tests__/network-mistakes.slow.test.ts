import { dotted, isPod, NetworkPolicies, namespaceName, range, readTerraform } from "@slipway/network-policy-evaluator";
import {
  differences,
  everyJudged,
  expectation,
  type Judged,
  NAME,
  PROTOCOLS,
  stacks,
  withInternalService,
  world,
} from "./network-world";
import { configuration, type Json } from "./support";

/** Makes each mistake in turn in a copy of the stack, and says what it is and in which namespace. */
function* mistakes(json: Json): Generator<readonly [what: string, changed: Json, namespace: string]> {
  const policies = json.resource.kubernetes_network_policy_v1 as Record<string, Json>;
  const after = (policy: string, change: (policies: Record<string, Json>, spec: Json) => void): Json => {
    const changed = structuredClone(policies);
    change(changed, changed[policy].spec);
    return { resource: { ...json.resource, kubernetes_network_policy_v1: changed } };
  };
  for (const [id, { metadata, spec }] of Object.entries(policies)) {
    const namespace = namespaceName(json, metadata.namespace);
    const mistake = (what: string, change: (spec: Json) => void) =>
      [`${id} ${what}`, after(id, (_, changed) => change(changed)), namespace] as const;
    yield [`${id} is missing`, after(id, (changed) => delete changed[id]), namespace];
    for (const type of spec.policy_types)
      yield mistake(`does not apply to ${type}`, (s) => {
        const others = s.policy_types.filter((t: string) => t !== type);
        // Kubernetes takes an empty list for a list that is left out, and adds the type itself.
        s.policy_types = others.length ? others : [type === "Ingress" ? "Egress" : "Ingress"];
      });
    if (spec.pod_selector.match_labels)
      yield mistake("selects every pod", (s) => {
        s.pod_selector = {};
      });
    for (const [direction, peers] of [
      ["ingress", "from"],
      ["egress", "to"],
    ] as const) {
      if (!spec[direction]) continue;
      yield mistake(`allows all ${direction}`, (s) => s[direction].push({}));
      for (const [i, rule] of (spec[direction] as Json[]).entries()) {
        const wrong = (what: string, change: (rule: Json) => void) =>
          mistake(`${direction} ${i} ${what}`, (s) => change(s[direction][i]));
        yield mistake(`${direction} ${i} is missing`, (s) => s[direction].splice(i, 1));
        const of = (rule[peers] ?? []) as Json[]; // without peers, the rule applies to everybody already
        if (of.length)
          yield wrong("applies to everybody", (r) => {
            r[peers] = [];
          });
        if (rule.ports.length)
          yield wrong("applies to every port", (r) => {
            r.ports = [];
          });
        for (const [j, peer] of of.entries())
          for (const [what, changed] of wrongPeers(peer))
            yield wrong(`${peers} ${j} ${what}`, (r) => r[peers].splice(j, 1, ...changed));
        for (const [j, port] of (rule.ports as Json[]).entries()) {
          const next = Number(port.port) + 1;
          for (const [what, changed] of [
            ["is the next port", { ...port, port: String(next) }],
            ["includes the next port", { ...port, end_port: next }],
            ["has another protocol", { ...port, protocol: port.protocol === "TCP" ? "UDP" : "TCP" }],
          ] as const)
            yield wrong(`port ${j} ${what}`, (r) => r.ports.splice(j, 1, changed));
          if (rule.ports.length > 1) yield wrong(`port ${j} is missing`, (r) => r.ports.splice(j, 1));
        }
        if (of.length > 1)
          for (const j of of.keys()) yield wrong(`${peers} ${j} is missing`, (r) => r[peers].splice(j, 1));
      }
    }
  }
}

/** Wrong peers that a mistake can put in a peer's place. */
function* wrongPeers(peer: Json): Generator<readonly [string, Json[]]> {
  const { pod_selector, namespace_selector, ip_block } = peer;
  if (pod_selector?.match_labels) yield ["is every pod", [{ ...peer, pod_selector: {} }]];
  if (namespace_selector?.match_labels) yield ["has any namespace", [{ ...peer, namespace_selector: {} }]];
  if (namespace_selector && pod_selector) yield ["has its own namespace", [{ pod_selector }]];
  if (pod_selector && namespace_selector) yield ["is two peers", [{ pod_selector }, { namespace_selector }]];
  if (!ip_block) return;
  const { cidr, except = [] } = ip_block as { cidr: string; except?: string[] };
  const others = [twice(cidr), except.length ? [] : half(cidr)].flat();
  for (const other of others) yield [`is ${other}`, [{ ip_block: { ...ip_block, cidr: other } }]];
  for (const [i, part] of except.entries())
    for (const other of [[], twice(part), half(part)])
      yield [
        `excepts ${other[0] ?? "nothing"} in place of ${part}`,
        [{ ip_block: { cidr, except: except.toSpliced(i, 1, ...other) } }],
      ];
}

function twice(cidr: string): string[] {
  const { first, size } = range(cidr);
  return size < 2 ** 32 ? [`${dotted(first - (first % (2 * size)))}/${31 - Math.log2(size)}`] : [];
}

function half(cidr: string): string[] {
  const { first, size } = range(cidr);
  return size > 1 ? [`${dotted(first)}/${33 - Math.log2(size)}`] : [];
}

/** The mistakes that the comparison with the declarations does not notice. */
function unnoticed({ json, expected }: Judged): string[] {
  // A policy applies only to pods of its own namespace.
  const about = (namespace: string) =>
    expected.filter(({ from, to }) => [from, to].some((end) => isPod(end) && end.namespace === namespace));
  const byNamespace = new Map<string, typeof expected>();
  const found: string[] = [];
  for (const [what, changed, namespace] of mistakes(json)) {
    const there = byNamespace.get(namespace) ?? about(namespace);
    byNamespace.set(namespace, there);
    if (differences(new NetworkPolicies(readTerraform(changed)), there).next().done) found.push(what);
  }
  return found;
}

/** A timeout for busy machines, as each mistake is evaluated by itself. */
const LONG = 5 * 60_000;

test(
  "every mistake in the policies of a stack with datastores and ingress in the cluster is noticed, except these",
  async () => {
    expect(unnoticed((await everyJudged()).get("enterprise.production") as Judged)).toEqual([
      // allow-dns selects every pod of its namespace too, and so do allow-scraping in cert-manager's namespace and
      // allow-each-other in Prometheus' namespace: these policies isolate the same pods as default-deny.
      "cert-manager_namespace_default-deny is missing",
      "cert-manager_namespace_default-deny does not apply to Ingress",
      "cert-manager_namespace_default-deny does not apply to Egress",
      "datastores_backup_to-postgresql egress 0 to 0 has its own namespace", // its own namespace is the database's namespace
      "datastores_namespace_default-deny does not apply to Egress",
      "monitoring_host-agents_default-deny does not apply to Egress",
      "monitoring_prometheus_namespace_default-deny is missing",
      "monitoring_prometheus_namespace_default-deny does not apply to Ingress",
      "monitoring_prometheus_namespace_default-deny does not apply to Egress",
      "namespace_default-deny does not apply to Egress",
      "traefik_namespace_default-deny does not apply to Egress",
    ]);
  },
  LONG,
);

describe("mistakes in the policies of pmcrm's production", () => {
  const { production } = stacks(withInternalService);
  const { json, world: w, expected } = production;
  const found = (changed: Json) => [...differences(new NetworkPolicies(readTerraform(changed)), expected)];
  const changed = (policy: string, change: (spec: Json) => void): Json => {
    const copy = structuredClone(json);
    change(copy.resource.kubernetes_network_policy_v1[policy].spec);
    return copy;
  };

  test(
    "every mistake is noticed, except these",
    () => {
      expect(unnoticed(production)).toEqual([
        // allow-each-other and allow-dns select every pod of their namespace too: they isolate the same pods as default-deny.
        "monitoring_host-agents_default-deny does not apply to Egress",
        "monitoring_prometheus_namespace_default-deny is missing",
        "monitoring_prometheus_namespace_default-deny does not apply to Ingress",
        "monitoring_prometheus_namespace_default-deny does not apply to Egress",
        "namespace_default-deny does not apply to Egress",
      ]);
    },
    LONG,
  );

  test("without default-deny, a worker without an ingress policy of its own accepts every connection", () => {
    const copy = structuredClone(json);
    delete copy.resource.kubernetes_network_policy_v1["namespace_default-deny"];
    const everyPort = w.ports.flatMap((port) => PROTOCOLS.map((protocol) => `${protocol} ${port}`)).join(", ");
    expect(found(copy)).toContain(`other/stranger -> pmcrm/worker ${everyPort}: is allowed`);
    expect(found(copy)).toContain(`203.0.113.9 -> pmcrm/worker ${everyPort}: is allowed`);
  });

  test("a range of ports in place of a port allows the ports in the range", () => {
    const copy = changed("workload_backend_web-service_from-clients", (spec) => {
      spec.ingress[0].ports[0].end_port = 3001;
    });
    expect(found(copy)).toContain("35.191.0.1 -> pmcrm/backend TCP 3001: is allowed");
  });

  test("an egress policy for the internet without its exceptions allows private addresses", () => {
    const copy = changed("workload_worker_workload_to-internet-443", (spec) => {
      delete spec.egress[0].to[0].ip_block.except;
    });
    for (const address of ["10.0.0.5", "172.20.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254"])
      expect(found(copy)).toContain(`pmcrm/worker -> ${address} TCP 443: is allowed`);
  });

  test("a connection that one end allows by mistake is reported, even if the other end denies it", () => {
    const copy = changed("workload_internal_web-service_from-clients", (spec) => {
      spec.ingress[0].from[0].pod_selector = {};
    });
    expect(found(copy)).toContain("pmcrm/backend -> pmcrm/internal TCP 4000: its ingress is allowed");
  });

  test("pods without the label that their policies select lose their connections", () => {
    const { system, environment } = configuration(withInternalService).environments.production;
    const copy = structuredClone(json);
    const release = Object.values(copy.resource.helm_release as Record<string, Json>).find((r) => r.name === "worker");
    release.values[0] = release.values[0].replaceAll(`"${NAME}":"worker"`, `"${NAME}":"job"`);
    const mislabelled = expectation(world(copy, system, environment));
    expect([...differences(new NetworkPolicies(readTerraform(copy)), mislabelled)]).toContain(
      "pmcrm/worker -> pmcrm/internal TCP 4000: is denied",
    );
  });
});
