import type { EnvironmentInput } from "../../schema/environment";

export default {
  purpose: "production",
  project: "enterprise-production",
  region: "europe-west1",
  deployer: "deployer@enterprise-production.iam.gserviceaccount.com",
  stateBucket: "enterprise-production-terraform-state",
  verifiedIn: { environment: "staging", soakMinutes: 60, scannedWithinDays: 7 },
  bootstrap: {
    github: { repository: "enterprise-com/enterprise", repositoryId: "812340002" },
    budget: { account: "02A2B3-C4D5E6-0F1A2B", monthly: 2000 },
  },
  repository: "europe-west1-docker.pkg.dev/enterprise-production/enterprise",
  registries: ["europe-west1-docker.pkg.dev/enterprise-production/"],
  network: {
    nodes: "10.32.0.0/20",
    pods: "10.36.0.0/14",
    services: "10.40.0.0/20",
  },
  cluster: {
    mode: "standard",
    securityGroup: "gke-security-groups@enterprise.com",
    channel: "REGULAR",
    maintenance: "03:00",
    nodePools: {
      app: { machineType: "e2-standard-4", min: 3, max: 12 },
      datastores: { machineType: "e2-standard-4", min: 1, max: 3, dedicated: true },
      monitoring: { machineType: "e2-standard-4", min: 1, max: 3, dedicated: true },
    },
  },
  database: {
    kind: "bitnami",
    version: "POSTGRES_17",
    diskGb: 20,
    resources: { cpu: "500m", memory: "1Gi", memoryLimit: "2Gi" },
    backups: { at: "02:00", keepDays: 30 },
  },
  cache: {
    kind: "bitnami",
    version: "REDIS_8_2",
    diskGb: 8,
    resources: { cpu: "100m", memory: "512Mi", memoryLimit: "1Gi" },
  },
  search: {
    kind: "bitnami",
    version: "ELASTICSEARCH_9_1",
    diskGb: 20,
    resources: { cpu: "500m", memory: "2Gi", memoryLimit: "2Gi" },
  },
  bitnami: { images: "docker.io/bitnamilegacy", pool: "datastores" },
  monitoring: {
    pool: "monitoring",
    retentionDays: 15,
    scrapeSeconds: 15,
    diskGb: 100,
    email: "oncall@enterprise.com",
    receiver: { kind: "pagerduty" },
  },
  services: {
    "sales-api": { replicas: { min: 3, max: 10 }, hosts: ["api.enterprise.com"] },
    "finance-api": { replicas: { min: 3, max: 10 }, hosts: ["api.enterprise.com"] },
    "hr-api": { replicas: { min: 2, max: 10 }, hosts: ["api.enterprise.com"] },
    frontend: { replicas: { min: 2, max: 10 }, hosts: ["app.enterprise.com"] },
  },
  edge: { kind: "traefik", pool: "app", email: "platform@enterprise.com", acme: "production" },
  variables: { LOG_LEVEL: "INFO" },
} satisfies EnvironmentInput;
