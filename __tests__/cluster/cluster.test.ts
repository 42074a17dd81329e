import { Cluster, type ClusterProps } from "../../constructs/cluster/cluster";
import { SECONDARY_RANGES } from "../../constructs/network/network";
import { build, network, project, ref } from "../construct";

const synth = (props: Partial<ClusterProps> = {}) =>
  build((stack) => {
    const cluster = new Cluster(stack, "gke", {
      project,
      network,
      name: "shop-test",
      location: "europe-west1",
      mode: "standard",
      gatewayApi: false,
      releaseChannel: "STABLE",
      maintenanceStart: "03:00",
      labels: { system: "shop" },
      deletionProtection: true,
      ...props,
    });
    const { host, certificateAuthority = "", credentialsCommand } = cluster;
    return { host, certificateAuthority, credentialsCommand };
  });
const ADDRESS = "google_container_cluster.cluster";
const { resource, counts, given } = synth();
const cluster = resource(ADDRESS);

test("without authorized networks, the API has no IP address and is reached by its DNS endpoint", () => {
  expect(cluster.control_plane_endpoints_config).toEqual({
    dns_endpoint_config: { allow_external_traffic: true },
    ip_endpoints_config: { enabled: false },
  });
  expect(cluster.master_authorized_networks_config).toBeUndefined();
  // The provider reads this from an answer without IP endpoints; with another value, no plan would be empty.
  expect(cluster.private_cluster_config.enable_private_endpoint).toBe(true);
  expect(given.host).toMatch(/^https:\/\/\$\{google_container_cluster\.cluster\..*dns_endpoint_config.*endpoint\}$/);
  expect(given.certificateAuthority).toBe(""); // its certificate is public; an own authority would refuse it
  expect(given.credentialsCommand).toContain("--dns-endpoint");
});

test("with authorized networks, the API has an IP address that these reach and no others", () => {
  const built = synth({ authorizedNetworks: { office: "203.0.113.0/28", vpn: "198.51.100.7/32" } });
  const { control_plane_endpoints_config: endpoints, master_authorized_networks_config: authorized } =
    built.resource(ADDRESS);
  expect(endpoints.dns_endpoint_config.allow_external_traffic).toBe(false);
  expect(endpoints.ip_endpoints_config.enabled).toBe(true);
  expect(built.resource(ADDRESS).private_cluster_config.enable_private_endpoint).toBe(false);
  expect(authorized).toEqual({
    cidr_blocks: [
      { display_name: "office", cidr_block: "203.0.113.0/28" },
      { display_name: "vpn", cidr_block: "198.51.100.7/32" },
    ],
  });
  expect(built.given.host).toBe(`https://${ref("google_container_cluster.cluster.endpoint")}`);
  expect(built.given.certificateAuthority).toContain("base64decode(google_container_cluster.cluster.master_auth");
  expect(built.given.credentialsCommand).not.toContain("--dns-endpoint");
});

test("only a cluster that needs it turns on the Gateway API, which Autopilot has anyway", () => {
  expect(cluster.gateway_api_config).toBeUndefined();
  const channel = { channel: "CHANNEL_STANDARD" };
  expect(synth({ gatewayApi: true }).resource(ADDRESS).gateway_api_config).toEqual(channel);
  expect(synth({ gatewayApi: true, mode: "autopilot" }).resource(ADDRESS).gateway_api_config).toBeUndefined();
});

