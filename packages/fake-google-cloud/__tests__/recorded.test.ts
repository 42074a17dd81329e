import type { Body } from "../src/body";
import { merge } from "../src/body";
import { Cloud, type CloudOptions } from "../src/cloud";
import { SERVICES } from "../src/services";

/**
 * What Google answered to calls that Config Connector's tests recorded, in own words: what was asked, and fields of the
 * answer with their values. Undefined: Google left the field out.
 * https://github.com/GoogleCloudPlatform/k8s-config-connector/tree/master/pkg/test/resourcefixture/testdata
 */
interface Fact {
  /** When the fields have these values. */
  readonly when: string;
  readonly answer: () => Body;
  readonly fields: Readonly<Record<string, unknown>>;
}

const APIS = SERVICES.flatMap(({ api }) => api ?? []);

/** An empty project p with every API on and a default network. */
function project(options: CloudOptions = {}) {
  const cloud = new Cloud({ enabledApis: APIS, ...options });
  const call = (method: string, service: string, path: string, body?: Body, query = "", version = "v1") =>
    cloud.call({ method, service, version, path, body, query: new URLSearchParams(query) }) as Body;
  call("POST", "compute", `${GLOBAL}/networks`, { name: "default", autoCreateSubnetworks: true });
  return { cloud, call };
}

const GLOBAL = "projects/p/global";
const REGION = "projects/p/regions/us-central1";
const CLUSTERS = "projects/p/locations/us-central1-a/clusters";

function cluster(over: Body = {}, { version = "v1beta1", ...options }: CloudOptions & { version?: string } = {}): Body {
  const { call } = project(options);
  const asked = merge({ name: "c", initialNodeCount: 1, legacyAbac: { enabled: false } }, over);
  call("POST", "container", CLUSTERS, { cluster: asked });
  return call("GET", "container", `${CLUSTERS}/c`, undefined, "", version);
}

function pool(over: Body, change?: Body): Body {
  const { call } = project();
  call("POST", "container", CLUSTERS, { cluster: { name: "c", initialNodeCount: 1 } });
  call("POST", "container", `${CLUSTERS}/c/nodePools`, { nodePool: { name: "p", initialNodeCount: 1, ...over } });
  if (change) call("PUT", "container", `${CLUSTERS}/c/nodePools/p`, change);
  return call("GET", "container", `${CLUSTERS}/c/nodePools/p`);
}

function instance(settings: Body, change?: Body): Body {
  const { call } = project();
  const asked = { edition: "ENTERPRISE", tier: "db-custom-1-3840", ...settings };
  const body = { name: "i", region: "us-central1", databaseVersion: "POSTGRES_15", settings: asked };
  call("POST", "sql", "projects/p/instances", body);
  if (change) call("PATCH", "sql", "projects/p/instances/i", { settings: change });
  return call("GET", "sql", "projects/p/instances/i");
}

/** The last of some objects of Compute Engine. */
function compute(...made: readonly (readonly [collection: string, body: Body])[]): Body {
  const { call } = project();
  for (const [collection, body] of made) call("POST", "compute", collection, { name: "x", ...body });
  return call("GET", "compute", `${made.at(-1)?.[0]}/${made.at(-1)?.[1].name ?? "x"}`);
}

const GROUPS = "projects/p/zones/us-central1-a/instanceGroups";
const CHECK = [`${GLOBAL}/healthChecks`, { tcpHealthCheck: { port: 80 } }] as const;
const backend = (over: Body) =>
  [`${GLOBAL}/backendServices`, { healthChecks: [`${GLOBAL}/healthChecks/x`], ...over }] as const;
const MAP = [`${GLOBAL}/urlMaps`, { defaultService: `${GLOBAL}/backendServices/x` }] as const;
const rule = (over: Body) =>
  [`${GLOBAL}/forwardingRules`, { portRange: "80", target: `${GLOBAL}/targetHttpProxies/x`, ...over }] as const;
const HTTP = [`${GLOBAL}/targetHttpProxies`, { urlMap: `${GLOBAL}/urlMaps/x` }] as const;

