import { recordedOnly, scheduleOf } from "@slipway/rehearsal";
import { waitsOf } from "./graph";
import { synth } from "./support";

const { staging, production } = synth();

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
  const schedule = scheduleOf(waitsOf(stack), recordedOnly(stack.json));

  test("the slowest chain is the database, its users, the task and a rollout", () => {
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
      // These name the instances that they watch.
      .filter((a) => !/^google_monitoring_alert_policy\.monitoring_cloud_(database|cache)/.test(a));
    expect(late).toEqual([]);
  });
});

test("the replica waits for its primary alone", () => {
  const { bars } = scheduleOf(waitsOf(production), recordedOnly(production.json));
  const bar = (name: string) => bars.find((b) => b.address === `google_sql_database_instance.${name}`);
  expect(bar("database_replica")?.from).toBe(bar("database")?.to);
});
