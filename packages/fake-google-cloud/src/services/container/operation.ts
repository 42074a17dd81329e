import { precondition } from "../../api-error";
import type { Body } from "../../body";
import type { Cloud } from "../../cloud";
import { type Route, route } from "../../route";

export const CLUSTERS = "projects/{project}/locations/{location}/clusters";

/** https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.operations#type */
type OperationType =
  | "CREATE_CLUSTER"
  | "UPDATE_CLUSTER"
  | "DELETE_CLUSTER"
  | "CREATE_NODE_POOL"
  | "UPGRADE_NODES"
  | "DELETE_NODE_POOL";

export const keyOf = (path: string): string => `container/${path}`;
export const linkOf = (path: string): string => `https://container.googleapis.com/v1/${path}`;

/** Begins a change of a cluster or a pool, and answers as the service does. */
export function begin(cloud: Cloud, path: string, type: OperationType, minutes = 0, until?: Promise<unknown>): Body {
  const { name } = cloud.operations.begin(keyOf(path), minutes, type, until);
  return operationAt(cloud, `${path.split("/").slice(0, 4).join("/")}/operations/${name}`);
}

function operationAt(cloud: Cloud, path: string): Body {
  const [, , , location, , name = ""] = path.split("/");
  const operation = cloud.operations.find(name);
  return {
    name,
    location,
    zone: location,
    selfLink: linkOf(path),
    status: cloud.operations.isDone(name) ? "DONE" : "RUNNING",
    ...(operation && {
      operationType: operation.response,
      targetLink: linkOf(operation.target.replace(/^container\//, "")),
    }),
  };
}

export const operationRoutes: readonly Route[] = [
  route("GET", "projects/{project}/locations/{location}/operations/{operation}", ({ path }, cloud) =>
    operationAt(cloud, path),
  ),
];

/**
 * Refuses a change while an incompatible one is under way: a cluster has one at a time, or one for each of its pools.
 * Creation is the only one that takes time here. The reason is what the provider waits and tries again for.
 * https://cloud.google.com/kubernetes-engine/docs/troubleshooting/concurrent-operations
 */
export function needIdle(cloud: Cloud, cluster: string, pool?: string): void {
  const pools = pool ? [keyOf(pool)] : cloud.store.below(keyOf(`${cluster}/nodePools`)).map(([key]) => key);
  for (const [key, action] of [
    [keyOf(cluster), "creating cluster"],
    ...pools.map((key) => [key, "creating a node pool for cluster"] as const),
  ] as const) {
    const operation = cloud.operations.on(key);
    if (operation)
      throw precondition(
        `Operation ${operation.name} is currently ${action} ${cluster.split("/").pop()}. Please wait and try again once it is done.`,
        "failedPrecondition",
      );
  }
}
