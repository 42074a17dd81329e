import { smokeJobs } from "./smoke-check";
import type { System } from "./system";

/** Sections of a system that say what runs. */
export const WORKLOADS = ["services", "tasks", "scheduled", "smokeChecks"] as const;
export type Workloads = Pick<System, (typeof WORKLOADS)[number]>;

/**
 * Services, tasks, scheduled tasks and jobs that check a release, each with its path in the system's file. No job runs twice
 * at once.
 */
export const workloads = ({ services, tasks, scheduled, smokeChecks }: Workloads) => [
  ...Object.entries(services).map(([name, service]) => ({ ...service, path: ["services", name] as const })),
  ...within("tasks", tasks),
  ...within("scheduled", scheduled),
  ...within("smokeChecks", smokeJobs(smokeChecks)),
];

/** Names of those that act as a Google service account of their own, each with its path: services, and what uses buckets. */
export const identities = (system: Workloads) =>
  workloads(system).flatMap(({ path, buckets }) =>
    path[0] === "services" || Object.keys(buckets).length ? [{ name: path[1], path }] : [],
  );

const within = <Job>(section: string, jobs: Readonly<Record<string, Job>>) =>
  Object.entries(jobs).map(([name, job]) => ({
    ...job,
    port: undefined,
    single: true,
    path: [section, name] as const,
  }));
