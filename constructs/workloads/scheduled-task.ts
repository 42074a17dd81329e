import { Construct } from "constructs";
import { cronJob } from "./cron-job";
import type { JobProps } from "./job";

export interface ScheduledTaskProps extends JobProps {
  /** A cron expression of five fields. */
  readonly schedule: string;
  /** Name of the schedule's time zone, such as Europe/Berlin. */
  readonly timeZone: string;
}

/**
 * Seconds after its time in which a run can still start: when the control plane was not available, or the run before it
 * was still running. Later, the run is left out.
 */
const LATEST_START = 3600;

/**
 * A CronJob that runs at the times of a schedule. It does not start a run while another one is running, and does not
 * repeat one that failed or lost its node: only the program's author knows whether an incomplete run can be repeated.
 * {@link https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#cron-job-limitations}
 */
export class ScheduledTask extends Construct {
  constructor(scope: Construct, id: string, props: ScheduledTaskProps) {
    super(scope, id);
    cronJob(this, {
      ...props,
      times: {
        schedule: props.schedule,
        timezone: props.timeZone,
        suspend: false,
        startingDeadlineSeconds: LATEST_START,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
      },
    });
  }
}
