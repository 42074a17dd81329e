import type { System } from "../schema/system";

/**
 * Returns the names of the workloads that declare a connection to a service or a datastore. Its network policies admit
 * them.
 */
export const clientsOf = ({ services, tasks }: Pick<System, "services" | "tasks">, target: string): string[] =>
  Object.entries({ ...services, ...tasks }).flatMap(([name, { connects }]) =>
    connects.includes(target) ? [name] : [],
  );
