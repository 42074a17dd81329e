import { parseMemory } from "../facts/quantity";
import { largestOf, mostServing } from "../facts/rollout";
import { runnersOf } from "./candidate";
import { own } from "./checks/check";
import type { Environment } from "./environment";
import type { System } from "./system";
import { type Workloads, workloads } from "./workloads";

/** MiB of memory for each connection to PostgreSQL in the cluster; pooled connections rarely use that much. */
const MEMORY_PER_CONNECTION = 8;
/** {@link https://github.com/postgres/postgres/blob/REL_17_0/src/include/postmaster/postmaster.h} MAX_BACKENDS */
const MOST = 262_143;
/** Connections reserved for the exporter, backups and people. */
const RESERVE = 20;

/**
 * Connections of Cloud SQL's that pods do not get: those that PostgreSQL reserves for superusers, and one for the deploy,
 * which creates the role and the extensions.
 * {@link https://www.postgresql.org/docs/17/runtime-config-connection.html#GUC-SUPERUSER-RESERVED-CONNECTIONS}
 */
export const RESERVED = 3 + 1;

/**
 * Connections that PostgreSQL in the cluster accepts. The number follows from its memory, not from the number of pods: a
 * new number restarts the server, and so does new memory.
 * {@link https://www.postgresql.org/docs/17/runtime-config-connection.html#GUC-MAX-CONNECTIONS}
 */
export function connectionsInCluster({ memoryLimit }: { readonly memoryLimit: string }) {
  const all = Math.min(Math.floor((parseMemory(memoryLimit) ?? 0) / MEMORY_PER_CONNECTION), MOST);
  return { all, forPods: all - RESERVE };
}

/** Connections to the database that all pods together can open during a rollout, beside candidates if there can be any. */
export function mostConnections(
  system: Workloads & Pick<System, "database">,
  { services }: Pick<Environment, "services">,
): number {
  const pods = workloads(system)
    .filter(({ connects }) => connects.includes("database"))
    .map(({ path: [, name], single }) => {
      const serving = single ? 1 : mostServing(largestOf(own(services, name)?.replicas ?? 1));
      return runnersOf(system, name).length * serving;
    });
  return pods.reduce((sum, n) => sum + n, 0) * (system.database?.connectionsPerPod ?? 0);
}
