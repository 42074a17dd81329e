import { type TerraformElement, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct, Node } from "constructs";
import { AuditLog } from "../constructs/google/audit-log";
import { BinaryAuthorization, imagesIn } from "../constructs/google/binary-authorization";
import { Cache } from "../constructs/google/cache";
import { Cluster } from "../constructs/google/cluster";
import { Database } from "../constructs/google/database";
import { Edge } from "../constructs/google/edge";
import { Network } from "../constructs/google/network";
import { NodePool } from "../constructs/google/node-pool";
import { Project } from "../constructs/google/project";
import { Datadog } from "../constructs/helm/datadog";
import { PrometheusStack } from "../constructs/helm/prometheus-stack";
import { ConfigMap } from "../constructs/kubernetes/config-map";
import { Ingress } from "../constructs/kubernetes/ingress";
import { Namespace } from "../constructs/kubernetes/namespace";
import { parseCpu, parseMemory } from "../constructs/kubernetes/quantity";
import { type Environment, type EnvironmentName, nodePoolsOf } from "../schema/environment";
import { maxConnections } from "../schema/google";
import type { Release } from "../schema/release";
import type { Service, System } from "../schema/system";
import { addressOf } from "./address";
import { Monitoring } from "./monitoring";
import { clusterProviders, googleProviders } from "./providers";
import { Secrets } from "./secrets";
import { Variables } from "./variables";
import { resourcesOn, Workloads } from "./workloads";

export interface EnvironmentStackProps {
  readonly systemName: string;
  readonly system: System;
  readonly environment: Environment;
  readonly release: Release;
  /** Helm repository in place of every other, from the process's environment. */
  readonly chartsMirror?: string;
}

/** One environment of one system, from the project's APIs to the routes: the place where the constructs meet. */
export class EnvironmentStack extends TerraformStack {
  /** Where in the bucket its state is. */
  readonly statePrefix: string;
  private readonly paths = new Map<string, string>();

