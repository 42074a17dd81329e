import type { ITerraformDependable } from "cdktf";
import { autopilotResources } from "../../facts/autopilot";
import type { Resources } from "../../facts/resources";

/** Key of the taint on nodes of dedicated pools. Its value is the pool's name. */
export const DEDICATED = "dedicated";
/** The label with the pool's name, which GKE sets on each node. */
export const POOL_LABEL = "cloud.google.com/gke-nodepool";

/** The place where pods run: a node pool of a Standard cluster, or an Autopilot cluster. */
export interface Placement {
  /** Whether Google manages the nodes. Autopilot changes pods, and does not allow access to nodes and `kube-system`. */
  readonly autopilot: boolean;
  /** Fields of a pod's spec that select its nodes. */
  readonly pod: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: { key: string; operator: string; value: string; effect: string }[];
  };
  /** The nodes, on which pods depend. */
  readonly ready: ITerraformDependable;
  /** Returns a container's requests and limits in this place. */
  resources(resources: Resources): Resources;
  /**
   * Returns the same for a container without a CPU limit that works in short bursts. Autopilot sets a CPU limit, which
   * would throttle it.
   */
  bursting(resources: Omit<Resources, "cpu"> & { readonly millicores: number }): Resources;
}

export const onPool = (pool: string, ready: ITerraformDependable): Placement => ({
  autopilot: false,
  pod: {
    nodeSelector: { [POOL_LABEL]: pool },
    tolerations: [{ key: DEDICATED, operator: "Equal", value: pool, effect: "NoSchedule" }],
  },
  ready,
  resources: (resources) => resources,
  bursting: ({ millicores, ...rest }) => ({ cpu: `${millicores}m`, ...rest }),
});

export const onAutopilot = (ready: ITerraformDependable): Placement => ({
  autopilot: true,
  pod: {},
  ready,
  resources: autopilotResources,
  bursting: ({ millicores, ...rest }) => autopilotResources({ cpu: `${2 * millicores}m`, ...rest }),
});
