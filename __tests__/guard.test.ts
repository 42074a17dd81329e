import { everyBootstrapStack } from "../commands/every-stack";
import { MATTERS } from "../commands/inventories/matters";
import { ALLOWED, categoryOf, guardProblems, isKept, wantedBy } from "../commands/terraform/guard";
import type { Plan } from "../commands/terraform/plan-problems";
import { summaryOf } from "../commands/terraform/plan-summary";
import { describe as line } from "../schema/problem";
import { behindGateway, behindTraefik, NEXT, withCandidate, withStrategy } from "./candidate/support";
import { type Files, type Json, ROOT, type Stack, synth, synthEvery } from "./support";

type Change = NonNullable<Plan["resource_changes"]>[number];

const change = (address: string, actions: readonly string[], more: Partial<Change> = {}): Change => ({
  address,
  type: address.split(".")[0] as string,
  mode: "managed",
  change: { actions, before: actions.join() === "create" ? null : {} },
  ...more,
});
const update = (address: string) => change(address, ["update"]);
/** A plan of a stack that was deployed before. */
const plan = (...changes: readonly Change[]): Plan => ({
  resource_changes: changes,
  prior_state: { values: { root_module: { resources: [{ address: "terraform_data.kinds", mode: "managed" }] } } },
});
const refused = (made: Plan, allowed: readonly string[] = [], rollback?: boolean): string[] =>
  guardProblems(made, { allowed, rollback }).map(line);

const NETWORK = "google_compute_network.network";
const DATABASE = "google_sql_database_instance.database";

describe("every resource of the committed stacks has a category", () => {
  const ofBootstrap = async () =>
    new Set([...(await synthEvery(everyBootstrapStack(ROOT))).values()].flatMap((it) => typesOf(it)));
  const typesOf = ({ resources }: Stack) => resources.map(([address]) => address.split(".")[0] as string);

  test("by its type or its address", async () => {
    const addresses = [...(await synthEvery()).values()].flatMap(({ resources }) => resources.map(([it]) => it));
    expect(addresses.length).toBeGreaterThan(500);
    expect(addresses.filter((it) => categoryOf(update(it)) === "unknown")).toEqual([]);
  });

  test("and so has each type that environments' stacks can have", async () => {
    const used = new Set([...(await synthEvery()).values()].flatMap((it) => typesOf(it)));
    const types = Object.keys(MATTERS).filter((it) => !["output", "terraform"].includes(it));
    const bootstrap = await ofBootstrap();
    const others = types.filter((it) => !used.has(it) && !bootstrap.has(it));
    expect(others).toContain("google_dns_record_set");
    expect(others.filter((it) => categoryOf(update(`${it}.workload_api_x`)) === "unknown")).toEqual([]);
  });

  test("and what is protected wants its own approval to go", async () => {
    const stacks = [...(await synthEvery()).values()];
    const guarded = stacks.flatMap(({ resources }) =>
      resources.filter(([, { lifecycle }]) => lifecycle?.prevent_destroy).map(([address]) => address),
    );
    // A value that cannot change holds nothing, and the versions of a secret that is rotated come and go.
    const others = /^(terraform_data|google_secret_manager_secret_version)\./;
    expect(guarded.length).toBeGreaterThan(100);
    expect(guarded.filter((it) => !others.test(it) && !isKept(update(it)))).toEqual([]);
  });
});

test.each<[string, string]>([
  ["helm_release.workload_api_workload_deployment", "release"],
  ["helm_release.workload_worker_workload_queue", "release"],
  ["kubernetes_job_v1.workload_migrate_migration_job", "release"],
  ["kubernetes_config_map_v1.workload_api_config_840f9913", "release"],
  ["kubernetes_secret_v1.workload_api_secret_14ff7006", "release"],
  ["kubernetes_cron_job_v1.workload_clear-sessions_scheduled-task_cron-job", "release"],
  ["terraform_data.workload_api_workload_deployment-configuration", "release"],
  ["helm_release.ingress_shares", "release"],
  ["vercel_deployment.frontends_web_deployment-a4dd0d2e51", "release"],
  ["kubernetes_network_policy_v1.workload_api_workload_to-database", "network"],
  ["kubernetes_network_policy_v1.workload_api-candidate_workload_to-database", "release"],
  ["helm_release.workload_api_web-service_backend-policies", "network"],
  ["helm_release.ingress_routes", "network"],
  ["helm_release.datastore_redis", "data"],
  ["kubernetes_cron_job_v1.datastores_backup_postgresql-backup", "data"],
  ["kubernetes_secret_v1.datastores_redis_release_passwords_a8a63d0f", "secrets"],
  ["kubernetes_secret_v1.keda_cache_91d3fb89", "secrets"],
  ["helm_release.keda_release", "cluster"],
  ["terraform_data.pool-app_machines", "cluster"],
  ["helm_release.monitoring_prometheus_stack", "monitoring"],
  ["google_service_account_iam_member.workload_api_identity_binding", "identity"],
  ["google_sql_user.database_users_2", "secrets"],
  ["kubernetes_cluster_role_binding_v1.workload_api_admin", "unknown"],
  ["kubernetes_job_v1.somewhere-else", "unknown"],
  ["google_cloud_run_v2_service.workload_api", "unknown"],
])("%s is of the category %s", (address, category) => {
  expect(categoryOf(update(address))).toBe(category);
  expect(["release", ...ALLOWED]).toContain(category);
});

