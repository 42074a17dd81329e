import { setTimeout } from "node:timers/promises";
import type { Body } from "../src/body";
import { CLUSTER, CLUSTERS, containerWorld, keyIn, NODES, REFERENCE, withCluster } from "./container-world";
import { errorOf, everything, serviceOf } from "./support";

const DOCS = "https://cloud.google.com/kubernetes-engine/docs";
const C = `${CLUSTERS}/c`;

const regex = "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?)'";

test.each<[what: string, over: Body, expected: string, page: string]>([
  [
    "name's form",
    { name: "my_cluster" },
    `400 Invalid value for field "cluster.name": "my_cluster". ${regex}`,
    `${REFERENCE}#Cluster.FIELDS.name`,
  ],
  [
    "name's length",
    { name: "c".repeat(41) },
    `400 Invalid value for field "cluster.name"`,
    `${REFERENCE}#Cluster.FIELDS.name`,
  ],
  [
    "network that is not there",
    { network: "projects/p/global/networks/x" },
    "404 The resource 'projects/p/global/networks/x' was not found",
    `${REFERENCE}#Cluster.FIELDS.network`,
  ],
  [
    "subnetwork that is not there",
    { subnetwork: "projects/p/regions/europe-west1/subnetworks/x" },
    "404 The resource 'projects/p/regions/europe-west1/subnetworks/x' was not found",
    `${REFERENCE}#Cluster.FIELDS.subnetwork`,
  ],
  [
    "subnetwork of another region",
    { subnetwork: "projects/p/regions/us-east1/subnetworks/far" },
    "'projects/p/regions/us-east1/subnetworks/far'. It must be in europe-west1.",
    `${REFERENCE}#Cluster.FIELDS.subnetwork`,
  ],
  [
    "subnetwork of another network",
    { subnetwork: "projects/p/regions/europe-west1/subnetworks/other" },
    '400 Subnetwork "projects/p/regions/europe-west1/subnetworks/other" is not valid for Network "projects/p/global/networks/n".',
    `${REFERENCE}#Cluster.FIELDS.subnetwork`,
  ],
  [
    "subnetwork at all, in a network that has none by itself",
    { subnetwork: undefined },
    '400 Network "n" requires specifying a subnetwork.',
    `${REFERENCE}#Cluster.FIELDS.subnetwork`,
  ],
  [
    "range for pods that is not there",
    { ipAllocationPolicy: { clusterSecondaryRangeName: "x" } },
    '400 Pod secondary range "x" not found in network "https://www.googleapis.com/compute/v1/projects/p/global/networks/n", subnetwork "s".',
    `${DOCS}/how-to/alias-ips`,
  ],
  [
    "range for services that is not there",
    { ipAllocationPolicy: { servicesSecondaryRangeName: "x" } },
    '400 Services secondary range "x" not found',
    `${DOCS}/how-to/alias-ips`,
  ],
  [
    "one range for pods and services",
    { ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "pods" } },
    "400 Pod secondary range name (pods) should not be the same as service secondary range name.",
    `${DOCS}/how-to/alias-ips`,
  ],
  [
    "control plane's range that is no /28",
    { privateClusterConfig: { masterIpv4CidrBlock: "172.16.0.0/27" } },
    '400 Invalid value for field "cluster.private_cluster_config.master_ipv4_cidr_block": "172.16.0.0/27". Must be a /28.',
    `${REFERENCE}#PrivateClusterConfig`,
  ],
  [
    "control plane's range in the subnetwork's",
    { privateClusterConfig: { masterIpv4CidrBlock: "10.0.15.240/28" } },
    "400 The given master_ipv4_cidr 10.0.15.240/28 overlaps with an existing network 10.0.0.0/20.",
    `${REFERENCE}#PrivateClusterConfig`,
  ],
  [
    "control plane's range in a secondary one",
    { privateClusterConfig: { masterIpv4CidrBlock: "10.8.0.0/28" } },
    "400 The given master_ipv4_cidr 10.8.0.0/28 overlaps with an existing network 10.8.0.0/20.",
    `${REFERENCE}#PrivateClusterConfig`,
  ],
  [
    "control plane's range in another subnetwork",
    { privateClusterConfig: { masterIpv4CidrBlock: "10.1.0.0/28" } },
    "400 The given master_ipv4_cidr 10.1.0.0/28 overlaps with an existing network 10.1.0.0/20.",
    `${REFERENCE}#PrivateClusterConfig`,
  ],
  [
    "release channel",
    { releaseChannel: { channel: "RAPIDO" } },
    `400 Invalid value at 'cluster.release_channel.channel' (type.googleapis.com/google.container.v1.ReleaseChannel.Channel), "RAPIDO"`,
    `${REFERENCE}#ReleaseChannel.Channel`,
  ],
  [
    "channel of the Gateway API",
    { networkConfig: { gatewayApiConfig: { channel: "STANDARD" } } },
    `400 Invalid value at 'cluster.network_config.gateway_api_config.channel' (type.googleapis.com/google.container.v1.GatewayAPIConfig.Channel), "STANDARD"`,
    `${REFERENCE}#GatewayAPIConfig`,
  ],
  [
    "datapath provider",
    { networkConfig: { datapathProvider: "CILIUM" } },
    `400 Invalid value at 'cluster.network_config.datapath_provider' (type.googleapis.com/google.container.v1.DatapathProvider), "CILIUM"`,
    `${REFERENCE}#DatapathProvider`,
  ],
  [
    "logging component",
    { loggingConfig: { componentConfig: { enableComponents: ["SYSTEM_COMPONENTS", "PODS"] } } },
    "400 Invalid value at 'cluster.logging_config.component_config.enable_components[1]'",
    `${REFERENCE}#LoggingConfig`,
  ],
  [
    "monitoring component",
    { monitoringConfig: { componentConfig: { enableComponents: ["WORKLOADS"] } } },
    "400 Invalid value at 'cluster.monitoring_config.component_config.enable_components[0]'",
    `${REFERENCE}#MonitoringConfig`,
  ],
  [
    "scope of automatic monitoring",
    { monitoringConfig: { managedPrometheusConfig: { autoMonitoringConfig: { scope: "SOME" } } } },
    "400 Invalid value at 'cluster.monitoring_config.managed_prometheus_config.auto_monitoring_config.scope'",
    `${REFERENCE}#AutoMonitoringConfig`,
  ],
  [
    "security posture",
    { securityPostureConfig: { mode: "HIGH" } },
    "400 Invalid value at 'cluster.security_posture_config.mode'",
    `${REFERENCE}#SecurityPostureConfig`,
  ],
  [
    "vulnerability scanning",
    { securityPostureConfig: { vulnerabilityMode: "ON" } },
    "400 Invalid value at 'cluster.security_posture_config.vulnerability_mode'",
    `${REFERENCE}#SecurityPostureConfig`,
  ],
  [
    "binary authorization",
    { binaryAuthorization: { evaluationMode: "ENFORCE" } },
    "400 Invalid value at 'cluster.binary_authorization.evaluation_mode'",
    `${REFERENCE}#BinaryAuthorization`,
  ],
  [
    "anonymous authentication",
    { anonymousAuthenticationConfig: { mode: "NONE" } },
    "400 Invalid value at 'cluster.anonymous_authentication_config.mode'",
    `${REFERENCE}#AnonymousAuthenticationConfig`,
  ],
  [
    "stack type",
    { ipAllocationPolicy: { stackType: "IPV6" } },
    "400 Invalid value at 'cluster.ip_allocation_policy.stack_type'",
    `${REFERENCE}#StackType`,
  ],
  [
    "database encryption",
    { databaseEncryption: { state: "CRYPTED" } },
    "400 Invalid value at 'cluster.database_encryption.state'",
    `${REFERENCE}#DatabaseEncryption`,
  ],
  [
    "encryption without a key",
    { databaseEncryption: { state: "ENCRYPTED" } },
    '400 Invalid value for field "cluster.database_encryption.key_name"',
    `${REFERENCE}#DatabaseEncryption`,
  ],
  [
    "key that is not there",
    { databaseEncryption: { state: "ENCRYPTED", keyName: keyIn("europe-west1", "x") } },
    "400 Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied",
    `${DOCS}/how-to/encrypting-secrets`,
  ],
  [
    "key that GKE may not use",
    { databaseEncryption: { state: "ENCRYPTED", keyName: keyIn("europe-west1", "locked") } },
    "400 Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied",
    `${DOCS}/how-to/encrypting-secrets`,
  ],
  [
    "key in another region",
    { databaseEncryption: { state: "ENCRYPTED", keyName: keyIn("us-east1") } },
    "The key must be in the same location as the cluster, europe-west1.",
    `${DOCS}/how-to/encrypting-secrets`,
  ],
  [
    "another project's workload pool",
    { workloadIdentityConfig: { workloadPool: "q.svc.id.goog" } },
    '400 Workload pool "q.svc.id.goog" is invalid.',
    `${DOCS}/how-to/workload-identity`,
  ],
  [
    "Calico beside Dataplane V2",
    { networkConfig: { datapathProvider: "ADVANCED_DATAPATH" }, networkPolicy: { enabled: true } },
    "400 Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed.",
    `${DOCS}/concepts/dataplane-v2`,
  ],
  [
    "too many pods on a node",
    { defaultMaxPodsConstraint: { maxPodsPerNode: "257" } },
    '400 Invalid value for field "cluster.default_max_pods_constraint.max_pods_per_node"',
    `${DOCS}/how-to/flexible-pod-cidr`,
  ],
  [
    "no time of day",
    { maintenancePolicy: { window: { dailyMaintenanceWindow: { startTime: "24:00" } } } },
    '400 Invalid value for field "maintenance_policy.daily_maintenance_window.start_time": "24:00".',
    `${REFERENCE}#DailyMaintenanceWindow`,
  ],
  [
    "authorized network that is no range",
    {
      controlPlaneEndpointsConfig: {
        ipEndpointsConfig: { authorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "203.0.113.7" }] } },
      },
    },
    '400 Invalid value for field "cidr_block": "203.0.113.7".',
    `${REFERENCE}#MasterAuthorizedNetworksConfig`,
  ],
  [
    "zone of another region",
    { locations: ["us-east1-b"] },
    '400 Location "us-east1-b" does not exist.',
    `${DOCS}/concepts/regional-clusters`,
  ],
  [
    "no nodes",
    { initialNodeCount: 0 },
    "400 Cluster.initial_node_count must be greater than zero.",
    `${REFERENCE}#Cluster.FIELDS.initial_node_count`,
  ],
  [
    "account of the first nodes",
    { nodeConfig: { serviceAccount: "x@p.iam.gserviceaccount.com" } },
    '400 Service account "x@p.iam.gserviceaccount.com" does not exist.',
    `${DOCS}/how-to/service-accounts`,
  ],
  [
    "provisioned nodes' account",
    { autoscaling: { autoprovisioningNodePoolDefaults: { serviceAccount: "x@p.iam.gserviceaccount.com" } } },
    '400 Service account "x@p.iam.gserviceaccount.com" does not exist.',
    `${DOCS}/how-to/service-accounts`,
  ],
])("a new cluster is refused for its %s", (_what, over, expected, _page) => {
  const { post, cloud } = containerWorld();
  expect(errorOf(() => post(CLUSTERS, { cluster: { ...CLUSTER, ...over } }))).toContain(expected);
  expect(cloud.store.below(`container/${CLUSTERS}`)).toEqual([]);
});

// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Cluster.FIELDS.name
test("a name is a cluster's alone in its location", () => {
  const { post } = withCluster();
  expect(errorOf(() => post(CLUSTERS, { cluster: CLUSTER }))).toBe(`409 Already exists: ${C}.`);
});

// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#PrivateClusterConfig
test("two control planes have no range in common", () => {
  const { post } = withCluster();
  expect(errorOf(() => post(CLUSTERS, { cluster: { ...CLUSTER, name: "d" } }))).toBe(
    "400 The given master_ipv4_cidr 172.16.0.0/28 overlaps with an existing network 172.16.0.0/28.",
  );
});

test.each<[what: string, update: Body, expected: string, page: string]>([
  [
    "release channel",
    { desiredReleaseChannel: { channel: "RAPIDO" } },
    `400 Invalid value at 'update.desired_release_channel.channel' (type.googleapis.com/google.container.v1.ReleaseChannel.Channel), "RAPIDO"`,
    `${REFERENCE}#ReleaseChannel.Channel`,
  ],
  [
    "workload pool",
    { desiredWorkloadIdentityConfig: { workloadPool: "q.svc.id.goog" } },
    '400 Workload pool "q.svc.id.goog" is invalid.',
    `${DOCS}/how-to/workload-identity`,
  ],
  [
    "key that GKE may not use",
    { desiredDatabaseEncryption: { state: "ENCRYPTED", keyName: keyIn("europe-west1", "locked") } },
    "400 Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied",
    `${DOCS}/how-to/encrypting-secrets`,
  ],
  [
    "provisioned nodes' account",
    {
      desiredClusterAutoscaling: {
        autoprovisioningNodePoolDefaults: { serviceAccount: "x@p.iam.gserviceaccount.com" },
      },
    },
    "400 Service account",
    `${DOCS}/how-to/service-accounts`,
  ],
  ...["name", "network", "subnetwork", "ipAllocationPolicy", "privateClusterConfig", "autopilot", "location"].map(
    (field): [string, Body, string, string] => [
      `${field}, which is fixed`,
      { [field]: CLUSTER[field] ?? {} },
      `400 Invalid JSON payload received. Unknown name "${field}" at 'update': Cannot find field.`,
      `${DOCS}/reference/rest/v1/ClusterUpdate`,
    ],
  ),
  [
    "field that nobody has taught the fake",
    { desiredMasterVersion: "-" },
    "501 the fake does not know the field desiredMasterVersion",
    `${DOCS}/reference/rest/v1/ClusterUpdate`,
  ],
])("an update is refused for its %s", (_what, update, expected, _page) => {
  const { put, get } = withCluster();
  const before = get(C);
  expect(errorOf(() => put(C, { update }))).toContain(expected);
  expect(get(C)).toEqual(before);
});

