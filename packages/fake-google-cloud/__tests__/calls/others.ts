import { CONNECTIONS, getPolicy, LOCATION, NETWORK, OTHER, POLICY, setPolicy, type ValidCall } from "./call";

const SECRET = "projects/p/secrets/s";
const ACCOUNT = "projects/p/serviceAccounts/account@p.iam.gserviceaccount.com";
const BUCKET = "projects/p/locations/global/buckets/_Default";

const ZONES = "projects/p/managedZones";
const ZONE_BODY = {
  name: "private",
  dnsName: "corp.example.com.",
  description: "d",
  visibility: "private",
  labels: { a: "b" },
  privateVisibilityConfig: { networks: [{ networkUrl: NETWORK }] },
};
const REPOSITORIES = `${LOCATION}/repositories`;
const ISSUANCES = `${LOCATION}/certificateIssuanceConfigs`;

const BUDGET = {
  displayName: "b",
  budgetFilter: { projects: [], services: [], creditTypesTreatment: "INCLUDE_ALL_CREDITS", calendarPeriod: "MONTH" },
  amount: { specifiedAmount: { currencyCode: "EUR", units: "100", nanos: 0 } },
  thresholdRules: [{ thresholdPercent: 0.5, spendBasis: "CURRENT_SPEND" }],
  notificationsRule: { pubsubTopic: "", monitoringNotificationChannels: [], disableDefaultIamRecipients: false },
};

export const OTHERS: readonly ValidCall[] = [
  { service: "billingbudgets", method: "POST", path: "billingAccounts/A/budgets", body: BUDGET },
  { service: "billingbudgets", method: "PATCH", path: "MADE/budgets", body: BUDGET },
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
  {
    service: "iamcredentials",
    method: "POST",
    path: `${ACCOUNT}:generateAccessToken`,
    body: { scope: ["https://www.googleapis.com/auth/cloud-platform"], lifetime: "3600s" },
  },
  getPolicy("cloudresourcemanager", "projects/p"),
  {
    service: "cloudresourcemanager",
    method: "POST",
    path: "folders",
    body: { displayName: "Teams", parent: "organizations/1" },
  },
  {
    service: "cloudresourcemanager",
    method: "PATCH",
    path: "MADE/folders",
    body: { displayName: "Team" },
    query: { updateMask: "displayName" },
  },
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
      cors: [{ origin: ["https://a.io"], method: ["GET"], responseHeader: ["Content-Type"], maxAgeSeconds: 3600 }],
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
  ...["disable", "enable"].map((verb) => ({ service: "iam", method: "POST", path: `${ACCOUNT}:${verb}`, body: {} })),
  {
    service: "serviceusage",
    method: "POST",
    path: "projects/p/services/secretmanager.googleapis.com:generateServiceIdentity",
    body: {},
  },
  {
    service: "logging",
    method: "POST",
    path: "projects/p/locations/global/buckets",
    body: { retentionDays: 30, analyticsEnabled: true, description: "d" },
    query: { bucketId: "own" },
  },
  {
    service: "logging",
    method: "POST",
    path: "projects/p/locations/global/buckets/own/links",
    body: { description: "d" },
    query: { linkId: "link" },
  },
  {
    service: "logging",
    method: "PATCH",
    path: "folders/1/locations/global/buckets/_Default",
    body: { retentionDays: 15 },
    query: { updateMask: "retentionDays" },
  },
  { service: "clouddns", method: "POST", path: ZONES, body: ZONE_BODY },
  { service: "clouddns", method: "PUT", path: `${ZONES}/private`, body: { ...ZONE_BODY, description: "e" } },
  { service: "clouddns", method: "PATCH", path: `${ZONES}/private`, body: { labels: { a: "c" } } },
  {
    service: "artifactregistry",
    method: "POST",
    path: REPOSITORIES,
    body: {
      format: "DOCKER",
      mode: "STANDARD_REPOSITORY",
      description: "d",
      labels: { a: "b" },
      cleanupPolicyDryRun: true,
      virtualRepositoryConfig: { upstreamPolicies: [] },
    },
    query: { repositoryId: "images" },
  },
  {
    service: "artifactregistry",
    method: "PATCH",
    path: `${REPOSITORIES}/images`,
    body: { description: "e" },
    query: { updateMask: "description" },
  },
  getPolicy("artifactregistry", `${REPOSITORIES}/images`),
  setPolicy("artifactregistry", `${REPOSITORIES}/images`),
  {
    service: "certificatemanager",
    method: "POST",
    path: ISSUANCES,
    body: {
      description: "d",
      labels: { a: "b" },
      lifetime: "86400s",
      rotationWindowPercentage: 10,
      keyAlgorithm: "RSA_2048",
      certificateAuthorityConfig: {
        certificateAuthorityServiceConfig: { caPool: "projects/p/locations/us-east4/caPools/pool" },
      },
    },
    query: { certificateIssuanceConfigId: "issuance" },
  },
  {
    service: "certificatemanager",
    method: "PATCH",
    path: `${ISSUANCES}/issuance`,
    body: { labels: { a: "c" } },
    query: { updateMask: "labels" },
  },
];
