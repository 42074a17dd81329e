import { Fn } from "cdktf";
import type { SecretValue } from "../kubernetes/secret";

/** Where alerts go, with the secret that opens it; it is read from a file. */
export type Receiver = (
  | {
      readonly kind: "slack";
      /** With its `#`. */
      readonly channel: string;
    }
  | { readonly kind: "pagerduty" }
  | { readonly kind: "webhook" }
) & {
  /**
   * URL of the incoming webhook (Slack, https on port 443 for another), or PagerDuty's integration key (Events API v2).
   */
  readonly secret: SecretValue;
};

/** A receiver, with the name of the Kubernetes Secret that Alertmanager mounts; its one key is the kind. */
type MountedReceiver = Receiver & { readonly secretName: string };

/**
 * Alertmanager's routes and receivers. What is critical holds back what warns of the same, of one service. One message
 * for all instances of an alert on a service; what is critical is repeated every hour, the rest twice a day.
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
        // The one always fires, the other only silences alerts that inform.
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

/** What a message says of each alert. {@link https://prometheus.io/docs/alerting/latest/notifications/} */
const TEXT = "{{ range .Alerts }}*{{ .Annotations.summary }}*\n{{ .Annotations.description }}\n{{ end }}";
/** In PagerDuty's words, which have no `none`. */
const SEVERITY = '{{ if eq .CommonLabels.severity "critical" }}critical{{ else }}warning{{ end }}';
