import {
  type Judged,
  type Measured,
  measured,
  queriesOf,
  together,
  type Verdict,
  verdictOn,
} from "../../commands/releases/analysis";
import { SCRAPE_JOB } from "../../constructs/monitoring/scraping";
import type { MonitoredService } from "../../constructs/monitoring/service-level";
import { promtool, withPromtool } from "../promtool";

const metrics = { counter: "http_requests_total", statusLabel: "code", histogram: "http_request_duration_seconds" };
const web: MonitoredService = { name: "web", namespace: "shop", metrics, candidate: true };
const plain: MonitoredService = { ...web, metrics: { counter: metrics.counter, statusLabel: "code" } };

const GOOD: Measured = { requests: 1000, failed: 0.002, latency: 0.2 };
const judge = (candidate: Measured, stable: Measured = {}, service = web) =>
  measured({ service, candidate: { ...GOOD, ...candidate }, stable: { ...GOOD, ...stable } }, 100);

test("a candidate that does as well as the stable release passes, with the figures", () => {
  expect(judge({ requests: 240 })).toEqual({
    verdict: "pass",
    why: "web: 240 requests, 0.2 % fail, 0.20 s (stable: 1000 requests, 0.2 % fail, 0.20 s)",
  });
  expect(judge({ failed: 0 }, { failed: 0 }, plain).verdict).toBe("pass");
});

test.each<[string, Measured, Measured, Verdict, string]>([
  ["fails more often", { failed: 0.03 }, {}, "fail", "3.0 % of the candidate's requests fail, and 0.2 % of the stable"],
  ["is slower", { latency: 0.5 }, {}, "fail", "95 % of the candidate's requests take up to 0.50 s, and of the stable"],
  ["fails as often as a stable release that is bad", { failed: 0.3 }, { failed: 0.3 }, "pass", "30.0 % fail"],
  ["fails a little more often", { failed: 0.011 }, {}, "pass", "1.1 % fail"],
  ["is a little slower", { latency: 0.29 }, {}, "pass", "0.29 s"],
  ["takes a few milliseconds, and the stable release fewer", { latency: 0.008 }, { latency: 0.002 }, "pass", "0.01 s"],
  ["has few requests, and one fails", { requests: 110, failed: 1 / 50 }, {}, "not-enough", "which can be chance"],
  [
    "has too few requests",
    { requests: 99.4 },
    {},
    "not-enough",
    "the candidate has had 99 of 100 requests in 5 minutes",
  ],
  [
    "has too few requests, and all fail",
    { requests: 20, failed: 1 },
    {},
    "fail",
    "100.0 % of the candidate's requests",
  ],
  ["has too few requests for a latency", { requests: 60, latency: 9 }, {}, "not-enough", "which can be chance"],
  ["is beside a stable release with few requests", {}, { requests: 12 }, "not-enough", "the stable release has had 12"],
  ["fails beside one with few requests", { failed: 1 }, { requests: 12 }, "not-enough", "which can be chance"],
])("a candidate that %s: %j beside %j is %s", (_what, candidate, stable, verdict, why) => {
  expect(judge(candidate, stable)).toEqual({ verdict, why: expect.stringContaining(why) });
});

test.each(["requests", "failed", "latency"] as const)("%s without a number never passes", (metric) => {
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY])
    for (const [candidate, stable] of [
      [{ [metric]: value }, {}],
      [{}, { [metric]: value }],
      [{ [metric]: value }, { [metric]: value }],
    ])
      expect(judge(candidate as Measured, stable).verdict).toBe("not-enough");
});

test("a latency is wanted only of a service with a histogram", () => {
  const { latency: _, ...without } = GOOD;
  expect(measured({ service: plain, candidate: without, stable: without }, 100).verdict).toBe("pass");
  expect(measured({ service: web, candidate: without, stable: without }, 100)).toEqual({
    verdict: "not-enough",
    why: "web: Prometheus has no value for the latency of both releases",
  });
  expect(measured({ service: { ...web, metrics: undefined }, candidate: {}, stable: {} }, 1).verdict).toBe(
    "not-enough",
  );
});

const said = (verdict: Verdict): Judged => ({ verdict, why: verdict });

test("several services do as badly as the worst of them", () => {
  expect(together([said("pass"), said("not-enough")])).toEqual(said("not-enough"));
  expect(together([said("not-enough"), said("fail"), said("pass")])).toEqual(said("fail"));
  expect(together([said("pass"), said("pass")])).toEqual({ verdict: "pass", why: "pass; pass" });
});

test.each<[string, number, Verdict]>([
  ["", 0, "not-enough"],
  ["pp", 0, "not-enough"],
  ["ppp", 0, "pass"],
  ["npppn", 0, "not-enough"],
  ["ppnp", 0, "not-enough"],
  ["nnnnn", 0, "not-enough"],
  ["f", 0, "fail"],
  ["ppfpp", 1, "not-enough"],
  ["ppfppp", 1, "pass"],
  ["fppf", 1, "fail"],
])("a step with the measurements %j and %i failures allowed: %s", (letters, failures, verdict) => {
  const words = { p: "pass", f: "fail", n: "not-enough" } as const;
  const all = [...letters].map((it) => said(words[it as keyof typeof words]));
  expect(verdictOn(all, { requests: 1, successes: 3, failures })).toBe(verdict);
});

test("each release is asked about by its label", () => {
  const [candidate, stable] = (["candidate", "stable"] as const).map((track) => Object.values(queriesOf(web, track)));
  expect([candidate?.length, stable?.length]).toEqual([3, 3]);
  for (const query of candidate ?? []) expect(query).toContain('service="web",track="candidate"');
  for (const query of stable ?? []) expect(query).toContain('service="web",track=""');
  expect(JSON.stringify([candidate, stable])).not.toContain("$");
});

withPromtool("Prometheus computes the answers: requests in five minutes, their share that fails, their latency", () => {
  const labels = `job="${SCRAPE_JOB}",namespace="shop",service="web"`;
  const counted = (track: string, code: string, values: string) => ({
    series: `http_requests_total{${labels}${track},code="${code}"}`,
    values,
  });
  const track = ',track="candidate"';
  const bucket = (le: string, values: string) => ({
    series: `http_request_duration_seconds_bucket{${labels}${track},le="${le}"}`,
    values,
  });
  const input_series = [
    counted("", "200", "0+60x30"),
    counted(track, "200", "0+45x30"),
    counted(track, "500", "0+15x30"),
    bucket("1.0", "0+60x30"),
    bucket("+Inf", "0+60x30"),
  ];
  const value = (expr: string | undefined, value?: number) => ({
    expr,
    eval_time: "20m",
    exp_samples: value === undefined ? [] : [{ labels: "{}", value }],
  });
  const [candidate, stable] = (["candidate", "stable"] as const).map((it) => queriesOf(web, it));
  const promql_expr_test = [
    value(candidate?.requests, 300),
    value(candidate?.failed, 0.25),
    value(candidate?.latency, 0.95),
    value(stable?.requests, 300),
    value(stable?.failed, 0),
    value(stable?.latency),
  ];
  const { ok, said } = promtool(
    ["test", "rules", "tests.json"],
    [],
    [{ interval: "1m", input_series, promql_expr_test }],
  );
  expect([ok, said]).toEqual([true, expect.stringContaining("SUCCESS")]);
});
