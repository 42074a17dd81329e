import { series } from "../../constructs/monitoring/alert-policy";
import { CloudMonitoring, type CloudMonitoringProps } from "../../constructs/monitoring/cloud-monitoring";
import { build, platform, ref } from "../construct";
import { promtool, withoutPromtool } from "../promtool";
import type { Json } from "../support";

const INSTANCE = "projects/acme-test/locations/europe-west1/instances/shop-test";
const synth = (props: Partial<CloudMonitoringProps> = {}) =>
  build((stack) => {
    new CloudMonitoring(stack, "watch", {
      platform,
      email: "ops@example.com",
      hosts: {
        "shop.example.com": { path: "/ready", trusted: true, serves: "service" },
        "api.example.com": { path: "/health", trusted: true, serves: "service" },
        "static.example.com": { path: "/health.txt", trusted: true, serves: "bucket" },
      },
      database: { instance: "shop-test", diskLimitGb: 500, maxConnections: 400, replica: "shop-test-replica" },
      cache: { instance: INSTANCE },
      nodePools: { app: { min: 1, max: 3 }, monitoring: { min: 1, max: 1 } },
      ...props,
    });
  });
const { resource, json } = synth();
const POLICY = "google_monitoring_alert_policy";
const policiesOf = (built = json): Record<string, Json> => built.resource[POLICY] ?? {};

test("the address is notified of everything", () => {
  expect(resource("google_monitoring_notification_channel.watch_email")).toMatchObject({
    type: "email",
    labels: { email_address: "ops@example.com" },
    depends_on: ["api.monitoring"],
  });
  for (const policy of Object.values(policiesOf()))
    expect(policy.notification_channels).toEqual([ref("google_monitoring_notification_channel.watch_email.name")]);
});

test("each alert says whose it is, what to look at, and is no other's namesake", () => {
  const policies = Object.values(policiesOf());
  expect(new Set(policies.map((p) => p.display_name)).size).toBe(policies.length);
  for (const { display_name, documentation } of policies) {
    expect(display_name).toMatch(/^shop-test: /);
    expect(documentation.content).toMatch(/\n1\. .+\n2\. /);
  }
});

test("each host has a check of its own, so that one that goes takes nothing else along", () => {
  for (const [host, page] of Object.entries({ shop: "/ready", api: "/health", static: "/health.txt" })) {
    const id = `watch_uptime-${host}_example_com`;
    expect(resource(`google_monitoring_uptime_check_config.${id}_check`).http_check.path).toBe(page);
    expect(resource(`${POLICY}.${id}_alert`).display_name).toBe(`shop-test: ${host}.example.com is down`);
  }
});

test("only what is down is critical", () => {
  const critical = Object.entries(policiesOf()).filter(([, { severity }]) => severity === "CRITICAL");
  expect(critical.map(([id]) => id).sort()).toEqual([
    "watch_database-down",
    "watch_uptime-api_example_com_alert",
    "watch_uptime-shop_example_com_alert",
    "watch_uptime-static_example_com_alert",
  ]);
});

test("a pool of a fixed size is always at its maximum, and no news", () => {
  expect(Object.keys(policiesOf()).filter((id) => id.includes("pool"))).toEqual(["watch_pool-app"]);
});

test("what there is not is not watched", () => {
  const { counts } = synth({ hosts: {}, database: undefined, cache: undefined, nodePools: {} });
  expect(counts).toEqual({ google_monitoring_notification_channel: 1 });
});

test("a reference to an instance makes its alerts wait for it", () => {
  const token = ref("google_sql_database_instance.database.name");
  const built = synth({ database: { instance: token, diskLimitGb: 500, maxConnections: 400 } });
  const [condition] = built.resource(`${POLICY}.watch_database-cpu`).conditions;
  expect(condition.condition_prometheus_query_language.query).toContain(`"database_id"="acme-test:${token}"`);
});

// ---- what fires, as Prometheus evaluates it
/** Whether a policy has an open incident after so many minutes of these series, which have a sample a minute. */
function fires(policy: string, input: Readonly<Record<string, string>>, minutes: number): boolean {
  const rules = (policiesOf()[`watch_${policy}`] as Json).conditions.map(
    ({ condition_prometheus_query_language: condition }: Json) => ({
      alert: "Alert",
      expr: condition.query,
      for: condition.duration,
    }),
  );
  const outcome = (firing: number) => {
    const expected = {
      expr: 'count(ALERTS{alertstate="firing"}) or vector(0)',
      eval_time: `${minutes}m`,
      exp_samples: [{ labels: "{}", value: firing }],
    };
    const input_series = Object.entries(input).map(([name, values]) => ({ series: name, values }));
    const unit = { interval: "1m", input_series, promql_expr_test: [expected] };
    return promtool(["test", "rules", "tests.json"], [{ name: "group", rules }], [unit]);
  };
  if (outcome(1).ok) return true;
  const { ok, said } = outcome(0);
  if (!ok) throw new Error(said);
  return false;
}

