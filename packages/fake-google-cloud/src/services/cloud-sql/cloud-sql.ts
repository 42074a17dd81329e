import { ApiError, conflict, denied, invalid } from "../../api-error";
import { type Body, defaults, merge } from "../../body";
import type { Cloud } from "../../cloud";
import { REGIONS } from "../../regions";
import { type Call, route } from "../../route";
import type { Service } from "../../service";
import { minutesOf } from "../../times";
import { needKeyGrant } from "../cloud-kms";
import { addressesOf, privateBlock } from "./addresses";
import {
  badEnumeration,
  badRequest,
  begin,
  INSTANCE,
  INSTANCES,
  instanceKey,
  needIdle,
  needInstance,
  selfLinkOf,
  sqlOperationRoutes,
} from "./operations";
import { checkSettings, completeSettings, INSTANCE_SHAPE, majorOf, raiseRetention } from "./settings";
import { createSuperuser, sqlUserRoutes } from "./users";

/** Those of PostgreSQL, which alone is played here. https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/SqlDatabaseVersion */
const VERSIONS = ["9_6", ...Array.from({ length: 9 }, (_, i) => String(10 + i))].map(
  (version) => `POSTGRES_${version}`,
);

const WEEK = 7 * 24 * 3_600_000;
const DAY = 24 * 3_600_000;
const MINUTES = minutesOf("google_sql_database_instance");

const invalidOperation = (message: string) => invalid(message, "invalidOperation");

/** https://cloud.google.com/sql/docs/postgres/instance-settings#instance-id-2ndgen */
function checkName(cloud: Cloud, project: string, name = ""): void {
  if (!/^[a-z][a-z0-9-]*$/.test(name) || project.length + name.length > 97) throw badRequest(`instance name (${name})`);
  const key = instanceKey(project, name);
  // The name of a deleted instance stays taken for a week. https://cloud.google.com/sql/docs/postgres/delete-instance
  if (cloud.store.get(key) || Date.now() - (cloud.deleted.get(key) ?? 0) < WEEK)
    throw conflict(
      "The Cloud SQL instance already exists. When you delete an instance, you can't reuse the name of the deleted instance until one week from the deletion date.",
      "instanceAlreadyExists",
    );
}

/** Completes an instance, and refuses what Cloud SQL refuses in it. */
function accept(cloud: Cloud, project: string, instance: Body, before?: Body): void {
  const { region, databaseVersion } = instance;
  if (!VERSIONS.includes(databaseVersion)) throw badEnumeration("database_version", databaseVersion);
  if (!REGIONS.includes(region)) throw badRequest(`Invalid region (${region})`);
  instance.settings ??= {};
  completeSettings(instance.settings, instance);
  checkSettings(instance, before?.settings);
  const block = privateBlock(cloud, project, instance, before?.settings.ipConfiguration);
  if (before) checkFixed(instance, before);
  else if (instance.diskEncryptionConfiguration)
    needKeyGrant(
      cloud,
      instance.diskEncryptionConfiguration.kmsKeyName ?? "",
      `serviceAccount:service-${cloud.numberOf(project)}@gcp-sa-cloud-sql.iam.gserviceaccount.com`,
    );
  instance.ipAddresses = addressesOf(cloud, instance, block);
  complete(cloud, project, instance);
}

/** https://cloud.google.com/sql/docs/postgres/instance-settings, https://cloud.google.com/sql/docs/postgres/upgrade-major-db-version */
function checkFixed(instance: Body, before: Body): void {
  for (const field of ["name", "region", "masterInstanceName", "diskEncryptionConfiguration"])
    if (JSON.stringify(instance[field]) !== JSON.stringify(before[field]))
      throw invalidOperation(`The ${field} of an instance cannot be changed.`);
  if (majorOf(instance.databaseVersion) < majorOf(before.databaseVersion))
    throw badRequest(
      `Database version cannot be downgraded from ${before.databaseVersion} to ${instance.databaseVersion}`,
    );
}

