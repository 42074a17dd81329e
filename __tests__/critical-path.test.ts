import { NEEDS } from "../rehearsal/edges";
import { type Graph, graphOf } from "../rehearsal/graph";
import { scheduleOf } from "../rehearsal/schedule";
import { TIMES } from "../rehearsal/times";
import { references } from "./graph";
import { type Stack, synth } from "./support";

const { staging, production } = synth();

/** What a stack's resources wait for, what is in the cluster for the cluster too: its provider is made of it. */
function graph(stack: Stack): Graph {
  const found = references(stack);
  for (const [address, waits] of found)
    if (/^(kubernetes|helm)_/.test(address)) waits.add("google_container_cluster.cluster");
  return found;
}

const DATABASE = [
  "google_project_service.project_compute",
  "google_compute_network.network",
  "google_compute_global_address.network_datastore-range",
  "google_service_networking_connection.network_private-services",
  "google_sql_database_instance.database",
];

describe.each([
  ["staging", staging],
  ["production", production],
] as const)("%s", (_name, stack) => {
  const schedule = scheduleOf(graph(stack));

  test("the slowest chain is the database, its users, the migration and a rollout", () => {
    const { addresses } = schedule.cluster.criticalPath;
    expect(addresses.slice(0, DATABASE.length)).toEqual(DATABASE);
    expect(addresses.slice(DATABASE.length)).toEqual([
      expect.stringMatching(/^google_sql_(database\.database|user\.database_administrator)$/),
      "google_sql_provision_script.database_script",
      "google_sql_user.database_users_1",
      "kubernetes_job_v1.workload_migrate_migration_job",
      ...(addresses.at(-2)?.startsWith("kubernetes_horizontal") ? [expect.stringContaining("autoscaler")] : []),
      expect.stringMatching(/^helm_release\.workload_(backend|worker)_workload_deployment$/),
    ]);
  });

  test("the critical path is at most 1.05 times the lower bound", () => {
    for (const { criticalPath, lowerBound } of [schedule.all, schedule.cluster])
      expect(criticalPath.minutes / lowerBound.minutes).toBeLessThanOrEqual(1.05);
  });

  test("monitoring and network policies exist before the services", () => {
    const ends = new Map(schedule.bars.map((bar) => [bar.address, bar.to]));
    const services = schedule.cluster.criticalPath.minutes;
    const late = [...ends]
      .filter(([a]) => /monitoring|binary-authorization|audit-log|security-policy|host-agents|datadog/.test(a))
      .filter(([, to]) => to >= services)
      .map(([address]) => address)
      // They name the instances that they watch.
      .filter((a) => !/^google_monitoring_alert_policy\.monitoring_cloud_(database|cache)/.test(a));
    expect(late).toEqual([]);
  });
});

test("the replica waits for its primary alone", () => {
  const { bars } = scheduleOf(graph(production));
  const bar = (name: string) => bars.find((b) => b.address === `google_sql_database_instance.${name}`);
  expect(bar("database_replica")?.from).toBe(bar("database")?.to);
});

describe("the model", () => {
  const of = (edges: Record<string, readonly string[]>) =>
    scheduleOf(new Map(Object.entries(edges).map(([address, waits]) => [address, new Set(waits)])));
  const CLUSTER = "google_container_cluster.c";

  test("a wait that no service imposes makes the critical path longer than the lower bound", () => {
    const { all } = of({
      [CLUSTER]: ["google_redis_instance.r"],
      "google_redis_instance.r": [],
      "google_container_node_pool.p": [CLUSTER],
    });
    expect(all.criticalPath).toEqual({
      minutes: 16,
      addresses: ["google_redis_instance.r", CLUSTER, "google_container_node_pool.p"],
    });
    expect(all.lowerBound).toEqual({ minutes: 10, addresses: [CLUSTER, "google_container_node_pool.p"] });
  });

  test("a wait that a service imposes counts through other resources too", () => {
    const { all } = of({
      "google_container_node_pool.p": ["random_id.x"],
      "random_id.x": [CLUSTER],
      [CLUSTER]: [],
    });
    expect(all.lowerBound.minutes).toBe(10);
  });

  test("ten resources are created at a time", () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`google_redis_instance.r${i}`, []]));
    expect(of(many).all.criticalPath.minutes).toBe(12);
    expect(of(many).all.lowerBound.minutes).toBe(6);
  });

  test("resources that wait for each other are an error", () => {
    expect(() => of({ "a.a": ["b.b"], "b.b": ["a.a"] })).toThrow("a.a, b.b wait for each other");
  });

  test("every duration and every edge has a source", () => {
    const pages = [...Object.values(TIMES), ...Object.values(NEEDS).flat()].map(({ source }) => source);
    expect(pages.filter((page) => !/^https:\/\/[\w.]+\/\S+$/.test(page))).toEqual([]);
  });
});

test("the graph is Terraform's own, without what is no resource", () => {
  const graph = graphOf(`digraph {
    "[root] google_a.a" -> "[root] provider[\\"registry.terraform.io/hashicorp/google\\"]"
    "[root] google_b.b (expand)" -> "[root] google_a.a"
    "[root] kubernetes_c.c" -> "[root] provider[\\"registry.terraform.io/hashicorp/kubernetes\\"]"
    "[root] provider[\\"registry.terraform.io/hashicorp/kubernetes\\"]" -> "[root] ephemeral.x.token (expand)"
    "[root] provider[\\"registry.terraform.io/hashicorp/kubernetes\\"]" -> "[root] google_b.b"
    "[root] ephemeral.x.token (close)" -> "[root] kubernetes_c.c"
    "[root] output.o" -> "[root] kubernetes_c.c"
  }`);
  expect(graph).toEqual(
    new Map([
      ["google_a.a", new Set()],
      ["google_b.b", new Set(["google_a.a"])],
      ["kubernetes_c.c", new Set(["ephemeral.x.token", "google_b.b"])],
      ["ephemeral.x.token", new Set()],
    ]),
  );
});
