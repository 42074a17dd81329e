import type { Files } from "./support";

/**
 * Gives pmcrm two buckets. `media` is private: the backend writes it and signs URLs, the worker reads it. `static` is
 * public: the task `collect` writes it before a rollout.
 */
export function addBuckets({ system, staging, production }: Files): void {
  const { backend, worker } = system.services;
  const { migrate } = system.tasks ?? {};
  if (!backend || !worker || !migrate) throw new Error("pmcrm has changed");
  system.buckets = { media: { access: "private" }, static: { access: "public", health: "/health.txt" } };
  system.variables = {
    ...system.variables,
    MEDIA_BUCKET: { kind: "bucket", of: "media" },
    STATIC_BUCKET: { kind: "bucket", of: "static" },
    STATIC_URL: { kind: "url", of: "static", path: "/" },
  };
  Object.assign(backend, {
    buckets: { media: "write" },
    signsUrls: true,
    variables: [...(backend.variables ?? []), "MEDIA_BUCKET", "STATIC_URL"],
    after: [...(backend.after ?? []), "collect"],
  });
  Object.assign(worker, { buckets: { media: "read" }, variables: [...(worker.variables ?? []), "MEDIA_BUCKET"] });
  system.tasks = {
    ...system.tasks,
    collect: {
      ...structuredClone(migrate),
      command: ["npm", "run", "collect"],
      variables: ["NODE_ENV", "STATIC_BUCKET"],
      connects: [],
      buckets: { static: "write" },
      changesDatabase: false,
    },
  };
  staging.environment.buckets = { static: { host: "static.staging.pmcrm.io" } };
  production.environment.buckets = { static: { host: "static.pmcrm.io" }, media: { keepDays: 30 } };
}
