import type { Body } from "../../body";
import { addressOf, type Cidr } from "../../cidr";
import type { Cloud } from "../../cloud";
import { needNetwork } from "../compute/reference";
import { blockOf, needPeering } from "../service-networking";
import { badRequest } from "./operations";

/**
 * The block that an instance gets its private address from. Undefined if there is none, or the instance keeps its address.
 * https://cloud.google.com/sql/docs/postgres/configure-private-ip
 */
export function privateBlock(
  cloud: Cloud,
  project: string,
  { region, settings }: Body,
  before: Body = {},
): Cidr | undefined {
  const { privateNetwork, allocatedIpRange } = settings.ipConfiguration;
  if (!privateNetwork) return undefined;
  if (privateNetwork === before.privateNetwork && allocatedIpRange === before.allocatedIpRange) return undefined;
  const { path } = needNetwork(cloud, project, privateNetwork);
  needPeering(
    cloud,
    project,
    privateNetwork,
    "Failed to create instance because the network doesn't have at least 1 private services connection. Please see https://cloud.google.com/sql/docs/mysql/private-ip#network_requirements for how to create this connection.",
  );
  if (allocatedIpRange)
    cloud.need(
      `compute/${path.replace(/networks\/[^/]+$/, `addresses/${allocatedIpRange}`)}`,
      badRequest(`Allocated IP range ${allocatedIpRange} does not exist`),
    );
  return blockOf(cloud, project, privateNetwork, `Cloud SQL in ${region}`, allocatedIpRange);
}

/** The addresses of an instance: it keeps those that it has. */
export function addressesOf(cloud: Cloud, { settings, ipAddresses: before = [] }: Body, block?: Cidr): Body[] {
  const { ipv4Enabled, privateNetwork } = settings.ipConfiguration;
  const kept = (type: string) => before.find((address: Body) => address.type === type);
  const ownPrivate = () => (block ? { type: "PRIVATE", ipAddress: freeAddress(cloud, block) } : kept("PRIVATE"));
  return [
    ...(ipv4Enabled
      ? [
          kept("PRIMARY") ?? { type: "PRIMARY", ipAddress: "203.0.113.77" },
          kept("OUTGOING") ?? { type: "OUTGOING", ipAddress: "203.0.113.78" }, // to what the instance itself connects
        ]
      : []),
    ...(privateNetwork ? [ownPrivate() ?? { type: "PRIVATE", ipAddress: "192.0.2.3" }] : []),
  ];
}

/** The first address of a block that no instance has. Google keeps a block's first three. */
function freeAddress(cloud: Cloud, { first }: Cidr): string {
  const instances = cloud.store.below("sql/projects").flatMap(([, { ipAddresses = [] }]) => ipAddresses);
  const taken = new Set(instances.map(({ ipAddress }: Body) => ipAddress));
  let address = first + 3;
  while (taken.has(addressOf(address))) address++;
  return addressOf(address);
}
