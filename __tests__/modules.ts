import type { Files, Json } from "./support";

/**
 * Gives pmcrm a module of the worker, and a module `crm` of the service crm-api, which alone has an image, a secret, a
 * variable of the environment and a task. The backend stays in no module.
 */
export function addModules({ system, staging, production }: Files): void {
  system.database.connectionsPerPod = 2;
  const { rateLimits: _, ...like } = system.services.backend as Json;
  system.variables.CRM_KEY = { kind: "generated", length: 32 };
  system.variables.CRM_MODE = { kind: "environment" };
  system.tasks = {
    "crm-seed": { ...(system.tasks?.migrate as Json), image: "crm", after: ["migrate"] },
    ...system.tasks,
  };
  system.services["crm-api"] = {
    ...like,
    image: "crm",
    variables: ["PORT", "CRM_KEY", "CRM_MODE"],
    connects: ["database", "backend"],
    after: ["crm-seed"],
  };
  system.images = { crm: { user: 101, group: 101 } };
  system.modules = {
    crm: { title: "CRM", services: ["crm-api"] },
    jobs: { title: "Background jobs", services: ["worker"] },
  };
  for (const { environment, release } of [staging, production]) {
    environment.services["crm-api"] = { replicas: { min: 2, max: 3 } };
    environment.variables = { ...environment.variables, CRM_MODE: "full" };
    release.images.crm = release.images.backend as string;
  }
}

/** Leaves the module crm out of an environment. */
export function withoutCrm({ environment }: Files["production"]): void {
  environment.modules = ["jobs"];
  delete environment.services["crm-api"];
  delete environment.variables?.CRM_MODE;
}
