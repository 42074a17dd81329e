import type { EnvironmentInput } from "../../schema/environment";

export default {
  purpose: "production",
  project: "pmcrm-production",
  region: "europe-west1",
  deployer: "deployer@pmcrm-production.iam.gserviceaccount.com",
  stateBucket: "pmcrm-production-terraform-state",
  repository: "europe-west1-docker.pkg.dev/pmcrm-production/pmcrm",
  registries: ["europe-west1-docker.pkg.dev/pmcrm-production/"],
  network: {
    nodes: "10.0.0.0/20",
    pods: "10.4.0.0/14",
    services: "10.8.0.0/20",
    datastores: "10.100.0.0/20",
  },
  cluster: {
    mode: "standard",
    channel: "REGULAR",
    maintenance: "03:00",
    nodePools: {
      app: { machineType: "e2-standard-4", min: 3, max: 12 },
      workers: { machineType: "e2-standard-4", min: 1, max: 5, dedicated: true },
      monitoring: { machineType: "e2-standard-4", min: 1, max: 3, dedicated: true },
    },
  },
  database: {
    kind: "cloud-sql",
    edition: "ENTERPRISE",
    tier: "db-custom-4-16384",
    availability: "REGIONAL",
    diskGb: 100,
    diskLimitGb: 500,
    backups: { at: "02:00", keep: 30 },
    recoveryDays: 7,
    maintenance: { day: "SUNDAY", hour: 3, track: "stable" },
    insightsQueryLength: 1024,
    replicaRegion: "europe-west3",
  },
  cache: { kind: "memorystore", tier: "STANDARD_HA", memoryGb: 5, maintenance: { day: "SUNDAY", hour: 4 } },
  monitoring: {
    pool: "monitoring",
    retentionDays: 15,
    diskGb: 100,
    email: "oncall@pmcrm.io",
    receiver: { kind: "slack", channel: "#pmcrm-alerts" },
  },
  datadog: { site: "datadoghq.eu" },
  services: {
    backend: { replicas: { min: 3, max: 20 }, hosts: ["api.pmcrm.io"] },
    worker: { replicas: 2 },
  },
  edge: { kind: "google", waf: { mode: "preview" } },
  variables: {
    LOG_LEVEL: "info",
    GOOGLE_CLIENT_ID: "pmcrm-production.apps.googleusercontent.com",
    MICROSOFT_CLIENT_ID: "pmcrm-production",
  },
} satisfies EnvironmentInput;
