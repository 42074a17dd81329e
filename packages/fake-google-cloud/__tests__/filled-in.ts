import type { Body } from "../src/body";
import { AUTOPILOT, CLUSTER, CLUSTERS, withCluster } from "./container-world";
import { serviceOf } from "./support";

/**
 * Google sets defaults for fields that a request omits, and the provider reads some of them into arguments that the program
 * leaves unset. A plan that would remove such a value is never empty. The rehearsal's second plan finds this only if the
 * fake sets the same defaults as Google. These are the facts, by Terraform type: a minimal request, and the fields that
 * Google then returns. Null: Google does not return the field.
 *
 * A type that is new in a stack needs an entry here. Look first at recorded answers (in Config Connector's tests), then at
 * what the provider's read function does with each field, then at its open issues about plans that are never empty.
 * https://github.com/GoogleCloudPlatform/k8s-config-connector/tree/master/pkg/test/resourcefixture/testdata
 */
interface Type {
  /** What Google returns for the new resource. */
  readonly answer: () => Body;
  /** Fields by their path, with what is in them. */
  readonly facts: Readonly<Record<string, unknown>>;
}

const SCOPES = [
  ...["devstorage.read_only", "logging.write", "monitoring"],
  ...["service.management.readonly", "servicecontrol", "trace.append"],
].map((scope) => `https://www.googleapis.com/auth/${scope}`);

const cluster = (over: Body = {}): Body => withCluster({ ...CLUSTER, ...over }).get(`${CLUSTERS}/c`);
const pool = (over: Body = {}): Body => {
  const world = withCluster();
  world.post(`${CLUSTERS}/c/nodePools`, { nodePool: { name: "p", initialNodeCount: 1, ...over } });
  return world.get(`${CLUSTERS}/c/nodePools/p`);
};

const GLOBAL = "projects/p/global";
const NETWORK = `${GLOBAL}/networks/n`;
const REGION = "projects/p/regions/europe-west1";

/** An object of Compute Engine in a project with a network and a bucket. */
function compute(collection: string, body: Body): Body {
  const service = serviceOf("compute");
  serviceOf("storage", service.cloud).post("b", { name: "bucket-of-p" }, { project: "p" });
  service.post(`${GLOBAL}/sslCertificates`, { name: "c", type: "MANAGED", managed: { domains: ["a.io"] } });
  service.post(`${GLOBAL}/urlMaps`, { name: "m", defaultUrlRedirect: { httpsRedirect: true } });
  service.post(`${GLOBAL}/targetHttpProxies`, { name: "t", urlMap: "m" });
  service.post(`${GLOBAL}/networks`, { name: "n", autoCreateSubnetworks: false });
  service.post(`${REGION}/subnetworks`, { name: "s", network: NETWORK, ipCidrRange: "10.0.0.0/20" });
  if (collection) service.post(collection, { name: "x", ...body });
  return service.get(collection ? `${collection}/x` : NETWORK);
}

const RINGS = "projects/p/locations/europe-west1/keyRings";
const SECRETS = "projects/p/secrets";
const INSTANCE = "projects/p/instances/db";

function cryptoKey(): Body {
  const kms = serviceOf("cloudkms");
  kms.post(RINGS, {}, { keyRingId: "r" });
  kms.post(`${RINGS}/r/cryptoKeys`, { purpose: "ENCRYPT_DECRYPT" }, { cryptoKeyId: "k" });
  return kms.get(`${RINGS}/r/cryptoKeys/k`);
}

function sql(users: readonly Body[] = []): ReturnType<typeof serviceOf> {
  const service = serviceOf("sql");
  const settings = { tier: "db-custom-1-3840", edition: "ENTERPRISE" };
  service.post("projects/p/instances", {
    name: "db",
    region: "europe-west1",
    databaseVersion: "POSTGRES_15",
    settings,
  });
  for (const user of users) service.post(`${INSTANCE}/users`, user);
  return service;
}

function secret(): ReturnType<typeof serviceOf> {
  const service = serviceOf("secretmanager");
  service.post(SECRETS, { replication: { automatic: {} } }, { secretId: "s" });
  service.post(`${SECRETS}/s:addVersion`, { payload: { data: "eA==" } });
  return service;
}

function redis(): Body {
  const network = serviceOf("compute");
  network.post("projects/p/global/networks", { name: "default", autoCreateSubnetworks: false });
  const service = serviceOf("redis", network.cloud);
  const instances = "projects/p/locations/europe-west1/instances";
  service.post(instances, { tier: "STANDARD_HA", memorySizeGb: 16 }, { instanceId: "i" });
  return service.get(`${instances}/i`);
}

