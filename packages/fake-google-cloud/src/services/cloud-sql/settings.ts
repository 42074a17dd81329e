import { isIPv4 } from "node:net";
import { invalid } from "../../api-error";
import { type Body, defaults } from "../../body";
import { zonesOf } from "../../regions";
import { type Shape, TEXTS } from "../../shape";
import { checkDenied } from "./denied-maintenance";
import { checkFlags } from "./flags";
import { badEnumeration, badRequest } from "./operations";

/** https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/instances#Settings */
const ENUMERATIONS: Readonly<Record<string, readonly string[]>> = {
  edition: ["ENTERPRISE", "ENTERPRISE_PLUS"],
  availabilityType: ["ZONAL", "REGIONAL"],
  activationPolicy: ["ALWAYS", "NEVER", "ON_DEMAND"],
  pricingPlan: ["PER_USE", "PACKAGE"],
  dataDiskType: ["PD_SSD", "PD_HDD", "HYPERDISK_BALANCED"],
  connectorEnforcement: ["NOT_REQUIRED", "REQUIRED"],
  dataApiAccess: ["ALLOW_DATA_API", "DISALLOW_DATA_API"],
  "ipConfiguration.sslMode": [
    "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
    "ENCRYPTED_ONLY",
    "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
  ],
  "ipConfiguration.serverCaMode": ["GOOGLE_MANAGED_INTERNAL_CA", "GOOGLE_MANAGED_CAS_CA", "CUSTOMER_MANAGED_CAS_CA"],
  "maintenanceWindow.updateTrack": ["canary", "stable", "week5"],
  "backupConfiguration.backupRetentionSettings.retentionUnit": ["COUNT"],
};

const SETTINGS: Shape = {
  settingsVersion: "number",
  edition: "text",
  tier: "text",
  availabilityType: "text",
  activationPolicy: "text",
  pricingPlan: "text",
  dataDiskType: "text",
  dataDiskSizeGb: "number",
  connectorEnforcement: "text",
  dataApiAccess: "text",
  deletionProtectionEnabled: "flag",
  storageAutoResizeLimit: "number",
  databaseFlags: [{ name: "text", value: "text" }],
  userLabels: TEXTS,
  locationPreference: { zone: "text" },
  insightsConfig: { queryStringLength: "number", queryPlansPerMinute: "number" },
  maintenanceWindow: { day: "number", hour: "number", updateTrack: "text" },
  denyMaintenancePeriods: [{ startDate: "text", endDate: "text", time: "text" }],
  ipConfiguration: {
    ipv4Enabled: "flag",
    privateNetwork: "text",
    allocatedIpRange: "text",
    sslMode: "text",
    serverCaMode: "text",
    authorizedNetworks: [{ value: "text" }],
  },
  backupConfiguration: {
    enabled: "flag",
    startTime: "text",
    pointInTimeRecoveryEnabled: "flag",
    transactionLogRetentionDays: "number",
    backupRetentionSettings: { retentionUnit: "text", retainedBackups: "number" },
  },
};

/** An instance, as far as the fake looks into it. */
export const INSTANCE_SHAPE: Shape = {
  name: "text",
  region: "text",
  databaseVersion: "text",
  masterInstanceName: "text",
  settings: SETTINGS,
  diskEncryptionConfiguration: { kmsKeyName: "text" },
};

/** What is wrong with a number outside its range. https://cloud.google.com/sql/docs/postgres/instance-settings */
const RANGES: Readonly<Record<string, readonly [number, number, string]>> = {
  dataDiskSizeGb: [10, 65536, "Disk size must be between 10 and 65536 GB"],
  "maintenanceWindow.day": [1, 7, "Maintenance window day must be between 1 and 7"],
  "maintenanceWindow.hour": [0, 23, "Maintenance window hour must be between 0 and 23"],
  "backupConfiguration.backupRetentionSettings.retainedBackups": [
    1,
    365,
    "The number of retained backups must be between 1 and 365",
  ],
  "insightsConfig.queryStringLength": [256, 4500, "Query string length must be between 256 and 4500 bytes"],
  "insightsConfig.queryPlansPerMinute": [0, 20, "Query plans per minute must be between 0 and 20"],
};

/** Days that transaction logs are kept at most, and by default. https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr#log-retention */
const LOG_DAYS: Readonly<Record<string, { readonly most: number; readonly usual: number }>> = {
  ENTERPRISE: { most: 7, usual: 7 },
  ENTERPRISE_PLUS: { most: 35, usual: 14 },
};

/**
 * Number of backups kept by default. https://cloud.google.com/sql/docs/postgres/backup-recovery/backups#automated-backups
 */
const USUAL_BACKUPS: Readonly<Record<string, number>> = { ENTERPRISE: 7, ENTERPRISE_PLUS: 15 };

/** https://cloud.google.com/sql/docs/postgres/editions-intro */
const usualEdition = (version: number) => (version >= 16 ? "ENTERPRISE_PLUS" : "ENTERPRISE");

/** Number of a version such as POSTGRES_16. */
export const majorOf = (version: string): number => Number(/^POSTGRES_(\d+)/.exec(version)?.[1]);

