import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Cluster } from "../constructs/cluster/cluster";
import { certificateName } from "../constructs/edge/certificate-issuer";
import { CloudMonitoring } from "../constructs/monitoring/cloud-monitoring";
import { Datadog } from "../constructs/monitoring/datadog";
import { hostAgents } from "../constructs/monitoring/host-agents";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import { ServiceMonitoring } from "../constructs/monitoring/service-monitoring";
import type { Project } from "../constructs/project/project";
import { type CloudSqlChoice, type Environment, mostNodes, nodePoolsOf } from "../schema/environment";
import type { System } from "../schema/system";
import type { Datastores } from "./datastores";
import { type Secrets, secretValue } from "./secrets";

export interface MonitoringProps {
  readonly systemName: string;
  readonly environmentName: string;
  /** Of the system and the environment, for names in Google Cloud. */
  readonly fullName: string;
  readonly system: System;
  readonly environment: Environment;
  readonly project: Project;
  readonly cluster: Cluster;
  /** Where Prometheus runs: its node pool, or the cluster. */
  readonly nodes: ITerraformDependable;
  /** What lets its images run. */
  readonly admission: ITerraformDependable;
  readonly secrets: Secrets;
  readonly datastores: Datastores;
  /** Public host names, each once. */
  readonly hosts: readonly string[];
  readonly chartsMirror?: string;
  readonly deletionProtection: boolean;
}

/** Nodes that agents have room for on Autopilot, which sets no limit. */
const AUTOPILOT_NODES = 100;

/** A dump is made every night, and may take its time. */
const DUMP_HOURS = 26;

/** Who watches: Prometheus in the cluster, Google Cloud from outside, and where the environment wants it Datadog. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { systemName, system, environment, project, cluster, secrets, admission, chartsMirror } = props;
    const { pool, scrapeSeconds, retentionDays, diskGb, memory, email, receiver } = environment.monitoring;
    const { cloudSql, memorystore, dumps } = props.datastores;
    const autopilot = environment.cluster.mode === "autopilot";
    const nodePools = nodePoolsOf(environment);

    // The node exporter, which Autopilot refuses, and Datadog.
    const agents =
      autopilot && !environment.datadog
        ? undefined
        : hostAgents(this, "host-agents", {
            nodes: autopilot ? AUTOPILOT_NODES : mostNodes(environment),
            dependsOn: [cluster.cluster, admission],
          });
    const prometheus = new PrometheusStack(this, "prometheus", {
      pool,
      autopilot,
      scrapeSeconds,
      retentionDays,
      diskGb,
      memory,
      receiver: receiver && secrets.receiver && { ...receiver, secret: secretValue(secrets.receiver) },
      hostAgents: autopilot ? undefined : agents,
      adminPassword: secretValue(secrets.adminPassword),
      apiServer: environment.network,
      chartsMirror,
      deletionProtection: props.deletionProtection,
      cluster: cluster.cluster,
      dependsOn: [props.nodes, admission],
    });
    new ServiceMonitoring(this, "services", {
      namespace: prometheus.namespace,
      definitions: prometheus.definitions,
      system: systemName,
      services: Object.entries(system.services).map(([name, { metrics, objective }]) => ({
        name,
        namespace: system.namespace,
        metrics: metrics?.requests && {
          counter: metrics.requests.counter,
          statusLabel: metrics.requests.status,
          histogram: metrics.requests.histogram,
        },
        objective,
        alerts: system.alerts,
      })),
      cronJobs: dumps && [{ namespace: dumps.namespace, name: dumps.cronJob, hours: DUMP_HOURS }],
      certificates:
        environment.edge.kind === "traefik"
          ? { namespace: system.namespace, names: props.hosts.map(certificateName) }
          : undefined,
      overview: system.overview,
      autopilot,
    });
    if (environment.datadog && agents && secrets.datadog)
      new Datadog(this, "datadog", {
        namespace: agents,
        site: environment.datadog.site,
        clusterName: props.fullName,
        tags: { env: props.environmentName, system: systemName },
        apiKey: secretValue(secrets.datadog),
        apiServer: environment.network,
        autopilot,
        chartsMirror,
      });

    new CloudMonitoring(this, "cloud", {
      project,
      name: props.fullName,
      email,
      trusted: environment.edge.kind === "google" || environment.edge.acme === "production",
      hosts: Object.fromEntries(
        Object.entries(environment.services).flatMap(([name, { hosts }]) => {
          const service = system.services[name];
          // A service that has some of its hosts' paths cannot be asked from outside how it is, unless that is one of them.
          const health = service && "ready" in service.health ? service.health.ready : undefined;
          return health?.startsWith(service?.path as string) ? hosts.map((host) => [host, health]) : [];
        }),
      ),
      database: cloudSql && {
        instance: cloudSql.instance.name,
        diskLimitGb: (environment.database as CloudSqlChoice).diskLimitGb,
        maxConnections: cloudSql.maxConnections,
        replica: cloudSql.replica?.name,
      },
      cache: memorystore && { instance: memorystore.instance.id },
      cluster: cluster.cluster.name,
      nodePools,
    });
  }
}
