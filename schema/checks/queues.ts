import { queuesOf } from "../queues";
import type { Service } from "../workload";
import { type Check, check, own } from "./check";

/** Rules about services that are scaled by the length of a queue. */
export const queuesChecks: readonly Check[] = [
  check(["services"], [], [], (s, _e, _r, { say }) => {
    const readers = new Map<string, string>();
    for (const { service: name, name: queue } of queuesOf(s)) {
      const { port, single, connects } = s.services[name] as Service;
      const path = ["services", name, "autoscale", "queue"];
      if (port) say.system(path, "is for workers: the service has a port", "scale it by its load, or remove the port");
      if (!single && !connects.includes("cache"))
        say.system(path, "is in the cache, to which the service has no connection", 'add "cache" to connects');
      const other = readers.get(queue);
      if (other)
        say.system(
          [...path, "name"],
          `is also the queue of ${other}: both would be scaled for the same jobs`,
          "give each of the two a queue of its own",
        );
      readers.set(queue, name);
      const autoscaler = `keda-hpa-${name}`;
      if (own(s.services, autoscaler))
        say.system(["services", autoscaler], `has the name of the autoscaler of ${name}`, "choose another name", {
          value: autoscaler,
        });
    }
  }),
  check(["services"], ["cache"], [], (s, e, _r, { say }) => {
    const [queue] = queuesOf(s);
    if (queue && e.cache?.kind === "none")
      say.environment(
        ["cache", "kind"],
        `leaves no place for the queue ${queue.name}, by which the service ${queue.service} is scaled`,
        "use another kind, or scale the service by its load",
      );
  }),
];