test("it satisfies the CIS GKE Benchmark", () => {
  expect(cluster).toMatchObject({
    networking_mode: "VPC_NATIVE",
    network: "network-id",
    subnetwork: "subnetwork-id",
    ip_allocation_policy: {
      cluster_secondary_range_name: SECONDARY_RANGES.pods,
      services_secondary_range_name: SECONDARY_RANGES.services,
    },
    datapath_provider: "ADVANCED_DATAPATH",
    enable_intranode_visibility: true,
    private_cluster_config: { enable_private_nodes: true },
    master_auth: { client_certificate_config: { issue_client_certificate: false } },
    enable_legacy_abac: false,
    workload_identity_config: { workload_pool: "acme-test.svc.id.goog" },
    enable_shielded_nodes: true,
    database_encryption: { state: "ENCRYPTED" },
    security_posture_config: { mode: "BASIC" },
    binary_authorization: { evaluation_mode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
  });
  expect(cluster.rbac_binding_config).toEqual({
    enable_insecure_binding_system_authenticated: false,
    enable_insecure_binding_system_unauthenticated: false,
  });
  expect(cluster.anonymous_authentication_config.mode).toBe("LIMITED");
  expect(cluster.enable_kubernetes_alpha ?? false).toBe(false);
});

test("it is where and when the environment says, and takes its time to be made", () => {
  expect(cluster).toMatchObject({
    name: "shop-test",
    location: "europe-west1",
    release_channel: { channel: "STABLE" },
    maintenance_policy: { daily_maintenance_window: { start_time: "03:00" } },
    resource_labels: { system: "shop" },
  });
  for (const time of ["create", "update", "delete"]) expect(cluster.timeouts[time]).toBe("60m");
});

test("GKE upgrades nothing by itself during an exclusion", () => {
  const maintenanceExclusions = [
    { from: "2027-11-20T00:00:00Z", until: "2027-12-01T00:00:00Z" },
    { from: "2027-12-20T18:00:00Z", until: "2028-01-03T06:30:00Z" },
  ];
  const exclusion = (exclusion_name: string, start_time: string, end_time: string) => ({
    ...{ exclusion_name, start_time, end_time },
    exclusion_options: { scope: "NO_UPGRADES" },
  });
  expect(synth({ maintenanceExclusions }).resource(ADDRESS).maintenance_policy).toEqual({
    daily_maintenance_window: { start_time: "03:00" },
    maintenance_exclusion: [
      exclusion("20271120t000000z-20271201t000000z", "2027-11-20T00:00:00Z", "2027-12-01T00:00:00Z"),
      exclusion("20271220t180000z-20280103t063000z", "2027-12-20T18:00:00Z", "2028-01-03T06:30:00Z"),
    ],
  });
  expect(cluster.maintenance_policy).not.toHaveProperty("maintenance_exclusion");
});

test("the load balancer, the autoscaler, disks and the DNS cache, which the network policies count on, are on", () => {
  expect(cluster.addons_config).toMatchObject({
    http_load_balancing: { disabled: false },
    horizontal_pod_autoscaling: { disabled: false },
    gce_persistent_disk_csi_driver_config: { enabled: true },
    dns_cache_config: { enabled: true },
  });
});

test("Google's own logging and monitoring of the system stay on", () => {
  for (const { enable_components } of [cluster.logging_config, cluster.monitoring_config])
    expect(enable_components).toContain("SYSTEM_COMPONENTS"); // an empty list would switch it off
  expect(cluster.logging_config.enable_components).toContain("WORKLOADS");
  expect(cluster.monitoring_config.managed_prometheus).toEqual({ enabled: false }); // there is one in the cluster
});

test("Secrets are encrypted with a key that GKE may use before the cluster is made", () => {
  expect(cluster.database_encryption.key_name).toBe(ref("google_kms_crypto_key.kubernetes_secrets_key.id"));
  const grant = "google_kms_crypto_key_iam_member.gke_kubernetes-secrets_grant";
  expect(cluster.depends_on).toEqual(["api.container", "api.binaryauthorization", grant]);
  expect(resource(grant)).toMatchObject({
    member: "serviceAccount:service-42@container-engine-robot.iam.gserviceaccount.com",
    depends_on: ["api.container"],
  });
});

test("the default pool is removed, and until then is as hardened as the others", () => {
  expect(counts.google_container_node_pool).toBeUndefined();
  expect(cluster.remove_default_node_pool).toBe(true);
  expect(cluster.node_config).toMatchObject({
    service_account: ref("google_service_account.nodes.email"),
    image_type: "COS_CONTAINERD",
    shielded_instance_config: { enable_secure_boot: true, enable_integrity_monitoring: true },
    workload_metadata_config: { mode: "GKE_METADATA" },
    kubelet_config: { insecure_kubelet_readonly_port_enabled: "FALSE" },
  });
  expect(cluster.lifecycle.ignore_changes).toEqual(["node_config", "initial_node_count"]);
});

test("nodes may write logs and metrics and pull images, and nothing more", () => {
  expect(counts).toMatchObject({ google_service_account: 1, google_project_iam_member: 2 });
  const roles = ["containerdefaultNodeServiceAccount", "artifactregistryreader"].map((id) => {
    const { role, member } = resource(`google_project_iam_member.gke_nodes-${id}`);
    expect(member).toBe(ref("google_service_account.nodes.member"));
    return role;
  });
  expect(roles).toEqual(["roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"]);
});

test.each(["a", "shop-test", "a-name-of-forty-characters-1-2-3-4-5-6-7-8", "x12345678901234567890123456-test"])(
  "the nodes of %s get an account id that Google accepts",
  (name) => {
    const { account_id } = synth({ name }).resource("google_service_account.nodes");
    expect(account_id).toMatch(/^[a-z][-a-z0-9]{4,28}[a-z0-9]$/);
  },
);

test.each([true, false])("cluster and nodes' account have fixed addresses and are locked: %s", (deletionProtection) => {
  const built = synth({ deletionProtection });
  expect(built.resource(ADDRESS).deletion_protection).toBe(deletionProtection);
  for (const address of [ADDRESS, "google_service_account.nodes", "google_kms_crypto_key.kubernetes_secrets_key"])
    expect(built.resource(address).lifecycle.prevent_destroy).toBe(deletionProtection);
});

describe("on Autopilot", () => {
  const built = synth({ mode: "autopilot" });
  const autopilot = built.resource(ADDRESS);

  test("what Google decides is not named: the provider or GKE would refuse it", () => {
    expect(autopilot.enable_autopilot).toBe(true);
    for (const argument of [
      "addons_config",
      "datapath_provider",
      "default_max_pods_per_node",
      "enable_intranode_visibility",
      "enable_shielded_nodes",
      "initial_node_count",
      "network_policy",
      "node_config",
      "node_pool",
      "remove_default_node_pool",
      "workload_identity_config",
    ])
      expect(autopilot).not.toHaveProperty(argument);
    for (const limit of ["enabled", "resource_limits", "autoscaling_profile"])
      expect(autopilot.cluster_autoscaling).not.toHaveProperty(limit);
  });

  test("Google's nodes run as the nodes' own account, which may pull images before there are any", () => {
    expect(autopilot.cluster_autoscaling.auto_provisioning_defaults).toEqual({
      service_account: ref("google_service_account.nodes.email"),
      oauth_scopes: ["https://www.googleapis.com/auth/cloud-platform"],
    });
    for (const id of ["containerdefaultNodeServiceAccount", "artifactregistryreader"])
      expect(autopilot.depends_on).toContain(`google_project_iam_member.gke_nodes-${id}`);
    expect(autopilot.node_pool_auto_config.node_kubelet_config).toEqual({
      insecure_kubelet_readonly_port_enabled: "FALSE",
    });
  });

  test("Prometheus in the cluster collects alone, as far as Google lets it", () => {
    expect(autopilot.monitoring_config).toEqual({
      enable_components: ["SYSTEM_COMPONENTS"],
      managed_prometheus: { enabled: true, auto_monitoring_config: { scope: "NONE" } },
    });
    expect(autopilot.lifecycle.ignore_changes).toEqual([
      "monitoring_config[0].managed_prometheus[0].auto_monitoring_config", // GKE may not answer it
    ]);
  });

  test("the rest is as in a Standard cluster", () => {
    const shared = Object.keys(autopilot).filter((argument) => argument in cluster);
    for (const argument of shared.filter((a) => !["monitoring_config", "lifecycle", "depends_on"].includes(a)))
      expect(autopilot[argument]).toEqual(cluster[argument]);
    expect(shared).toEqual(
      expect.arrayContaining([
        "anonymous_authentication_config",
        "control_plane_endpoints_config",
        "database_encryption",
        "deletion_protection",
        "maintenance_policy",
        "private_cluster_config",
        "rbac_binding_config",
        "release_channel",
        "security_posture_config",
      ]),
    );
    expect(autopilot.lifecycle.prevent_destroy).toBe(true);
  });
});
