import type { System } from "../schema/system";

/** Names of the workloads that declare a connection to a service or a datastore: who its policies let in. */
export const clientsOf = (
  { services, migrations }: Pick<System, "services" | "migrations">,
  target: string,
): string[] =>
  Object.entries({ ...services, ...migrations }).flatMap(([name, { connects }]) =>
    connects.includes(target) ? [name] : [],
  );
