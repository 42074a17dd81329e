// A stand-in for the Google Cloud REST APIs that the Terraform google provider calls:
// it stores what it is sent, answers operations as done, and adds the values the real services add.
// Every product listens under /<product>/; the runner points GOOGLE_<PRODUCT>_CUSTOM_ENDPOINT here.

import fs from "node:fs";
import http from "node:http";

const port = Number(process.env.CLOUD_PORT ?? 4600);
const kubeCa = process.env.KUBE_CA ? fs.readFileSync(process.env.KUBE_CA).toString("base64") : "";
const kubeHost = process.env.KUBE_HOST ?? "127.0.0.1:6443";
const log = process.env.CLOUD_LOG ? fs.createWriteStream(process.env.CLOUD_LOG, { flags: "a" }) : null;
let faults = []; // regular expressions on "METHOD product path" that are yet to strike
const store = new Map(); // full path -> object
const policies = new Map();
const passwords = new Map(); // SQL user -> password, which no call returns
const sqlRoles = new Map(); // SQL instance -> roles that a script made, which no call returns
const deleted = new Map(); // SQL instance -> when it was deleted
const NUMBER = "123456789012";
let seq = 1000;
const now = () => new Date().toISOString();
const merge = (a, b) => {
  for (const [k, v] of Object.entries(b ?? {})) {
    if (
      v !== null &&
      typeof v === "object" &&
      !Array.isArray(v) &&
      a[k] &&
      typeof a[k] === "object" &&
      !Array.isArray(a[k])
    )
      merge(a[k], v);
    else if (v === null) delete a[k];
    else a[k] = v;
  }
  return a;
};
const dflt = (a, b) => {
  for (const [k, v] of Object.entries(b)) {
    if (a[k] === undefined) a[k] = structuredClone(v);
    else if (
      v &&
      typeof v === "object" &&
      !Array.isArray(v) &&
      a[k] &&
      typeof a[k] === "object" &&
      !Array.isArray(a[k])
    )
      dflt(a[k], v);
  }
  return a;
};
const bad = (code, message, status = "INVALID_ARGUMENT") => Object.assign(new Error(message), { code, status });
const last = (p) => p.split("/").pop();

const computeOp = (p, target, type) => ({
  kind: "compute#operation",
  id: String(seq++),
  name: "op-" + seq,
  status: "DONE",
  progress: 100,
  operationType: type,
  targetLink: target,
  targetId: String(seq),
  selfLink: `http://127.0.0.1:${port}/compute/v1/${p}/operations/op-${seq}`,
});
const lro = (p, response, type) => ({
  name: `${p.split("/").slice(0, 4).join("/")}/operations/op-${seq++}`,
  done: true,
  metadata: { "@type": "type.googleapis.com/google.protobuf.Struct" },
  response: { "@type": `type.googleapis.com/${type ?? "google.protobuf.Struct"}`, ...response },
});

