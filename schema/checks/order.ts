import { withEarlier } from "../order";
import { WORKLOADS, type Workloads } from "../workloads";
import { type Check, check, oneOf } from "./check";

/** Rules about what waits for what in a deploy. */
export const orderChecks: readonly Check[] = [
  check(WORKLOADS, [], [], ({ services, tasks, scheduled }, _e, _r, { say }) => {
    for (const { path, name, after } of [
      ...Object.entries({ services, scheduled }).flatMap(([section, waiting]) =>
        Object.entries(waiting).map(([name, { after }]) => ({ path: [section, name], name: undefined, after })),
      ),
      ...Object.entries(tasks).map(([name, { after }]) => ({ path: ["tasks", name], name, after })),
    ])
      for (const [i, task] of after.entries()) {
        const where = [...path, "after", i];
        if (after.indexOf(task) !== i) say.system(where, "is listed twice", "remove one of the two");
        if (task === name) say.system(where, "must not be the task itself", "remove it");
        else if (!Object.hasOwn(tasks, task))
          say.system(where, "is not a task of the system", oneOf(Object.keys(tasks).filter((other) => other !== name)));
        else if (name !== undefined && withEarlier(tasks, [task]).has(name))
          say.system(where, "is a task that waits for this one", "remove one of the two from the other's after");
      }
  }),
  check(WORKLOADS, [], [], (s, _e, _r, { say }) => {
    for (const [name, { connects, changesDatabase }] of Object.entries(s.tasks)) {
      if (changesDatabase && !connects.includes("database"))
        say.system(
          ["tasks", name, "changesDatabase"],
          "needs a connection to the database",
          'add "database" to connects, or write false',
        );
      for (const [i, to] of connects.entries())
        if (awaited(s, to).has(name))
          say.system(
            ["tasks", name, "connects", i],
            "is a service that starts only after this task",
            "remove the connection, or the task from the service's after",
          );
    }
  }),
];

/**
 * The tasks that must end before a service can first run: its own, those that they wait for, and those of services that
 * they connect to.
 */
function awaited({ services, tasks }: Workloads, service: string): Set<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const task of withEarlier(tasks, Object.hasOwn(services, name) ? (services[name]?.after ?? []) : []))
      if (!found.has(task)) {
        found.add(task);
        for (const to of tasks[task]?.connects ?? []) visit(to);
      }
  };
  visit(service);
  return found;
}