  constructor(scope: Construct, name: EnvironmentName, props: EnvironmentStackProps) {
    super(scope, name);
    const { systemName, system, environment, release } = props;
    const { region } = environment;
    const fullName = `${systemName}-${name}`;
    const labels = { system: systemName, environment: name, managed_by: "slipway" };
    const deletionProtection = !environment.allowDestroy;
    const chartsMirror = props.chartsMirror ?? environment.chartsMirror;

    this.statePrefix = `${systemName}/${name}`;

    // ---- Google Cloud
    googleProviders(this, {
      project: environment.project,
      region,
      labels,
      stateBucket: environment.stateBucket,
      statePrefix: this.statePrefix,
    });
    const project = new Project(this, "project", {
      id: environment.project,
      apis: [
        "compute",
        "container",
        "sqladmin",
        "redis",
        "servicenetworking",
        "cloudkms",
        "binaryauthorization",
        "logging",
        "monitoring",
        ...(environment.dnsZone ? (["dns"] as const) : []),
      ],
    });
    new AuditLog(this, "audit-log", { project, ...system.auditLogs });
    const { policy: admission } = new BinaryAuthorization(this, "binary-authorization", {
      project,
      images: [
        ...environment.registries.map(imagesIn),
        ...PrometheusStack.IMAGES,
        ...(environment.datadog ? Datadog.IMAGES : []),
      ],
    });
    const network = new Network(this, "network", {
      project,
      name: fullName,
      region,
      ranges: environment.network,
      deletionProtection,
    });
    const cluster = new Cluster(this, "cluster", {
      project,
      network,
      name: fullName,
      location: region,
      mode: environment.cluster.mode,
      releaseChannel: environment.cluster.channel,
      maintenanceStart: environment.cluster.maintenance,
      controlPlaneRange: environment.network.controlPlane,
      authorizedNetworks: environment.cluster.authorizedNetworks,
      labels,
      deletionProtection,
    });
    const pools = new Map(
      Object.entries(nodePoolsOf(environment)).map(([pool, config]) => [
        pool,
        new NodePool(this, `pool-${pool}`, { project, cluster, name: pool, ...config, labels }).pool,
      ]),
    );
    const secrets = new Secrets(this, "secrets", {
      project,
      region,
      systemName,
      system,
      environment,
      deletionProtection,
    });
    const database = new Database(this, "database", {
      project,
      network,
      name: fullName,
      region,
      version: system.database.version,
      ...environment.database,
      maxConnections: maxConnections(environment.database.tier) as number, // of a tier that validation knows
      database: system.database.name,
      role: system.database.user,
      serving: environment.database.serves,
      password: {
        source: secrets.databasePassword,
        // The services have left it when the release after the rotation runs.
        keepsPrevious: environment.database.password?.rotatedIn === release.version,
      },
      extensions: system.database.extensions,
      administrator: environment.deployer,
      labels,
      deletionProtection,
    });
    const cache = new Cache(this, "cache", {
      project,
      network,
      name: fullName,
      region,
      version: system.cache.version,
      ...environment.cache,
      labels,
      deletionProtection,
    });

    // ---- the cluster
    clusterProviders(this, cluster);
    new Monitoring(this, "monitoring", {
      systemName,
      environmentName: name,
      fullName,
      system,
      environment,
      project,
      cluster,
      nodes: (environment.monitoring.pool && pools.get(environment.monitoring.pool)) || cluster.cluster,
      admission,
      secrets,
      database,
      cache,
      chartsMirror,
    });
    const namespace = new Namespace(this, "namespace", {
      name: system.namespace,
      quota: quotaOf(system, environment),
      dependsOn: [cluster.cluster],
    });
    const certificates = new ConfigMap(this, "certificates", {
      namespace: namespace.name,
      name: "datastore.certificates", // a name that no workload can have
      data: Variables.certificateFiles(database, cache),
    });
    const workloads = new Workloads(this, "workload", {
      systemName,
      fullName,
      system,
      environment,
      release,
      project,
      cluster,
      pools,
      admission,
      secrets,
      database,
      cache,
      namespace,
      certificates,
      deletionProtection,
    });

    // ---- the way in
    const hosts = Object.values(environment.services).flatMap((s) => s.hosts);
    const edge = hosts.length
      ? new Edge(this, "edge", { project, name: fullName, hosts, dnsZone: environment.dnsZone, deletionProtection })
      : undefined;
    if (edge) new Ingress(this, "ingress", { namespace, name: systemName, edge, routes: workloads.routes });

    this.outputs({
      system: systemName,
      environment: name,
      project: environment.project,
      hosts,
      edge_address: edge?.address.address ?? "",
      cluster: cluster.cluster.name,
      credentials_command: cluster.credentialsCommand,
      database: database.instance.name,
      database_replica: database.replica?.name ?? "",
      cache: cache.instance.name,
    });
  }

  private outputs(values: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(values))
      new TerraformOutput(this, `output-${name}`, { value }).overrideLogicalId(name);
  }

  /** @throws when two constructs would share an address: cdktf would drop the first without a word */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const { path } = "node" in element ? element.node : element;
    const address = addressOf(element);
    const other = this.paths.get(address) ?? path;
    if (other !== path) throw new Error(`${path} and ${other} would share the address ${address}`);
    this.paths.set(address, path);
    return address;
  }
}

/**
 * What all of the system's pods may ask for together: every service at its largest, twice, for pods that a rollout
 * replaces count until they are gone, and every migration.
 */
function quotaOf(system: System, environment: Environment) {
  const total = { pods: 0, cpu: 0, memory: 0 };
  const add = (pods: number, workload: Pick<Service, "resources">) => {
    const resources = resourcesOn(environment.cluster.mode, workload.resources);
    total.pods += pods;
    total.cpu += pods * (parseCpu(resources.cpu) ?? 0);
    total.memory += pods * (parseMemory(resources.memory) ?? 0);
  };
  for (const [name, service] of Object.entries(system.services)) {
    const replicas = environment.services[name]?.replicas ?? 1;
    const largest = typeof replicas === "number" ? replicas : replicas.max;
    add(2 * largest, service);
  }
  for (const migration of Object.values(system.migrations)) add(1, migration);
  return total;
}