// ---- what each service adds to what it was sent ------------------------------------------------
function computeDefaults(path, o) {
  const coll = path.split("/").at(-2);
  o.id ??= String(seq++);
  o.creationTimestamp ??= now();
  o.selfLink = `https://www.googleapis.com/compute/v1/${path}`;
  o.selfLinkWithId = o.selfLink;
  const m = path.match(/(regions|zones)\/([^/]+)/);
  if (m)
    o[m[1].slice(0, -1)] ??= `https://www.googleapis.com/compute/v1/projects/${path.split("/")[1]}/${m[1]}/${m[2]}`;
  if (coll === "networks")
    dflt(o, {
      routingConfig: { routingMode: "REGIONAL", bgpBestPathSelectionMode: "LEGACY" },
      networkFirewallPolicyEnforcementOrder: "AFTER_CLASSIC_FIREWALL",
    });
  if (coll === "subnetworks") {
    dflt(o, {
      gatewayAddress: "10.0.0.1",
      purpose: "PRIVATE",
      stackType: "IPV4_ONLY",
      privateIpGoogleAccess: false,
      privateIpv6GoogleAccess: "DISABLE_GOOGLE_ACCESS",
      fingerprint: "abc=",
      secondaryIpRanges: [],
    });
    if (o.logConfig) dflt(o.logConfig, { enable: o.enableFlowLogs ?? true, metadata: "INCLUDE_ALL_METADATA" });
  }
  if (coll === "addresses")
    dflt(o, {
      address: o.purpose === "VPC_PEERING" ? "10.100.0.0" : "203.0.113." + (seq % 200),
      addressType: "EXTERNAL",
      networkTier: o.addressType === "INTERNAL" ? undefined : "PREMIUM",
      status: "RESERVED",
      labelFingerprint: "x=",
    });
  if (coll === "firewalls")
    dflt(o, { direction: "INGRESS", priority: 1000, disabled: false, logConfig: { enable: false } });
  if (coll === "securityPolicies") {
    dflt(o, { type: "CLOUD_ARMOR", fingerprint: "f=", rules: [] });
    if (!o.rules.some((r) => r.priority === 2147483647))
      o.rules.push({
        action: "allow",
        priority: 2147483647,
        description: "default rule",
        match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } },
        preview: false,
      });
    for (const r of o.rules) armorRule(r);
    if (new Set(o.rules.map((r) => r.priority)).size < o.rules.length)
      throw bad(400, "Invalid value for field 'resource.rules': Cannot have rules with the same priorities.");
    if (o.advancedOptionsConfig)
      dflt(o.advancedOptionsConfig, { jsonParsing: "DISABLED", logLevel: "NORMAL", requestBodyInspectionSize: "8KB" });
  }
  if (coll === "sslPolicies")
    dflt(o, {
      profile: "COMPATIBLE",
      minTlsVersion: "TLS_1_0",
      fingerprint: "f=",
      enabledFeatures: [],
      customFeatures: [],
    });
  if (coll === "routers")
    for (const n of o.nats ?? [])
      dflt(n, {
        endpointTypes: ["ENDPOINT_TYPE_VM"],
        enableEndpointIndependentMapping: false,
        tcpTimeWaitTimeoutSec: undefined,
        autoNetworkTier: "PREMIUM",
        type: "PUBLIC",
      });
  for (const k of Object.keys(o)) if (o[k] === undefined) delete o[k];
  return o;
}
// What Cloud Armor knows and how much it takes: https://cloud.google.com/armor/docs/waf-rules, https://cloud.google.com/armor/quotas
const ARMOR_SETS = new Set([
  "cve-canary",
  "json-sqli-canary",
  ...["sqli", "xss", "lfi", "rfi", "rce", "methodenforcement", "scannerdetection", "protocolattack", "php"]
    .concat("sessionfixation", "java", "nodejs")
    .flatMap((set) => ["v33", "v422"].flatMap((v) => [`${set}-${v}-stable`, `${set}-${v}-canary`])),
]);
const ARMOR_INTERVALS = [10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600];
function armorRule(r) {
  const no = (field, why) => {
    throw bad(400, `Invalid value for field 'resource.${field}': ${why}`);
  };
  r.preview ??= false;
  if ((r.description ?? "").length > 64) no("description", "Must be no more than 64 characters.");
  if (!/^(allow|deny\((403|404|502)\)|throttle|rate_based_ban|redirect)$/.test(r.action))
    no("action", `'${r.action}'.`);
  const expression = r.match?.expr?.expression;
  if (expression !== undefined) {
    const LITERAL = /'(?:[^'\\\n]|\\['"\\])*'/g;
    const parts = expression.split(" || ");
    const bare = expression.replace(LITERAL, "''");
    if (expression.length > 2048) no("match.expr", "The expression is longer than 2048 characters.");
    if (expression.replace(LITERAL, (l) => l.replace(/\|/g, ".")).split(/ (?:\|\||&&) /).length > 5)
      no("match.expr", "The number of subexpressions exceeds the limit of 5.");
    if (parts.some((part) => part.length > 1024)) no("match.expr", "A subexpression is longer than 1024 characters.");
    if (/['\\]/.test(bare.replace(/''/g, ""))) no("match.expr", "Syntax error: token recognition error.");
    for (const [, set] of expression.matchAll(/evaluatePreconfiguredWaf\('([^']*)'/g))
      if (!ARMOR_SETS.has(set)) no("match.expr", `'${set}' is not a supported preconfigured expression set.`);
  } else if (r.match?.versionedExpr !== "SRC_IPS_V1") no("match", "A match condition must be given.");
  for (const e of r.preconfiguredWafConfig?.exclusions ?? []) {
    if (!ARMOR_SETS.has(e.targetRuleSet)) no("preconfiguredWafConfig", `'${e.targetRuleSet}' is no rule set.`);
    const kinds = ["Headers", "Cookies", "Uris", "QueryParams"].map((kind) => e[`request${kind}ToExclude`] ?? []);
    if (!kinds.flat().length) no("preconfiguredWafConfig", "An exclusion must have a request field.");
    for (const fields of kinds) {
      if (fields.length > 10) no("preconfiguredWafConfig", "The number of request fields exceeds the limit of 10.");
      for (const { op, val } of fields)
        if (
          !["EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "EQUALS_ANY"].includes(op) ||
          (op === "EQUALS_ANY") === !!val
        )
          no("preconfiguredWafConfig", `The field with the operator '${op}' and the value '${val ?? ""}'.`);
    }
  }
  const limited = r.action === "throttle" || r.action === "rate_based_ban";
  if (limited !== !!r.rateLimitOptions) no("rateLimitOptions", `With the action '${r.action}'.`);
  const interval = r.rateLimitOptions?.rateLimitThreshold?.intervalSec;
  if (limited && !ARMOR_INTERVALS.includes(interval))
    no("rateLimitOptions.rateLimitThreshold.intervalSec", `'${interval}'.`);
}
function binaryAuthorizationPolicy(path, o) {
  const no = (field, why) => {
    throw bad(400, `Invalid policy: ${field}: ${why}`);
  };
  for (const { namePattern } of o.admissionWhitelistPatterns ?? [])
    if (!/^[^*/]+(\/[^*]*\*{0,2})?$/.test(namePattern)) no("admissionWhitelistPatterns", `'${namePattern}'`);
  if (!o.defaultAdmissionRule) no("defaultAdmissionRule", "is required");
  for (const rule of [o.defaultAdmissionRule, ...Object.values(o.clusterAdmissionRules ?? {})]) {
    if (!["ALWAYS_ALLOW", "ALWAYS_DENY", "REQUIRE_ATTESTATION"].includes(rule.evaluationMode))
      no("evaluationMode", rule.evaluationMode);
    if (!["ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY"].includes(rule.enforcementMode))
      no("enforcementMode", rule.enforcementMode);
  }
  return dflt({ ...o, name: path, updateTime: now() }, { globalPolicyEvaluationMode: "ENABLE" });
}
const addonsDefault = {};
function poolDefaults(parent, p) {
  dflt(p, {
    status: "RUNNING",
    version: "1.34.4-gke.1000",
    selfLink: `https://container.googleapis.com/v1/${parent}/nodePools/${p.name}`,
    podIpv4CidrSize: 24,
    etag: "e",
    locations: ["europe-west1-b", "europe-west1-c", "europe-west1-d"],
    instanceGroupUrls: [
      `https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b/instanceGroupManagers/${p.name}-grp`,
    ],
    management: {},
    upgradeSettings: { maxSurge: 1, strategy: "SURGE" },
    maxPodsConstraint: { maxPodsPerNode: "110" },
    networkConfig: { podRange: "pods", podIpv4CidrBlock: "10.4.0.0/14", enablePrivateNodes: true },
    config: {
      machineType: "e2-medium",
      diskSizeGb: 100,
      diskType: "pd-balanced",
      imageType: "COS_CONTAINERD",
      serviceAccount: "default",
      oauthScopes: [],
      metadata: {},
      labels: {},
      resourceLabels: {},
      tags: [],
      shieldedInstanceConfig: { enableIntegrityMonitoring: true },
      windowsNodeConfig: {},
      effectiveCgroupMode: "EFFECTIVE_CGROUP_MODE_V2",
      loggingConfig: { variantConfig: { variant: "DEFAULT" } },
      kubeletConfig: { insecureKubeletReadonlyPortEnabled: false, maxParallelImagePulls: 2 },
    },
  });
  if (p.networkConfig)
    dflt(p.networkConfig, { podRange: "pods", podIpv4CidrBlock: "10.4.0.0/14", enablePrivateNodes: true });
  p.config.metadata["disable-legacy-endpoints"] ??= "true";
  p.initialNodeCount ??= p.autoscaling?.minNodeCount ?? 1;
  return p;
}
// What Autopilot decides by itself: it refuses to be told otherwise, and makes its own pools.
function autopilotRefuses(c) {
  const refuse = (condition, what) => {
    if (condition) throw bad(400, `${what} for Autopilot clusters.`);
  };
  const addons = c.addonsConfig ?? {};
  refuse(c.nodePools?.length, "Node pools cannot be specified");
  refuse(c.networkPolicy?.enabled || addons.networkPolicyConfig, "Network policy config cannot be specified");
  refuse(addons.dnsCacheConfig, "NodeLocal DNSCache cannot be configured");
  refuse(addons.httpLoadBalancing?.disabled, "HTTP load balancing cannot be disabled");
  refuse(addons.horizontalPodAutoscaling?.disabled, "Horizontal pod autoscaling cannot be disabled");
  refuse(addons.gcePersistentDiskCsiDriverConfig?.enabled === false, "The persistent disk driver cannot be disabled");
  refuse(c.defaultMaxPodsConstraint, "Maximum pods per node cannot be specified");
  refuse(c.shieldedNodes?.enabled === false, "Shielded nodes cannot be disabled");
  refuse(c.networkConfig?.enableIntraNodeVisibility === false, "Intranode visibility cannot be disabled");
  refuse(c.networkConfig?.datapathProvider === "LEGACY_DATAPATH", "The legacy datapath cannot be chosen");
  refuse(
    c.autoscaling?.enableNodeAutoprovisioning || c.autoscaling?.resourceLimits?.length,
    "Node auto-provisioning cannot be configured",
  );
  refuse(c.legacyAbac?.enabled, "Legacy ABAC cannot be enabled");
  refuse(c.enableKubernetesAlpha, "Alpha features cannot be enabled");
  const prometheus = c.monitoringConfig?.managedPrometheusConfig;
  refuse(prometheus && !prometheus.enabled, "Managed Prometheus cannot be disabled");
  const { componentConfig } = c.monitoringConfig ?? {};
  refuse(
    componentConfig && !componentConfig.enableComponents?.includes("SYSTEM_COMPONENTS"),
    "System monitoring cannot be disabled",
  );
}
function autopilotDefaults(path, c) {
  const account = c.autoscaling?.autoprovisioningNodePoolDefaults ?? {};
  const { serviceAccount = "default", oauthScopes = ["https://www.googleapis.com/auth/devstorage.read_only"] } =
    account;
  c.autopilot.privilegedAdmissionConfig ??= { allowlistPaths: ["gke://*"] };
  c.autoscaling = {
    enableNodeAutoprovisioning: true,
    autoscalingProfile: "OPTIMIZE_UTILIZATION",
    resourceLimits: ["cpu", "memory"].map((resourceType) => ({ resourceType, maximum: "1000000000" })),
    autoprovisioningNodePoolDefaults: {
      serviceAccount,
      oauthScopes,
      imageType: "COS_CONTAINERD",
      management: { autoUpgrade: true, autoRepair: true },
      upgradeSettings: { maxSurge: 1, strategy: "SURGE" },
    },
  };
  delete c.nodeConfig; // is not heard
  c.nodePools = ["default-pool", "pool-1"].map((name) => ({
    name,
    initialNodeCount: 1,
    autoscaling: { enabled: true, maxNodeCount: 1000, autoprovisioned: name !== "default-pool" },
    management: { autoUpgrade: true, autoRepair: true },
    maxPodsConstraint: { maxPodsPerNode: "32" },
    config: {
      machineType: "e2-standard-2",
      serviceAccount,
      oauthScopes,
      reservationAffinity: { consumeReservationType: "NO_RESERVATION" },
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      workloadMetadataConfig: { mode: "GKE_METADATA" },
      gcfsConfig: { enabled: true },
      advancedMachineFeatures: { enableNestedVirtualization: false },
    },
  }));
  dflt(c, {
    networkConfig: {
      datapathProvider: "ADVANCED_DATAPATH",
      enableIntraNodeVisibility: true,
      dnsConfig: { clusterDns: "CLOUD_DNS", clusterDnsScope: "CLUSTER_SCOPE", clusterDnsDomain: "cluster.local" },
      gatewayApiConfig: { channel: "CHANNEL_STANDARD" },
    },
    workloadIdentityConfig: { workloadPool: `${path.split("/")[1]}.svc.id.goog` },
    verticalPodAutoscaling: { enabled: true },
    defaultMaxPodsConstraint: { maxPodsPerNode: "110" },
    podAutoscaling: { hpaProfile: "PERFORMANCE" },
    nodePoolAutoConfig: { nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: false } },
    monitoringConfig: {
      componentConfig: {
        enableComponents: ["SYSTEM_COMPONENTS", "STORAGE", "POD", "DEPLOYMENT", "CADVISOR", "KUBELET"],
      },
      managedPrometheusConfig: { enabled: true, autoMonitoringConfig: { scope: "NONE" } },
      advancedDatapathObservabilityConfig: { enableMetrics: true },
    },
    addonsConfig: {
      httpLoadBalancing: {},
      horizontalPodAutoscaling: {},
      kubernetesDashboard: { disabled: true },
      networkPolicyConfig: { disabled: true },
      dnsCacheConfig: { enabled: true },
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      gcpFilestoreCsiDriverConfig: { enabled: true },
      gcsFuseCsiDriverConfig: { enabled: true },
    },
  });
}
function clusterDefaults(path, c) {
  if (c.autopilot?.enabled) autopilotDefaults(path, c);
  c.nodePools ??= [];
  if (!c.nodePools.length && c.initialNodeCount && !c.autopilot?.enabled)
    c.nodePools.push({
      name: "default-pool",
      initialNodeCount: c.initialNodeCount,
      config: structuredClone(c.nodeConfig ?? {}),
    });
  c.nodePools.forEach((p) => poolDefaults(path, p));
  c.nodeConfig = c.nodePools[0] ? structuredClone(c.nodePools[0].config) : (c.nodeConfig ?? {});
  const loc = path.split("/")[3];
  if (c.monitoringConfig?.managedPrometheusConfig) c.monitoringConfig.managedPrometheusConfig.enabled ??= false; // a message that was sent empty means its zero values, not the service's defaults
  if (c.monitoringConfig?.componentConfig) c.monitoringConfig.componentConfig.enableComponents ??= [];
  dflt(c, {
    status: "RUNNING",
    location: loc,
    locations: ["europe-west1-b", "europe-west1-c", "europe-west1-d"],
    currentMasterVersion: "1.34.4-gke.1000",
    initialClusterVersion: "1.34.4-gke.1000",
    currentNodeVersion: "1.34.4-gke.1000",
    endpoint: kubeHost,
    selfLink: `https://container.googleapis.com/v1/${path}`,
    etag: "e",
    id: "abcdef",
    servicesIpv4Cidr: "10.8.0.0/20",
    clusterIpv4Cidr: "10.4.0.0/14",
    masterAuth: { clusterCaCertificate: kubeCa, clientCertificateConfig: {} },
    legacyAbac: {},
    networkConfig: {
      serviceExternalIpsConfig: { enabled: false },
      defaultSnatStatus: { disabled: false },
      enableIntraNodeVisibility: false,
      datapathProvider: "LEGACY_DATAPATH",
      defaultEnablePrivateNodes: true,
    },
    databaseEncryption: { state: "DECRYPTED", currentState: "CURRENT_STATE_DECRYPTED" },
    shieldedNodes: { enabled: true },
    releaseChannel: { channel: "REGULAR" },
    maintenancePolicy: { resourceVersion: "r" },
    nodePoolDefaults: {
      nodeConfigDefaults: {
        loggingConfig: { variantConfig: { variant: "DEFAULT" } },
        nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: false },
      },
    },
    securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_MODE_UNSPECIFIED" },
    notificationConfig: { pubsub: {} },
    autoscaling: { autoscalingProfile: "BALANCED" },
    verticalPodAutoscaling: undefined,
    loggingConfig: { componentConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] } },
    monitoringConfig: {
      componentConfig: { enableComponents: ["SYSTEM_COMPONENTS"] },
      managedPrometheusConfig: { enabled: true },
      advancedDatapathObservabilityConfig: {},
    },
    addonsConfig: {
      networkPolicyConfig: { disabled: true },
      dnsCacheConfig: {},
      gcePersistentDiskCsiDriverConfig: { enabled: true },
    },
    binaryAuthorization: {},
    costManagementConfig: undefined,
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { endpoint: kubeHost, allowExternalTraffic: false },
      ipEndpointsConfig: {
        enabled: true,
        enablePublicEndpoint: true,
        privateEndpoint: kubeHost,
        publicEndpoint: kubeHost,
      },
    },
    rbacBindingConfig: {
      enableInsecureBindingSystemUnauthenticated: true,
      enableInsecureBindingSystemAuthenticated: true,
    },
    enterpriseConfig: { clusterTier: "STANDARD" },
    podAutoscaling: { hpaProfile: "HPA_PROFILE_UNSPECIFIED" },
    anonymousAuthenticationConfig: { mode: "ENABLED" },
    secretManagerConfig: undefined,
  });
  c.ipAllocationPolicy &&
    dflt(c.ipAllocationPolicy, {
      clusterIpv4CidrBlock: "10.4.0.0/14",
      servicesIpv4CidrBlock: "10.8.0.0/20",
      stackType: "IPV4",
      podCidrOverprovisionConfig: {},
      defaultPodIpv4RangeUtilization: 0.01,
      useIpAliases: true,
    });
  if (c.privateClusterConfig)
    dflt(c.privateClusterConfig, {
      privateEndpoint: kubeHost,
      publicEndpoint: kubeHost,
      peeringName: "gke-peer",
      masterGlobalAccessConfig: undefined,
    });
  if (c.network && !c.network.startsWith("projects/")) c.networkConfig.network = c.network;
  c.networkConfig.network ??= c.network;
  c.networkConfig.subnetwork ??= c.subnetwork;
  for (const k of Object.keys(c)) if (c[k] === undefined) delete c[k];
  return c;
}
function clusterUpdate(path, c, u) {
  const map = {
    desiredLoggingConfig: "loggingConfig",
    desiredMonitoringConfig: "monitoringConfig",
    desiredAddonsConfig: "addonsConfig",
    desiredReleaseChannel: "releaseChannel",
    desiredMasterAuthorizedNetworksConfig: "masterAuthorizedNetworksConfig",
    desiredBinaryAuthorization: "binaryAuthorization",
    desiredDatabaseEncryption: "databaseEncryption",
    desiredShieldedNodes: "shieldedNodes",
    desiredSecurityPostureConfig: "securityPostureConfig",
    desiredCostManagementConfig: "costManagementConfig",
    desiredVerticalPodAutoscaling: "verticalPodAutoscaling",
    desiredWorkloadIdentityConfig: "workloadIdentityConfig",
    desiredControlPlaneEndpointsConfig: "controlPlaneEndpointsConfig",
    desiredRbacBindingConfig: "rbacBindingConfig",
    desiredNodePoolAutoConfig: "nodePoolAutoConfig",
    desiredNotificationConfig: "notificationConfig",
  };
  if (c.autopilot?.enabled)
    autopilotRefuses(Object.fromEntries(Object.entries(u).flatMap(([k, v]) => (map[k] ? [[map[k], v]] : []))));
  for (const [k, v] of Object.entries(u)) if (map[k]) c[map[k]] = merge(c[map[k]] ?? {}, v);
}
/** The next one of the range that private services access hands out. */
const privateAddress = () =>
  `10.100.0.${3 + [...store].filter(([k, o]) => k.startsWith("sql:") && o.ipAddresses).length}`;
