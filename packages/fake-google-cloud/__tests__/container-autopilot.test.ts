import type { Body } from "../src/body";
import { AUTOPILOT, CLUSTERS, containerWorld, NODES, withCluster } from "./container-world";
import { errorOf } from "./support";

const C = `${CLUSTERS}/c`;

// https://cloud.google.com/kubernetes-engine/docs/resources/autopilot-standard-feature-comparison
test.each<[what: string, over: Body]>([
  ["Node pools cannot be specified", { nodePools: [{ name: "q" }] }],
  ["Network policy config cannot be specified", { networkPolicy: { enabled: true } }],
  ["Network policy config cannot be specified", { addonsConfig: { networkPolicyConfig: { disabled: true } } }],
  ["NodeLocal DNSCache cannot be configured", { addonsConfig: { dnsCacheConfig: { enabled: true } } }],
  ["HTTP load balancing cannot be disabled", { addonsConfig: { httpLoadBalancing: { disabled: true } } }],
  ["Horizontal pod autoscaling cannot be disabled", { addonsConfig: { horizontalPodAutoscaling: { disabled: true } } }],
  [
    "The persistent disk driver cannot be disabled",
    { addonsConfig: { gcePersistentDiskCsiDriverConfig: { enabled: false } } },
  ],
  ["Maximum pods per node cannot be specified", { defaultMaxPodsConstraint: { maxPodsPerNode: "64" } }],
  ["Shielded nodes cannot be disabled", { shieldedNodes: { enabled: false } }],
  ["Intranode visibility cannot be disabled", { networkConfig: { enableIntraNodeVisibility: false } }],
  ["The legacy datapath cannot be chosen", { networkConfig: { datapathProvider: "LEGACY_DATAPATH" } }],
  ["Node auto-provisioning cannot be configured", { autoscaling: { enableNodeAutoprovisioning: true } }],
  ["Node auto-provisioning cannot be configured", { autoscaling: { resourceLimits: [{ resourceType: "cpu" }] } }],
  ["Legacy ABAC cannot be enabled", { legacyAbac: { enabled: true } }],
  ["Alpha features cannot be enabled", { enableKubernetesAlpha: true }],
  ["Managed Prometheus cannot be disabled", { monitoringConfig: { managedPrometheusConfig: {} } }],
  ["System monitoring cannot be disabled", { monitoringConfig: { componentConfig: { enableComponents: ["POD"] } } }],
])("%s, as by %j", (what, over) => {
  const { post } = containerWorld();
  expect(errorOf(() => post(CLUSTERS, { cluster: { ...AUTOPILOT, ...over } }))).toBe(
    `400 ${what} for Autopilot clusters.`,
  );
});

test.each<[what: string, update: Body]>([
  ["NodeLocal DNSCache cannot be configured", { desiredAddonsConfig: { dnsCacheConfig: { enabled: false } } }],
  ["Managed Prometheus cannot be disabled", { desiredMonitoringConfig: { managedPrometheusConfig: {} } }],
  ["Shielded nodes cannot be disabled", { desiredShieldedNodes: { enabled: false } }],
])("%s by an update", (what, update) => {
  const { put } = withCluster(AUTOPILOT);
  expect(errorOf(() => put(C, { update }))).toBe(`400 ${what} for Autopilot clusters.`);
});

// https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-overview
test("it is regional", () => {
  const { post } = containerWorld();
  expect(errorOf(() => post("projects/p/locations/europe-west1-b/clusters", { cluster: AUTOPILOT }))).toBe(
    "400 Autopilot clusters must be regional clusters.",
  );
});

// https://cloud.google.com/kubernetes-engine/docs/how-to/disable-kubelet-readonly-port
test("its kubelets are configured elsewhere", () => {
  const nodePoolDefaults = {
    nodeConfigDefaults: { nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: false } },
  };
  const { post } = containerWorld();
  expect(errorOf(() => post(CLUSTERS, { cluster: { ...AUTOPILOT, nodePoolDefaults } }))).toBe(
    "400 Setting node_pool_defaults.node_config_defaults.node_kubelet_config is not allowed on GKE Autopilot clusters.",
  );
});

// https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-overview
test.each<[what: string, run: (world: ReturnType<typeof containerWorld>) => unknown]>([
  ["listed", ({ get }) => get(`${C}/nodePools`)],
  ["read", ({ get }) => get(`${C}/nodePools/pool-1`)],
  ["added", ({ post }) => post(`${C}/nodePools`, { nodePool: { name: "q" } })],
  ["changed", ({ put }) => put(`${C}/nodePools/pool-1`, { machineType: "e2-medium" })],
  [
    "scaled",
    ({ put }) => put(C, { update: { desiredNodePoolId: "pool-1", desiredNodePoolAutoscaling: { enabled: false } } }),
  ],
  ["resized", ({ post }) => post(`${C}/nodePools/pool-1:setSize`, { nodeCount: 9 })],
  ["deleted", ({ delete: remove }) => remove(`${C}/nodePools/pool-1`)],
])("its pools cannot be %s", (_what, run) => {
  const world = withCluster(AUTOPILOT);
  expect(errorOf(() => run(world))).toBe("400 Autopilot node pools cannot be accessed or modified.");
});

test("it decides about datapath, identities, add-ons and pools, whose nodes run as the account that is said", () => {
  const { get } = withCluster({
    ...AUTOPILOT,
    workloadIdentityConfig: undefined,
    nodeConfig: { serviceAccount: "nobody@p.iam.gserviceaccount.com" },
    autoscaling: { autoprovisioningNodePoolDefaults: { serviceAccount: NODES } },
  });
  expect(get(C)).toMatchObject({
    autopilot: { enabled: true, privilegedAdmissionConfig: { allowlistPaths: ["gke://*"] } },
    networkConfig: { datapathProvider: "ADVANCED_DATAPATH", enableIntraNodeVisibility: true },
    workloadIdentityConfig: { workloadPool: "p.svc.id.goog" },
    addonsConfig: { dnsCacheConfig: { enabled: true } },
    autoscaling: { enableNodeAutoprovisioning: true, autoprovisioningNodePoolDefaults: { serviceAccount: NODES } },
    monitoringConfig: { managedPrometheusConfig: { enabled: true } },
    nodeConfig: { serviceAccount: NODES },
    nodePools: [
      { name: "default-pool", status: "RUNNING", config: { serviceAccount: NODES } },
      { name: "pool-1", podIpv4CidrSize: 26, autoscaling: { autoprovisioned: true } },
    ],
  });
});

test("an update leaves the account of its nodes as it is", () => {
  const { put, get } = withCluster({
    ...AUTOPILOT,
    autoscaling: { autoprovisioningNodePoolDefaults: { serviceAccount: NODES } },
  });
  const before = get(C);
  put(C, { update: { desiredReleaseChannel: { channel: "RAPID" } } });
  expect(get(C)).toEqual({ ...before, releaseChannel: { channel: "RAPID" } });
});
