import { NodePool, type NodePoolProps } from "../../constructs/cluster/node-pool";
import { DEDICATED } from "../../constructs/kubernetes/placement";
import { build, cluster, project } from "../construct";

const synth = (props: Partial<NodePoolProps> = {}) => {
  const { resource, counts } = built(props);
  expect(counts).toEqual({ google_container_node_pool: 1, terraform_data: 1 });
  return resource("google_container_node_pool.pool-app_pool");
};
const built = (props: Partial<NodePoolProps> = {}) =>
  build((stack) => {
    new NodePool(stack, "pool-app", {
      project,
      cluster,
      name: "app",
      machineType: "e2-standard-4",
      min: 3,
      max: 12,
      diskGb: 80,
      spot: false,
      dedicated: false,
      labels: { system: "shop" },
      deletionProtection: true,
      ...props,
    });
  });
const pool = synth();

test("nodes are in the cluster and of the size that the environment says", () => {
  expect(pool).toMatchObject({ name: "app", cluster: "shop-test", location: "europe-west1" });
  expect(pool.node_config).toMatchObject({
    machine_type: "e2-standard-4",
    disk_size_gb: 80,
    resource_labels: { system: "shop" },
  });
});

test("a plan refuses to change spot: it would delete all nodes before new ones exist", () => {
  expect(built({ spot: true }).resource("terraform_data.pool-app_machines")).toMatchObject({
    triggers_replace: { spot: "true" },
    lifecycle: { prevent_destroy: true },
  });
});

test("the autoscaler decides how many nodes there are, all zones together", () => {
  expect(pool.autoscaling).toMatchObject({ total_min_node_count: 3, total_max_node_count: 12 });
  expect(pool.autoscaling).not.toHaveProperty("min_node_count"); // that one is for each zone
  expect(pool).not.toHaveProperty("node_count");
  expect(pool.lifecycle).toEqual({ create_before_destroy: true, ignore_changes: ["initial_node_count"] });
});

test("nodes are repaired and upgraded by themselves, a new one before an old one goes", () => {
  expect(pool.management).toEqual({ auto_repair: true, auto_upgrade: true });
  expect(pool.upgrade_settings).toMatchObject({ max_unavailable: 0 });
  expect(pool.upgrade_settings.max_surge).toBeGreaterThan(0);
});

test("nodes are hardened and run as their own account", () => {
  expect(pool.node_config).toMatchObject({
    image_type: "COS_CONTAINERD",
    service_account: "nodes@acme-test.iam",
    shielded_instance_config: { enable_secure_boot: true, enable_integrity_monitoring: true },
    workload_metadata_config: { mode: "GKE_METADATA" },
    kubelet_config: { insecure_kubelet_readonly_port_enabled: "FALSE" },
    metadata: { "disable-legacy-endpoints": "true" },
  });
});

test("the pool waits for the nodes' grants and for nothing else", () => {
  expect(pool.depends_on).toEqual(["grant.logs", "grant.images"]);
});

test("spot nodes come from whichever zone has some; others are spread evenly", () => {
  expect(pool.node_config.spot).toBe(false);
  expect(pool.autoscaling.location_policy).toBe("BALANCED");
  const spot = synth({ spot: true });
  expect(spot.node_config.spot).toBe(true);
  expect(spot.autoscaling.location_policy).toBe("ANY");
});

test("only a dedicated pool is tainted, with its own name", () => {
  expect(pool.node_config.taint).toBeUndefined();
  expect(synth({ name: "workers", dedicated: true }).node_config.taint).toEqual([
    { key: DEDICATED, value: "workers", effect: "NO_SCHEDULE" },
  ]);
});
