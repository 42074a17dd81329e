import { type Cidr, overlaps, parseCidr } from "../../../../facts/cidr";
import { type Body, defaults } from "../../body";
import type { About } from "../../collection";
import { invalid, unknownHere } from "../../refusal";
import type { Route } from "../../route";
import { checkEnumerations, computeCollection, setLabels, urlOf, wrong } from "./kind";
import { takenRanges } from "./range";
import { needNetwork } from "./reference";

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

function accept(address: Body, about: About): void {
  const { cloud, call } = about;
  defaults(address, { addressType: "EXTERNAL" });
  checkEnumerations(address, ENUMERATIONS);
  const external = address.addressType === "EXTERNAL";
  const isRange = address.purpose === "VPC_PEERING";
  if (external && isRange)
    throw wrong("purpose", address.purpose, "The field cannot be specified with external address.");
  if (isRange && call.params.region) throw wrong("purpose", address.purpose, "Only a global address can have it.");
  if (external && address.network)
    throw wrong("network", address.network, "The field cannot be specified with external address.");
  if (!external && !isRange) throw unknownHere("the stand-in knows no internal address that is not a range");
  if (isRange) reserveRange(address, about);
  defaults(address, {
    address: `203.0.113.${cloud.next() % 256}`,
    networkTier: external ? "PREMIUM" : undefined,
    status: "RESERVED",
    labelFingerprint: String(cloud.next()),
  });
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
  address.address ??= freeRange(prefixLength, (range) => !conflict(range));
  const range = parseCidr(`${address.address}/${prefixLength}`);
  if (!range || range.hostBits)
    throw wrong("address", address.address, `Must be the first address of a range of prefix length ${prefixLength}.`);
  const other = conflict(range);
  if (other)
    throw invalid(
      `Invalid IP CIDR range: ${range.canonical} conflicts with IP range ${other.range.canonical} that was allocated by resource ${other.path}.`,
      "invalid",
    );
}

/** One that nobody has, where nobody asks for a certain one. */
function freeRange(prefixLength: number, isFree: (range: Cidr) => boolean): string {
  for (let block = 0; block < 256; block++) {
    const range = parseCidr(`10.${block}.0.0/${prefixLength}`) as Cidr;
    if (isFree(range)) return range.canonical.split("/")[0] as string;
  }
  throw invalid("Couldn't find free blocks in the network.", "invalid");
}

/** Of addresses only labels change: https://cloud.google.com/compute/docs/reference/rest/v1/addresses */
export const addresses: Route[] = [GLOBAL, REGIONAL].flatMap((at) => [
  ...computeCollection({ at, type: "google_compute_global_address", accept, update: "none" }),
  setLabels(at),
]);
