import type { Resources } from "../../facts/resources";

/**
 * A security context that satisfies the restricted Pod Security Standard, with a read-only root file system.
 * {@link https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted}
 */
export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true, // the provider would send false, which overrides the pod's value
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/**
 * A pod's security context that satisfies the restricted Pod Security Standard. Processes and files belong to one user
 * and one group. The provider's typed resources need their ids as text.
 */
export const podSecurity = <Id extends number | string>(user: Id, group: Id = user) => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: group,
  fsGroup: group,
  seccompProfile: { type: "RuntimeDefault" },
});

/** Converts resources to the shape of the Kubernetes API. */
export function requestsAndLimits({ cpu, cpuLimit, memory, memoryLimit, ephemeralStorage }: Resources) {
  const scratch = ephemeralStorage && { "ephemeral-storage": ephemeralStorage };
  return {
    requests: { cpu, memory, ...scratch },
    limits: { ...(cpuLimit && { cpu: cpuLimit }), memory: memoryLimit, ...scratch },
  };
}
