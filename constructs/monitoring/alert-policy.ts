import {
  MonitoringAlertPolicy,
  type MonitoringAlertPolicyConditions,
} from "@cdktf/provider-google/lib/monitoring-alert-policy";
import type { Construct } from "constructs";
import type { Project } from "../project/project";

export interface AlertPolicyProps {
  readonly project: Project;
  /** The policy's name: whose problem it is, and what the problem is. All policies of a project are in one list. */
  readonly name: string;
  readonly severity: "CRITICAL" | "WARNING";
  /** Markdown text of the notification, which says what to check. */
  readonly documentation: string;
  /** Name of the notification channel. */
  readonly channel: string;
  /** Conditions, each of which opens an incident. */
  readonly conditions: readonly MonitoringAlertPolicyConditions[];
}

/** Creates an alert policy in Cloud Monitoring. It closes an incident that gets no data for a day. */
export function alertPolicy(scope: Construct, id: string, props: AlertPolicyProps): MonitoringAlertPolicy {
  return new MonitoringAlertPolicy(scope, id, {
    project: props.project.id,
    displayName: props.name,
    severity: props.severity,
    combiner: "OR",
    conditions: [...props.conditions],
    documentation: { content: props.documentation, mimeType: "text/markdown" },
    notificationChannels: [props.channel],
    alertStrategy: { autoClose: "86400s" },
  });
}

/**
 * Returns a condition that is met if a PromQL query returns a result for some minutes without a break.
 *
 * The metric does not have to exist yet. For other kinds of conditions, Google refuses a metric that it has never seen
 * (404, "Cannot find metric(s)").
 * {@link https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#PrometheusQueryLanguageCondition}
 */
export function promql(displayName: string, query: string, minutes: number): MonitoringAlertPolicyConditions {
  return {
    displayName,
    conditionPrometheusQueryLanguage: {
      query,
      duration: `${60 * minutes}s`,
      evaluationInterval: "60s", // the interval of Google's samples
      disableMetricValidation: true,
    },
  };
}

/**
 * Returns the PromQL selector of a Google Cloud metric, given the names in Google's lists of metrics.
 * {@link https://cloud.google.com/monitoring/promql}
 */
export function series(metric: string, monitoredResource: string, labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries({ monitored_resource: monitoredResource, ...labels });
  return `{"${metric}", ${matchers.map(([label, value]) => `"${label}"="${value}"`).join(", ")}}`;
}