function monitoring(collection: string, body: Body): Body {
  const service = serviceOf("monitoring");
  return service.get(service.post(`projects/p/${collection}`, body).name);
}

const CERTIFICATES = "projects/p/locations/global";

function certificateManager(collection: string, id: string, body: Body): Body {
  const service = serviceOf("certificatemanager");
  service.post(`${CERTIFICATES}/${collection}`, body, { [id]: "x" });
  return service.get(`${CERTIFICATES}/${collection}/x`);
}

function bucket(): Body {
  const service = serviceOf("storage");
  const iamConfiguration = { uniformBucketLevelAccess: { enabled: true } };
  service.post("b", { name: "bucket-of-p", iamConfiguration }, { project: "p" });
  return service.get("b/bucket-of-p");
}

export const TYPES: Readonly<Record<string, Type>> = {
  google_certificate_manager_certificate: {
    answer: () =>
      certificateManager("certificates", "certificateId", {
        managed: { domains: ["a.example.com"] },
        scope: "DEFAULT",
      }),
    facts: { scope: null, labels: null, "managed.dnsAuthorizations": null, "managed.state": "PROVISIONING" },
  },
  google_certificate_manager_dns_authorization: {
    answer: () => certificateManager("dnsAuthorizations", "dnsAuthorizationId", { domain: "a.example.com" }),
    facts: {
      type: "FIXED_RECORD",
      "dnsResourceRecord.name": "_acme-challenge.a.example.com.",
      "dnsResourceRecord.type": "CNAME",
      labels: null,
    },
  },
  google_container_cluster: {
    answer: () => cluster({ maintenancePolicy: { window: { dailyMaintenanceWindow: { startTime: "03:00" } } } }),
    facts: {
      addonsConfig: {
        dnsCacheConfig: { enabled: true }, // since 1.34
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        kubernetesDashboard: { disabled: true },
        networkPolicyConfig: { disabled: true },
        nodeReadinessConfig: {}, // since 1.35
      },
      anonymousAuthenticationConfig: { mode: "LIMITED" }, // since 1.35
      autoscaling: {
        autoprovisioningNodePoolDefaults: {
          imageType: "COS_CONTAINERD",
          management: { autoRepair: true, autoUpgrade: true },
          oauthScopes: SCOPES,
          serviceAccount: "default",
        },
        autoscalingProfile: "BALANCED",
      },
      binaryAuthorization: {},
      databaseEncryption: { state: "DECRYPTED", currentState: "CURRENT_STATE_DECRYPTED" },
      defaultMaxPodsConstraint: { maxPodsPerNode: "110" },
      enterpriseConfig: { clusterTier: "STANDARD" },
      "ipAllocationPolicy.networkTierConfig": { networkTier: "NETWORK_TIER_DEFAULT" },
      "ipAllocationPolicy.podCidrOverprovisionConfig": {},
      "ipAllocationPolicy.stackType": "IPV4",
      legacyAbac: {},
      loggingService: "logging.googleapis.com/kubernetes",
      "loggingConfig.componentConfig.enableComponents": ["SYSTEM_COMPONENTS", "WORKLOADS"],
      "maintenancePolicy.window.dailyMaintenanceWindow.duration": "PT4H0M0S",
      "masterAuth.clientCertificateConfig": {},
      monitoringService: "monitoring.googleapis.com/kubernetes",
      "monitoringConfig.advancedDatapathObservabilityConfig": {},
      "monitoringConfig.componentConfig.enableComponents": [
        ...["SYSTEM_COMPONENTS", "STORAGE", "HPA", "POD", "DAEMONSET", "DEPLOYMENT", "STATEFULSET"],
        ...["CADVISOR", "KUBELET", "DCGM", "JOBSET"], // in this order since 1.34
      ],
      "monitoringConfig.managedPrometheusConfig": { enabled: true },
      nodeCreationConfig: { nodeCreationMode: "VIA_KUBELET" },
      nodePoolAutoConfig: { nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: false } },
      nodePoolDefaults: {
        nodeConfigDefaults: {
          loggingConfig: { variantConfig: { variant: "DEFAULT" } },
          nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: false },
        },
      },
      notificationConfig: { pubsub: {} },
      podAutoscaling: { hpaProfile: "PERFORMANCE" },
      rbacBindingConfig: {
        enableInsecureBindingSystemAuthenticated: true,
        enableInsecureBindingSystemUnauthenticated: true,
      },
      releaseChannel: { channel: "REGULAR" },
      securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_MODE_UNSPECIFIED" },
      shieldedNodes: { enabled: true },
      userManagedKeysConfig: {},
    },
  },
  "google_container_cluster on Autopilot": {
    answer: () => {
      const managedPrometheusConfig = { enabled: true, autoMonitoringConfig: { scope: "NONE" } };
      return withCluster({ ...AUTOPILOT, monitoringConfig: { managedPrometheusConfig } }).get(`${CLUSTERS}/c`);
    },
    // https://github.com/hashicorp/terraform-provider-google/issues/26839
    facts: { "monitoringConfig.managedPrometheusConfig": { enabled: true } },
  },
  google_container_node_pool: {
    answer: () => pool(),
    facts: {
      "config.bootDisk": { diskType: "pd-balanced", sizeGb: "100" },
      "config.diskSizeGb": 100,
      "config.diskType": "pd-balanced",
      "config.effectiveCgroupMode": "EFFECTIVE_CGROUP_MODE_V2",
      "config.imageType": "COS_CONTAINERD",
      "config.kubeletConfig": { insecureKubeletReadonlyPortEnabled: false, maxParallelImagePulls: 2 },
      "config.machineType": "e2-medium",
      "config.metadata": { "disable-legacy-endpoints": "true" },
      "config.nodeImageConfig.imageProject": "gke-node-images", // since 1.34
      "config.oauthScopes": SCOPES,
      "config.resourceLabels": { "goog-gke-node-pool-provisioning-model": "on-demand" },
      "config.serviceAccount": "default",
      "config.shieldedInstanceConfig": { enableIntegrityMonitoring: true },
      "config.windowsNodeConfig": {},
      management: { autoRepair: true, autoUpgrade: true },
      maxPodsConstraint: { maxPodsPerNode: "110" },
      "networkConfig.networkTierConfig": { networkTier: "NETWORK_TIER_DEFAULT" },
      "networkConfig.subnetwork": "projects/p/regions/europe-west1/subnetworks/s",
      podIpv4CidrSize: 24,
      upgradeSettings: { maxSurge: 1, strategy: "SURGE" },
    },
  },
  "google_container_node_pool with a disk and labels of its own, on spot machines": {
    answer: () => pool({ config: { spot: true, diskSizeGb: 50, diskType: "pd-ssd", resourceLabels: { a: "b" } } }),
    facts: {
      "config.bootDisk": { diskType: "pd-ssd", sizeGb: "50" },
      "config.resourceLabels": { a: "b", "goog-gke-node-pool-provisioning-model": "spot" },
    },
  },
  google_compute_network: {
    answer: () => compute("", {}),
    facts: {
      networkFirewallPolicyEnforcementOrder: "AFTER_CLASSIC_FIREWALL",
      routingConfig: { routingMode: "REGIONAL", bgpBestPathSelectionMode: "LEGACY" },
    },
  },
  google_compute_subnetwork: {
    answer: () => compute(`${REGION}/subnetworks`, { network: NETWORK, ipCidrRange: "10.2.0.0/16" }),
    facts: {
      logConfig: null,
      privateIpGoogleAccess: false,
      privateIpv6GoogleAccess: "DISABLE_GOOGLE_ACCESS",
      purpose: "PRIVATE",
      stackType: "IPV4_ONLY",
      state: "READY",
    },
  },
  google_compute_address: {
    answer: () => compute(`${REGION}/addresses`, {}),
    facts: { addressType: "EXTERNAL", networkTier: "PREMIUM", status: "RESERVED", ipVersion: null, purpose: null },
  },
  google_compute_global_address: {
    answer: () =>
      compute("projects/p/global/addresses", {
        addressType: "INTERNAL",
        purpose: "VPC_PEERING",
        prefixLength: 16,
        network: NETWORK,
      }),
    facts: { address: expect.any(String), ipVersion: null },
  },
  google_compute_firewall: {
    answer: () => compute("projects/p/global/firewalls", { network: NETWORK, allowed: [{ IPProtocol: "tcp" }] }),
    facts: { direction: "INGRESS", priority: 1000, disabled: false },
  },
  google_compute_router: {
    answer: () => compute(`${REGION}/routers`, { network: NETWORK }),
    facts: { encryptedInterconnectRouter: false, bgp: null },
  },
  google_compute_router_nat: {
    answer: () => {
      const sourceSubnetworkIpRangesToNat = "ALL_SUBNETWORKS_ALL_IP_RANGES";
      const nat = { name: "nat", natIpAllocateOption: "AUTO_ONLY", sourceSubnetworkIpRangesToNat };
      return compute(`${REGION}/routers`, { network: NETWORK, nats: [nat] }).nats[0];
    },
    facts: { autoNetworkTier: "PREMIUM", endpointTypes: ["ENDPOINT_TYPE_VM"], type: "PUBLIC" },
  },
  google_compute_security_policy: {
    answer: () => {
      const expr = { expression: "true" };
      const last = { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } };
      return compute("projects/p/global/securityPolicies", {
        rules: [
          { action: "allow", priority: 1, match: { expr } },
          { action: "allow", priority: 2147483647, match: last },
        ],
      });
    },
    facts: {
      type: "CLOUD_ARMOR",
      "rules.0.description": "",
      "rules.0.preview": false,
      // https://github.com/hashicorp/terraform-provider-google/issues/24334
      "rules.0.match.exprOptions": { recaptchaOptions: {} },
      "rules.1.match.exprOptions": null,
    },
  },
  google_compute_ssl_policy: {
    answer: () => compute("projects/p/global/sslPolicies", {}),
    facts: { minTlsVersion: "TLS_1_0", profile: "COMPATIBLE", postQuantumKeyExchange: null },
  },
  google_compute_backend_bucket: {
    answer: () => compute(`${GLOBAL}/backendBuckets`, { bucketName: "bucket-of-p", enableCdn: true }),
    // https://cloud.google.com/cdn/docs/using-cache-modes; request_coalescing is an argument that the provider does not compute
    facts: {
      "cdnPolicy.cacheMode": "CACHE_ALL_STATIC",
      "cdnPolicy.clientTtl": 3600,
      "cdnPolicy.defaultTtl": 3600,
      "cdnPolicy.maxTtl": 86400,
      "cdnPolicy.negativeCaching": false,
      "cdnPolicy.requestCoalescing": true,
      "cdnPolicy.serveWhileStale": 0,
      compressionMode: null,
      customResponseHeaders: null,
    },
  },
  "google_compute_backend_bucket that caches everything": {
    answer: () => {
      const cdnPolicy = { cacheMode: "FORCE_CACHE_ALL" };
      return compute(`${GLOBAL}/backendBuckets`, { bucketName: "bucket-of-p", enableCdn: true, cdnPolicy });
    },
    facts: { "cdnPolicy.clientTtl": 3600, "cdnPolicy.defaultTtl": 3600, "cdnPolicy.maxTtl": null },
  },
  google_compute_url_map: {
    answer: () => compute(`${GLOBAL}/urlMaps`, { defaultUrlRedirect: { httpsRedirect: true, stripQuery: false } }),
    facts: { defaultService: null, defaultRouteAction: null, fingerprint: expect.any(String), hostRules: null },
  },
  google_compute_target_https_proxy: {
    answer: () => compute(`${GLOBAL}/targetHttpsProxies`, { urlMap: "m", sslCertificates: ["c"] }),
    facts: { tlsEarlyData: "DISABLED", quicOverride: null, certificateMap: null, httpKeepAliveTimeoutSec: null },
  },
  google_compute_global_forwarding_rule: {
    answer: () => compute(`${GLOBAL}/forwardingRules`, { target: `${GLOBAL}/targetHttpProxies/t`, portRange: "80" }),
    facts: {
      IPAddress: expect.any(String),
      IPProtocol: "TCP",
      loadBalancingScheme: "EXTERNAL",
      networkTier: "PREMIUM",
      portRange: "80-80",
      labels: null,
    },
  },
  google_kms_crypto_key: {
    answer: cryptoKey,
    facts: {
      destroyScheduledDuration: "2592000s",
      versionTemplate: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", protectionLevel: "SOFTWARE" },
      rotationPeriod: null,
    },
  },
  google_logging_project_bucket_config: {
    answer: () => serviceOf("logging").get("projects/p/locations/global/buckets/_Default"),
    facts: { description: "Default bucket", lifecycleState: "ACTIVE", retentionDays: 30, analyticsEnabled: null },
  },
  google_monitoring_notification_channel: {
    answer: () => monitoring("notificationChannels", { type: "email", labels: { email_address: "a@example.com" } }),
    facts: { enabled: true, verificationStatus: null, userLabels: null },
  },
  google_monitoring_uptime_check_config: {
    answer: () => {
      const monitoredResource = { type: "uptime_url", labels: { host: "example.com" } };
      const httpCheck = { useSsl: true };
      return monitoring("uptimeCheckConfigs", { displayName: "x", timeout: "10s", httpCheck, monitoredResource });
    },
    facts: {
      checkerType: "STATIC_IP_CHECKERS",
      "monitoredResource.labels": { host: "example.com", project_id: "p" },
      "httpCheck.acceptedResponseStatusCodes": null,
      selectedRegions: null,
    },
  },
  google_redis_instance: {
    answer: redis,
    facts: {
      authorizedNetwork: "projects/p/global/networks/default",
      connectMode: "DIRECT_PEERING",
      persistenceConfig: { persistenceMode: "DISABLED" },
      port: 6379,
      readReplicasMode: "READ_REPLICAS_DISABLED",
      redisConfigs: null,
      transitEncryptionMode: "DISABLED",
    },
  },
  google_secret_manager_secret: {
    answer: () => secret().get(`${SECRETS}/s`),
    facts: { annotations: null, expireTime: null, labels: null, replication: { automatic: {} }, rotation: null },
  },
  google_secret_manager_secret_version: {
    answer: () => secret().get(`${SECRETS}/s/versions/1`),
    facts: { state: "ENABLED" },
  },
  google_service_account: {
    answer: () => serviceOf("iam").post("projects/p/serviceAccounts", { accountId: "account" }),
    facts: { disabled: null, displayName: null },
  },
  google_sql_database_instance: {
    answer: () => sql().get(INSTANCE),
    facts: {
      instanceType: "CLOUD_SQL_INSTANCE",
      "settings.activationPolicy": "ALWAYS",
      "settings.availabilityType": "ZONAL",
      "settings.backupConfiguration.backupRetentionSettings": { retentionUnit: "COUNT", retainedBackups: 7 },
      "settings.backupConfiguration.enabled": false,
      "settings.backupConfiguration.location": null,
      "settings.backupConfiguration.transactionLogRetentionDays": 7,
      "settings.connectorEnforcement": "NOT_REQUIRED",
      "settings.dataDiskSizeGb": "10",
      "settings.dataDiskType": "PD_SSD",
      "settings.deletionProtectionEnabled": false,
      "settings.insightsConfig": null,
      "settings.ipConfiguration.authorizedNetworks": [],
      "settings.ipConfiguration.ipv4Enabled": true,
      "settings.ipConfiguration.sslMode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
      "settings.locationPreference.zone": expect.any(String),
      "settings.maintenanceWindow": null,
      "settings.passwordValidationPolicy": null,
      "settings.pricingPlan": "PER_USE",
      "settings.storageAutoResizeLimit": "0",
      sqlNetworkArchitecture: "NEW_NETWORK_ARCHITECTURE",
    },
  },
  google_sql_user: {
    answer: () => sql([{ name: "u", password: "x" }]).get(`${INSTANCE}/users`).items[1], // after postgres
    facts: { host: "", passwordPolicy: { status: {} }, type: null },
  },
  google_storage_bucket: {
    answer: bucket,
    facts: {
      "iamConfiguration.bucketPolicyOnly.enabled": true,
      "iamConfiguration.publicAccessPrevention": "inherited",
      location: "US",
      rpo: "DEFAULT",
      "softDeletePolicy.retentionDurationSeconds": "604800",
      storageClass: "STANDARD",
      encryption: null,
      versioning: null,
    },
  },
};

/** Types without known defaults in arguments, according to recorded answers and reported issues. */
export const NOTHING: readonly string[] = [
  "google_binary_authorization_policy", // replaced as a whole
  "google_certificate_manager_certificate_map",
  "google_certificate_manager_certificate_map_entry",
  "google_compute_managed_ssl_certificate",
  "google_compute_target_http_proxy",
  "google_dns_record_set",
  "google_kms_crypto_key_iam_member",
  "google_kms_key_ring",
  "google_monitoring_alert_policy", // alert_strategy without notification_prompts is in wide use, and nobody reports a plan
  "google_project_iam_audit_config",
  "google_project_iam_member",
  "google_project_service",
  "google_secret_manager_secret_iam_member",
  "google_service_account_iam_member",
  "google_service_networking_connection",
  "google_sql_database",
  "google_sql_provision_script",
  "google_storage_bucket_iam_member",
];
