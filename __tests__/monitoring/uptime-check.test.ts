import { UptimeCheck } from "../../constructs/monitoring/uptime-check";
import { build, project, ref } from "../construct";

const synth = (trusted: boolean, serves: "service" | "bucket" = "service") =>
  build((stack) => {
    new UptimeCheck(stack, "uptime", {
      trusted,
      serves,
      project,
      name: "shop-test",
      host: "shop.example.com",
      path: "/health/ready",
      channel: "channels/1",
    });
  });
const { resource } = synth(true);
const check = resource("google_monitoring_uptime_check_config.uptime_check");
const policy = resource("google_monitoring_alert_policy.uptime_alert");
const threshold = policy.conditions[0].condition_threshold;

test("the host is asked every minute by HTTPS, and its certificate must be valid", () => {
  expect(check).toMatchObject({
    monitored_resource: { type: "uptime_url", labels: { project_id: "acme-test", host: "shop.example.com" } },
    http_check: { path: "/health/ready", port: 443, use_ssl: true, validate_ssl: true },
    period: "60s",
    timeout: "10s",
  });
});

test("it is asked from everywhere, and what fails is logged", () => {
  expect(check.selected_regions).toBeUndefined();
  expect(check.log_check_failures).toBe(true);
});

test("more than one region must fail for five minutes", () => {
  expect(policy).toMatchObject({ severity: "CRITICAL", notification_channels: ["channels/1"] });
  expect(threshold).toMatchObject({
    aggregations: [{ per_series_aligner: "ALIGN_NEXT_OLDER", cross_series_reducer: "REDUCE_COUNT_FALSE" }],
    comparison: "COMPARISON_GT",
    threshold_value: 1,
    duration: "300s",
  });
});

test("the policy refers to the check, so that Terraform makes it later and destroys it earlier", () => {
  const id = ref("google_monitoring_uptime_check_config.uptime_check.uptime_check_id");
  expect(threshold.filter).toContain(`metric.labels.check_id="${id}"`);
});

test("a check that is replaced goes when its policy has the new one: Google keeps one that is referred to", () => {
  expect(check.lifecycle).toEqual({ create_before_destroy: true });
});

test("a certificate that is not renewed fires an alert a week before it expires, unless no browser trusts it anyway", () => {
  const { conditions, severity } = resource("google_monitoring_alert_policy.uptime_certificate");
  const id = ref("google_monitoring_uptime_check_config.uptime_check.uptime_check_id");
  expect(severity).toBe("WARNING");
  // https://cloud.google.com/monitoring/api/metrics_gcp_i_o
  expect(conditions[0].condition_prometheus_query_language.query).toBe(
    `min({"monitoring.googleapis.com/uptime_check/time_until_ssl_cert_expires", "monitored_resource"="uptime_url", "check_id"="${id}"}) < 7`,
  );
  expect(synth(false).counts.google_monitoring_alert_policy).toBe(1);
});

test("the notification names host and page", () => {
  expect(policy.display_name).toBe("shop-test: shop.example.com is down");
  expect(policy.documentation.content).toContain("https://shop.example.com/health/ready");
});

test("whoever reads of a host that serves a bucket looks at the bucket, and at Certificate Manager", () => {
  const { resource: of } = synth(true, "bucket");
  const steps = (id: string) => of(`google_monitoring_alert_policy.uptime_${id}`).documentation.content;
  expect(steps("alert")).toContain("the bucket's IAM policy");
  expect(steps("alert")).not.toContain("pods");
  expect(steps("certificate")).toContain("gcloud certificate-manager certificates list");
});

test("it waits for the API and for nothing else", () => {
  expect(check.depends_on).toEqual(["api.monitoring"]);
  expect(policy.depends_on).toBeUndefined();
});
