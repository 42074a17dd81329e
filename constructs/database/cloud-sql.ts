import { SqlDatabase } from "@cdktf/provider-google/lib/sql-database";
import type { SqlDatabaseInstance } from "@cdktf/provider-google/lib/sql-database-instance";
import { SqlUser } from "@cdktf/provider-google/lib/sql-user";
import { type ITerraformDependable, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { DAYS, type Day } from "../../facts/days";
import type { GeneratedSecret } from "../secrets/secret";
import { fix } from "../terraform/fixed";
import { CloudSqlInstance, type CloudSqlInstanceProps } from "./cloud-sql-instance";
import { CloudSqlUsers, type DatabasePassword } from "./cloud-sql-users";

export interface CloudSqlProps extends Omit<CloudSqlInstanceProps, "address" | "name" | "region"> {
  /** REGIONAL keeps a standby in another zone and fails over by itself. */
  readonly availability: "ZONAL" | "REGIONAL";
  /** GB at first; the disk grows by itself up to the limit. */
  readonly diskGb: number;
  /** Daily, at HH:MM in UTC; the newest ones are kept. */
  readonly backups: { readonly at: string; readonly keep: number };
  /** Days that point-in-time recovery reaches back. */
  readonly recoveryDays: number;
  /** Hour in UTC. */
  readonly maintenance: { readonly day: Day; readonly hour: number; readonly track: "canary" | "stable" | "week5" };
  /** Name of the database. */
  readonly database: string;
  /** Name of the role that owns what is in it; the users that act as it have names that begin with it. */
  readonly role: string;
  /** Of whoever logs in, and whether the generation before still may. */
  readonly password: DatabasePassword;
  /** PostgreSQL extensions; pgaudit is always there, for the audit log needs it. */
  readonly extensions: readonly string[];
  /** Service account that deploys: it makes the role and the extensions, logged in through IAM. */
  readonly administrator: string;
  /** Another region, with a copy that is read-only until somebody promotes it; none by default. */
  readonly replicaRegion?: string;
  /**
   * An instance beside this one, with everything as it was at a moment (UTC, RFC 3339) that recovery reaches back to;
   * none by default. Once it is there its moment is settled: while it is protected, a plan with another one fails.
   * {@link https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr}
   */
  readonly restore?: { readonly name: string; readonly at: string };
  /** The instance that the services use. */
  readonly serving: "primary" | "restored";
}

/**
 * A replica's, whatever its primary's: a replica with fewer stops, and a change reaches the primary first. As many as
 * Cloud SQL gives its largest tiers. {@link https://cloud.google.com/sql/docs/postgres/troubleshooting}
 */
const MOST_CONNECTIONS = 1000;

/** What a replica has not. */
const settingsOf = ({ availability, backups, recoveryDays, maintenance }: CloudSqlProps) => ({
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
});

/**
 * Makes the role and the extensions, also where they are there already: a change runs all of it again, and it may
 * take 30 seconds.
 * Who is a member of cloudsqlsuperuser may make roles only as cloudsqlsuperuser: attributes are not inherited.
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

/** Runs the script on an instance, through the Data API. */
function provision(
  scope: Construct,
  instance: SqlDatabaseInstance,
  props: CloudSqlProps,
  dependsOn: ITerraformDependable[] = [],
): TerraformResource {
  instance.addOverride("settings.data_api_access", "ALLOW_DATA_API"); // newer than the bindings
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
 * Cloud SQL for PostgreSQL with backups and point-in-time recovery; its database with a role, users and extensions;
 * where asked for a replica in another region, and an instance restored from a moment in the past.
 */
export class CloudSql extends Construct {
  /** The one that the services use. */
  readonly instance: SqlDatabaseInstance;
  /** The copy in another region, where there is one. */
  readonly replica?: SqlDatabaseInstance;
  /** Its private address. */
  readonly host: string;
  readonly port = 5432;
  /** That PostgreSQL takes at once. */
  readonly maxConnections: number;
  /** Name of the database. */
  readonly database: string;
  /** Who logs in. */
  readonly user: string;
  /** What they act as from the first statement on: `-c role=<role>` among libpq's `options`. */
  readonly role: string;
  /** The user's password. */
  readonly password: GeneratedSecret;
  /** PEM certificate authority of the server. */
  readonly certificateAuthority: string;
  /** What must be there before something logs in. */
  readonly ready: readonly ITerraformDependable[];

  /** @throws when a restored instance is to serve and there is none */
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
        // The disk has grown since; shrinking it back would replace the instance.
        ignoreChanges: ["settings[0].disk_size"],
        dependsOn: [project.api("sqladmin"), network.privateServices],
      },
    );
    const replica =
      props.replicaRegion &&
      // A replica has no backups and no maintenance window of its own; its disk begins as large as the primary's is.
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

    // Another copy has another address: the old one could no longer be unprotected, because no file names it.
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
          settings: settingsOf(props), // and the original's disk, which cannot be made smaller
          identity: { at: restore.at },
        },
      );

    const database = new SqlDatabase(this, "database", {
      project: project.id,
      name: props.database,
      instance: primary.name,
      deletionPolicy: "ABANDON", // it goes with the instance; alone it cannot while something is connected
      lifecycle: { preventDestroy: deletionProtection },
    });
    database.overrideLogicalId("database");
    const administrator = new SqlUser(this, "administrator", {
      project: project.id,
      name: props.administrator.replace(/\.gserviceaccount\.com$/, ""),
      instance: primary.name,
      type: "CLOUD_IAM_SERVICE_ACCOUNT",
      deletionPolicy: "ABANDON", // PostgreSQL does not drop a user that owns something
    });
    administrator.addOverride("database_roles", ["cloudsqlsuperuser"]); // newer than the bindings

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
          name: `${props.role}_restored`, // copies of the original's users are there already
          // Database and administrator are copies; the role may be younger than the moment, and an extension too.
          roleExists: [provision(restored, restored.instance, props)],
        }),
      },
    };
    const serving = instances[props.serving];
    if (!serving) throw new Error('serving is "restored", and nothing is restored');

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
