import { synth } from "./support";
import { evaluate, withTerraform, wordsForReferences } from "./terraform";

/** Everything that Terraform, JSON or a shell could take for something else. */
const NASTY = [
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the point
  "${path.module}",
  "%{ if true }x%{ endif }",
  "$${already}",
  'a "quoted" word',
  "back\\slash \\n",
  "two\nlines\ttab",
  "ümläut ✓",
  "`tick` $HOME $(id)",
  "{{ .Values.x }}",
  "100%",
  "$",
];

const nasty = NASTY.join(" | ");
const { production } = synth(({ system, production: { environment } }) => {
  environment.variables = { ...environment.variables, LOG_LEVEL: nasty };
  system.variables.NODE_ENV = nasty;
  system.services.worker = {
    ...(system.services.worker as NonNullable<(typeof system.services)[string]>),
    command: NASTY,
  };
  system.tasks = {
    migrate: { ...(system.tasks?.migrate as NonNullable<typeof system.tasks>[string]), command: NASTY },
  };
});

const config = production.digested("kubernetes_config_map_v1.workload_worker_config")[1].data;
const job = production.resource("kubernetes_job_v1.workload_migrate_migration_job");
const rollout = production.resource("helm_release.workload_worker_workload_deployment").values[0] as string;

test("no user's string starts an expression", () => {
  for (const text of [config.LOG_LEVEL, config.NODE_ENV, ...job.spec.template.spec.container[0].command] as string[])
    expect(text.replace(/\$\$\{|%%\{/g, "")).not.toMatch(/[$%]\{/);
});

withTerraform("Terraform reads every user's string as it was written", async () => {
  const { level, environment, command, values } = evaluate({
    level: config.LOG_LEVEL,
    environment: config.NODE_ENV,
    command: job.spec.template.spec.container[0].command,
    values: wordsForReferences(rollout),
  });
  expect(level).toBe(nasty);
  expect(environment).toBe(nasty);
  expect(command).toEqual(NASTY);
  expect(JSON.parse(values).objects[0].spec.template.spec.containers[0].command).toEqual(NASTY);
});
