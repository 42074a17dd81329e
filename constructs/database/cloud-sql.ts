import { SqlDatabase } from "@cdktf/provider-google/lib/sql-database";
import type { SqlDatabaseInstance } from "@cdktf/provider-google/lib/sql-database-instance";
import { SqlUser } from "@cdktf/provider-google/lib/sql-user";
import { type ITerraformDependable, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { DAYS, type Day } from "../../facts/days";
import { DAY } from "../../facts/maintenance";
import type { SecretSource } from "../secrets/secret";
import { fix } from "../terraform/fixed";
import { CloudSqlInstance, type CloudSqlInstanceProps } from "./cloud-sql-instance";
import { CloudSqlUsers, type DatabasePassword } from "./cloud-sql-users";

export interface CloudSqlProps extends Omit<CloudSqlInstanceProps, "address" | "name" | "region"> {
  /** REGIONAL has a standby in another zone, to which Google fails over automatically. ZONAL has no standby. */
  readonly availability: "ZONAL" | "REGIONAL";
  /** Initial size of the disk in GB. The disk grows automatically up to `diskLimitGb`. */
  readonly diskGb: number;
  /** Time of the daily backup, as HH:MM in UTC, and the number of backups to keep. */
  readonly backups: { readonly at: string; readonly keep: number };
  /** Days that point-in-time recovery can go back. */
  readonly recoveryDays: number;
  /** Start of the weekly maintenance window. The hour is in UTC. */
  readonly maintenance: { readonly day: Day; readonly hour: number; readonly track: "canary" | "stable" | "week5" };
  /**
   * A time (UTC, RFC 3339) without maintenance, of at most 90 days. It is rounded up to whole days, because Cloud SQL has one
   * time of day for both ends. A replica has the same one as its primary. None by default.
   * {@link https://cloud.google.com/sql/docs/postgres/maintenance}
   */
  readonly withoutMaintenance?: { readonly from: string; readonly until: string };
  /** The database's name. */
  readonly database: string;
  /** Name of the role that owns the database's objects. The names of the users that act as it start with this name. */
  readonly role: string;
  /** The users' password, and whether the user of the previous generation can still log in. */
  readonly password: DatabasePassword;
  /** PostgreSQL extensions to create. The construct always creates pgaudit, which audit logs need. */
  readonly extensions: readonly string[];
  /** Service account of the deployer. It logs in through IAM to create the role and the extensions. */
  readonly administrator: string;
  /** Another region, for a read replica that you can promote. By default there is no replica. */
  readonly replicaRegion?: string;
  /**
   * A second instance with the content of the primary at a time in the past (UTC, RFC 3339). The time must be within
   * `recoveryDays`. By default there is no second instance. Once the instance exists and is protected, a plan with
   * another time fails.
   * {@link https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr}
   */
  readonly restore?: { readonly name: string; readonly at: string };
  /** The instance that services use. */
  readonly serving: "primary" | "restored";
}

/**
 * The maximum number of connections of a replica. A replica with fewer connections than its primary stops, and the
 * primary changes first. This is the number that Cloud SQL gives to its largest tiers.
 * {@link https://cloud.google.com/sql/docs/postgres/troubleshooting}
 */
const MOST_CONNECTIONS = 1000;

/** The days that cover a time, as Cloud SQL has them: both ends are at the time of day at which the first one is. */
function denied({ from, until }: NonNullable<CloudSqlProps["withoutMaintenance"]>) {
  const [startDate = "", time = ""] = from.replace("Z", "").split("T");
  const days = Math.ceil((Date.parse(until) - Date.parse(from)) / DAY);
  const endDate = new Date(Date.parse(from) + days * DAY).toISOString().slice(0, startDate.length);
  return { startDate, endDate, time };
}

/** Settings that a replica does not have. */
const settingsOf = ({ availability, backups, recoveryDays, maintenance, withoutMaintenance }: CloudSqlProps) => ({
  availabilityType: availability,
  retainBackupsOnDelete: true,
  backupConfiguration: {
    enabled: true,
    startTime: backups.at,
    pointInTimeRecoveryEnabled: true,
    transactionLogRetentionDays: recoveryDays,
    backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: backups.keep },
  },
  maintenanceWindow: {
    day: DAYS.indexOf(maintenance.day) + 1,
    hour: maintenance.hour,
    updateTrack: maintenance.track,
  },
  ...(withoutMaintenance && { denyMaintenancePeriod: denied(withoutMaintenance) }),
});

/**
 * The script that creates the role and the extensions if they do not exist. Each change runs the whole script again,
 * which must finish within 30 seconds. Members of cloudsqlsuperuser must set that role to create roles, because
 * PostgreSQL does not inherit role attributes.
 * {@link https://www.postgresql.org/docs/current/role-membership.html}
 */
const scriptOf = ({ database, role, extensions }: CloudSqlProps) =>
  [
    "SET ROLE cloudsqlsuperuser;",
    "DO $do$ BEGIN",
    `  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE "${role}" NOLOGIN; END IF;`,
    "END $do$;",
    `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE "${database}" TO "${role}";`,
    `GRANT USAGE, CREATE ON SCHEMA public TO "${role}";`,
    ...["pgaudit", ...extensions].map((name) => `CREATE EXTENSION IF NOT EXISTS "${name}";`),
  ].join("\n");