// https://cloud.google.com/kubernetes-engine/docs/concepts/dataplane-v2
test("Calico is not turned on beside Dataplane V2", () => {
  const { post } = withCluster({ ...CLUSTER, networkConfig: { datapathProvider: "ADVANCED_DATAPATH" } });
  expect(errorOf(() => post(`${C}:setNetworkPolicy`, { networkPolicy: { enabled: true } }))).toBe(
    "400 Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed.",
  );
});

test.each(["get", "delete", "put"] as const)("%s of a cluster that is not there", (method) => {
  expect(errorOf(() => containerWorld()[method](C))).toBe(`404 Not found: ${C}.`);
});

describe("while a cluster is being created", () => {
  // https://cloud.google.com/kubernetes-engine/docs/troubleshooting/concurrent-operations
  test.each<[what: string, run: (world: ReturnType<typeof containerWorld>) => unknown]>([
    ["update", ({ put }) => put(C, { update: { desiredReleaseChannel: { channel: "RAPID" } } })],
    ["labels", ({ post }) => post(`${C}:setResourceLabels`, { resourceLabels: {} })],
    ["deletion", ({ delete: remove }) => remove(C)],
    ["new pool", ({ post }) => post(`${C}/nodePools`, { nodePool: { name: "q" } })],
    ["deletion of its pool", ({ delete: remove }) => remove(`${C}/nodePools/default-pool`)],
  ])("%s has to wait", (_what, run) => {
    const world = withCluster(CLUSTER, { speed: 1 });
    expect(errorOf(() => run(world))).toBe(
      "400 Operation operation-1000 is currently creating cluster c. Please wait and try again once it is done.",
    );
  });

  test("the provider waits for what it is told", () => {
    const { delete: remove } = withCluster(CLUSTER, { speed: 1 });
    expect(() => remove(C)).toThrow(expect.objectContaining({ reason: "failedPrecondition" }));
  });

  test("its operation is running, and it and its pool are provisioned", () => {
    const { get } = withCluster(CLUSTER, { speed: 1 });
    expect(get("projects/p/locations/europe-west1/operations/operation-1000")).toMatchObject({
      name: "operation-1000",
      status: "RUNNING",
      operationType: "CREATE_CLUSTER",
      targetLink: `https://container.googleapis.com/v1/${C}`,
    });
    expect(get(C)).toMatchObject({ status: "PROVISIONING", nodePools: [{ status: "PROVISIONING" }] });
  });

  test("its control plane is waited for, however fast time goes", async () => {
    let ready = () => {};
    const prepare = jest.fn(() => new Promise<void>((resolve) => (ready = resolve)));
    const { get, post } = containerWorld({ kubernetes: { host: "127.0.0.1:7443", authority: "PEM", prepare } });
    expect(post(CLUSTERS, { cluster: CLUSTER })).toMatchObject({ status: "RUNNING" });
    expect(prepare).toHaveBeenCalledWith(expect.objectContaining({ name: "c", endpoint: "127.0.0.1:7443" }));
    expect(get(C).status).toBe("PROVISIONING");
    ready();
    await setTimeout();
    expect(get(C).status).toBe("RUNNING");
  });
});

