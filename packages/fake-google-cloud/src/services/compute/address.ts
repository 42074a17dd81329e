import { invalid } from "../../api-error";
import { type Body, defaults } from "../../body";
import { addressOf, type Cidr, overlaps, parseCidr, textOf } from "../../cidr";
import type { Cloud } from "../../cloud";
import type { About } from "../../collection";
import type { Route } from "../../route";
import { type Shape, TEXTS } from "../../shape";
import { checkEnumerations, computeCollection, inUse, setLabels, urlOf, wrong } from "./kind";
import { freeRange, takenRanges } from "./range";
import { needNetwork, needSubnetwork } from "./reference";

const GLOBAL = "projects/{project}/global/addresses";
const REGIONAL = "projects/{project}/regions/{region}/addresses";

/** https://cloud.google.com/compute/docs/reference/rest/v1/globalAddresses */
const ENUMERATIONS = {
  addressType: ["EXTERNAL", "INTERNAL"],
  purpose: [
    "DNS_RESOLVER",
    "GCE_ENDPOINT",
    "IPSEC_INTERCONNECT",
    "NAT_AUTO",
    "PRIVATE_SERVICE_CONNECT",
    "SERVERLESS",
    "SHARED_LOADBALANCER_VIP",
    "VPC_PEERING",
  ],
  networkTier: ["PREMIUM", "STANDARD"],
  ipVersion: ["IPV4", "IPV6"],
};

const ADDRESS: Shape = {
  name: "text",
  address: "text",
  addressType: "text",
  purpose: "text",
  network: "text",
  prefixLength: "number",
  labels: TEXTS,
};

function accept(address: Body, about: About): void {
  const { cloud, call } = about;
  const { project = "", region = "" } = call.params;
  checkEnumerations(address, ENUMERATIONS);
  const { addressType = "EXTERNAL", purpose } = address;
  const external = addressType === "EXTERNAL";
  const isRange = purpose === "VPC_PEERING";
  if (external && isRange)
    throw wrong("purpose", address.purpose, "The field cannot be specified with external address.");
  if (isRange && region) throw wrong("purpose", address.purpose, "Only a global address can have it.");
  if (external && address.network)
    throw wrong("network", address.network, "The field cannot be specified with external address.");
  if (isRange) reserveRange(address, about);
  else if (!external && region) reserveInSubnetwork(address, about);
  else if (!external) {
    if (purpose !== "PRIVATE_SERVICE_CONNECT")
      throw wrong("purpose", purpose, "A global internal address must have VPC_PEERING or PRIVATE_SERVICE_CONNECT.");
    address.network = urlOf(needNetwork(cloud, project, address.network ?? "").path);
  }
  defaults(address, {
    address: freeIp(cloud),
    labelFingerprint: String(cloud.next()),
    addressType,
    ...(region && { description: "" }),
    ...((region || external) && { networkTier: "PREMIUM", status: "RESERVED" }),
  });
}

/** An address of a subnetwork's range. https://cloud.google.com/vpc/docs/reserve-static-internal-ip */
function reserveInSubnetwork(address: Body, { cloud, call }: About): void {
  const { project = "", region = "" } = call.params;
  const { path, subnetwork } = needSubnetwork(cloud, project, region, address.subnetwork ?? "default");
  const { first, last } = parseCidr(subnetwork.ipCidrRange) as Cidr;
  const taken = new Set(cloud.store.below("compute").map(([, object]) => object.address));
  let own = first + 2; // Google keeps the first two
  while (taken.has(addressOf(own))) own++;
  if (own > last) throw wrong("subnetwork", address.subnetwork, "IP space is exhausted.");
  Object.assign(address, { subnetwork: urlOf(path), purpose: address.purpose ?? "GCE_ENDPOINT" });
  address.address ??= addressOf(own);
}

/** An IP address that nothing has. https://www.rfc-editor.org/rfc/rfc5737 */
export function freeIp(cloud: Cloud): string {
  const taken = new Set(cloud.store.below("compute").flatMap(([, { address, IPAddress }]) => [address, IPAddress]));
  let ip: string;
  do ip = `203.0.113.${cloud.next() % 256}`;
  while (taken.has(ip));
  return ip;
}

/** A forwarding rule has the IP address itself, and no reference. */
function release({ address }: Body, { cloud, path, call }: About): void {
  const rules = `projects/${call.params.project}/global/forwardingRules`;
  const user = cloud.store.members(`compute/${rules}`).find((rule) => rule.IPAddress === address);
  if (user) throw inUse("address", path, `${rules}/${user.name}`);
}

/** A range that services get addresses from: https://cloud.google.com/vpc/docs/configure-private-services-access#allocating-range */
function reserveRange(address: Body, { cloud, call, path }: About): void {
  const { project = "" } = call.params;
  const { prefixLength } = address;
  if (!address.network) throw wrong("network", "", "The field must be specified with purpose VPC_PEERING.");
  address.network = urlOf(needNetwork(cloud, project, address.network).path);
  if (!(prefixLength >= 8 && prefixLength <= 30)) throw wrong("prefixLength", prefixLength, "Must be from 8 to 30.");
  const taken = takenRanges(cloud, project, address.network, path);
  const conflict = (range: Cidr) => taken.find((one) => overlaps(one.range, range));
  address.address ??= addressOf(
    freeRange(
      prefixLength,
      taken.map(({ range }) => range),
    ).first,
  );
  const range = parseCidr(`${address.address}/${prefixLength}`);
  if (!range?.exact)
    throw wrong("address", address.address, `Must be the first address of a range of prefix length ${prefixLength}.`);
  const other = conflict(range);
  if (other)
    throw invalid(
      `Invalid IP CIDR range: ${textOf(range)} conflicts with IP range ${textOf(other.range)} that was allocated by resource ${other.path}.`,
      "invalid",
    );
}

/** Of addresses only labels change: https://cloud.google.com/compute/docs/reference/rest/v1/addresses */
export const addresses: Route[] = [GLOBAL, REGIONAL].flatMap((at) => [
  ...computeCollection({ at, type: "google_compute_global_address", shape: ADDRESS, accept, release, update: "none" }),
  setLabels(at),
]);
