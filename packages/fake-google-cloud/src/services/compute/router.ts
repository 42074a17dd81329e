import { notFound } from "../../api-error";
import { type Body, defaults } from "../../body";
import type { About } from "../../collection";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { checkEnumerations, checkFixed, checkName, computeCollection, urlOf, wrong } from "./kind";
import { needNetwork, needSubnetwork, refer } from "./reference";

/** https://cloud.google.com/compute/docs/reference/rest/v1/routers */
const ENUMERATIONS = {
  natIpAllocateOption: ["AUTO_ONLY", "MANUAL_ONLY"],
  sourceSubnetworkIpRangesToNat: [
    "ALL_SUBNETWORKS_ALL_IP_RANGES",
    "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
    "LIST_OF_SUBNETWORKS",
  ],
  "logConfig.filter": ["ALL", "ERRORS_ONLY", "TRANSLATIONS_ONLY"],
  type: ["PRIVATE", "PUBLIC"],
  autoNetworkTier: ["PREMIUM", "STANDARD"],
  endpointTypes: ["ENDPOINT_TYPE_MANAGED_PROXY_LB", "ENDPOINT_TYPE_SWG", "ENDPOINT_TYPE_VM"],
};
const SUBNETWORK_ENUMERATIONS = {
  sourceIpRangesToNat: ["ALL_IP_RANGES", "LIST_OF_SECONDARY_IP_RANGES", "PRIMARY_IP_RANGE"],
};

const ROUTER: Shape = {
  name: "text",
  network: "text",
  nats: [
    {
      name: "text",
      natIpAllocateOption: "text",
      natIps: ["text"],
      sourceSubnetworkIpRangesToNat: "text",
      subnetworks: [{ name: "text", sourceIpRangesToNat: ["text"], secondaryIpRangeNames: ["text"] }],
      logConfig: { filter: "text" },
      minPortsPerVm: "number",
      maxPortsPerVm: "number",
      enableDynamicPortAllocation: "flag",
      enableEndpointIndependentMapping: "flag",
      endpointTypes: ["text"],
      type: "text",
      autoNetworkTier: "text",
    },
  ],
};

function accept(router: Body, about: About): void {
  const { cloud, call, before } = about;
  router.network = urlOf(needNetwork(cloud, call.params.project ?? "", router.network ?? "").path);
  checkFixed(router, before, ["network"]);
  defaults(router, { encryptedInterconnectRouter: false });
  const others = natsBeside(router, about);
  for (const [index, nat] of (router.nats ?? []).entries()) {
    const field = `nats[${index}].`;
    checkName(nat.name, `${field}name`);
    if (others.some(({ name, router: of }) => name === nat.name && !of))
      throw wrong(`${field}name`, nat.name, "Another NAT of the router has this name.");
    checkEnumerations(nat, ENUMERATIONS, field);
    checkPorts(nat, field);
    refersTo(nat, field, router, about);
    defaults(nat, { endpointTypes: ["ENDPOINT_TYPE_VM"], type: "PUBLIC" });
    // Between networks there are no tiers. https://cloud.google.com/nat/docs/private-nat
    defaults(nat, nat.type === "PUBLIC" ? { autoNetworkTier: "PREMIUM" } : { enableDynamicPortAllocation: true });
    nat.effectiveTcpTimeWaitTimeoutSec = nat.tcpTimeWaitTimeoutSec ?? 120;
    checkBeside(
      nat,
      field,
      others.filter(({ type }) => type === nat.type),
    );
    others.push(nat);
  }
}

/** The NATs of the other routers that a network has in a region. */
function natsBeside(router: Body, { cloud, path, key }: About): Body[] {
  return cloud.store
    .below(`compute/${path.split("/").slice(0, -1).join("/")}`)
    .filter(([other, { network }]) => other !== key && network === router.network)
    .flatMap(([other, { nats = [] }]) => nats.map((nat: Body) => ({ ...nat, router: other })));
}

/** Who is translated by one NAT is not by another: https://cloud.google.com/nat/docs/nat-product-interactions#specify-subnet-ranges */
function checkBeside(nat: Body, field: string, others: readonly Body[]): void {
  const { sourceSubnetworkIpRangesToNat: option, subnetworks = [] } = nat;
  const all = "ALL_SUBNETWORKS_ALL_IP_RANGES";
  if (others.some(({ sourceSubnetworkIpRangesToNat: its }) => its === all))
    throw wrong(
      `${field}sourceSubnetworkIpRangesToNat`,
      option,
      `Can not create new Nats since a Nat with option ${all} exists.`,
    );
  const listed = others.flatMap((other) => other.subnetworks ?? []);
  const isWhole = ({ sourceIpRangesToNat: ranges = ["ALL_IP_RANGES"] }: Body) => ranges.includes("ALL_IP_RANGES");
  for (const [index, subnetwork] of subnetworks.entries())
    if (listed.some((other) => other.name === subnetwork.name && (isWhole(other) || isWhole(subnetwork))))
      throw wrong(
        `${field}subnetworks[${index}].sourceIpRangesToNat`,
        "",
        "The subnetwork is already configured with options that conflict with those of this Nat.",
      );
}

/** https://cloud.google.com/nat/docs/ports-and-addresses#dynamic-port */
function checkPorts(nat: Body, field: string): void {
  if (!nat.enableDynamicPortAllocation) return;
  const { minPortsPerVm: least = 32, maxPortsPerVm: most = 65536 } = nat;
  if (nat.enableEndpointIndependentMapping)
    throw wrong(`${field}enableEndpointIndependentMapping`, true, "Not with dynamic port allocation.");
  const isPower = (n: number) => Number.isInteger(Math.log2(n));
  if (!isPower(least) || least < 32)
    throw wrong(`${field}minPortsPerVm`, least, "Must be a power of two, at least 32, with dynamic port allocation.");
  if (!isPower(most) || most <= least || most > 65536)
    throw wrong(`${field}maxPortsPerVm`, most, "Must be a power of two above minPortsPerVm, at most 65536.");
}

/** Writes references in full, and refuses those to what is not there, or not in the router's network and region. */
function refersTo(nat: Body, field: string, router: Body, { cloud, call }: About): void {
  const { project = "", region = "" } = call.params;
  for (const [index, entry] of (nat.subnetworks ?? []).entries()) {
    const { path, subnetwork } = needSubnetwork(cloud, project, region, entry.name ?? "");
    checkEnumerations(entry, SUBNETWORK_ENUMERATIONS, `${field}subnetworks[${index}].`);
    if (subnetwork.network !== router.network)
      throw wrong(`${field}subnetworks[${index}].name`, entry.name, "It must be in the router's network.");
    entry.name = urlOf(path);
  }
  if (nat.natIpAllocateOption === "AUTO_ONLY" && nat.natIps?.length)
    throw wrong(`${field}natIps`, nat.natIps, "No addresses can be specified with AUTO_ONLY.");
  for (const [index, address] of (nat.natIps ?? []).entries()) {
    const path = refer(cloud, project, address, `${field}natIps[${index}]`, `regions/${region}/addresses`);
    cloud.need(`compute/${path}`, notFound(`The resource '${path}' was not found`));
    nat.natIps[index] = urlOf(path);
  }
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/routers */
export const routers: Route[] = computeCollection({
  at: "projects/{project}/regions/{region}/routers",
  type: "google_compute_router",
  shape: ROUTER,
  accept,
});
