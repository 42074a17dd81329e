import type { Body } from "../src/body";
import { CLUSTER, CLUSTERS, containerWorld, NODES, REFERENCE, withCluster } from "./container-world";
import { errorOf, serviceOf } from "./support";

const DOCS = "https://cloud.google.com/kubernetes-engine/docs";
const POOL_REFERENCE = `${REFERENCE}.nodePools`;
const C = `${CLUSTERS}/c`;
const POOLS = `${C}/nodePools`;
const P = `${POOLS}/app`;

const withPool = () => {
  const world = withCluster();
  world.post(POOLS, { nodePool: { name: "app" } });
  return world;
};

test.each<[what: string, over: Body, expected: string, page: string]>([
  [
    "name's form",
    { name: "1st" },
    '400 Invalid value for field "node_pool.name": "1st".',
    `${POOL_REFERENCE}#NodePool.FIELDS.name`,
  ],
  [
    "name's length",
    { name: "a".repeat(41) },
    '400 Invalid value for field "node_pool.name"',
    `${POOL_REFERENCE}#NodePool.FIELDS.name`,
  ],
  [
    "metadata mode",
    { config: { workloadMetadataConfig: { mode: "SECURE" } } },
    `400 Invalid value at 'node_pool.config.workload_metadata_config.mode' (type.googleapis.com/google.container.v1.WorkloadMetadataConfig.Mode), "SECURE"`,
    `${DOCS}/reference/rest/v1/NodeConfig#Mode`,
  ],
  [
    "taint's effect",
    { config: { taints: [{ key: "a", effect: "NoSchedule" }] } },
    "400 Invalid value at 'node_pool.config.taints[0].effect'",
    `${DOCS}/reference/rest/v1/NodeConfig#Effect`,
  ],
  [
    "location policy",
    { autoscaling: { locationPolicy: "SPREAD" } },
    "400 Invalid value at 'node_pool.autoscaling.location_policy'",
    `${POOL_REFERENCE}#LocationPolicy`,
  ],
  [
    "upgrade strategy",
    { upgradeSettings: { strategy: "ROLLING" } },
    "400 Invalid value at 'node_pool.upgrade_settings.strategy'",
    `${POOL_REFERENCE}#NodePoolUpdateStrategy`,
  ],
  [
    "too few pods on a node",
    { maxPodsConstraint: { maxPodsPerNode: "7" } },
    '400 Invalid value for field "node_pool.max_pods_constraint.max_pods_per_node": "7". Must be between 8 and 256.',
    `${DOCS}/how-to/flexible-pod-cidr`,
  ],
  [
    "zone of another region",
    { locations: ["europe-west2-a"] },
    '400 Location "europe-west2-a" does not exist.',
    `${POOL_REFERENCE}#NodePool.FIELDS.locations`,
  ],
  [
    "more nodes at least than at most",
    { autoscaling: { enabled: true, minNodeCount: 3, maxNodeCount: 2 } },
    '400 Invalid value for field "node_pool.autoscaling.min_node_count": 3. Must be less than or equal to max_node_count 2.',
    `${POOL_REFERENCE}#NodePoolAutoscaling`,
  ],
  [
    "more nodes at least than at most, in all",
    { autoscaling: { enabled: true, totalMinNodeCount: 3, totalMaxNodeCount: 2 } },
    '400 Invalid value for field "node_pool.autoscaling.total_min_node_count": 3.',
    `${POOL_REFERENCE}#NodePoolAutoscaling`,
  ],
  [
    "numbers of nodes by zone and in all",
    { autoscaling: { enabled: true, maxNodeCount: 2, totalMaxNodeCount: 2 } },
    "400 The total_*_node_count fields are mutually exclusive",
    `${POOL_REFERENCE}#NodePoolAutoscaling`,
  ],
  [
    "lack of upgrades in a release channel",
    { management: { autoRepair: true } },
    "400 Auto_upgrade must be true when release_channel REGULAR is set.",
    `${DOCS}/concepts/release-channels`,
  ],
  [
    "machine type",
    { config: { machineType: "large" } },
    '400 Machine type "large" does not exist.',
    "https://cloud.google.com/compute/docs/machine-resource",
  ],
  [
    "image type",
    { config: { imageType: "DEBIAN" } },
    '400 Node image type "DEBIAN" is not supported.',
    `${DOCS}/concepts/node-images`,
  ],
  [
    "disk",
    { config: { diskSizeGb: 9 } },
    '400 Invalid value for field "node_pool.config.disk_size_gb": 9. Must be at least 10.',
    `${DOCS}/reference/rest/v1/NodeConfig`,
  ],
  [
    "label of Kubernetes' own",
    { config: { labels: { "node-role.kubernetes.io/app": "" } } },
    "400 Applying kubernetes label is not allowed: node-role.kubernetes.io/app.",
    "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction",
  ],
  [
    "label of Kubernetes' own",
    { config: { labels: { "k8s.io/app": "" } } },
    "400 Applying kubernetes label is not allowed: k8s.io/app.",
    "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction",
  ],
  [
    "account",
    { config: { serviceAccount: "x@p.iam.gserviceaccount.com" } },
    '400 Service account "x@p.iam.gserviceaccount.com" does not exist.',
    `${DOCS}/how-to/service-accounts`,
  ],
])("a new pool is refused for its %s", (_what, over, expected, _page) => {
  const { post, get } = withCluster();
  expect(errorOf(() => post(POOLS, { nodePool: { name: "app", ...over } }))).toContain(expected);
  expect(get(POOLS).nodePools).toHaveLength(1);
});

