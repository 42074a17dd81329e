import { HorizontalPodAutoscalerV2 } from "@cdktf/provider-kubernetes/lib/horizontal-pod-autoscaler-v2";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type Queue, scaledObject } from "../autoscaling/scaled-object";
import type { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy } from "../kubernetes/network-policy";
import { deployment } from "./deployment";
import type { PodProps, ServingProps } from "./pod";
import { singlePod } from "./single-pod";

export interface WorkloadProps {
  readonly namespace: Namespace;
  readonly pod: PodProps;
  readonly serving: ServingProps;
  /**
   * A fixed number of pods, an autoscaler's range with the load, in percent of the CPU request, or with the queue above
   * which it adds pods, or exactly one pod and never two.
   */
  readonly replicas:
    | number
    | "single"
    | { readonly min: number; readonly max: number; readonly cpu: number; readonly memory?: number }
    | { readonly min: number; readonly max: number; readonly queue: Queue };
  /** Connections by name. Each has its own network policy. */
  readonly egress: Readonly<Record<string, Allowance>>;
  /** Pods that scrape the metrics. */
  readonly scrapers: Allowance["peers"];
  readonly dependsOn: readonly ITerraformDependable[];
}

/** Load in percent of an autoscaler with a fixed number of pods, which requires one but does not use it. */
const UNUSED_LOAD = 80;

/**
 * A Deployment with an autoscaler, a disruption budget, and network policies for its egress and for scraping, or a
 * StatefulSet of a single pod. By itself, it is a worker. KEDA makes the autoscaler of a worker that has a queue.
 *
 * For a fixed number of pods, the autoscaler has the same minimum and maximum, so that no manifest has the field
 * `replicas`. If only one of two revisions had the field, an upgrade or rollback between them would remove it, and
 * Kubernetes would reduce the Deployment to a single pod.
 * {@link https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling}
 */
export class Workload extends Construct {
  /** The release. It is complete when all pods are ready. */
  readonly rollout: ReturnType<typeof deployment>;

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id);
    const { pod, serving, replicas } = props;
    const { name } = pod;
    const namespace = props.namespace.name;
    const policies = Object.entries(props.egress).map(([to, allowance]) =>
      connectionPolicy(this, { workload: name, namespace }, "to", to, allowance),
    );
    if (serving.metrics)
      policies.push(
        connectionPolicy(this, { workload: name, namespace }, "from", "prometheus", {
          peers: props.scrapers,
          ports: [{ port: serving.metrics.port }],
        }),
      );

    const dependsOn = [...props.dependsOn, ...props.namespace.ready, ...policies];
    if (replicas === "single") {
      // The address is that of the Deployment, so that Terraform updates the release of a service that becomes single.
      this.rollout = singlePod(this, "deployment", { namespace, pod, serving, dependsOn });
      return;
    }
    const rollout = (min: number, ...autoscaler: readonly ITerraformDependable[]) =>
      deployment(this, "deployment", {
        namespace,
        pod,
        serving,
        budget: min > 1,
        dependsOn: [...dependsOn, ...autoscaler],
      });
    if (typeof replicas === "object" && "queue" in replicas) {
      // A new Deployment has one pod until KEDA has made its autoscaler.
      this.rollout = rollout(replicas.min);
      scaledObject(this, "queue", { namespace, workload: name, ...replicas, rollout: this.rollout });
      return;
    }
    const range =
      typeof replicas === "number" ? { min: replicas, max: replicas, cpu: UNUSED_LOAD, memory: undefined } : replicas;
    // Terraform creates the autoscaler before the rollout, so that a new Deployment starts with the minimum.
    const autoscaler = new HorizontalPodAutoscalerV2(this, "autoscaler", {
      metadata: { name, namespace },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
        minReplicas: range.min,
        maxReplicas: range.max,
        metric: Object.entries({ cpu: range.cpu, memory: range.memory }).flatMap(([resource, averageUtilization]) =>
          averageUtilization
            ? [{ type: "Resource", resource: { name: resource, target: { type: "Utilization", averageUtilization } } }]
            : [],
        ),
      },
      dependsOn,
    });
    this.rollout = rollout(range.min, autoscaler);
  }
}
