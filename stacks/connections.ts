import { runnersOf } from "../schema/candidate";
import { type Workloads, workloads } from "../schema/workloads";

/**
 * Returns the names of the workloads that declare a connection to a service or a datastore. Its network policies admit
 * them. Candidates are among them before they are there, so that the policies do not change when they come and go.
 */
export const clientsOf = (system: Workloads, target: string): string[] =>
  workloads(system).flatMap(({ path: [, name], connects }) =>
    connects.includes(target) ? runnersOf(system, name) : [],
  );
