import { addBuckets } from "./buckets";
import { withCandidate } from "./candidate/support";
import { ref } from "./construct";
import { references, waitsFor } from "./graph";
import { addModules, withoutCrm } from "./modules";
import { grantsOf, whoCan } from "./permissions";
import { configuration, type Files, type Json, problems, type Stack, synth } from "./support";
import { addService } from "./two-services";

const stacks = synth(addBuckets);
const { production } = stacks;
const plain = synth().production;
const bucketOf = (name: string) => ref(`google_storage_bucket.bucket_${name}.name`);
const account = (name: string) => ref(`google_service_account.identity_${name}.member`);
const AGENT = `serviceAccount:service-${ref("data.google_project.project_number.number")}@https-lb.iam.gserviceaccount.com`;
const changed = (change: (files: Files) => void) =>
  synth((files) => {
    addBuckets(files);
    change(files);
  }).production;
const addresses = ({ resources }: Stack) => resources.map(([address]) => address);

describe.each(Object.entries(stacks))("%s: what its bindings allow", (_name, stack) => {
  const grants = grantsOf(stack);
  const on = (bucket: string, action: string) => whoCan(grants, `storage.objects.${action}`, bucketOf(bucket));

  test("files of the private bucket: those that use it, and each only what it needs", () => {
    expect(on("media", "get")).toEqual([account("backend"), account("worker")]);
    expect(on("media", "list")).toEqual([account("backend"), account("worker")]);
    for (const action of ["create", "delete", "update"]) expect(on("media", action)).toEqual([account("backend")]);
  });

  test("files of the public bucket: the load balancer reads them and cannot list them", () => {
    expect(on("static", "get").sort()).toEqual([account("collect"), AGENT].sort());
    for (const action of ["list", "create", "delete", "update"])
      expect(on("static", action)).toEqual([account("collect")]);
  });

  test("nothing is granted to everybody, and no bucket could be", () => {
    expect(grants.filter(({ member }) => /^all(Authenticated)?Users$/.test(member))).toEqual([]);
    const buckets: Json[] = Object.values(stack.json.resource.google_storage_bucket);
    expect(buckets.map((bucket) => bucket.public_access_prevention)).toEqual(["enforced", "enforced"]);
    expect(buckets.map((bucket) => bucket.uniform_bucket_level_access)).toEqual([true, true]);
    expect(stack.text).not.toMatch(/google_storage_(bucket|object|default_object)_(acl|access_control)/);
  });

  test("signatures: the service that signs URLs, as itself alone", () => {
    const signers = grants.filter(({ permission }) => /\.sign(Blob|Jwt)$/.test(permission));
    expect(signers).toEqual([
      {
        on: ref("google_service_account.identity_backend.name"),
        member: account("backend"),
        permission: "iam.serviceAccounts.signBlob",
      },
    ]);
  });

  test("tokens of an account: the pods of its workload, and nobody else", () => {
    const pools = grants.filter(({ permission }) => permission === "iam.serviceAccounts.getAccessToken");
    for (const name of ["backend", "worker", "collect"])
      expect(
        pools.filter((grant) => grant.on === ref(`google_service_account.identity_${name}.name`)).map((g) => g.member),
      ).toEqual([expect.stringMatching(new RegExp(`\\[pmcrm/${name}\\]$`))]);
  });
});

test("a task that uses no bucket has no Google service account", () => {
  expect(addresses(production)).not.toContain("google_service_account.identity_migrate");
  const account = production.resource("kubernetes_service_account_v1.workload_migrate_service-account");
  expect(account.metadata.annotations ?? {}).toEqual({});
});

test("pods get the names of their buckets, and the URL of a public one", () => {
  const config = (workload: string) =>
    production.digested(`kubernetes_config_map_v1.workload_${workload}_config`)[1].data;
  expect(config("backend")).toMatchObject({
    MEDIA_BUCKET: "pmcrm-production-pmcrm-production-media",
    STATIC_URL: "https://static.pmcrm.io/",
  });
  expect(config("collect").STATIC_BUCKET).toBe(production.resource("google_storage_bucket.bucket_static").name);
});