test("a cluster's control plane gets the Gateway API with the cluster or later, if the cluster has it", async () => {
  const prepare = jest.fn(async () => {});
  const kubernetes = { host: "127.0.0.1:7443", authority: "PEM", prepare };
  const gatewayApiConfig = { channel: "CHANNEL_STANDARD" };
  const from = withCluster({ ...CLUSTER, networkConfig: { gatewayApiConfig } }, { kubernetes });
  expect(from.get(C).networkConfig.gatewayApiConfig).toEqual(gatewayApiConfig);
  const { get, put } = withCluster(CLUSTER, { kubernetes });
  await setTimeout();
  expect(get(C).networkConfig.gatewayApiConfig).toBeUndefined();
  put(C, { update: { desiredGatewayApiConfig: gatewayApiConfig } });
  const networkConfig = expect.objectContaining({ gatewayApiConfig });
  expect(prepare).toHaveBeenLastCalledWith(expect.objectContaining({ networkConfig }));
  await setTimeout();
  put(C, { update: { desiredGatewayApiConfig: { channel: "CHANNEL_DISABLED" } } });
  expect(get(C).networkConfig.gatewayApiConfig).toEqual({ channel: "CHANNEL_DISABLED" });
});

test("a cluster has its subnetwork's ranges, its region's zones and the control plane that it is given", () => {
  const { get, cloud } = withCluster(CLUSTER, { kubernetes: { host: "127.0.0.1:7443", authority: "PEM" } });
  expect(get(C)).toMatchObject({
    status: "RUNNING",
    location: "europe-west1",
    locations: ["europe-west1-b", "europe-west1-c", "europe-west1-d"],
    endpoint: "127.0.0.1:7443",
    masterAuth: { clusterCaCertificate: Buffer.from("PEM").toString("base64") },
    clusterIpv4Cidr: "10.4.0.0/14",
    servicesIpv4Cidr: "10.8.0.0/20",
    ipAllocationPolicy: { clusterIpv4CidrBlock: "10.4.0.0/14", servicesIpv4CidrBlock: "10.8.0.0/20" },
    networkConfig: { network: CLUSTER.network, subnetwork: CLUSTER.subnetwork },
    databaseEncryption: { state: "DECRYPTED", currentState: "CURRENT_STATE_DECRYPTED" },
  });
  // Where its pool of workload identities is looked for.
  expect(cloud.store.get(`container/${C}`)?.workloadIdentityConfig.workloadPool).toBe("p.svc.id.goog");
});

