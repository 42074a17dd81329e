import { invalid } from "../../api-error";
import type { Body } from "../../body";
import { type Cidr, overlaps, parseCidr, textOf } from "../../cidr";
import type { Cloud } from "../../cloud";
import { needKeyGrant } from "../cloud-kms";
import { urlOf } from "../compute/kind";
import { freeRange, takenRanges } from "../compute/range";
import { needNetwork, needSubnetwork } from "../compute/reference";
import { checkMaxPods } from "./checks";
import { regionOf } from "./location";
import { checkMaintenance } from "./maintenance";

/** Refuses settings that no cluster can have, in a new one and in what an update leads to. */
export function checkSettings(cluster: Body, project: string): void {
  const pool = cluster.workloadIdentityConfig?.workloadPool;
  // https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
  if (pool !== undefined && pool !== `${project}.svc.id.goog`)
    throw invalid(`Workload pool "${pool}" is invalid. The only supported workload pool is "${project}.svc.id.goog".`);
  // https://cloud.google.com/kubernetes-engine/docs/concepts/dataplane-v2
  if (cluster.networkPolicy?.enabled && cluster.networkConfig?.datapathProvider === "ADVANCED_DATAPATH")
    throw invalid("Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed.");
  checkMaxPods("cluster.default_max_pods_constraint", cluster.defaultMaxPodsConstraint);
  checkMaintenance(cluster.maintenancePolicy);
  checkAuthorizedNetworks(cluster);
}

/** https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#MasterAuthorizedNetworksConfig */
function checkAuthorizedNetworks({ controlPlaneEndpointsConfig }: Body): void {
  for (const { cidrBlock } of controlPlaneEndpointsConfig?.ipEndpointsConfig?.authorizedNetworksConfig?.cidrBlocks ??
    [])
    if (!parseCidr(cidrBlock)) throw invalid(`Invalid value for field "cidr_block": "${cidrBlock}". Must be a CIDR.`);
}

/**
 * Refuses a key for Secrets that cannot be used, or is far away.
 * https://cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets
 */
export function checkEncryption(cloud: Cloud, path: string, { state = "DECRYPTED", keyName }: Body = {}): void {
  const [, project = "", , location = ""] = path.split("/");
  if (state === "DECRYPTED") return;
  const [, at] = /^projects\/[^/]+\/locations\/([^/]+)\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.exec(keyName) ?? [];
  if (!at)
    throw invalid(
      `Invalid value for field "cluster.database_encryption.key_name": "${keyName ?? ""}" is no key's name.`,
    );
  if (at !== "global" && at !== regionOf(location))
    throw invalid(
      `Invalid value for field "cluster.database_encryption.key_name": "${keyName}". The key must be in the same location as the cluster, ${regionOf(location)}.`,
    );
  const agent = `service-${cloud.numberOf(project)}@container-engine-robot.iam.gserviceaccount.com`;
  needKeyGrant(cloud, keyName, `serviceAccount:${agent}`);
}

/**
 * Refuses a network that is not there, a subnetwork that is not that network's or not the region's, and ranges that the
 * subnetwork does not have; puts down the ranges. https://cloud.google.com/kubernetes-engine/docs/how-to/alias-ips
 */
export function placeInNetwork(cloud: Cloud, path: string, cluster: Body): void {
  const [, project = "", , location = ""] = path.split("/");
  const region = regionOf(location);
  const network = needNetwork(cloud, project, cluster.network ?? "default");
  const { path: at, subnetwork } = cluster.subnetwork
    ? needSubnetwork(cloud, project, region, cluster.subnetwork)
    : autoSubnetwork(network, region);
  if (needNetwork(cloud, project, subnetwork.network).path !== network.path)
    throw invalid(`Subnetwork "${cluster.subnetwork}" is not valid for Network "${cluster.network}".`);
  cluster.network = network.path;
  cluster.subnetwork = at;
  placeInRanges(cloud, cluster, subnetwork);
  checkControlPlaneRange(cloud, cluster, subnetwork.network);
}

