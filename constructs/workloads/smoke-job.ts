import { Construct } from "constructs";
import { cronJob } from "./cron-job";
import type { JobProps } from "./job";

/**
 * A suspended CronJob, whose template is a check of the deployed release. `npm run verify` starts a Job from it. The Job is
 * not retried, because a check that passes only sometimes has found something.
 * {@link https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-suspension}
 */
export class SmokeJob extends Construct {
  constructor(scope: Construct, id: string, props: JobProps) {
    super(scope, id);
    // The schedule is required; nothing runs while it is suspended.
    cronJob(this, { ...props, times: { schedule: "0 0 1 1 *", suspend: true } });
  }
}