/** The name of a deleted instance stays taken for a week. */
function sqlNameIsFree(key) {
  if (store.has(key) || Date.now() - (deleted.get(key) ?? 0) < 7 * 24 * 3600 * 1000)
    throw bad(
      409,
      "The Cloud SQL instance already exists. When you delete an instance, you can't reuse the name of the deleted instance until one week from the deletion date.",
      "ALREADY_EXISTS",
    );
}
function sqlDefaults(path, o) {
  const project = path.split("/")[1];
  dflt(o, {
    kind: "sql#instance",
    state: "RUNNABLE",
    project,
    backendType: "SECOND_GEN",
    connectionName: `${project}:${o.region}:${o.name}`,
    instanceType: o.masterInstanceName ? "READ_REPLICA_INSTANCE" : "CLOUD_SQL_INSTANCE",
    selfLink: `https://sqladmin.googleapis.com/sql/v1beta4/${path}`,
    serviceAccountEmailAddress: `p${NUMBER}@gcp-sa-cloud-sql.iam.gserviceaccount.com`,
    createTime: now(),
    maintenanceVersion: "POSTGRES_16_9.R20260101",
    gceZone: o.region + "-b",
    dnsName: "x.sql.goog",
    serverCaCert: {
      cert: "CERT",
      certSerialNumber: "0",
      commonName: "CN",
      createTime: now(),
      expirationTime: now(),
      sha1Fingerprint: "00",
      instance: o.name,
      kind: "sql#sslCert",
    },
    ipAddresses: [
      o.settings?.ipConfiguration?.ipv4Enabled
        ? { type: "PRIMARY", ipAddress: "203.0.113.77" }
        : { type: "PRIVATE", ipAddress: privateAddress() },
    ],
    settings: {
      kind: "sql#settings",
      settingsVersion: "1",
      activationPolicy: "ALWAYS",
      availabilityType: "ZONAL",
      pricingPlan: "PER_USE",
      dataDiskType: "PD_SSD",
      dataDiskSizeGb: "10",
      storageAutoResize: true,
      storageAutoResizeLimit: "0",
      edition: "ENTERPRISE",
      connectorEnforcement: "NOT_REQUIRED",
      deletionProtectionEnabled: false,
      replicationType: "SYNCHRONOUS",
      backupConfiguration: {
        kind: "sql#backupConfiguration",
        enabled: false,
        startTime: "03:00",
        transactionLogRetentionDays: 7,
        backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: 7 },
        replicationLogArchivingEnabled: false,
        transactionalLogStorageState: "CLOUD_STORAGE",
        backupTier: "STANDARD",
      },
      ipConfiguration: {
        ipv4Enabled: true,
        requireSsl: false,
        sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
        serverCaMode: "GOOGLE_MANAGED_INTERNAL_CA",
        enablePrivatePathForGoogleCloudServices: false,
      },
      locationPreference: { kind: "sql#locationPreference", zone: o.region + "-b" },
      retainBackupsOnDelete: false,
      enableGoogleMlIntegration: false,
      enableDataplexIntegration: false,
    },
  });
  return o;
}
function redisDefaults(path, o) {
  const region = path.split("/")[3];
  dflt(o, {
    name: path,
    host: "10.100.1.4",
    port: o.transitEncryptionMode === "SERVER_AUTHENTICATION" ? 6378 : 6379,
    state: "READY",
    createTime: now(),
    currentLocationId: region + "-b",
    locationId: region + "-b",
    alternativeLocationId: o.tier === "STANDARD_HA" ? region + "-c" : undefined,
    persistenceIamIdentity: "serviceAccount:x@y",
    reservedIpRange: "10.100.1.0/29",
    redisVersion: "REDIS_7_2",
    tier: "BASIC",
    connectMode: "DIRECT_PEERING",
    transitEncryptionMode: "DISABLED",
    readReplicasMode: "READ_REPLICAS_DISABLED",
    nodes: [{ id: "node-0", zone: region + "-b" }],
    serverCaCerts:
      o.transitEncryptionMode === "SERVER_AUTHENTICATION"
        ? [
            {
              serialNumber: "0",
              cert: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
              createTime: now(),
              expireTime: now(),
              sha1Fingerprint: "0",
            },
          ]
        : [],
    persistenceConfig: { persistenceMode: "DISABLED" },
  });
  if (o.readReplicasMode === "READ_REPLICAS_ENABLED")
    dflt(o, { readEndpoint: "10.100.1.5", readEndpointPort: o.port, replicaCount: 2 });
  if (o.persistenceConfig?.persistenceMode === "RDB") {
    dflt(o.persistenceConfig, { rdbSnapshotStartTime: now() });
  }
  return o;
}

