import type { Cloud } from "./cloud";

/** Google's own accounts in a project, and the API that each comes with. https://cloud.google.com/iam/docs/service-agents */
const AGENTS: Readonly<Record<string, string>> = {
  "container-engine-robot": "container.googleapis.com",
  "compute-system": "compute.googleapis.com",
  "gs-project-accounts": "storage.googleapis.com",
  "cloud-redis": "redis.googleapis.com",
  "gcp-sa-cloud-sql": "sqladmin.googleapis.com",
  "https-lb": "compute.googleapis.com",
};

/** Name of an API's account: most are called by the API. */
export const agentOf = (api: string): string =>
  Object.keys(AGENTS).find((agent) => AGENTS[agent] === api) ?? `gcp-sa-${api.replace(".googleapis.com", "")}`;

/** Where the store keeps an account that somebody has asked for. */
export const agentKey = (project: string, agent: string): string => `serviceusage/projects/${project}/agents/${agent}`;

/**
 * Whether one is there: with its API, or asked for. That of load balancers comes with the first backend bucket:
 * https://cloud.google.com/cdn/docs/configure-private-bucket-access
 */
export const hasAgent = (cloud: Cloud, project: string, agent: string): boolean =>
  cloud.store.get(agentKey(project, agent)) !== undefined ||
  (cloud.isEnabled(project, AGENTS[agent] ?? "") &&
    (agent !== "https-lb" || cloud.store.members(`compute/projects/${project}/global/backendBuckets`).length > 0));
