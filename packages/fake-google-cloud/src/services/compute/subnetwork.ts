import { invalid, unknownHere } from "../../api-error";
import { type Body, defaults } from "../../body";
import { contains, overlaps, textOf } from "../../cidr";
import type { Cloud } from "../../cloud";
import type { About } from "../../collection";
import { policyRoutes } from "../../policies";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import {
  action,
  checkEnumerations,
  checkFingerprint,
  checkFixed,
  checkName,
  computeCollection,
  inUse,
  urlOf,
  wrong,
} from "./kind";
import { subnetRange, takenRanges } from "./range";
import { needNetwork, pathOf } from "./reference";

const SUBNETWORKS = "projects/{project}/regions/{region}/subnetworks";

/** https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks */
const ENUMERATIONS = {
  purpose: [
    "GLOBAL_MANAGED_PROXY",
    "INTERNAL_HTTPS_LOAD_BALANCER",
    "PEER_MIGRATION",
    "PRIVATE",
    "PRIVATE_NAT",
    "PRIVATE_RFC_1918",
    "PRIVATE_SERVICE_CONNECT",
    "REGIONAL_MANAGED_PROXY",
  ],
  role: ["ACTIVE", "BACKUP"],
  stackType: ["IPV4_ONLY", "IPV4_IPV6", "IPV6_ONLY"],
  "logConfig.aggregationInterval": [
    "INTERVAL_5_SEC",
    "INTERVAL_30_SEC",
    "INTERVAL_1_MIN",
    "INTERVAL_5_MIN",
    "INTERVAL_10_MIN",
    "INTERVAL_15_MIN",
  ],
  "logConfig.metadata": ["EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA", "CUSTOM_METADATA"],
};

const SUBNETWORK: Shape = {
  name: "text",
  network: "text",
  ipCidrRange: "text",
  secondaryIpRanges: [{ rangeName: "text", ipCidrRange: "text" }],
  purpose: "text",
  role: "text",
  stackType: "text",
  fingerprint: "text",
  enableFlowLogs: "flag",
  logConfig: { enable: "flag", flowSampling: "number", aggregationInterval: "text", metadata: "text" },
};

function accept(subnetwork: Body, { cloud, call, path, before }: About): void {
  const { project = "" } = call.params;
  if (before) checkFingerprint(before.fingerprint, call.body.fingerprint);
  subnetwork.network = urlOf(needNetwork(cloud, project, subnetwork.network ?? "").path);
  checkEnumerations(subnetwork, ENUMERATIONS);
  checkFixed(subnetwork, before, ["network", "ipCidrRange"]);
  const { flowSampling } = subnetwork.logConfig ?? {};
  if (flowSampling !== undefined && !(flowSampling >= 0 && flowSampling <= 1))
    throw wrong("logConfig.flowSampling", flowSampling, "Must be from 0 to 1.");
  // https://cloud.google.com/vpc/docs/create-use-internal-ranges
  for (const { ipCidrRange, reservedInternalRange } of [subnetwork, ...(subnetwork.secondaryIpRanges ?? [])])
    if (reservedInternalRange && !ipCidrRange)
      throw unknownHere(`the fake does not know the internal range ${reservedInternalRange}; say ipCidrRange`);
  defaults(subnetwork, { secondaryIpRanges: [] });
  checkRanges(subnetwork, cloud, project, path);
  if (before) checkRangesGone(subnetwork, before, cloud, path);
  complete(subnetwork, cloud);
}

/** Each may overlap no other of the network: https://cloud.google.com/vpc/docs/subnets#ipv4-ranges */
function checkRanges(subnetwork: Body, cloud: Cloud, project: string, path: string): void {
  const taken = takenRanges(cloud, project, subnetwork.network, path);
  const names = new Set<string>();
  const own: Body[] = [subnetwork, ...subnetwork.secondaryIpRanges];
  own.forEach(({ ipCidrRange, rangeName }, index) => {
    const field = index ? `secondaryIpRanges[${index - 1}].` : "";
    if (index) checkName(rangeName, `${field}rangeName`);
    if (names.has(rangeName)) throw wrong(`${field}rangeName`, rangeName, "Another range has this name.");
    names.add(rangeName);
    const range = subnetRange(`${field}ipCidrRange`, ipCidrRange ?? "");
    const other = taken.find((one) => overlaps(one.range, range));
    if (other) {
      const [, region, name] = /regions\/([^/]+)\/subnetworks\/(.+)$/.exec(other.path) ?? [];
      const owner = region
        ? `existing subnetwork '${name}' in region '${region}'.`
        : `reserved IP range '${textOf(other.range)}'.`;
      throw invalid(`Invalid IPCidrRange: ${ipCidrRange} conflicts with ${owner}`, "invalid");
    }
    taken.push({ range, path });
  });
}