/** Runs the script on an instance, through Cloud SQL's Data API. */
function provision(
  scope: Construct,
  instance: SqlDatabaseInstance,
  props: CloudSqlProps,
  dependsOn: ITerraformDependable[] = [],
): TerraformResource {
  instance.addOverride("settings.data_api_access", "ALLOW_DATA_API"); // the bindings do not have it
  const script = new TerraformResource(scope, "script", {
    terraformResourceType: "google_sql_provision_script",
    terraformGeneratorMetadata: { providerName: "google" },
    dependsOn,
  });
  for (const [argument, value] of Object.entries({
    project: props.platform.project.id,
    instance: instance.name,
    database: props.database,
    description: "Role and extensions",
    script: scriptOf(props),
  }))
    script.addOverride(argument, value);
  return script;
}

/**
 * Cloud SQL for PostgreSQL with backups and point-in-time recovery. It creates a database with a role, users and
 * extensions and, if configured, a replica in another region and a restored instance.
 */
export class CloudSql extends Construct {
  /** The instance that services use. */
  readonly instance: SqlDatabaseInstance;
  /** The replica in another region, if any. */
  readonly replica?: SqlDatabaseInstance;
  /** The instance's private address. */
  readonly host: string;
  readonly port = 5432;
  /** The maximum number of connections. */
  readonly maxConnections: number;
  /** The database's name. */
  readonly database: string;
  /** The user that services log in as. */
  readonly user: string;
  /** The role that services act as. Clients set it with libpq's parameter `options`, as `-c role=<role>`. */
  readonly role: string;
  /** The user's password. */
  readonly password: SecretSource;
  /** The server's certificate authority, in PEM format. */
  readonly certificateAuthority: string;
  /** Resources that must exist before a service logs in. */
  readonly ready: readonly ITerraformDependable[];

  /** @throws if `serving` is "restored" and `restore` is not set */
  constructor(scope: Construct, id: string, props: CloudSqlProps) {
    super(scope, id);
    const { restore } = props;
    const { names, region, project, network, deletionProtection } = props.platform;

    const { instance: primary } = new CloudSqlInstance(
      this,
      "primary",
      { ...props, name: names.full, address: "database", region },
      {
        settings: { ...settingsOf(props), diskSize: props.diskGb },
        // The disk grows automatically. A plan that sets its initial size again would replace the instance.
        ignoreChanges: ["settings[0].disk_size"],
        dependsOn: [project.api("sqladmin"), network.privateServices],
      },
    );
    const replica =
      props.replicaRegion &&
      // A replica has no backups and no maintenance window. Its disk starts with the size of the primary's disk.
      // https://cloud.google.com/sql/docs/postgres/replication
      new CloudSqlInstance(
        this,
        "replica",
        {
          ...props,
          name: `${names.full}-replica`,
          address: "database_replica",
          region: props.replicaRegion,
          maxConnections: MOST_CONNECTIONS,
        },
        {
          masterInstanceName: primary.name,
          settings: { availabilityType: "ZONAL" },
          identity: { region: props.replicaRegion },
        },
      );

    // A restored instance with another name has another address. Terraform could not remove the protection of the old
    // one, because no file names it any more.
    if (restore) fix(this, "restored", { values: { name: restore.name }, deletionProtection });
    const restored =
      restore &&
      new CloudSqlInstance(
        this,
        `restored-${restore.name}`,
        {
          ...props,
          name: `${names.full}-${restore.name}`,
          address: `database_restored_${restore.name.replace(/-/g, "_")}`,
          region,
        },
        {
          clone: {
            sourceInstanceName: primary.name,
            pointInTime: restore.at,
          },
          settings: settingsOf(props), // without a disk size: a clone has at least the original's
          identity: { at: restore.at },
        },
      );

    const database = new SqlDatabase(this, "database", {
      project: project.id,
      name: props.database,
      instance: primary.name,
      deletionPolicy: "ABANDON", // deleting it alone would fail while services are connected
      lifecycle: { preventDestroy: deletionProtection },
    });
    database.overrideLogicalId("database");
    const administrator = new SqlUser(this, "administrator", {
      project: project.id,
      name: props.administrator.replace(/\.gserviceaccount\.com$/, ""),
      instance: primary.name,
      type: "CLOUD_IAM_SERVICE_ACCOUNT",
      deletionPolicy: "ABANDON", // PostgreSQL does not drop a user that owns objects
    });
    administrator.addOverride("database_roles", ["cloudsqlsuperuser"]); // the bindings do not have it

    const common = { project, role: props.role, password: props.password, deletionProtection };
    const users = new CloudSqlUsers(this, "users", {
      ...common,
      instance: primary,
      name: props.role,
      roleExists: [provision(this, primary, props, [database, administrator])],
    });
    const instances = {
      primary: { instance: primary, users },
      restored: restored && {
        instance: restored.instance,
        users: new CloudSqlUsers(restored, "users", {
          ...common,
          instance: restored.instance,
          name: `${props.role}_restored`, // the clone already has copies of the original's users
          // The clone has the database and the administrator. The role and some extensions can be newer than the
          // restored time.
          roleExists: [provision(restored, restored.instance, props)],
        }),
      },
    };
    const serving = instances[props.serving];
    if (!serving) throw new Error('serving is "restored", but restore is not set');

    this.instance = serving.instance;
    this.replica = replica ? replica.instance : undefined;
    this.host = serving.instance.privateIpAddress;
    this.maxConnections = props.maxConnections;
    this.database = props.database;
    this.user = serving.users.name;
    this.role = props.role;
    this.password = props.password.source;
    this.certificateAuthority = serving.instance.serverCaCert.get(0).cert;
    this.ready = [serving.users.current];
  }
}
