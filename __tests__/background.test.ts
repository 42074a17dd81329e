import { addBackground } from "./background";
import { values } from "./construct";
import { references } from "./graph";
import { addModules, withoutCrm } from "./modules";
import { configuration, type Files, type Json, problems, synth } from "./support";

const ADDRESS = "kubernetes_cron_job_v1.workload_nightly_scheduled-task_cron-job";
const { staging, production } = synth(addBackground);
/** Changes the task that runs every night. */
const nightly = (change: Json) => (files: Files) => {
  addBackground(files);
  Object.assign(files.system.scheduled?.nightly as object, change);
};
/** Prometheus's rules about it. */
const rules = (stack: Json): Json[] =>
  values(stack.resource("helm_release.monitoring_services_rules"))
    .objects[0].spec.groups.flatMap((group: Json) => group.rules)
    .filter(({ labels }: Json) => labels.cronjob === "nightly");

test("it has the release's image, its own configuration and the database's certificates, and waits for the migration", () => {
  const { metadata, spec } = production.resource(ADDRESS);
  expect(metadata.name).toBe("nightly");
  const [container] = spec.job_template.spec.template.spec.container;
  const [backend] = production.resource("helm_release.workload_backend_workload_deployment").values;
  expect(backend).toContain(container.image);
  expect(container.env_from).toHaveLength(2);
  expect(references(production).get(ADDRESS)).toContain("kubernetes_job_v1.workload_migrate_migration_job");
});

test("there is room for one run, and for the pod of a single service, beside everything else", () => {
  const quota = (stack: Json) => stack.resource("kubernetes_resource_quota_v1.namespace_quota").spec.hard;
  const [before, after] = [quota(synth().staging), quota(staging)];
  expect(Number(after.pods)).toBe(Number(before.pods) + 2);
  expect(Number.parseInt(after["requests.memory"], 10)).toBe(Number.parseInt(before["requests.memory"], 10) + 2 * 128);
});

test("an alert fires when it has not succeeded for two nights and its deadline, or for as many as the system says", () => {
  expect(rules(production)).toHaveLength(1);
  const [rule] = rules(production);
  expect(rule.expr).toMatch(new RegExp(` > ${2 * 24 * 3600 + 1800}$`));
  expect(rule.annotations.summary).toBe("nightly has not succeeded for 2 days");
  const [often] = rules(synth(nightly({ schedule: "*/10 * * * *", missedRuns: 3, deadlineSeconds: 60 })).production);
  expect(often.expr).toMatch(/ > 1860$/);
  expect(often.annotations.summary).toBe("nightly has not succeeded for 31 minutes");
});

test("it counts among those that connect to the database", () => {
  const lines = problems((files) => {
    addBackground(files);
    files.system.database.connectionsPerPod = 96;
  });
  const without = problems((files) => {
    files.system.database.connectionsPerPod = 96;
  });
  const asked = (of: string[]) => of.map((line) => Number(/may open (\d+)/.exec(line)?.[1]));
  expect(asked(without)).toHaveLength(2);
  expect(asked(lines)).toEqual(asked(without).map((connections) => connections + 96));
});

test("an environment without a module has no scheduled task that connects to it, and keeps the task that another waits for", () => {
  const change = (files: Files) => {
    addModules(files);
    addBackground(files);
    const { scheduled = {}, tasks = {} } = files.system;
    files.system.scheduled = {
      ...scheduled,
      "crm-nightly": { ...(scheduled.nightly as Json), image: "crm", connects: ["crm-api"], variables: ["CRM_MODE"] },
    };
    tasks.prepare = { ...(tasks.migrate as Json), after: [] };
    scheduled.nightly?.after?.push("prepare");
    files.system.services["crm-api"]?.after?.push("prepare");
    withoutCrm(files.production);
  };
  const { environments } = configuration(change);
  expect(Object.keys(environments.staging.system.scheduled)).toEqual(["nightly", "crm-nightly"]);
  expect(Object.keys(environments.production.system.scheduled)).toEqual(["nightly"]);
  expect(Object.keys(environments.production.system.tasks)).toEqual(["migrate", "prepare"]);
});

test.each(["* * * * *", "0-30/10 8,12 1 */2 *", "0 0 29 2 *", "0 22 * * 0,6"])("%s is accepted", (schedule) => {
  expect(problems(nightly({ schedule }))).toEqual([]);
});
