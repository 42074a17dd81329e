import type { Files } from "./support";

/** Gives pmcrm a task that runs every night, after a migration, and a worker of a single pod, both of the backend's image. */
export function addBackground({ system, staging, production }: Files): void {
  const { backend } = system.services;
  if (!backend) throw new Error("pmcrm has changed");
  const like = () => ({
    image: "backend",
    pool: "workers",
    resources: { cpu: "100m", memory: "128Mi", memoryLimit: "256Mi" },
  });
  system.services.beat = {
    ...like(),
    command: ["node", "dist/beat"],
    health: { command: ["node", "dist/beat-health"] },
    single: true,
    variables: ["LOG_LEVEL", "REDIS_URL"],
    connects: ["cache"],
    after: ["migrate"],
  };
  for (const { environment } of [staging, production]) environment.services.beat = { replicas: 1 };
  system.scheduled = {
    nightly: {
      ...like(),
      command: ["npm", "run", "nightly"],
      variables: ["NODE_ENV", "DATABASE_URL"],
      connects: ["database", "backend"],
      schedule: "30 3 * * *",
      timeZone: "Europe/Berlin",
      deadlineSeconds: 1800,
      after: ["migrate"],
    },
  };
}
