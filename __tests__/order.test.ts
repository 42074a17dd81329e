import { everyStack } from "../commands/every-stack";
import { NAME_LABEL } from "../constructs/kubernetes/labels";
import { BOOTSTRAP_APIS } from "../facts/apis";
import { references, waitsFor } from "./graph";
import { type Json, ROOT, type Stack, synth, synthEvery } from "./support";

/** API that creates each type of google resource. */
const API: readonly (readonly [RegExp, string])[] = [
  [/^google_compute_/, "compute"],
  [/^google_container_/, "container"],
  [/^google_sql_/, "sqladmin"],
  [/^google_redis_/, "redis"],
  [/^google_kms_/, "cloudkms"],
  [/^google_service_networking_/, "servicenetworking"],
  [/^google_dns_/, "dns"],
  [/^google_certificate_manager_/, "certificatemanager"],
  [/^google_binary_authorization_/, "binaryauthorization"],
  [/^google_logging_/, "logging"],
  [/^google_monitoring_/, "monitoring"],
  [/^google_secret_manager_/, "secretmanager"],
  [/^google_service_account/, "iam"],
  [/^google_project_iam_/, "cloudresourcemanager"],
  [/^google_project_service$/, "serviceusage"],
  [/^google_storage_/, "storage"],
];

/** What is made in the cluster, and so through its API. */
const IN_CLUSTER = /^(kubernetes|helm)_/;
/** Policies of what runs long after the edge, and only when a certificate is asked for. */
const SOLVERS = /^kubernetes_network_policy_v1\.certificate_/;

const withRecords = synth((files) => {
  files.production.environment.edge.dnsZone = "pmcrm-io";
});
const DNS = "pmcrm.production with records of its hosts";
const every = new Map<string, Stack>();
beforeAll(async () => {
  for (const [name, stack] of await synthEvery()) every.set(name, stack);
  every.set(DNS, withRecords.production);
});

