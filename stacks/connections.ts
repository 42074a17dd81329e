import { type Workloads, workloads } from "../schema/workloads";

/**
 * Returns the names of the workloads that declare a connection to a service or a datastore. Its network policies admit
 * them.
 */
export const clientsOf = (system: Workloads, target: string): string[] =>
  workloads(system).flatMap(({ path: [, name], connects }) => (connects.includes(target) ? [name] : []));
