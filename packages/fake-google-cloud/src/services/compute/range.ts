import { isIPv4, isIPv6 } from "node:net";
import { invalid } from "../../api-error";
import type { Body } from "../../body";
import { type Cidr, overlaps, parseCidr } from "../../cidr";
import type { Cloud } from "../../cloud";
import { wrong } from "./kind";

/** https://cloud.google.com/vpc/docs/subnets#prohibited-ipv4-ranges */
const PROHIBITED = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "199.36.153.4/30",
  "199.36.153.8/30",
  "224.0.0.0/4",
  "255.255.255.255/32",
].map((text) => parseCidr(text) as Cidr);

/** A range of a network, and who has it. */
export interface Taken {
  readonly range: Cidr;
  /** Path of the subnetwork or of the address. */
  readonly path: string;
}

/** A range that a subnetwork may have: https://cloud.google.com/vpc/docs/subnets#valid-ranges */
export function subnetRange(field: string, text: string): Cidr {
  const range = parseCidr(text);
  if (!range?.exact) throw wrong(field, text, "Must be a CIDR address range, and begin with its address.");
  if (range.prefix < 4 || range.prefix > 29) throw wrong(field, text, "The prefix length must be from 4 to 29.");
  if (PROHIBITED.some((prohibited) => overlaps(prohibited, range)))
    throw wrong(field, text, "The range is one of those that no subnetwork may have.");
  return range;
}

/** The ranges of a network's subnetworks and of what is reserved in it, without those of one object. */
export const takenRanges = (cloud: Cloud, project: string, network: string, except: string): Taken[] =>
  cloud.store
    .below(`compute/projects/${project}`)
    .filter(([key, object]) => object.network === network && key !== `compute/${except}`)
    .flatMap(([key, object]) => rangesOf(key.replace("compute/", ""), object));

const rangesOf = (path: string, object: Body): Taken[] => {
  const texts = path.includes("/subnetworks/")
    ? [object, ...(object.secondaryIpRanges ?? [])].map(({ ipCidrRange }) => ipCidrRange)
    : object.purpose === "VPC_PEERING"
      ? [`${object.address}/${object.prefixLength}`]
      : [];
  return texts.flatMap((text) => {
    const range = parseCidr(text);
    return range ? [{ range, path }] : [];
  });
};

/** A range of 10.0.0.0/8 that overlaps none of these, for whoever asks for no certain one. */
export function freeRange(prefixLength: number, taken: readonly Cidr[], from = 0): Cidr {
  for (let block = from; block < from + 256; block++) {
    const range = parseCidr(`10.${block % 256}.0.0/${prefixLength}`) as Cidr;
    if (range.exact && !taken.some((other) => overlaps(other, range))) return range;
  }
  throw invalid("Couldn't find free blocks in the network.", "invalid");
}

/** Addresses that traffic comes from or goes to: https://cloud.google.com/firewall/docs/firewalls#sources */
export function checkTrafficRange(field: string, text: string): void {
  const [address = "", prefix = ""] = text.split("/");
  if (!parseCidr(text) && !isIPv4(text) && !(isIPv6(address) && /^(\d|\d\d|1[01]\d|12[0-8])?$/.test(prefix)))
    throw wrong(field, text, "Must be a valid IPV4 or IPV6 CIDR address range.");
}
