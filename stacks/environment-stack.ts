import { type TerraformElement, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct, Node } from "constructs";
import { Keda } from "../constructs/autoscaling/keda";
import { BinaryAuthorization, imagesIn } from "../constructs/cluster/binary-authorization";
import { Cluster } from "../constructs/cluster/cluster";
import { NodePool } from "../constructs/cluster/node-pool";
import { ConfigMap } from "../constructs/kubernetes/config-map";
import { Namespace } from "../constructs/kubernetes/namespace";
import { Datadog } from "../constructs/monitoring/datadog";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import { Network } from "../constructs/network/network";
import type { Platform } from "../constructs/platform";
import { AuditLog } from "../constructs/project/audit-log";
import { Project } from "../constructs/project/project";
import { fix } from "../constructs/terraform/fixed";
import { fullName } from "../facts/names";
import { parseCpu, parseMemory } from "../facts/quantity";
import { mirrored } from "../facts/registries";
import { PLATFORM_NAMES } from "../facts/reserved";
import type { Resources } from "../facts/resources";
import { largestOf, mostCounted } from "../facts/rollout";
import { type Candidate, runnersOf } from "../schema/candidate";
import { modeOf, nodePoolsOf } from "../schema/cluster";
import { publicPortsOf } from "../schema/datastores";
import { datastoreRangesOf, type Environment, regionsOf } from "../schema/environment";
import type { Freeze } from "../schema/freeze";
import { queuesOf } from "../schema/queues";
import type { Release } from "../schema/release";
import type { System } from "../schema/system";
import { workloads } from "../schema/workloads";
import { Buckets } from "./buckets";
import { datastoreImages, datastores } from "./datastores";
import { edgeOf } from "./edge";
import { Frontends } from "./frontends";
import { logicalIdOf } from "./logical-id";
import { Monitoring } from "./monitoring";
import { apisOf } from "./prerequisites";
import { clusterProviders, googleProviders } from "./providers";
import { Secrets } from "./secrets";
import { Variables } from "./variables";
import { Workloads } from "./workloads";

export interface EnvironmentStackProps {
  readonly systemName: string;
  readonly system: System;
  readonly environment: Environment;
  /** The stable release. */
  readonly release: Release;
  readonly candidate?: Candidate;
  /** The release that was stable before. */
  readonly previous?: Release;
  /** The freeze by hand, then those that the environment's file plans. */
  readonly freezes: readonly Freeze[];
  /** Whether the database is newer than the stable release. */
  readonly databaseAhead: boolean;
  /** Releases that rollbacks have left. */
  readonly left: readonly Release[];
  /**
   * Whether Terraform can log in to the cluster with GKE's credential plugin. It depends on the machine that runs
   * Terraform.
   */
  readonly tokenPlugin: boolean;
}

/** The stack of one environment of a system. It creates all constructs, from the project's APIs to the routes. */
export class EnvironmentStack extends TerraformStack {
  /** Prefix of the state in its bucket. */
  readonly statePrefix: string;
  private readonly paths = new Map<string, string>();
  private json?: ReturnType<TerraformStack["toTerraform"]>;