describe.each([...everyStack(ROOT).map(({ name }) => name), DNS])("%s", (name) => {
  const found = () => every.get(name) as Stack;

  test("every google resource waits until the API that it needs is enabled", () => {
    const graph = references(found());
    const early: string[] = [];
    for (const [address] of found().resources.filter(([a]) => a.startsWith("google_"))) {
      const api = API.find(([type]) => type.test(address.split(".")[0] as string))?.[1];
      if (!api) early.push(`${address}: of which API?`);
      else if (
        !(BOOTSTRAP_APIS as readonly string[]).includes(api) &&
        !waitsFor(graph, address).has(`google_project_service.project_${api}`)
      )
        early.push(`${address} does not wait for ${api}`);
    }
    expect(early).toEqual([]);
  });

  test("resources in the cluster wait for it, and every resource is in Google Cloud, on Vercel, in the cluster, or only in the state", () => {
    const graph = references(found());
    const addresses = found().resources.map(([a]) => a);
    expect(addresses.filter((a) => !/^(google|random|terraform|vercel)_/.test(a) && !IN_CLUSTER.test(a))).toEqual([]);
    const early = addresses.filter(
      (a) => IN_CLUSTER.test(a) && !waitsFor(graph, a).has("google_container_cluster.cluster"),
    );
    expect(early).toEqual([]);
  });

  test("pods of a release, a Job or a CronJob wait for all policies of their namespace about them", () => {
    const graph = references(found());
    const policies = found().resources.filter(([a]) => a.startsWith("kubernetes_network_policy_v1."));
    const early: string[] = [];
    for (const [address, config] of found().resources) {
      const [type = ""] = address.split(".");
      if (!["helm_release", "kubernetes_job_v1", "kubernetes_cron_job_v1"].includes(type)) continue;
      if (type === "helm_release" && !runsPods(config)) continue;
      const { namespace, name } = config.metadata ?? config;
      const label = (config.spec?.job_template ?? config).spec?.template?.metadata?.labels?.[NAME_LABEL] ?? name;
      for (const [policy, { metadata, spec }] of policies) {
        const about = spec.pod_selector.match_labels?.[NAME_LABEL];
        if (SOLVERS.test(policy)) continue;
        // A chart's pods may have any name, but for those that have the release's.
        if (metadata.namespace !== namespace || (about !== undefined && about !== label)) continue;
        if (!waitsFor(graph, address).has(policy)) early.push(`${address} does not wait for ${policy}`);
      }
    }
    expect(early).toEqual([]);
  });

  test("the configuration of a release's pods outlives a failed rollout", () => {
    const graph = references(found());
    const marks = found().resources.filter(([a]) => a.startsWith("terraform_data."));
    const used = found().resources.flatMap(([release, config]) =>
      release.startsWith("helm_release.")
        ? [...(graph.get(release) ?? [])]
            .filter((a) => /^kubernetes_(config_map|secret)_v1\./.test(a))
            .map((a) => [a, release, config] as const)
        : [],
    );
    expect(used.length).toBeGreaterThan(0);
    for (const [configuration, release] of used) {
      expect([configuration, found().resource(configuration)]).toEqual([
        configuration,
        expect.objectContaining({ immutable: true, lifecycle: { create_before_destroy: true } }),
      ]);
      // Updated after the rollout, another resource refers to it in the state, so it is destroyed only after the next
      // rollout.
      const [mark] = marks.find(([a]) => graph.get(a)?.has(configuration) && graph.get(a)?.has(release)) ?? [];
      expect([configuration, release, mark]).toEqual([configuration, release, expect.any(String)]);
    }
  });

  test("no project number is typed", () => {
    const numbers = (pattern: RegExp) => found().text.match(pattern) ?? [];
    expect(numbers(/\b\d{9,13}\b/g)).toEqual(numbers(/\b2147483647\b/g)); // Cloud Armor's last rule
  });

  test("there is no cycle", () => {
    const graph = references(found());
    for (const address of graph.keys())
      expect([address, waitsFor(graph, address).has(address)]).toEqual([address, false]);
  });
});

describe.each(["staging", "production"] as const)("pmcrm.%s", (name) => {
  const stack = withRecords[name];
  const graph = references(stack);

  test("the cluster waits for the KMS grant of GKE's service agent, which waits for the agent", () => {
    const grant = stack.resource("google_kms_crypto_key_iam_member.cluster_kubernetes-secrets_grant");
    expect(graph.get("google_container_cluster.cluster")).toContain(
      "google_kms_crypto_key_iam_member.cluster_kubernetes-secrets_grant",
    );
    expect(grant.role).toBe("roles/cloudkms.cryptoKeyEncrypterDecrypter");
    expect(grant.member).toBe(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
      "serviceAccount:service-${data.google_project.project_number.number}@container-engine-robot.iam.gserviceaccount.com",
    );
    expect(waitsFor(graph, "google_kms_crypto_key_iam_member.cluster_kubernetes-secrets_grant")).toContain(
      "google_project_service.project_container",
    );
  });

  test.each(["google_sql_database_instance.database", "google_redis_instance.cache"])(
    "%s waits for the private connection",
    (address) => {
      expect(graph.get(address)).toContain("google_service_networking_connection.network_private-services");
    },
  );

  test("the task waits for the user, the extensions, its Secret and its egress policies; rollouts wait for it", () => {
    const job = "kubernetes_job_v1.workload_migrate_migration_job";
    expect([...waitsFor(graph, job)]).toEqual(
      expect.arrayContaining([
        "google_sql_user.database_users_1",
        "google_sql_provision_script.database_script",
        "google_binary_authorization_policy.binary-authorization_policy",
        stack.digested("kubernetes_secret_v1.workload_migrate_secret")[0],
        "kubernetes_network_policy_v1.workload_migrate_migration_to-database",
        "kubernetes_network_policy_v1.namespace_allow-dns",
        "google_container_node_pool.pool-app_pool",
      ]),
    );
    const rollouts = stack.resources.map(([a]) => a).filter((a) => /^helm_release\.workload_.*_deployment$/.test(a));
    expect(rollouts).toHaveLength(2);
    for (const rollout of rollouts) expect(graph.get(rollout)).toContain(job);
  });

  test("nothing waits for the datastores or the node pools that does not need them", () => {
    const slow = [
      "google_sql_database_instance.database",
      "google_redis_instance.cache",
      "google_container_node_pool.pool-app_pool",
    ];
    for (const address of [
      "google_container_cluster.cluster",
      "helm_release.monitoring_prometheus_stack",
      "kubernetes_namespace_v1.namespace",
    ])
      expect([...waitsFor(graph, address)].filter((a) => slow.includes(a))).toEqual([]);
    for (const address of slow)
      expect([...waitsFor(graph, address)].filter((a) => a.startsWith("google_compute_firewall"))).toEqual([]);
  });
});

