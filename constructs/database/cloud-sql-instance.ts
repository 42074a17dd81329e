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
  /**
   * First part of the instance's name. A random suffix follows, because Google reserves the name of a deleted instance
   * for a week.
   * {@link https://cloud.google.com/sql/docs/postgres/delete-instance}
   */
  readonly name: string;
  /** Terraform address of the instance and of its suffix. */
  readonly address: string;
  /** The region, such as europe-west1. */
  readonly region: string;
  /** The PostgreSQL version, such as POSTGRES_16. */
  readonly version: string;
  /**
   * ENTERPRISE_PLUS has other tiers, and point-in-time recovery of up to 35 days in place of 7.
   * {@link https://cloud.google.com/sql/docs/postgres/editions-intro}
   */
  readonly edition: "ENTERPRISE" | "ENTERPRISE_PLUS";
  /** The machine type: `db-custom-<vCPUs>-<MiB>`, or `db-perf-optimized-N-<vCPUs>` in ENTERPRISE_PLUS. */
  readonly tier: string;
  /** Maximum number of connections. A change restarts the instance. */
  readonly maxConnections: number;
  /** Size in GB up to which the disk grows automatically. */
  readonly diskLimitGb: number;
  /** Length in bytes up to which Query Insights stores a query. */
  readonly insightsQueryLength: number;
}

/** Settings that differ between a primary, a replica and a restored instance. */
export interface CloudSqlInstanceKind
  extends Pick<SqlDatabaseInstanceConfig, "clone" | "masterInstanceName" | "dependsOn"> {
  /** Arguments whose changes plans ignore. */
  readonly ignoreChanges?: readonly string[];
  readonly settings: Omit<SqlDatabaseInstanceSettings, "tier">;
  /** Values that identify the instance. A new value creates a new instance with a new name. */
  readonly identity?: Readonly<Record<string, string>>;
}

/**
 * Flags for logging and auditing, from the CIS Google Cloud Platform Benchmark (section 6.2).
 * {@link https://cloud.google.com/sql/docs/postgres/flags}
 */
const FLAGS: Readonly<Record<string, string>> = {
  "cloudsql.enable_pgaudit": "on",
  "cloudsql.iam_authentication": "on",
  log_checkpoints: "on",
  log_connections: "on",
  log_disconnections: "on",
  log_duration: "off", // pgaudit and Query Insights log durations better
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
 * A Cloud SQL for PostgreSQL instance with a private address, encrypted connections, CIS flags, Query Insights and
 * three protections against deletion. A primary, a replica and a restored instance have these settings in common.
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