describe("the control plane's endpoints, as recorded", () => {
  const host = "127.0.0.1:7443";
  const reached = (over: Body) => {
    const world = withCluster(
      { ...CLUSTER, networkConfig: { defaultEnablePrivateNodes: true }, ...over },
      { kubernetes: { host, authority: "PEM" } },
    );
    const read = () => {
      const { endpoint, controlPlaneEndpointsConfig, privateClusterConfig } = world.get(C);
      return { endpoint, controlPlaneEndpointsConfig, privateClusterConfig };
    };
    const update = (desiredControlPlaneEndpointsConfig: Body) =>
      world.put(C, { update: { desiredControlPlaneEndpointsConfig } });
    return { read, update };
  };
  const dnsOnly = { dnsEndpointConfig: { allowExternalTraffic: true }, ipEndpointsConfig: { enabled: false } };
  const dns = (allowExternalTraffic: boolean) => ({
    dnsEndpointConfig: {
      endpoint: host,
      allowExternalTraffic,
      enableK8sTokensViaDns: false,
      enableK8sCertsViaDns: false,
    },
  });
  const NONE = {
    endpoint: host,
    controlPlaneEndpointsConfig: { ...dns(true), ipEndpointsConfig: { enabled: false } },
    privateClusterConfig: { enablePrivateNodes: true },
  };
  const open = { enabled: true, enablePublicEndpoint: true };
  const addresses = { privateEndpoint: host, publicEndpoint: host };
  const block = { cidrBlock: "203.0.113.0/28", displayName: "office" };

  test("with IP endpoints, answers have both addresses and the control plane's range", () => {
    expect(reached({}).read()).toEqual({
      endpoint: host,
      controlPlaneEndpointsConfig: {
        ...dns(false),
        ipEndpointsConfig: { ...open, ...addresses, authorizedNetworksConfig: { gcpPublicCidrsAccessEnabled: true } },
      },
      privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: "172.16.0.0/28", ...addresses },
    });
  });

  test("without IP endpoints, answers have no address and no range, and do not say that the public endpoint is off", () => {
    expect(reached({ controlPlaneEndpointsConfig: dnsOnly }).read()).toEqual(NONE);
  });

  test("without a public endpoint, only the private cluster's configuration has its address", () => {
    const ipEndpointsConfig = { enabled: true, enablePublicEndpoint: false };
    const { endpoint, controlPlaneEndpointsConfig, privateClusterConfig } = reached({
      controlPlaneEndpointsConfig: { ipEndpointsConfig },
    }).read();
    expect(endpoint).toBe(host);
    expect(controlPlaneEndpointsConfig.ipEndpointsConfig).toEqual({
      ...ipEndpointsConfig,
      authorizedNetworksConfig: { gcpPublicCidrsAccessEnabled: true },
      privateEndpoint: host,
    });
    expect(privateClusterConfig).toMatchObject({ enablePrivateEndpoint: true, ...addresses });
  });

  test("an update turns IP endpoints on with authorized networks, and off again", () => {
    const { read, update } = reached({ controlPlaneEndpointsConfig: dnsOnly });
    const authorizedNetworksConfig = { enabled: true, cidrBlocks: [block] };
    update({
      dnsEndpointConfig: { allowExternalTraffic: false },
      ipEndpointsConfig: { enabled: true, enablePublicEndpoint: true, authorizedNetworksConfig },
    });
    expect(read()).toEqual({
      endpoint: host,
      controlPlaneEndpointsConfig: {
        ...dns(false),
        ipEndpointsConfig: {
          ...open,
          ...addresses,
          authorizedNetworksConfig: { ...authorizedNetworksConfig, gcpPublicCidrsAccessEnabled: false },
        },
      },
      privateClusterConfig: { enablePrivateNodes: true, ...addresses },
    });
    update(dnsOnly);
    expect(read()).toEqual(NONE);
  });
});

