import { certificateRules } from "../../constructs/monitoring/certificate-rules";
import { promtool, withPromtool } from "../promtool";

const NAME = "certificate.api.example.com";
const rules = certificateRules({ namespace: "shop", names: [NAME] });
const DAY = 24 * 3600;

/** Series of a certificate as Prometheus has them: the pod that was asked, and what the metric is about. */
const series = (metric: string, values: string, labels = `name="${NAME}",exported_namespace="shop"`) => ({
  series: `certmanager_certificate_${metric}{job="annotated-pods",namespace="cert-manager",${labels}}`,
  values,
});
const ready = (values: string) =>
  ["True", "False"].map((condition) =>
    series(
      "ready_status",
      condition === "True" ? values : values.replace(/[01](?=x)/, (digit) => String(1 - Number(digit))),
      `name="${NAME}",exported_namespace="shop",condition="${condition}"`,
    ),
  );
const times = (renewal: number, expiration: number) => [
  series("renewal_timestamp_seconds", `${renewal}x1000`),
  series("expiration_timestamp_seconds", `${expiration}x1000`),
];

/** The alerts that fire after some hours, with a value every five minutes. */
const after = (hours: number, input_series: readonly object[], ...alerts: readonly string[]) => ({
  interval: "5m",
  input_series,
  promql_expr_test: [
    {
      expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
      eval_time: `${hours}h`,
      exp_samples: alerts.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
    },
  ],
});

test("they select the namespace's certificates with the labels of the job that scrapes annotated pods", () => {
  const selectors = rules.rules.flatMap((rule) => rule.expr.match(/certmanager_\w+\{[^}]+\}/g) ?? []);
  expect(selectors).toHaveLength(4);
  for (const selector of selectors) expect(selector).toContain('{job="annotated-pods",exported_namespace="shop"');
});

withPromtool(
  "a certificate that is renewed in time fires no alert; one that is not renewed, or is missing, does",
  () => {
    const dates = times(DAY, 10 * DAY);
    const { ok, said } = promtool(
      ["test", "rules", "tests.json"],
      [rules],
      [
        after(47, [...ready("1x1000"), ...dates]),
        after(50, [...ready("1x1000"), ...dates], "CertificateNotRenewed"),
        after(74, [...ready("1x1000"), ...dates], "CertificateExpiresSoon", "CertificateNotRenewed"),
        after(2, [...ready("0x1000"), ...times(0, 0)], "CertificateNotReady"), // never issued: 0 is not an expiry time
        after(2, [], "CertificateMetricsAbsent"),
      ],
      "5m",
    );
    expect(said).toContain("SUCCESS");
    expect(ok).toBe(true);
  },
);
