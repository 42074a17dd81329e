import { type Context, type Hand, OF_A_QUEUE, otherPool, system, task } from "./hand";

/** How to turn what workloads have beside what they share: schedules, and how many pods run. */
export const WORKLOADS: Readonly<Record<string, Hand | readonly Hand[]>> = {
  "system.scheduled+": {
    to: (context: Context) => {
      const { changesDatabase: _, ...rest } = task(context);
      const { variables, tasks = {} } = system(context);
      const texts = Object.keys(variables).filter((name) => typeof variables[name] === "string");
      return {
        "knob-nightly": {
          ...rest,
          schedule: "0 3 * * *",
          variables: texts.slice(0, 1),
          after: Object.keys(tasks).slice(0, 1),
        },
      };
    },
  },
  "system.scheduled.*.pool": { to: otherPool },
  "scheduled.*.schedule": { to: "30 4 * * 1-5" },
  timeZone: { to: "Europe/Berlin" },
  single: {
    replaces: OF_A_QUEUE,
    with: { "system.services.*.autoscale": undefined, "environment.services.*.replicas": 1 },
    without: { "environment.services.*.replicas": 2 },
  },
};
