import type { Release as HelmRelease } from "@cdktf/provider-helm/lib/release";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { objects } from "../helm/objects";
import { NAME_LABEL } from "../kubernetes/labels";
import { configurationOf, type PodProps, podTemplate, type ServingProps } from "./pod";

export interface SinglePodProps {
  readonly namespace: string;
  readonly pod: PodProps;
  readonly serving: ServingProps;
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Creates a StatefulSet of one pod, without a volume. Kubernetes creates a pod of a StatefulSet only when the earlier pod of
 * the same name is gone: in a rollout, after an eviction, and when the node is lost. A Deployment creates the next pod
 * as soon as the earlier one must stop, also with the strategy `Recreate`, which is about rollouts alone. There is no
 * disruption budget, because it would block every drain of the node.
 * {@link https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/#statefulset-considerations}
 */
export function singlePod(scope: Construct, id: string, props: SinglePodProps): HelmRelease {
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
        kind: "StatefulSet",
        metadata: { name: pod.name, namespace, labels },
        spec: {
          replicas: 1,
          serviceName: pod.name, // required, but nothing connects to the pod
          revisionHistoryLimit: 5,
          // With the default, a rollback would wait until the pod of the failed rollout is ready.
          // https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
          podManagementPolicy: "Parallel",
          updateStrategy: { type: "RollingUpdate" },
          selector: { matchLabels: labels },
          template: podTemplate(pod, props.serving),
        },
      },
    ],
  });
}
