import type { ITerraformDependable } from "cdktf";
import { autopilotResources } from "../../facts/autopilot";
import type { Resources } from "../../facts/resources";

/** Key of the taint of dedicated pools; its value is the pool's name. */
export const DEDICATED = "dedicated";
/** Label that GKE puts on every node. */
export const POOL_LABEL = "cloud.google.com/gke-nodepool";

/** Where pods run, as the cluster's mode has it: on a node pool, or where Autopilot finds or makes a node. */
export interface Placement {
  /** Whether Google owns the nodes: it rewrites pods, and keeps hosts and `kube-system` to itself. */
  readonly autopilot: boolean;
  /** Fields of a pod's spec that put it on its nodes. */
  readonly pod: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: { key: string; operator: string; value: string; effect: string }[];
  };
  /** What pods wait for: their nodes. */
  readonly ready: ITerraformDependable;
  /** What a container asks for there. */
  resources(resources: Resources): Resources;
  /** The same for a container without a CPU limit that works in short bursts, which Autopilot's limit would throttle. */
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
