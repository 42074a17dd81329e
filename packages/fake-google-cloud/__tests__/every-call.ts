import type { Body } from "../src/body";

/** A call that the fake answers, if those before it were made. */
export interface ValidCall {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly body?: Body;
  readonly query?: Readonly<Record<string, string>>;
}

const GLOBAL = "projects/p/global";
const REGION = "projects/p/regions/us-east4";
const LOCATION = "projects/p/locations/us-east4";
const KEY = `${LOCATION}/keyRings/r/cryptoKeys/k`;
const SECRET = "projects/p/secrets/s";
const CLUSTER = `${LOCATION}/clusters/c`;
const POOL = `${CLUSTER}/nodePools/pool`;
const INSTANCE = "projects/p/instances/db";
const REDIS = `${LOCATION}/instances/cache`;
const CONNECTIONS = "services/servicenetworking.googleapis.com/connections";
const ACCOUNT = "projects/p/serviceAccounts/account@p.iam.gserviceaccount.com";
const BUCKET = "projects/p/locations/global/buckets/_Default";

const NETWORK = `${GLOBAL}/networks/n`;
const OTHER = `${GLOBAL}/networks/m`;
const POLICY = { bindings: [{ role: "roles/viewer", members: ["user:a@example.com"] }], etag: "" };
const setPolicy = (service: string, path: string): ValidCall => ({
  service,
  method: "POST",
  path: `${path}:setIamPolicy`,
  body: { policy: POLICY, updateMask: "bindings,etag" },
});
const getPolicy = (service: string, path: string): ValidCall => ({
  service,
  method: "POST",
  path: `${path}:getIamPolicy`,
  body: {},
});

const compute = (method: string, path: string, body?: Body, query?: ValidCall["query"]): ValidCall => ({
  service: "compute",
  method,
  path,
  body,
  query,
});

const RULE = {
  priority: 1,
  description: "d",
  action: "rate_based_ban",
  preview: false,
  match: { expr: { expression: "request.path == '/'" } },
  preconfiguredWafConfig: {
    exclusions: [{ targetRuleSet: "xss-v33-stable", requestHeadersToExclude: [{ op: "EQUALS", val: "x" }] }],
  },
  rateLimitOptions: {
    conformAction: "allow",
    exceedAction: "deny(429)",
    enforceOnKey: "IP",
    rateLimitThreshold: { count: 10, intervalSec: 60 },
    banThreshold: { count: 10, intervalSec: 60 },
    banDurationSec: 60,
  },
};
const ADDRESSES = {
  priority: 2,
  action: "allow",
  match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } },
};

