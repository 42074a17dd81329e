import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Cloud } from "@slipway/fake-google-cloud";
import { type Machine, type Run, rehearse, run, withholdEach } from "@slipway/rehearsal";
import { SURROUNDINGS, withDeployer } from "../commands/rehearse/project";
import { planAccount } from "../facts/names";
import { planRoles, SECRETS_READER, secretsOf } from "../stacks/plan-roles";
import { synthesize } from "../stacks/synthesize";
import { whatRehearsalsLack } from "./rehearsable";
import { configuration } from "./support";

const SECONDS = 1000;
const work = mkdtempSync(path.join(os.tmpdir(), "permissions-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const missing = whatRehearsalsLack(work, "rehearsals of who may do what");
const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";

/** A rehearsal of pmcrm's staging, by its deployer. */
function staging() {
  const files = configuration();
  const { system, environment } = files.environments.staging;
  const out = path.join(work, "out");
  mkdirSync(out, { recursive: true });
  synthesize(files, {}, out);
  return {
    ...SURROUNDINGS,
    stacks: [path.join(out, "stacks", "staging")],
    work: path.join(work, "rehearsal"),
    timeout: 600,
    prepareProject: withDeployer(system, environment),
    deployer: environment.deployer,
  };
}

const { system, environment } = configuration().environments.staging;
const { project } = environment;
const PLANNER = planAccount(project);

/** Makes the account that plans, with the roles that bootstrap grants it. */
function withPlanner(cloud: Cloud): void {
  const call = (service: string, path: string, body: object) => cloud.call({ method: "POST", service, path, body });
  call("iam", `projects/${project}/serviceAccounts`, { accountId: PLANNER.split("@")[0] });
  const { id, title, permissions } = SECRETS_READER;
  call("iam", `projects/${project}/roles`, { roleId: id, role: { title, includedPermissions: permissions } });
  const { bindings } = cloud.policies.get(`cloudresourcemanager/projects/${project}`);
  const added = [
    ...[...planRoles(system, environment), `projects/${project}/roles/${id}`].map((role) => ({ role })),
    { role: "roles/secretmanager.secretAccessor", condition: secretsOf("pmcrm", cloud.numberOf(project)) },
  ].map((grant) => ({ ...grant, members: [`serviceAccount:${PLANNER}`] }));
  call("cloudresourcemanager", `projects/${project}:setIamPolicy`, {
    policy: { version: 3, bindings: [...bindings, ...added] },
  });
}

/** Runs Terraform as another account, where the deployer has deployed. */
const terraformAs = ({ env, google, work }: Machine, account: string, ...args: readonly string[]): Promise<Run> =>
  run("terraform", [...args, "-no-color"], {
    env: { ...env, ...google.envOf(account) },
    cwd: path.join(work, "tf"),
    timeout: 600,
  });

const everythingIn = async ({ google: { cloud }, kubectl }: Machine): Promise<string> =>
  JSON.stringify([
    cloud.store.entries(),
    cloud.policies.entries(),
    await kubectl("get", "deployments,secrets,configmaps,namespaces", "-A", "-o", "name"),
  ]);

(missing ? test.skip : test)(
  `an account that only plans sees that nothing is left to do, and changes nothing${skipped}`,
  async () => {
    const { prepareProject, ...settings } = staging();
    const seen: Record<string, unknown> = {};
    const { steps } = await rehearse({
      ...settings,
      prepareProject(cloud) {
        prepareProject(cloud);
        withPlanner(cloud);
      },
      async hold(machine) {
        const { missing } = machine.google.cloud.access;
        const before = await everythingIn(machine);
        const plan = await terraformAs(machine, PLANNER, "plan", "-detailed-exitcode");
        seen.plan = [plan.status, [...missing], plan.status === 0 ? "" : plan.stderr + plan.stdout];
        const destroyed = await terraformAs(
          machine,
          PLANNER,
          "apply",
          "-auto-approve",
          "-replace=google_compute_network.network",
        );
        seen.changed = [destroyed.status !== 0, before === (await everythingIn(machine))];
        const token = machine.google.tokens.issue(`serviceAccount:${PLANNER}`);
        const { env } = machine;
        const created = await run("kubectl", ["create", "configmap", "x", "--token", token], { env, timeout: 60 });
        seen.kubernetes = created.stderr;
      },
    });
    expect(steps.filter((step) => step.wrong.length)).toEqual([]);
    expect(seen).toEqual({
      plan: [0, [], ""],
      changed: [true, true],
      kubernetes: expect.stringMatching(/configmaps is forbidden: User "planner@/),
    });
  },
  1200 * SECONDS,
);

(missing ? test.skip : test)(
  `without a permission of the deployer, a rehearsal fails and names it${skipped}`,
  async () => {
    const permissions = [
      "resourcemanager.projects.get", // the plan needs it
      "cloudkms.keyRings.create",
      "cloudsql.instances.create", // Google's message does not name it
      "iam.serviceAccounts.actAs",
    ];
    const withheld = await withholdEach({ settings: staging(), permissions, jobs: 2 });
    expect(withheld.map(({ permission, wrong }) => [permission, wrong]).sort()).toEqual(
      permissions.map((permission) => [permission, []]).sort(),
    );
  },
  2400 * SECONDS,
);