  constructor(scope: Construct, name: string, props: EnvironmentStackProps) {
    super(scope, name);
    const { systemName, system, environment, release, candidate, previous, databaseAhead, left, freezes } = props;
    const {
      region,
      bootstrap: { secondRegion },
    } = environment;
    const full = fullName(systemName, name);
    const labels = { system: systemName, environment: name, managed_by: "slipway" };
    const deletionProtection = !environment.allowDestroy;
    const hosts = hostsOf(environment);

    this.statePrefix = `${systemName}/${name}`;

    // ---- Google Cloud
    googleProviders(this, {
      project: environment.project,
      region,
      labels,
      stateBucket: environment.stateBucket,
      statePrefix: this.statePrefix,
      others: ["kubernetes", "helm", "random"],
    });
    const project = new Project(this, "project", {
      id: environment.project,
      apis: apisOf(system, environment),
    });
    new AuditLog(this, "audit-log", {
      project,
      location: environment.logLocation,
      ...system.auditLogs,
      deletionProtection,
    });
    const { policy: admission } = new BinaryAuthorization(this, "binary-authorization", {
      project,
      images: [
        ...environment.registries.map(imagesIn),
        ...[
          ...PrometheusStack.IMAGES,
          ...datastoreImages(environment),
          ...edgeOf(environment).images,
          ...only(queuesOf(system).length > 0, ...Keda.IMAGES),
        ].map((image) => mirrored(image, environment.imagesMirror)),
        ...only(
          environment.datadog !== undefined,
          ...Datadog.IMAGES(environment.cluster.mode === "autopilot", environment.imagesMirror),
        ),
      ],
    });
    const network = new Network(this, "network", {
      project,
      name: full,
      region,
      ranges: { ...environment.network, datastores: datastoreRangesOf(environment) },
      publicPorts: publicPortsOf(environment),
      deletionProtection,
    });
    const cluster = new Cluster(this, "cluster", {
      project,
      network,
      name: full,
      location: region,
      mode: environment.cluster.mode,
      gatewayApi: edgeOf(environment).gatewayApi,
      releaseChannel: environment.cluster.channel,
      maintenanceStart: environment.cluster.maintenance,
      maintenanceExclusions: freezes,
      authorizedNetworks: environment.cluster.authorizedNetworks,
      securityGroup: environment.cluster.securityGroup,
      controlPlane: environment.network.controlPlane,
      labels,
      deletionProtection,
    });
    for (const [pool, config] of Object.entries(nodePoolsOf(environment)))
      new NodePool(this, `pool-${pool}`, { project, cluster, name: pool, ...config, labels, deletionProtection });
    const platform: Platform = {
      names: { system: systemName, environment: name, full },
      region,
      secondRegion,
      project,
      network,
      cluster,
      admission,
      labels,
      deletionProtection,
      chartsMirror: environment.chartsMirror,
      imagesMirror: environment.imagesMirror,
    };
    const secrets = new Secrets(this, "secrets", {
      project,
      regions: regionsOf(environment),
      systemName,
      system,
      environment,
      deletionProtection,
    });

    const buckets = new Buckets(this, "buckets", { platform, system, environment });

    // ---- datastores, in Google Cloud or in the cluster
    clusterProviders(this, cluster, props.tokenPlugin);
    // Another kind has other addresses. Terraform would delete the resources at the old addresses, and their
    // protections with them. What somebody else runs has none.
    const { database, cache, edge } = environment;
    fix(this, "kinds", {
      values: Object.fromEntries(
        Object.entries({ database, cache, edge }).flatMap(([name, choice]) =>
          choice && choice.kind !== "external" && choice.kind !== "none" ? [[name, choice.kind]] : [],
        ),
      ),
      deletionProtection,
    });
    const stores = datastores(this, { platform, system, environment, release, left, freezes, secrets });

    // ---- the cluster
    new Monitoring(this, "monitoring", { platform, system, environment, secrets, datastores: stores, hosts });
    const namespace = new Namespace(this, "namespace", {
      name: system.namespace,
      quota: quotaOf(system, environment),
      deletionProtection, // another name would first delete everything in the namespace
      dependsOn: [cluster.cluster],
    });
    const files = Variables.certificateFiles(stores);
    const certificates = Object.keys(files).length
      ? new ConfigMap(this, "certificates", {
          namespace: namespace.name,
          name: "datastore.certificates", // no workload can have this name
          data: files,
        })
      : undefined;
    const keda =
      queuesOf(system).length && stores.cache
        ? new Keda(this, "keda", {
            platform,
            place: cluster.place(environment.monitoring.pool), // it measures, too
            watched: namespace,
            cache: stores.cache,
            scrapers: PrometheusStack.SCRAPERS,
          })
        : undefined;
    const workloads = new Workloads(this, PLATFORM_NAMES.workloads, {
      platform,
      system,
      environment,
      release,
      candidate,
      databaseAhead,
      secrets,
      datastores: stores,
      buckets,
      namespace,
      certificates,
      keda,
    });

    // ---- ingress
    const { routes, publicServices } = workloads;
    const address = hosts.length
      ? edgeOf(environment).build(this, { platform, hosts, namespace, routes, publicServices })
      : "";

    // ---- Vercel
    new Frontends(this, "frontends", { platform, system, environment, release, previous });

    this.outputs({
      system: systemName,
      environment: name,
      project: environment.project,
      hosts,
      edge_address: address,
      cluster: cluster.cluster.name,
      credentials_command: cluster.credentialsCommand,
      database: "",
      database_replica: "",
      cache: "",
      ...stores.outputs,
      ...buckets.outputs,
    });
  }

  private outputs(values: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(values))
      new TerraformOutput(this, `output-${name}`, { value }).overrideLogicalId(name);
  }

  /** Returns the stack as JSON, which is checked before it is written. It takes a third of a synth, so it is made once. */
  override toTerraform() {
    this.json ??= super.toTerraform();
    return this.json;
  }

  /** @throws if two constructs have the same logical id, because cdktf would silently drop the first one */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const { path } = "node" in element ? element.node : element;
    const id = logicalIdOf(element);
    const other = this.paths.get(id) ?? path;
    if (other !== path) throw new Error(`${path} and ${other} have the same logical id ${id}`);
    this.paths.set(id, path);
    return id;
  }
}

/** Returns the public host names, without duplicates. */
const hostsOf = ({ services }: Environment) => [...new Set(Object.values(services).flatMap(({ hosts }) => hosts))];

/** Returns the items if the condition is true, and an empty list otherwise. */
const only = <T>(condition: boolean, ...items: readonly T[]): readonly T[] => (condition ? items : []);

/**
 * Returns the quota of the system's namespace: each service at its maximum, twice, because a replaced pod counts until
 * it is gone, one pod of each task and single service, and the pods of the ingress. There is always room for candidates,
 * because a promotion replaces pods while the candidate still serves.
 */
function quotaOf(system: System, environment: Environment) {
  const total = { pods: 0, cpu: 0, memory: 0 };
  const add = (pods: number, workload: { readonly resources: Resources }) => {
    const resources = modeOf(environment).resources(workload.resources);
    total.pods += pods;
    total.cpu += pods * (parseCpu(resources.cpu) ?? 0);
    total.memory += pods * (parseMemory(resources.memory) ?? 0);
  };
  for (const workload of workloads(system)) {
    const [, name] = workload.path;
    const pods = workload.single ? 1 : mostCounted(largestOf(environment.services[name]?.replicas ?? 1));
    add(runnersOf(system, name).length * pods, workload);
  }
  for (const resources of edgeOf(environment).pods(hostsOf(environment))) add(1, { resources });
  return total;
}