const COMPUTE: readonly ValidCall[] = [
  compute("POST", `${GLOBAL}/networks`, {
    name: "n",
    autoCreateSubnetworks: false,
    mtu: 1460,
    routingConfig: { routingMode: "REGIONAL" },
  }),
  compute("POST", `${GLOBAL}/networks`, { name: "m" }),
  compute("PATCH", NETWORK, { routingConfig: { routingMode: "GLOBAL" } }),
  compute("POST", `${NETWORK}/addPeering`, { networkPeering: { name: "x", network: OTHER } }),
  compute("PATCH", `${NETWORK}/updatePeering`, { networkPeering: { name: "x", exportCustomRoutes: true } }),
  compute("POST", `${NETWORK}/removePeering`, { name: "x" }),
  compute("POST", `${REGION}/subnetworks`, {
    name: "s",
    network: NETWORK,
    ipCidrRange: "10.10.0.0/20",
    secondaryIpRanges: [
      { rangeName: "pods", ipCidrRange: "10.20.0.0/16" },
      { rangeName: "services", ipCidrRange: "10.30.0.0/20" },
    ],
    logConfig: {
      enable: true,
      flowSampling: 0.5,
      aggregationInterval: "INTERVAL_5_SEC",
      metadata: "EXCLUDE_ALL_METADATA",
    },
  }),
  compute("POST", `${REGION}/subnetworks/s/setPrivateIpGoogleAccess`, { privateIpGoogleAccess: true }),
  compute("POST", `${REGION}/subnetworks/s/expandIpCidrRange`, { ipCidrRange: "10.10.0.0/19" }),
  compute("PATCH", `${REGION}/subnetworks/s`, { fingerprint: "FINGERPRINT", logConfig: { enable: false } }),
  compute("POST", `${GLOBAL}/addresses`, {
    name: "range",
    purpose: "VPC_PEERING",
    addressType: "INTERNAL",
    prefixLength: 20,
    network: NETWORK,
  }),
  compute("POST", `${GLOBAL}/addresses/range/setLabels`, { labels: { a: "b" }, labelFingerprint: "FINGERPRINT" }),
  compute("POST", `${REGION}/addresses`, { name: "nat", labels: { a: "b" } }),
  compute("POST", `${REGION}/addresses/nat/setLabels`, { labels: { a: "b" }, labelFingerprint: "FINGERPRINT" }),
  compute("POST", `${GLOBAL}/firewalls`, {
    name: "f",
    network: NETWORK,
    direction: "INGRESS",
    priority: 5,
    allowed: [{ IPProtocol: "tcp", ports: ["80", "100-200"] }],
    sourceRanges: ["10.0.0.0/8"],
    targetTags: ["t"],
    logConfig: { enable: true, metadata: "INCLUDE_ALL_METADATA" },
  }),
  compute("PATCH", `${GLOBAL}/firewalls/f`, { sourceRanges: ["10.0.0.0/9"] }),
  compute("POST", `${REGION}/routers`, {
    name: "r",
    network: NETWORK,
    nats: [
      {
        name: "nat",
        natIpAllocateOption: "MANUAL_ONLY",
        natIps: [`${REGION}/addresses/nat`],
        sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
        subnetworks: [{ name: `${REGION}/subnetworks/s`, sourceIpRangesToNat: ["ALL_IP_RANGES"] }],
        enableDynamicPortAllocation: true,
        minPortsPerVm: 64,
        maxPortsPerVm: 128,
        logConfig: { enable: true, filter: "ALL" },
        endpointTypes: ["ENDPOINT_TYPE_VM"],
      },
    ],
  }),
  compute("PATCH", `${REGION}/routers/r`, { nats: [] }),
  compute("POST", `${GLOBAL}/securityPolicies`, {
    name: "policy",
    type: "CLOUD_ARMOR",
    advancedOptionsConfig: { jsonParsing: "STANDARD", logLevel: "NORMAL" },
    rules: [RULE, { ...ADDRESSES, priority: 2147483647 }],
    labels: { a: "b" },
  }),
  compute("POST", `${GLOBAL}/securityPolicies/policy/addRule`, ADDRESSES),
  compute(
    "POST",
    `${GLOBAL}/securityPolicies/policy/patchRule`,
    { ...ADDRESSES, preview: true },
    { priority: "2", updateMask: "preview" },
  ),
  compute("POST", `${GLOBAL}/securityPolicies/policy/removeRule`, {}, { priority: "2" }),
  compute("POST", `${GLOBAL}/securityPolicies/policy/setLabels`, {
    labels: { c: "d" },
    labelFingerprint: "FINGERPRINT",
  }),
  compute(
    "PATCH",
    `${GLOBAL}/securityPolicies/policy`,
    { fingerprint: "FINGERPRINT", advancedOptionsConfig: { logLevel: "VERBOSE" } },
    { updateMask: "advancedOptionsConfig.logLevel,description" },
  ),
  compute("POST", `${GLOBAL}/sslPolicies`, {
    name: "ssl",
    profile: "CUSTOM",
    minTlsVersion: "TLS_1_2",
    customFeatures: ["X"],
  }),
  compute("PATCH", `${GLOBAL}/sslPolicies/ssl`, { fingerprint: "FINGERPRINT", minTlsVersion: "TLS_1_1" }),
  compute("POST", `${GLOBAL}/sslCertificates`, {
    name: "certificate",
    type: "MANAGED",
    managed: { domains: ["a.example.com"] },
  }),
];

const KMS: readonly ValidCall[] = [
  { service: "cloudkms", method: "POST", path: `${LOCATION}/keyRings`, body: {}, query: { keyRingId: "r" } },
  {
    service: "cloudkms",
    method: "POST",
    path: `${LOCATION}/keyRings/r/cryptoKeys`,
    body: {
      purpose: "ENCRYPT_DECRYPT",
      versionTemplate: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", protectionLevel: "SOFTWARE" },
      rotationPeriod: "7776000s",
      nextRotationTime: "2030-01-01T00:00:00Z",
      destroyScheduledDuration: "86400s",
      labels: { a: "b" },
    },
    query: { cryptoKeyId: "k" },
  },
  { service: "cloudkms", method: "PATCH", path: KEY, body: { labels: { a: "c" } }, query: { updateMask: "labels" } },
  { service: "cloudkms", method: "POST", path: `${KEY}/cryptoKeyVersions/1:destroy`, body: {} },
  getPolicy("cloudkms", `${LOCATION}/keyRings/r`),
  setPolicy("cloudkms", `${LOCATION}/keyRings/r`),
  getPolicy("cloudkms", KEY),
  setPolicy("cloudkms", KEY),
];