/** A network in auto mode has a subnetwork in each region. https://cloud.google.com/vpc/docs/vpc#auto-mode-considerations */
function autoSubnetwork(
  { path, network }: ReturnType<typeof needNetwork>,
  region: string,
): ReturnType<typeof needSubnetwork> {
  if (!network.autoCreateSubnetworks) throw invalid(`Network "${network.name}" requires specifying a subnetwork.`);
  const at = path.replace(/global\/networks\/(.*)$/, `regions/${region}/subnetworks/$1`);
  return { path: at, subnetwork: { name: network.name, network: urlOf(path) } };
}

/**
 * The ranges of pods and Services: those of the subnetwork that are named, those that are sent, or what Google chooses.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips
 */
function placeInRanges(cloud: Cloud, cluster: Body, subnetwork: Body): void {
  cluster.ipAllocationPolicy ??= {};
  const { network, ipAllocationPolicy: policy } = cluster;
  const { clusterSecondaryRangeName: pods, servicesSecondaryRangeName: services } = policy;
  if (pods && pods === services)
    throw invalid(`Pod secondary range name (${pods}) should not be the same as service secondary range name.`);
  for (const [kind, name, block] of [
    ["Pod", pods, "clusterIpv4CidrBlock"],
    ["Services", services, "servicesIpv4CidrBlock"],
  ]) {
    if (!name) continue;
    const range = subnetwork.secondaryIpRanges?.find(({ rangeName }: Body) => rangeName === name);
    if (!range)
      throw invalid(
        `${kind} secondary range "${name}" not found in network "https://www.googleapis.com/compute/v1/${network}", subnetwork "${subnetwork.name}".`,
      );
    policy[block] = range.ipCidrRange;
  }
  const [, prefix = "14"] = /^\/(\d+)$/.exec(policy.clusterIpv4CidrBlock ?? "/14") ?? [];
  if (!parseCidr(policy.clusterIpv4CidrBlock ?? ""))
    policy.clusterIpv4CidrBlock = textOf(
      freeRange(Number(prefix), rangesIn(cloud, network, subnetwork.network), PODS_FROM),
    );
  // https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing_secondary_range_svcs
  if (!parseCidr(policy.servicesIpv4CidrBlock ?? "")) policy.servicesIpv4CidrBlock = "34.118.224.0/20";
}

/** Second number of the first range of 10.0.0.0/8 that Google gives to pods, as recorded. */
const PODS_FROM = 112;

/** The ranges of a network, its clusters' pods and control planes included. */
function rangesIn(cloud: Cloud, network: string, reference: string): Cidr[] {
  const [, project = ""] = network.split("/");
  const clusters = cloud.store
    .below(`container/projects/${project}/locations`)
    .filter(([key, cluster]) => /\/clusters\/[^/]+$/.test(key) && cluster.network === network)
    .flatMap(([, { clusterIpv4Cidr = "", privateClusterConfig }]) =>
      [clusterIpv4Cidr, privateClusterConfig?.masterIpv4CidrBlock ?? ""].flatMap((text) => parseCidr(text) ?? []),
    );
  return [...takenRanges(cloud, project, reference, "").map((one) => one.range), ...clusters];
}

/**
 * The control plane's range is a /28 that overlaps no other in the network.
 * https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#PrivateClusterConfig
 */
function checkControlPlaneRange(cloud: Cloud, { network, privateClusterConfig }: Body, reference: string): void {
  const block = privateClusterConfig?.masterIpv4CidrBlock;
  if (!block) return;
  const range = parseCidr(block);
  if (range?.prefix !== 28)
    throw invalid(
      `Invalid value for field "cluster.private_cluster_config.master_ipv4_cidr_block": "${block}". Must be a /28.`,
    );
  const other = rangesIn(cloud, network, reference).find((one) => overlaps(one, range));
  if (other) throw invalid(`The given master_ipv4_cidr ${block} overlaps with an existing network ${textOf(other)}.`);
}
