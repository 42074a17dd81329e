import { WORSE } from "../../constructs/monitoring/candidate-rules";
import { latencyQuantile, RATE_INTERVAL, requestQueries } from "../../constructs/monitoring/request-queries";
import { type MonitoredService, TRACKS } from "../../constructs/monitoring/service-level";

/**
 * Whether a candidate does as well as the stable release, by Prometheus's answers. Without enough requests there is no
 * verdict: Argo Rollouts calls such an analysis inconclusive, and waits for a person.
 * {@link https://argo-rollouts.readthedocs.io/en/stable/features/analysis/}
 */
export type Verdict = "pass" | "fail" | "not-enough";

/** A verdict, and the figures that it comes from. */
export interface Judged {
  readonly verdict: Verdict;
  readonly why: string;
}

/** What is asked of each release: requests in the window, the share of them that fails, and seconds. */
export type Metric = "requests" | "failed" | "latency";

/** Answers for one release. An answer that is empty, or no number, is no value. */
export type Measured = Readonly<Partial<Record<Metric, number>>>;

/** Answers for both releases of a service. */
export interface Compared {
  readonly service: MonitoredService;
  readonly candidate: Measured;
  readonly stable: Measured;
}

/** What a verdict needs. */
export interface Limits {
  /** Requests to each release in the window. */
  readonly requests: number;
  /** Measurements that must pass one after the other. */
  readonly successes: number;
  /** Measurements of a step that may fail. */
  readonly failures: number;
}

/** Minutes that each measurement looks back. Measurements that are as far apart share no request. */
export const WINDOW = 5;
const QUANTILE = 0.95;
/** A candidate is slower if it takes this many times as long, and so many seconds more. */
const SLOWER = { times: 1.5, seconds: 0.1 };
/** Requests that must be worse than the stable release's would have been. Fewer can be chance. */
const EVIDENCE = 5;

/** The PromQL queries for one release of a service: those of the dashboards. No latency without a histogram. */
export function queriesOf(service: MonitoredService, track: keyof typeof TRACKS): Partial<Record<Metric, string>> {
  const { metrics } = service;
  if (!metrics) return {};
  const { all, failed } = requestQueries(service, metrics, TRACKS[track]);
  const latency = metrics.histogram && latencyQuantile(service, metrics.histogram, QUANTILE, TRACKS[track]);
  return Object.fromEntries(
    Object.entries({ requests: `${all} * ${WINDOW * 60}`, failed, latency }).flatMap(([metric, query]) =>
      query ? [[metric, query.replaceAll(RATE_INTERVAL, `${WINDOW}m`)]] : [],
    ),
  );
}

/**
 * One measurement of a service. It passes only if every value is there, both releases have had enough requests, and the
 * candidate's are not worse. It fails if so many requests are worse that this is no chance.
 */
export function measured(compared: Compared, least: number): Judged {
  const { service, candidate, stable } = compared;
  const [requests = 0, requestsOfStable = 0] = [candidate, stable].map((it) => known(it.requests) ?? 0);
  const enough = (who: string, count: number): Judged[] =>
    count >= least
      ? []
      : [
          {
            verdict: "not-enough",
            why: `${who} has had ${Math.round(count)} of ${least} requests in ${WINDOW} minutes`,
          },
        ];
  const worse = (isWorse: boolean, evidence: number, why: string): Judged[] => {
    if (!isWorse) return [];
    const isProved = evidence >= EVIDENCE && requestsOfStable >= least;
    return [{ verdict: isProved ? "fail" : "not-enough", why: isProved ? why : `${why}, which can be chance` }];
  };
  const compare: Record<Exclude<Metric, "requests">, (own: number, other: number) => Judged[]> = {
    failed: (own, other) =>
      worse(
        own - other > WORSE / 100,
        (own - other) * requests,
        `${percent(own)} of the candidate's requests fail, and ${percent(other)} of the stable release's`,
      ),
    latency: (own, other) =>
      worse(
        own > SLOWER.times * other && own > other + SLOWER.seconds,
        (1 - QUANTILE) * requests,
        `95 % of the candidate's requests take up to ${seconds(own)}, and of the stable release's up to ${seconds(other)}`,
      ),
  };
  const findings = [
    ...enough("the candidate", requests),
    ...enough("the stable release", requestsOfStable),
    ...(["failed", "latency"] as const).flatMap((metric): Judged[] => {
      if (!queriesOf(service, "stable")[metric]) return [];
      const [own, other] = [known(candidate[metric]), known(stable[metric])];
      if (own !== undefined && other !== undefined) return compare[metric](own, other);
      return [{ verdict: "not-enough", why: `Prometheus has no value for ${NAMES[metric]} of both releases` }];
    }),
  ];
  const { verdict, why } = together(findings);
  return { verdict, why: `${service.name}: ${why || figures(compared)}` };
}

/** The verdict on several things at once: the worst of theirs, with its reasons. */
export function together(all: readonly Judged[]): Judged {
  const verdict = (["fail", "not-enough"] as const).find((it) => all.some((judged) => judged.verdict === it)) ?? "pass";
  const reasons = all.filter((judged) => judged.verdict === verdict).map(({ why }) => why);
  return { verdict, why: reasons.join("; ") };
}

/** The verdict on a step, by its measurements, the oldest first. What is not enough interrupts a row of successes. */
export function verdictOn(measurements: readonly Judged[], { successes, failures }: Limits): Verdict {
  if (measurements.filter(({ verdict }) => verdict === "fail").length > failures) return "fail";
  const last = measurements.slice(-successes);
  return last.length === successes && last.every(({ verdict }) => verdict === "pass") ? "pass" : "not-enough";
}

const NAMES = { failed: "the requests that fail", latency: "the latency" } as const;

/** A value, if it is a number: 0 / 0 is NaN in PromQL, and the quantile of an empty histogram, too. */
const known = (value: number | undefined): number | undefined => (Number.isFinite(value) ? value : undefined);

const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`;
const seconds = (value: number): string => `${value.toFixed(2)} s`;

/** The figures of a measurement that passes. */
function figures({ candidate, stable }: Compared): string {
  const of = ({ requests = 0, failed = 0, latency }: Measured) =>
    [
      `${Math.round(requests)} requests`,
      `${percent(failed)} fail`,
      ...(latency === undefined ? [] : [seconds(latency)]),
    ].join(", ");
  return `${of(candidate)} (stable: ${of(stable)})`;
}
