import type { Release as HelmRelease } from "@cdktf/provider-helm/lib/release";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { SURGE } from "../../facts/rollout";
import { objects } from "../helm/objects";
import { disruptionBudget } from "../kubernetes/disruption-budget";
import { NAME_LABEL } from "../kubernetes/labels";
import { configurationOf, type PodProps, podTemplate, type ServingProps } from "./pod";

export interface DeploymentProps {
  readonly namespace: string;
  readonly pod: PodProps;
  readonly serving: ServingProps;
  /**
   * Whether evictions, such as those of a node drain, take one pod at a time. This would block evictions of a single pod.
   */
  readonly budget: boolean;
  readonly dependsOn: readonly ITerraformDependable[];
}

/** Seconds after which a rollout that does not move counts as failed: before Helm gives up and rolls back. */
const PROGRESS_DEADLINE = 540;

/**
 * A Deployment that rolls without unavailability. An autoscaler must set the number of its pods.
 *
 * Beneath it is a Helm release, not `kubernetes_deployment_v1`: that one replaces the whole spec on every update, with
 * the number of replicas that it saw while planning. Where an autoscaler has gone from 3 to 10 since, a new image would
 * cut the service to 3. Helm patches what changed and leaves out `replicas`, which no manifest has. A failed rollout is also
 * rolled back.
 * {@link https://github.com/hashicorp/terraform-provider-kubernetes/blob/v3.2.1/kubernetes/resource_kubernetes_deployment_v1.go}
 */
export function deployment(scope: Construct, id: string, props: DeploymentProps): HelmRelease {
  const { namespace, pod } = props;
  const labels = { [NAME_LABEL]: pod.name };
  return objects(scope, id, {
    name: pod.name,
    namespace,
    configuration: configurationOf(pod),
    dependsOn: props.dependsOn,
    objects: [
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: pod.name, namespace, labels },
        spec: {
          revisionHistoryLimit: 5,
          progressDeadlineSeconds: PROGRESS_DEADLINE,
          selector: { matchLabels: labels },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: `${SURGE}%`, maxUnavailable: 0 } },
          template: podTemplate(pod, props.serving),
        },
      },
      ...(props.budget ? [disruptionBudget(pod.name, namespace, labels)] : []),
    ],
  });
}
