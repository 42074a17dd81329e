import type { EnvironmentInput } from "../../schema/environment";

export default {
  purpose: "disposable",
  project: "pharmassist-staging",
  region: "europe-west1",
  deployer: "deployer@pharmassist-staging.iam.gserviceaccount.com",
  stateBucket: "pharmassist-staging-terraform-state",
  bootstrap: {
    github: { repository: "pharmassist/pharmassist", repositoryId: "812340004" },
    budget: { account: "04A2B3-C4D5E6-0F1A2B", monthly: 300 },
  },
  repository: "europe-west1-docker.pkg.dev/pharmassist-staging/pharmassist",
  registries: ["europe-west1-docker.pkg.dev/pharmassist-staging/"],
  network: {
    nodes: "10.144.0.0/20",
    pods: "10.148.0.0/14",
    services: "10.152.0.0/20",
  },
  cluster: {
    mode: "standard",
    channel: "REGULAR",
    maintenance: "03:00",
    nodePools: {
      app: { machineType: "e2-standard-2", min: 1, max: 3, spot: true },
      monitoring: { machineType: "e2-standard-2", min: 1, max: 3, spot: true, dedicated: true },
    },
  },
  // Neon, which has point-in-time recovery of its own
  database: {
    kind: "external",
    version: "POSTGRES_17",
    host: "ep-calm-river-a1b2c3d4.eu-central-1.aws.neon.tech",
    pooler: { host: "ep-calm-river-a1b2c3d4-pooler.eu-central-1.aws.neon.tech" },
    name: "pharmassist",
    user: "pharmassist_owner",
    snapshot: ["neonctl", "branches", "create", "--project-id=calm-river-12345678", "--parent=main"],
  },
  cache: { kind: "none" },
  monitoring: { pool: "monitoring", retentionDays: 3, diskGb: 20, email: "platform@pharmassist.io" },
  services: {
    backend: { replicas: { min: 1, max: 3 }, hosts: ["api.staging.pharmassist.io"] },
    admin: { replicas: { min: 1, max: 2 }, hosts: ["admin.staging.pharmassist.io"] },
  },
  frontends: { app: ["app.staging.pharmassist.io"] },
  vercel: { team: "pharmassist", frontends: { app: { productionBranch: "main", regions: ["fra1"] } } },
  edge: { kind: "google", waf: { mode: "enforce" } },
  variables: {
    LOG_LEVEL: "DEBUG",
    GOOGLE_OAUTH_CLIENT_ID: "pharmassist-staging.apps.googleusercontent.com",
    NEXT_PUBLIC_GOOGLE_OAUTH_CLIENT_ID: "pharmassist-staging.apps.googleusercontent.com",
    ADMIN_EMAILS: "admin@pharmassist.io",
  },
  differences: [
    { fields: ["cluster.nodePools", "services.*.replicas"], reason: "a part of production's load, on spot VMs" },
    { fields: ["database"], reason: "Neon makes a branch of the data for each test" },
    { fields: ["cache"], reason: "the API must work without one" },
    { fields: ["monitoring.retentionDays", "monitoring.diskGb"], reason: "nobody looks further back" },
    { fields: ["monitoring.receiver"], reason: "alerts by e-mail suffice" },
    { fields: ["edge.waf"], reason: "false alarms show here first" },
  ],
} satisfies EnvironmentInput;
