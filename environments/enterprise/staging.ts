import type { EnvironmentInput } from "../../schema/environment";

export default {
  purpose: "disposable",
  project: "enterprise-staging",
  region: "europe-west1",
  deployer: "deployer@enterprise-staging.iam.gserviceaccount.com",
  stateBucket: "enterprise-staging-terraform-state",
  bootstrap: {
    github: { repository: "enterprise-com/enterprise", repositoryId: "812340002" },
    budget: { account: "02A2B3-C4D5E6-0F1A2B", monthly: 300 },
  },
  repository: "europe-west1-docker.pkg.dev/enterprise-staging/enterprise",
  registries: ["europe-west1-docker.pkg.dev/enterprise-staging/"],
  network: {
    nodes: "10.48.0.0/20",
    pods: "10.52.0.0/14",
    services: "10.56.0.0/20",
  },
  cluster: { mode: "autopilot", channel: "REGULAR", maintenance: "03:00" },
  database: {
    kind: "bitnami",
    version: "POSTGRES_17",
    diskGb: 10,
    resources: { cpu: "250m", memory: "512Mi", memoryLimit: "1Gi" },
    backups: { at: "02:00", keepDays: 7 },
  },
  cache: {
    kind: "bitnami",
    version: "REDIS_8_2",
    diskGb: 8,
    resources: { cpu: "100m", memory: "256Mi", memoryLimit: "512Mi" },
  },
  search: {
    kind: "bitnami",
    version: "ELASTICSEARCH_9_1",
    diskGb: 10,
    resources: { cpu: "250m", memory: "2Gi", memoryLimit: "2Gi" },
  },
  bitnami: { images: "docker.io/bitnamilegacy" },
  monitoring: {
    retentionDays: 3,
    scrapeSeconds: 15,
    diskGb: 20,
    email: "platform@enterprise.com",
  },
  services: {
    "sales-api": { replicas: { min: 2, max: 3 }, hosts: ["api.staging.enterprise.com"] },
    "finance-api": { replicas: { min: 1, max: 3 }, hosts: ["api.staging.enterprise.com"] },
    "hr-api": { replicas: { min: 1, max: 3 }, hosts: ["api.staging.enterprise.com"] },
    frontend: { replicas: { min: 1, max: 3 }, hosts: ["app.staging.enterprise.com"] },
  },
  edge: { kind: "traefik", email: "platform@enterprise.com", acme: "staging" },
  variables: { LOG_LEVEL: "DEBUG" },
  differences: [
    {
      fields: ["cluster", "bitnami.pool", "monitoring.pool", "edge.pool"],
      reason: "Autopilot costs nothing for nodes that are idle",
    },
    {
      fields: ["services.*.replicas", "database.resources", "cache.resources", "search.resources"],
      reason: "a part of production's load",
    },
    { fields: ["database.diskGb", "search.diskGb"], reason: "test data" },
    {
      fields: ["database.backups", "monitoring.retentionDays", "monitoring.diskGb"],
      reason: "nobody looks further back",
    },
    { fields: ["monitoring.receiver"], reason: "alerts by e-mail suffice" },
    { fields: ["edge.acme"], reason: "test certificates have no limits, and browsers do not trust them" },
  ],
} satisfies EnvironmentInput;
