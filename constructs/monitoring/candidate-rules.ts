import { CANDIDATE } from "../../facts/candidate";
import { type MonitoredService, type RuleGroup, rateOf, scraped, TRACKS } from "./service-level";

/** Percentage points by which more requests to a candidate may fail than to the stable release. */
export const WORSE = 1;

/**
 * Returns an alert for a candidate that fails more often than the stable release. With a small share, a bad candidate hardly
 * changes how the service as a whole meets its objectives. Returns no rules for a service without a candidate or without
 * metrics.
 */
export function candidateRules(service: MonitoredService): RuleGroup[] {
  const { name, metrics, candidate } = service;
  if (!metrics || !candidate) return [];
  const failing = (track: keyof typeof TRACKS) => {
    const rate = (...more: readonly string[]) => rateOf(metrics.counter, scraped(service, TRACKS[track], ...more));
    return `(${rate(`${metrics.statusLabel}=~"5.."`)} or 0 * ${rate()}) / (${rate()} > 0)`;
  };
  return [
    {
      name: `${name}-${CANDIDATE}`,
      rules: [
        {
          alert: "CandidateFailsMoreOften",
          expr: `${failing("candidate")} - ${failing("stable")} > ${WORSE / 100}`,
          for: "5m",
          labels: { severity: "critical", service: name },
          annotations: {
            summary: `${name}'s candidate fails more often than its stable release`,
            description: `For 5 minutes, the share of requests that are answered with a 5xx has been more than ${WORSE} percentage point higher for the candidate of ${name} than for its stable release, now by {{ $value | humanizePercentage }}. npm run release with --share 0 takes all requests away from it.`,
          },
        },
      ],
    },
  ];
}