test("a plan that changes only what a release may passes", () => {
  const passes = plan(
    update("helm_release.workload_api_workload_deployment"),
    change("kubernetes_job_v1.workload_migrate_migration_job", ["create", "delete"]),
    change("kubernetes_config_map_v1.workload_api_config_840f9913", ["create"]),
    change(NETWORK, ["no-op"]),
    change("kubernetes_service_v1.workload_api_web-service_service", ["no-op"], { previous_address: "a.b" }),
    change("data.google_project.project_number", ["read"], { mode: "data", type: "google_project" }),
  );
  expect(refused(passes)).toEqual([]);
  expect(wantedBy(passes)).toEqual([]);
});

test("what tells Google of a freeze passes, and nothing else of the same resource", () => {
  const cluster = (policy: object, more = {}) => ({
    maintenance_policy: [{ recurring_window: [], ...policy }],
    ...more,
  });
  const exclusion = { maintenance_exclusion: [{ exclusion_name: "freeze" }] };
  const changed = (after: object) =>
    plan(
      change("google_container_cluster.cluster", ["update"], {
        change: { actions: ["update"], before: cluster({}), after },
      }),
    );
  expect(refused(changed(cluster(exclusion)))).toEqual([]);
  expect(refused(changed(cluster(exclusion, { deletion_protection: false })))).toEqual([
    expect.stringContaining("add --allow cluster"),
  ]);
});

test("each other change is a line with the option that allows it, and the option allows the category", () => {
  const made = plan(update(NETWORK), change("google_monitoring_alert_policy.a", ["create"]), update("a_new_type.x"));
  const said = (address: string, what: string, category: string) =>
    `the plan = "${address}": would be ${what}, and a release changes nothing of the category ${category}; undo the change of the files, or add --allow ${category}, which a yes at the terminal does not replace`;
  expect(refused(made)).toEqual([
    said(NETWORK, "updated", "network"),
    said("google_monitoring_alert_policy.a", "created", "monitoring"),
    said("a_new_type.x", "updated", "unknown"),
  ]);
  expect(refused(made, ["network", "unknown"])).toHaveLength(1);
  expect(wantedBy(made)).toEqual(["monitoring", "network", "unknown"]);
  expect(refused(made, wantedBy(made))).toEqual([]);
});

test.each([
  ["deleted", DATABASE, ["delete"]],
  ["replaced", DATABASE, ["delete", "create"]],
  ["replaced", "google_secret_manager_secret.secret_jwt_secret", ["create", "delete"]],
  ["deleted", "helm_release.datastore_postgresql", ["delete"]],
  ["deleted", "vercel_project.frontends_web_project", ["delete"]],
])("what would be %s and holds data or identity wants its own approval: %s", (what, address, actions) => {
  const made = plan(change(address, actions));
  expect(refused(made, ALLOWED)).toEqual([
    `the plan = "${address}": would be ${what}, and it holds data or identity; undo the change of the files, or add --allow destroy:${address}, which a yes at the terminal does not replace`,
  ]);
  expect(refused(made, [`destroy:${address}x`])).toHaveLength(1);
  expect(refused(made, [`destroy:${address}`])).toEqual([]);
});

test("what Terraform forgets or imports wants the approval of its category", () => {
  const imported = change(NETWORK, ["no-op"], { change: { actions: ["no-op"], before: {}, importing: { id: "x" } } });
  expect(refused(plan(change(DATABASE, ["forget"]), imported)).map((it) => it.split(", ")[0])).toEqual([
    `the plan = "${DATABASE}": would be forgotten`,
    `the plan = "${NETWORK}": would be imported`,
  ]);
  expect(refused(plan(change(DATABASE, ["forget"]), imported), ["data", "network"])).toEqual([]);
});