// ---- routing ------------------------------------------------------------------------------------
function handle(method, product, path, q, body) {
  const full = product + ":" + path;
  const get = (k = full) => store.get(k);
  const need = () => {
    const o = get();
    if (!o) throw bad(404, `${path} was not found`, "NOT_FOUND");
    return o;
  };
  let m;
  // IAM policies of anything
  if (
    (m = path.match(/^(.*)[:/](getIamPolicy|setIamPolicy|testIamPermissions)$/)) ||
    (method !== "POST" && (m = path.match(/^(.*\/iam)()$/)) && product === "storage")
  ) {
    const key = product + ":" + m[1].replace(/\/iam$/, "");
    const now = policies.get(key) ?? { version: 1, etag: "e0", bindings: [] };
    if (m[2] === "setIamPolicy" || method === "PUT") {
      const sent = body.policy ?? body;
      if (sent.etag && sent.etag !== now.etag)
        throw bad(409, "There were concurrent policy changes. Please retry the whole read-modify-write.", "ABORTED");
      // auditConfigs stay as they are unless the mask names them
      const named = (body.updateMask ?? "bindings,etag").split(",").includes("auditConfigs");
      const p = { version: 1, ...sent, auditConfigs: named ? sent.auditConfigs : now.auditConfigs, etag: "e" + seq++ };
      policies.set(key, p);
      return p;
    }
    return now;
  }
  if (product === "oauth2") return { email: "deployer@example.iam.gserviceaccount.com", user_id: "1" };
  if (product === "cloudresourcemanager" || product === "resourcemanager") {
    if ((m = path.match(/^projects\/([^/:]+)$/)))
      return {
        projectId: m[1],
        projectNumber: NUMBER,
        name: product === "cloudresourcemanager" ? m[1] : `projects/${NUMBER}`,
        lifecycleState: "ACTIVE",
        state: "ACTIVE",
      };
  }
  if (product === "cloudbilling" && path.endsWith("/billingInfo"))
    return {
      name: path,
      projectId: path.split("/")[1],
      billingAccountName: "billingAccounts/000000-000000-000000",
      billingEnabled: true,
    };
  if (product === "serviceusage") {
    if (path.endsWith("services:batchEnable")) {
      for (const s of body.serviceIds)
        store.set(`serviceusage:${path.replace(":batchEnable", "")}/${s}`, {
          name: `projects/${NUMBER}/services/${s}`,
          config: { name: s },
          state: "ENABLED",
          parent: `projects/${NUMBER}`,
        });
      return { name: "operations/x", done: true, response: {} };
    }
    if ((m = path.match(/^(.*)\/services\/([^/:]+):(enable|disable)$/))) {
      const k = `serviceusage:${m[1]}/services/${m[2]}`;
      if (m[3] === "enable")
        store.set(k, {
          name: `projects/${NUMBER}/services/${m[2]}`,
          config: { name: m[2] },
          state: "ENABLED",
          parent: `projects/${NUMBER}`,
        });
      else store.delete(k);
      return { name: "operations/x", done: true, response: {} };
    }
    if (path.endsWith("/services"))
      return { services: [...store.entries()].filter(([k]) => k.startsWith(full + "/")).map(([, v]) => v) };
    if (method === "GET") return get() ?? { name: path, state: "DISABLED" };
  }
  if (product === "servicenetworking") {
    if (path.match(/services\/[^/]+\/connections$/)) {
      const k = full;
      const list = store.get(k) ?? [];
      if (method === "GET")
        return { connections: list.filter((c) => !q.get("network") || c.network === q.get("network")) };
      // it outlives its network, and another one of that name finds it
      if (list.some((c) => c.network === body.network))
        throw bad(
          400,
          "Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection.",
          "FAILED_PRECONDITION",
        );
      const c = {
        ...body,
        peering: "servicenetworking-googleapis-com",
        service: "services/servicenetworking.googleapis.com",
      };
      store.set(k, [...list, c]);
      return { name: "operations/sn", done: true, response: { "@type": "x" } };
    }
    if (path.match(/connections\/-?/) || path.match(/connections\/[^/]+$/)) {
      const k = `servicenetworking:${path.replace(/\/connections\/.*$/, "/connections")}`;
      if (method === "PATCH")
        Object.assign(
          (store.get(k) ?? []).find((c) => c.network === body.network),
          body,
        );
      else
        store.set(
          k,
          (store.get(k) ?? []).filter((c) => c.network !== body.consumerNetwork),
        );
      return { name: "operations/sn", done: true, response: { "@type": "x" } };
    }
    return { name: "operations/sn", done: true, response: { "@type": "x" } };
  }
  if (product === "compute") {
    if (path.match(/operations\//))
      return { kind: "compute#operation", name: last(path), status: "DONE", progress: 100 };
    if (
      method === "POST" &&
      (m = path.match(
        /^(.*)\/(addRule|patchRule|removeRule|getRule|setLabels|addPeering|removePeering|setPrivateIpGoogleAccess|expandIpCidrRange)$/,
      ))
    ) {
      const o = store.get("compute:" + m[1]);
      if (!o) throw bad(404, m[1] + " not found", "NOT_FOUND");
      if (m[2] === "setLabels") {
        o.labels = body.labels;
        o.labelFingerprint = "x" + seq++;
      }
      if (m[2] === "setPrivateIpGoogleAccess") o.privateIpGoogleAccess = body.privateIpGoogleAccess;
      if (m[2] === "addRule") {
        if (o.rules.some((x) => x.priority === body.priority))
          throw bad(400, "Cannot have rules with the same priorities.");
        armorRule(body);
        o.rules.push(body);
      }
      if (m[2] === "patchRule") {
        const r = o.rules.find((x) => String(x.priority) === q.get("priority"));
        if (!r) throw bad(400, "No rule has this priority.");
        const mask = (q.get("updateMask") ?? "").split(",");
        const next = { ...structuredClone(r), ...body };
        if (mask.includes("preconfigured_waf_config") && !body.preconfiguredWafConfig)
          delete next.preconfiguredWafConfig;
        armorRule(next);
        for (const k of Object.keys(r)) delete r[k];
        Object.assign(r, next);
      }
      if (m[2] === "removeRule") o.rules = o.rules.filter((x) => String(x.priority) !== q.get("priority"));
      return computeOp(m[1], m[1], m[2]);
    }
    if (method === "GET" && path.match(/\/zones$/))
      return {
        items: ["b", "c", "d"].map((z) => ({
          name: "europe-west1-" + z,
          status: "UP",
          region: "https://www.googleapis.com/compute/v1/projects/p/regions/europe-west1",
        })),
      };
    if (method === "GET" && path.match(/instanceGroupManagers$/)) return { items: [] };
    if (method === "GET" && path.match(/instanceGroupManagers\//))
      return { name: last(path), targetSize: 1, instanceGroup: "x" };
    if (method === "POST" && body?.name) {
      const p = `${path}/${body.name}`;
      if (store.has("compute:" + p)) throw bad(409, `The resource '${p}' already exists`, "ALREADY_EXISTS");
      store.set("compute:" + p, computeDefaults(p, body));
      return computeOp(path, p, "insert");
    }
    if (method === "GET" && (m = path.match(/^projects\/([^/]+)$/)))
      return {
        kind: "compute#project",
        name: "project",
        id: NUMBER,
        selfLink: "https://www.googleapis.com/compute/v1/" + path,
        defaultNetworkTier: "PREMIUM",
      };
    if (method === "GET") {
      if (store.has(full)) return get();
      const kids = [...store.entries()].filter(
        ([k]) => k.startsWith(full + "/") && !k.slice(full.length + 1).includes("/"),
      );
      if (path.match(/(networks|subnetworks|addresses|firewalls|routers|securityPolicies|sslPolicies)$/))
        return { items: kids.map(([, v]) => v) };
      throw bad(404, `The resource '${path}' was not found`, "NOT_FOUND");
    }
    if (method === "PATCH" && (m = path.match(/^(.*\/networks\/[^/]+)\/updatePeering$/))) {
      const o = store.get("compute:" + m[1]);
      if (!o) throw bad(404, m[1] + " not found", "NOT_FOUND");
      o.peerings ??= [];
      let p = o.peerings.find((x) => x.name === body.networkPeering.name);
      if (!p)
        o.peerings.push(
          (p = {
            name: body.networkPeering.name,
            state: "ACTIVE",
            network: "https://www.googleapis.com/compute/v1/projects/tenant/global/networks/servicenetworking",
            autoCreateRoutes: true,
            exchangeSubnetRoutes: true,
            exportCustomRoutes: false,
            importCustomRoutes: false,
            exportSubnetRoutesWithPublicIp: true,
            importSubnetRoutesWithPublicIp: false,
          }),
        );
      Object.assign(p, body.networkPeering);
      return computeOp(m[1], m[1], "updatePeering");
    }
    if (method === "PATCH" || method === "PUT") {
      const o = need();
      if (method === "PUT") {
        const keep = { id: o.id, creationTimestamp: o.creationTimestamp };
        for (const k of Object.keys(o)) delete o[k];
        Object.assign(o, keep);
      }
      for (const [k, v] of Object.entries(body))
        if (v === null) delete o[k];
        else o[k] = v;
      computeDefaults(path, o);
      return computeOp(path, path, "patch");
    }
    if (method === "DELETE") {
      need();
      store.delete(full);
      return computeOp(path, path, "delete");
    }
  }
  if (product === "container") {
    if (path.match(/operations\//)) return { name: last(path), status: "DONE", operationType: "X" };
    const op = () => ({
      name: "operation-" + seq++,
      status: "DONE",
      operationType: "X",
      targetLink: path,
      zone: "europe-west1",
      location: "europe-west1",
    });
    if (path.match(/serverConfig$/))
      return {
        defaultClusterVersion: "1.34.4-gke.1000",
        validMasterVersions: ["1.34.4-gke.1000"],
        validNodeVersions: ["1.34.4-gke.1000"],
        channels: [],
      };
    if (method === "POST" && path.endsWith("/clusters")) {
      const c = body.cluster;
      const p = `${path}/${c.name}`;
      if (store.has("container:" + p)) throw bad(409, `Already exists: ${p}`, "ALREADY_EXISTS");
      if (c.autopilot?.enabled) autopilotRefuses(c);
      store.set("container:" + p, clusterDefaults(p, c));
      return op();
    }
    if ((m = path.match(/^(.*\/clusters\/[^/:]+)\/nodePools$/)) && method === "GET")
      return { nodePools: store.get("container:" + m[1])?.nodePools ?? [] };
    if ((m = path.match(/^(.*\/clusters\/[^/:]+)\/nodePools$/)) && method === "POST") {
      const c = store.get("container:" + m[1]);
      if (!c) throw bad(404, "no cluster", "NOT_FOUND");
      if (c.autopilot?.enabled) throw bad(400, "Autopilot node pools cannot be accessed or modified.");
      const p = poolDefaults(m[1], body.nodePool);
      if (c.nodePools.some((x) => x.name === p.name)) throw bad(409, "pool exists", "ALREADY_EXISTS");
      c.nodePools.push(p);
      return op();
    }
    if ((m = path.match(/^(.*\/clusters\/[^/:]+)\/nodePools\/([^/:]+)(?::(\w+)|\/(\w+))?$/))) {
      const c = store.get("container:" + m[1]);
      const p = c?.nodePools.find((x) => x.name === m[2]);
      if (!p) throw bad(404, `Not found: ${path}`, "NOT_FOUND");
      const verb = m[3] ?? m[4];
      if (method === "GET") return p;
      if (method === "DELETE") {
        c.nodePools = c.nodePools.filter((x) => x !== p);
        return op();
      }
      if (verb === "setAutoscaling") p.autoscaling = body.autoscaling;
      else if (verb === "setManagement") p.management = body.management;
      else if (verb === "setSize") p.initialNodeCount = body.nodeCount;
      else {
        for (const [k, v] of Object.entries(body))
          if (
            [
              "machineType",
              "diskSizeGb",
              "diskType",
              "labels",
              "taints",
              "tags",
              "imageType",
              "workloadMetadataConfig",
              "resourceLabels",
            ].includes(k)
          )
            p.config[k] = v?.labels ?? v?.taints ?? v?.tags ?? v;
          else if (k === "upgradeSettings") p[k] = v;
          else if (k === "locations") p.locations = v;
      }
      return op();
    }
    if ((m = path.match(/^(.*\/clusters\/[^/:]+)(?::(\w+))?$/))) {
      const c = store.get("container:" + m[1]);
      if (!c) throw bad(404, `Not found: ${m[1]}`, "NOT_FOUND");
      if (method === "GET") return c;
      if (method === "DELETE") {
        store.delete("container:" + m[1]);
        return op();
      }
      if (method === "PUT") {
        clusterUpdate(m[1], c, body.update ?? {});
        return op();
      }
      if (m[2] === "setMaintenancePolicy") {
        c.maintenancePolicy = { ...body.maintenancePolicy, resourceVersion: "r" + seq++ };
        return op();
      }
      if (m[2] === "setResourceLabels") {
        c.resourceLabels = body.resourceLabels;
        return op();
      }
      if (m[2] === "setNetworkPolicy") {
        c.networkPolicy = body.networkPolicy;
        return op();
      }
      if (m[2] === "setLegacyAbac") {
        c.legacyAbac = { enabled: body.enabled };
        return op();
      }
      return op();
    }
  }
  if (product === "sql") {
    const op = (t) => ({
      kind: "sql#operation",
      name: "op-" + seq++,
      status: "DONE",
      operationType: t,
      targetId: last(path),
      targetProject: path.split("/")[1],
    });
    if (path.match(/operations\//)) return { kind: "sql#operation", name: last(path), status: "DONE" };
    const instance = `sql:${path.split("/").slice(0, 4).join("/")}`;
    const roles = (key = instance) => sqlRoles.get(key) ?? sqlRoles.set(key, new Set(["cloudsqlsuperuser"])).get(key);
    if (method === "POST" && path.match(/^projects\/[^/]+\/instances$/)) {
      const p = `${path}/${body.name}`;
      sqlNameIsFree("sql:" + p);
      if (body.masterInstanceName) {
        const primary = store.get(`sql:${path}/${body.masterInstanceName.split(":").pop()}`);
        if (!primary) throw bad(404, `The primary ${body.masterInstanceName} does not exist.`, "NOT_FOUND");
        if (
          body.settings?.backupConfiguration?.enabled ||
          body.settings?.backupConfiguration?.pointInTimeRecoveryEnabled
        )
          throw bad(400, "Backups cannot be enabled on a read replica.");
        if (body.databaseVersion !== primary.databaseVersion)
          throw bad(400, "The replica's version must be the primary's.");
        const size = primary.settings.dataDiskSizeGb;
        if (Number(body.settings.dataDiskSizeGb ?? size) < Number(size))
          throw bad(400, "The replica's disk cannot be smaller than the primary's.");
        body.settings.dataDiskSizeGb ??= size;
        body.masterInstanceName = `${primary.project}:${primary.name}`;
        primary.replicaNames = [...(primary.replicaNames ?? []), body.name];
      }
      store.set("sql:" + p, sqlDefaults(p, body));
      return op("CREATE");
    }
    if (path.match(/\/users$/)) {
      const on = store.get(instance);
      if (!on) throw bad(404, "The Cloud SQL instance does not exist.", "NOT_FOUND");
      const l = store.get(full) ?? [];
      store.set(full, l);
      if (method === "GET") return { kind: "sql#usersList", items: l };
      if (on.masterInstanceName) throw bad(400, "The operation is not allowed on a replica.");
      const unknown = [...(body?.databaseRoles ?? []), ...q.getAll("databaseRoles")].find((r) => !roles().has(r));
      if (unknown) throw bad(400, `Invalid request: role "${unknown}" does not exist.`);
      if (method === "POST") {
        if (l.some((u) => u.name === body.name)) throw bad(409, "user exists", "ALREADY_EXISTS");
        const { password, ...u } = body;
        passwords.set(`${path}/${u.name}`, password);
        l.push({
          ...u,
          host: u.host ?? "",
          instance: path.split("/")[3],
          project: path.split("/")[1],
          kind: "sql#user",
        });
        return op("CREATE_USER");
      }
      const u = l.find((x) => x.name === q.get("name"));
      if (!u) throw bad(404, `The user ${q.get("name")} does not exist.`, "NOT_FOUND");
      if (method === "PUT") {
        if (body.password) passwords.set(`${path}/${u.name}`, body.password);
        if (q.get("revokeExistingRoles") === "true") u.databaseRoles = q.getAll("databaseRoles");
        return op("UPDATE_USER");
      }
      if (method === "DELETE") {
        // who logs in with a password and acts as no other role has made something for sure
        if (!u.type?.startsWith("CLOUD_IAM") && !u.databaseRoles?.length)
          throw bad(
            400,
            `Invalid request: failed to delete user ${u.name}: role "${u.name}" cannot be dropped because some objects depend on it`,
          );
        passwords.delete(`${path}/${u.name}`);
        store.set(
          full,
          l.filter((x) => x !== u),
        );
        return op("DELETE_USER");
      }
    }
    if (path.match(/\/users\/[^/]+$/) && method === "GET") {
      const l = store.get("sql:" + path.replace(/\/[^/]+$/, "")) ?? [];
      const u = l.find((x) => x.name === decodeURIComponent(last(path)));
      if (!u) throw bad(404, "no user", "NOT_FOUND");
      return u;
    }
    if (method === "POST" && path.match(/\/databases$/)) {
      const p = `${path}/${body.name}`;
      store.set("sql:" + p, {
        charset: "UTF8",
        collation: "en_US.UTF8",
        kind: "sql#database",
        selfLink: "https://x/" + p,
        instance: path.split("/")[3],
        project: path.split("/")[1],
        ...body,
      });
      return op("CREATE_DATABASE");
    }
    if (path.match(/\/executeSql$/)) {
      const o = store.get("sql:" + path.replace(/\/executeSql$/, ""));
      if (!o) throw bad(404, "no instance", "NOT_FOUND");
      if (o.settings.dataApiAccess !== "ALLOW_DATA_API") throw bad(400, "Data API is not enabled for the instance.");
      if (!store.has(`sql:${path.replace(/\/executeSql$/, "")}/databases/${body.database}`))
        throw bad(400, `database "${body.database}" does not exist`);
      const made = [...body.sqlStatement.matchAll(/CREATE ROLE "([^"]+)"/g)].map(([, role]) => role);
      if (made.length && !/^SET ROLE cloudsqlsuperuser;/m.test(body.sqlStatement))
        return { status: { code: 3, message: "ERROR: permission denied to create role (SQLSTATE 42501)" } };
      for (const role of made) roles().add(role);
      return { messages: [], results: [], status: { code: 0 } };
    }
    if (path.match(/\/clone$/)) {
      const src = store.get("sql:" + path.replace(/\/clone$/, ""));
      if (!src) throw bad(404, "no source", "NOT_FOUND");
      const { destinationInstanceName: n, pointInTime } = body.cloneContext;
      const p = path.split("/").slice(0, 3).join("/") + "/" + n;
      sqlNameIsFree("sql:" + p);
      if (pointInTime && !src.settings.backupConfiguration?.pointInTimeRecoveryEnabled)
        throw bad(400, "Point-in-time recovery is not enabled on the source.");
      if (pointInTime && !(Date.parse(pointInTime) <= Date.now()))
        throw bad(400, "The point in time is in the future.");
      const { ipAddresses, replicaNames, serverCaCert, createTime, connectionName, selfLink, ...copied } = src;
      store.set("sql:" + p, sqlDefaults(p, { ...structuredClone(copied), name: n }));
      for (const [key, value] of [...store]) // databases and users come with it, and so do roles
        if (key.startsWith(`${instance}/`)) {
          const copy = structuredClone(value);
          for (const o of [copy].flat()) o.instance = n;
          store.set(key.replace(instance, `sql:${p}`), copy);
        }
      sqlRoles.set("sql:" + p, new Set(roles()));
      return op("CLONE");
    }
    if (method === "GET") return need();
    if (method === "PATCH" || method === "PUT") {
      const o = need();
      if (body.settings) {
        const s = body.settings;
        const { dataDiskSizeGb } = o.settings;
        if (Number(s.dataDiskSizeGb ?? dataDiskSizeGb) < Number(dataDiskSizeGb))
          throw bad(400, "The disk size cannot be decreased.");
        // PUT replaces the settings: a protection that is not sent is off
        o.settings = {
          ...(method === "PUT" ? { dataDiskSizeGb } : o.settings),
          ...s,
          settingsVersion: String(Number(o.settings.settingsVersion) + 1),
        };
        const { settings, ...rest } = body;
        Object.assign(o, rest);
      } else Object.assign(o, body);
      if (path.match(/instances\/[^/]+$/)) sqlDefaults(path, o);
      return op("UPDATE");
    }
    if (method === "DELETE") {
      const o = need();
      if (o.settings?.deletionProtectionEnabled)
        throw bad(400, "The instance is protected. Please disable the deletion protection and try again.");
      if (o.replicaNames?.length)
        throw bad(400, "The instance has replicas; delete them first.", "FAILED_PRECONDITION");
      if (full === instance) {
        deleted.set(full, Date.now());
        sqlRoles.delete(full);
        const primary = store.get(instance.replace(/[^/]+$/, o.masterInstanceName?.split(":").pop()));
        if (primary) primary.replicaNames = primary.replicaNames.filter((name) => name !== o.name);
      }
      for (const k of [...store.keys()]) if (k === full || k.startsWith(full + "/")) store.delete(k);
      for (const k of [...passwords.keys()]) if (k.startsWith(path + "/")) passwords.delete(k);
      return op("DELETE");
    }
    if (method === "POST") return op("OTHER");
  }
  // the rest follow one of two patterns: "created resource" or "long-running operation"
  if (path.match(/operations\//)) return { name: path, done: true, response: { "@type": "x" } };
  const created = {
    redis: ["instanceId", redisDefaults, true],
    artifactregistry: [
      "repositoryId",
      (p, o) => dflt(o, { name: p, createTime: now(), updateTime: now(), mode: "STANDARD_REPOSITORY" }),
      true,
    ],
    secretmanager: [
      "secretId",
      (p, o) => dflt(o, { name: p.replace(/^projects\/[^/]+/, `projects/${NUMBER}`), createTime: now(), etag: "e" }),
    ],
    cloudkms: [
      "keyRingId|cryptoKeyId",
      (p, o) =>
        dflt(o, {
          name: p,
          createTime: now(),
          ...(p.includes("cryptoKeys")
            ? {
                purpose: "ENCRYPT_DECRYPT",
                destroyScheduledDuration: "2592000s",
                versionTemplate: { protectionLevel: "SOFTWARE", algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION" },
                primary: { name: p + "/cryptoKeyVersions/1", state: "ENABLED" },
              }
            : {}),
        }),
    ],
    gkebackup: ["backupPlanId", (p, o) => dflt(o, { name: p, uid: "u", etag: "e", state: "READY" }), true],
    certificatemanager: [
      "certificateId|certificateMapId|dnsAuthorizationId|certificateMapEntryId",
      (p, o) =>
        dflt(o, {
          name: p,
          createTime: now(),
          dnsResourceRecord: { name: "_acme." + (o.domain ?? "x"), type: "CNAME", data: "x.authorize." },
        }),
      true,
    ],
    memorystore: [
      "instanceId",
      (p, o) => dflt(o, { name: p, state: "ACTIVE", discoveryEndpoints: [{ address: "10.0.0.8", port: 6379 }] }),
      true,
    ],
  }[product];
  if (product === "secretmanager" && (m = path.match(/^(.*\/secrets\/[^/:]+):addVersion$/))) {
    const k = "secretmanager:" + m[1];
    if (!store.has(k)) throw bad(404, "no secret", "NOT_FOUND");
    const n = [...store.keys()].filter((x) => x.startsWith(k + "/versions/")).length + 1;
    const v = {
      name: `${store.get(k).name}/versions/${n}`,
      createTime: now(),
      state: "ENABLED",
      etag: "e",
      payload: body.payload,
    };
    store.set(`${k}/versions/${n}`, v);
    store.set(`secretmanager:${v.name}`, v);
    const { payload, ...r } = v;
    return r;
  }
  if (product === "secretmanager" && (m = path.match(/^(.*\/versions\/[^/:]+):(access|enable|disable|destroy)$/))) {
    if (m[1].endsWith("/latest")) {
      const all = [...store.keys()].filter((k) => k.startsWith("secretmanager:" + m[1].replace(/latest$/, "")));
      if (all.length) m[1] = all.at(-1).replace("secretmanager:", "");
    }
    const v = store.get("secretmanager:" + m[1]) ?? [...store.values()].find((o) => o.name === m[1]);
    if (!v && m[2] === "access" && process.env.CLOUD_SEED_SECRETS === "1")
      return {
        name: m[1].replace(/latest$/, "1"),
        payload: { data: Buffer.from("seeded-by-rehearsal").toString("base64") },
      };
    if (!v) throw bad(404, `Secret Version [${m[1]}] not found.`, "NOT_FOUND");
    if (m[2] === "access") return { name: v.name, payload: v.payload };
    v.state = { enable: "ENABLED", disable: "DISABLED", destroy: "DESTROYED" }[m[2]];
    return v;
  }
  if (
    product === "secretmanager" &&
    method === "GET" &&
    (m = path.match(/^(.*\/secrets\/[^/]+)\/versions\/([^/:]+)$/)) &&
    !store.has(full)
  ) {
    const mine = [...store.entries()]
        .filter(([k, v]) => v.payload && k.startsWith(`secretmanager:${m[1]}/versions/`))
        .map(([, v]) => v),
      v = m[2] === "latest" ? mine.at(-1) : mine.find((x) => x.name.endsWith("/" + m[2]));
    if (v) {
      const { payload, ...r } = v;
      return r;
    }
    if (process.env.CLOUD_SEED_SECRETS === "1")
      return {
        name: path.replace(/latest$/, "1").replace(/^projects\/[^/]+/, `projects/${NUMBER}`),
        state: "ENABLED",
        createTime: now(),
        etag: "e",
      };
  }
  if (product === "secretmanager" && method === "GET" && path.startsWith(`projects/${NUMBER}/`) && !store.has(full)) {
    const e = [...store.entries()].find(([, v]) => v.name === path);
    if (e) {
      const { payload, ...r } = e[1];
      return r;
    }
  }
  if (created) {
    const [param, defaults, longRunning] = created;
    if (method === "POST" && !path.includes(":")) {
      const id = param
        .split("|")
        .map((x) => q.get(x) ?? q.get(x.replace(/[A-Z]/g, (c) => "_" + c.toLowerCase())))
        .find(Boolean);
      const p = `${path}/${id}`;
      if (store.has(`${product}:${p}`)) throw bad(409, `${p} already exists`, "ALREADY_EXISTS");
      const o = defaults(p, body ?? {});
      store.set(`${product}:${p}`, o);
      return longRunning ? lro(p, o) : o;
    }
    if (product === "redis" && path.endsWith("/authString")) return { authString: "stub-auth-string" };
    if (product === "cloudkms" && path.endsWith("/cryptoKeyVersions")) return { cryptoKeyVersions: [] };
    if (product === "cloudkms" && method === "GET" && (m = path.match(/^(.*)\/(keyRings|cryptoKeys)$/))) {
      if (m[2] === "cryptoKeys" && !store.has(`cloudkms:${m[1]}`)) throw bad(404, `${m[1]} not found.`, "NOT_FOUND");
      const wanted = q.get("filter")?.replace(/^name=/, "");
      const found = [...store]
        .filter(([k]) => k.startsWith(`${full}/`) && !k.slice(full.length + 1).includes("/"))
        .map(([, o]) => o)
        .filter((o) => !wanted || o.name === wanted);
      return found.length ? { [m[2]]: found, totalSize: found.length } : {};
    }
    if (product === "cloudkms" && method === "DELETE")
      throw bad(501, "Key rings and keys are for ever.", "UNIMPLEMENTED");
    if (method === "GET") {
      const o = need();
      const { payload, ...r } = o;
      return r;
    }
    if (method === "PATCH") {
      const o = need();
      for (const [k, v] of Object.entries(body)) o[k] = v;
      return longRunning ? lro(path, o) : o;
    }
    if (method === "DELETE") {
      const { name } = need();
      for (const k of [...store.keys()]) // a secret takes its versions with it
        if (k === full || [path, name].some((parent) => k.startsWith(`${product}:${parent}/`))) store.delete(k);
      return longRunning ? lro(path, {}) : {};
    }
    if (method === "POST") return longRunning ? lro(path, {}) : {};
  }
  if (product === "iam") {
    if (path.endsWith(":listAttestationRules")) return { attestationRules: [] };
    if ((m = path.match(/^projects\/([^/]+)\/serviceAccounts$/)) && method === "POST") {
      const email = `${body.accountId}@${m[1]}.iam.gserviceaccount.com`;
      const o = {
        ...body.serviceAccount,
        name: `projects/${m[1]}/serviceAccounts/${email}`,
        email,
        projectId: m[1],
        uniqueId: "1" + seq++,
        oauth2ClientId: "1",
      };
      store.set(`iam:${o.name}`, o);
      return o;
    }
    if (path.match(/serviceAccounts\/[^/]+$/)) {
      const k = [...store.keys()].find((x) => x.startsWith("iam:") && x.endsWith("/" + last(path)));
      if (!k) throw bad(404, "no service account", "NOT_FOUND");
      if (method === "GET") return store.get(k);
      if (method === "DELETE") {
        store.delete(k);
        return {};
      }
      Object.assign(store.get(k), body.serviceAccount ?? body);
      return store.get(k);
    }
    if (method === "POST" && q.get("workloadIdentityPoolId")) {
      const p = `${path}/${q.get("workloadIdentityPoolId")}`;
      const o = { ...body, name: p.replace(/^projects\/[^/]+/, `projects/${NUMBER}`), state: "ACTIVE" };
      store.set("iam:" + p, o);
      return lro(p, o);
    }
    if (method === "POST" && q.get("workloadIdentityPoolProviderId")) {
      const p = `${path}/${q.get("workloadIdentityPoolProviderId")}`;
      const o = { ...body, name: p.replace(/^projects\/[^/]+/, `projects/${NUMBER}`), state: "ACTIVE" };
      store.set("iam:" + p, o);
      return lro(p, o);
    }
    if (method === "POST" && body?.roleId) {
      const p = `${path}/${body.roleId}`;
      const o = { ...body.role, name: p };
      store.set("iam:" + p, o);
      return o;
    }
    if (method === "GET") return need();
    if (method === "PATCH") {
      Object.assign(need(), body);
      return lro(path, need());
    }
    if (method === "DELETE") {
      store.delete(full);
      return lro(path, {});
    }
  }
  if (product === "storage") {
    if (path === "b" && method === "POST") {
      const o = dflt(body, {
        kind: "storage#bucket",
        id: body.name,
        selfLink: "https://www.googleapis.com/storage/v1/b/" + body.name,
        projectNumber: NUMBER,
        metageneration: "1",
        location: "EUROPE-WEST1",
        locationType: "region",
        storageClass: "STANDARD",
        timeCreated: now(),
        updated: now(),
        etag: "e",
        iamConfiguration: {
          bucketPolicyOnly: { enabled: true },
          uniformBucketLevelAccess: { enabled: true },
          publicAccessPrevention: "enforced",
        },
        softDeletePolicy: { retentionDurationSeconds: "604800" },
        rpo: "DEFAULT",
      });
      store.set("storage:b/" + o.name, o);
      return o;
    }
    if (path.match(/^b\/[^/]+\/o/)) {
      if (method === "GET") return { kind: "storage#objects", items: [] };
      return {};
    }
    if (method === "GET") return need();
    if (method === "PATCH" || method === "PUT") {
      merge(need(), body);
      return need();
    }
    if (method === "DELETE") {
      need();
      store.delete(full);
      return {};
    }
  }
  if (product === "dns") {
    if (method === "POST" && path.endsWith("/managedZones")) {
      const o = dflt(body, {
        id: String(seq++),
        nameServers: ["ns1.", "ns2."],
        creationTime: now(),
        visibility: "public",
      });
      if (o.visibility === "public") delete o.privateVisibilityConfig;
      store.set(`dns:${path}/${o.name}`, o);
      return o;
    }
    if (path.match(/\/rrsets$/) && method === "GET") {
      const n = q.get("name"),
        t = q.get("type");
      return {
        rrsets: [...store.entries()]
          .filter(([k, v]) => k.startsWith(full + "/") && (!n || v.name === n) && (!t || v.type === t))
          .map(([, v]) => v),
      };
    }
    if (path.match(/\/changes$/)) {
      const z = path.replace(/\/changes$/, "");
      for (const d of body.deletions ?? []) store.delete(`dns:${z}/rrsets/${d.name}/${d.type}`);
      for (const a of body.additions ?? []) store.set(`dns:${z}/rrsets/${a.name}/${a.type}`, a);
      return { id: "1", status: "done" };
    }
    if (path.match(/\/changes\//)) return { id: "1", status: "done" };
    if (method === "GET") return need();
    if (method === "PATCH" || method === "PUT") {
      Object.assign(need(), body);
      return { status: "done", id: "1" };
    }
    if (method === "DELETE") {
      store.delete(full);
      return {};
    }
  }
  if (product === "monitoring" && path.match(/\/(notificationChannels|uptimeCheckConfigs|alertPolicies)(\/|$)/)) {
    const [, project, kind] = path.split("/");
    const policiesWith = (text) =>
      [...store.entries()]
        .filter(
          ([k, v]) => k.startsWith(`monitoring:projects/${project}/alertPolicies/`) && JSON.stringify(v).includes(text),
        )
        .map(([, v]) => v.name);
    // what each adds to what it was sent, or refuses of it
    const accept = {
      notificationChannels: (o) => dflt(o, { enabled: true, labels: {}, creationRecord: { mutateTime: now() } }),
      uptimeCheckConfigs: (o) => {
        if (!["60s", "300s", "600s", "900s"].includes(o.period ?? "60s"))
          throw bad(400, `period ${o.period} is not supported`);
        if (o.selectedRegions && o.selectedRegions.length < 3) throw bad(400, "at least 3 regions must be selected");
        dflt(o, { period: "60s", timeout: "10s", checkerType: "STATIC_IP_CHECKERS" });
        if (o.httpCheck) dflt(o.httpCheck, { path: "/", port: o.httpCheck.useSsl ? 443 : 80, requestMethod: "GET" });
        if (o.httpCheck && !o.httpCheck.path.startsWith("/")) o.httpCheck.path = "/" + o.httpCheck.path;
        if (o.monitoredResource) dflt(o.monitoredResource.labels, { project_id: project });
      },
      alertPolicies: (o) => {
        for (const channel of o.notificationChannels ?? [])
          if (!store.has(`monitoring:${channel}`))
            throw bad(404, `Could not find notification channel ${channel}.`, "NOT_FOUND");
        if (o.alertStrategy?.autoClose && parseInt(o.alertStrategy.autoClose) < 1800)
          throw bad(400, "Field alert_policy.alert_strategy.auto_close must be at least 30 minutes.");
        for (const c of o.conditions) {
          const kind = c.conditionThreshold ?? c.conditionPrometheusQueryLanguage ?? c.conditionAbsent;
          if (kind && parseInt(kind.duration ?? "0s") % 60)
            throw bad(400, `Field duration had an invalid value of "${kind.duration}": it must be a multiple of 60 s.`);
          // metrics that a project has only once something has written them
          const metric = /metric\.type\s*=\s*"([^"]+)"/.exec(kind?.filter)?.[1];
          if (
            metric?.match(/^(custom|workload|prometheus|external)\.googleapis\.com\/|^logging\.googleapis\.com\/user\//)
          )
            throw bad(404, `Cannot find metric(s) that match type = "${metric}".`, "NOT_FOUND");
          if (c.conditionPrometheusQueryLanguage) dflt(kind, { duration: "0s", evaluationInterval: "30s" });
          c.name ??= `${o.name}/conditions/${seq++}`;
        }
        dflt(o, { enabled: true, creationRecord: { mutateTime: now(), mutatedBy: "deployer" } });
        o.mutationRecord = { mutateTime: now(), mutatedBy: "deployer" };
      },
    }[kind];
    if (method === "POST") {
      if (!body.displayName) throw bad(400, "Field display_name is required.");
      const o = { ...body, name: `${path}/${kind === "uptimeCheckConfigs" ? `check-${seq++}` : `1000000000${seq++}`}` };
      accept(o);
      store.set(`monitoring:${o.name}`, o);
      return o;
    }
    const o = need();
    if (method === "PATCH") {
      const changed = q.has("updateMask") ? structuredClone(o) : { name: o.name };
      for (const field of q.get("updateMask")?.split(",") ?? Object.keys(body)) {
        const [top] = field.split(".");
        changed[top] = body[top];
      }
      accept(changed);
      store.set(full, changed);
      return changed;
    }
    if (method === "DELETE") {
      const users = policiesWith(kind === "uptimeCheckConfigs" ? `\\"${last(path)}\\"` : o.name);
      if (kind === "uptimeCheckConfigs" && users.length)
        throw bad(400, `Cannot delete check ${last(path)}. One or more alerting policies is using it.`);
      if (kind === "notificationChannels" && users.length && q.get("force") !== "true")
        throw bad(400, `Cannot delete notification channel ${path}: ${users} refer to it.`, "FAILED_PRECONDITION");
      store.delete(full);
      return {};
    }
    return o;
  }
  if (
    product === "logging" &&
    (m = path.match(/^projects\/[^/]+\/locations\/global\/buckets(?:\/(_Default)|:createAsync)$/))
  ) {
    const bucket = { name: path, description: "Default bucket", retentionDays: 30, lifecycleState: "ACTIVE" };
    if (!m[1] && q.get("bucketId") === "_Default") throw bad(409, "Bucket _Default already exists", "ALREADY_EXISTS");
    if (method === "GET") return get() ?? bucket; // every project has it
    if (method === "DELETE") throw bad(400, "The _Default bucket cannot be deleted.");
    if (method === "PATCH") {
      const o = get() ?? bucket;
      for (const field of q.get("updateMask").split(",")) o[field] = body[field];
      if (!(o.retentionDays >= 1 && o.retentionDays <= 3650))
        throw bad(400, "retention_days must be between 1 and 3650");
      store.set(full, o);
      return o;
    }
  }
  // a project's one policy is always there, is replaced as a whole and cannot be deleted
  if (product === "binaryauthorization" && /^projects\/[^/]+\/policy$/.test(path)) {
    if (method === "PUT") store.set(full, binaryAuthorizationPolicy(path, body));
    else if (method !== "GET") throw bad(405, `${method} ${path} is not there`, "UNIMPLEMENTED");
    return (
      get() ??
      binaryAuthorizationPolicy(path, {
        defaultAdmissionRule: { evaluationMode: "ALWAYS_ALLOW", enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG" },
      })
    );
  }
  if (
    ["monitoring", "logging", "billingbudgets", "binaryauthorization", "cloudscheduler", "pubsub"].includes(product)
  ) {
    if (method === "POST") {
      const p = body.name && product !== "logging" ? body.name : `${path}/${body.name ?? seq++}`;
      const o = { ...body, name: product === "logging" ? body.name : p };
      if (product === "monitoring" && q.get("serviceId")) o.name = `${path}/${q.get("serviceId")}`;
      if (product === "monitoring" && q.get("serviceLevelObjectiveId"))
        o.name = `${path}/${q.get("serviceLevelObjectiveId")}`;
      store.set(`${product}:${product === "logging" ? `${path}/${body.name}` : o.name}`, o);
      return o;
    }
    if (method === "GET") return need();
    if (method === "PATCH" || method === "PUT") {
      const o = store.get(full) ?? {};
      Object.assign(o, body);
      o.name ??= path;
      store.set(full, o);
      return o;
    }
    if (method === "DELETE") {
      store.delete(full);
      return {};
    }
  }
  throw bad(501, `the stand-in does not know ${method} ${product} ${path}`, "UNIMPLEMENTED");
}

http
  .createServer((req, res) => {
    const chunks = [];
    req
      .on("data", (c) => chunks.push(c))
      .on("end", () => {
        const url = new URL(req.url, "http://x");
        const text = Buffer.concat(chunks).toString();
        const send = (code, o) => {
          const s = JSON.stringify(o);
          log?.write(
            JSON.stringify({
              m: req.method,
              u: req.url,
              code,
              b: text.slice(0, 20000),
              r: code >= 400 ? o : undefined,
            }) + "\n",
          );
          res.writeHead(code, { "content-type": "application/json" });
          res.end(s);
        };
        if (url.pathname === "/_faults") {
          const left = [...faults];
          faults = JSON.parse(text);
          return send(200, left);
        }
        if (url.pathname === "/_reset") {
          store.clear();
          policies.clear();
          faults = [];
          deleted.clear();
          return send(200, {});
        }
        if (url.pathname === "/_passwords") return send(200, Object.fromEntries(passwords));
        if (url.pathname === "/_store") return send(200, Object.fromEntries(store));
        const m = url.pathname.match(
          /^\/([a-z0-9]+)\/(?:(?:sql\/v1beta4|storage\/v1|dns\/v1|compute\/v1|v\d(?:(?:alpha|beta)\d)?)\/)+(.*)$/,
        );
        if (!m) return send(404, { error: { code: 404, message: "no such product: " + url.pathname } });
        const fault = faults.find((f) => new RegExp(f).test(`${req.method} ${m[1]} ${m[2]}`));
        if (fault !== undefined) {
          faults = faults.filter((f) => f !== fault);
          return send(400, { error: { code: 400, message: "simulated failure", status: "FAILED_PRECONDITION" } });
        }
        if (m[1] === "clouddns") m[1] = "dns"; // the provider cuts "/dns/" out of its own endpoint
        try {
          send(
            200,
            handle(req.method, m[1], decodeURIComponent(m[2]), url.searchParams, text ? JSON.parse(text) : undefined),
          );
        } catch (e) {
          const code = e.code >= 400 ? e.code : 500;
          send(code, {
            error: {
              code,
              message: e.message,
              status: e.status ?? "INTERNAL",
              errors: /Cloud SQL instance already exists/.test(e.message)
                ? [{ reason: "instanceAlreadyExists", message: e.message, domain: "global" }]
                : undefined,
              stack: code === 500 ? e.stack : undefined,
            },
          });
        }
      });
  })
  .listen(port, "127.0.0.1", () => console.log("ready on " + port));