const valueAt = (object: Body, path: string): unknown =>
  path.split(".").reduce<Body | undefined>((value, key) => value?.[key], object);

const snake = (path: string) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What an edition's instances have besides. https://cloud.google.com/sql/docs/postgres/editions-intro */
const OF_EDITION: Readonly<Record<string, Body>> = {
  ENTERPRISE: {},
  ENTERPRISE_PLUS: {
    backupConfiguration: { backupTier: "STANDARD" },
    dataCacheConfig: { dataCacheEnabled: true },
  },
};

/** Messages that lack their zero values, as recorded. */
const WITHOUT_ZEROS: Readonly<Record<string, readonly string[]>> = {
  insightsConfig: ["queryInsightsEnabled", "recordApplicationTags", "recordClientAddress"],
  backupConfiguration: ["binaryLogEnabled"],
};

/** What the service fills in among an instance's settings. */
export function completeSettings(settings: Body, { databaseVersion, region }: Body): void {
  defaults(settings, { edition: usualEdition(majorOf(databaseVersion)) });
  // Another edition is refused when the settings are complete.
  const edition = Object.hasOwn(LOG_DAYS, settings.edition) ? settings.edition : "ENTERPRISE";
  if (edition === "ENTERPRISE") delete settings.dataCacheConfig;
  if (settings.backupConfiguration) defaults(settings.backupConfiguration, { replicationLogArchivingEnabled: false });
  const { sslMode } = settings.ipConfiguration ?? {};
  for (const [message, fields] of Object.entries(WITHOUT_ZEROS))
    for (const field of fields) if (settings[message]?.[field] === false) delete settings[message][field];
  defaults(settings, OF_EDITION[edition] as Body);
  defaults(settings, {
    kind: "sql#settings",
    settingsVersion: "1",
    activationPolicy: "ALWAYS",
    availabilityType: "ZONAL",
    pricingPlan: "PER_USE",
    dataDiskType: "PD_SSD",
    dataDiskSizeGb: "10",
    storageAutoResize: true,
    storageAutoResizeLimit: "0",
    connectorEnforcement: "NOT_REQUIRED",
    deletionProtectionEnabled: false,
    replicationType: "SYNCHRONOUS",
    backupConfiguration: {
      kind: "sql#backupConfiguration",
      enabled: false,
      startTime: "03:00",
      transactionLogRetentionDays: LOG_DAYS[edition]?.usual,
      backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: USUAL_BACKUPS[edition] },
      transactionalLogStorageState: "TRANSACTIONAL_LOG_STORAGE_STATE_UNSPECIFIED",
    },
    ipConfiguration: {
      ipv4Enabled: true,
      requireSsl: sslMode === "TRUSTED_CLIENT_CERTIFICATE_REQUIRED", // its older name
      sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
      authorizedNetworks: [],
    },
    authorizedGaeApplications: [],
    locationPreference: { kind: "sql#locationPreference", zone: zonesOf(region)[0] },
  });
}

/**
 * What a bigger edition raises when nothing is sent about it, as recorded; a smaller one leaves it.
 * https://github.com/langfuse/langfuse-terraform-gcp/issues/8
 */
export function raiseRetention(settings: Body, before: Body, sent: Body): void {
  if (settings.edition !== "ENTERPRISE_PLUS" || before.edition !== "ENTERPRISE" || sent.backupConfiguration) return;
  delete settings.backupConfiguration.transactionLogRetentionDays;
  delete settings.backupConfiguration.backupRetentionSettings;
}

/** Refuses settings that Cloud SQL refuses, complete as they are. */
export function checkSettings({ settings, masterInstanceName }: Body, before?: Body): void {
  for (const [field, values] of Object.entries(ENUMERATIONS)) {
    const value = valueAt(settings, field);
    if (value !== undefined && !values.includes(value as string))
      throw badEnumeration(`settings.${snake(field)}`, value);
  }
  for (const [field, [least, most, problem]] of Object.entries(RANGES)) {
    const value = valueAt(settings, field);
    if (value !== undefined && !(Number(value) >= least && Number(value) <= most)) throw badRequest(problem);
  }
  checkTier(settings.edition, settings.tier);
  checkDisk(settings, before);
  checkBackups(settings, masterInstanceName !== undefined, before);
  checkAddresses(settings.ipConfiguration, before?.ipConfiguration);
  checkFlags(settings.databaseFlags ?? []);
  checkDenied(settings.denyMaintenancePeriods ?? []);
}

