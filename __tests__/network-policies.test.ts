import {
  type Endpoint,
  isPod,
  NetworkPolicies,
  type Pod,
  type Protocol,
  readTerraform,
} from "@slipway/network-policy-evaluator";
import { everyStack } from "../commands/every-stack";
import { policyName } from "../constructs/kubernetes/network-policy";
import { addBackground } from "./background";
import { type Anything, BITNAMI, gateway, production } from "./bad-inputs/support";
import { addBuckets } from "./buckets";
import { withCandidate } from "./candidate/support";
import {
  declaredPods,
  differences,
  everyJudged,
  type Judged,
  nameOf,
  podsOf,
  stacks,
  withInternalService,
} from "./network-world";
import { ROOT } from "./support";

const extended = stacks((files) => {
  withInternalService(files);
  addBackground(files);
});
/** The same behind a Gateway, with a control plane that was created with its own range. */
const ownRange = stacks((files) => {
  withInternalService(files);
  production((e) => (e.edge = gateway))(files);
  files.production.environment.network.controlPlane = "172.16.0.0/28";
});
/** With buckets that a service, its candidate, a worker and a task use. */
const storing = stacks(withCandidate(10, addBuckets));
/** With a worker that is scaled by a queue, in Redis in the cluster, and in one of somebody else's. */
const queued = stacks(({ system, staging, production }) => {
  const { worker }: Anything = system.services;
  worker.autoscale = { queue: { name: "default", length: 20 } };
  for (const { environment } of [staging, production]) environment.services.worker = { replicas: { min: 2, max: 4 } };
  system.database.connectionsPerPod = 2; // staging's database is small
  system.cache = { minimum: "REDIS_7_0" };
  staging.environment.cache = { kind: "external", version: "REDIS_7_2", host: "redis.pmcrm.io", port: 6380 };
  production.environment.cache = { ...BITNAMI, kind: "bitnami", version: "REDIS_8_2" };
  production.environment.bitnami = { images: "docker.io/bitnamilegacy", pool: "app" };
  production.environment.network.controlPlane = "172.16.0.0/28";
});
const asWritten = new Map<string, Judged>();
beforeAll(async () => {
  for (const [name, stack] of await everyJudged()) asWritten.set(name, stack);
});

describe.each<[string, () => Judged]>([
  ...everyStack(ROOT).map(({ name }): [string, () => Judged] => [name, () => asWritten.get(name) as Judged]),
  ["pmcrm.staging with an internal service and background work", () => extended.staging],
  ["pmcrm.production with an internal service and background work", () => extended.production],
  ["pmcrm.production behind a Gateway, with a range for the control plane", () => ownRange.production],
  ["pmcrm.production with buckets and a candidate", () => storing.production],
  ["pmcrm.staging with a queue in somebody else's Redis", () => queued.staging],
  ["pmcrm.production with a queue in the cluster's Redis", () => queued.production],
])("%s", (_name, stack) => {
  test("the stack creates the pods that the files declare", () => {
    expect(podsOf(stack().json).map(nameOf).sort()).toEqual(declaredPods(stack().world).sort());
  });

  test("the policies allow exactly the declared connections", () => {
    expect([...differences(new NetworkPolicies(readTerraform(stack().json)), stack().expected)]).toEqual([]);
  });
});