test("a cluster in a zone has its nodes there", () => {
  const { post, get } = containerWorld();
  const clusters = "projects/p/locations/europe-west1-c/clusters";
  post(clusters, { cluster: CLUSTER });
  expect(get(`${clusters}/c`)).toMatchObject({ zone: "europe-west1-c", locations: ["europe-west1-c"] });
});

test("Secrets are encrypted with a key of the cluster's region that GKE may use", () => {
  const { get, put } = withCluster({
    ...CLUSTER,
    databaseEncryption: { state: "ENCRYPTED", keyName: keyIn("europe-west1") },
  });
  expect(get(C).databaseEncryption).toMatchObject({ state: "ENCRYPTED", currentState: "CURRENT_STATE_ENCRYPTED" });
  put(C, { update: { desiredDatabaseEncryption: { state: "DECRYPTED" } } });
  expect(get(C).databaseEncryption).toEqual({
    state: "DECRYPTED",
    currentState: "CURRENT_STATE_DECRYPTED",
    decryptionKeys: [keyIn("europe-west1")],
  });
});

test("a message that is sent empty means its zero values, not the defaults", () => {
  const { get } = withCluster({ ...CLUSTER, monitoringConfig: { componentConfig: {}, managedPrometheusConfig: {} } });
  expect(get(C).monitoringConfig).toMatchObject({
    componentConfig: {},
    managedPrometheusConfig: {},
  });
  expect(get(C).monitoringConfig.componentConfig.enableComponents).toBeUndefined();
});

