import type { EnvironmentInput } from "../../schema/environment";

export default {
  purpose: "production",
  project: "pharmassist-production",
  region: "europe-west1",
  deployer: "deployer@pharmassist-production.iam.gserviceaccount.com",
  stateBucket: "pharmassist-production-terraform-state",
  repository: "europe-west1-docker.pkg.dev/pharmassist-production/pharmassist",
  registries: ["europe-west1-docker.pkg.dev/pharmassist-production/"],
  network: {
    nodes: "10.128.0.0/20",
    pods: "10.132.0.0/14",
    services: "10.136.0.0/20",
    datastores: "10.140.0.0/20",
  },
  cluster: {
    mode: "standard",
    channel: "REGULAR",
    maintenance: "03:00",
    nodePools: {
      app: { machineType: "e2-standard-4", min: 3, max: 9 },
      monitoring: { machineType: "e2-standard-4", min: 1, max: 3, dedicated: true },
    },
  },
  database: {
    kind: "cloud-sql",
    version: "POSTGRES_17",
    edition: "ENTERPRISE",
    tier: "db-custom-2-7680",
    availability: "REGIONAL",
    diskGb: 50,
    diskLimitGb: 500,
    backups: { at: "02:00", keep: 30 },
    recoveryDays: 7,
    maintenance: { day: "SUNDAY", hour: 3, track: "stable" },
    insightsQueryLength: 1024,
  },
  cache: {
    kind: "memorystore",
    version: "REDIS_7_2",
    tier: "STANDARD_HA",
    memoryGb: 1,
    maintenance: { day: "SUNDAY", hour: 4 },
  },
  monitoring: {
    pool: "monitoring",
    retentionDays: 15,
    diskGb: 100,
    email: "oncall@pharmassist.io",
    receiver: { kind: "slack", channel: "#pharmassist-alerts" },
  },
  services: {
    backend: { replicas: { min: 2, max: 10 }, hosts: ["api.pharmassist.io"] },
    admin: { replicas: { min: 2, max: 4 }, hosts: ["admin.pharmassist.io"] },
  },
  frontends: { app: ["app.pharmassist.io"] },
  edge: { kind: "google", waf: { mode: "preview" } },
  variables: {
    LOG_LEVEL: "INFO",
    GOOGLE_OAUTH_CLIENT_ID: "pharmassist-production.apps.googleusercontent.com",
    ADMIN_EMAIL_DOMAIN: "pharmassist.io",
  },
} satisfies EnvironmentInput;
