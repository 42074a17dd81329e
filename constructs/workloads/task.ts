import { JobV1 } from "@cdktf/provider-kubernetes/lib/job-v1";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { NAME_LABEL } from "../kubernetes/labels";
import { digest } from "../terraform/json";
import { beforeJob, ignoredOfJob, type JobProps, jobTemplate } from "./job";
import { configurationOf } from "./pod";

/** A difference there would replace the Job, and run the task again. */
const TEMPLATE = "spec[0].template[0]";

/**
 * A Job that runs once for each image, command and configuration: a migration of the database, for example. Rollouts and
 * other tasks depend on it.
 *
 * The Job's name contains a digest of the three, because a Job cannot change. The Job is never retried, even if it
 * loses its node: only a person can decide whether an incomplete task can run again, and does so with the next
 * deploy. Its deadline is shorter than Terraform's timeout. Otherwise the Job could still run while the next apply
 * deletes it.
 */
export class Task extends Construct {
  /** The Job. It is complete when the task has succeeded. */
  readonly job: JobV1;

  constructor(scope: Construct, id: string, props: JobProps) {
    super(scope, id);
    const { pod } = props;
    const namespace = props.namespace.name;
    const key = Fn.substr(
      digest([pod.image, pod.command, pod.variables, configurationOf(pod).map(({ name }) => name)]),
      0,
      8,
    );
    this.job = new JobV1(this, "job", {
      metadata: { name: `${pod.name}-${key}`, namespace, labels: { [NAME_LABEL]: pod.name } },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: props.deadline,
        template: jobTemplate(pod),
      },
      waitForCompletion: true,
      ...ignoredOfJob(pod, TEMPLATE),
      timeouts: { create: `${props.deadline + 120}s`, update: `${props.deadline + 120}s` },
      dependsOn: beforeJob(this, props),
    });
  }
}
