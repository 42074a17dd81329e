import { policyName } from "../constructs/kubernetes/network-policy";
import { type Endpoint, isPod, NetworkPolicies, type Pod, type Protocol } from "./network-evaluator";
import { differences, nameOf, podsOf, stacks, withInternalService } from "./network-world";

const asWritten = stacks();
const extended = stacks(withInternalService);

describe.each([
  ["staging", asWritten.staging],
  ["production", asWritten.production],
  ["staging with an internal service", extended.staging],
  ["production with an internal service", extended.production],
])("%s", (_name, { json, world, expected }) => {
  test("has the pods that the system declares", () => {
    const { system } = world;
    const names = [...Object.keys(system.services), ...Object.keys(system.migrations)];
    expect(podsOf(json).map(nameOf).sort()).toEqual(names.map((name) => `${system.namespace}/${name}`).sort());
  });

  test("allows what is declared, and nothing else", () => {
    expect([...differences(new NetworkPolicies(json), expected)]).toEqual([]);
  });
});

describe("in words", () => {
  const { json, world } = extended.production;
  const policies = new NetworkPolicies(json);
  const endpoint = (name: string): Endpoint => {
    const found = [...world.pods, { address: name }].find((e) => nameOf(e) === name);
    if (!found || (name.includes("/") && !isPod(found))) throw new Error(`no ${name}`);
    return found;
  };
  const allowed = (from: string, to: string, protocol: Protocol, port: number) => {
    const { egress, ingress } = policies.between(endpoint(from), endpoint(to))(port, protocol);
    return egress && ingress;
  };

  test.each([
    ["pmcrm/migrate", "10.100.0.3", "TCP", 5432],
    ["pmcrm/backend", "10.100.0.3", "TCP", 5432],
    ["pmcrm/backend", "10.100.0.4", "TCP", 6378],
    ["pmcrm/worker", "10.100.0.4", "TCP", 6378],
    ["pmcrm/worker", "8.8.8.8", "TCP", 443],
    ["pmcrm/worker", "pmcrm/internal", "TCP", 4000],
    ["pmcrm/internal", "pmcrm/backend", "TCP", 3000],
    ["pmcrm/internal", "kube-system/kube-dns", "UDP", 53],
    ["pmcrm/worker", "169.254.20.10", "UDP", 53],
    ["35.191.0.1", "pmcrm/backend", "TCP", 3000],
    ["130.211.0.1", "pmcrm/backend", "TCP", 3000],
    ["monitoring/prometheus", "pmcrm/backend", "TCP", 9464],
    ["monitoring/prometheus", "pmcrm/internal", "TCP", 9100],
    ["monitoring/prometheus", "10.0.0.5", "TCP", 10250],
    ["monitoring/grafana", "monitoring/prometheus", "TCP", 9090],
    ["monitoring/kube-state-metrics", "172.16.0.2", "TCP", 443],
    ["172.16.0.2", "monitoring/kube-prometheus-stack-prometheus-operator", "TCP", 10250],
    ["pmcrm/worker", "10.0.0.5", "TCP", 8126],
    ["pmcrm/worker", "10.0.0.5", "UDP", 8125],
    ["pmcrm/worker", "host-agents/datadog", "TCP", 8126],
    ["pmcrm/worker", "host-agents/datadog", "UDP", 8125],
    ["host-agents/datadog", "8.8.8.8", "TCP", 443],
    ["host-agents/datadog", "10.0.0.5", "TCP", 10250],
    ["host-agents/datadog", "172.16.0.2", "TCP", 443],
    ["host-agents/datadog", "kube-system/kube-dns", "UDP", 53],
  ] as const)("%s reaches %s at %s %i", (from, to, protocol, port) => {
    expect(allowed(from, to, protocol, port)).toBe(true);
  });

  test.each([
    ["pmcrm/migrate", "10.100.0.4", "TCP", 6378],
    ["pmcrm/migrate", "8.8.8.8", "TCP", 443],
    ["pmcrm/migrate", "pmcrm/internal", "TCP", 4000],
    ["pmcrm/backend", "10.100.0.3", "TCP", 3307],
    ["pmcrm/backend", "10.100.0.4", "TCP", 6379],
    ["pmcrm/backend", "10.100.0.3", "UDP", 5432],
    ["pmcrm/backend", "8.8.8.8", "TCP", 80],
    ["pmcrm/backend", "8.8.8.8", "UDP", 443],
    ["pmcrm/backend", "10.0.0.5", "TCP", 443],
    ["pmcrm/backend", "172.16.0.2", "TCP", 443],
    ["pmcrm/backend", "172.20.0.1", "TCP", 443],
    ["pmcrm/backend", "192.168.1.1", "TCP", 443],
    ["pmcrm/backend", "100.64.0.1", "TCP", 443],
    ["pmcrm/backend", "169.254.169.254", "TCP", 80],
    ["pmcrm/backend", "169.254.169.252", "TCP", 988],
    ["pmcrm/backend", "pmcrm/internal", "TCP", 4000],
    ["pmcrm/backend", "pmcrm/backend", "TCP", 3000],
    ["pmcrm/worker", "pmcrm/internal", "TCP", 9100],
    ["pmcrm/worker", "pmcrm/backend", "TCP", 3000],
    ["pmcrm/internal", "pmcrm/worker", "TCP", 4000],
    ["pmcrm/internal", "10.100.0.3", "TCP", 5432],
    ["35.191.0.1", "pmcrm/internal", "TCP", 4000],
    ["35.191.0.1", "pmcrm/backend", "TCP", 9464],
    ["203.0.113.9", "pmcrm/backend", "TCP", 3000],
    ["10.0.0.5", "pmcrm/backend", "TCP", 3000],
    ["other/stranger", "pmcrm/backend", "TCP", 3000],
    ["other/would-be-worker", "pmcrm/internal", "TCP", 4000],
    ["other/would-be-prometheus", "pmcrm/backend", "TCP", 9464],
    ["monitoring/prometheus", "pmcrm/backend", "TCP", 3000],
    ["monitoring/grafana", "pmcrm/backend", "TCP", 9464],
    ["monitoring/prometheus", "10.0.0.5", "TCP", 22],
    ["monitoring/prometheus", "10.0.0.5", "UDP", 10250],
    ["monitoring/grafana", "10.0.0.5", "TCP", 10250],
    ["monitoring/grafana", "8.8.8.8", "TCP", 443],
    ["pmcrm/backend", "monitoring/grafana", "TCP", 3000],
    ["172.16.0.2", "monitoring/grafana", "TCP", 3000],
    ["pmcrm/worker", "10.0.0.5", "UDP", 8126],
    ["pmcrm/worker", "10.0.0.5", "TCP", 8125],
    ["pmcrm/worker", "pmcrm/internal", "TCP", 8126],
    ["pmcrm/worker", "host-agents/datadog", "TCP", 443],
    ["pmcrm/migrate", "host-agents/datadog", "TCP", 8126],
    ["pmcrm/migrate", "10.0.0.5", "UDP", 8125],
    ["pmcrm/worker", "host-agents/stranger", "TCP", 8126],
    ["203.0.113.9", "host-agents/datadog", "TCP", 8126],
    ["host-agents/datadog", "pmcrm/backend", "TCP", 3000],
    ["host-agents/datadog", "10.100.0.3", "TCP", 5432],
    ["host-agents/datadog", "169.254.169.254", "TCP", 80],
    ["host-agents/stranger", "8.8.8.8", "TCP", 443],
  ] as const)("%s does not reach %s at %s %i", (from, to, protocol, port) => {
    expect(allowed(from, to, protocol, port)).toBe(false);
  });
});

