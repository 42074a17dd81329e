import type { Body } from "../src/body";
import { errorOf, serviceOf } from "./support";

const REST = "https://cloud.google.com/monitoring/api/ref_v3/rest/v3";
const CHANNELS = "projects/p/notificationChannels";
const CHECKS = "projects/p/uptimeCheckConfigs";
const POLICIES = "projects/p/alertPolicies";

const channel = (over: Body = {}): Body => ({
  displayName: "on call",
  type: "email",
  labels: { email_address: "a@example.com" },
  ...over,
});

const check = (over: Body = {}): Body => ({
  displayName: "the page",
  monitoredResource: { type: "uptime_url", labels: { host: "example.com" } },
  httpCheck: { path: "ready", useSsl: true, validateSsl: true },
  period: "60s",
  timeout: "10s",
  ...over,
});

const promql = (over: Body = {}): Body => ({
  displayName: "is not up",
  conditionPrometheusQueryLanguage: { query: 'up{job="a"} < 1', duration: "300s", evaluationInterval: "60s", ...over },
});

const threshold = (over: Body = {}): Body => ({
  displayName: "fails",
  conditionThreshold: {
    filter: 'metric.type="monitoring.googleapis.com/uptime_check/check_passed" AND resource.type="uptime_url"',
    comparison: "COMPARISON_GT",
    thresholdValue: 1,
    duration: "300s",
    ...over,
  },
});

const absent = (over: Body = {}): Body => {
  const { filter } = threshold().conditionThreshold;
  return { displayName: "reports nothing", conditionAbsent: { filter, duration: "120s", ...over } };
};

const policy = (over: Body = {}): Body => ({
  displayName: "the page is down",
  combiner: "OR",
  severity: "CRITICAL",
  conditions: [promql()],
  ...over,
});

const withCondition = (condition: Body): Body => policy({ conditions: [condition] });
const withAggregation = (aggregation: Body): Body => withCondition(threshold({ aggregations: [aggregation] }));

