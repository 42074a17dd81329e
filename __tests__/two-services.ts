import type { Files } from "./support";

/** Gives pmcrm a second public service, like the first one. */
export function addService({ system, staging, production }: Files): void {
  system.database.connectionsPerPod = 2; // the smallest database accepts the connections of both
  system.services.second = { ...structuredClone(system.services.backend as Files["system"]["services"][string]) };
  staging.environment.services.second = { replicas: { min: 1, max: 3 }, hosts: ["second.staging.pmcrm.io"] };
  production.environment.services.second = { replicas: { min: 3, max: 20 }, hosts: ["second.pmcrm.io"] };
}

/** Removes its hosts: it stays, reachable only in the cluster. */
export function hideService({ system, staging, production }: Files): void {
  if (system.services.second) system.services.second.rateLimits = [];
  for (const { environment } of [staging, production])
    if (environment.services.second) environment.services.second.hosts = [];
}

/** Removes it from the system. */
export function removeService({ system, staging, production }: Files): void {
  delete system.services.second;
  for (const { environment } of [staging, production]) delete environment.services.second;
}
