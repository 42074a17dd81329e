import {
  MonitoringAlertPolicy,
  type MonitoringAlertPolicyConditions,
} from "@cdktf/provider-google/lib/monitoring-alert-policy";
import type { Construct } from "constructs";
import type { Project } from "../project/project";

export interface AlertPolicyProps {
  readonly project: Project;
  /** What is wrong, after whose it is: all policies of a project share one list. */
  readonly name: string;
  readonly severity: "CRITICAL" | "WARNING";
  /** Markdown that comes with the notification: what to look at. */
  readonly documentation: string;
  /** Name of the notification channel. */
  readonly channel: string;
  /** Each of them opens an incident. */
  readonly conditions: readonly MonitoringAlertPolicyConditions[];
}

/** An alert policy of Cloud Monitoring; an incident that gets no data for a day is closed. */
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
 * A condition that is met when a PromQL query has an answer for so many minutes on end.
 *
 * The metric need not exist yet: Google refuses a filter on a metric that it has never seen (404, "Cannot find
 * metric(s)"), and only for PromQL can that be turned off.
 * {@link https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#PrometheusQueryLanguageCondition}
 */
export function promql(displayName: string, query: string, minutes: number): MonitoringAlertPolicyConditions {
  return {
    displayName,
    conditionPrometheusQueryLanguage: {
      query,
      duration: `${60 * minutes}s`,
      evaluationInterval: "60s", // Google samples no more often
      disableMetricValidation: true,
    },
  };
}

/**
 * PromQL selector of a metric of Google's, by the names that Google's own lists have.
 * {@link https://cloud.google.com/monitoring/promql}
 */
export function series(metric: string, monitoredResource: string, labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries({ monitored_resource: monitoredResource, ...labels });
  return `{"${metric}", ${matchers.map(([label, value]) => `"${label}"="${value}"`).join(", ")}}`;
}
