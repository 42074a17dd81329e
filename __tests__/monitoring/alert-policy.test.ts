import { alertPolicy, promql, series } from "../../constructs/monitoring/alert-policy";
import { build, project } from "../construct";

const policy = build((stack) => {
  alertPolicy(stack, "alert", {
    project,
    name: "shop-test: the disk fills up",
    severity: "WARNING",
    documentation: "1. What grew?",
    channel: "channels/1",
    conditions: [promql("Above 80 %", "a > 0.8", 15), promql("Gone", "absent(a)", 5)],
  });
}).resource("google_monitoring_alert_policy.alert");

test("a policy notifies the channel, says what to look at and closes incidents that get no data", () => {
  expect(policy).toMatchObject({
    display_name: "shop-test: the disk fills up",
    severity: "WARNING",
    documentation: { content: "1. What grew?", mime_type: "text/markdown" },
    notification_channels: ["channels/1"],
    alert_strategy: { auto_close: "86400s" },
  });
});

test("each condition alone opens an incident", () => {
  expect(policy.combiner).toBe("OR");
  expect(policy.conditions).toHaveLength(2);
});

test("a query holds for whole minutes, about a metric that need not exist yet", () => {
  expect(policy.conditions[0].condition_prometheus_query_language).toEqual({
    query: "a > 0.8",
    duration: "900s",
    evaluation_interval: "60s",
    disable_metric_validation: true,
  });
});

test("a selector has the names that Google's lists have, and quotes them", () => {
  expect(series("kubernetes.io/node/cpu/total_cores", "k8s_node", { "metadata_user_a.b/c": "app" })).toBe(
    '{"kubernetes.io/node/cpu/total_cores", "monitored_resource"="k8s_node", "metadata_user_a.b/c"="app"}',
  );
});