test("pods start after they may use their buckets; a task, which is not repeated, some time after it", () => {
  const graph = references(production);
  const deployment = (name: string) => waitsFor(graph, `helm_release.workload_${name}_workload_deployment`);
  expect(deployment("backend")).toContain("google_storage_bucket_iam_member.workload_backend_bucket-media");
  expect(deployment("backend")).toContain("google_service_account_iam_member.workload_backend_identity_signer");
  expect(deployment("worker")).toContain("google_storage_bucket_iam_member.workload_worker_bucket-media");
  const job = waitsFor(graph, "kubernetes_job_v1.workload_collect_migration_job");
  const wait = "terraform_data.workload_collect_access";
  expect(job).toContain(wait);
  expect(waitsFor(graph, wait)).toContain("google_service_account_iam_member.workload_collect_identity_binding");
  expect(waitsFor(graph, wait)).toContain("google_storage_bucket_iam_member.workload_collect_bucket-static");
  expect(production.resource(wait)).toMatchObject({
    triggers_replace: { buckets: { static: "write" }, signsUrls: false },
    provisioner: [{ "local-exec": { command: "sleep 120" } }],
  });
  expect(addresses(production)).not.toContain("terraform_data.workload_migrate_access");
});

test("no pod waits for the CDN", () => {
  const graph = references(production);
  for (const [address] of production.resources)
    if (/^(helm_release|kubernetes_job_v1)\.workload_/.test(address))
      expect([...waitsFor(graph, address)].filter((other) => /_cdn_/.test(other))).toEqual([]);
});

test("files are kept as long as the environment says, or a week", () => {
  const days = (stack: Stack, name: string) =>
    stack.resource(`google_storage_bucket.bucket_${name}`).soft_delete_policy.retention_duration_seconds / 86400;
  expect(days(production, "media")).toBe(30);
  expect(days(production, "static")).toBe(7);
  expect(days(stacks.staging, "media")).toBe(7);
});

/** A candidate of the service, a frontend, and pages of both hosts that call the service. */
const candidate = synth(
  withCandidate(10, (files) => {
    addBuckets(files);
    const { system, staging, production } = files;
    Object.assign(system.services.backend as Json, { cors: { origins: ["static"], methods: ["GET"], headers: [] } });
    system.smokeChecks = { files: { kind: "http", of: "static", path: "/health.txt" } };
    system.frontends = ["app"];
    for (const [name, { environment }] of Object.entries({ staging, production }))
      environment.frontends = { app: [`app.${name}.pmcrm.io`, `www.${name}.pmcrm.io`] };
  }),
).production;

test("a candidate acts as the service does, and waits for the same access", () => {
  const accounts = (stack: Stack) => addresses(stack).filter((address) => /_iam_member|_account\./.test(address));
  expect(accounts(candidate)).toEqual(accounts(production));
  const graph = references(candidate);
  const rollout = waitsFor(graph, "helm_release.workload_backend-candidate_workload_deployment");
  expect(rollout).toContain("google_storage_bucket_iam_member.workload_backend_bucket-media");
  expect(rollout).toContain("google_service_account_iam_member.workload_backend_identity_signer");
  const job = waitsFor(graph, "kubernetes_job_v1.workload_collect-candidate_migration_job");
  expect(job).toContain("terraform_data.workload_collect_access");
  expect(addresses(candidate)).not.toContain("terraform_data.workload_collect-candidate_access");
});

test("pages of the system's hosts can use signed URLs; nobody else's page can", () => {
  const cors = (stack: Stack, name: string) => stack.resource(`google_storage_bucket.bucket_${name}`).cors;
  expect(cors(production, "media")).toEqual([
    {
      origin: ["https://api.pmcrm.io"],
      method: ["GET", "HEAD", "PUT"],
      response_header: ["Content-Type"],
      max_age_seconds: 3600,
    },
  ]);
  expect(cors(production, "static")).toBeUndefined();
  expect(cors(candidate, "media")[0].origin).toEqual([
    "https://api.pmcrm.io",
    "https://app.production.pmcrm.io",
    "https://www.production.pmcrm.io",
  ]);
});

test("a service can name the host of a public bucket as an origin", () => {
  expect(candidate.resource("helm_release.ingress_routes").values[0]).toContain("https://static.pmcrm.io");
});

test("the host of a public bucket has an uptime check of the file that is always there", () => {
  const id = "monitoring_cloud_uptime-static_pmcrm_io";
  expect(production.resource(`google_monitoring_uptime_check_config.${id}_check`)).toMatchObject({
    monitored_resource: { labels: { host: "static.pmcrm.io" } },
    http_check: { path: "/health.txt", validate_ssl: true },
  });
  const { documentation } = production.resource(`google_monitoring_alert_policy.${id}_certificate`);
  expect(documentation.content).toContain("gcloud certificate-manager certificates list");
});

