import { invalid } from "../../api-error";
import type { Body } from "../../body";

/** Versions on offer by their minor versions. https://cloud.google.com/kubernetes-engine/docs/release-schedule */
const OFFER: Readonly<Record<string, string>> = {
  "1.35": "1.35.6-gke.1250000",
  "1.34": "1.34.9-gke.1131000",
  "1.33": "1.33.5-gke.1080000",
};

/** The image of a version's nodes with Container-Optimized OS, as recorded: `gke-1356-gke1250000-cos-...` for 1.35.6-gke.1250000. */
export const imageOf = (version: string): string => `gke-${version.replaceAll(".", "")}-cos-125-19216-395-109-c-pre`;

/** Minor version of a new cluster in the regular channel, as recorded in July 2026. */
export const REGULAR = "1.35";
const STABLE = "1.34";

/** https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ServerConfig */
export function serverConfig(regular = REGULAR): Body {
  const versions = Object.values(OFFER);
  const channel = (name: string, minor: string) => ({
    channel: name,
    defaultVersion: OFFER[minor],
    validVersions: versions,
    upgradeTargetVersion: OFFER[minor],
  });
  return {
    defaultClusterVersion: OFFER[regular],
    validMasterVersions: versions,
    validNodeVersions: versions,
    defaultImageType: "COS_CONTAINERD",
    validImageTypes: ["COS_CONTAINERD", "UBUNTU_CONTAINERD"],
    channels: [channel("RAPID", REGULAR), channel("REGULAR", regular), channel("STABLE", STABLE)],
  };
}

export const minorOf = (version: string): number => Number(version.split(".")[1]);

/**
 * Puts down the version and the release channel of a new cluster. One that is sent without the other decides it: recorded
 * clusters of version 1.34 are in the stable channel.
 * https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Cluster.FIELDS.initial_cluster_version
 */
export function placeInChannel(cluster: Body, regular = REGULAR): void {
  const { initialClusterVersion: sent = "", releaseChannel } = cluster;
  const asked = ["", "-", "latest"].includes(sent) ? (releaseChannel?.channel === "STABLE" ? STABLE : regular) : sent;
  const found = Object.entries(OFFER).find(
    ([minor, full]) => minor === asked || `${full}.`.startsWith(`${asked}.`) || full.startsWith(`${asked}-`),
  );
  if (!found) throw invalid(`Master version "${sent}" is unsupported.`);
  const [minor, version] = found;
  Object.assign(cluster, {
    initialClusterVersion: version,
    currentMasterVersion: version,
    currentNodeVersion: version,
  });
  cluster.releaseChannel ??= { channel: minor === STABLE && regular !== STABLE ? "STABLE" : "REGULAR" };
}

/** What GKE fills in on clusters of a minor version of Kubernetes 1 and newer ones, as recorded. */
const SINCE: Readonly<Record<number, Body>> = {
  35: {
    addonsConfig: { nodeReadinessConfig: {} },
    nodeCreationConfig: { nodeCreationMode: "VIA_KUBELET" },
    // https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#restrict_anon_access
    anonymousAuthenticationConfig: { mode: "LIMITED" },
  },
  34: {
    // https://cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache
    addonsConfig: { dnsCacheConfig: { enabled: true } },
    controlPlaneEgress: { mode: "VIA_CONTROL_PLANE" },
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { enableK8sCertsViaDns: false } },
    ipAllocationPolicy: { networkTierConfig: { networkTier: "NETWORK_TIER_DEFAULT" } },
    master: {},
    monitoringConfig: {
      componentConfig: {
        enableComponents: [
          ...["SYSTEM_COMPONENTS", "STORAGE", "HPA", "POD", "DAEMONSET", "DEPLOYMENT", "STATEFULSET"],
          ...["CADVISOR", "KUBELET", "DCGM", "JOBSET"],
        ],
      },
    },
    networkConfig: { defaultSnatStatus: {} },
    privateCluster: true,
  },
  0: {
    anonymousAuthenticationConfig: { mode: "ENABLED" },
    monitoringConfig: {
      componentConfig: {
        enableComponents: [
          ...["SYSTEM_COMPONENTS", "DAEMONSET", "DEPLOYMENT", "STATEFULSET", "JOBSET", "STORAGE", "HPA", "POD"],
          ...["CADVISOR", "KUBELET", "DCGM"],
        ],
      },
    },
  },
};

/** What holds for a version, newest first. */
export const filledInSince = (version: string): Body[] =>
  Object.entries(SINCE)
    .filter(([minor]) => Number(minor) <= minorOf(version))
    .reverse()
    .map(([, added]) => added);
