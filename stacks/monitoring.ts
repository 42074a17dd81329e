import { Construct } from "constructs";
import { CloudMonitoring, type CloudMonitoringProps } from "../constructs/monitoring/cloud-monitoring";
import { Datadog } from "../constructs/monitoring/datadog";
import { hostAgents } from "../constructs/monitoring/host-agents";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import type { MonitoredService } from "../constructs/monitoring/service-level";
import { ServiceMonitoring } from "../constructs/monitoring/service-monitoring";
import type { Platform } from "../constructs/platform";
import { isBelow } from "../facts/paths";
import { largestOf } from "../facts/rollout";
import { longestGap } from "../facts/schedules";
import { hasStrategy } from "../schema/candidate";
import { mostNodes, nodePoolsOf } from "../schema/cluster";
import { isTrusted } from "../schema/edge";
import { type Environment, hostsFor } from "../schema/environment";
import { queuesOf } from "../schema/queues";
import { PLATFORM_SECRETS, type System } from "../schema/system";
import type { Datastores } from "./datastores";
import { edgeOf } from "./edge";
import { type Secrets, secretValue } from "./secrets";

export interface MonitoringProps {
  readonly platform: Platform;
  readonly system: System;
  readonly environment: Environment;
  readonly secrets: Secrets;
  readonly datastores: Datastores;
  /** Public host names, without duplicates. */
  readonly hosts: readonly string[];
}

/** Number of nodes in the quota of agents for an Autopilot cluster, which has no maximum. */
const AUTOPILOT_NODES = 100;

/** Monitoring by Prometheus in the cluster, by Cloud Monitoring and, if the environment uses it, by Datadog. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { platform, system, environment, secrets } = props;
    const { names, cluster, admission } = platform;
    const { pool, scrapeSeconds, retentionDays, diskGb, memory, email, receiver } = environment.monitoring;
    const { database, cache, cronJobs = [] } = props.datastores.watched;
    const edge = edgeOf(environment);
    const certificates = edge.certificates(props.hosts);
    const { autopilot } = cluster;
    const nodePools = nodePoolsOf(environment);
    const queues = new Map(
      queuesOf(system).map(({ service, name, length }) => {
        const { replicas } = environment.services[service] as Environment["services"][string];
        return [service, { name, longest: length * largestOf(replicas) }];
      }),
    );

    // Host agents: the node exporter, which Autopilot does not admit, and Datadog's agent.
    const agents =
      autopilot && !environment.datadog
        ? undefined
        : hostAgents(this, "host-agents", {
            nodes: autopilot ? AUTOPILOT_NODES : mostNodes(environment),
            dependsOn: [cluster.cluster, admission],
          });
    const prometheus = new PrometheusStack(this, "prometheus", {
      platform,
      place: cluster.place(pool),
      scrapeSeconds,
      retentionDays,
      diskGb,
      memory,
      receiver: receiver && { ...receiver, secret: secretValue(secrets.ofPlatform(PLATFORM_SECRETS.receiver)) },
      hostAgents: autopilot ? undefined : agents,
      adminPassword: secretValue(secrets.ofPlatform(PLATFORM_SECRETS.grafana)),
    });
    new ServiceMonitoring(this, "services", {
      namespace: prometheus.namespace,
      definitions: prometheus.definitions,
      system: names.system,
      services: monitoredServices(system).map((service) => ({ ...service, queue: queues.get(service.name) })),
      cronJobs: [
        ...cronJobs,
        ...Object.entries(system.scheduled).map(([name, { schedule, missedRuns, deadlineSeconds }]) => ({
          namespace: system.namespace,
          name,
          // Validation has checked that the schedule has runs.
          seconds: missedRuns * (longestGap(schedule) as number) + deadlineSeconds,
        })),
      ],
      certificates: certificates && { namespace: system.namespace, names: certificates },
      overview: system.overview,
      autopilot,
    });
    if (environment.datadog && agents)
      new Datadog(this, "datadog", {
        platform,
        namespace: agents,
        site: environment.datadog.site,
        apiKey: secretValue(secrets.ofPlatform(PLATFORM_SECRETS.datadog)),
      });

    new CloudMonitoring(this, "cloud", {
      platform,
      email,
      hosts: checkedHosts(system, environment),
      database,
      cache,
      nodePools,
    });
  }
}

/** Returns what Prometheus's rules and queries say of a system's services. */
export const monitoredServices = ({ services, namespace, alerts }: System): MonitoredService[] =>
  Object.entries(services).map(([name, { metrics, objective, strategy, single }]) => ({
    name,
    namespace,
    single,
    metrics: metrics?.requests && {
      counter: metrics.requests.counter,
      statusLabel: metrics.requests.status,
      histogram: metrics.requests.histogram,
    },
    objective,
    alerts,
    candidate: hasStrategy({ strategy }),
  }));

/** Returns what uptime checks request, by the public host. */
function checkedHosts(system: System, environment: Environment): CloudMonitoringProps["hosts"] {
  const trusted = isTrusted(environment.edge);
  const services = Object.entries(system.services).map(([name, { health, paths }]) => {
    // An uptime check cannot reach the health path of a service that has only some of its host's paths, unless it is one
    // of them.
    const path = "ready" in health && paths.some((prefix) => isBelow(health.ready, prefix)) ? health.ready : undefined;
    return { name, path, trusted, serves: "service" as const };
  });
  const buckets = Object.entries(system.buckets).map(([name, bucket]) => ({
    name,
    path: bucket.access === "public" ? bucket.health : undefined,
    trusted: true,
    serves: "bucket" as const,
  }));
  return Object.fromEntries(
    [...services, ...buckets].flatMap(({ name, path, ...check }) =>
      path === undefined ? [] : hostsFor(environment, name).map((host) => [host, { path, ...check }]),
    ),
  );
}
