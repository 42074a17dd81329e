import { candidateRules } from "../../constructs/monitoring/candidate-rules";
import {
  errorRules,
  type MonitoredService,
  memoryRules,
  type RuleGroup,
  type ServiceLevel,
  serviceLevelRules,
} from "../../constructs/monitoring/service-level";
import { promtool, withPromtool } from "../promtool";

const backend: ServiceLevel = {
  name: "backend",
  namespace: "shop",
  metrics: { counter: "http_requests_total", statusLabel: "code", histogram: "http_request_duration_seconds" },
  objective: { availability: 99.9, latency: { percent: 99, seconds: 1 } },
};
const { latency: _, ...available } = backend.objective;
const thresholds = { errorPercent: 10, memoryPercent: 80 };
const alerting: MonitoredService = { ...backend, alerts: thresholds };
const groups = [...serviceLevelRules(backend), memoryRules(backend)];
const thresholdGroups = [...errorRules(alerting), memoryRules(alerting)];
const rules = [...groups, ...thresholdGroups].flatMap((group) => group.rules);
const alerts = rules.flatMap((rule) => ("alert" in rule ? [rule] : []));

const labels = 'job="annotated-pods",namespace="shop",service="backend",pod="backend-1"';
/**
 * Requests by the code that answered them, a value for each minute.
 * {@link https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/}
 */
const requests = (byCode: Record<string, string>) =>
  Object.entries(byCode).map(([code, values]) => ({ series: `http_requests_total{${labels},code="${code}"}`, values }));
/** Which alerts fire, by the minute: each as its name, severity and window. Values and evaluations are `interval` apart. */
function firing(
  groups: readonly RuleGroup[],
  input_series: readonly object[],
  expected: Readonly<Record<number, readonly string[]>>,
  interval = "1m",
): void {
  const promql_expr_test = Object.entries(expected).map(([minute, names]) => ({
    expr: 'count by (alertname, severity, window) (ALERTS{alertstate="firing"})',
    eval_time: `${minute}m`,
    exp_samples: names.map((name) => {
      const [alertname, severity, window] = name.split(" ");
      return {
        labels: `{alertname="${alertname}",severity="${severity}"${window ? `,window="${window}"` : ""}}`,
        value: 1,
      };
    }),
  }));
  const unit = { interval, input_series, promql_expr_test };
  const said = promtool(["test", "rules", "tests.json"], groups, [unit], interval);
  expect(said).toEqual({ ok: true, said: expect.any(String) });
}
const availability = serviceLevelRules({ ...backend, objective: available });

test("the ratio is recorded over every window that an alert looks at", () => {
  const recorded = rules.flatMap((rule) =>
    "record" in rule && rule.labels.objective === "latency" ? [rule.record] : [],
  );
  expect(recorded.filter((name) => name.includes(":ratio_"))).toEqual(
    ["5m", "30m", "1h", "2h", "6h", "1d", "3d"].map((window) => `service:bad_requests:ratio_rate${window}`),
  );
  for (const { expr } of alerts)
    for (const [name] of expr.matchAll(/service:bad_requests:\w+/g)) expect(recorded).toContain(name);
});