/** What the service fills in beside the settings. */
function complete(cloud: Cloud, project: string, instance: Body): void {
  const now = new Date().toISOString();
  const { name, region, databaseVersion } = instance;
  defaults(instance, {
    kind: "sql#instance",
    state: "RUNNABLE",
    project,
    backendType: "SECOND_GEN",
    connectionName: `${project}:${region}:${name}`,
    instanceType: instance.masterInstanceName ? "READ_REPLICA_INSTANCE" : "CLOUD_SQL_INSTANCE",
    selfLink: selfLinkOf(`projects/${project}/instances/${name}`),
    serviceAccountEmailAddress: `p${cloud.numberOf(project)}@gcp-sa-cloud-sql.iam.gserviceaccount.com`,
    createTime: now,
    maintenanceVersion: `${databaseVersion}_9.R20260101`,
    gceZone: instance.settings.locationPreference.zone,
    dnsName: "x.sql.goog",
    sqlNetworkArchitecture: "NEW_NETWORK_ARCHITECTURE",
    satisfiesPzi: true,
    // https://cloud.google.com/sql/docs/postgres/gemini-in-databases
    geminiConfig: {
      entitled: false,
      googleVacuumMgmtEnabled: false,
      oomSessionCancelEnabled: false,
      activeQueryEnabled: false,
      indexAdvisorEnabled: false,
    },
    serverCaCert: {
      kind: "sql#sslCert",
      instance: name,
      cert: "CERT",
      certSerialNumber: "0",
      commonName: "CN",
      createTime: now,
      expirationTime: now,
      sha1Fingerprint: "00",
    },
  });
}

/** Where a replica's primary is. */
const primaryKey = (project: string, { masterInstanceName }: Body) =>
  masterInstanceName && instanceKey(project, masterInstanceName.split(":").pop());

/** https://cloud.google.com/sql/docs/postgres/replication/create-replica */
function acceptReplica(cloud: Cloud, project: string, replica: Body): void {
  const key = primaryKey(project, replica);
  // Nobody may see what is not there.
  const primary = cloud.need(key, denied("The client is not authorized to make this request.", "notAuthorized"));
  needIdle(cloud, key);
  if (replica.databaseVersion !== primary.databaseVersion)
    throw invalid(
      "The database versions for the source and target instances are incompatible for replication.",
      "errorReadReplicaIncompatibleDatabaseTypes",
    );
  const { dataDiskSizeGb } = primary.settings;
  replica.settings = defaults(replica.settings ?? {}, { dataDiskSizeGb });
  if (Number(replica.settings.dataDiskSizeGb) < Number(dataDiskSizeGb))
    throw badRequest(`The replica's disk cannot be smaller than the primary's, which has ${dataDiskSizeGb} GB`);
  replica.masterInstanceName = `${project}:${primary.name}`;
}

function setReplicas(cloud: Cloud, project: string, replica: Body, change: (names: string[]) => string[]): void {
  const key = primaryKey(project, replica);
  const primary = key && cloud.store.get(key);
  if (primary) cloud.store.set(key, { ...primary, replicaNames: change(primary.replicaNames ?? []) });
}

function create({ params, body }: Call, cloud: Cloud): Body {
  const project = params.project as string;
  const instance = structuredClone(body);
  checkName(cloud, project, instance.name);
  if (instance.masterInstanceName) acceptReplica(cloud, project, instance);
  accept(cloud, project, instance);
  cloud.store.set(instanceKey(project, instance.name), instance);
  setReplicas(cloud, project, instance, (names) => [...names, instance.name]);
  // A replica has its primary's users.
  if (!instance.masterInstanceName) createSuperuser(cloud, project, instance.name);
  const operationType = instance.masterInstanceName ? "CREATE_REPLICA" : "CREATE";
  return begin(cloud, { project, instance: instance.name, operationType, minutes: MINUTES });
}

/**
 * Copies an instance with what is in it, but for passwords and the maintenance window.
 * https://cloud.google.com/sql/docs/postgres/clone-instance
 */
function clone({ params, body }: Call, cloud: Cloud): Body {
  const project = params.project as string;
  const sourceKey = instanceKey(project, params.instance as string);
  const source = needInstance(cloud, sourceKey);
  const { destinationInstanceName: name, pointInTime, allocatedIpRange } = body.cloneContext ?? {};
  checkName(cloud, project, name);
  needIdle(cloud, sourceKey);
  if (source.masterInstanceName)
    throw invalid("The requested operation is not valid for a read replica.", "errorReadReplicaInvalidOperation");
  if (pointInTime) checkMoment(source, pointInTime);
  const { region, databaseVersion, settings, diskEncryptionConfiguration } = structuredClone(source);
  const { maintenanceWindow: _, ...copied } = settings;
  const copy: Body = { name, region, databaseVersion, settings: copied };
  if (diskEncryptionConfiguration) copy.diskEncryptionConfiguration = diskEncryptionConfiguration;
  if (allocatedIpRange) copied.ipConfiguration.allocatedIpRange = allocatedIpRange;
  accept(cloud, project, copy);
  const key = instanceKey(project, name);
  cloud.store.set(key, copy);
  for (const [childKey, child] of cloud.store.below(sourceKey))
    cloud.store.set(childKey.replace(sourceKey, key), { ...structuredClone(child), instance: name });
  return begin(cloud, { project, instance: name, operationType: "CLONE", minutes: MINUTES });
}

