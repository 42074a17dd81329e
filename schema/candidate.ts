import { candidateOf } from "../facts/candidate";
import { withEarlier } from "./order";
import type { Release } from "./release";
import type { System } from "./system";
import type { Service } from "./workload";

/** A release that services with a strategy run beside the stable one. */
export interface Candidate {
  readonly release: Release;
  /** Per cent of the requests to canary services that the candidate gets. Blue-green services switch at 100. */
  readonly share: number;
}

/** Whether a service can have a candidate. */
export const hasStrategy = ({ strategy }: Pick<Service, "strategy">): boolean => strategy.kind !== "rolling";

/** Names of the services that can have a candidate. */
export const shiftedServices = ({ services }: Pick<System, "services">): string[] =>
  Object.keys(services).filter((name) => hasStrategy(services[name] as Service));

/** Names of the tasks that run for a candidate, too: those that services with a strategy wait for. */
export const candidateTasks = (system: Pick<System, "services" | "tasks">): ReadonlySet<string> =>
  withEarlier(
    system.tasks,
    shiftedServices(system).flatMap((name) => (system.services[name] as Service).after),
  );

/** Names of all workloads that run one of the system's, whether or not a candidate is there: policies and quotas allow for both. */
export function runnersOf(system: Pick<System, "services" | "tasks">, workload: string): string[] {
  const beside = shiftedServices(system).includes(workload) || candidateTasks(system).has(workload);
  return beside ? [workload, candidateOf(workload)] : [workload];
}

/** Per cent of a service's requests that a candidate gets. */
export const shareOf = ({ strategy }: Pick<Service, "strategy">, { share }: Pick<Candidate, "share">): number =>
  strategy.kind === "canary" || share === 100 ? share : 0;

/** The shares that a candidate can have: none, the steps that all canary services have, and all. */
export function possibleShares(system: Pick<System, "services">): number[] {
  const steps = Object.values(system.services).flatMap(({ strategy }) =>
    strategy.kind === "canary" ? [strategy.steps] : [],
  );
  const [first = [], ...others] = steps;
  return [0, ...first.filter((step) => others.every((other) => other.includes(step))), 100];
}