const bucket = (over: Body): Body =>
  project().call("POST", "storage", "b", { name: "bucket-of-p", ...over }, "project=p");

const FACTS: readonly Fact[] = [
  {
    when: "a cluster is asked for with nothing but false values",
    answer: () => cluster({ autopilot: { enabled: false }, binaryAuthorization: { enabled: false } }),
    fields: {
      autopilot: {},
      "binaryAuthorization.enabled": undefined,
      "legacyAbac.enabled": undefined,
      "networkConfig.datapathProvider": undefined,
      "networkConfig.enableIntraNodeVisibility": undefined,
      "controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic": false,
      network: "default",
      subnetwork: "default",
      "networkConfig.network": "projects/p/global/networks/default",
      clusterIpv4Cidr: "10.112.0.0/14",
      servicesIpv4Cidr: "34.118.224.0/20",
      "ipAllocationPolicy.useIpAliases": true,
      "masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled": true,
      "clusterTelemetry.type": "ENABLED",
    },
  },
  {
    when: "a cluster has the version of the regular channel",
    answer: () => cluster(),
    fields: {
      "releaseChannel.channel": "REGULAR",
      "anonymousAuthenticationConfig.mode": "LIMITED",
      "nodeCreationConfig.nodeCreationMode": "VIA_KUBELET",
      "addonsConfig.dnsCacheConfig.enabled": true,
      "addonsConfig.nodeReadinessConfig": {},
      "controlPlaneEndpointsConfig.ipEndpointsConfig.globalAccess": undefined,
      "controlPlaneEgress.mode": "VIA_CONTROL_PLANE",
      "nodeConfig.nodeImageConfig.imageProject": "gke-node-images",
      privateCluster: true,
    },
  },
  {
    when: "a cluster asks for version 1.34",
    answer: () => cluster({ initialClusterVersion: "1.34" }),
    fields: {
      "releaseChannel.channel": "STABLE",
      "anonymousAuthenticationConfig.mode": "ENABLED",
      nodeCreationConfig: undefined,
      "addonsConfig.dnsCacheConfig.enabled": true,
      "addonsConfig.nodeReadinessConfig": undefined,
    },
  },
  {
    when: "the regular channel has an older version",
    answer: () => cluster({}, { kubernetesVersion: "1.33" }),
    fields: {
      "releaseChannel.channel": "REGULAR",
      "addonsConfig.dnsCacheConfig": undefined,
      "controlPlaneEndpointsConfig.ipEndpointsConfig.globalAccess": false,
      "controlPlaneEndpointsConfig.dnsEndpointConfig.enableK8sCertsViaDns": undefined,
      "monitoringConfig.componentConfig.enableComponents.1": "DAEMONSET",
      "nodeConfig.nodeImageConfig": undefined,
      privateCluster: undefined,
    },
  },
  {
    when: "version 1 of the API is asked, which lacks the beta's fields",
    answer: () => cluster({}, { version: "v1" }),
    fields: { clusterTelemetry: undefined, protectConfig: undefined, privateCluster: undefined, master: undefined },
  },
  {
    when: "GKE provisions nodes by itself",
    answer: () => cluster({ autoscaling: { enableNodeAutoprovisioning: true } }),
    fields: {
      "autoscaling.autoprovisioningNodePoolDefaults.oauthScopes": [
        "https://www.googleapis.com/auth/userinfo.email",
        "https://www.googleapis.com/auth/cloud-platform",
      ],
      "autoscaling.autoprovisioningNodePoolDefaults.upgradeSettings.strategy": "SURGE",
    },
  },
  {
    when: "a pool's machines have no persistent disks",
    answer: () => pool({ config: { machineType: "n4-standard-2" } }),
    fields: { "config.diskType": "hyperdisk-balanced", "config.bootDisk.diskType": "hyperdisk-balanced" },
  },
  {
    when: "a pool's machines have local disks",
    answer: () =>
      pool({ config: { machineType: "n2-standard-4", ephemeralStorageLocalSsdConfig: { localSsdCount: 1 } } }),
    fields: { "config.kubeletConfig.maxParallelImagePulls": 3 },
  },
  {
    when: "a pool's kubelet is configured anew",
    answer: () =>
      pool(
        { config: { kubeletConfig: { podPidsLimit: "1024", cpuCfsQuota: true } } },
        { kubeletConfig: { podPidsLimit: "2048" } },
      ),
    fields: {
      "config.kubeletConfig.podPidsLimit": "2048",
      "config.kubeletConfig.cpuCfsQuota": undefined,
      "config.kubeletConfig.insecureKubeletReadonlyPortEnabled": false,
      "config.kubeletConfig.maxParallelImagePulls": expect.any(Number),
    },
  },
  {
    when: "a cluster's nodes are confidential",
    answer: () => cluster({ confidentialNodes: { enabled: true } }),
    fields: {
      confidentialNodes: { enabled: true, confidentialInstanceType: "SEV" },
      "nodePools.0.config.confidentialNodes": { enabled: true, confidentialInstanceType: "SEV" },
      "nodeConfig.confidentialNodes.enabled": true,
    },
  },
  {
    when: "a pool of a cluster's confidential nodes says how",
    answer: () =>
      cluster({
        confidentialNodes: { enabled: true },
        nodeConfig: { confidentialNodes: { enabled: true, confidentialInstanceType: "SEV_SNP" } },
      }),
    fields: {
      "confidentialNodes.confidentialInstanceType": "SEV",
      "nodePools.0.config.confidentialNodes.confidentialInstanceType": "SEV_SNP",
    },
  },
  {
    when: "a pool may have no nodes, and no total numbers",
    answer: () => pool({ autoscaling: { enabled: true, minNodeCount: 0, maxNodeCount: 3, totalMinNodeCount: 0 } }),
    fields: { autoscaling: { enabled: true, maxNodeCount: 3 } },
  },
  {
    when: "an instance of PostgreSQL is new",
    answer: () => instance({ dataCacheConfig: { dataCacheEnabled: false } }),
    fields: {
      "ipAddresses.0.type": "PRIMARY",
      "ipAddresses.1.type": "OUTGOING",
      "geminiConfig.entitled": false,
      satisfiesPzi: true,
      "settings.backupConfiguration.transactionalLogStorageState": "TRANSACTIONAL_LOG_STORAGE_STATE_UNSPECIFIED",
      "settings.backupConfiguration.replicationLogArchivingEnabled": undefined,
      "settings.backupConfiguration.backupTier": undefined,
      "settings.dataCacheConfig": undefined,
      "settings.ipConfiguration.serverCaMode": undefined,
    },
  },
  {
    when: "an instance gets a bigger edition",
    answer: () => instance({}, { edition: "ENTERPRISE_PLUS", tier: "db-perf-optimized-N-2" }),
    fields: {
      "settings.backupConfiguration.backupRetentionSettings.retainedBackups": 15,
      "settings.backupConfiguration.transactionLogRetentionDays": 14,
      "settings.backupConfiguration.backupTier": "STANDARD",
      "settings.dataCacheConfig.dataCacheEnabled": true,
    },
  },
  {
    when: "an instance's insights are off",
    answer: () => instance({ insightsConfig: { queryInsightsEnabled: false, queryStringLength: 1024 } }),
    fields: { "settings.insightsConfig": { queryStringLength: 1024 } },
  },
  {
    when: "a backend service says only how it is checked",
    answer: () => compute(CHECK, backend({})),
    fields: {
      affinityCookieTtlSec: 0,
      description: "",
      loadBalancingScheme: "EXTERNAL",
      sessionAffinity: "NONE",
      timeoutSec: 30,
      protocol: undefined,
      port: undefined,
    },
  },
  {
    when: "a backend service speaks HTTPS, and has an empty secret",
    answer: () => compute(CHECK, backend({ protocol: "HTTPS", iap: { enabled: false, oauth2ClientSecret: "" } })),
    fields: {
      port: 80,
      portName: "http",
      "iap.oauth2ClientSecret": undefined,
      "iap.oauth2ClientSecretSha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
  },
  {
    when: "a forwarding rule is in a service mesh",
    answer: () =>
      compute(
        CHECK,
        backend({}),
        MAP,
        HTTP,
        rule({ loadBalancingScheme: "INTERNAL_SELF_MANAGED", IPAddress: "0.0.0.0" }),
      ),
    fields: {
      IPProtocol: "TCP",
      network: "https://www.googleapis.com/compute/v1/projects/p/global/networks/default",
      networkTier: "PREMIUM",
      portRange: "80-80",
    },
  },
  {
    when: "a region's internal address is of a subnetwork",
    answer: () =>
      compute(
        [`${GLOBAL}/networks`, { name: "n", autoCreateSubnetworks: false }],
        [
          `${REGION}/subnetworks`,
          { name: "s", network: `${GLOBAL}/networks/n`, ipCidrRange: "10.2.0.0/16", logConfig: { enable: false } },
        ],
        [`${REGION}/addresses`, { addressType: "INTERNAL", subnetwork: `${REGION}/subnetworks/s` }],
      ),
    fields: { purpose: "GCE_ENDPOINT", status: "RESERVED", networkTier: "PREMIUM", description: "" },
  },
  {
    when: "a subnetwork has no flow logs",
    answer: () =>
      compute(
        [`${GLOBAL}/networks`, { name: "n", autoCreateSubnetworks: false }],
        [
          `${REGION}/subnetworks`,
          { name: "s", network: `${GLOBAL}/networks/n`, ipCidrRange: "10.2.0.0/16", logConfig: { enable: false } },
        ],
      ),
    fields: { logConfig: { enable: false }, stackType: "IPV4_ONLY", state: "READY" },
  },
  {
    when: "a URL map has a test and a time limit for tries",
    answer: () =>
      compute(CHECK, backend({}), [
        MAP[0],
        {
          ...MAP[1],
          tests: [{ host: "a.example.com", path: "/" }],
          hostRules: [{ hosts: ["a.example.com"], pathMatcher: "m" }],
          pathMatchers: [
            {
              name: "m",
              pathRules: [{ paths: ["/"], routeAction: { retryPolicy: { perTryTimeout: { seconds: "30" } } } }],
            },
          ],
        },
      ]),
    fields: {
      "tests.0.description": "",
      "pathMatchers.0.pathRules.0.routeAction.retryPolicy.perTryTimeout.nanos": 0,
    },
  },
  {
    when: "a group of machines is new",
    answer: () => compute([GROUPS, { network: `${GLOBAL}/networks/default`, namedPorts: [{ name: "h", port: 80 }] }]),
    fields: {
      kind: "compute#instanceGroup",
      size: 0,
      zone: "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-a",
      network: "https://www.googleapis.com/compute/v1/projects/p/global/networks/default",
      namedPorts: [{ name: "h", port: 80 }],
    },
  },
  {
    when: "a group's machines are listed",
    answer: () => {
      const { call } = project();
      const instances = "projects/p/zones/us-central1-a/instances";
      const networkInterfaces = [{ network: `${GLOBAL}/networks/default` }];
      call("POST", "compute", instances, { name: "i", machineType: "e2-small", networkInterfaces });
      call("POST", "compute", GROUPS, { name: "g", namedPorts: [{ name: "h", port: 80 }] });
      call("POST", "compute", `${GROUPS}/g/addInstances`, { instances: [{ instance: `${instances}/i` }] });
      return call("POST", "compute", `${GROUPS}/g/listInstances`, { instanceState: "ALL" });
    },
    fields: {
      "items.0.instance": "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-a/instances/i",
      "items.0.status": "RUNNING",
      "items.0.namedPorts.0": { name: "h", port: 80 },
    },
  },
  {
    when: "a backend service is of a group",
    answer: () =>
      compute(CHECK, backend({ backends: [{ group: "zones/us-central1-a/instanceGroups/g", balancingMode: "RATE" }] })),
    fields: {
      "backends.0.group": "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-a/instanceGroups/g",
    },
  },
  {
    when: "a zone is read",
    answer: () => project().call("GET", "compute", "projects/p/zones/us-central1-a"),
    fields: {
      kind: "compute#zone",
      description: "us-central1-a",
      region: "https://www.googleapis.com/compute/v1/projects/p/regions/us-central1",
      supportsPzs: false,
    },
  },
  {
    when: "an SSL policy is restricted",
    answer: () => compute([`${GLOBAL}/sslPolicies`, { profile: "RESTRICTED", minTlsVersion: "TLS_1_1" }]),
    fields: { "enabledFeatures.0": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "enabledFeatures.length": 6 },
  },
  {
    when: "a bucket chooses its storage classes by itself",
    answer: () => bucket({ autoclass: { enabled: true }, storageClass: "NEARLINE" }),
    fields: { "autoclass.terminalStorageClass": "NEARLINE", storageClass: "STANDARD", acl: undefined },
  },
  {
    when: "a key's purpose is sent as its number",
    answer: () => {
      const { call } = project();
      call("POST", "cloudkms", "projects/p/locations/us-central1/keyRings", {}, "keyRingId=r");
      const keys = "projects/p/locations/us-central1/keyRings/r/cryptoKeys";
      return call("POST", "cloudkms", keys, { purpose: 1, versionTemplate: { algorithm: 1 } }, "cryptoKeyId=k");
    },
    fields: {
      purpose: "ENCRYPT_DECRYPT",
      destroyScheduledDuration: "2592000s",
      "primary.state": "ENABLED",
      "versionTemplate.protectionLevel": "SOFTWARE",
    },
  },
  {
    when: "a repository is virtual",
    answer: () => {
      const { call } = project();
      const at = "projects/p/locations/us-west1/repositories";
      call("POST", "artifactregistry", at, { format: 1, mode: 2 }, "repositoryId=r");
      return call("GET", "artifactregistry", `${at}/r`);
    },
    fields: {
      registryUri: "us-west1-docker.pkg.dev/p/r",
      "vulnerabilityScanningConfig.enablementStateReason": "Repository mode VIRTUAL_REPOSITORY is not supported.",
    },
  },
  {
    when: "a secret is to live for a while",
    answer: () =>
      project().call(
        "POST",
        "secretmanager",
        "projects/p/secrets",
        { replication: { automatic: {} }, ttl: "100s" },
        "secretId=s",
      ),
    fields: { ttl: undefined, expireTime: expect.any(String) },
  },
  {
    when: "a DNS zone is new",
    answer: () => project().call("POST", "clouddns", "projects/p/managedZones", { name: "z", dnsName: "example.com." }),
    fields: { "cloudLoggingConfig.kind": "dns#managedZoneCloudLoggingConfig", visibility: "public" },
  },
  {
    when: "an uptime check hides its headers, and sends a body",
    answer: () =>
      project().call("POST", "monitoring", "projects/p/uptimeCheckConfigs", {
        displayName: "u",
        monitoredResource: { type: "uptime_url", labels: { host: "a.example.com" } },
        httpCheck: { requestMethod: "POST", body: "YQ==", headers: { a: "b" }, maskHeaders: true, validateSsl: false },
        timeout: "10s",
      }),
    fields: { "httpCheck.headers": { a: "******", "Content-Length": "******" }, "httpCheck.validateSsl": undefined },
  },
  {
    when: "a folder is made, and read",
    answer: () => {
      const { call } = project();
      const folder = { displayName: "Team 1", parent: "folders/1" };
      const { name } = call("POST", "cloudresourcemanager", "folders", folder, "", "v3").response;
      return call("GET", "cloudresourcemanager", name, undefined, "", "v3");
    },
    fields: { displayName: "Team 1", parent: "folders/1", state: "ACTIVE", updateTime: expect.any(String) },
  },
  {
    when: "a project is read in version 1 of Resource Manager",
    answer: () => project().call("GET", "cloudresourcemanager", "projects/p"),
    fields: { lifecycleState: "ACTIVE", state: undefined, displayName: undefined },
  },
];

const at = (object: Body, field: string): unknown =>
  field.split(".").reduce<Body | undefined>((value, key) => value?.[key], object);

test.each(FACTS)("Google's answer is as recorded when $when", ({ answer, fields }) => {
  const answered = answer();
  expect(Object.fromEntries(Object.keys(fields).map((field) => [field, at(answered, field)]))).toEqual(fields);
});
