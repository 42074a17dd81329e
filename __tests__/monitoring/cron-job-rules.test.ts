import { cronJobRules } from "../../constructs/monitoring/cron-job-rules";
import { promtool, withPromtool } from "../promtool";

const rules = cronJobRules({ namespace: "datastores", name: "dump", seconds: 26 * 3600 });
const LABELS = 'namespace="datastores",cronjob="dump"';

/** What alerts after some hours, with series by their values five minutes apart. */
const after = (hours: number, series: Readonly<Record<string, string>>, alerts: number) => ({
  interval: "5m",
  input_series: Object.entries(series).map(([metric, values]) => ({ series: `${metric}{${LABELS}}`, values })),
  promql_expr_test: [
    {
      expr: 'count(ALERTS{alertname="CronJobNotSucceeded",alertstate="firing"}) or vector(0)',
      eval_time: `${hours}h`,
      exp_samples: [{ labels: "{}", value: alerts }],
    },
  ],
});

test("it is of the one CronJob, and names it", () => {
  const [rule] = rules.rules;
  expect(rule?.expr.match(/\{[^}]+\}/g)).toEqual(Array(2).fill('{namespace="datastores",cronjob="dump"}'));
  expect(rule).toMatchObject({ labels: { severity: "critical", namespace: "datastores", cronjob: "dump" } });
});

withPromtool("one that succeeds every night is no alert; one that has stopped to, or never has, is", () => {
  const created = { kube_cronjob_created: "0x960" };
  const last = (values: string) => ({ ...created, kube_cronjob_status_last_successful_time: values });
  const { ok, said } = promtool(
    ["test", "rules", "tests.json"],
    [rules],
    [
      after(25, created, 0), // new, and its first night has not been
      after(28, created, 1),
      after(70, last("7200x276 93600x288 180000x360"), 0),
      after(70, last("7200x276 93600x720"), 1),
    ],
    "5m",
  );
  expect(said).toContain("SUCCESS");
  expect(ok).toBe(true);
});
