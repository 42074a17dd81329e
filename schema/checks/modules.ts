import { moduleOf } from "../modules";
import { WORKLOADS, workloads } from "../workloads";
import { type Check, check, oneOf, own } from "./check";

/** Rules about modules: which services they have, and which of them an environment enables. */
export const modulesChecks: readonly Check[] = [
  check(["modules", "services"], [], [], ({ modules, services }, _e, _r, { say }) => {
    for (const [name, module] of Object.entries(modules))
      for (const [i, service] of module.services.entries()) {
        const path = ["modules", name, "services", i];
        const other = moduleOf({ modules }, service);
        if (module.services.indexOf(service) !== i) say.system(path, "is listed twice", "remove one of the two");
        else if (!Object.hasOwn(services, service))
          say.system(path, "is not a service of the system", oneOf(Object.keys(services)));
        else if (other !== undefined && other !== name)
          say.system(
            path,
            `is also a service of the module ${other}`,
            "remove it from one of the two, or from both: a service of no module is in every environment",
          );
      }
  }),
  // The system of checks that read the environment has only the enabled services; `declared` has all.
  check([], ["modules"], [], (_s, e, _r, { say, declared }) => {
    for (const [i, name] of (e.modules ?? []).entries()) {
      if (e.modules?.indexOf(name) !== i) say.environment(["modules", i], "is listed twice", "remove one of the two");
      else if (declared.modules && !Object.hasOwn(declared.modules, name))
        say.environment(["modules", i], "is not a module of the system", oneOf(Object.keys(declared.modules)));
    }
  }),
  check(WORKLOADS, ["modules"], [], (s, _e, _r, { say, declared, environmentName }) => {
    for (const { path, connects } of workloads(s))
      for (const [i, to] of connects.entries())
        if (own(declared.services, to) && !own(s.services, to))
          say.system(
            [...path, "connects", i],
            `is a service of the module ${moduleOf(declared, to)}, which ${environmentName} does not enable`,
            "enable the module there, or move one of the two services to another module",
          );
  }),
];