describe("pmcrm.production with an internal service, example by example", () => {
  const { json, world } = extended.production;
  const policies = new NetworkPolicies(readTerraform(json));
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
    ["monitoring/kube-state-metrics", "10.0.0.2", "TCP", 443],
    ["kube-system/konnectivity-agent", "monitoring/kube-prometheus-stack-prometheus-operator", "TCP", 10250],
    ["pmcrm/worker", "10.0.0.5", "TCP", 8126],
    ["pmcrm/worker", "10.0.0.5", "UDP", 8125],
    ["pmcrm/worker", "host-agents/datadog", "TCP", 8126],
    ["pmcrm/worker", "host-agents/datadog", "UDP", 8125],
    ["host-agents/datadog", "8.8.8.8", "TCP", 443],
    ["host-agents/datadog", "10.0.0.5", "TCP", 10250],
    ["host-agents/datadog", "10.0.0.2", "TCP", 443],
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
    ["pmcrm/backend", "10.0.0.2", "TCP", 443],
    ["monitoring/kube-state-metrics", "172.16.0.2", "TCP", 443],
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
    ["10.0.0.2", "monitoring/grafana", "TCP", 3000],
    ["10.0.0.2", "monitoring/kube-prometheus-stack-prometheus-operator", "TCP", 10250],
    ["172.16.0.2", "monitoring/kube-prometheus-stack-prometheus-operator", "TCP", 10250],
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

describe("enterprise, with datastores and ingress in the cluster, example by example", () => {
  /** Whether the policies allow a connection, written as `from -> to: protocol port`. */
  const isAllowed = (stack: string, connection: string) => {
    const { json, world } = asWritten.get(stack) as Judged;
    const [, from = "", to = "", protocol, port] = /^(.+) -> (.+): (TCP|UDP) (\d+)$/.exec(connection) ?? [];
    const [a, b] = [from, to].map((name): Endpoint => {
      const pod = world.pods.find((p) => nameOf(p) === name);
      if (!pod && name.includes("/")) throw new Error(`no ${name}`);
      return pod ?? { address: name };
    }) as [Endpoint, Endpoint];
    const { egress, ingress } = new NetworkPolicies(readTerraform(json)).between(a, b)(
      Number(port),
      protocol as Protocol,
    );
    return egress && ingress;
  };
  const CONNECTIONS: readonly (readonly [string, boolean])[] = [
    ["enterprise-system/sales-api -> datastores/postgresql: TCP 5432", true],
    ["enterprise-system/sales-api -> datastores/redis: TCP 6379", true],
    ["enterprise-system/sales-api -> datastores/elasticsearch: TCP 9200", true],
    ["enterprise-system/sales-api -> datastores/postgresql: TCP 9187", false],
    ["enterprise-system/sales-api -> enterprise-system/hr-api: TCP 8000", false],
    ["enterprise-system/sales-api -> 8.8.8.8: TCP 443", false],
    ["enterprise-system/frontend -> datastores/postgresql: TCP 5432", false],
    ["enterprise-system/acme-solver -> datastores/redis: TCP 6379", false],
    ["other/would-be-sales-api -> datastores/postgresql: TCP 5432", false],
    ["datastores/redis -> datastores/postgresql: TCP 5432", false],
    ["datastores/postgresql -> 8.8.8.8: TCP 443", false],
    ["datastores/elasticsearch-exporter -> datastores/elasticsearch: TCP 9200", true],
    ["datastores/postgresql-backup -> datastores/postgresql: TCP 5432", true],
    ["datastores/postgresql-backup -> 8.8.8.8: TCP 443", true],
    ["datastores/postgresql-backup -> 169.254.169.254: TCP 80", true],
    ["datastores/postgresql-backup -> datastores/redis: TCP 6379", false],
    ["datastores/postgresql-backup -> 10.0.0.5: TCP 443", false],
    ["datastores/postgresql-restore -> datastores/postgresql: TCP 5432", true],
    ["datastores/redis -> 169.254.169.254: TCP 80", false],
    ["datastores/redis -> kube-system/kube-dns: UDP 53", true],
    ["monitoring/prometheus -> datastores/postgresql: TCP 9187", true],
    ["monitoring/prometheus -> datastores/redis: TCP 9121", true],
    ["monitoring/prometheus -> datastores/elasticsearch-exporter: TCP 9114", true],
    ["monitoring/prometheus -> datastores/postgresql: TCP 5432", false],
    ["monitoring/prometheus -> traefik/traefik: TCP 9100", true],
    ["monitoring/prometheus -> cert-manager/webhook: TCP 9402", true],
    ["203.0.113.9 -> traefik/traefik: TCP 8443", true],
    ["203.0.113.9 -> traefik/traefik: TCP 9100", false],
    ["203.0.113.9 -> enterprise-system/sales-api: TCP 8000", false],
    ["35.191.0.1 -> enterprise-system/sales-api: TCP 8000", false],
    ["traefik/traefik -> enterprise-system/sales-api: TCP 8000", true],
    ["traefik/traefik -> enterprise-system/frontend: TCP 8080", true],
    ["traefik/traefik -> enterprise-system/frontend: TCP 8000", false],
    ["traefik/traefik -> enterprise-system/acme-solver: TCP 8089", true],
    ["traefik/traefik -> datastores/postgresql: TCP 5432", false],
    ["traefik/traefik -> 8.8.8.8: TCP 443", false],
    ["other/would-be-traefik -> enterprise-system/sales-api: TCP 8000", false],
    ["cert-manager/cert-manager -> 8.8.8.8: TCP 443", true],
    ["cert-manager/cert-manager -> traefik/traefik: TCP 8000", true],
    ["cert-manager/cert-manager -> traefik/traefik: TCP 8443", false],
    ["cert-manager/cainjector -> 8.8.8.8: TCP 443", false],
    ["kube-system/konnectivity-agent -> cert-manager/webhook: TCP 10250", true],
    ["kube-system/konnectivity-agent -> cert-manager/cert-manager: TCP 10250", false],
    ["monitoring/prometheus -> cert-manager/webhook: TCP 10250", false],
  ];
  test.each(["enterprise.staging", "enterprise.production"])(
    "%s allows these connections and denies those",
    (stack) => {
      expect(CONNECTIONS.map(([connection]) => [connection, isAllowed(stack, connection)])).toEqual(CONNECTIONS);
    },
  );

  test.each([
    ["enterprise.staging", "10.48.0.2", "10.32.0.2", false],
    ["enterprise.production", "10.32.0.2", "10.48.0.2", true],
  ])(
    "%s allows connections to its own control plane only, and to nodes and alert receivers only if it has them",
    (stack, own, not, nodes) => {
      for (const from of ["traefik/traefik", "cert-manager/cainjector"])
        expect([own, not].map((to) => isAllowed(stack, `${from} -> ${to}: TCP 443`))).toEqual([true, false]);
      expect(isAllowed(stack, "kube-system/konnectivity-agent -> cert-manager/webhook: TCP 10250")).toBe(true);
      expect([own, not].map((from) => isAllowed(stack, `${from} -> cert-manager/webhook: TCP 10250`))).toEqual([
        false,
        false,
      ]);
      for (const port of [9100, 10250])
        expect(isAllowed(stack, `monitoring/prometheus -> 10.0.0.5: TCP ${port}`)).toBe(nodes);
      expect(isAllowed(stack, "monitoring/alertmanager -> 8.8.8.8: TCP 443")).toBe(nodes); // only production has a receiver
    },
  );
});

describe("KEDA, example by example", () => {
  const { json, world } = queued.production;
  const policies = new NetworkPolicies(readTerraform(json));
  const endpoint = (name: string): Endpoint => world.pods.find((pod) => nameOf(pod) === name) ?? { address: name };

  test.each([
    ["keda/keda-operator", "datastores/redis", 6379, true],
    ["keda/keda-operator", "datastores/redis", 9121, false],
    ["keda/keda-operator-metrics-apiserver", "datastores/redis", 6379, false],
    ["keda/stranger", "datastores/redis", 6379, false],
    ["keda/keda-operator-metrics-apiserver", "keda/keda-operator", 9666, true],
    ["keda/keda-operator", "keda/keda-operator-metrics-apiserver", 10250, false],
    ["pmcrm/worker", "keda/keda-operator", 9666, false],
    ["kube-system/konnectivity-agent", "keda/keda-operator-metrics-apiserver", 10250, true],
    ["172.16.0.2", "keda/keda-operator-metrics-apiserver", 10250, true],
    ["kube-system/konnectivity-agent", "keda/keda-operator", 9666, false],
    ["keda/keda-operator", "10.0.0.2", 443, true],
    ["keda/keda-operator-metrics-apiserver", "10.0.0.2", 443, true],
    ["keda/keda-operator", "8.8.8.8", 443, false],
    ["keda/keda-operator", "pmcrm/worker", 8080, false],
    ["monitoring/prometheus", "keda/keda-operator", 8080, true],
    ["monitoring/prometheus", "keda/keda-operator", 9666, false],
  ] as const)("whether %s reaches %s at %i is %s", (from, to, port, is) => {
    const { egress, ingress } = policies.between(endpoint(from), endpoint(to))(port, "TCP");
    expect(egress && ingress).toBe(is);
  });
});

test("a service without hosts and clients accepts connections from Prometheus only", () => {
  const { production } = stacks(({ system, staging, production }) => {
    if (system.services.backend) system.services.backend.rateLimits = []; // they need a host
    staging.environment.services.backend = { replicas: { min: 1, max: 3 } };
    production.environment.services.backend = { replicas: { min: 2, max: 3 } };
  });
  const policies = new NetworkPolicies(readTerraform(production.json));
  expect([...differences(policies, production.expected)]).toEqual([]);
  const backend = production.world.pods.find(({ name }) => name === "backend") as Pod;
  const enters = (from: Endpoint) =>
    production.world.ports.some((port) => policies.between(from, backend)(port, "TCP").ingress);
  expect([...production.world.pods, ...production.world.addresses].filter(enters).map(nameOf)).toEqual([
    "monitoring/prometheus",
  ]);
});

test("a task can connect to the internet", () => {
  const { production } = stacks(({ system }) => system.tasks?.migrate?.connects?.push("internet:443"));
  const policies = new NetworkPolicies(readTerraform(production.json));
  expect([...differences(policies, production.expected)]).toEqual([]);
  const migrate = production.world.pods.find(({ name }) => name === "migrate") as Pod;
  const to = (address: string) => policies.between(migrate, { address })(443, "TCP").egress;
  expect([to("8.8.8.8"), to("10.0.0.5")]).toEqual([true, false]);
});

test("two policies never share a name, even if their parts join to the same text", () => {
  expect(policyName("api", "to", "db-to-log")).not.toBe(policyName("api-to-db", "to", "log"));
});