const sql = (metric: string, labels = {}) =>
  series(`cloudsql.googleapis.com/database/${metric}`, "cloudsql_database", {
    database_id: "acme-test:shop-test",
    ...labels,
  });
const copy = (metric: string) => sql(metric, { database_id: "acme-test:shop-test-replica" });
const redis = (metric: string, node: string) =>
  series(`redis.googleapis.com/stats/memory/${metric}`, "redis_instance", { instance_id: INSTANCE, node_id: node });
const nodes = (pool: string, count: number, labels = {}) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      series("kubernetes.io/node/cpu/total_cores", "k8s_node", {
        cluster_name: "shop-test",
        node_name: `${pool}-${i}`,
        "metadata_user_cloud.google.com/gke-nodepool": pool,
        ...labels,
      }),
      "4x60",
    ]),
  );
const GIB = 2 ** 30;

describe(`what fires${withoutPromtool ? ` (SKIPPED: ${withoutPromtool})` : ""}`, () => {
  (withoutPromtool ? test.skip.each : test.each)<[string, string, Record<string, string>, boolean]>([
    ["a database that is up", "database-down", { [sql("up")]: "1x60" }, false],
    ["a database that is down", "database-down", { [sql("up")]: "1x15 0x15" }, true],
    ["a failover of two minutes", "database-down", { [sql("up")]: "1x25 0 0 1x15" }, false],
    ["a database that falls silent", "database-down", { [sql("up")]: "1x5 _x55" }, true],
    [
      "another instance that is down",
      "database-down",
      { [sql("up")]: "1x60", [sql("up", { database_id: "acme-test:other" })]: "0x60" },
      false,
    ],
    ["a disk with room to grow", "database-disk", { [sql("disk/bytes_used")]: `${390 * GIB}x60` }, false],
    ["a disk near its limit", "database-disk", { [sql("disk/bytes_used")]: `${410 * GIB}x60` }, true],
    [
      "a replica that keeps up",
      "database-replica",
      { [copy("replication/replica_lag")]: "2x60", [copy("up")]: "1x60" },
      false,
    ],
    [
      "a replica an hour behind",
      "database-replica",
      { [copy("replication/replica_lag")]: "3600x60", [copy("up")]: "1x60" },
      true,
    ],
    ["a replica that falls silent", "database-replica", { [copy("up")]: "1x5 _x55" }, true],
    ["busy CPUs", "database-cpu", { [sql("cpu/utilization")]: "0.9x60" }, true],
    ["CPUs that were busy for ten minutes", "database-cpu", { [sql("cpu/utilization")]: "0.1x20 0.9x10" }, false],
    [
      "connections of all databases together",
      "database-connections",
      {
        [sql("postgresql/num_backends", { database: "shop" })]: "200x60",
        [sql("postgresql/num_backends", { database: "postgres" })]: "130x60",
      },
      true,
    ],
    [
      "connections to spare",
      "database-connections",
      { [sql("postgresql/num_backends", { database: "shop" })]: "310x60" },
      false,
    ],
    [
      "a replica that is fuller than its primary",
      "cache-memory",
      { [redis("usage_ratio", "node-0")]: "0.5x60", [redis("usage_ratio", "node-1")]: "0.9x60" },
      true,
    ],
    ["memory of the system", "cache-memory", { [redis("system_memory_usage_ratio", "node-0")]: "0.9x60" }, true],
    ["a cache with room", "cache-memory", { [redis("usage_ratio", "node-0")]: "0.7x60" }, false],
    ["a pool with all of its nodes", "pool-app", nodes("app", 3), true],
    ["a pool that can grow", "pool-app", nodes("app", 2), false],
    ["nodes of another pool", "pool-app", { ...nodes("app", 2), ...nodes("workers", 3) }, false],
    ["nodes of another cluster", "pool-app", { ...nodes("app", 2), ...nodes("app", 3, { cluster_name: "x" }) }, false],
  ])("%s: %s", (_, policy, input, firing) => {
    expect(fires(policy, input, 30)).toBe(firing);
  });
});
