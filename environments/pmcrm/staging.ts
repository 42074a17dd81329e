import type { EnvironmentInput } from "../../schema/environment";

export default {
  purpose: "disposable",
  project: "pmcrm-staging",
  region: "europe-west1",
  deployer: "deployer@pmcrm-staging.iam.gserviceaccount.com",
  stateBucket: "pmcrm-staging-terraform-state",
  repository: "europe-west1-docker.pkg.dev/pmcrm-staging/pmcrm",
  registries: ["europe-west1-docker.pkg.dev/pmcrm-staging/"],
  network: {
    nodes: "10.16.0.0/20",
    pods: "10.20.0.0/14",
    services: "10.24.0.0/20",
    datastores: "10.116.0.0/20",
  },
  cluster: {
    mode: "standard",
    channel: "REGULAR",
    maintenance: "03:00",
    nodePools: {
      app: { machineType: "e2-standard-2", min: 1, max: 3, spot: true },
      workers: { machineType: "e2-medium", min: 1, max: 3, spot: true, dedicated: true },
      monitoring: { machineType: "e2-standard-2", min: 1, max: 3, spot: true, dedicated: true },
    },
  },
  database: {
    kind: "cloud-sql",
    version: "POSTGRES_16",
    edition: "ENTERPRISE",
    tier: "db-custom-1-3840",
    availability: "ZONAL",
    diskGb: 10,
    diskLimitGb: 50,
    backups: { at: "02:00", keep: 7 },
    recoveryDays: 7,
    maintenance: { day: "SATURDAY", hour: 3, track: "canary" },
    insightsQueryLength: 1024,
  },
  cache: {
    kind: "memorystore",
    version: "REDIS_7_2",
    tier: "BASIC",
    memoryGb: 1,
    maintenance: { day: "SATURDAY", hour: 4 },
  },
  monitoring: {
    pool: "monitoring",
    retentionDays: 3,
    diskGb: 20,
    email: "platform@pmcrm.io",
  },
  services: {
    backend: { replicas: { min: 1, max: 3 }, hosts: ["api.staging.pmcrm.io"] },
    worker: { replicas: 1 },
  },
  edge: { kind: "google", waf: { mode: "enforce" } },
  variables: {
    LOG_LEVEL: "debug",
    GOOGLE_CLIENT_ID: "pmcrm-staging.apps.googleusercontent.com",
    MICROSOFT_CLIENT_ID: "pmcrm-staging",
  },
  differences: [
    { fields: ["cluster.nodePools", "services.*.replicas"], reason: "a part of production's load, on spot VMs" },
    { fields: ["database.tier", "database.diskGb", "database.diskLimitGb", "cache.memoryGb"], reason: "test data" },
    {
      fields: ["database.availability", "database.replicaRegion", "cache.tier"],
      reason: "nobody waits for staging during an outage",
    },
    { fields: ["monitoring.receiver", "datadog"], reason: "alerts by e-mail suffice" },
    {
      fields: ["database.backups.keep", "monitoring.retentionDays", "monitoring.diskGb"],
      reason: "nobody looks further back",
    },
    { fields: ["database.maintenance", "cache.maintenance"], reason: "updates come to staging a day earlier" },
    { fields: ["edge.waf"], reason: "false alarms show here first" },
  ],
} satisfies EnvironmentInput;