test("a stack whose state is empty wants no approval, whatever the plan imports and reads", () => {
  const key = "google_kms_crypto_key.disks_key";
  const first = (resources: NonNullable<Plan["prior_state"]>["values"]): Plan => ({
    resource_changes: [
      change(NETWORK, ["create"]),
      change(key, ["update"], { change: { actions: ["update"], before: {}, importing: { id: "key" } } }),
    ],
    prior_state: { values: resources },
  });
  const imported = { address: key, mode: "managed" };
  const read = { address: "data.google_project.project_number", mode: "data" };
  expect(refused(first(undefined))).toEqual([]);
  expect(refused(first({ root_module: { resources: [imported, read] } }))).toEqual([]);
  expect(
    refused(first({ root_module: { resources: [imported, { address: NETWORK, mode: "managed" }] } })),
  ).toHaveLength(2);
  expect(refused(first({ root_module: { child_modules: [{}] } }))).toHaveLength(2);
});

describe("what follows from an earlier approval passes", () => {
  const user = (generation: number, ...actions: string[]) =>
    change(`google_sql_user.database_users_${generation}`, actions, {
      change: { actions, before: actions.join() === "create" ? null : { name: `shop_${generation}` } },
    });

  test("the database's user of an earlier password leaves", () => {
    expect(refused(plan(user(1, "delete"), user(2, "no-op")))).toEqual([]);
    expect(wantedBy(plan(user(1, "delete"), user(2, "no-op"), user(3, "create")))).toEqual(["secrets"]);
  });

  test.each([
    ["the latest user", [user(2, "delete")]],
    ["a user before another that is only created", [user(1, "delete"), user(2, "create")]],
    ["all users", [user(1, "delete"), user(2, "delete")]],
    ["a user that is replaced", [user(1, "delete", "create"), user(2, "no-op")]],
    ["another user", [change("google_sql_user.database_administrator", ["delete"]), user(2, "no-op")]],
  ])("%s does not leave without one", (_what, changes) => {
    expect(wantedBy(plan(...changes))).toEqual(["secrets"]);
  });

  test("in a rollback, no user leaves, whatever is allowed", () => {
    const made = plan(user(1, "delete"), user(2, "no-op"));
    const line =
      'the plan = "google_sql_user.database_users_1": would be deleted, and a rollback keeps every user of the database; write the version that you go back to as rotatedIn in database.password';
    expect(refused(made, ["secrets", "destroy:google_sql_user.database_users_1"], true)).toEqual([line]);
    expect(refused(plan(user(2, "delete", "create")), ["secrets"], true)).toHaveLength(1);
    expect(refused(plan(update("helm_release.workload_api_workload_deployment")), [], true)).toEqual([]);
    // One that has left comes back.
    expect(refused(plan(user(1, "create"), user(2, "no-op")), [], true)).toEqual([]);
    expect(refused(plan(user(1, "create"), user(2, "no-op")))).toHaveLength(1);
  });

  test("what is left of a replacement goes, unless it holds data", () => {
    const left = (address: string) => change(address, ["delete"], { deposed: "0a1b2c3d" });
    expect(wantedBy(plan(left("google_secret_manager_secret_version.secret_jwt_secret_version")))).toEqual([]);
    expect(wantedBy(plan(left(DATABASE)))).toEqual([`destroy:${DATABASE}`]);
  });
});

