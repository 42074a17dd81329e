import type { Cloud } from "../cloud";
import { ADMINISTRATOR, type Caller } from "../tokens";

/** Who may do everything in a cluster. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles */
const MASTERS = "system:masters";

/**
 * Groups of a caller in the clusters that let it in, which a cluster binds to what they allow: its roles there, and the
 * permissions of GKE in the project's own roles. Nothing if no cluster lets it in.
 */
export function groupsInClusters(cloud: Cloud, caller: Caller): string[] | undefined {
  if (caller[0] === ADMINISTRATOR) return [MASTERS];
  const open = cloud.store
    .entries()
    .map(([key]) => key)
    .filter((key) => /^container\/projects\/[^/]+\/locations\/[^/]+\/clusters\/[^/]+$/.test(key))
    .filter((key) => cloud.access.permits(caller, "container.clusters.connect", key));
  const groups = (role: string): string[] =>
    (cloud.store.get(`iam/${role}`)?.includedPermissions ?? [role]).filter((name: string) =>
      /^roles\/|^container\./.test(name),
    );
  return open.length
    ? [...new Set(open.flatMap((key) => cloud.access.rolesOn(key, caller)).flatMap(groups))]
    : undefined;
}