describe.each(["staging", "production"])("enterprise.%s", (name) => {
  const stack = () => every.get(`enterprise.${name}`) as Stack;
  const waits = (address: string) => waitsFor(references(stack()), address);

  test("disks wait for the grant of their key, and their class is encrypted with it", () => {
    for (const store of ["postgresql", "redis", "elasticsearch"]) {
      const claim = `kubernetes_persistent_volume_claim_v1.datastore_${store}_volume`;
      const before = waits(`helm_release.datastore_${store}`);
      expect(before).toContain(claim);
      expect([...before]).toEqual(
        expect.arrayContaining([expect.stringMatching(/^google_kms_crypto_key_iam_member\.datastores_/)]),
      );
      expect([...waits(claim)].filter((a) => a.startsWith("kubernetes_storage_class_v1."))).toHaveLength(1);
    }
  });

  test("services wait only for the datastores that they connect to", () => {
    const datastores = (service: string) =>
      [...waits(`helm_release.workload_${service}_workload_deployment`)]
        .filter((a) => a.startsWith("helm_release.datastore_"))
        .sort();
    for (const api of ["sales-api", "finance-api", "hr-api"])
      expect(datastores(api)).toEqual([
        "helm_release.datastore_elasticsearch",
        "helm_release.datastore_postgresql",
        "helm_release.datastore_redis",
      ]);
    expect(datastores("frontend")).toEqual([]);
  });

  test("backups wait for the database, and for the grants on the bucket", () => {
    for (const job of ["backup", "restore"]) {
      const before = waits(`kubernetes_cron_job_v1.datastores_backup_postgresql-${job}`);
      expect(before).toContain("helm_release.datastore_postgresql");
      expect([...before].filter((a) => a.startsWith("google_storage_bucket_iam_member."))).toHaveLength(2);
    }
  });

  test("the certificate waits for cert-manager, which answers then, and for the edge; neither for the services", () => {
    expect(waits("helm_release.certificate_objects")).toContain("helm_release.cert-manager_release");
    expect(waits("helm_release.certificate_objects")).toContain("helm_release.traefik_release");
    for (const address of ["helm_release.cert-manager_release", "helm_release.traefik_release"])
      expect([...waits(address)].filter((a) => /^helm_release\.(workload|datastore)_/.test(a))).toEqual([]);
  });

  test("nothing waits for the node pools that does not need them", () => {
    for (const address of ["google_container_cluster.cluster", "kubernetes_namespace_v1.datastores_namespace"])
      expect([...waits(address)].filter((a) => a.startsWith("google_container_node_pool."))).toEqual([]);
  });
});

/** Whether a release runs pods: a publisher's chart but for definitions, and of our own objects a Deployment. */
const runsPods = ({ chart, values, repository }: Json) =>
  repository ? !chart.endsWith("-crds") : values.join().includes('"kind":"Deployment"');
