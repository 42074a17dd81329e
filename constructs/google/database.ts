import { SqlDatabase } from "@cdktf/provider-google/lib/sql-database";
import { SqlDatabaseInstance } from "@cdktf/provider-google/lib/sql-database-instance";
import { SqlUser } from "@cdktf/provider-google/lib/sql-user";
import { type ITerraformDependable, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import type { Network } from "./network";
import type { Project } from "./project";
import type { GeneratedSecret } from "./secret";

const DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"] as const;
export type Day = (typeof DAYS)[number];

export interface DatabaseProps {
  readonly project: Project;
  readonly network: Network;
  /** The instance's name; Google keeps it taken for a week after a deletion. */
  readonly name: string;
  /** Such as europe-west1. */
  readonly region: string;
  /** Such as POSTGRES_16. */
  readonly version: string;
  /** ENTERPRISE_PLUS has other tiers, and recovery of up to 35 days. */
  readonly edition: "ENTERPRISE" | "ENTERPRISE_PLUS";
  /** `db-custom-<vCPUs>-<MiB>`, or `db-perf-optimized-N-<vCPUs>` in ENTERPRISE_PLUS. */
  readonly tier: string;
  /** REGIONAL keeps a standby in another zone and fails over by itself. */
  readonly availability: "ZONAL" | "REGIONAL";
  /** GB at first; the disk grows by itself up to the limit. */
  readonly diskGb: number;
  readonly diskLimitGb: number;
  /** Daily, at HH:MM in UTC; the newest ones are kept. */
  readonly backups: { readonly at: string; readonly keep: number };
  /** Days that point-in-time recovery reaches back. */
  readonly recoveryDays: number;
  /** Hour in UTC. */
  readonly maintenance: { readonly day: Day; readonly hour: number; readonly track: "canary" | "stable" | "week5" };
  /** Bytes. */
  readonly insightsQueryLength: number;
  /** Name of the database, and of the user that the services log in as. */
  readonly database: string;
  readonly user: string;
  /** The user's password. */
  readonly password: GeneratedSecret;
  /** PostgreSQL extensions; pgaudit is always there, for the audit log needs it. */
  readonly extensions: readonly string[];
  /** Service account that deploys: it makes the extensions, logged in through IAM. */
  readonly administrator: string;
  /** Google Cloud labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether Terraform refuses to destroy it, and Google too where it can; no default: an environment decides. */
  readonly deletionProtection: boolean;
}

/** Logging and auditing as the CIS Google Cloud benchmark (6.2) asks. {@link https://cloud.google.com/sql/docs/postgres/flags} */
const FLAGS: Readonly<Record<string, string>> = {
  "cloudsql.enable_pgaudit": "on",
  "cloudsql.iam_authentication": "on",
  log_checkpoints: "on",
  log_connections: "on",
  log_disconnections: "on",
  log_duration: "off", // noise: pgaudit and Query Insights say more
  log_hostname: "off",
  log_lock_waits: "on",
  log_min_duration_statement: "-1",
  log_min_error_statement: "error",
  log_min_messages: "warning",
  log_statement: "ddl",
  log_temp_files: "0",
  "pgaudit.log": "ddl,role",
};

/**
 * Cloud SQL for PostgreSQL: private, encrypted connections only, backups with point-in-time recovery, CIS flags, Query
 * Insights, and three protections against deletion; with its database, user and extensions.
 */
export class Database extends Construct {
  readonly instance: SqlDatabaseInstance;
  readonly host: string;
  readonly port = 5432;
  readonly database: string;
  readonly user: string;
  /** The user's password. */
  readonly password: GeneratedSecret;
  /** PEM certificate authority of the server. */
  readonly certificateAuthority: string;
  /** What must be there before something logs in. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { project } = props;
    this.instance = new SqlDatabaseInstance(this, "instance", {
      project: project.id,
      name: props.name,
      region: props.region,
      databaseVersion: props.version,
      deletionProtection: props.deletionProtection,
      settings: {
        edition: props.edition,
        tier: props.tier,
        availabilityType: props.availability,
        diskType: "PD_SSD",
        diskSize: props.diskGb,
        diskAutoresize: true,
        diskAutoresizeLimit: props.diskLimitGb,
        deletionProtectionEnabled: props.deletionProtection,
        retainBackupsOnDelete: true,
        userLabels: { ...props.labels },
        backupConfiguration: {
          enabled: true,
          startTime: props.backups.at,
          pointInTimeRecoveryEnabled: true,
          transactionLogRetentionDays: props.recoveryDays,
          backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: props.backups.keep },
        },
        ipConfiguration: {
          ipv4Enabled: false,
          privateNetwork: props.network.network.id,
          allocatedIpRange: props.network.datastoreRange,
          sslMode: "ENCRYPTED_ONLY",
        },
        databaseFlags: Object.entries(FLAGS).map(([name, value]) => ({ name, value })),
        insightsConfig: {
          queryInsightsEnabled: true,
          queryStringLength: props.insightsQueryLength,
          recordApplicationTags: true,
          recordClientAddress: false,
        },
        maintenanceWindow: {
          day: DAYS.indexOf(props.maintenance.day) + 1,
          hour: props.maintenance.hour,
          updateTrack: props.maintenance.track,
        },
      },
      timeouts: { create: "60m", update: "60m", delete: "60m" },
      // The disk has grown since; shrinking it back would replace the instance.
      lifecycle: { preventDestroy: props.deletionProtection, ignoreChanges: ["settings[0].disk_size"] },
      dependsOn: [project.api("sqladmin"), props.network.privateServices],
    });
    this.instance.overrideLogicalId("database");
    this.instance.addOverride("settings.data_api_access", "ALLOW_DATA_API"); // newer than the bindings; the extensions' way in

    const database = new SqlDatabase(this, "database", {
      project: project.id,
      name: props.database,
      instance: this.instance.name,
      deletionPolicy: "ABANDON", // it goes with the instance; alone it cannot while something is connected
      lifecycle: { preventDestroy: props.deletionProtection },
    });
    database.overrideLogicalId("database");

    const user = new SqlUser(this, "user", {
      project: project.id,
      name: props.user,
      instance: this.instance.name,
      passwordWo: props.password.value,
      passwordWoVersion: props.password.generation,
      deletionPolicy: "ABANDON", // PostgreSQL does not drop a role that owns tables
    });
    const administrator = new SqlUser(this, "administrator", {
      project: project.id,
      name: props.administrator.replace(/\.gserviceaccount\.com$/, ""),
      instance: this.instance.name,
      type: "CLOUD_IAM_SERVICE_ACCOUNT",
      deletionPolicy: "ABANDON",
    });
    administrator.addOverride("database_roles", ["cloudsqlsuperuser"]); // newer than the bindings
    const extensions = new TerraformResource(this, "extensions", {
      terraformResourceType: "google_sql_provision_script",
      terraformGeneratorMetadata: { providerName: "google" },
      dependsOn: [database, administrator],
    });
    const statements = ["pgaudit", ...props.extensions].map((name) => `CREATE EXTENSION IF NOT EXISTS "${name}";`);
    for (const [argument, value] of Object.entries({
      project: project.id,
      instance: this.instance.name,
      database: props.database,
      description: "Extensions",
      script: statements.join("\n"),
    }))
      extensions.addOverride(argument, value);

    this.host = this.instance.privateIpAddress;
    this.database = props.database;
    this.user = props.user;
    this.password = props.password;
    this.certificateAuthority = this.instance.serverCaCert.get(0).cert;
    this.ready = [user, extensions];
  }
}
