import {
  SqlDatabaseInstance,
  type SqlDatabaseInstanceConfig,
  type SqlDatabaseInstanceSettings,
} from "@cdktf/provider-google/lib/sql-database-instance";
import { Id } from "@cdktf/provider-random/lib/id";
import { Construct } from "constructs";
import type { Platform } from "../platform";

export interface CloudSqlInstanceProps {
  readonly platform: Platform;
  /** First part of its name: a random suffix follows, for Google keeps a deleted instance's name taken for a week. */
  readonly name: string;
  /** Address of the instance and of its suffix in Terraform. */
  readonly address: string;
  /** Such as europe-west1. */
  readonly region: string;
  /** Such as POSTGRES_16. */
  readonly version: string;
  /** ENTERPRISE_PLUS has other tiers, and recovery of up to 35 days. */
  readonly edition: "ENTERPRISE" | "ENTERPRISE_PLUS";
  /** `db-custom-<vCPUs>-<MiB>`, or `db-perf-optimized-N-<vCPUs>` in ENTERPRISE_PLUS. */
  readonly tier: string;
  /** Connections at once; another number restarts the instance. */
  readonly maxConnections: number;
  /** GB that the disk may grow to. */
  readonly diskLimitGb: number;
  /** Bytes. */
  readonly insightsQueryLength: number;
}

/** What one kind of instance has and others have not. */
export interface CloudSqlInstanceKind
  extends Pick<SqlDatabaseInstanceConfig, "clone" | "masterInstanceName" | "dependsOn"> {
  /** Arguments that plans ignore. */
  readonly ignoreChanges?: readonly string[];
  readonly settings: Omit<SqlDatabaseInstanceSettings, "tier">;
  /** Another value is another instance, under another name. */
  readonly identity?: Readonly<Record<string, string>>;
}

/**
 * Logging and auditing as the CIS Google Cloud benchmark (6.2) asks.
 * {@link https://cloud.google.com/sql/docs/postgres/flags}
 */
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
 * An instance of Cloud SQL for PostgreSQL, with what primary, replica and restored one have in common: private,
 * encrypted connections only, CIS flags, Query Insights, and three protections against deletion.
 */
export class CloudSqlInstance extends Construct {
  readonly instance: SqlDatabaseInstance;

  constructor(scope: Construct, id: string, props: CloudSqlInstanceProps, kind: CloudSqlInstanceKind) {
    super(scope, id);
    const { settings, ignoreChanges, identity, ...rest } = kind;
    const { project, network, labels, deletionProtection } = props.platform;
    const suffix = new Id(this, "suffix", {
      byteLength: 2,
      keepers: identity,
      lifecycle: { preventDestroy: deletionProtection },
    });
    suffix.overrideLogicalId(props.address);
    this.instance = new SqlDatabaseInstance(this, "instance", {
      ...rest,
      project: project.id,
      name: `${props.name}-${suffix.hex}`,
      region: props.region,
      databaseVersion: props.version,
      deletionProtection,
      settings: {
        ...settings,
        edition: props.edition,
        tier: props.tier,
        diskType: "PD_SSD",
        diskAutoresize: true,
        diskAutoresizeLimit: props.diskLimitGb,
        deletionProtectionEnabled: deletionProtection,
        userLabels: { ...labels },
        ipConfiguration: {
          ipv4Enabled: false,
          privateNetwork: network.network.id,
          sslMode: "ENCRYPTED_ONLY",
        },
        databaseFlags: Object.entries({ ...FLAGS, max_connections: String(props.maxConnections) }).map(
          ([name, value]) => ({
            name,
            value,
          }),
        ),
        insightsConfig: {
          queryInsightsEnabled: true,
          queryStringLength: props.insightsQueryLength,
          recordApplicationTags: true,
          recordClientAddress: false,
        },
      },
      timeouts: { create: "60m", update: "60m", delete: "60m" },
      lifecycle: {
        preventDestroy: deletionProtection,
        ...(ignoreChanges && { ignoreChanges: [...ignoreChanges] }),
      },
    });
    this.instance.overrideLogicalId(props.address);
  }
}
