import type { Resources } from "../../facts/resources";

/** What the restricted Pod Security Standard asks of a container, and a root that nobody writes to. */
export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true, // here too: the kubernetes provider would send false, and the container's word counts
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** What it asks of a pod, whose processes and files belong to one user; typed resources want the user as text. */
export const podSecurity = <User extends number | string>(user: User) => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  seccompProfile: { type: "RuntimeDefault" },
});

/** As the Kubernetes API has them. */
export function requestsAndLimits({ cpu, cpuLimit, memory, memoryLimit, ephemeralStorage }: Resources) {
  const scratch = ephemeralStorage && { "ephemeral-storage": ephemeralStorage };
  return {
    requests: { cpu, memory, ...scratch },
    limits: { ...(cpuLimit && { cpu: cpuLimit }), memory: memoryLimit, ...scratch },
  };
}
