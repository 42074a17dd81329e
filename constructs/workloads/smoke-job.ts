import { CronJobV1 } from "@cdktf/provider-kubernetes/lib/cron-job-v1";
import { Construct } from "constructs";
import { NAME_LABEL } from "../kubernetes/labels";
import { beforeJob, ignoredOfJob, type JobProps, jobTemplate } from "./job";

/** Seconds for which Kubernetes keeps a finished Job and its logs. */
const KEPT = 24 * 3600;
const TEMPLATE = "spec[0].job_template[0].spec[0].template[0]";

/**
 * A suspended CronJob, whose template is a check of the deployed release. `npm run verify` starts a Job from it. The Job is
 * not retried, because a check that passes only sometimes has found something.
 * {@link https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-suspension}
 */
export class SmokeJob extends Construct {
  constructor(scope: Construct, id: string, props: JobProps) {
    super(scope, id);
    const { pod } = props;
    const namespace = props.namespace.name;
    const labels = { [NAME_LABEL]: pod.name };
    new CronJobV1(this, "cron-job", {
      metadata: { name: pod.name, namespace, labels },
      spec: {
        schedule: "0 0 1 1 *", // required; nothing runs while it is suspended
        suspend: true,
        concurrencyPolicy: "Forbid",
        jobTemplate: {
          metadata: { labels },
          spec: {
            backoffLimit: 0,
            activeDeadlineSeconds: props.deadline,
            ttlSecondsAfterFinished: String(KEPT),
            template: jobTemplate(pod),
          },
        },
      },
      ...ignoredOfJob(pod, TEMPLATE),
      dependsOn: beforeJob(this, props),
    });
  }
}