test.each<[what: string, config: Body]>([
  [
    "label that a kubelet may set",
    { labels: { "node.kubernetes.io/app": "", "example.com/kubernetes.io": "", app: "" } },
  ],
  ["account that a project comes with", { serviceAccount: "default" }],
  ["account that is there", { serviceAccount: NODES }],
  ["image type in small letters", { imageType: "cos_containerd" }],
  ["machine type of its own", { machineType: "n2d-custom-4-8192-ext" }],
  ["machine type of today's", { machineType: "c4-standard-4-lssd" }],
])("a pool may have a(n) %s", (_what, config) => {
  const { post, get } = withCluster();
  post(POOLS, { nodePool: { name: "app", config } });
  expect(get(P).config).toMatchObject(config);
});

// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/NodeConfig#Mode
test("workloads have identities of their own only in a cluster that has them", () => {
  const nodePool = { name: "app", config: { workloadMetadataConfig: { mode: "GKE_METADATA" } } };
  const { post } = withCluster({ ...CLUSTER, workloadIdentityConfig: undefined });
  expect(errorOf(() => post(POOLS, { nodePool }))).toBe(
    "400 GKE_METADATA can only be enabled if Workload Identity is enabled at the cluster level.",
  );
  withCluster().post(POOLS, { nodePool });
});

// https://cloud.google.com/kubernetes-engine/docs/how-to/node-memory-swap#requirements
test("nodes swap memory only in a version that can", () => {
  const nodePool = { name: "app", config: { linuxNodeConfig: { swapConfig: { enabled: true } } } };
  const refused = "400 Node memory swap requires GKE version 1.34.1-gke.1341000 or later.";
  const older = withCluster(CLUSTER, { kubernetesVersion: "1.33" });
  expect(errorOf(() => older.post(POOLS, { nodePool }))).toBe(refused);
  older.post(POOLS, { nodePool: { name: "app" } });
  expect(errorOf(() => older.put(P, nodePool.config))).toBe(refused);
  const cluster = { ...CLUSTER, name: "d", nodeConfig: nodePool.config, privateClusterConfig: undefined };
  expect(errorOf(() => older.post(CLUSTERS, { cluster }))).toBe(refused);
  withCluster().post(POOLS, { nodePool });
});

// https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels
test("nodes are upgraded by hand where there is no release channel", () => {
  const { post, get } = withCluster({ ...CLUSTER, releaseChannel: { channel: "UNSPECIFIED" } });
  post(POOLS, { nodePool: { name: "app", management: {} } });
  expect(get(P).management).toEqual({});
});

// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools#NodePool.FIELDS.name
test("a name is a pool's alone in its cluster", () => {
  const { post } = withPool();
  expect(errorOf(() => post(POOLS, { nodePool: { name: "app" } }))).toBe(`409 Already exists: ${P}.`);
});

test.each<[what: string, run: (world: ReturnType<typeof containerWorld>) => unknown]>([
  ["listed", ({ get }) => get(POOLS)],
  ["read", ({ get }) => get(P)],
  ["added", ({ post }) => post(POOLS, { nodePool: { name: "app" } })],
  ["deleted", ({ delete: remove }) => remove(P)],
])("pools of a cluster that is not there cannot be %s", (_what, run) => {
  expect(errorOf(() => run(containerWorld()))).toBe(`404 Not found: ${C}.`);
});

test.each(["get", "delete", "put"] as const)("%s of a pool that is not there", (method) => {
  expect(errorOf(() => withCluster()[method](P))).toBe(`404 Not found: ${P}.`);
});

