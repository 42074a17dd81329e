import { addModules, withoutCrm } from "../modules";
import { type Anything, P, R, refused, S, testRefused } from "./support";

/** Changes pmcrm after it has got modules, with production as it is without crm. */
const modules = (change: (files: Anything) => void) => (files: Anything) => {
  addModules(files);
  withoutCrm(files.production);
  change(files);
};

testRefused({
  "a module without services": refused(
    modules(({ system }) => (system.modules.hr = { title: "HR", services: [] })),
    `${S} modules.hr.services = []: must not be empty; name its services`,
  ),
  "a module with an unknown service, and with one twice": refused(
    modules(({ system }) => (system.modules.jobs.services = ["worker", "wroker", "worker", "toString"])),
    `${S} modules.jobs.services.1 = "wroker": is not a service of the system; use one of backend, worker, crm-api`,
    `${S} modules.jobs.services.2 = "worker": is listed twice; remove one of the two`,
    `${S} modules.jobs.services.3 = "toString": is not a service of the system; use one of backend, worker, crm-api`,
  ),
  "a service in two modules": refused(
    modules(({ system }) => system.modules.jobs.services.push("crm-api")),
    `${S} modules.jobs.services.1 = "crm-api": is also a service of the module crm; remove it from one of the two, or from both: a service of no module is in every environment`,
  ),
  "a module whose title has two lines": refused(
    modules(({ system }) => (system.modules.jobs.title = "Jobs\nand more")),
    `${S} modules.jobs.title = "Jobs\\nand more": must be one line of 1 to 80 characters; write it in one line`,
  ),
  "an environment that enables an unknown module": refused(
    modules(({ production }) => (production.environment.modules = ["jobs", "crmm", "jobs"])),
    `${P} modules.1 = "crmm": is not a module of the system; use one of crm, jobs`,
    `${P} modules.2 = "jobs": is listed twice; remove one of the two`,
  ),
  "an environment that enables a module of a system without modules": refused(
    ({ production }: Anything) => (production.environment.modules = ["jobs"]),
    `${P} modules.0 = "jobs": is not a module of the system; remove it, because there is none to choose from`,
  ),
  "the size of a service whose module is not enabled": refused(
    modules(({ production }) => (production.environment.services["crm-api"] = { replicas: 2 })),
    `${P} services.crm-api = {"replicas":2}: is of the module crm, which is not enabled here; remove it, or enable crm`,
  ),
  "a variable and a generation of services whose module is not enabled": refused(
    modules(({ production: { environment } }) => {
      environment.variables.CRM_MODE = "full";
      environment.generations = { CRM_KEY: 2 };
    }),
    `${P} variables.CRM_MODE = a string: is not used here: only services of modules that are not enabled use it; remove it, or enable a module that uses it`,
    `${P} generations.CRM_KEY = 2: is not used here: only services of modules that are not enabled use it; remove it, or enable a module that uses it`,
  ),
  "an enabled service that connects to a disabled one": refused(
    modules(({ system }) => system.services.backend.connects.push("crm-api")),
    `${S} services.backend.connects.4 = "crm-api": is a service of the module crm, which production does not enable; enable the module there, or move one of the two services to another module`,
  ),
  "a release without the image of an enabled service": refused(
    modules(({ production }) => {
      production.environment.modules = ["crm", "jobs"];
      production.environment.services["crm-api"] = { replicas: { min: 2, max: 3 } };
      production.environment.variables.CRM_MODE = "full";
      delete production.release.images.crm;
    }),
    `${R} images.crm = nothing: is required: the system runs it; add the image`,
  ),
  "a mistake in a module that no environment enables": refused(
    modules((files) => {
      withoutCrm(files.staging);
      files.system.services["crm-api"].connects = ["database", "nothing"];
    }),
    `${S} services.crm-api.connects.1 = "nothing": is not a connection; use database, cache, search, internet:443, host-agent or a service: backend, worker, crm-api`,
  ),
  "modules of a wrong shape, without further problems": refused(
    modules(({ production }) => (production.environment.modules = "jobs")),
    `${P} modules = "jobs": must be a list; write it in brackets`,
  ),
});
