import { dashboard } from "../../constructs/monitoring/dashboard";
import { type MonitoredService, serviceLevelRules } from "../../constructs/monitoring/service-level";
import type { Json } from "../support";

const backend = {
  name: "backend",
  namespace: "shop",
  metrics: { counter: "http_requests_total", statusLabel: "code", histogram: "http_request_duration_seconds" },
  objective: { availability: 99.9, latency: { percent: 99, seconds: 0.5 } },
};
const worker: MonitoredService = { name: "worker", namespace: "shop" };
const make = (cadvisor = true, services: readonly MonitoredService[] = [backend, worker]): Json =>
  dashboard({ system: "shop", services, cadvisor });
const { panels } = make();
const titled = (title: string, all: Json[] = panels) => all.find((panel) => panel.title === title);
const exprs = (all: Json[]): string[] => all.flatMap(({ targets = [] }) => targets.map((t: Json) => t.expr));

/** What kube-state-metrics and cAdvisor count, and the dashboard shows. */
const CLUSTER_METRICS = [
  "container_cpu_usage_seconds_total",
  "container_memory_working_set_bytes",
  "kube_deployment_spec_replicas",
  "kube_deployment_status_replicas_available",
  "kube_pod_container_resource_limits",
  "kube_pod_container_resource_requests",
  "kube_pod_container_status_restarts_total",
];

test("every metric is recorded by a rule, counted by the service or by the cluster", () => {
  const recorded = serviceLevelRules(backend).flatMap(({ rules }) =>
    rules.flatMap((r) => ("record" in r ? [r.record] : [])),
  );
  const { counter, histogram } = backend.metrics;
  const known = new Set([...recorded, ...CLUSTER_METRICS, counter, `${histogram}_bucket`]);
  const shown = new Set(
    exprs(panels).flatMap((expr) => [...expr.matchAll(/([a-z_:][\w:]*)\{/g)].map(([, name]) => name)),
  );
  expect(shown.size).toBeGreaterThan(CLUSTER_METRICS.length);
  expect([...shown].filter((name) => !known.has(name as string))).toEqual([]);
  expect(CLUSTER_METRICS.filter((name) => !shown.has(name))).toEqual([]);
});

test("a service that counts no requests has the panels of its pods only", () => {
  const of = (services: readonly MonitoredService[]) => make(true, services).panels.map((p: Json) => p.title);
  const resources = ["Replicas", "Restarts", "CPU of each pod", "Memory of each pod"];
  expect(of([worker])).toEqual(["worker", ...resources]);
  expect(of([backend])).toEqual([
    "backend",
    "Requests",
    "Requests that fail",
    "Latency",
    "Error budget left",
    ...resources,
  ]);
  const { objective: _, ...aimless } = backend;
  expect(of([aimless])).not.toContain("Error budget left");
});

test("a service that can have a candidate has panels that compare its releases, whose other panels cover both", () => {
  const { panels } = make(true, [{ ...backend, candidate: true }]);
  const queries = (title: string) => titled(title, panels).targets.map((t: Json) => [t.legendFormat, t.expr]);
  for (const title of ["Requests by release", "Requests that fail, by release", "Latency by release"]) {
    const [[stable, one], [candidate, other]] = queries(title);
    expect([stable, candidate]).toEqual(["stable", "candidate"]);
    expect(one).toContain('service="backend",track=""');
    expect(other).toBe(one.replaceAll('track=""', 'track="candidate"'));
  }
  expect(queries("Replicas").map(([legend]: [string]) => legend)).toEqual([
    "wanted",
    "available",
    "candidate wanted",
    "candidate available",
  ]);
  expect(queries("Replicas")[2][1]).toContain('deployment="backend-candidate"');
  for (const title of ["Requests", "Requests that fail", "Latency", "Memory of each pod"])
    expect(titled(title, panels)).toMatchObject({ targets: titled(title).targets });
});

test("on Autopilot nothing asks for cAdvisor's metrics", () => {
  expect(exprs(panels).join()).toContain("container_");
  expect(exprs(make(false).panels).join()).not.toMatch(/\bcontainer_\w+\{/);
});

test("objectives are drawn as lines, and the budget left is measured against them", () => {
  const line = (title: string) => {
    const { custom, thresholds } = titled(title).fieldConfig.defaults;
    return [custom.thresholdsStyle.mode, thresholds.steps.at(-1).value];
  };
  expect([line("Requests that fail"), line("Latency")]).toEqual([
    ["line", 0.001],
    ["line", 0.5],
  ]);
  expect(line("Requests")[0]).toBe("off");
  const budget = titled("Error budget left");
  expect([budget.type, budget.targets.map((t: Json) => t.legendFormat)]).toEqual(["stat", ["availability", "latency"]]);
  expect(exprs([budget]).map((expr) => /\/ \(1 - ([\d.]+) \/ 100\)$/.exec(expr)?.[1])).toEqual(["99.9", "99"]);
});

test("panels ask the provisioned datasource, have ids of their own and do not overlap", () => {
  for (const panel of panels.filter((p: Json) => p.type !== "row")) {
    expect(["timeseries", "stat"]).toContain(panel.type);
    for (const { datasource } of [panel, ...panel.targets])
      expect(datasource).toEqual({ type: "prometheus", uid: "prometheus" });
  }
  expect(new Set(panels.map((p: Json) => p.id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }: Json) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)}/${y + Math.floor(i / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
});

test("its address stays what it is, and Grafana takes it", () => {
  expect(make().uid).toBe("services-shop");
  expect(make(false, [worker]).uid).toBe("services-shop");
  expect(dashboard({ system: "s".repeat(60), services: [], cadvisor: true }).uid).toMatch(/^[\w-]{1,40}$/);
});

test("it holds nothing that Terraform would take for an expression", () => {
  expect(JSON.stringify(make())).not.toMatch(/[$%]\{/);
});