describe("what is refused", () => {
  test.each<[string, Body, string]>([
    ["no type", channel({ type: undefined }), "400 Request was missing field notification_channel.type"],
    ["an unknown type", channel({ type: "pigeon" }), 'notification_channel.type had an invalid value of "pigeon"'],
    // https://github.com/hashicorp/terraform-provider-google/issues/5499
    ["no address", channel({ labels: {} }), "400 Request was missing field notification_channel.labels[email_address]"],
    ["another type's labels", channel({ type: "sms" }), "notification_channel.labels[number]"],
    ["a label with capitals", channel({ userLabels: { Team: "a" } }), "user_labels[Team]"],
    ["a label's value with a space", channel({ userLabels: { team: "a b" } }), 'invalid value of "a b"'],
  ])(`of a notification channel: %s (${REST}/projects.notificationChannels)`, (_what, body, expected) => {
    expect(errorOf(() => serviceOf("monitoring").post(CHANNELS, body))).toContain(expected);
  });

  test.each<[string, Body, string]>([
    ["no name", check({ displayName: "" }), "400 Request was missing field uptime_check_config.display_name"],
    ["nothing to check", check({ monitoredResource: undefined }), "exactly one of monitoredResource, resourceGroup"],
    ["two things to check", check({ resourceGroup: { groupId: "g" } }), "not monitoredResource and resourceGroup"],
    ["neither HTTP nor TCP", check({ httpCheck: undefined }), "exactly one of httpCheck, tcpCheck"],
    ["HTTP and TCP", check({ tcpCheck: { port: 1 } }), "not httpCheck and tcpCheck"],
    [
      "an unknown resource",
      check({ monitoredResource: { type: "k8s_pod" } }),
      'monitored_resource.type had an invalid value of "k8s_pod"',
    ],
    [
      "no host",
      check({ monitoredResource: { type: "uptime_url", labels: {} } }),
      "missing field uptime_check_config.monitored_resource.labels[host]",
    ],
    // https://github.com/GoogleCloudPlatform/oss-test-infra/pull/1241
    [
      "a path in the host",
      check({ monitoredResource: { type: "uptime_url", labels: { host: "a.com/x" } } }),
      "400 A host name should not contain '/'",
    ],
    [
      "a host that is none",
      check({ monitoredResource: { type: "uptime_url", labels: { host: "a b" } } }),
      "uptime_url check has malformed host",
    ],
    ["a period that is none of four", check({ period: "30s" }), 'period had an invalid value of "30s"'],
    ["no timeout", check({ timeout: undefined }), "It must be between 1 and 60 seconds"],
    ["a timeout of more than a minute", check({ timeout: "61s" }), "It must be between 1 and 60 seconds"],
    ["a timeout that is no duration", check({ timeout: "10" }), "type.googleapis.com/google.protobuf.Duration"],
    ["an unknown region", check({ selectedRegions: ["USA", "MOON"] }), `selected_regions', "MOON"`],
    ["too few regions", check({ selectedRegions: ["EUROPE", "USA_IOWA"] }), "a minimum of 3 locations"],
    ["unknown checkers", check({ checkerType: "MY_CHECKERS" }), `checker_type', "MY_CHECKERS"`],
    ["an unknown method", check({ httpCheck: { requestMethod: "HEAD" } }), `request_method', "HEAD"`],
    ["a GET with a body", check({ httpCheck: { body: "YQ==" } }), "Only a POST request has a body"],
    ["a port that is none", check({ httpCheck: { port: 65_536 } }), "It must be from 1 to 65535"],
    [
      "a TCP check without a port",
      check({ httpCheck: undefined, tcpCheck: {} }),
      "missing field uptime_check_config.tcp_check.port",
    ],
    [
      "an unknown matcher",
      check({ contentMatchers: [{ content: "ok", matcher: "NON_MATCHES_REGEX" }] }),
      `matcher', "NON_MATCHES_REGEX"`,
    ],
    ["an empty content to match", check({ contentMatchers: [{ content: "" }] }), "It must have from 1 to 1024 bytes"],
    [
      "too long a content to match",
      check({ contentMatchers: [{ content: "ä".repeat(513) }] }),
      "It must have from 1 to 1024 bytes",
    ],
    ["a label with capitals", check({ userLabels: { Team: "a" } }), "user_labels[Team]"],
  ])(`of an uptime check: %s (${REST}/projects.uptimeCheckConfigs)`, (_what, body, expected) => {
    expect(errorOf(() => serviceOf("monitoring").post(CHECKS, body))).toContain(expected);
  });

  test.each<[string, Body, string]>([
    ["no name", policy({ displayName: undefined }), "400 Request was missing field alert_policy.display_name"],
    ["too long a name", policy({ displayName: "a".repeat(513) }), "limited to 512 Unicode characters"],
    ["an unknown combiner", policy({ combiner: "XOR" }), `400 Invalid value at 'alert_policy.combiner', "XOR"`],
    ["an unknown severity", policy({ severity: "FATAL" }), `400 Invalid value at 'alert_policy.severity', "FATAL"`],
    ["no conditions", policy({ conditions: [] }), "A policy can have from one to six conditions"],
    [
      "seven conditions",
      policy({ conditions: Array(7).fill(promql()) }),
      "A policy can have from one to six conditions",
    ],
    // https://github.com/GoogleCloudPlatform/php-docs-samples/issues/1231
    [
      "a condition that is none",
      withCondition({ displayName: "x" }),
      "conditions[0].condition_case had an invalid value",
    ],
    // https://github.com/sigstore/scaffolding/pull/664
    ["two conditions in one", withCondition({ ...promql(), ...threshold() }), "oneof field 'condition' is already set"],
    ["an unknown comparison", withCondition(threshold({ comparison: "GT" })), `comparison', "GT"`],
    [
      "a comparison that is not supported",
      withCondition(threshold({ comparison: "COMPARISON_GE" })),
      "Only COMPARISON_LT and COMPARISON_GT",
    ],
    ["no comparison", withCondition(threshold({ comparison: undefined })), 'invalid value of "COMPARISON_UNSPECIFIED"'],
    [
      "half a minute",
      withCondition(threshold({ duration: "90s" })),
      "condition_threshold.duration had an invalid value",
    ],
    ["a duration that is none", withCondition(threshold({ duration: "5m" })), "google.protobuf.Duration"],
    ["an absence of a minute", withCondition(absent({ duration: "60s" })), "a multiple of 60 seconds, 120 or more"],
    [
      "no filter",
      withCondition(threshold({ filter: "" })),
      "missing field alert_policy.conditions[0].condition_threshold.filter",
    ],
    [
      "a filter of all resources",
      withCondition(threshold({ filter: 'metric.type="a/b"' })),
      'must specify a restriction on "resource.type"',
    ],
    [
      "a filter of all metrics",
      withCondition(absent({ filter: 'resource.type="a"' })),
      'must specify a restriction on "metric.type"',
    ],
    [
      "an endless filter",
      withCondition(threshold({ filter: "a".repeat(2049) })),
      "must not exceed 2048 Unicode characters",
    ],
    [
      "a metric that nothing has written",
      withCondition(threshold({ filter: 'metric.type = "custom.googleapis.com/a" AND resource.type="global"' })),
      '404 Cannot find metric(s) that match type = "custom.googleapis.com/a"',
    ],
    [
      "an unknown aligner",
      withAggregation({ perSeriesAligner: "ALIGN_AVERAGE" }),
      `per_series_aligner', "ALIGN_AVERAGE"`,
    ],
    [
      "an unknown reducer",
      withAggregation({ crossSeriesReducer: "REDUCE_AVERAGE" }),
      `cross_series_reducer', "REDUCE_AVERAGE"`,
    ],
    [
      "a reducer without an aligner",
      withAggregation({ crossSeriesReducer: "REDUCE_SUM" }),
      "A reducer needs an aligner",
    ],
    [
      "an aligner without a period",
      withAggregation({ perSeriesAligner: "ALIGN_MEAN" }),
      "It must be from 60 to 90000 seconds",
    ],
    [
      "an empty query",
      withCondition(promql({ query: " " })),
      "missing field alert_policy.conditions[0].condition_prometheus_query_language.query",
    ],
    ["an open bracket", withCondition(promql({ query: "sum(up{job='a'} > 1" })), "invalid PromQL query"],
    ["a wrong bracket", withCondition(promql({ query: "sum(up]) > 1" })), "invalid PromQL query"],
    ["an open quote", withCondition(promql({ query: 'up{job="a} > 1' })), "invalid PromQL query"],
    ["a negative duration", withCondition(promql({ duration: "-60s" })), "It must be a non-negative duration"],
    [
      "an interval of 45 seconds",
      withCondition(promql({ evaluationInterval: "45s" })),
      "a positive multiple of 30 seconds",
    ],
    [
      "a query for what nothing has written",
      withCondition(promql({ query: '{"prometheus.googleapis.com/a/gauge"} > 1' })),
      "404 Cannot find metric(s)",
    ],
    [
      "documentation in HTML",
      policy({ documentation: { content: "x", mimeType: "text/html" } }),
      'Only "text/markdown" is supported',
    ],
    ["endless documentation", policy({ documentation: { content: "x".repeat(8193) } }), "8,192 Unicode characters"],
    [
      "incidents that close in a minute",
      policy({ alertStrategy: { autoClose: "60s" } }),
      "It must be at least 30 minutes",
    ],
    // https://github.com/chainguard-dev/terraform-infra-common/pull/352
    [
      "a rate limit",
      policy({ alertStrategy: { notificationRateLimit: { period: "300s" } } }),
      "must not specify a notification rate limit",
    ],
    ["a label with capitals", policy({ userLabels: { Team: "a" } }), "user_labels[Team]"],
    [
      "too many labels",
      policy({ userLabels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, ""])) }),
      "up to 64 labels",
    ],
    // https://github.com/crossplane-contrib/provider-upjet-gcp/issues/498
    ["no channel's name", policy({ notificationChannels: ["on-call"] }), "400 Name must begin with"],
    [
      "a channel that is not there",
      policy({ notificationChannels: [`${CHANNELS}/1`] }),
      `404 Could not find notification channel ${CHANNELS}/1`,
    ],
  ])(`of an alert policy: %s (${REST}/projects.alertPolicies)`, (_what, body, expected) => {
    expect(errorOf(() => serviceOf("monitoring").post(POLICIES, body))).toContain(expected);
  });

  test.each<[string, string]>([
    ["GET", `${CHANNELS}/1`],
    ["PATCH", `${CHECKS}/1`],
    ["DELETE", `${POLICIES}/1`],
  ])("%s %s, which is not there", (method, path) => {
    expect(errorOf(() => serviceOf("monitoring").call(method, path, {}))).toBe(`404 Could not find ${path}.`);
  });

  test("an update to what could not be created", () => {
    const { post, patch } = serviceOf("monitoring");
    const { name } = post(POLICIES, policy());
    expect(errorOf(() => patch(name, { combiner: "XOR" }, { updateMask: "combiner" }))).toContain(
      "'alert_policy.combiner'",
    );
  });

  // https://github.com/hashicorp/terraform-provider-google/issues/10337
  test("the deletion of a channel that a policy notifies, unless it is forced", () => {
    const { get, post, delete: remove } = serviceOf("monitoring");
    const used = post(CHANNELS, channel()).name;
    const user = post(POLICIES, policy({ notificationChannels: [used] })).name;
    expect(errorOf(() => remove(used, { force: "false" }))).toBe(
      `400 Could not delete "${used}" because it is still being referenced by: "${user}"`,
    );
    remove(used, { force: "true" });
    expect(get(user).notificationChannels).toEqual([]);
  });

  // https://cloud.google.com/monitoring/uptime-checks/manage#delete-uptime-check
  test("the deletion of an uptime check that a policy's filter names", () => {
    const { post, delete: remove } = serviceOf("monitoring");
    const used = post(CHECKS, check()).name;
    const id = used.split("/").pop();
    const { filter } = threshold().conditionThreshold;
    const user = post(POLICIES, withCondition(threshold({ filter: `${filter} AND metric.labels.check_id="${id}"` })));
    expect(errorOf(() => remove(used))).toBe(
      `400 Cannot delete check ${id}. One or more alerting policies is using it. Delete the alerting policy with id ${user.name} and try again.`,
    );
    remove(user.name);
    expect(remove(used)).toEqual({});
  });
});