/** https://cloud.google.com/vpc/docs/create-modify-vpc-networks#edit-secondary */
function checkRangesGone(after: Body, before: Body, cloud: Cloud, path: string): void {
  const names = (subnetwork: Body): string[] =>
    (subnetwork.secondaryIpRanges ?? []).map(({ rangeName }: Body) => rangeName);
  const left = names(after);
  const gone = names(before).filter((name) => !left.includes(name));
  for (const [cluster, { ipAllocationPolicy = {} }] of clustersIn(cloud, path)) {
    const { clusterSecondaryRangeName: pods, servicesSecondaryRangeName: services } = ipAllocationPolicy;
    if (gone.some((name) => name === pods || name === services)) throw inUse("subnetwork", path, cluster);
  }
}

function complete(subnetwork: Body, cloud: Cloud): void {
  const { ipCidrRange, logConfig } = subnetwork;
  defaults(subnetwork, {
    purpose: "PRIVATE",
    privateIpGoogleAccess: false,
    privateIpv6GoogleAccess: "DISABLE_GOOGLE_ACCESS",
    gatewayAddress: ipCidrRange.replace(/\d+\/\d+$/, (text: string) => String(Number.parseInt(text, 10) + 1)),
  });
  // As recorded: a subnetwork of Private NAT has no machines.
  if (subnetwork.purpose === "PRIVATE_NAT")
    defaults(subnetwork, { allowSubnetCidrRoutesOverlap: false, enableFlowLogs: false });
  else defaults(subnetwork, { stackType: "IPV4_ONLY", state: "READY" });
  if (logConfig) defaults(logConfig, { enable: subnetwork.enableFlowLogs ?? true });
  if (logConfig?.enable) defaults(logConfig, { metadata: "EXCLUDE_ALL_METADATA" });
  subnetwork.fingerprint = String(cloud.next());
}

/** The clusters whose nodes are in a subnetwork. */
function clustersIn(cloud: Cloud, path: string): [string, Body][] {
  const [, project = "", , region] = path.split("/");
  return cloud.store
    .below(`container/projects/${project}/locations`)
    .map(([key, cluster]): [string, Body] => [key.replace("container/", ""), cluster])
    .filter(([name, { subnetwork = "" }]) => {
      const [, location = ""] = /\/locations\/([^/]+)\/clusters\/[^/]+$/.exec(name) ?? [];
      const found = pathOf(subnetwork, project);
      const bare = !found.includes("/") && location.startsWith(region as string);
      return location !== "" && (bare ? path.endsWith(`/${found}`) : found === path);
    });
}

/** By clusters; a NAT refers to it by URL. https://github.com/hashicorp/terraform-provider-google/issues/26776 */
function release(_subnetwork: Body, { cloud, path }: About): void {
  const [user] = clustersIn(cloud, path);
  if (user) throw inUse("subnetwork", path, user[0]);
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks */
export const subnetworks: Route[] = [
  ...policyRoutes("compute", `${SUBNETWORKS}/{id}`, "/"),
  ...computeCollection({ at: SUBNETWORKS, type: "google_compute_subnetwork", shape: SUBNETWORK, accept, release }),
  action(
    SUBNETWORKS,
    "setPrivateIpGoogleAccess",
    (subnetwork, { privateIpGoogleAccess }) => {
      subnetwork.privateIpGoogleAccess = privateIpGoogleAccess;
    },
    { shape: { privateIpGoogleAccess: "flag" } },
  ),
  action(
    SUBNETWORKS,
    "expandIpCidrRange",
    (subnetwork, { ipCidrRange }, { cloud, path }) => {
      const [before, after] = [subnetwork.ipCidrRange, ipCidrRange].map((text) =>
        subnetRange("ipCidrRange", text ?? ""),
      );
      if (!before || !after || !contains(after, before) || after.prefix === before.prefix)
        throw wrong(
          "ipCidrRange",
          ipCidrRange,
          `The range must be larger than ${subnetwork.ipCidrRange} and contain it.`,
        );
      subnetwork.ipCidrRange = ipCidrRange;
      checkRanges(subnetwork, cloud, path.split("/")[1] as string, path);
      subnetwork.fingerprint = String(cloud.next());
    },
    { shape: { ipCidrRange: "text" } },
  ),
];
