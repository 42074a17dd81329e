/** Requests and limits of a container, as Kubernetes quantities. */
export interface Resources {
  readonly cpu: string;
  /** Without it the container may use what its node has left. */
  readonly cpuLimit?: string;
  readonly memory: string;
  readonly memoryLimit: string;
  /** Scratch space, requested and limited. */
  readonly ephemeralStorage?: string;
}
