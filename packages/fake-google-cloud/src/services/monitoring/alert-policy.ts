import { invalid, notFound } from "../../api-error";
import { type Body, defaults } from "../../body";
import type { Cloud } from "../../cloud";
import { type Shape, TEXTS } from "../../shape";
import { checkEnumeration, checkUserLabels, invalidField, missingField, seconds } from "./fields";

const COMBINERS = ["COMBINE_UNSPECIFIED", "AND", "OR", "AND_WITH_MATCHING_RESOURCE"];
const SEVERITIES = ["SEVERITY_UNSPECIFIED", "CRITICAL", "ERROR", "WARNING"];

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/ComparisonType */
const COMPARISONS = ["GT", "GE", "LT", "LE", "EQ", "NE"].map((name) => `COMPARISON_${name}`);

const PERCENTILES = ["PERCENTILE_99", "PERCENTILE_95", "PERCENTILE_50", "PERCENTILE_05"];

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Aligner */
const ALIGNERS = `
  NONE DELTA RATE INTERPOLATE NEXT_OLDER MIN MAX MEAN COUNT SUM STDDEV COUNT_TRUE COUNT_FALSE FRACTION_TRUE
  PERCENT_CHANGE
`
  .trim()
  .split(/\s+/)
  .concat(PERCENTILES)
  .map((name) => `ALIGN_${name}`);

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Reducer */
const REDUCERS = "NONE MEAN MIN MAX SUM STDDEV COUNT COUNT_TRUE COUNT_FALSE FRACTION_TRUE"
  .split(" ")
  .concat(PERCENTILES)
  .map((name) => `REDUCE_${name}`);

const SERIES: Shape = {
  filter: "text",
  comparison: "text",
  duration: "text",
  aggregations: [{ perSeriesAligner: "text", crossSeriesReducer: "text", alignmentPeriod: "text" }],
};

/** As far as the fake looks into it. */
export const ALERT_POLICY: Shape = {
  displayName: "text",
  combiner: "text",
  severity: "text",
  conditions: [
    {
      name: "text",
      conditionThreshold: SERIES,
      conditionAbsent: SERIES,
      conditionPrometheusQueryLanguage: {
        query: "text",
        duration: "text",
        evaluationInterval: "text",
        disableMetricValidation: "flag",
      },
    },
  ],
  documentation: { content: "text", mimeType: "text" },
  alertStrategy: { autoClose: "text", notificationRateLimit: { period: "text" } },
  userLabels: TEXTS,
  notificationChannels: ["text"],
};

