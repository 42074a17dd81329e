import { invalid } from "../../api-error";
import type { Body } from "../../body";
import type { Cloud } from "../../cloud";
import { needServiceAccount } from "../iam";

/**
 * Names of clusters and pools.
 * https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Cluster.FIELDS.name
 */
export function checkName(field: string, name: unknown): void {
  if (!/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/.test(String(name)))
    throw invalid(
      `Invalid value for field "${field}": "${name}". Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?)' (only lowercase alphanumerics and '-' allowed, must start with a letter and end with an alphanumeric, and must be no longer than 40 characters).`,
    );
}

/** https://cloud.google.com/kubernetes-engine/docs/how-to/flexible-pod-cidr */
export function checkMaxPods(field: string, constraint?: Body): void {
  const max = constraint?.maxPodsPerNode;
  if (max !== undefined && !(Number(max) >= 8 && Number(max) <= 256))
    throw invalid(`Invalid value for field "${field}.max_pods_per_node": "${max}". Must be between 8 and 256.`);
}

/** Whom nodes run as; `default` is Compute Engine's own account, which a project comes with. */
export function checkAccount(cloud: Cloud, account: string | undefined): void {
  if (account && account !== "default") needServiceAccount(cloud, account);
}
