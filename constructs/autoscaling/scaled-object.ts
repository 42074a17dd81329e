import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { objects } from "../helm/objects";
import { KEDA_API, LOGIN } from "./keda";

/** A list in the cache that Redis clients use as a queue. */
export interface Queue {
  readonly name: string;
  /** Jobs for each pod that may wait. With more, pods are added. */
  readonly length: number;
  /** KEDA's login to the cache. */
  readonly login: ITerraformDependable;
}

export interface ScaledObjectProps {
  readonly namespace: string;
  /** Name of the Deployment. */
  readonly workload: string;
  /** Number of pods. The minimum is at least 1: from no pods, the first job would wait until one has started. */
  readonly min: number;
  readonly max: number;
  readonly queue: Queue;
  /**
   * The Deployment's rollout. KEDA asks for a Deployment that is not there after longer and longer pauses, of up to a quarter
   * of an hour.
   */
  readonly rollout: ITerraformDependable;
}

/**
 * Scales a Deployment by the length of a queue: KEDA makes an autoscaler, `keda-hpa-<workload>`. If KEDA cannot read the
 * queue, the number of pods stays as it is, because the workers cannot read it either.
 * {@link https://keda.sh/docs/2.20/reference/scaledobject-spec/}
 */
export const scaledObject = (scope: Construct, id: string, props: ScaledObjectProps): ITerraformDependable =>
  objects(scope, id, {
    name: `${props.workload}.queue`, // no workload can have this name
    namespace: props.namespace,
    dependsOn: [props.queue.login, props.rollout],
    objects: [
      {
        apiVersion: KEDA_API,
        kind: "ScaledObject",
        metadata: { name: props.workload, namespace: props.namespace },
        spec: {
          scaleTargetRef: { name: props.workload },
          minReplicaCount: props.min,
          maxReplicaCount: props.max,
          triggers: [
            {
              type: "redis",
              metadata: { listName: props.queue.name, listLength: String(props.queue.length) },
              authenticationRef: LOGIN,
            },
          ],
        },
      },
    ],
  });
