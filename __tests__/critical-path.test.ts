import { references } from "./graph";
import { synth } from "./support";

/** Minutes that Google Cloud and the cluster typically take; what is not here takes seconds. */
const MINUTES: Readonly<Record<string, number>> = {
  google_container_cluster: 7,
  google_container_node_pool: 3,
  google_project_service: 0.5,
  google_redis_instance: 6,
  google_service_networking_connection: 1.5,
  google_sql_database_instance: 12,
  helm_release: 1.5,
  kubernetes_job_v1: 1,
};
const SECONDS = 0.1;
/** With an empty copy of nothing: the least that Google takes. */
const REPLICA = 10;

const { staging, production } = synth();

/** The chain of resources that ends last, and the minute in which each of a stack's resources is there. */
function schedule(stack: typeof production) {
  const graph = references(stack);
  const ends = new Map<string, number>();
  const end = (address: string): number => {
    const known = ends.get(address);
    if (known !== undefined) return known;
    const begins = Math.max(0, ...[...(graph.get(address) ?? [])].map(end));
    const own = address.endsWith("_replica") ? REPLICA : (MINUTES[address.split(".")[0] as string] ?? SECONDS);
    ends.set(address, begins + own);
    return begins + own;
  };
  for (const address of graph.keys()) end(address);
  const slowest = (of: Iterable<string>) => [...of].sort((a, b) => end(b) - end(a))[0];
  const path: string[] = [];
  for (
    let next = slowest([...graph.keys()].filter((a) => !a.includes("replica")));
    next;
    next = slowest(graph.get(next) ?? [])
  )
    path.unshift(next);
  return { path, minute: (address: string) => Math.round(10 * end(address)) / 10 };
}

const DATABASE = [
  "google_project_service.project_compute",
  "google_compute_network.network",
  "google_compute_global_address.network_datastore-range",
  "google_service_networking_connection.network_private-services",
  "google_sql_database_instance.database",
];

test.each([
  ["staging", staging],
  ["production", production],
] as const)("%s: the slowest chain is the database, its users, the migration and a rollout", (_name, stack) => {
  const { path } = schedule(stack);
  expect(path.slice(0, DATABASE.length)).toEqual(DATABASE);
  expect(path.slice(DATABASE.length)).toEqual([
    expect.stringMatching(/^google_sql_(database\.database|user\.database_administrator)$/),
    "google_sql_provision_script.database_script",
    "google_sql_user.database_users_1",
    "kubernetes_job_v1.workload_migrate_migration_job",
    expect.stringMatching(/^helm_release\.workload_(backend_web-service|worker)_workload_deployment$/),
    ...(path.at(-1)?.startsWith("kubernetes_horizontal") ? [expect.stringContaining("autoscaler")] : []),
  ]);
});

test("what watches and guards is there before the services are", () => {
  const { path, minute } = schedule(production);
  const services = minute(path.at(-1) as string);
  const late = production.resources
    .map(([address]) => address)
    .filter((a) => /monitoring|binary-authorization|audit-log|security-policy|host-agents|datadog/.test(a))
    .filter((a) => minute(a) >= services)
    // They name the instances that they watch.
    .filter((a) => !/^google_monitoring_alert_policy\.monitoring_cloud_(database|cache)/.test(a));
  expect(late).toEqual([]);
});

test("the replica waits for its primary alone", () => {
  const { minute } = schedule(production);
  expect(minute("google_sql_database_instance.database_replica")).toBe(
    minute("google_sql_database_instance.database") + REPLICA,
  );
});
