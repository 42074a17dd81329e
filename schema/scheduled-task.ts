import { z } from "zod";
import { isTimeZone, longestGap } from "../facts/schedules";
import { command, count, holding, label } from "./fields";
import { rule } from "./problem";
import { workload } from "./workload";

/** Five fields of numbers, which all readers of schedules understand in the same way. */
const SHAPE = /^([\d*,/-]+ ){4}[\d*,/-]+$/;

const schedule = z.string().superRefine((text, ctx) => {
  const say = (r: string, remedy: string) => ctx.addIssue({ code: "custom", message: rule(r, remedy) });
  if (!SHAPE.test(text))
    return say(
      "must be a schedule: minute, hour, day, month and day of the week, in numbers",
      'write it like "0 3 * * *"',
    );
  if (/7/.test(text.split(" ").at(-1) as string))
    return say("must have days of the week from 0 to 6", "write Sunday as 0");
  try {
    if (longestGap(text) === undefined) say("has a day that no year has", "choose another day");
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, "").replace(/\.$/, "");
    say(`is not a schedule (${why})`, 'write it like "0 3 * * *"');
  }
});

/** What runs at the times of a schedule, such as every night. A run does not start while the one before it is running. */
export const scheduledTask = z.strictObject({
  ...workload,
  command,
  /**
   * When it runs: minute, hour, day of the month, month and day of the week, such as `30 3 * * 1-5`. A new release does not
   * start it.
   * {@link https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax}
   */
  schedule,
  /** Time zone of the schedule, by its name in the tz database. */
  timeZone: holding(
    isTimeZone,
    "must be a time zone of the tz database",
    'write it like "Europe/Berlin" or "Etc/UTC"',
  ).default("Etc/UTC"),
  /** The run is stopped and counts as failed after this time. It is not repeated before the next time of the schedule. */
  deadlineSeconds: count(30, 86_400, "seconds"),
  /**
   * An alert fires when no run has succeeded for so many periods. A period is the longest time between two runs of the
   * schedule.
   */
  missedRuns: count(1, 100, "periods").default(2),
  /** Tasks that must succeed before a new release of it can run. */
  after: z.array(label()).default([]),
});

export type ScheduledTask = z.output<typeof scheduledTask>;
