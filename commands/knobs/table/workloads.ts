import { type Context, type Hand, otherPool, system, task } from "./hand";

/** The release of a queue that sets the number of a worker's pods. The pods stay without it. */
const OF_A_QUEUE = /^helm_release\.workload_.*_workload_queue$/;

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
  "system.services.*.autoscale?": {
    to: { cpu: 70 },
    with: { "environment.services.*.replicas": { min: 2, max: 4 } },
    without: { "environment.services.*.replicas": ({ before }: Context) => (before as { min: number }).min + 1 },
  },
  "autoscale=cpu,memory": { to: { cpu: 70 }, replaces: OF_A_QUEUE },
  "autoscale=queue": { to: { queue: { name: "knob", length: 20 } } },
  "autoscale(cpu,memory).memory?": { to: 80 },
  "autoscale(queue).queue.name": { to: "knob" },
  single: {
    replaces: OF_A_QUEUE,
    with: { "system.services.*.autoscale": undefined, "environment.services.*.replicas": 1 },
    without: { "environment.services.*.replicas": 2 },
  },
};