const CLUSTERS: readonly ValidCall[] = [
  {
    service: "container",
    method: "POST",
    path: `${LOCATION}/clusters`,
    body: {
      cluster: {
        name: "c",
        locations: ["us-east4-a"],
        network: NETWORK,
        subnetwork: `${REGION}/subnetworks/s`,
        ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
        privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: "172.16.0.0/28" },
        workloadIdentityConfig: { workloadPool: "p.svc.id.goog" },
        nodePools: [{ name: "first", initialNodeCount: 1, config: { machineType: "e2-medium", labels: { a: "b" } } }],
        maintenancePolicy: { window: { dailyMaintenanceWindow: { startTime: "03:00" } } },
        loggingConfig: { componentConfig: { enableComponents: ["SYSTEM_COMPONENTS"] } },
        monitoringConfig: {
          componentConfig: { enableComponents: ["SYSTEM_COMPONENTS"] },
          managedPrometheusConfig: { enabled: true },
        },
        addonsConfig: { httpLoadBalancing: { disabled: false } },
        releaseChannel: { channel: "REGULAR" },
        databaseEncryption: { state: "DECRYPTED" },
        controlPlaneEndpointsConfig: {
          dnsEndpointConfig: { allowExternalTraffic: true },
          ipEndpointsConfig: {
            enabled: true,
            enablePublicEndpoint: false,
            authorizedNetworksConfig: { enabled: true, cidrBlocks: [{ cidrBlock: "10.0.0.0/8" }] },
          },
        },
        defaultMaxPodsConstraint: { maxPodsPerNode: "110" },
        networkConfig: { datapathProvider: "ADVANCED_DATAPATH" },
        networkPolicy: { enabled: false },
        nodePoolDefaults: { nodeConfigDefaults: { loggingConfig: {} } },
        autoscaling: {
          enableNodeAutoprovisioning: false,
          autoprovisioningNodePoolDefaults: { serviceAccount: "default" },
        },
        notificationConfig: { pubsub: { enabled: false } },
        legacyAbac: { enabled: false },
        resourceLabels: { a: "b" },
      },
    },
  },
  {
    service: "container",
    method: "POST",
    path: `${LOCATION}/clusters`,
    body: {
      cluster: {
        name: "autopilot",
        network: NETWORK,
        subnetwork: `${REGION}/subnetworks/s`,
        autopilot: { enabled: true },
        monitoringConfig: { managedPrometheusConfig: { enabled: true, autoMonitoringConfig: { scope: "NONE" } } },
      },
    },
  },
  {
    service: "container",
    method: "PUT",
    path: CLUSTER,
    body: {
      update: {
        desiredReleaseChannel: { channel: "RAPID" },
        desiredLoggingConfig: { componentConfig: { enableComponents: ["WORKLOADS"] } },
        desiredClusterAutoscaling: { autoprovisioningNodePoolDefaults: { serviceAccount: "default" } },
        desiredControlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: true } },
      },
    },
  },
  {
    service: "container",
    method: "POST",
    path: `${CLUSTER}:setMaintenancePolicy`,
    body: { maintenancePolicy: { window: { dailyMaintenanceWindow: { startTime: "04:00" } } } },
  },
  { service: "container", method: "POST", path: `${CLUSTER}:setResourceLabels`, body: { resourceLabels: { c: "d" } } },
  {
    service: "container",
    method: "POST",
    path: `${CLUSTER}:setNetworkPolicy`,
    body: { networkPolicy: { enabled: false } },
  },
  { service: "container", method: "POST", path: `${CLUSTER}:setLegacyAbac`, body: { enabled: false } },
  {
    service: "container",
    method: "POST",
    path: `${CLUSTER}/nodePools`,
    body: {
      nodePool: {
        name: "pool",
        locations: ["us-east4-b"],
        initialNodeCount: 1,
        autoscaling: { enabled: true, minNodeCount: 1, maxNodeCount: 3, locationPolicy: "ANY" },
        management: { autoUpgrade: true, autoRepair: true },
        maxPodsConstraint: { maxPodsPerNode: "64" },
        upgradeSettings: { maxSurge: 1, strategy: "SURGE" },
        networkConfig: { enablePrivateNodes: true },
        config: {
          machineType: "e2-standard-4",
          imageType: "COS_CONTAINERD",
          diskSizeGb: 50,
          diskType: "pd-ssd",
          labels: { a: "b" },
          resourceLabels: { a: "b" },
          taints: [{ key: "k", value: "v", effect: "NO_SCHEDULE" }],
          tags: ["t"],
          spot: true,
          serviceAccount: "default",
          oauthScopes: ["x"],
          workloadMetadataConfig: { mode: "GKE_METADATA" },
          bootDisk: { sizeGb: "50" },
        },
      },
    },
  },
  {
    service: "container",
    method: "PUT",
    path: POOL,
    body: {
      machineType: "e2-standard-8",
      labels: { labels: { a: "c" } },
      taints: { taints: [{ key: "k", value: "v", effect: "NO_EXECUTE" }] },
      tags: { tags: ["u"] },
      resourceLabels: { labels: { a: "c" } },
      locations: ["us-east4-a"],
      upgradeSettings: { maxSurge: 2 },
    },
  },
  {
    service: "container",
    method: "PUT",
    path: CLUSTER,
    body: {
      update: {
        desiredNodePoolId: "pool",
        desiredNodePoolAutoscaling: { enabled: false },
        desiredImageType: "COS_CONTAINERD",
      },
    },
  },
  { service: "container", method: "POST", path: `${POOL}:setManagement`, body: { management: { autoUpgrade: true } } },
  { service: "container", method: "POST", path: `${POOL}:setSize`, body: { nodeCount: 2 } },
];

