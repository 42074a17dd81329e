/** What follows from a candidate: a second release, which services with a strategy run beside the stable one. */

/** Last part of the names of what runs the candidate. No other workload's name ends so. */
export const CANDIDATE = "candidate";

/** Name of the workload that runs the candidate beside a stable one. */
export const candidateOf = (workload: string): string => `${workload}-${CANDIDATE}`;

/** Name of the stable workload: the candidate's without its end, or the name itself. */
export const stableOf = (workload: string): string =>
  isCandidateName(workload) ? workload.slice(0, -`-${CANDIDATE}`.length) : workload;

export const isCandidateName = (workload: string): boolean => workload.endsWith(`-${CANDIDATE}`);
