import { CronJobV1, type CronJobV1Spec } from "@cdktf/provider-kubernetes/lib/cron-job-v1";
import type { Construct } from "constructs";
import { NAME_LABEL } from "../kubernetes/labels";
import { beforeJob, ignoredOfJob, type JobProps, jobTemplate } from "./job";

/** Seconds for which Kubernetes keeps a finished Job and its logs. */
const KEPT = 24 * 3600;
const TEMPLATE = "spec[0].job_template[0].spec[0].template[0]";

/**
 * Creates a CronJob of which no two Jobs run at once. A Job is never retried: the next one starts at its own time.
 * {@link https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/}
 */
export function cronJob(
  scope: Construct,
  props: JobProps & { readonly times: Omit<CronJobV1Spec, "concurrencyPolicy" | "jobTemplate"> },
): CronJobV1 {
  const { pod } = props;
  const namespace = props.namespace.name;
  const labels = { [NAME_LABEL]: pod.name };
  return new CronJobV1(scope, "cron-job", {
    metadata: { name: pod.name, namespace, labels },
    spec: {
      ...props.times,
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
    lifecycle: ignoredOfJob(pod, TEMPLATE),
    dependsOn: beforeJob(scope, props),
  });
}