const DATASTORES: readonly ValidCall[] = [
  compute("POST", `${GLOBAL}/addresses`, {
    name: "range-of-m",
    purpose: "VPC_PEERING",
    addressType: "INTERNAL",
    prefixLength: 24,
    network: OTHER,
  }),
  {
    service: "servicenetworking",
    method: "POST",
    path: CONNECTIONS,
    body: { network: OTHER, reservedPeeringRanges: ["range-of-m"] },
  },
  {
    service: "servicenetworking",
    method: "POST",
    path: CONNECTIONS,
    body: { network: NETWORK, reservedPeeringRanges: ["range"] },
  },
  {
    service: "servicenetworking",
    method: "PATCH",
    path: `${CONNECTIONS}/servicenetworking-googleapis-com`,
    body: { network: NETWORK, reservedPeeringRanges: ["range"] },
  },
  {
    service: "sql",
    method: "POST",
    path: "projects/p/instances",
    body: {
      name: "db",
      region: "us-east4",
      databaseVersion: "POSTGRES_16",
      settings: {
        tier: "db-custom-2-7680",
        edition: "ENTERPRISE",
        availabilityType: "REGIONAL",
        dataDiskSizeGb: "20",
        dataApiAccess: "ALLOW_DATA_API",
        databaseFlags: [{ name: "cloudsql.iam_authentication", value: "on" }],
        userLabels: { a: "b" },
        ipConfiguration: {
          ipv4Enabled: true,
          privateNetwork: NETWORK,
          authorizedNetworks: [{ value: "203.0.113.0/24" }],
        },
        backupConfiguration: {
          enabled: true,
          startTime: "03:00",
          pointInTimeRecoveryEnabled: true,
          transactionLogRetentionDays: 7,
          backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: 7 },
        },
        maintenanceWindow: { day: 7, hour: 3, updateTrack: "stable" },
        insightsConfig: { queryInsightsEnabled: true, queryStringLength: 1024 },
      },
    },
  },
  { service: "sql", method: "PATCH", path: INSTANCE, body: { settings: { userLabels: { a: "c" } } } },
  {
    service: "sql",
    method: "PUT",
    path: INSTANCE,
    body: {
      settings: {
        tier: "db-custom-4-15360",
        edition: "ENTERPRISE",
        dataApiAccess: "ALLOW_DATA_API",
        databaseFlags: [{ name: "cloudsql.iam_authentication", value: "on" }],
        ipConfiguration: { privateNetwork: NETWORK },
      },
    },
  },
  { service: "sql", method: "POST", path: `${INSTANCE}/databases`, body: { name: "d", charset: "UTF8" } },
  {
    service: "sql",
    method: "POST",
    path: `${INSTANCE}/users`,
    body: { name: "u", password: "x", databaseRoles: ["pg_monitor"] },
  },
  { service: "sql", method: "POST", path: `${INSTANCE}/users`, body: { name: "i", type: "CLOUD_IAM_USER" } },
  { service: "sql", method: "PUT", path: `${INSTANCE}/users`, body: { password: "y" }, query: { name: "u" } },
  {
    service: "sql",
    method: "POST",
    path: `${INSTANCE}/executeSql`,
    body: { database: "d", sqlStatement: 'SET ROLE cloudsqlsuperuser;\nCREATE ROLE "r"' },
  },
  {
    service: "sql",
    method: "POST",
    path: `${INSTANCE}/clone`,
    body: { cloneContext: { destinationInstanceName: "db2" } },
  },
  {
    service: "redis",
    method: "POST",
    path: `${LOCATION}/instances`,
    body: {
      tier: "STANDARD_HA",
      memorySizeGb: 5,
      redisVersion: "REDIS_7_0",
      authorizedNetwork: NETWORK,
      connectMode: "PRIVATE_SERVICE_ACCESS",
      readReplicasMode: "READ_REPLICAS_ENABLED",
      replicaCount: 1,
      redisConfigs: { "maxmemory-policy": "allkeys-lru" },
      persistenceConfig: { persistenceMode: "RDB", rdbSnapshotPeriod: "ONE_HOUR" },
      maintenancePolicy: { description: "d", weeklyMaintenanceWindow: [{ day: "MONDAY", startTime: { hours: 3 } }] },
      labels: { a: "b" },
    },
    query: { instanceId: "cache" },
  },
  { service: "redis", method: "PATCH", path: REDIS, body: { memorySizeGb: 6 }, query: { updateMask: "memorySizeGb" } },
  { service: "redis", method: "POST", path: `${REDIS}:upgrade`, body: { redisVersion: "REDIS_7_2" } },
];