test("a service without hosts and without clients is open to Prometheus alone", () => {
  const { production } = stacks(({ system, staging, production }) => {
    if (system.services.backend) system.services.backend.rateLimits = []; // they need a host
    staging.environment.services.backend = { replicas: { min: 1, max: 3 } };
    production.environment.services.backend = { replicas: { min: 2, max: 3 } };
  });
  const policies = new NetworkPolicies(production.json);
  expect([...differences(policies, production.expected)]).toEqual([]);
  const backend = production.world.pods.find(({ name }) => name === "backend") as Pod;
  const enters = (from: Endpoint) =>
    production.world.ports.some((port) => policies.between(from, backend)(port, "TCP").ingress);
  expect([...production.world.pods, ...production.world.addresses].filter(enters).map(nameOf)).toEqual([
    "monitoring/prometheus",
  ]);
});

test("a migration may connect to the internet", () => {
  const { production } = stacks(({ system }) => system.migrations?.migrate?.connects?.push("internet:443"));
  const policies = new NetworkPolicies(production.json);
  expect([...differences(policies, production.expected)]).toEqual([]);
  const migrate = production.world.pods.find(({ name }) => name === "migrate") as Pod;
  const to = (address: string) => policies.between(migrate, { address })(443, "TCP").egress;
  expect([to("8.8.8.8"), to("10.0.0.5")]).toEqual([true, false]);
});

test("names that run on into each other are still two policies' names", () => {
  expect(policyName("api", "to", "db-to-log")).not.toBe(policyName("api-to-db", "to", "log"));
});
