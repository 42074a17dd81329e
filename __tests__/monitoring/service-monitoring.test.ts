import { spawnSync } from "node:child_process";
import path from "node:path";
import { dashboard } from "../../constructs/monitoring/dashboard";
import { overviewDashboard } from "../../constructs/monitoring/overview-dashboard";
import { errorRules, memoryRules, serviceLevelRules } from "../../constructs/monitoring/service-level";
import { ServiceMonitoring, type ServiceMonitoringProps } from "../../constructs/monitoring/service-monitoring";
import { at, build, namespace, values } from "../construct";
import { ROOT } from "../support";

const backend = {
  name: "backend",
  namespace: "shop",
  metrics: { counter: "http_requests_total", statusLabel: "code" },
  objective: { availability: 99.5 },
};
const worker = { name: "worker", namespace: "shop" };
const synth = (props: Partial<ServiceMonitoringProps> = {}) =>
  build((stack) => {
    new ServiceMonitoring(stack, "watch", {
      namespace,
      definitions: at("definitions"),
      system: "shop",
      services: [backend, worker],
      autopilot: false,
      ...props,
    });
  });
const { resource, counts } = synth();
const RULES = "helm_release.watch_rules";
const DASHBOARD = "kubernetes_config_map_v1.watch_dashboard_config-map";
const groups = [...serviceLevelRules(backend), memoryRules(backend), memoryRules(worker)];

test("the rules are one object, which waits for its definition and for nothing else", () => {
  expect(counts).toEqual({ helm_release: 1, kubernetes_config_map_v1: 1 });
  expect(resource(RULES).depends_on).toEqual(["definitions"]);
  const { objects } = values(resource(RULES));
  expect(objects).toHaveLength(1);
  expect(objects[0]).toMatchObject({ kind: "PrometheusRule", metadata: { namespace: "shop" }, spec: { groups } });
});

test("the dashboard is where Grafana's sidecar looks for it", () => {
  const { metadata, data } = resource(DASHBOARD);
  expect(metadata).toMatchObject({ namespace: "shop", labels: { grafana_dashboard: "1" } });
  const [[file, text]] = Object.entries<string>(data) as [[string, string]];
  expect(file).toMatch(/\.json$/);
  expect(JSON.parse(text)).toEqual(
    JSON.parse(JSON.stringify(dashboard({ system: "shop", services: [backend, worker], cadvisor: true }))),
  );
});

test("an overview is a second dashboard, beside the first", () => {
  const overview = { title: "Shop", figures: { "Orders (24h)": "orders_created_total" } };
  const both = synth({ overview });
  expect(both.counts).toEqual({ helm_release: 1, kubernetes_config_map_v1: 2 });
  expect(both.resource(DASHBOARD)).toEqual(resource(DASHBOARD));
  const { metadata, data } = both.resource("kubernetes_config_map_v1.watch_overview_config-map");
  expect(metadata).toEqual({ ...resource(DASHBOARD).metadata, name: "shop-overview-dashboard" });
  const [[file, text]] = Object.entries<string>(data) as [[string, string]];
  expect(Object.keys(resource(DASHBOARD).data)).not.toContain(file); // the sidecar puts them all into one folder
  expect(JSON.parse(text)).toEqual(
    JSON.parse(JSON.stringify(overviewDashboard({ system: "shop", services: [backend, worker], ...overview }))),
  );
  expect(text).not.toMatch(/[$%]\{/);
});

test("thresholds add the service's alerts, on Autopilot those that can be measured there", () => {
  const alerting = { ...backend, alerts: { errorPercent: 10, memoryPercent: 80 } };
  const alerts = (autopilot: boolean) =>
    values(synth({ services: [alerting], autopilot }).resource(RULES)).objects[0].spec.groups;
  const always = [...serviceLevelRules(alerting), ...errorRules(alerting)];
  expect(alerts(true)).toEqual(always);
  expect(alerts(false)).toEqual([...always, memoryRules(alerting)]);
});

test("Autopilot has no rule on cAdvisor's metrics, and no release without rules", () => {
  const autopilot = synth({ autopilot: true });
  expect(values(autopilot.resource(RULES)).objects[0].spec.groups).toEqual(serviceLevelRules(backend));
  expect(autopilot.resource(DASHBOARD).data).not.toEqual(resource(DASHBOARD).data);
  expect(synth({ autopilot: true, services: [worker] }).counts).toEqual({ kubernetes_config_map_v1: 1 });
});

test("Terraform finds nothing to fill in", () => {
  for (const text of [resource(RULES).values[0], ...Object.values<string>(resource(DASHBOARD).data)])
    expect(text).not.toMatch(/[$%]\{/);
});

const helm = spawnSync("helm", ["version"]).status === 0 ? test : test.skip;
helm("Helm prints the rules as they are, templates of alerts and all (needs helm on PATH)", () => {
  const { stdout } = spawnSync("helm", ["template", "rules", path.join(ROOT, "charts/objects"), "--values=-"], {
    encoding: "utf8",
    input: resource(RULES).values[0],
  });
  const printed = JSON.parse(stdout.split("\n").find((line) => line.startsWith("{")) ?? "");
  expect(printed.spec.groups).toEqual(groups);
  expect(JSON.stringify(printed)).toContain("{{ $value | humanizePercentage }}");
});
