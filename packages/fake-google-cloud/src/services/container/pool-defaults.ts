import { type Body, defaults } from "../../body";
import { SCOPES } from "./defaults";
import { linkOf } from "./operation";
import { imageOf, minorOf } from "./version";

/**
 * The range that a node sets aside for its pods.
 * https://cloud.google.com/kubernetes-engine/docs/how-to/flexible-pod-cidr
 */
const podCidrSize = (maxPods: number): number => 32 - Math.ceil(Math.log2(2 * maxPods));

/**
 * The usual boot disk: newer series of machines have no persistent disks.
 * https://cloud.google.com/compute/docs/general-purpose-machines#supported_disk_types_for_n4
 */
const diskOf = (machineType = ""): string =>
  /^(n4|c4|m4|x4|a4|h4)[a-z]*-/.test(machineType) ? "hyperdisk-balanced" : "pd-balanced";

/** The range of pods of a pool that has one of its own, as recorded. */
const OWN_PODS = "10.92.0.0/14";

/** Fills in what the service fills in, in a new pool. */
export function completePool(pool: Body, path: string, cluster: Body): Body {
  const [, project, , , , name] = path.split("/");
  const version = cluster.currentNodeVersion;
  const isRecent = minorOf(version) >= 34;
  const { machineType, ephemeralStorageLocalSsdConfig: localSsd } = pool.config ?? {};
  const { clusterSecondaryRangeName: pods } = cluster.ipAllocationPolicy;
  defaults(pool, {
    version,
    selfLink: linkOf(path),
    etag: "e",
    locations: cluster.locations,
    // Sent in part they mean zero values for the rest.
    management: pool.management ?? { autoUpgrade: true, autoRepair: true },
    upgradeSettings: pool.upgradeSettings ?? { maxSurge: 1, strategy: "SURGE" },
    maxPodsConstraint: { maxPodsPerNode: cluster.defaultMaxPodsConstraint?.maxPodsPerNode ?? "110" },
    networkConfig: {
      // As recorded, older pools have ranges of their own where nobody names one.
      podRange: pods ?? `${pool.name}-pods-${cluster.id.slice(0, 8)}`,
      podIpv4CidrBlock: pods ? cluster.clusterIpv4Cidr : OWN_PODS,
      enablePrivateNodes: cluster.networkConfig.defaultEnablePrivateNodes,
      subnetwork: cluster.networkConfig.subnetwork,
      podIpv4RangeUtilization: 0.001,
      ...(isRecent && { networkTierConfig: { networkTier: "NETWORK_TIER_DEFAULT" } }),
    },
    initialNodeCount: pool.autoscaling?.minNodeCount ?? 1,
    config: {
      machineType: "e2-medium",
      diskSizeGb: 100,
      diskType: diskOf(machineType),
      imageType: "COS_CONTAINERD",
      serviceAccount: "default",
      oauthScopes: SCOPES,
      metadata: { "disable-legacy-endpoints": "true" },
      labels: {},
      resourceLabels: {},
      tags: [],
      shieldedInstanceConfig: { enableIntegrityMonitoring: true },
      windowsNodeConfig: {},
      effectiveCgroupMode: "EFFECTIVE_CGROUP_MODE_V2",
      kubeletConfig: { insecureKubeletReadonlyPortEnabled: false, maxParallelImagePulls: isRecent && localSsd ? 3 : 2 },
      // A cluster whose nodes are confidential has no others.
      ...(cluster.confidentialNodes?.enabled && { confidentialNodes: cluster.confidentialNodes }),
      ...(isRecent && { nodeImageConfig: { image: imageOf(version), imageProject: "gke-node-images" } }),
    },
  });
  completeConfig(pool.config);
  pool.podIpv4CidrSize = podCidrSize(Number(pool.maxPodsConstraint.maxPodsPerNode));
  pool.instanceGroupUrls = pool.locations.map(
    (zone: string) =>
      `https://www.googleapis.com/compute/v1/projects/${project}/zones/${zone}/instanceGroupManagers/gke-${name}-${pool.name}-grp`,
  );
  return pool;
}

/** Fields that a pool's configuration has twice, and the label that GKE sets on every machine; also set after an update. */
export function completeConfig(config: Body): void {
  config.bootDisk = { ...config.bootDisk, diskType: config.diskType, sizeGb: String(config.diskSizeGb) };
  const model = config.spot ? "spot" : "on-demand";
  config.resourceLabels = { ...config.resourceLabels, "goog-gke-node-pool-provisioning-model": model };
}
