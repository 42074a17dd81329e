import { JobV1 } from "@cdktf/provider-kubernetes/lib/job-v1";
import { Construct } from "constructs";
import { NAME_LABEL } from "../kubernetes/labels";
import { beforeJob, ignoredOfJob, type JobProps, jobTemplate } from "./job";

/** A difference there would replace the Job, and run the task again. */
const TEMPLATE = "spec[0].template[0]";

export interface TaskProps extends JobProps {
  /** Whether the task runs. If not, there is what its pod needs, such as network policies, and no Job. */
  readonly runs: boolean;
}

/**
 * A Job that runs once for each image, command and configuration: a migration of the database, for example. Rollouts and
 * other tasks depend on it.
 *
 * A Job cannot change, so Terraform replaces it. It deletes the old Job last, as all that routes depend on: what routes no
 * longer use is deleted after they have changed, and Terraform can order that only if everything in between creates before
 * it destroys. Kubernetes completes the Job's name, because the old Job still has its own.
 *
 * The Job is never retried, even if it loses its node: only a person can decide whether an incomplete task can run again,
 * and does so with the next deploy. Its deadline is shorter than Terraform's timeout. Otherwise the Job could still run
 * while the next apply deletes it.
 */
export class Task extends Construct {
  /** The Job, if the task runs. It is complete when the task has succeeded. */
  readonly job?: JobV1;

  constructor(scope: Construct, id: string, props: TaskProps) {
    super(scope, id);
    const { pod, runs } = props;
    const dependsOn = beforeJob(this, props);
    if (!runs) return;
    this.job = new JobV1(this, "job", {
      metadata: {
        generateName: `${pod.name}-`,
        namespace: props.namespace.name,
        labels: { [NAME_LABEL]: pod.name },
      },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: props.deadline,
        template: jobTemplate(pod),
      },
      waitForCompletion: true,
      lifecycle: { ...ignoredOfJob(pod, TEMPLATE), createBeforeDestroy: true },
      timeouts: { create: `${props.deadline + 120}s`, update: `${props.deadline + 120}s` },
      dependsOn,
    });
  }
}