test("burn rates and windows are those of the SRE workbook", () => {
  const burn = alerts.filter(({ alert }) => alert === "ServiceAvailabilityBudgetBurn");
  expect(
    burn.map(({ expr, labels }) => [
      labels.severity,
      ...[...expr.matchAll(/ratio_rate(\w+)\{.*?> ([\d.]+) \* \(1 - ([\d.]+)/g)].flatMap((m) => m.slice(1)),
    ]),
  ).toEqual([
    ["critical", "1h", "14.4", "99.9", "5m", "14.4", "99.9"],
    ["critical", "6h", "6", "99.9", "30m", "6", "99.9"],
    ["warning", "1d", "3", "99.9", "2h", "3", "99.9"],
    ["warning", "3d", "1", "99.9", "6h", "1", "99.9"],
  ]);
});

test("every alert says what it is about, of which service and how bad it is", () => {
  for (const { alert, labels, annotations } of alerts) {
    expect([alert, labels.service]).toEqual([alert, "backend"]);
    expect(["critical", "warning"]).toContain(labels.severity);
    expect(annotations.summary).toContain("backend");
    expect(annotations.description?.length).toBeGreaterThan(30);
  }
  const identities = alerts.map(({ alert, labels }) => JSON.stringify([alert, labels]));
  expect(new Set(identities).size).toBe(identities.length);
});

test("a bucket is named as Prometheus 3 names it", () => {
  const bucket = (seconds: number) => {
    const objective = { availability: 99, latency: { percent: 95, seconds } };
    const all = JSON.stringify(serviceLevelRules({ ...backend, objective }));
    return new Set([...all.matchAll(/le=\\"(.*?)\\"/g)].map(([, le]) => le));
  };
  expect([1, 0.25, 10, 0.0001, 0.00005, 0.0000125, 1e-10].map(bucket)).toEqual(
    ["1.0", "0.25", "10.0", "0.0001", "5e-05", "1.25e-05", "1e-10"].map((le) => new Set([le])),
  );
});

const fast: ServiceLevel = {
  ...backend,
  objective: { availability: 99.9, latency: { percent: 95, seconds: 0.2 } },
};

test("the objective's own bucket is watched, not just the histogram", () => {
  const watched = serviceLevelRules(fast).flatMap(({ rules }) =>
    rules.flatMap((rule) => ("alert" in rule && rule.alert === "ServiceMetricsAbsent" ? [rule.expr] : [])),
  );
  const selector = 'job="annotated-pods",namespace="shop",service="backend"';
  expect(watched).toEqual([
    `absent(http_requests_total{${selector}})`,
    `absent(http_request_duration_seconds_bucket{${selector},le="0.2"})`,
  ]);
});

test("an objective for latency without a histogram is refused", () => {
  const metrics = { counter: "http_requests_total", statusLabel: "code" };
  expect(() => serviceLevelRules({ ...backend, metrics })).toThrow(
    "backend: an objective for latency requires a histogram",
  );
});

test("thresholds are shares; without them memory is reported at 90 %, and errors only as the budget goes", () => {
  const said = (groups: readonly RuleGroup[]) =>
    groups.flatMap(({ rules }) =>
      rules.map((rule) => ["alert" in rule && [rule.alert, rule.for], />\s([\d.]+)$/.exec(rule.expr)?.[1]]),
    );
  expect(said([...errorRules(alerting), memoryRules(alerting)])).toEqual([
    [["HighErrorRate", "5m"], "0.1"],
    [["HighMemoryUsage", "5m"], "0.8"],
  ]);
  expect(said([...errorRules(backend), memoryRules(backend)])).toEqual([[["ContainerMemoryNearLimit", "15m"], "0.9"]]);
  expect(errorRules({ ...alerting, metrics: undefined })).toEqual([]);
});

withPromtool("Prometheus reads the rules", () => {
  for (const file of [groups, thresholdGroups]) {
    const { ok, said } = promtool(["check", "rules", "--lint=all", "--lint-fatal", "rules.json"], file);
    expect([ok, said]).toEqual([true, expect.stringContaining("SUCCESS")]);
  }
});

for (const seconds of [60, 15])
  withPromtool(`a burst of errors pages, and the page ends soon after it: scraped every ${seconds} s`, () => {
    const each = 60 / seconds; // samples in a minute
    const burst = {
      200: `0+${600 / each}x${180 * each}`,
      503: `0x${60 * each} 0+${60 / each}x${20 * each} 1200x${100 * each}`,
    };
    firing(
      availability,
      requests(burst),
      {
        59: [],
        80: [
          "ServiceAvailabilityBudgetBurn critical 1h",
          "ServiceAvailabilityBudgetBurn critical 6h",
          "ServiceAvailabilityBudgetBurn warning 1d",
          "ServiceAvailabilityBudgetBurn warning 3d",
        ],
        95: [
          "ServiceAvailabilityBudgetBurn critical 6h",
          "ServiceAvailabilityBudgetBurn warning 1d",
          "ServiceAvailabilityBudgetBurn warning 3d",
        ],
        120: ["ServiceAvailabilityBudgetBurn warning 1d", "ServiceAvailabilityBudgetBurn warning 3d"],
      },
      `${seconds}s`,
    );
  });

withPromtool("twice the errors that the budget allows make a ticket, and no page", () => {
  firing(availability, requests({ 200: "0+998x180", 500: "0+2x180" }), {
    170: ["ServiceAvailabilityBudgetBurn warning 3d"],
  });
});

withPromtool("neither a service without errors nor one without traffic alerts", () => {
  firing(availability, requests({ 200: "0+600x180" }), { 5: [], 65: [], 175: [] });
  firing(availability, requests({ 200: "70x180", 500: "3x180" }), { 5: [], 65: [], 175: [] });
});

withPromtool("an objective that nothing is known of is reported after an hour", () => {
  firing(availability, [], { 59: [], 61: ["ServiceMetricsAbsent warning"] });
});

withPromtool("slow requests page like failed ones", () => {
  const histogram = (le: string) => `http_request_duration_seconds_bucket{${labels},le="${le}"}`;
  const series = [
    ...requests({ 200: "0+100x180" }),
    { series: histogram("1.0"), values: "0+100x60 6000+50x30 7500+100x90" },
    { series: histogram("+Inf"), values: "0+100x180" },
    { series: `http_request_duration_seconds_count{${labels}}`, values: "0+100x180" },
  ];
  const fires = ["1h critical", "6h critical", "1d warning", "3d warning"].map((alert) => {
    const [window, severity] = alert.split(" ");
    return `ServiceLatencyBudgetBurn ${severity} ${window}`;
  });
  firing(serviceLevelRules(backend), series, { 59: [], 89: fires, 105: fires.slice(1) });
});

withPromtool("a container that stays close to its memory limit is reported, one that touches it is not", () => {
  const container = 'namespace="shop",container="backend",pod="backend-1"';
  const series = (values: string) => [
    {
      series: `container_memory_working_set_bytes{${container},id="/a",job="kubelet",service="prometheus-kubelet"}`,
      values,
    },
    { series: `kube_pod_container_resource_limits{${container},resource="memory",unit="byte"}`, values: "1000x60" },
    { series: `kube_pod_container_resource_limits{${container},resource="cpu",unit="core"}`, values: "1x60" },
  ];
  firing([memoryRules(backend)], series("500x10 950x40"), { 20: [], 30: ["ContainerMemoryNearLimit warning"] });
  firing([memoryRules(backend)], series("500x10 950x10 500x30"), { 20: [], 30: [], 40: [] });
});

/** Requests to two endpoints: each is its own series, and only together they have a ratio. */
const byEndpoint = (values: Record<string, string>) =>
  Object.entries(values).map(([key, values]) => {
    const [endpoint, code] = key.split(" ");
    return { series: `http_requests_total{${labels},method="GET",endpoint="${endpoint}",code="${code}"}`, values };
  });
const errors = errorRules(alerting);

withPromtool("a share of errors above the threshold is reported after five minutes, until it is below", () => {
  const burst = { "/a 200": "0+60x120", "/b 200": "0+20x120", "/b 503": "_x30 0+20x20 400x70" }; // a fifth of them
  firing(errors, byEndpoint(burst), { 29: [], 34: [], 45: ["HighErrorRate warning"], 60: [], 110: [] });
});

withPromtool("errors are measured against all requests: one bad endpoint among good ones is no alert", () => {
  firing(errors, byEndpoint({ "/a 200": "0+950x60", "/b 500": "0+50x60" }), { 30: [], 59: [] });
  firing(errors, byEndpoint({ "/a 200": "0+850x60", "/b 500": "0+150x60" }), { 30: ["HighErrorRate warning"] });
});

withPromtool("a service without errors, without requests or without series has no share of them", () => {
  firing(errors, byEndpoint({ "/a 200": "0+60x60" }), { 30: [], 59: [] });
  firing(errors, byEndpoint({ "/a 200": "70x60", "/a 500": "30x60" }), { 30: [], 59: [] });
  firing(errors, [], { 30: [] });
});

withPromtool("nothing but errors is reported, and another service's are not", () => {
  firing(errors, byEndpoint({ "/a 500": "0+1x60" }), { 30: ["HighErrorRate warning"] });
  const other = byEndpoint({ "/a 500": "0+60x60" }).map(({ series, values }) => ({
    series: series.replace('service="backend"', 'service="other"'),
    values,
  }));
  firing(errors, [...other, ...byEndpoint({ "/a 200": "0+60x60" })], { 30: [] });
});

describe("a candidate", () => {
  const rules = candidateRules({ ...backend, candidate: true });
  /** Requests by release and code. */
  const byRelease = (values: Record<string, string>) =>
    Object.entries(values).map(([key, values]) => {
      const [release, code] = key.split(" ");
      const track = release === "candidate" ? ',track="candidate"' : "";
      return { series: `http_requests_total{${labels}${track},code="${code}"}`, values };
    });
  const ALERT = "CandidateFailsMoreOften critical";

  test("has an alert if the service counts requests and can have one", () => {
    expect(rules.flatMap((group) => group.rules)).toHaveLength(1);
    expect(candidateRules(backend)).toEqual([]);
    expect(candidateRules({ name: "worker", namespace: "shop", candidate: true })).toEqual([]);
  });

  withPromtool("that fails more often than the stable release is reported, however small its share is", () => {
    const good = { "stable 200": "0+990x60", "stable 500": "0+10x60", "candidate 200": "0+90x60" };
    firing(rules, byRelease(good), { 30: [], 59: [] });
    firing(rules, byRelease({ ...good, "candidate 500": "0+1x60" }), { 30: [], 59: [] }); // as often
    firing(rules, byRelease({ ...good, "candidate 500": "0+10x60" }), { 30: [ALERT], 59: [ALERT] });
    firing(rules, byRelease({ "stable 200": "0+990x60", "candidate 500": "0+1x60" }), { 30: [ALERT] });
  });

  withPromtool("is compared only while both releases have requests", () => {
    firing(rules, byRelease({ "stable 200": "0+990x60" }), { 30: [] });
    firing(rules, byRelease({ "stable 200": "990x60", "candidate 500": "0+10x60" }), { 30: [] });
    firing(rules, byRelease({ "stable 200": "0+990x60", "candidate 200": "10x60", "candidate 500": "10x60" }), {
      30: [],
    });
  });
});

withPromtool("a histogram without the objective's bucket is reported, and has no ratio to alert on", () => {
  const buckets = ["0.1", "0.25", "0.5", "+Inf"]; // the defaults of a library know no 0.2
  const histogram = (les: readonly string[]) => [
    ...les.map((le) => ({ series: `http_request_duration_seconds_bucket{${labels},le="${le}"}`, values: "0+100x120" })),
    { series: `http_request_duration_seconds_count{${labels}}`, values: "0+100x120" },
  ];
  const series = (les: readonly string[]) => [...requests({ 200: "0+100x120" }), ...histogram(les)];
  firing(serviceLevelRules(fast), series(buckets), {
    59: [],
    61: ["ServiceMetricsAbsent warning"],
    119: ["ServiceMetricsAbsent warning"],
  });
  firing(serviceLevelRules(fast), series([...buckets, "0.2"]), { 61: [], 119: [] });
});

withPromtool("memory above the threshold is reported once, by one alert", () => {
  const container = 'namespace="shop",container="backend",pod="backend-1"';
  const series = (used: string) => [
    { series: `container_memory_working_set_bytes{${container},id="/a",job="kubelet"}`, values: used },
    { series: `kube_pod_container_resource_limits{${container},resource="memory",unit="byte"}`, values: "1000x60" },
  ];
  const rules = [memoryRules(alerting)];
  firing(rules, series("500x10 850x40"), { 14: [], 20: ["HighMemoryUsage warning"] });
  firing(rules, series("500x10 950x40"), { 40: ["HighMemoryUsage warning"] });
  firing(rules, series("750x50"), { 40: [] });
});
