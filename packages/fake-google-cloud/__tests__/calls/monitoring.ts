import type { Body } from "../../src/body";
import type { ValidCall } from "./call";

const monitoring = (collection: string, body: Body): ValidCall => ({
  service: "monitoring",
  method: "POST",
  path: `projects/p/${collection}`,
  body,
});
const threshold = {
  filter: 'metric.type = "x" AND resource.type = "y"',
  comparison: "COMPARISON_GT",
  duration: "60s",
  aggregations: [{ perSeriesAligner: "ALIGN_MEAN", crossSeriesReducer: "REDUCE_MEAN", alignmentPeriod: "60s" }],
};
const ALERT = {
  displayName: "a",
  combiner: "OR",
  severity: "ERROR",
  conditions: [
    { displayName: "t", conditionThreshold: threshold },
    {
      displayName: "q",
      conditionPrometheusQueryLanguage: { query: "up == 0", duration: "60s", evaluationInterval: "30s" },
    },
  ],
  documentation: { content: "c", mimeType: "text/markdown" },
  alertStrategy: { autoClose: "1800s" },
  userLabels: { a: "b" },
  notificationChannels: [],
};
const UPTIME = {
  displayName: "u",
  monitoredResource: { type: "uptime_url", labels: { host: "a.example.com" } },
  httpCheck: { path: "/", port: 443, useSsl: true, requestMethod: "GET", headers: { a: "b" } },
  period: "60s",
  timeout: "10s",
  selectedRegions: ["USA"],
  contentMatchers: [{ content: "ok", matcher: "CONTAINS_STRING" }],
  userLabels: { a: "b" },
};
const CHANNEL = { type: "email", labels: { email_address: "a@example.com" }, userLabels: { a: "b" } };

const GROUP = { displayName: "g", filter: 'resource.type = "gce_instance"', isCluster: false };

export const MONITORING: readonly ValidCall[] = [
  monitoring("groups", GROUP),
  { service: "monitoring", method: "PATCH", path: "MADE/groups", body: GROUP },
  monitoring("notificationChannels", CHANNEL),
  monitoring("uptimeCheckConfigs", UPTIME),
  monitoring("alertPolicies", ALERT),
  {
    service: "monitoring",
    method: "PATCH",
    path: "MADE/notificationChannels",
    body: { userLabels: { a: "c" } },
    query: { updateMask: "userLabels" },
  },
  { service: "monitoring", method: "PATCH", path: "MADE/uptimeCheckConfigs", body: UPTIME },
  { service: "monitoring", method: "PATCH", path: "MADE/alertPolicies", body: ALERT },
];
