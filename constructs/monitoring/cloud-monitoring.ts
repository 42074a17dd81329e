import { MonitoringNotificationChannel } from "@cdktf/provider-google/lib/monitoring-notification-channel";
import { Construct } from "constructs";
import { POOL_LABEL } from "../kubernetes/placement";
import type { Platform } from "../platform";

import { type AlertPolicyProps, alertPolicy, promql, series } from "./alert-policy";
import { UptimeCheck, type UptimeCheckProps } from "./uptime-check";

export interface CloudMonitoringProps {
  readonly platform: Platform;
  /** E-mail address to notify. */
  readonly email: string;
  /** What uptime checks request, by the public host name. */
  readonly hosts: Readonly<Record<string, Pick<UptimeCheckProps, "path" | "trusted" | "serves">>>;
  /** The Cloud SQL instance, if any. */
  readonly database?: {
    /** The instance's name. */
    readonly instance: string;
    /** Size in GB up to which the disk grows automatically. */
    readonly diskLimitGb: number;
    /** The maximum number of connections. */
    readonly maxConnections: number;
    /** Name of the replica in another region, if any. */
    readonly replica?: string;
  };
  /** The Memorystore for Redis instance, if any. */
  readonly cache?: {
    /** The instance's ID: `projects/<project>/locations/<region>/instances/<name>`. */
    readonly instance: string;
  };
  /** Minimum and maximum number of nodes of each node pool. Empty for Autopilot, which has no maximum. */
  readonly nodePools: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
}

/** Percentage of a limit at which alerts fire. */
const FULL = 80;

/**
 * Uptime checks and alerts in Cloud Monitoring, for what Prometheus in the cluster cannot see or could not report after
 * the cluster fails: public hosts, Google's datastores, and node pools that have reached their maximum.
 */
