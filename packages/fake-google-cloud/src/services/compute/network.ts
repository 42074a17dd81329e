import { invalid } from "../../api-error";
import { type Body, defaults } from "../../body";
import type { Cloud } from "../../cloud";
import type { About } from "../../collection";
import { REGIONS } from "../../regions";
import type { Route } from "../../route";
import { type Shape, withoutNulls } from "../../shape";
import { action, checkEnumerations, checkFixed, checkName, computeCollection, inUse, urlOf, wrong } from "./kind";
import { needNetwork } from "./reference";

const NETWORKS = "projects/{project}/global/networks";
const NETWORK: Shape = {
  name: "text",
  autoCreateSubnetworks: "flag",
  mtu: "number",
  routingConfig: { routingMode: "text", bgpBestPathSelectionMode: "text" },
  networkFirewallPolicyEnforcementOrder: "text",
};
const PEERING: Shape = { networkPeering: { name: "text", network: "text" } };

/** https://cloud.google.com/compute/docs/reference/rest/v1/networks */
const ENUMERATIONS = {
  "routingConfig.routingMode": ["REGIONAL", "GLOBAL"],
  "routingConfig.bgpBestPathSelectionMode": ["LEGACY", "STANDARD"],
  networkFirewallPolicyEnforcementOrder: ["AFTER_CLASSIC_FIREWALL", "BEFORE_CLASSIC_FIREWALL"],
};

/** A network in auto mode has a subnetwork in each region but those on request. https://cloud.google.com/vpc/docs/vpc#auto-mode-considerations */
const ON_REQUEST = ["me-central2"];
const subnetworksOf = (path: string): string[] =>
  REGIONS.filter((region) => !ON_REQUEST.includes(region))
    .sort()
    .map((region) => urlOf(path.replace("global/networks", `regions/${region}/subnetworks`)));

function accept(network: Body, { path, before }: About): void {
  checkEnumerations(network, ENUMERATIONS);
  checkFixed(network, before, ["autoCreateSubnetworks"]);
  if (network.mtu !== undefined && !(network.mtu >= 1300 && network.mtu <= 8896))
    throw wrong("mtu", network.mtu, "Must be from 1300 to 8896.");
  defaults(network, {
    routingConfig: { routingMode: "REGIONAL", bgpBestPathSelectionMode: "LEGACY" },
    networkFirewallPolicyEnforcementOrder: "AFTER_CLASSIC_FIREWALL",
    selfLinkWithId: urlOf(path),
    subnetworks: network.autoCreateSubnetworks ? subnetworksOf(path) : undefined,
    // https://cloud.google.com/vpc/docs/subnets#ipv6-ranges
    internalIpv6Range: network.enableUlaInternalIpv6 ? "fd20:eb5:88a:0:0:0:0:0/48" : undefined,
  });
  if (!network.enableUlaInternalIpv6) delete network.enableUlaInternalIpv6;
}

/**
 * Subnetworks, firewall rules, routers, reserved ranges and peerings, the services' own included.
 * https://cloud.google.com/vpc/docs/create-modify-vpc-networks#deleting_a_network
 * https://github.com/GoogleCloudPlatform/magic-modules/pull/18476
 */
function release(network: Body, { cloud, path, call }: About): void {
  const [user] =
    cloud.store
      .below(`compute/projects/${call.params.project}`)
      .find(([, object]) => object.network === network.selfLink) ?? [];
  if (user) throw inUse("network", path, user.replace("compute/", ""));
  const [peering] = peeringsOf(network);
  if (peering) throw inUse("network", path, `${path}/peerings/${peering.name}`);
}

/** Name of the peering with Google's services: https://cloud.google.com/vpc/docs/configure-private-services-access */
export const SERVICES_PEERING = "servicenetworking-googleapis-com";

export const peeringsOf = (network: Body): Body[] => network.peerings ?? [];

/** Adds a peering to a network: https://cloud.google.com/vpc/docs/vpc-peering */
export function addPeering(network: Body, peering: Body): void {
  network.peerings = [
    ...peeringsOf(network),
    {
      autoCreateRoutes: true,
      exchangeSubnetRoutes: true,
      exportCustomRoutes: false,
      importCustomRoutes: false,
      exportSubnetRoutesWithPublicIp: true,
      importSubnetRoutesWithPublicIp: false,
      ...peering,
      state: "ACTIVE",
    },
  ];
}

function peeringOf(network: Body, name: string): Body {
  const peering = peeringsOf(network).find((one) => one.name === name);
  if (!peering) throw invalid(`There is no peering (${name}) for the network.`, "invalid");
  return peering;
}

function addPeeringWith(network: Body, { networkPeering = {} }: Body, { cloud, path }: { cloud: Cloud; path: string }) {
  checkName(networkPeering.name, "networkPeering.name");
  if (peeringsOf(network).some(({ name }) => name === networkPeering.name))
    throw wrong("networkPeering.name", networkPeering.name, "There is a peering with this name already.");
  const peer = needNetwork(cloud, path.split("/")[1] as string, networkPeering.network ?? "");
  addPeering(network, { ...networkPeering, network: urlOf(peer.path) });
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/networks */
export const networks: Route[] = [
  ...computeCollection({ at: NETWORKS, type: "google_compute_network", shape: NETWORK, accept, release }),
  action(NETWORKS, "addPeering", addPeeringWith, { shape: PEERING }),
  action(
    NETWORKS,
    "updatePeering",
    (network, { networkPeering }) =>
      Object.assign(peeringOf(network, networkPeering?.name), withoutNulls(networkPeering)),
    { method: "PATCH", shape: PEERING },
  ),
  action(
    NETWORKS,
    "removePeering",
    (network, { name }) => {
      const peering = peeringOf(network, name);
      network.peerings = peeringsOf(network).filter((one) => one !== peering);
    },
    { shape: { name: "text" } },
  ),
];