/** Metrics that a project has only once something has written them. https://cloud.google.com/monitoring/api/metrics_other */
const WRITTEN =
  /"((?:custom|workload|prometheus|external)\.googleapis\.com\/[^"]*|logging\.googleapis\.com\/user\/[^"]*)"/;

/**
 * Refuses what Google refuses of a policy and fills in what it fills in.
 * https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#AlertPolicy
 */
export function acceptAlertPolicy(policy: Body, cloud: Cloud): void {
  const { displayName = "", conditions = [], documentation = {} } = policy;
  if (!displayName) throw missingField("alert_policy.display_name");
  if (displayName.length > 512)
    throw invalidField("alert_policy.display_name", displayName, "It is limited to 512 Unicode characters.");
  checkEnumeration("alert_policy.combiner", policy.combiner, COMBINERS);
  checkEnumeration("alert_policy.severity", policy.severity, SEVERITIES);
  if (conditions.length < 1 || conditions.length > 6)
    throw invalidField("alert_policy.conditions", conditions.length, "A policy can have from one to six conditions.");
  for (const [i, condition] of conditions.entries()) checkCondition(condition, `alert_policy.conditions[${i}]`);
  checkDocumentation(documentation);
  checkStrategy(policy);
  checkUserLabels("alert_policy.user_labels", policy.userLabels);
  for (const channel of policy.notificationChannels ?? []) needChannel(channel, cloud);
  for (const condition of conditions) {
    condition.name ??= `${policy.name}/conditions/${cloud.next()}`;
    if (condition.conditionPrometheusQueryLanguage)
      defaults(condition.conditionPrometheusQueryLanguage, { duration: "0s", evaluationInterval: "30s" });
  }
  const record = { mutateTime: new Date().toISOString(), mutatedBy: "deployer" };
  defaults(policy, { enabled: true, creationRecord: record });
  policy.mutationRecord = record;
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Condition */
function checkCondition(condition: Body, at: string): void {
  const kinds = Object.keys(condition).filter((field) => field.startsWith("condition"));
  if (kinds.length === 0)
    throw invalidField(
      `${at}.condition_case`,
      "0",
      'Condition subtype (e.g. "condition_absent","condition_threshold", etc.) is absent or unknown.',
    );
  if (kinds.length > 1)
    throw invalid(
      `Invalid value at '${at}' (oneof), oneof field 'condition' is already set. Cannot set '${kinds.at(-1)}'`,
    );
  const { conditionThreshold, conditionAbsent, conditionPrometheusQueryLanguage } = condition;
  if (conditionThreshold) checkThreshold(conditionThreshold, `${at}.condition_threshold`);
  if (conditionAbsent) checkAbsent(conditionAbsent, `${at}.condition_absent`);
  if (conditionPrometheusQueryLanguage)
    checkPromql(conditionPrometheusQueryLanguage, `${at}.condition_prometheus_query_language`);
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#MetricThreshold */
function checkThreshold(condition: Body, at: string): void {
  const { comparison = "COMPARISON_UNSPECIFIED", duration } = condition;
  checkEnumeration(`${at}.comparison`, comparison, [...COMPARISONS, "COMPARISON_UNSPECIFIED"]);
  if (!["COMPARISON_GT", "COMPARISON_LT"].includes(comparison))
    throw invalidField(`${at}.comparison`, comparison, "Only COMPARISON_LT and COMPARISON_GT are supported.");
  checkMinutes(`${at}.duration`, duration, 0);
  checkSeries(condition, at);
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#MetricAbsence */
function checkAbsent(condition: Body, at: string): void {
  checkMinutes(`${at}.duration`, condition.duration, 120);
  checkSeries(condition, at);
}

function checkMinutes(field: string, duration: string | undefined, least: number): void {
  const value = seconds(field, duration);
  if (value % 60 || value < least)
    throw invalidField(field, duration, `It must be a multiple of 60 seconds, ${least} or more.`);
}

/** https://cloud.google.com/monitoring/api/v3/filters */
function checkSeries({ filter = "", aggregations = [] }: Body, at: string): void {
  if (!filter) throw missingField(`${at}.filter`);
  if (filter.length > 2048) throw invalidField(`${at}.filter`, filter, "It must not exceed 2048 Unicode characters.");
  for (const restricted of ["metric.type", "resource.type"])
    if (!filter.includes(restricted))
      throw invalidField(`${at}.filter`, filter, `must specify a restriction on "${restricted}" in the filter`);
  needMetrics(filter);
  for (const [i, aggregation] of aggregations.entries()) checkAggregation(aggregation, `${at}.aggregations[${i}]`);
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Aggregation */
function checkAggregation(aggregation: Body, at: string): void {
  const { perSeriesAligner = "ALIGN_NONE", crossSeriesReducer = "REDUCE_NONE", alignmentPeriod } = aggregation;
  checkEnumeration(`${at}.per_series_aligner`, perSeriesAligner, ALIGNERS);
  checkEnumeration(`${at}.cross_series_reducer`, crossSeriesReducer, REDUCERS);
  if (crossSeriesReducer !== "REDUCE_NONE" && perSeriesAligner === "ALIGN_NONE")
    throw invalidField(`${at}.per_series_aligner`, perSeriesAligner, "A reducer needs an aligner.");
  const period = seconds(`${at}.alignment_period`, alignmentPeriod);
  if (perSeriesAligner !== "ALIGN_NONE" && (period < 60 || period > 90_000))
    throw invalidField(`${at}.alignment_period`, alignmentPeriod, "It must be from 60 to 90000 seconds.");
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#PrometheusQueryLanguageCondition */
function checkPromql(condition: Body, at: string): void {
  const { query = "", duration, evaluationInterval = "30s", disableMetricValidation } = condition;
  if (!query.trim()) throw missingField(`${at}.query`);
  if (!isBalanced(query)) throw invalidField(`${at}.query`, query, "invalid PromQL query: parse error");
  if (seconds(`${at}.duration`, duration) < 0)
    throw invalidField(`${at}.duration`, duration, "It must be a non-negative duration.");
  const interval = seconds(`${at}.evaluation_interval`, evaluationInterval);
  if (interval <= 0 || interval % 30)
    throw invalidField(
      `${at}.evaluation_interval`,
      evaluationInterval,
      "It must be a positive multiple of 30 seconds.",
    );
  if (!disableMetricValidation) needMetrics(query);
}

function needMetrics(text: string): void {
  const [, metric] = WRITTEN.exec(text) ?? [];
  if (metric)
    throw notFound(
      `Cannot find metric(s) that match type = "${metric}". If a metric was created recently, it could take up to 10 minutes to become available. Please try again soon.`,
    );
}

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Whether brackets and quotes are closed in order. https://prometheus.io/docs/prometheus/latest/querying/basics */
function isBalanced(query: string): boolean {
  const open: string[] = [];
  const code = query.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#.*$/gm, "");
  for (const character of code)
    if (CLOSING[character]) open.push(CLOSING[character]);
    else if (/[)\]}]/.test(character) && open.pop() !== character) return false;
  return open.length === 0 && !/["'`]/.test(code);
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Documentation */
function checkDocumentation({ content = "", mimeType = "text/markdown" }: Body): void {
  if (mimeType !== "text/markdown")
    throw invalidField("alert_policy.documentation.mime_type", mimeType, 'Only "text/markdown" is supported.');
  if (content.length > 8192 || Buffer.byteLength(content) > 10_240)
    throw invalidField(
      "alert_policy.documentation.content",
      `${content.slice(0, 20)}...`,
      "It may not exceed 8,192 Unicode characters or 10,240 bytes.",
    );
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#AlertStrategy */
function checkStrategy({ alertStrategy = {}, conditions }: Body): void {
  const { autoClose, notificationRateLimit } = alertStrategy;
  const at = "alert_policy.alert_strategy.auto_close";
  if (autoClose !== undefined && seconds(at, autoClose) < 1800)
    throw invalidField(at, autoClose, "It must be at least 30 minutes.");
  if (notificationRateLimit && conditions.every((condition: Body) => !condition.conditionMatchedLog))
    throw invalidField(
      "alertStrategy.notificationRateLimit",
      notificationRateLimit.period,
      "metric-based alert policies must not specify a notification rate limit",
    );
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#AlertPolicy.FIELDS.notification_channels */
function needChannel(channel: string, cloud: Cloud): void {
  if (!/^projects\/[^/]+\/notificationChannels\/[^/]+$/.test(channel))
    throw invalid(`Name must begin with 'projects/{project_id}/notificationChannels/{channel_id}', got: ${channel}`);
  cloud.need(`monitoring/${channel}`, notFound(`Could not find notification channel ${channel}.`));
}