/** https://cloud.google.com/sql/docs/postgres/instance-settings#machine-type-2ndgen */
function checkTier(edition: string, tier = ""): void {
  const shared = tier === "db-f1-micro" || tier === "db-g1-small";
  const custom = tier.startsWith("db-custom-");
  if (edition === "ENTERPRISE_PLUS" && (shared || custom))
    throw badRequest(
      `Invalid Tier (${tier}) for (ENTERPRISE_PLUS) Edition. Use a predefined Tier like db-perf-optimized-N-* instead. Learn more at https://cloud.google.com/sql/docs/postgres/create-instance#machine-types`,
    );
  if (edition === "ENTERPRISE" && tier.startsWith("db-perf-optimized-"))
    throw badRequest(
      `Invalid Tier (${tier}) for (ENTERPRISE) Edition. Use a Tier like db-custom-* instead. Learn more at https://cloud.google.com/sql/docs/postgres/create-instance#machine-types`,
    );
  if (/^db-n1-/.test(tier))
    throw badRequest("Only custom or shared-core instance Billing Tier type allowed for PostgreSQL database");
  if (!/^db-(f1-micro|g1-small|[a-z0-9]+(-[A-Za-z0-9]+)*-\d+)$/.test(tier)) throw badRequest(`Tier (${tier})`);
  if (custom) checkCustomTier(tier);
}

function checkCustomTier(tier: string): void {
  const [, cpus = Number.NaN, mib = Number.NaN] = /^db-custom-(?:[A-Z]\w*-)?(\d+)-(\d+)$/.exec(tier)?.map(Number) ?? [];
  const problem = Number.isNaN(cpus + mib)
    ? "it must be of the form db-custom-<vCPUs>-<memory in MB>"
    : cpus < 1 || cpus > 96 || (cpus > 1 && cpus % 2)
      ? "vCPUs must be 1 or an even number up to 96"
      : mib % 256 || mib < 3840
        ? "memory must be a multiple of 256 MB and at least 3840 MB"
        : mib < cpus * 0.9 * 1024 || mib > cpus * 6.5 * 1024
          ? "memory must be between 0.9 and 6.5 GB per vCPU"
          : undefined;
  if (problem) throw badRequest(`Invalid Tier (${tier}): ${problem}`);
}

/** https://cloud.google.com/sql/docs/postgres/instance-settings#storage-capacity-2ndgen */
function checkDisk(settings: Body, before?: Body): void {
  const { edition, dataDiskType, dataDiskSizeGb, storageAutoResize, storageAutoResizeLimit } = settings;
  if (edition === "ENTERPRISE_PLUS" && dataDiskType === "PD_HDD")
    throw badRequest("HDD storage is not supported for the ENTERPRISE_PLUS edition");
  const limit = Number(storageAutoResizeLimit);
  if (storageAutoResize && limit && limit < Number(dataDiskSizeGb))
    throw badRequest(`Storage auto-resize limit ${limit} GB is less than the disk size ${dataDiskSizeGb} GB`);
  if (!before) return;
  if (dataDiskType !== before.dataDiskType) throw badRequest("The storage type cannot be changed");
  if (Number(dataDiskSizeGb) < Number(before.dataDiskSizeGb)) throw badRequest("The disk size cannot be decreased");
}

function checkBackups(settings: Body, isReplica: boolean, before?: Body): void {
  const { edition, availabilityType, backupConfiguration } = settings;
  const { enabled, pointInTimeRecoveryEnabled, startTime, transactionLogRetentionDays: days } = backupConfiguration;
  const { retainedBackups } = backupConfiguration.backupRetentionSettings;
  const { most } = LOG_DAYS[edition] as { most: number };
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(startTime))
    throw badRequest(`Backup start time ${startTime} must be in the 24 hour HH:MM format`);
  // Another edition leaves them as they are, too many as they may be: the update after that is refused.
  // https://github.com/langfuse/langfuse-terraform-gcp/issues/8
  const stay = before && before.edition !== edition && before.backupConfiguration.transactionLogRetentionDays === days;
  if (!stay && !(days >= 1 && days <= most))
    throw badRequest(`The number of transaction log retention days must be between 1 and ${most}`);
  // Equal numbers are allowed, despite the message: the defaults are 7 and 7.
  // https://github.com/terraform-google-modules/terraform-google-sql-db/pull/785
  if (enabled && pointInTimeRecoveryEnabled && !stay && days > retainedBackups)
    throw badRequest("backup retention should be > transaction log retention");
  if (isReplica && (enabled || pointInTimeRecoveryEnabled))
    throw badRequest("Invalid flag for instance role: Backups cannot be enabled for read replica instance");
  // A replica's standby has none. https://cloud.google.com/sql/docs/postgres/high-availability#backups-and-restores
  if (availabilityType === "REGIONAL" && !enabled && !isReplica)
    throw badRequest("Automated backups must be enabled for a high availability instance");
}

/** https://cloud.google.com/sql/docs/postgres/configure-ip */
function checkAddresses(ip: Body, before?: Body): void {
  if (!ip.ipv4Enabled && !ip.privateNetwork && !ip.pscConfig?.pscEnabled)
    throw badRequest("At least one of Public IP or Private IP or PSC connectivity must be enabled");
  if (before?.privateNetwork && !ip.privateNetwork)
    throw invalid("This operation is not valid for this instance.", "invalidOperation");
  for (const { value } of ip.authorizedNetworks ?? []) {
    const [address, bits = "32", ...more] = String(value).split("/");
    if (!isIPv4(address as string) || !/^\d+$/.test(bits) || Number(bits) > 32 || more.length)
      throw badRequest(`Invalid authorized network (${value})`);
    if (/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(value))
      throw badRequest(`Non-routable or private authorized network (${value})`);
  }
}
