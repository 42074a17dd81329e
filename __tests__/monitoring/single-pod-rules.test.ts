import { dashboard } from "../../constructs/monitoring/dashboard";
import { singlePodRules } from "../../constructs/monitoring/single-pod-rules";
import { promtool, withPromtool } from "../promtool";
import type { Json } from "../support";

const beat = { name: "beat", namespace: "shop", single: true };
const rules = singlePodRules(beat);
const READY = 'kube_statefulset_status_replicas_ready{namespace="shop",statefulset="beat"}';

/** Whether an alert fires after some minutes, with the number of ready pods minute by minute. */
const after = (minutes: number, values: string | undefined, alerts: number) => ({
  interval: "1m",
  input_series: values === undefined ? [] : [{ series: READY, values }],
  promql_expr_test: [
    {
      expr: 'count(ALERTS{alertname="SingleServiceNotRunning",alertstate="firing"}) or vector(0)',
      eval_time: `${minutes}m`,
      exp_samples: [{ labels: "{}", value: alerts }],
    },
  ],
});

test("it is of the one service, and names it", () => {
  const [rule] = rules.rules;
  expect(rule?.expr).toContain(READY);
  expect(rule).toMatchObject({ labels: { severity: "critical", namespace: "shop", service: "beat" } });
});

test("the dashboard shows the StatefulSet's pods", () => {
  const { panels }: Json = dashboard({ system: "shop", services: [beat], cadvisor: true });
  const exprs = panels.flatMap(({ targets = [] }: Json) => targets.map(({ expr }: Json) => expr)).join();
  expect(exprs).toContain('kube_statefulset_replicas{namespace="shop",statefulset="beat"}');
  expect(exprs).toContain('kube_statefulset_status_replicas_available{namespace="shop",statefulset="beat"}');
  expect(exprs).not.toContain("kube_deployment");
});

withPromtool("a rollout is no alert; a pod that does not come back is, and so is a StatefulSet that is gone", () => {
  const { ok, said } = promtool(
    ["test", "rules", "tests.json"],
    [rules],
    [after(30, "1x10 0x3 1x30", 0), after(30, "1x10 0x30", 1), after(30, undefined, 1)],
    "1m",
  );
  expect(said).toContain("SUCCESS");
  expect(ok).toBe(true);
});
