import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { everyBootstrapStack, everyStack } from "../commands/every-stack";
import { environmentOf, sourceOf } from "../schema/load";
import { synthesizeBootstrap } from "../stacks/synthesize";
import { configuration, type Files, type Json, ROOT, read, type Stack, synth, synthEvery } from "./support";

const PLANNER = `\${google_service_account.planner.member}`;

const EVERY = everyBootstrapStack(ROOT);
const stacks = new Map<string, Stack>();
beforeAll(async () => {
  for (const [name, stack] of await synthEvery([...EVERY, ...everyStack(ROOT)])) stacks.set(name, stack);
});

/** The bootstrap stack of one of pmcrm's environments after a change to its files. */
function changed(environmentName: "production" | "staging", change: (files: Files) => void): Stack {
  const made = configuration(change);
  const files = environmentOf(made, environmentName);
  const outdir = mkdtempSync(path.join(os.tmpdir(), "bootstrap-stack-"));
  try {
    const source = sourceOf(made.environments, files.environment);
    synthesizeBootstrap({ systemName: made.name, environmentName, ...files, source }, outdir);
    return read(outdir, `bootstrap-${environmentName}`);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The repository of pmcrm's images in its own environment. */
const OWN_IMAGES = `\${google_artifact_registry_repository.repository-pmcrm.name}`;

/** Types that hold data or identity, or whose names Google keeps for a while. */
const KEPT = [
  ...["google_storage_bucket", "google_kms_key_ring", "google_kms_crypto_key", "google_secret_manager_secret"],
  ...["google_service_account", "google_project_iam_custom_role", "google_artifact_registry_repository"],
  ...["google_iam_workload_identity_pool", "google_iam_workload_identity_pool_provider"],
];
/** Roles in a project that contain nearly everything. https://cloud.google.com/iam/docs/roles-overview#basic */
const BASIC = ["roles/owner", "roles/editor", "roles/viewer"];

describe.each(EVERY)("$name", ({ name }) => {
  const stack = () => stacks.get(name) as Stack;
  const of = (type: string) => stack().resources.filter(([address]) => address.startsWith(`${type}.`));
  const environments = () => stacks.get(name.replace("bootstrap-", "")) as Stack;
  const policies = () =>
    Object.values<{ binding: { role: string; members: string[] }[] }>(stack().json.data.google_iam_policy);

  test("nothing that holds data or identity can be destroyed", () => {
    const kept = KEPT.flatMap(of);
    expect(new Set(kept.map(([address]) => address.split(".")[0]))).toEqual(
      new Set(KEPT.filter((type) => of(type).length)),
    );
    expect(kept.filter(([, { lifecycle }]) => !lifecycle.prevent_destroy)).toEqual([]);
  });

  test("no role is a basic one", () => {
    const roles = stack().resources.flatMap(([, { role }]) => role ?? []);
    expect(roles.length).toBeGreaterThan(20);
    expect(
      [...roles, ...policies().flatMap((it) => it.binding.map(({ role }) => role))].filter((role) =>
        BASIC.includes(role),
      ),
    ).toEqual([]);
  });

  test("it has the APIs and the keys of the environment's stack", () => {
    const services = of("google_project_service").map(([, { service }]) => service);
    const wanted = environments().resources.flatMap(([, { service }], i) =>
      environments().resources[i]?.[0].startsWith("google_project_service.") ? [service] : [],
    );
    expect(services).toEqual(expect.arrayContaining(wanted));
    expect(services.length).toBeLessThanOrEqual(20); // of one call that enables APIs
    for (const type of ["google_kms_key_ring", "google_kms_crypto_key"])
      for (const [address, { name: key }] of environments().resources.filter(([it]) => it.startsWith(`${type}.`)))
        expect([address, of(type).map(([, it]) => it.name)]).toEqual([address, expect.arrayContaining([key])]);
  });

  test("only its jobs and operators can act as the deployer and the planner", () => {
    const { deployer_policy, planner_policy } = stack().json.data.google_iam_policy;
    for (const [policy, jobs] of [
      [deployer_policy, name.replace(/.*bootstrap-/, "")],
      [planner_policy, `${name.replace(/.*bootstrap-/, "")}-plan`],
    ]) {
      const [federated, ...operators] = policy.binding;
      expect(federated).toEqual({
        role: "roles/iam.workloadIdentityUser",
        members: [expect.stringMatching(new RegExp(`^principalSet://.*/attribute\\.environment/${jobs}$`))],
      });
      for (const { role, members } of operators)
        expect([role, members]).toEqual([
          "roles/iam.serviceAccountTokenCreator",
          [expect.stringMatching(/^(user|group):/)],
        ]);
    }
    expect(of("google_service_account_iam_policy")).toHaveLength(2);
  });

  test("its state is in another bucket than the environment's, and in none that the deployer can use", () => {
    const { bucket } = stack().json.terraform.backend.gcs;
    expect(bucket).not.toBe(environments().json.terraform.backend.gcs.bucket);
    const { "bootstrap-state-policy": policy } = stack().json.data.google_iam_policy;
    expect(policy.binding.flatMap(({ members }: { members: string[] }) => members)).toEqual([
      expect.stringMatching(/^projectOwner:/),
      expect.stringMatching(/^projectOwner:/),
    ]);
    const [storage] = of("google_project_iam_member").filter(([, it]) => it.role === "roles/storage.admin");
    if (storage)
      expect(storage[1].condition.expression).toContain(
        `resource.name != 'projects/_/buckets/${bucket}' && !resource.name.startsWith('projects/_/buckets/${bucket}/')`,
      );
  });

  test("buckets keep a hundred versions and refuse no replacement, and viewers of the project see nothing", () => {
    expect(of("google_storage_bucket")).toHaveLength(3);
    for (const [, it] of of("google_storage_bucket")) {
      expect(it).toMatchObject({
        versioning: { enabled: true },
        uniform_bucket_level_access: true,
        public_access_prevention: "enforced",
        soft_delete_policy: { retention_duration_seconds: 30 * 86400 },
        lifecycle_rule: [
          { action: { type: "Delete" }, condition: { num_newer_versions: 100, with_state: "ARCHIVED" } },
        ],
      });
      expect(it.retention_policy).toBeUndefined();
    }
    expect(of("google_storage_bucket_iam_policy")).toHaveLength(2);
    expect(of("google_storage_bucket_iam_binding").map(([, { role }]) => role)).toEqual(
      expect.arrayContaining(["legacyBucketReader", "legacyObjectReader"].map((role) => `roles/storage.${role}`)),
    );
    expect(
      policies()
        .flatMap(({ binding }) => binding.flatMap(({ members }) => members))
        .filter((it) => /^project(Editor|Viewer)/.test(it)),
    ).toEqual([]);
  });

  test("the deployer can create records, and neither replace nor delete them; the planner can only read them", () => {
    const grants = [...of("google_storage_bucket_iam_binding"), ...of("google_storage_bucket_iam_member")]
      .filter(([, { bucket, role }]) => bucket.includes("google_storage_bucket.records.") && !role.includes("legacy"))
      .map(([, { role, members, member }]) => [role, members ?? [member]]);
    const [, deployer] = grants.find(([it]) => it === "roles/storage.objectCreator") ?? [];
    expect(deployer).toHaveLength(1);
    expect(deployer).not.toContain(PLANNER);
    expect(grants).toHaveLength(3);
    for (const members of [deployer, [PLANNER]]) expect(grants).toContainEqual(["roles/storage.objectViewer", members]);
  });

  test("it has a secret without a value for each one that the environment's stack only reads", () => {
    const { ephemeral, resource } = environments().json;
    const made = Object.values<{ secret_id: string }>(resource.google_secret_manager_secret).map((it) => it.secret_id);
    const read = Object.values<{ secret: string }>(ephemeral.google_secret_manager_secret_version)
      .map(({ secret }) => secret)
      .filter((secret) => !secret.startsWith("${") && !made.includes(secret));
    expect(
      of("google_secret_manager_secret")
        .map(([, it]) => it.secret_id)
        .sort(),
    ).toEqual([...new Set(read)].sort());
    expect(of("google_secret_manager_secret_version")).toEqual([]);
  });
});

test("production's deployer reads what staging has verified, and copies its images", () => {
  const { resource } = stacks.get("pmcrm.bootstrap-production") as Stack;
  const deployer = `\${google_service_account.deployer.member}`;
  expect(resource("google_storage_bucket_iam_member.source-records-viewer")).toMatchObject({
    bucket: "pmcrm-staging-records",
    role: "roles/storage.objectViewer",
    member: deployer,
  });
  const images = { location: "europe-west1", member: deployer };
  expect(resource("google_artifact_registry_repository_iam_member.source-images-reader")).toMatchObject({
    ...images,
    project: "pmcrm-staging",
    repository: "pmcrm",
    role: "roles/artifactregistry.reader",
  });
  expect(resource("google_artifact_registry_repository_iam_member.images-writer")).toMatchObject({
    ...images,
    project: "pmcrm-production",
    repository: OWN_IMAGES,
    role: "roles/artifactregistry.writer",
  });
});

test.each([
  ["in another project", "europe-west1-docker.pkg.dev/pmcrm-registry/pmcrm"],
  ["in another registry", "ghcr.io/pmcrm/pmcrm"],
])("who owns images %s (%s) says who copies them", (_where, repository) => {
  const stack = changed("production", ({ staging, production }) => {
    for (const { environment } of [staging, production]) {
      environment.repository = repository;
      environment.registries = [`${repository}/`];
    }
  });
  expect(stack.json.resource.google_storage_bucket_iam_member).toHaveProperty("source-records-viewer");
  expect(stack.json.resource).not.toHaveProperty("google_artifact_registry_repository_iam_member");
});

describe("repositories of the application", () => {
  const staging = changed("staging", ({ staging: { environment } }) => {
    environment.bootstrap.github.applicationRepositoryIds = ["812340002", "812340003"];
  });
  const withoutThem = changed("staging", () => {});
  /** The stack's elements that are there because of them, by type. */
  const added = (section: "resource" | "data") =>
    Object.entries<Record<string, Json>>(staging.json[section]).flatMap(([type, byId]) =>
      Object.keys(byId).flatMap((id) => (withoutThem.json[section][type]?.[id] ? [] : [`${type}.${id}`])),
    );

  test("get an account in a pool of its own, and the rest of the stack stays", () => {
    expect(added("data")).toEqual(["google_iam_policy.pusher_policy"]);
    expect(added("resource").sort()).toEqual([
      "google_artifact_registry_repository_iam_member.pusher_writer",
      "google_iam_workload_identity_pool.pusher_github_pool",
      "google_iam_workload_identity_pool_provider.pusher_github_provider",
      "google_service_account.pusher",
      "google_service_account_iam_policy.pusher_access",
    ]);
    for (const [address, resource] of withoutThem.resources) expect(staging.resource(address)).toEqual(resource);
  });

  test("are admitted on tags, with this repository's workflow", () => {
    const provider = staging.resource("google_iam_workload_identity_pool_provider.pusher_github_provider");
    expect(provider).toMatchObject({
      workload_identity_pool_id: `\${google_iam_workload_identity_pool.pusher_github_pool.workload_identity_pool_id}`,
      attribute_mapping: { "google.subject": "assertion.sub" },
      attribute_condition:
        "assertion.repository_id in ['812340002', '812340003'] && assertion.ref_type == 'tag' && assertion.job_workflow_ref == 'pmcrm/pmcrm/.github/workflows/image.yml@refs/heads/main'",
    });
    expect(staging.resource("google_iam_workload_identity_pool.pusher_github_pool").workload_identity_pool_id).toBe(
      "images",
    );
  });

  test("push as an account as which nobody else can act", () => {
    expect(staging.json.data.google_iam_policy.pusher_policy.binding).toEqual([
      {
        role: "roles/iam.workloadIdentityUser",
        members: [`principalSet://iam.googleapis.com/\${google_iam_workload_identity_pool.pusher_github_pool.name}/*`],
      },
    ]);
  });

  test("can write to the repository of the environment's images, and do nothing else", () => {
    const granted = staging.resources.filter(([, { member }]) => member === `\${google_service_account.pusher.member}`);
    expect(granted).toEqual([
      [
        "google_artifact_registry_repository_iam_member.pusher_writer",
        expect.objectContaining({
          project: "pmcrm-staging",
          location: "europe-west1",
          repository: OWN_IMAGES,
          role: "roles/artifactregistry.writer",
        }),
      ],
    ]);
    const policies = Object.values<Json>(staging.json.data.google_iam_policy);
    expect(JSON.stringify(policies)).not.toContain("google_service_account.pusher");
  });

  test("find what their workflow needs in the outputs", () => {
    expect(staging.json.output).toMatchObject({
      images_workload_identity_provider: {
        value: `\${google_iam_workload_identity_pool_provider.pusher_github_provider.name}`,
      },
      pusher: { value: "pusher@pmcrm-staging.iam.gserviceaccount.com" },
    });
  });
});

describe("a second region", () => {
  const { production, staging } = synth() as Record<"production" | "staging", Stack>;

  test("has a copy of the environment's secrets and buckets", () => {
    const replicas = production.resources
      .filter(([address]) => address.startsWith("google_secret_manager_secret."))
      .map(([, it]) => it.replication.user_managed.replicas);
    expect(replicas.length).toBeGreaterThan(0);
    for (const it of replicas) expect(it).toEqual([{ location: "europe-west1" }, { location: "europe-west3" }]);
  });

  test("has nothing of an environment that names none", () => {
    expect(staging.text).not.toContain("europe-west3");
  });

  test("has a copy of the bootstrap stack's secrets and buckets", () => {
    const { resources } = stacks.get("pmcrm.bootstrap-production") as Stack;
    const of = (type: string) => resources.filter(([address]) => address.startsWith(`${type}.`)).map(([, it]) => it);
    for (const it of of("google_storage_bucket"))
      expect(it).toMatchObject({
        location: "EU",
        custom_placement_config: { data_locations: ["EUROPE-WEST1", "EUROPE-WEST3"] },
      });
    for (const it of of("google_secret_manager_secret"))
      expect(it.replication.user_managed.replicas).toEqual([
        { location: "europe-west1" },
        { location: "europe-west3" },
      ]);
  });
});