test("the API of certificates is enabled where a bucket is public", () => {
  const enabled = (stack: Stack) => Object.values<Json>(stack.json.resource.google_project_service);
  const has = (stack: Stack) => enabled(stack).some(({ service }) => service === "certificatemanager.googleapis.com");
  expect(has(production)).toBe(true);
  expect(has(plain)).toBe(false);
});

test("the outputs name the buckets and the CDN's address, where there are any", () => {
  const { output } = production.json;
  expect(output.buckets.value).toEqual(["media", "static"].map(bucketOf));
  expect(output.cdn_address.value).toBe(ref("google_compute_global_address.cdn.address"));
  expect([plain.json.output.buckets, plain.json.output.cdn_address]).toEqual([undefined, undefined]);
});

describe("a bucket that changes its access", () => {
  const other = changed(({ system, staging, production }) => {
    system.buckets = { media: { access: "public", health: "/a.txt" }, static: { access: "private" } };
    Object.assign(system.services.backend as Json, { signsUrls: false });
    system.variables.STATIC_URL = { kind: "url", of: "media", path: "/" };
    staging.environment.buckets = { media: { host: "media.staging.pmcrm.io" } };
    production.environment.buckets = { media: { host: "media.pmcrm.io", keepDays: 30 } };
  });

  test.each(["media", "static"])("%s stays the bucket that it was", (name) => {
    const { cors: _, ...before } = production.resource(`google_storage_bucket.bucket_${name}`);
    const { cors: __, ...after } = other.resource(`google_storage_bucket.bucket_${name}`);
    expect(after).toEqual(before);
  });

  test("who signs no URLs may not sign, and no page uses signed URLs", () => {
    expect(addresses(other).filter((address) => address.includes("signer"))).toEqual([]);
    expect(other.resource("google_storage_bucket.bucket_media").cors).toBeUndefined();
  });

  test("the CDN keeps its address", () => {
    expect(other.resource("google_compute_global_address.cdn")).toEqual(
      production.resource("google_compute_global_address.cdn"),
    );
    const map = other.resource("google_compute_url_map.buckets_cdn_url-map");
    expect(map.host_rule).toEqual([{ hosts: ["media.pmcrm.io"], path_matcher: "media" }]);
  });
});

test("an environment without a module has no bucket that only the module uses", () => {
  const { environments } = configuration((files) => {
    addModules(files);
    const { system, staging, production } = files as Json;
    system.buckets = { exports: { access: "private" }, shared: { access: "private" } };
    system.services["crm-api"].buckets = { exports: "write", shared: "read" };
    system.services.backend.buckets = { shared: "read" };
    for (const { environment } of [staging, production]) environment.buckets = { shared: { keepDays: 8 } };
    withoutCrm(files.production);
  });
  expect(Object.keys(environments.staging.system.buckets)).toEqual(["exports", "shared"]);
  expect(Object.keys(environments.production.system.buckets)).toEqual(["shared"]);
});

test.each<[string, (files: Files) => void]>([
  [
    "buckets without entries in the environment",
    ({ system, staging, production }) => {
      system.buckets = { media: { access: "private" } };
      delete system.tasks?.collect;
      for (const name of ["STATIC_BUCKET", "STATIC_URL"]) delete system.variables[name];
      Object.assign(system.services.backend as Json, { after: ["migrate"] });
      (system.services.backend as Json).variables = (system.services.backend as Json).variables.filter(
        (name: string) => name !== "STATIC_URL",
      );
      for (const { environment } of [staging, production]) delete environment.buckets;
    },
  ],
  [
    "a scheduled task and a check that use buckets",
    ({ system }) => {
      const { image, pool, resources } = system.services.worker as Json;
      const job = {
        image,
        pool,
        resources,
        command: ["true"],
        deadlineSeconds: 60,
        buckets: { media: "read" as const },
      };
      system.scheduled = { tidy: { ...job, schedule: "0 3 * * *" } };
      system.smokeChecks = { upload: { kind: "job", ...job, readOnly: true, signsUrls: true } };
    },
  ],
  ["a second public service", addService],
])("%s: accepted", (_what, change) => {
  expect(
    problems((files) => {
      addBuckets(files);
      change(files);
    }),
  ).toEqual([]);
});