test.each<[what: string, update: Body, expected: string, page: string]>([
  [
    "machine type",
    { machineType: "large" },
    '400 Machine type "large" does not exist.',
    "https://cloud.google.com/compute/docs/machine-resource",
  ],
  [
    "label of Kubernetes' own",
    { labels: { labels: { "kubernetes.io/app": "" } } },
    "400 Applying kubernetes label is not allowed: kubernetes.io/app.",
    "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction",
  ],
  [
    "taint's effect",
    { taints: { taints: [{ key: "a", effect: "NO" }] } },
    "400 Invalid value at 'node_pool.config.taints[0].effect'",
    `${DOCS}/reference/rest/v1/NodeConfig#Effect`,
  ],
  [
    "zone of another region",
    { locations: ["us-east1-b"] },
    '400 Location "us-east1-b" does not exist.',
    `${POOL_REFERENCE}/update`,
  ],
  ...["config", "initialNodeCount", "maxPodsConstraint", "networkConfig", "placementPolicy"].map(
    (field): [string, Body, string, string] => [
      `${field}, which is fixed`,
      { [field]: {} },
      `400 Invalid JSON payload received. Unknown name "${field}": Cannot find field.`,
      `${POOL_REFERENCE}/update`,
    ],
  ),
  [
    "field that nobody has taught the fake",
    { gvnic: {} },
    "501 the fake does not know the field gvnic",
    `${POOL_REFERENCE}/update`,
  ],
])("an update of a pool is refused for its %s", (_what, update, expected, _page) => {
  const { put, get } = withPool();
  const before = get(P);
  expect(errorOf(() => put(P, update))).toContain(expected);
  expect(get(P)).toEqual(before);
});

// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools#NodePoolAutoscaling
test("a pool's autoscaling and image are changed by its cluster's update, which is refused like the pool's", () => {
  const { put, get } = withPool();
  const autoscaling = { enabled: true, totalMinNodeCount: 1, totalMaxNodeCount: 5, locationPolicy: "ANY" };
  put(C, { update: { desiredNodePoolId: "app", desiredNodePoolAutoscaling: autoscaling } });
  put(C, { update: { desiredNodePoolId: "app", desiredImageType: "UBUNTU_CONTAINERD" } });
  expect(get(P)).toMatchObject({ autoscaling, config: { imageType: "UBUNTU_CONTAINERD" } });
  expect(
    errorOf(() =>
      put(C, {
        update: { desiredNodePoolId: "app", desiredNodePoolAutoscaling: { ...autoscaling, totalMinNodeCount: 6 } },
      }),
    ),
  ).toContain('400 Invalid value for field "node_pool.autoscaling.total_min_node_count": 6.');
  expect(errorOf(() => put(C, { update: { desiredNodePoolId: "app", desiredNodeVersion: "1.34" } }))).toContain(
    "501 the fake does not know the field desiredNodeVersion",
  );
});

describe("while a pool is being created", () => {
  const slowly = () => {
    const { cloud } = withCluster();
    const world = containerWorld({ speed: 1 });
    world.cloud.store.restore(cloud.store.entries());
    world.post(POOLS, { nodePool: { name: "app" } });
    return world;
  };
  const busy =
    "400 Operation operation-1000 is currently creating a node pool for cluster c. Please wait and try again once it is done.";

  // https://cloud.google.com/kubernetes-engine/docs/troubleshooting/concurrent-operations
  test.each<[what: string, run: (world: ReturnType<typeof containerWorld>) => unknown]>([
    ["its update", ({ put }) => put(P, { machineType: "e2-medium" })],
    ["its deletion", ({ delete: remove }) => remove(P)],
    ["an update of the cluster", ({ put }) => put(C, { update: { desiredReleaseChannel: { channel: "RAPID" } } })],
    ["deletion of the cluster", ({ delete: remove }) => remove(C)],
  ])("%s has to wait", (_what, run) => {
    const world = slowly();
    expect(errorOf(() => run(world))).toBe(busy);
  });

  test("another one can be created, or deleted", () => {
    const { post, delete: remove, get } = slowly();
    expect(post(POOLS, { nodePool: { name: "more" } }).status).toBe("RUNNING");
    remove(`${POOLS}/default-pool`);
    expect(get(POOLS).nodePools).toMatchObject([
      { name: "app", status: "PROVISIONING" },
      { name: "more", status: "PROVISIONING" },
    ]);
    expect(get(P).status).toBe("PROVISIONING");
    expect(get(C).status).toBe("RUNNING");
  });
});