/** https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr */
function checkMoment({ settings, createTime }: Body, pointInTime: string): void {
  const { pointInTimeRecoveryEnabled, transactionLogRetentionDays } = settings.backupConfiguration;
  const moment = Date.parse(pointInTime);
  if (!pointInTimeRecoveryEnabled) throw badRequest("Point-in-time recovery is not enabled on the source instance");
  if (Number.isNaN(moment)) throw badRequest(`Invalid point in time (${pointInTime})`);
  if (moment > Date.now()) throw badRequest(`The point in time ${pointInTime} is in the future`);
  if (moment < Math.max(Date.parse(createTime), Date.now() - transactionLogRetentionDays * DAY))
    throw badRequest(`The point in time ${pointInTime} is before the earliest recovery time of the source instance`);
}

/** PUT replaces the settings: what is not sent is as it is by default, except for the disk. */
function update({ method, params, body }: Call, cloud: Cloud): Body {
  const { project, instance: name } = params as { project: string; instance: string };
  const key = instanceKey(project, name);
  const before = needInstance(cloud, key);
  needIdle(cloud, key);
  const { settings: sent, ...rest } = structuredClone(body);
  const after = merge(structuredClone(before), rest);
  if (sent) {
    const { settingsVersion, dataDiskSizeGb } = before.settings;
    // https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/instances/update
    if (method === "PUT" && (sent.settingsVersion ?? settingsVersion) !== settingsVersion)
      throw new ApiError(412, "FAILED_PRECONDITION", "Condition does not match.", "staleData");
    after.settings = method === "PUT" ? { dataDiskSizeGb, ...sent } : merge(after.settings, sent);
    raiseRetention(after.settings, before.settings, sent);
    after.settings.settingsVersion = String(Number(settingsVersion ?? 0) + 1);
  }
  accept(cloud, project, after, before);
  cloud.store.set(key, after);
  return begin(cloud, { project, instance: name, operationType: "UPDATE" });
}

/** https://cloud.google.com/sql/docs/postgres/delete-instance, https://cloud.google.com/sql/docs/postgres/deletion-protection */
function remove({ params }: Call, cloud: Cloud): Body {
  const { project, instance: name } = params as { project: string; instance: string };
  const key = instanceKey(project, name);
  const instance = needInstance(cloud, key);
  needIdle(cloud, key);
  if (instance.settings.deletionProtectionEnabled)
    throw invalid(
      "The instance is protected. Please disable the deletion protection and try again. To disable deletion protection, update the instance settings with deletionProtectionEnabled set to false.",
      "errorProtectedInstanceDeletionFailure",
    );
  if (instance.replicaNames?.length)
    throw invalid(
      "The requested operation is not valid for a replication master instance.",
      "errorReplicationMasterInvalidOperation",
    );
  cloud.store.delete(key);
  cloud.deleted.set(key, Date.now());
  for (const user of cloud.passwords.keys())
    if (user.startsWith(`projects/${project}/instances/${name}/`)) cloud.passwords.delete(user);
  setReplicas(cloud, project, instance, (names) => names.filter((other) => other !== name));
  return begin(cloud, { project, instance: name, operationType: "DELETE" });
}

/** Cloud SQL for PostgreSQL: https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/instances */
export const cloudSql: Service = {
  name: "sql",
  api: "sqladmin.googleapis.com",
  endpoints: { SQL: "sql/v1beta4" },
  routes: [
    ...sqlOperationRoutes,
    ...sqlUserRoutes,
    route("POST", INSTANCES, create, INSTANCE_SHAPE),
    route("GET", INSTANCE, ({ path }, cloud) => needInstance(cloud, `sql/${path}`)),
    route("PUT", INSTANCE, update, INSTANCE_SHAPE),
    route("PATCH", INSTANCE, update, INSTANCE_SHAPE),
    route("DELETE", INSTANCE, remove),
    route("POST", `${INSTANCE}/clone`, clone, {
      cloneContext: { destinationInstanceName: "text", pointInTime: "text", allocatedIpRange: "text" },
    }),
  ],
};