const monitoring = (collection: string, body: Body): ValidCall => ({
  service: "monitoring",
  method: "POST",
  path: `projects/p/${collection}`,
  body,
});
const threshold = {
  filter: 'metric.type = "x" AND resource.type = "y"',
  comparison: "COMPARISON_GT",
  duration: "60s",
  aggregations: [{ perSeriesAligner: "ALIGN_MEAN", crossSeriesReducer: "REDUCE_MEAN", alignmentPeriod: "60s" }],
};
const ALERT = {
  displayName: "a",
  combiner: "OR",
  severity: "ERROR",
  conditions: [
    { displayName: "t", conditionThreshold: threshold },
    {
      displayName: "q",
      conditionPrometheusQueryLanguage: { query: "up == 0", duration: "60s", evaluationInterval: "30s" },
    },
  ],
  documentation: { content: "c", mimeType: "text/markdown" },
  alertStrategy: { autoClose: "1800s" },
  userLabels: { a: "b" },
  notificationChannels: [],
};
const UPTIME = {
  displayName: "u",
  monitoredResource: { type: "uptime_url", labels: { host: "a.example.com" } },
  httpCheck: { path: "/", port: 443, useSsl: true, requestMethod: "GET", headers: { a: "b" } },
  period: "60s",
  timeout: "10s",
  selectedRegions: ["USA"],
  contentMatchers: [{ content: "ok", matcher: "CONTAINS_STRING" }],
  userLabels: { a: "b" },
};
const CHANNEL = { type: "email", labels: { email_address: "a@example.com" }, userLabels: { a: "b" } };

