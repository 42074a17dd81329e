import { CronJobV1, type CronJobV1SpecJobTemplateSpecTemplateSpec } from "@cdktf/provider-kubernetes/lib/cron-job-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { setByAutopilot } from "../kubernetes/autopilot";
import { NAME_LABEL } from "../kubernetes/labels";
import type { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy } from "../kubernetes/network-policy";
import { NOT_EVICTED, type PodProps, podTemplate, typed } from "./pod";

export interface SmokeJobProps {
  readonly namespace: Namespace;
  readonly pod: PodProps;
  /** Seconds after which Kubernetes stops the Job, which then fails. */
  readonly deadline: number;
  /** Connections by name. Each has its own network policy. */
  readonly egress: Readonly<Record<string, Allowance>>;
  readonly dependsOn: readonly ITerraformDependable[];
}

/** Seconds for which Kubernetes keeps a finished Job and its logs. */
const KEPT = 24 * 3600;
const TEMPLATE = "spec[0].job_template[0].spec[0].template[0]";

/**
 * A suspended CronJob, whose template is a check of the deployed release. `npm run verify` starts a Job from it. The Job is
 * not retried, because a check that passes only sometimes has found something.
 * {@link https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-suspension}
 */
export class SmokeJob extends Construct {
  constructor(scope: Construct, id: string, props: SmokeJobProps) {
    super(scope, id);
    const { pod } = props;
    const namespace = props.namespace.name;
    const policies = Object.entries(props.egress).map(([to, allowance]) =>
      connectionPolicy(this, { workload: pod.name, namespace }, "to", to, allowance),
    );
    const labels = { [NAME_LABEL]: pod.name };
    const { metadata, spec } = podTemplate(pod);
    new CronJobV1(this, "cron-job", {
      metadata: { name: pod.name, namespace, labels },
      spec: {
        schedule: "0 0 1 1 *", // required, and never reached
        suspend: true,
        concurrencyPolicy: "Forbid",
        jobTemplate: {
          metadata: { labels },
          spec: {
            backoffLimit: 0,
            activeDeadlineSeconds: props.deadline,
            ttlSecondsAfterFinished: String(KEPT),
            template: {
              metadata: { ...metadata, annotations: { ...metadata.annotations, ...NOT_EVICTED } },
              spec: { ...(typed(spec) as CronJobV1SpecJobTemplateSpecTemplateSpec), restartPolicy: "Never" },
            },
          },
        },
      },
      ...(pod.place.autopilot && {
        lifecycle: { ignoreChanges: [...setByAutopilot(TEMPLATE), `${TEMPLATE}.spec[0].container[0].resources`] },
      }),
      dependsOn: [...props.dependsOn, ...props.namespace.ready, ...policies],
    });
  }
}
