import type { Files } from "./support";

/** Gives pmcrm a task that runs every night, of the backend's image, and after a migration. */
export function addBackground({ system }: Files): void {
  const { backend } = system.services;
  if (!backend) throw new Error("pmcrm has changed");
  system.scheduled = {
    nightly: {
      image: "backend",
      command: ["npm", "run", "nightly"],
      pool: "workers",
      resources: { cpu: "100m", memory: "128Mi", memoryLimit: "256Mi" },
      variables: ["NODE_ENV", "DATABASE_URL"],
      connects: ["database", "backend"],
      schedule: "30 3 * * *",
      timeZone: "Europe/Berlin",
      deadlineSeconds: 1800,
      after: ["migrate"],
    },
  };
}