test("a pool has its cluster's zones and range, and what the service adds", () => {
  const { post, get } = withCluster();
  post(POOLS, { nodePool: { name: "app", config: { diskSizeGb: 50 }, maxPodsConstraint: { maxPodsPerNode: "32" } } });
  expect(get(P)).toMatchObject({
    status: "RUNNING",
    locations: ["europe-west1-b", "europe-west1-c", "europe-west1-d"],
    networkConfig: { podRange: "pods", podIpv4CidrBlock: "10.4.0.0/14", enablePrivateNodes: true },
    podIpv4CidrSize: 26,
    management: { autoUpgrade: true, autoRepair: true },
    config: { diskSizeGb: 50, machineType: "e2-medium", metadata: { "disable-legacy-endpoints": "true" } },
  });
  expect(get(P).instanceGroupUrls[0]).toBe(
    "https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b/instanceGroupManagers/gke-c-app-grp",
  );
  expect(get(C).nodePools.map((pool: Body) => pool.name)).toEqual(["default-pool", "app"]);
});

test("a pool's nodes are counted in each of its zones", () => {
  const { post, get, cloud } = withCluster();
  const { get: getCompute } = serviceOf("compute", cloud);
  const managers = (zone: string) => `projects/p/zones/${zone}/instanceGroupManagers`;
  post(POOLS, { nodePool: { name: "app", initialNodeCount: 2, locations: ["europe-west1-b"] } });
  const [url] = get(P).instanceGroupUrls;
  expect(getCompute(managers("europe-west1-b")).items).toContainEqual(
    expect.objectContaining({ selfLink: url, targetSize: 2 }),
  );
  post(`${P}:setSize`, { nodeCount: 3 });
  expect(getCompute(`${managers("europe-west1-b")}/gke-c-app-grp`)).toMatchObject({ selfLink: url, targetSize: 3 });
  expect(errorOf(() => getCompute(`${managers("europe-west1-c")}/gke-c-app-grp`))).toContain("404");
});

test("an update changes what it sends, in messages of their own or not", () => {
  const { put, get } = withPool();
  const before = get(P);
  const taints = [{ key: "dedicated", value: "app", effect: "NO_SCHEDULE" }];
  put(P, {
    name: "app",
    machineType: "e2-standard-4",
    labels: { labels: { pool: "app" } },
    resourceLabels: { labels: { a: "b" } },
    taints: { taints },
    tags: { tags: ["t"] },
    upgradeSettings: { strategy: "SURGE", maxSurge: 2 },
    locations: ["europe-west1-b"],
  });
  expect(get(P)).toEqual({
    ...before,
    locations: ["europe-west1-b"],
    upgradeSettings: { strategy: "SURGE", maxSurge: 2 },
    config: {
      ...before.config,
      machineType: "e2-standard-4",
      labels: { pool: "app" },
      resourceLabels: { ...before.config.resourceLabels, a: "b" },
      taints,
      tags: ["t"],
    },
  });
  put(P, { taints: {}, labels: {} });
  expect(get(P).config).toMatchObject({ labels: {} });
  expect(get(P).config.taints).toBeUndefined();
});

test("setManagement and setSize", () => {
  const { post, get } = withPool();
  post(`${P}:setManagement`, { management: { autoUpgrade: true } });
  post(`${P}:setSize`, { nodeCount: 4 });
  expect(get(P)).toMatchObject({ management: { autoUpgrade: true }, initialNodeCount: 4 });
  // https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels
  expect(errorOf(() => post(`${P}:setManagement`, { management: {} }))).toBe(
    "400 Auto_upgrade must be true when release_channel REGULAR is set.",
  );
});

test("a pool can be deleted, the last one too", () => {
  const { delete: remove, get } = withCluster();
  expect(remove(`${POOLS}/default-pool`)).toMatchObject({ status: "DONE", operationType: "DELETE_NODE_POOL" });
  expect(get(POOLS)).toEqual({ nodePools: [] });
  expect(get(C).nodePools).toBeUndefined();
});

test("an update has a boot disk's size as text, and a pool has it as a number, and once more in bootDisk", () => {
  const { put, get } = withPool();
  put(P, { diskSizeGb: "75", bootDisk: {} });
  expect(get(P).config).toMatchObject({ diskSizeGb: 75, bootDisk: { sizeGb: "75" } });
  put(P, { bootDisk: { diskType: "pd-ssd", sizeGb: "100" } });
  expect(get(P).config).toMatchObject({
    diskSizeGb: 100,
    diskType: "pd-ssd",
    bootDisk: { sizeGb: "100", diskType: "pd-ssd" },
  });
});
