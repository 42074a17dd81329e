import { HorizontalPodAutoscalerV2 } from "@cdktf/provider-kubernetes/lib/horizontal-pod-autoscaler-v2";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { deployment } from "./deployment";
import type { Namespace } from "./namespace";
import { type Allowance, connectionPolicy } from "./network-policy";
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

/**
 * A Deployment with everything around it but a way in: autoscaler, disruption budget, network policies. By itself it is
 * a worker.
 */
export class Workload extends Construct {
  /** Done when every pod is ready. */
  readonly rollout: ReturnType<typeof deployment>;

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id);
    const { pod, serving, replicas } = props;
    const { name } = pod;
    const namespace = props.namespace.name;
    const fixed = typeof replicas === "number";

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
    // Before the rollout, so that a new Deployment starts with the minimum, and nothing else sets a number that becomes
    // fixed.
    if (!fixed) {
      const metrics = { cpu: replicas.cpu, memory: replicas.memory };
      const autoscaler = new HorizontalPodAutoscalerV2(this, "autoscaler", {
        metadata: { name, namespace },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
          minReplicas: replicas.min,
          maxReplicas: replicas.max,
          metric: Object.entries(metrics).flatMap(([resource, averageUtilization]) =>
            averageUtilization
              ? [
                  {
                    type: "Resource",
                    resource: { name: resource, target: { type: "Utilization", averageUtilization } },
                  },
                ]
              : [],
          ),
        },
        dependsOn,
      });
      dependsOn.push(autoscaler);
    }
    this.rollout = deployment(this, "deployment", {
      namespace,
      pod,
      serving,
      replicas: fixed ? replicas : undefined,
      budget: (fixed ? replicas : replicas.min) > 1,
      dependsOn,
    });
  }
}
