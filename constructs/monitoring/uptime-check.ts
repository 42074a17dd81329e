import { MonitoringUptimeCheckConfig } from "@cdktf/provider-google/lib/monitoring-uptime-check-config";
import { Construct } from "constructs";
import type { Project } from "../project/project";
import { alertPolicy, promql, series } from "./alert-policy";

export interface UptimeCheckProps {
  readonly project: Project;
  /** First part of the names in the Google Cloud console. */
  readonly name: string;
  /** The public host name. */
  readonly host: string;
  /** What the host serves. */
  readonly serves: keyof typeof STEPS;
  /** A path that answers 2xx while the service is ready, or a file of the bucket. */
  readonly path: string;
  /** Whether the host has a certificate that browsers trust. The check fails if it should and does not. */
  readonly trusted: boolean;
  /** Name of the notification channel. */
  readonly channel: string;
}

/**
 * Days before a certificate expires at which an alert fires. Certificates are renewed a month before they expire, so
 * the renewal has failed for weeks.
 */
const EXPIRY_DAYS = 7;

/** What somebody checks after an alert. */
const STEPS = {
  service: {
    down: [
      "3. 502 or 503: the service's pods are not ready; their events and logs, then database and cache.",
      "4. 403 or 429: the log of Cloud Armor, or of Traefik, says which rule.",
    ],
    certificate: [
      "2. With Google's load balancer: `gcloud compute ssl-certificates list` says of each domain what is wrong.",
      "3. With Traefik: `kubectl describe certificate,order,challenge` in the services' namespace.",
    ],
  },
  bucket: {
    down: [
      "3. 403: the file is not in the bucket, or the load balancer may not read it: the bucket's IAM policy says.",
    ],
    certificate: ["2. `gcloud certificate-manager certificates list` says of each domain what is wrong."],
  },
} as const;

/**
 * Requests a page of a public host every minute over HTTPS, from all of Google's regions (six checkers), and alerts if
 * more than one region fails for five minutes. It also alerts if the host's certificate is about to expire.
 * {@link https://cloud.google.com/monitoring/uptime-checks}
 */
export class UptimeCheck extends Construct {
  constructor(scope: Construct, id: string, props: UptimeCheckProps) {
    super(scope, id);
    const { project, host, path } = props;
    const steps = STEPS[props.serves];
    const check = new MonitoringUptimeCheckConfig(this, "check", {
      project: project.id,
      displayName: `${props.name}: ${host}`,
      monitoredResource: { type: "uptime_url", labels: { project_id: project.id, host } },
      httpCheck: { path, port: 443, useSsl: true, validateSsl: props.trusted },
      period: "60s",
      timeout: "10s",
      logCheckFailures: true,
      lifecycle: { createBeforeDestroy: true }, // Google does not delete a check that a policy uses
      dependsOn: [project.api("monitoring")],
    });
    alertPolicy(this, "alert", {
      project,
      name: `${props.name}: ${host} is down`,
      severity: "CRITICAL",
      channel: props.channel,
      documentation: [
        `https://${host}${path} does not answer 2xx within ten seconds, or not with a valid certificate.`,
        "",
        "1. The check's page in Monitoring, and its log `uptime_checks`, say from where and with what answer it fails.",
        "2. No connection or a wrong certificate: the host's DNS record, the certificate, the load balancer.",
        ...steps.down,
      ].join("\n"),
      // This is Google's own form of the alert, so the console shows the policy on the check's page. The metric exists
      // in every project.
      conditions: [
        {
          displayName: "Fails from more than one region",
          conditionThreshold: {
            filter: [
              'metric.type="monitoring.googleapis.com/uptime_check/check_passed"',
              'resource.type="uptime_url"',
              `metric.labels.check_id="${check.uptimeCheckId}"`,
            ].join(" AND "),
            aggregations: [
              {
                alignmentPeriod: "1200s",
                perSeriesAligner: "ALIGN_NEXT_OLDER",
                crossSeriesReducer: "REDUCE_COUNT_FALSE",
                groupByFields: ["resource.label.host"],
              },
            ],
            comparison: "COMPARISON_GT",
            thresholdValue: 1,
            duration: "300s",
            trigger: { count: 1 },
          },
        },
      ],
    });
    if (!props.trusted) return;
    const left = series("monitoring.googleapis.com/uptime_check/time_until_ssl_cert_expires", "uptime_url", {
      check_id: check.uptimeCheckId,
    });
    alertPolicy(this, "certificate", {
      project,
      name: `${props.name}: ${host}'s certificate expires`,
      severity: "WARNING",
      channel: props.channel,
      documentation: [
        `The certificate that https://${host} shows expires within ${EXPIRY_DAYS} days, and was not renewed.`,
        "",
        "1. The host's DNS record must lead to the load balancer, and no CAA record forbid the authority.",
        ...steps.certificate,
      ].join("\n"),
      conditions: [promql(`Less than ${EXPIRY_DAYS} days left`, `min(${left}) < ${EXPIRY_DAYS}`, 60)],
    });
  }
}
