import { CONNECTIONS, compute, GLOBAL, LOCATION, NETWORK, OTHER, type ValidCall } from "./call";

const INSTANCE = "projects/p/instances/db";
const REDIS = `${LOCATION}/instances/cache`;

export const DATASTORES: readonly ValidCall[] = [
  compute("POST", `${GLOBAL}/addresses`, {
    name: "range-of-m",
    purpose: "VPC_PEERING",
    addressType: "INTERNAL",
    prefixLength: 24,
    network: OTHER,
  }),
  {
    service: "servicenetworking",
    method: "POST",
    path: CONNECTIONS,
    body: { network: OTHER, reservedPeeringRanges: ["range-of-m"] },
  },
  {
    service: "servicenetworking",
    method: "POST",
    path: CONNECTIONS,
    body: { network: NETWORK, reservedPeeringRanges: ["range"] },
  },
  {
    service: "servicenetworking",
    method: "PATCH",
    path: `${CONNECTIONS}/servicenetworking-googleapis-com`,
    body: { network: NETWORK, reservedPeeringRanges: ["range"] },
  },
  {
    service: "sql",
    method: "POST",
    path: "projects/p/instances",
    body: {
      name: "db",
      region: "us-east4",
      databaseVersion: "POSTGRES_16",
      settings: {
        tier: "db-custom-2-7680",
        edition: "ENTERPRISE",
        availabilityType: "REGIONAL",
        dataDiskSizeGb: "20",
        dataApiAccess: "ALLOW_DATA_API",
        databaseFlags: [{ name: "cloudsql.iam_authentication", value: "on" }],
        userLabels: { a: "b" },
        ipConfiguration: {
          ipv4Enabled: true,
          privateNetwork: NETWORK,
          authorizedNetworks: [{ value: "203.0.113.0/24" }],
        },
        backupConfiguration: {
          enabled: true,
          startTime: "03:00",
          pointInTimeRecoveryEnabled: true,
          transactionLogRetentionDays: 7,
          backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: 7 },
        },
        maintenanceWindow: { day: 7, hour: 3, updateTrack: "stable" },
        insightsConfig: { queryInsightsEnabled: true, queryStringLength: 1024 },
      },
    },
  },
  { service: "sql", method: "PATCH", path: INSTANCE, body: { settings: { userLabels: { a: "c" } } } },
  {
    service: "sql",
    method: "PUT",
    path: INSTANCE,
    body: {
      settings: {
        tier: "db-custom-4-15360",
        edition: "ENTERPRISE",
        dataApiAccess: "ALLOW_DATA_API",
        databaseFlags: [{ name: "cloudsql.iam_authentication", value: "on" }],
        ipConfiguration: { privateNetwork: NETWORK },
      },
    },
  },
  { service: "sql", method: "POST", path: `${INSTANCE}/databases`, body: { name: "d", charset: "UTF8" } },
  {
    service: "sql",
    method: "POST",
    path: `${INSTANCE}/users`,
    body: { name: "u", password: "x", databaseRoles: ["pg_monitor"] },
  },
  { service: "sql", method: "POST", path: `${INSTANCE}/users`, body: { name: "i", type: "CLOUD_IAM_USER" } },
  { service: "sql", method: "PUT", path: `${INSTANCE}/users`, body: { password: "y" }, query: { name: "u" } },
  {
    service: "sql",
    method: "POST",
    path: `${INSTANCE}/executeSql`,
    body: { database: "d", sqlStatement: 'SET ROLE cloudsqlsuperuser;\nCREATE ROLE "r"' },
  },
  {
    service: "sql",
    method: "POST",
    path: `${INSTANCE}/clone`,
    body: { cloneContext: { destinationInstanceName: "db2" } },
  },
  {
    service: "redis",
    method: "POST",
    path: `${LOCATION}/instances`,
    body: {
      tier: "STANDARD_HA",
      memorySizeGb: 5,
      redisVersion: "REDIS_7_0",
      authorizedNetwork: NETWORK,
      connectMode: "PRIVATE_SERVICE_ACCESS",
      readReplicasMode: "READ_REPLICAS_ENABLED",
      replicaCount: 1,
      redisConfigs: { "maxmemory-policy": "allkeys-lru" },
      persistenceConfig: { persistenceMode: "RDB", rdbSnapshotPeriod: "ONE_HOUR" },
      maintenancePolicy: { description: "d", weeklyMaintenanceWindow: [{ day: "MONDAY", startTime: { hours: 3 } }] },
      labels: { a: "b" },
    },
    query: { instanceId: "cache" },
  },
  { service: "redis", method: "PATCH", path: REDIS, body: { memorySizeGb: 6 }, query: { updateMask: "memorySizeGb" } },
  { service: "redis", method: "POST", path: `${REDIS}:upgrade`, body: { redisVersion: "REDIS_7_2" } },
];