const REST: readonly ValidCall[] = [
  {
    service: "serviceusage",
    method: "POST",
    path: "projects/p/services:batchEnable",
    body: { serviceIds: ["run.googleapis.com"] },
  },
  { service: "serviceusage", method: "POST", path: "projects/p/services/redis.googleapis.com:enable", body: {} },
  {
    service: "serviceusage",
    method: "POST",
    path: "projects/p/services/run.googleapis.com:disable",
    body: { disableDependentServices: true },
  },
  {
    service: "iam",
    method: "POST",
    path: "projects/p/serviceAccounts",
    body: { accountId: "account", serviceAccount: { displayName: "d", description: "d" } },
  },
  {
    service: "iam",
    method: "PATCH",
    path: ACCOUNT,
    body: { serviceAccount: { displayName: "e" }, updateMask: "displayName" },
  },
  getPolicy("iam", ACCOUNT),
  setPolicy("iam", ACCOUNT),
  getPolicy("cloudresourcemanager", "projects/p"),
  {
    service: "cloudresourcemanager",
    method: "POST",
    path: "projects/p:setIamPolicy",
    body: {
      policy: { ...POLICY, auditConfigs: [{ service: "allServices", auditLogConfigs: [{ logType: "DATA_READ" }] }] },
      updateMask: "auditConfigs",
    },
  },
  {
    service: "secretmanager",
    method: "POST",
    path: "projects/p/secrets",
    body: { replication: { userManaged: { replicas: [{ location: "us-east4" }] } }, labels: { a: "b" } },
    query: { secretId: "s" },
  },
  {
    service: "secretmanager",
    method: "PATCH",
    path: SECRET,
    body: { labels: { a: "c" } },
    query: { updateMask: "labels" },
  },
  getPolicy("secretmanager", SECRET),
  setPolicy("secretmanager", SECRET),
  { service: "secretmanager", method: "POST", path: `${SECRET}:addVersion`, body: { payload: { data: "eA==" } } },
  ...["disable", "enable", "destroy"].map((verb) => ({
    service: "secretmanager",
    method: "POST",
    path: `${SECRET}/versions/1:${verb}`,
    body: {},
  })),
  {
    service: "storage",
    method: "POST",
    path: "b",
    body: {
      name: "bucket-of-p",
      location: "us-east4",
      storageClass: "STANDARD",
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: "enforced" },
      lifecycle: { rule: [{ action: { type: "Delete" }, condition: { age: 1 } }] },
      retentionPolicy: { retentionPeriod: "60" },
      softDeletePolicy: { retentionDurationSeconds: "604800" },
      labels: { a: "b" },
    },
    query: { project: "p" },
  },
  { service: "storage", method: "PATCH", path: "b/bucket-of-p", body: { labels: { a: "c" } } },
  { service: "storage", method: "PUT", path: "b/bucket-of-p/iam", body: POLICY },
  {
    service: "binaryauthorization",
    method: "PUT",
    path: "projects/p/policy",
    body: {
      globalPolicyEvaluationMode: "ENABLE",
      admissionWhitelistPatterns: [{ namePattern: "example.com/**" }],
      defaultAdmissionRule: {
        evaluationMode: "ALWAYS_DENY",
        enforcementMode: "DRYRUN_AUDIT_LOG_ONLY",
        requireAttestationsBy: [],
      },
      clusterAdmissionRules: {
        "us-east4.c": { evaluationMode: "ALWAYS_ALLOW", enforcementMode: "DRYRUN_AUDIT_LOG_ONLY" },
      },
    },
  },
  {
    service: "logging",
    method: "PATCH",
    path: BUCKET,
    body: { retentionDays: 60, description: "d" },
    query: { updateMask: "retentionDays,description" },
  },
  monitoring("notificationChannels", CHANNEL),
  monitoring("uptimeCheckConfigs", UPTIME),
  monitoring("alertPolicies", ALERT),
  {
    service: "monitoring",
    method: "PATCH",
    path: "MADE/notificationChannels",
    body: { userLabels: { a: "c" } },
    query: { updateMask: "userLabels" },
  },
  { service: "monitoring", method: "PATCH", path: "MADE/uptimeCheckConfigs", body: UPTIME },
  { service: "monitoring", method: "PATCH", path: "MADE/alertPolicies", body: ALERT },
  {
    service: "clouddns",
    method: "POST",
    path: "projects/p/managedZones/zone/changes",
    body: { additions: [{ name: "a.example.com.", type: "A", ttl: 300, rrdatas: ["203.0.113.1"] }], deletions: [] },
  },
  {
    service: "clouddns",
    method: "POST",
    path: "projects/p/managedZones/zone/changes",
    body: { deletions: [{ name: "a.example.com.", type: "A", ttl: 300, rrdatas: ["203.0.113.1"] }] },
  },
  {
    service: "servicenetworking",
    method: "POST",
    path: `${CONNECTIONS}/servicenetworking-googleapis-com`,
    body: { consumerNetwork: OTHER },
  },
];

/**
 * A call of every route that takes a body, in an order in which each succeeds. `FINGERPRINT` in a body stands for the object's
 * own, `MADE/<collection>` for the name of the object there.
 */
export const VALID_CALLS: readonly ValidCall[] = [...COMPUTE, ...KMS, ...CLUSTERS, ...DATASTORES, ...REST];
