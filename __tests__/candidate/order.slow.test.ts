import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { actions, run, terraformEnvironment } from "@slipway/rehearsal";
import { references } from "../graph";
import { type Files, type Stack, synth } from "../support";
import { withTerraform } from "../terraform";
import { behindGateway, NEXT, withCandidate, withStrategy } from "./support";

/**
 * The order of what Terraform does, without providers: each resource of a stack becomes a `terraform_data` with the same
 * dependencies and lifecycle. It is updated if the resource's arguments change, and replaced if it is a Job or a wait.
 */
function model(stack: Stack): object {
  const graph = references(stack);
  const managed = stack.resources.map(([address]) => address);
  return {
    resource: {
      terraform_data: Object.fromEntries(
        stack.resources.map(([address, { "//": _, depends_on: __, lifecycle = {}, ...config }]) => [
          nameOf(address),
          {
            [REPLACED.test(address) ? "triggers_replace" : "input"]: createHash("sha256")
              .update(JSON.stringify(config))
              .digest("hex"),
            depends_on: [...(graph.get(address) ?? [])]
              .filter((other) => managed.includes(other))
              .map((other) => `terraform_data.${nameOf(other)}`),
            lifecycle: { create_before_destroy: lifecycle.create_before_destroy ?? false },
          },
        ]),
      ),
    },
  };
}

const REPLACED = /^(kubernetes_job_v1\.|terraform_data\.\w+_settled$)/;
const nameOf = (address: string): string => address.replace(".", "--");

const folder = mkdtempSync(path.join(os.tmpdir(), "order-"));
afterAll(() => rmSync(folder, { recursive: true }));

const terraform = async (...args: string[]) => {
  const done = await run("terraform", args, { env: terraformEnvironment(), cwd: folder, timeout: 60 });
  if (done.status !== 0) throw new Error(done.stdout + done.stderr);
  return done;
};

/** What an apply did, such as `update helm_release.ingress_shares`, in the order in which it ended. */
async function applied(stack: Stack): Promise<string[]> {
  writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify(model(stack)));
  await terraform("init");
  return actions(await terraform("apply", "-json", "-auto-approve")).map(
    ({ action, address }) => `${action} ${address.replace("terraform_data.", "").replace("--", ".")}`,
  );
}

const of = (change: (files: Files) => void) => synth(change).production;
const first = of(withStrategy);
const candidate = (share: number) => of(withCandidate(share));
const promoted = of((files) => {
  withStrategy(files);
  files.production.release = NEXT;
});

const WEB = "helm_release.workload_backend_workload_deployment";
const CANDIDATE = "helm_release.workload_backend-candidate_workload_deployment";
const SHARES = "update helm_release.ingress_shares";
const job = (task: string) => `kubernetes_job_v1.workload_${task}_migration_job`;
/** What belongs to the candidate, and its pods use. */
const USED =
  /^delete kubernetes_(config_map|secret|horizontal_pod_autoscaler|network_policy|job)_v\d\.workload_\w+-candidate_/;

/** Checks that some of an apply's actions come one after the other. */
function expectOrder(done: readonly string[], ...order: readonly string[]): void {
  expect(done.filter((action) => order.includes(action))).toEqual(order);
}

/** After the candidate is abandoned, the database stays as its tasks have left it. */
const abandoned = of((files) => {
  withStrategy(files);
  Object.assign(files.production, { left: NEXT, databaseAhead: true });
});

/** Checks that everything of the candidate goes after its pods, which go after the routes. */
function expectGone(done: readonly string[]): void {
  expectOrder(done, SHARES, `delete ${CANDIDATE}`);
  const used = done.filter((action) => USED.test(action));
  expect(used.length).toBeGreaterThan(8);
  for (const action of used) expectOrder(done, `delete ${CANDIDATE}`, action);
}

withTerraform(
  "a candidate is ready before it has requests, and goes after it has none",
  async () => {
    await applied(first);

    const begun = await applied(candidate(10));
    expectOrder(begun, `create ${job("migrate-candidate")}`, `create ${CANDIDATE}`, SHARES);
    // The stable migration does not know the candidate's, which takes its place.
    expect(begun.filter((action) => /^(update|delete)/.test(action))).toEqual([SHARES, `delete ${job("migrate")}`]);

    for (const share of [50, 100, 0, 100]) expect(await applied(candidate(share))).toEqual([SHARES]);

    // The stable workload is rolled while the candidate serves, then gets the requests back.
    const done = await applied(promoted);
    expectOrder(done, `create ${job("migrate")}`, `update ${WEB}`, SHARES, `delete ${CANDIDATE}`);
    expectGone(done);
    expect(await applied(promoted)).toEqual([]);

    // Back to the first release, with a candidate that gets requests and is abandoned.
    await applied(first);
    await applied(candidate(50));
    const left = await applied(abandoned);
    expectGone(left);
    expect(left.filter((action) => !/-candidate_/.test(action))).toEqual([SHARES]);
  },
  120_000,
);

withTerraform(
  "a task that changes while there is a candidate runs for the candidate alone, and a promotion may change it too",
  async () => {
    const with300 = (change: (files: Files) => void) => (files: Files) => {
      change(files);
      const { migrate } = files.system.tasks ?? {};
      if (migrate) migrate.deadlineSeconds = 300;
    };
    await applied(candidate(50));
    const done = await applied(of(with300(withCandidate(50))));
    expect(done.filter((action) => /^create .*_job$/.test(action))).toEqual([`create ${job("migrate-candidate")}`]);
    expectGone(await applied(promoted));
  },
  120_000,
);

withTerraform(
  "behind a Gateway, a candidate goes after Google has applied the routes, and a share alone waits for nothing",
  async () => {
    const behind = (change: (files: Files) => void) =>
      of((files) => {
        change(files);
        behindGateway(files);
      });
    const routes = "update helm_release.gateway_routes";
    const applies = "create terraform_data.gateway_settled";
    await applied(behind(withStrategy));
    const begun = await applied(behind(withCandidate(0)));
    expectOrder(begun, `create ${CANDIDATE}`, routes, applies);
    expect(await applied(behind(withCandidate(10)))).toEqual([routes]);
    const done = await applied(
      behind((files) => {
        withStrategy(files);
        files.production.release = NEXT;
      }),
    );
    expectOrder(done, `update ${WEB}`, routes, applies, `delete ${CANDIDATE}`);
    await applied(behind(withCandidate(10)));
    expectOrder(await applied(behind(withStrategy)), routes, applies, `delete ${CANDIDATE}`);
  },
  120_000,
);

withTerraform(
  "a service can lose its strategy and its candidate in one deploy",
  async () => {
    await applied(candidate(50));
    const rolling = of((files) => {
      withStrategy(files);
      if (files.system.services.backend) files.system.services.backend.strategy = { kind: "rolling" };
      files.production.release = NEXT;
    });
    const done = await applied(rolling);
    expectOrder(
      done,
      "update helm_release.ingress_routes",
      "delete helm_release.ingress_shares",
      `delete ${CANDIDATE}`,
    );
  },
  120_000,
);
