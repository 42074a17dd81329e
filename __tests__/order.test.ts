import { BOOTSTRAP_APIS } from "../constructs/google/bootstrap-apis";
import { references, waitsFor } from "./graph";
import { synth } from "./support";

/** API that creates each type of google resource. */
const API: readonly (readonly [RegExp, string])[] = [
  [/^google_compute_/, "compute"],
  [/^google_container_/, "container"],
  [/^google_sql_/, "sqladmin"],
  [/^google_redis_/, "redis"],
  [/^google_kms_/, "cloudkms"],
  [/^google_service_networking_/, "servicenetworking"],
  [/^google_dns_/, "dns"],
  [/^google_binary_authorization_/, "binaryauthorization"],
  [/^google_logging_/, "logging"],
  [/^google_monitoring_/, "monitoring"],
  [/^google_secret_manager_/, "secretmanager"],
  [/^google_service_account/, "iam"],
  [/^google_project_iam_/, "cloudresourcemanager"],
  [/^google_project_service$/, "serviceusage"],
];

const stacks = synth((files) => {
  files.production.environment.edge.dnsZone = "pmcrm-io";
});

describe.each(["staging", "production"] as const)("%s", (name) => {
  const stack = stacks[name];
  const graph = references(stack);

  test("every google resource waits until the API that it needs is enabled", () => {
    const early: string[] = [];
    for (const [address] of stack.resources.filter(([a]) => a.startsWith("google_"))) {
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

  test("no project number is typed", () => {
    expect(stack.text.match(/\b\d{9,13}\b/g)).toEqual(stack.text.match(/\b2147483647\b/g)); // Cloud Armor's last rule
  });

  test.each(["google_sql_database_instance.database", "google_redis_instance.cache"])(
    "%s waits for the private connection",
    (address) => {
      expect(graph.get(address)).toContain("google_service_networking_connection.network_private-services");
    },
  );

  test("the migration waits for the user, the extensions, its Secret and its egress policies; rollouts wait for it", () => {
    const job = "kubernetes_job_v1.workload_migrate_migration_job";
    expect([...waitsFor(graph, job)]).toEqual(
      expect.arrayContaining([
        "google_sql_user.database_users_1",
        "google_sql_provision_script.database_script",
        "google_binary_authorization_policy.binary-authorization_policy",
        "kubernetes_secret_v1.workload_migrate_secret",
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

  test("there is no cycle", () => {
    for (const address of graph.keys())
      expect([address, waitsFor(graph, address).has(address)]).toEqual([address, false]);
  });
});
