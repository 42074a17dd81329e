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
   * Whether to limit evictions, such as those of a node drain, to one pod at a time. For a single pod, the limit would
   * block all evictions.
   */
  readonly budget: boolean;
  readonly dependsOn: readonly ITerraformDependable[];
}

/** Seconds without progress after which a rollout fails. It is shorter than Helm's timeout, which rolls back. */
const PROGRESS_DEADLINE = 540;

/**
 * Creates a Deployment that is always available during rollouts. An autoscaler must set the number of its pods.
 *
 * The Deployment is part of a Helm release. The typed resource `kubernetes_deployment_v1` sends the whole spec with
 * each update, with the number of replicas at the time of the plan. If an autoscaler has since added pods, a new image
 * would remove them. Helm patches only what changed, and the manifest has no `replicas`. Helm also rolls back a failed
 * rollout.
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
