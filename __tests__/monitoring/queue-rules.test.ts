import { queueRules } from "../../constructs/monitoring/queue-rules";
import { promtool, withPromtool } from "../promtool";

const worker = { name: "worker", namespace: "shop" };
const rules = queueRules(worker, { name: "default", longest: 80 });
const OF = '{job="annotated-pods",exported_namespace="shop",scaledObject="worker"}';
const LENGTH = `keda_scaler_metrics_value${OF}`;
const ERRORS = `keda_scaled_object_errors_total${OF}`;

/** Whether an alert fires after some minutes, with the queue's length and KEDA's errors minute by minute. */
const after = (minutes: number, alert: string, input: Readonly<Record<string, string>>, alerts: number) => ({
  interval: "1m",
  input_series: Object.entries(input).map(([series, values]) => ({ series, values })),
  promql_expr_test: [
    {
      expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
      eval_time: `${minutes}m`,
      exp_samples: [{ labels: "{}", value: alerts }],
    },
  ],
});

test("they are of the one service, and name it", () => {
  for (const { expr, labels } of rules.rules) {
    expect(expr).toContain(OF);
    expect(labels).toMatchObject({ namespace: "shop", service: "worker" });
  }
  expect(rules.rules.map((rule) => "alert" in rule && [rule.alert, rule.labels.severity])).toEqual([
    ["QueueNotRead", "critical"],
    ["QueueTooLong", "warning"],
  ]);
});

withPromtool("a queue that is not read is an alert, one error is none; one that stays too long is an alert", () => {
  const { ok, said } = promtool(
    ["test", "rules", "tests.json"],
    [rules],
    [
      after(40, "QueueNotRead", { [LENGTH]: "5x60", [ERRORS]: "0x60" }, 0),
      after(40, "QueueNotRead", { [LENGTH]: "5x60", [ERRORS]: "0x20 1x40" }, 0),
      after(40, "QueueNotRead", { [LENGTH]: "5x60", [ERRORS]: "0x20 1+4x40" }, 1),
      after(40, "QueueNotRead", {}, 1),
      after(60, "QueueTooLong", { [LENGTH]: "80x90" }, 0),
      after(60, "QueueTooLong", { [LENGTH]: "81x90" }, 1),
      after(60, "QueueTooLong", { [LENGTH]: "81x20 5x10 81x60" }, 0),
    ],
    "1m",
  );
  expect(said).toContain("SUCCESS");
  expect(ok).toBe(true);
});
