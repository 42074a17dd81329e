import type { EnvironmentInput } from "../../schema/environment";

export default {
  purpose: "disposable",
  project: "nexus-staging",
  region: "europe-west1",
  deployer: "deployer@nexus-staging.iam.gserviceaccount.com",
  stateBucket: "nexus-staging-terraform-state",
  bootstrap: {
    github: { repository: "nexus-erp/nexus", repositoryId: "812340003" },
    budget: { account: "03A2B3-C4D5E6-0F1A2B", monthly: 300 },
  },
  repository: "europe-west1-docker.pkg.dev/nexus-staging/nexus",
  registries: ["europe-west1-docker.pkg.dev/nexus-staging/"],
  network: {
    nodes: "10.80.0.0/20",
    pods: "10.84.0.0/14",
    services: "10.88.0.0/20",
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
  bitnami: { images: "docker.io/bitnamilegacy" },
  monitoring: { retentionDays: 3, diskGb: 20, email: "platform@nexus-erp.com" },
  services: {
    api: { replicas: { min: 1, max: 3 }, hosts: ["api.staging.nexus-erp.com"] },
    crm: { replicas: { min: 1, max: 3 }, hosts: ["api.staging.nexus-erp.com"] },
  },
  frontends: { web: ["app.staging.nexus-erp.com"] },
  vercel: { team: "nexus-erp", frontends: { web: { productionBranch: "main", regions: ["fra1"] } } },
  edge: { kind: "traefik", email: "platform@nexus-erp.com", acme: "staging" },
  variables: { LOG_LEVEL: "debug" },
  differences: [
    { fields: ["cluster", "monitoring.pool"], reason: "Autopilot costs nothing for nodes that are idle" },
    { fields: ["database", "cache", "bitnami"], reason: "Bitnami's charts cost less than Google's services" },
    { fields: ["edge"], reason: "a proxy in the cluster costs less than Google's load balancer" },
    { fields: ["services.api.replicas"], reason: "a part of production's load" },
    { fields: ["modules", "services.crm"], reason: "production has the module when staging has tried it" },
    { fields: ["monitoring.retentionDays", "monitoring.diskGb"], reason: "nobody looks further back" },
    { fields: ["monitoring.receiver"], reason: "alerts by e-mail suffice" },
  ],
} satisfies EnvironmentInput;
