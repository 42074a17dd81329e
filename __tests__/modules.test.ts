import { addModules, withoutCrm } from "./modules";
import { type Files, problems, synth } from "./support";

const all = synth(addModules);
const some = synth((files) => {
  addModules(files);
  withoutCrm(files.production);
});
const addresses = ({ resources }: (typeof all)["production"]) => resources.map(([address]) => address);
const without = (change: (files: Files) => void = () => {}) =>
  synth((files) => {
    addModules(files);
    const { system, staging, production } = files;
    const { services, tasks = {}, variables } = system;
    for (const record of [services, tasks, variables])
      for (const name of Object.keys(record)) if (/^crm|^CRM/.test(name)) delete record[name];
    system.modules = { jobs: { title: "Background jobs", services: ["worker"] } };
    system.images = {};
    for (const { environment, release } of [staging, production]) {
      delete environment.services["crm-api"];
      delete environment.variables?.CRM_MODE;
      delete release.images.crm;
    }
    change(files);
  });

test("without a list, an environment has the services of all modules", () => {
  expect(addresses(all.production).filter((address) => /crm-api|crm-seed/.test(address))).not.toEqual([]);
  expect(all.production.text).toBe(
    synth((files) => {
      addModules(files);
      files.production.environment.modules = ["crm", "jobs"];
    }).production.text,
  );
});

test("an environment that leaves a module out has nothing of it: its stack is as if the system had no such module", () => {
  expect(some.production.text).toBe(without().production.text);
  expect(some.staging.text).toBe(all.staging.text);
});

test("a task that a disabled service shares with others stays, and so does one that no service waits for", () => {
  const { production } = synth((files) => {
    addModules(files);
    withoutCrm(files.production);
    files.system.tasks = { ...files.system.tasks, check: { ...files.system.tasks?.["crm-seed"], after: [] } } as never;
    files.production.release.images.crm = files.production.release.images.backend as string;
  });
  const jobs = addresses(production).filter((address) => address.startsWith("kubernetes_job_v1."));
  expect(jobs.sort()).toEqual(["check", "migrate"].map((name) => `kubernetes_job_v1.workload_${name}_migration_job`));
});

test("a release may name the images of disabled services, or leave them out", () => {
  const change = (leaves: boolean) => (files: Files) => {
    addModules(files);
    withoutCrm(files.production);
    if (leaves) delete files.production.release.images.crm;
  };
  expect(problems(change(false))).toEqual([]);
  expect(problems(change(true))).toEqual([]);
});

test("an environment may have only the services of no module", () => {
  expect(
    problems((files) => {
      addModules(files);
      withoutCrm(files.production);
      files.production.environment.modules = [];
      delete files.production.environment.services.worker;
    }),
  ).toEqual([]);
});