describe("a candidate that comes, gets requests and is promoted passes", () => {
  /** The changes from one stack to another, as a plan would have them. */
  function between(from: Stack, to: Stack): Plan {
    const [before, after] = [new Map(from.resources), new Map(to.resources)];
    // A plan has the values and not the order, and the names that templates stand for.
    const named = (template: string) => `\\"${/workload_([^_]+)_/.exec(template)?.[1] ?? "known"}\\"`;
    const values = ({ depends_on, lifecycle, ...others }: Json) =>
      JSON.parse(JSON.stringify(others).replace(/\$\{jsonencode\([^)]*\)\}/g, named));
    return plan(
      ...[...new Set([...before.keys(), ...after.keys()])].flatMap((address) => {
        const [was, is] = [before.get(address), after.get(address)];
        if (JSON.stringify(was) === JSON.stringify(is)) return [];
        const actions = [was ? (is ? "update" : "delete") : "create"];
        return change(address, actions, { change: { actions, before: was && values(was), after: is && values(is) } });
      }),
    );
  }
  test("behind a Gateway, whose routes have the shares", () => {
    const production = (change: (files: Files) => void) => synth(change).production;
    const alone = (files: Files) => {
      withStrategy(files);
      behindGateway(files);
    };
    const versions = [
      production(alone),
      production(withCandidate(0, behindGateway)),
      production(withCandidate(10, behindGateway)),
      production((files) => {
        alone(files);
        files.production.release = NEXT;
      }),
    ];
    for (const [i, to] of versions.slice(1).entries()) {
      const made = between(versions[i] as Stack, to);
      expect(made.resource_changes?.map(({ address }) => address)).toContain("helm_release.gateway_routes");
      expect(wantedBy(made)).toEqual([]);
    }
  });

  test.each([
    ["Traefik", "helm_release.ingress_shares", behindTraefik],
    ["a Gateway", "helm_release.gateway_routes", behindGateway],
  ])("each step of a walk behind %s changes %s alone", (_what, address, edge) => {
    const sticky = (files: Files) => {
      edge(files);
      if (edge === behindTraefik) Object.assign(files.system.services.backend as object, { sticky: { minutes: 5 } });
    };
    const versions = [0, 10, 100, 0].map((share) => synth(withCandidate(share, sticky)).production);
    for (const [i, to] of versions.slice(1).entries()) {
      const made = between(versions[i] as Stack, to);
      expect(made.resource_changes?.map((it) => it.address)).toEqual([address]);
      for (const step of ["on", "back"] as const) expect(guardProblems(made, { allowed: [], step })).toEqual([]);
    }
  });

  test("a step changes nothing but shares, whatever is allowed, and the step back what a release may", () => {
    const routes = (weight: number, port = 80) => ({
      values: [JSON.stringify({ objects: [{ backendRefs: [{ name: "web", port, weight }] }] })],
    });
    const shares = (before: unknown, after: unknown) =>
      change("helm_release.ingress_shares", ["update"], { change: { actions: ["update"], before, after } });
    const step = (...changes: readonly Change[]) =>
      guardProblems(plan(...changes), { allowed: ALLOWED, step: "on" }).map(line);
    const deployment = update("helm_release.workload_api_workload_deployment");
    expect(step(shares(routes(100), routes(90)))).toEqual([]);
    expect(step(shares(routes(100), routes(90)), deployment)).toEqual([
      'the plan = "helm_release.workload_api_workload_deployment": would be updated, and a step of a candidate changes only its share; undo the change of the files, or deploy it before the next step, with the share as it was',
    ]);
    expect(step(shares(routes(100), routes(90, 81)))).toHaveLength(1);
    expect(step(change("helm_release.ingress_shares", ["create"]))).toHaveLength(1);

    const back = (...changes: readonly Change[]) => guardProblems(plan(...changes), { allowed: [], step: "back" });
    expect(back(shares(routes(90), routes(100)), deployment)).toEqual([]);
    expect(back(update(NETWORK))).toHaveLength(1);
  });

  test("a Gateway's routes that change otherwise are of the network", () => {
    const routes = (backend: string, weight?: number, more: object = {}) => ({
      values: [JSON.stringify({ objects: [{ rules: [{ backendRefs: [{ name: backend, weight }], ...more }] }] })],
      chart: "objects",
    });
    const made = (before: unknown, after: unknown) =>
      categoryOf(change("helm_release.gateway_routes", ["update"], { change: { actions: ["update"], before, after } }));
    expect(made(routes("web", 90), routes("web", 50))).toBe("release");
    expect(made(routes("web", 100), routes("web"))).toBe("release");
    expect(made(routes("web"), routes("admin"))).toBe("network");
    expect(made(routes("web"), routes("web", 1, { matches: ["/"] }))).toBe("network");
    expect(made(routes("web"), { ...routes("web"), chart: "other" })).toBe("network");
    expect(made(routes("web"), { chart: "objects" })).toBe("network");
  });
});

test("the summary has the hash, then what is destroyed, then each category", () => {
  const made = plan(
    update("helm_release.workload_api_workload_deployment"),
    change("kubernetes_job_v1.workload_migrate_migration_job", ["create", "delete"]),
    change(NETWORK, ["delete"]),
    change(DATABASE, ["no-op"]),
    change("google_storage_bucket.x", ["no-op"], { previous_address: "google_storage_bucket.y" }),
    change("google_storage_bucket.z", ["forget"]),
    change("google_secret_manager_secret_version.secret_x_version", ["delete"], { deposed: "0a1b2c3d" }),
    change("google_kms_key_ring.k", ["no-op"], { change: { actions: ["no-op"], before: {}, importing: { id: "k" } } }),
  );
  expect(summaryOf(made)).toEqual([
    expect.stringMatching(
      /^plan [0-9a-f]{16}: 1 to add, 1 to change, 3 to destroy, 1 to import, 1 to move, 1 to forget$/,
    ),
    "  replaces kubernetes_job_v1.workload_migrate_migration_job",
    `  destroys ${NETWORK}`,
    "  destroys google_secret_manager_secret_version.secret_x_version (left of a replacement)",
    "  data: 0 to add, 0 to change, 0 to destroy, 1 to move, 1 to forget",
    "  network: 0 to add, 0 to change, 1 to destroy",
    "  release: 1 to add, 1 to change, 1 to destroy",
    "  secrets: 0 to add, 0 to change, 1 to destroy, 1 to import",
  ]);
  expect(summaryOf(plan())).toEqual([
    expect.stringMatching(/^plan [0-9a-f]{16}: 0 to add, 0 to change, 0 to destroy$/),
  ]);
});
