import type { System } from "../system";
import { type Check, check } from "./check";

/** Rules about what waits for what in a deploy. */
export const orderChecks: readonly Check[] = [
  check(["services", "migrations"], [], [], (s, _e, _r, { say }) => {
    for (const [name, { connects }] of Object.entries(s.migrations))
      for (const [i, to] of connects.entries())
        if (awaited(s, to).has(name))
          say.system(
            ["migrations", name, "connects", i],
            "is a service that starts only after this migration",
            "remove the connection, or the migration from the service's after",
          );
  }),
];

/** The migrations that must end before a service can first run: its own, and those of services that they connect to. */
function awaited({ services, migrations }: Pick<System, "services" | "migrations">, service: string): Set<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const migration of Object.hasOwn(services, name) ? (services[name]?.after ?? []) : [])
      if (!found.has(migration) && Object.hasOwn(migrations, migration)) {
        found.add(migration);
        for (const to of migrations[migration]?.connects ?? []) visit(to);
      }
  };
  visit(service);
  return found;
}
