import { HorizontalPodAutoscalerV2 } from "@cdktf/provider-kubernetes/lib/horizontal-pod-autoscaler-v2";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy } from "../kubernetes/network-policy";
import { deployment } from "./deployment";
import type { PodProps, ServingProps } from "./pod";

export interface WorkloadProps {
  readonly namespace: Namespace;
  readonly pod: PodProps;
  readonly serving: ServingProps;
  /**
   * Fixed number of pods, or an autoscaler's range with the load, in per cent of the requests, at which it adds pods.
   */
  readonly replicas:
    | number
    | { readonly min: number; readonly max: number; readonly cpu: number; readonly memory?: number };
  /** Connections by name, each a network policy of its own. */
  readonly egress: Readonly<Record<string, Allowance>>;
  /** Who scrapes the metrics. */
  readonly scrapers: Allowance["peers"];
  readonly dependsOn: readonly ITerraformDependable[];
}

/** Per cent: an autoscaler must have a load, even if its range is one number. */
const UNUSED_LOAD = 80;

/**
 * A Deployment with everything around it but a way in: autoscaler, disruption budget, network policies. By itself it is
 * a worker.
 *
 * A fixed number of pods is an autoscaler with that number as both bounds, so that no manifest has `replicas`. If only one
 * of two revisions had it, Helm would remove the field in an upgrade or a rollback between them, and Kubernetes would keep
 * a single pod. {@link https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling}
 */
export class Workload extends Construct {
  /** Done when every pod is ready. */
  readonly rollout: ReturnType<typeof deployment>;

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id);
    const { pod, serving, replicas } = props;
    const { name } = pod;
    const namespace = props.namespace.name;
    const range =
      typeof replicas === "number" ? { min: replicas, max: replicas, cpu: UNUSED_LOAD, memory: undefined } : replicas;

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
    // Before the rollout, so that a new Deployment starts with the minimum.
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
    this.rollout = deployment(this, "deployment", {
      namespace,
      pod,
      serving,
      budget: range.min > 1,
      dependsOn: [...dependsOn, autoscaler],
    });
  }
}
