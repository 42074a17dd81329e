/** Key of the taint of dedicated pools; its value is the pool's name. */
export const DEDICATED = "dedicated";
/** Label that GKE puts on every node. */
export const POOL_LABEL = "cloud.google.com/gke-nodepool";

/** Fields of a pod's spec that put it on a pool's nodes; none where there are no pools. */
export const placedOn = (pool?: string) =>
  pool
    ? {
        nodeSelector: { [POOL_LABEL]: pool },
        tolerations: [{ key: DEDICATED, operator: "Equal", value: pool, effect: "NoSchedule" }],
      }
    : {};