describe("what is filled in", () => {
  test("of a channel", () => {
    const { name, ...rest } = serviceOf("monitoring").post(CHANNELS, channel());
    expect(name).toMatch(/^projects\/p\/notificationChannels\/\d+$/);
    expect(rest).toMatchObject({ enabled: true, ...channel() });
  });

  test("of an uptime check", () => {
    expect(serviceOf("monitoring").post(CHECKS, check({ period: undefined }))).toMatchObject({
      period: "60s",
      checkerType: "STATIC_IP_CHECKERS",
      httpCheck: { path: "/ready", port: 443, requestMethod: "GET" },
      monitoredResource: { labels: { host: "example.com", project_id: "p" } },
    });
  });

  test("of a policy", () => {
    const { name, conditions, ...rest } = serviceOf("monitoring").post(
      POLICIES,
      withCondition({ displayName: "x", conditionPrometheusQueryLanguage: { query: "up" } }),
    );
    expect(conditions[0].name).toMatch(new RegExp(`^${name}/conditions/\\d+$`));
    expect(conditions[0].conditionPrometheusQueryLanguage).toMatchObject({ duration: "0s", evaluationInterval: "30s" });
    expect(rest).toMatchObject({ enabled: true, creationRecord: { mutatedBy: "deployer" } });
  });
});

