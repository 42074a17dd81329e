import { SCRAPE_JOB } from "./scraping";
import type { RuleGroup } from "./service-level";

/** Certificates that cert-manager orders and renews. */
export interface WatchedCertificates {
  readonly namespace: string;
  /** Names of the Certificates. */
  readonly names: readonly string[];
}

const DAY = 24 * 3600;

/**
 * Returns alerts for a certificate that is missing, is not renewed in time, or is about to expire. cert-manager renews
 * a certificate when a third of its lifetime is left, which is 30 of 90 days for Let's Encrypt, so there is time to act
 * on the first alert. Let's Encrypt itself does not warn about expiry:
 * {@link https://letsencrypt.org/2025/01/22/ending-expiration-emails}
 *
 * In these metrics, the label `namespace` is that of the scraped pod. The labels of the certificate are
 * `exported_namespace` and `name`. A time is 0 until the certificate is issued.
 * {@link https://cert-manager.io/docs/devops-tips/prometheus-metrics/}
 */
export function certificateRules({ namespace, names }: WatchedCertificates): RuleGroup {
  const of = (name: string, more = "") =>
    `certmanager_certificate_${name}{job="${SCRAPE_JOB}",exported_namespace="${namespace}"${more}}`;
  const issued = (name: string) => `(max by (name) (${of(name)}) > 0)`;
  const alert = (name: string, severity: string, wait: string, expr: string, summary: string, description: string) => ({
    alert: name,
    expr,
    for: wait,
    labels: { severity, namespace },
    annotations: {
      summary,
      description: `${description} kubectl -n ${namespace} describe certificate,order,challenge says why: mostly the host's DNS record does not lead to the edge.`,
    },
  });
  return {
    name: `${namespace}-certificates`,
    rules: [
      alert(
        "CertificateNotReady",
        "critical",
        "30m",
        `max by (name) (${of("ready_status", ',condition="True"')}) == 0`,
        "{{ $labels.name }} is not ready",
        "The host has no valid certificate of its own.",
      ),
      alert(
        "CertificateNotRenewed",
        "warning",
        "1h",
        `time() - ${issued("renewal_timestamp_seconds")} > ${DAY}`,
        "{{ $labels.name }} is not renewed",
        "It should have been renewed {{ $value | humanizeDuration }} ago.",
      ),
      alert(
        "CertificateExpiresSoon",
        "critical",
        "1h",
        `${issued("expiration_timestamp_seconds")} - time() < ${7 * DAY}`,
        "{{ $labels.name }} expires soon",
        "Browsers refuse the host in {{ $value | humanizeDuration }}.",
      ),
      ...names.map((name) =>
        alert(
          "CertificateMetricsAbsent",
          "critical",
          "30m",
          `absent(${of("ready_status", `,condition="True",name="${name}"`)})`,
          `Nothing is known of ${name}`,
          "cert-manager does not run, or is not scraped, or the Certificate is gone: nobody would hear that it expires.",
        ),
      ),
    ],
  };
}
