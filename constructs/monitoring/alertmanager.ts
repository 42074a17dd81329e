import { Fn } from "cdktf";
import type { SecretValue } from "../kubernetes/secret";

/** The service that Alertmanager notifies, with its secret, which Alertmanager reads from a file. */
export type Receiver = (
  | {
      readonly kind: "slack";
      /** The channel's name, with its `#`. */
      readonly channel: string;
    }
  | { readonly kind: "pagerduty" }
  | { readonly kind: "webhook" }
) & {
  /**
   * The URL of the incoming webhook (Slack's, or another HTTPS URL on port 443), or the integration key of PagerDuty's
   * Events API v2.
   */
  readonly secret: SecretValue;
};

/**
 * A receiver with the name of the Kubernetes Secret that Alertmanager mounts. The Secret's only key is the receiver's
 * kind.
 */
type MountedReceiver = Receiver & { readonly secretName: string };

/**
 * Returns Alertmanager's configuration. A critical alert of a service inhibits its warnings about the same problem.
 * Alertmanager sends one message for all instances of an alert of a service. It repeats critical alerts every hour, and
 * others twice a day.
 * {@link https://prometheus.io/docs/alerting/latest/configuration/}
 */
export function alertmanagerConfig(receiver?: MountedReceiver) {
  const nobody = "null";
  const people = receiver?.kind ?? nobody;
  return {
    route: {
      receiver: people,
      group_by: ["namespace", "service", "alertname"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "12h",
      routes: [
        // Watchdog always fires. InfoInhibitor only inhibits alerts of the severity info.
        { receiver: nobody, matchers: ['alertname =~ "Watchdog|InfoInhibitor"'] },
        { receiver: people, matchers: ['severity = "critical"'], repeat_interval: "1h" },
      ],
    },
    inhibit_rules: [
      {
        source_matchers: ['severity = "critical"'],
        target_matchers: ['severity =~ "warning|info"'],
        equal: ["namespace", "service", "alertname"],
      },
      {
        source_matchers: ['severity = "warning"'],
        target_matchers: ['severity = "info"'],
        equal: ["namespace", "service", "alertname"],
      },
      {
        source_matchers: ['alertname = "InfoInhibitor"'],
        target_matchers: ['severity = "info"'],
        equal: ["namespace"],
      },
    ],
    receivers: [{ name: nobody }, ...(receiver ? [{ name: people, ...notifier(receiver) }] : [])],
  };
}

function notifier(receiver: MountedReceiver) {
  const file = Fn.join("/", ["/etc/alertmanager/secrets", receiver.secretName, receiver.kind]);
  const common = { send_resolved: true };
  switch (receiver.kind) {
    case "slack":
      return { slack_configs: [{ ...common, api_url_file: file, channel: receiver.channel, text: TEXT }] };
    case "pagerduty":
      return { pagerduty_configs: [{ ...common, routing_key_file: file, severity: SEVERITY }] };
    case "webhook":
      return { webhook_configs: [{ ...common, url_file: file }] };
  }
}

/** Template of an alert's text. {@link https://prometheus.io/docs/alerting/latest/notifications/} */
const TEXT = "{{ range .Alerts }}*{{ .Annotations.summary }}*\n{{ .Annotations.description }}\n{{ end }}";
/** Template of the severity in PagerDuty, which does not support `none`. */
const SEVERITY = '{{ if eq .CommonLabels.severity "critical" }}critical{{ else }}warning{{ end }}';
