import { own, workloads } from "./checks/check";
import type { Environment } from "./environment";
import type { System } from "./system";

/** Connections to the database that all pods together may open while they roll out. */
export function mostConnections(
  system: Pick<System, "services" | "migrations" | "database">,
  { services }: Pick<Environment, "services">,
): number {
  const pods = workloads(system)
    .filter(({ connects }) => connects.includes("database"))
    .map(({ path: [group, name] }) => {
      const replicas = group === "services" ? (own(services, name as string)?.replicas ?? 1) : 1;
      const largest = typeof replicas === "number" ? replicas : replicas.max;
      return group === "services" ? Math.ceil(largest * 1.25) : 1; // a rollout starts a quarter more
    });
  return pods.reduce((sum, n) => sum + n, 0) * system.database.connectionsPerPod;
}
