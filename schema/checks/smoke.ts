import { hostsFor } from "../environment";
import { WORKLOADS } from "../workloads";
import { type Check, check, hosted, NOT_HOSTED, oneOf, own } from "./check";

/** Rules about the checks that a deployed release works. */
export const smokeChecks: readonly Check[] = [
  check([...WORKLOADS, "frontends", "buckets"], [], [], (s, _e, _r, { say }) => {
    const names = hosted(s);
    for (const [name, smoke] of Object.entries(s.smokeChecks)) {
      if (own(s.services, name) || own(s.tasks, name) || own(s.scheduled, name))
        say.system(["smokeChecks", name], "has the name of a service or a task", "rename one of the two", {
          value: name,
        });
      if (smoke.kind === "http" && !names.includes(smoke.of))
        say.system(["smokeChecks", name, "of"], NOT_HOSTED, oneOf(names));
    }
  }),
  check(["smokeChecks", "services"], ["services", "frontends", "buckets"], [], (s, e, _r, { say }) => {
    for (const [name, smoke] of Object.entries(s.smokeChecks))
      if (smoke.kind === "http" && own(s.services, smoke.of)?.port && !hostsFor(e, smoke.of).length)
        say.environment(
          ["services", smoke.of, "hosts"],
          `must name a host: the check ${name} asks it`,
          "add one, or remove the check",
        );
  }),
];