test.each<[string, Body]>([
  ["three of the United States' places", check({ selectedRegions: ["USA"] })],
  ["TCP", check({ httpCheck: undefined, tcpCheck: { port: 443 } })],
])("an uptime check of %s", (_what, body) => {
  expect(serviceOf("monitoring").post(CHECKS, body)).toMatchObject({ displayName: "the page" });
});

test.each<[string, Body]>([
  ["brackets and quotes in strings", promql({ query: `up{a="(", b='"', c=\`'\`} # it's a comment (` })],
  [
    "what nothing has written, where that is not asked for",
    promql({ query: '{"custom.googleapis.com/a"} > 1', disableMetricValidation: true }),
  ],
  ["half a minute", promql({ duration: "30s", evaluationInterval: "30s" })],
  [
    "an aligner and a reducer",
    threshold({
      aggregations: [
        { alignmentPeriod: "1200s", perSeriesAligner: "ALIGN_NEXT_OLDER", crossSeriesReducer: "REDUCE_COUNT_FALSE" },
      ],
    }),
  ],
])("a condition with %s", (_what, condition) => {
  expect(serviceOf("monitoring").post(POLICIES, withCondition(condition)).conditions).toHaveLength(1);
});

describe("an update", () => {
  test("is of what its mask names", () => {
    const { post, patch } = serviceOf("monitoring");
    const before = post(POLICIES, policy({ userLabels: { team: "a" } }));
    const after = patch(
      before.name,
      { displayName: "another", severity: "WARNING", conditions: before.conditions },
      { updateMask: "displayName,userLabels,conditions" },
    );
    expect(after).toMatchObject({ name: before.name, displayName: "another", severity: "CRITICAL" });
    expect(after.userLabels).toBeUndefined();
    expect(after.conditions).toEqual(before.conditions);
  });

  test("without a mask takes the place of what was there, but for its name", () => {
    const { get, post, patch } = serviceOf("monitoring");
    const { name } = post(CHANNELS, channel({ description: "by day" }));
    patch(name, channel({ type: "sms", labels: { number: "+1" } }));
    expect(get(name)).toMatchObject({ name, type: "sms", labels: { number: "+1" } });
    expect(get(name).labels).not.toHaveProperty("email_address");
    expect(get(name)).not.toHaveProperty("description");
  });
});

test("each kind is listed by its own name", () => {
  const { get, post } = serviceOf("monitoring");
  const made = post(CHECKS, check());
  expect(get(CHECKS)).toEqual({ uptimeCheckConfigs: [made] });
  expect(get(POLICIES)).toEqual({ alertPolicies: [] });
});