export class CloudMonitoring extends Construct {
  private readonly channel: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: CloudMonitoringProps,
  ) {
    super(scope, id);
    const { email, hosts, database, cache, nodePools } = props;
    const { project, cluster } = props.platform;
    const name = props.platform.names.full;
    this.channel = new MonitoringNotificationChannel(this, "email", {
      project: project.id,
      displayName: name,
      type: "email",
      labels: { email_address: email },
      dependsOn: [project.api("monitoring")],
    }).name;

    for (const [host, check] of Object.entries(hosts))
      new UptimeCheck(this, `uptime-${host}`, { project, name, host, ...check, channel: this.channel });
    if (database) this.watchDatabase(database);
    if (cache) this.watchCache(cache.instance);
    for (const [pool, { min, max }] of Object.entries(nodePools))
      if (min < max) this.watchNodePool(cluster.cluster.name, pool, max); // a fixed size is always the maximum
  }

  /** {@link https://cloud.google.com/sql/docs/postgres/admin-api/metrics} */
  private watchDatabase({
    instance,
    diskLimitGb,
    maxConnections,
    replica,
  }: NonNullable<CloudMonitoringProps["database"]>): void {
    const metric = (metric: string, of = instance) =>
      series(`cloudsql.googleapis.com/database/${metric}`, "cloudsql_database", {
        database_id: `${this.props.platform.project.id}:${of}`,
      });
    this.alert("database-down", "the database is down", {
      severity: "CRITICAL",
      documentation: [
        `PostgreSQL on the Cloud SQL instance ${instance} does not answer, or the instance reports nothing.`,
        "",
        "1. The instance's page and its operations: a maintenance, a failover, a restart, or has somebody stopped it?",
        "2. Its log `postgres.log`: out of memory, out of disk, a crash.",
        "3. Google Cloud's service health for the region.",
        "4. If the data is damaged: point-in-time recovery into a new instance.",
      ],
      conditions: [
        promql("Is not up", `${metric("up")} < 1`, 5), // a failover takes about a minute
        promql("Reports nothing", `absent_over_time(${metric("up")}[10m])`, 10),
      ],
    });
    this.alert("database-disk", "the database's disk fills up", {
      severity: "WARNING",
      documentation: [
        `The disk of ${instance} is used to more than ${FULL} % of the ${diskLimitGb} GB that it may grow to. When it is full, the database stops.`,
        "",
        "1. What grew: data, or write-ahead log (`bytes_used_by_data_type`)? An abandoned replication slot keeps the log.",
        "2. Raise the limit in good time (`diskLimitGb`): that needs no restart. A disk never shrinks.",
      ],
      conditions: [
        promql(`Above ${FULL} %`, `${metric("disk/bytes_used")} / (${diskLimitGb} * 2^30) > ${FULL / 100}`, 15),
      ],
    });
    this.alert("database-cpu", "the database's CPUs are busy", {
      severity: "WARNING",
      documentation: [
        `The CPUs of ${instance} were used to more than ${FULL} % for 15 minutes.`,
        "",
        "1. Query Insights: which queries take the time, and since when? A release, a missing index, a bulk job?",
        "2. If it is the ordinary load: a bigger tier, which restarts the instance.",
      ],
      conditions: [promql(`Above ${FULL} %`, `${metric("cpu/utilization")} > ${FULL / 100}`, 15)],
    });
    this.alert("database-connections", "the database runs out of connections", {
      severity: "WARNING",
      documentation: [
        `More than ${FULL} % of the ${maxConnections} connections of ${instance} (max_connections) are taken. When none is left, services fail.`,
        "",
        "1. Who holds them: `SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3`.",
        "2. Many that are idle: services' pools are too big for their number of pods, or one leaks connections.",
        "3. Many that are active: they wait for locks or slow queries.",
      ],
      // Each database of the instance has its own time series.
      conditions: [
        promql(`Above ${FULL} %`, `sum(${metric("postgresql/num_backends")}) / ${maxConnections} > ${FULL / 100}`, 5),
      ],
    });
    if (replica)
      this.alert("database-replica", "the database's replica falls behind", {
        severity: "WARNING",
        documentation: [
          `The replica ${replica} is more than five minutes behind its primary, or reports nothing: on the day that the region is lost, that much is lost with it.`,
          "",
          "1. Its page and its operations: is it running, is it being maintained?",
          "2. Its log `postgres.log`: a long query on the replica, a standby that cannot replay.",
          "3. The primary's load: a bulk job writes faster than the replica replays.",
        ],
        conditions: [
          promql("More than five minutes behind", `${metric("replication/replica_lag", replica)} > 300`, 15),
          promql("Reports nothing", `absent_over_time(${metric("up", replica)}[10m])`, 10),
        ],
      });
  }

  /** {@link https://cloud.google.com/memorystore/docs/redis/memory-management-best-practices} */
  private watchCache(instance: string): void {
    const ratio = (metric: string) =>
      series(`redis.googleapis.com/stats/memory/${metric}`, "redis_instance", { instance_id: instance });
    this.alert("cache-memory", "Redis's memory fills up", {
      severity: "WARNING",
      documentation: [
        `Redis (${instance}) uses more than ${FULL} % of its memory. When its data reaches the maximum, keys are evicted or writes fail; when the system's memory is used up, it restarts.`,
        "",
        "1. What grew: `INFO memory`, `redis-cli --bigkeys`, keys without an expiry, a queue that nobody empties?",
        "2. If it is the ordinary load: more memory (`memoryGb`), in place.",
      ],
      // Each node has its own time series. The fullest node decides.
      conditions: [
        promql(`Data above ${FULL} % of the maximum`, `max(${ratio("usage_ratio")}) > ${FULL / 100}`, 5),
        promql(`System memory above ${FULL} %`, `max(${ratio("system_memory_usage_ratio")}) > ${FULL / 100}`, 5),
      ],
    });
  }

  /** {@link https://cloud.google.com/monitoring/api/metrics_kubernetes} */
  private watchNodePool(cluster: string, pool: string, max: number): void {
    const nodes = series("kubernetes.io/node/cpu/total_cores", "k8s_node", {
      cluster_name: cluster,
      [`metadata_user_${POOL_LABEL}`]: pool, // node labels are user metadata in Cloud Monitoring
    });
    this.alert(`pool-${pool}`, `node pool ${pool} is at its maximum`, {
      severity: "WARNING",
      documentation: [
        `Node pool ${pool} of ${cluster} has had all of its ${max} nodes for 15 minutes: the next pod that needs room stays pending.`,
        "",
        "1. Pending pods: `kubectl get pods -A --field-selector=status.phase=Pending`.",
        "2. Which workload grew, and should it have: `kubectl get hpa -A`, `kubectl top pods -A --sort-by=cpu`.",
        `3. If it is the ordinary load: raise the pool's \`max\`, within the region's quota of CPUs.`,
      ],
      conditions: [promql(`${max} nodes`, `count(${nodes}) >= ${max}`, 15)],
    });
  }

  private alert(
    id: string,
    what: string,
    alert: Pick<AlertPolicyProps, "severity" | "conditions"> & { readonly documentation: readonly string[] },
  ): void {
    alertPolicy(this, id, {
      project: this.props.platform.project,
      name: `${this.props.platform.names.full}: ${what}`,
      channel: this.channel,
      ...alert,
      documentation: alert.documentation.join("\n"),
    });
  }
}