test("an update changes what it sends and leaves the rest", () => {
  const { get, put } = withCluster({ ...CLUSTER, addonsConfig: { dnsCacheConfig: { enabled: true } } });
  const before = get(C);
  expect(
    put(C, {
      update: {
        desiredReleaseChannel: { channel: "RAPID" },
        desiredAddonsConfig: { horizontalPodAutoscaling: { disabled: true } },
        desiredControlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: true } },
      },
    }),
  ).toMatchObject({ status: "DONE", operationType: "UPDATE_CLUSTER" });
  expect(get(C)).toEqual({
    ...before,
    releaseChannel: { channel: "RAPID" },
    addonsConfig: { ...before.addonsConfig, horizontalPodAutoscaling: { disabled: true } },
    controlPlaneEndpointsConfig: {
      ...before.controlPlaneEndpointsConfig,
      dnsEndpointConfig: { ...before.controlPlaneEndpointsConfig.dnsEndpointConfig, allowExternalTraffic: true },
    },
  });
});

test.each<[verb: string, sent: Body, expected: Body]>([
  ["setResourceLabels", { resourceLabels: { a: "b" } }, { resourceLabels: { a: "b" } }],
  ["setLegacyAbac", { enabled: true }, { legacyAbac: { enabled: true } }],
  ["setNetworkPolicy", { networkPolicy: { enabled: true } }, { networkPolicy: { enabled: true } }],
  [
    "setMaintenancePolicy",
    { maintenancePolicy: { window: { dailyMaintenanceWindow: { startTime: "04:00" } } } },
    { maintenancePolicy: { window: { dailyMaintenanceWindow: { startTime: "04:00" } } } },
  ],
])("%s", (verb, sent, expected) => {
  const { post, get } = withCluster();
  post(`${C}:${verb}`, sent);
  expect(get(C)).toMatchObject(expected);
});

test("a deleted cluster is gone with its pools", () => {
  const { delete: remove, cloud } = withCluster();
  expect(remove(C)).toMatchObject({ status: "DONE", operationType: "DELETE_CLUSTER" });
  expect(cloud.store.below(`container/${CLUSTERS}`)).toEqual([]);
});

test("nothing is answered where the API is off", () => {
  expect(errorOf(() => serviceOf("container", everything({ enabledApis: [] })).get(C))).toContain(
    "403 container.googleapis.com API has not been used",
  );
});

test("the first nodes run as the account that is there", () => {
  const { get } = withCluster({ ...CLUSTER, nodeConfig: { serviceAccount: NODES } });
  expect(get(C).nodePools[0].config.serviceAccount).toBe(NODES);
});

// https://cloud.google.com/vpc/docs/vpc#auto-mode-considerations
test("a cluster that names no network is in the default one, and in its region's subnetwork of the same name", () => {
  const world = containerWorld();
  const network = { name: "default", autoCreateSubnetworks: true };
  serviceOf("compute", world.cloud).post("projects/p/global/networks", network);
  world.post(CLUSTERS, { cluster: { name: "c", initialNodeCount: 1 } });
  expect(world.get(C)).toMatchObject({
    network: "default",
    subnetwork: "default",
    networkConfig: {
      network: "projects/p/global/networks/default",
      subnetwork: "projects/p/regions/europe-west1/subnetworks/default",
    },
  });
});
