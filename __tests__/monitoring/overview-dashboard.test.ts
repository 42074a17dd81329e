import { overviewDashboard } from "../../constructs/monitoring/overview-dashboard";
import type { MonitoredService } from "../../constructs/monitoring/service-level";
import type { Json } from "../support";

const service = (name: string, more: Partial<MonitoredService> = {}): MonitoredService => ({
  name,
  namespace: "shop",
  metrics: { counter: "http_requests_total", statusLabel: "status", histogram: "http_request_duration_seconds" },
  ...more,
});
const figures = { "Customers Created (24h)": "customers_created_total", "Orders (24h)": "orders_created_total" };
const make = (services: readonly MonitoredService[] = [service("sales"), service("finance")]): Json =>
  overviewDashboard({ title: "Shop Overview", system: "shop", services, figures });
const overview = make();
const queries = (title: string, { panels }: Json = overview): Record<string, string> =>
  Object.fromEntries(
    panels.find((p: Json) => p.title === title).targets.map((t: Json) => [t.legendFormat, t.expr.replace(/\s+/g, "")]),
  );
const selector = (name: string) => `{job="annotated-pods",namespace="shop",service="${name}"`;

test("four panels of kinds that Grafana still has, side by side, two in a row", () => {
  expect(overview).toMatchObject({ title: "Shop Overview", uid: "overview-shop", tags: ["shop"] });
  expect(overview.panels.map(({ id, title, type, gridPos: { x, y } }: Json) => [id, title, type, x, y])).toEqual([
    [1, "API Request Rate", "timeseries", 0, 0],
    [2, "Error Rate", "timeseries", 12, 0],
    [3, "Response Time", "timeseries", 0, 9],
    [4, "Business Metrics", "stat", 12, 9],
  ]);
  for (const panel of overview.panels)
    for (const { datasource } of [panel, ...panel.targets])
      expect(datasource).toEqual({ type: "prometheus", uid: "prometheus" });
});

test("every service has its line, of all its pods and endpoints together", () => {
  const rate = (name: string, more = "") => `sum(rate(http_requests_total${selector(name)}${more}}[$__rate_interval]))`;
  expect(queries("API Request Rate")).toEqual({ sales: rate("sales"), finance: rate("finance") });
  const failed = (name: string) => `(${rate(name, ',status=~"5.."')}or0*${rate(name)})/(${rate(name)}>0)`;
  expect(queries("Error Rate")).toEqual({ sales: failed("sales"), finance: failed("finance") });
  const p95 = (name: string) =>
    `histogram_quantile(0.95,sumby(le)(rate(http_request_duration_seconds_bucket${selector(name)}}[$__rate_interval])))`;
  expect(queries("Response Time")).toEqual({ sales: p95("sales"), finance: p95("finance") });
});

test("a service has the lines that its metrics allow", () => {
  const some = make([
    service("sales"),
    service("plain", { metrics: { counter: "requests_total", statusLabel: "code" } }),
    service("worker", { metrics: undefined }),
  ]);
  const shown = (title: string) => Object.keys(queries(title, some));
  expect([shown("API Request Rate"), shown("Error Rate"), shown("Response Time")]).toEqual([
    ["sales", "plain"],
    ["sales", "plain"],
    ["sales"],
  ]);
});

test("figures are what a day added, by their legends, in whole numbers", () => {
  const { fieldConfig, options, targets } = overview.panels[3];
  expect(queries("Business Metrics")).toEqual({
    "Customers Created (24h)": 'sum(increase(customers_created_total{job="annotated-pods",namespace=~"shop"}[24h]))',
    "Orders (24h)": 'sum(increase(orders_created_total{job="annotated-pods",namespace=~"shop"}[24h]))',
  });
  expect(fieldConfig.defaults).toMatchObject({ unit: "locale", decimals: 0 });
  expect(fieldConfig.defaults.thresholds.steps).toEqual([{ color: "green", value: null }]);
  expect(options.textMode).toBe("value_and_name"); // a single one too
  for (const target of targets) expect(target.instant).toBe(true);
});

test("services of several namespaces are all counted", () => {
  const two = make([service("sales"), service("finance", { namespace: "books" }), service("hr")]);
  for (const expr of Object.values(queries("Business Metrics", two))) expect(expr).toContain('namespace=~"shop|books"');
});

test("it holds nothing that Terraform would take for an expression", () => {
  expect(JSON.stringify(overview)).not.toMatch(/[$%]\{/);
});
