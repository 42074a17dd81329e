import { smokeJobs } from "../schema/smoke-check";
import type { System } from "../schema/system";

/**
 * Returns the names of the workloads that declare a connection to a service or a datastore. Its network policies admit
 * them.
 */
export const clientsOf = (
  { services, tasks, smokeChecks }: Pick<System, "services" | "tasks" | "smokeChecks">,
  target: string,
): string[] =>
  Object.entries({ ...services, ...tasks, ...smokeJobs(smokeChecks) }).flatMap(([name, { connects }]) =>
    connects.includes(target) ? [name] : [],
  );
