import { denied, invalid, precondition } from "../api-error";
import type { Body } from "../body";
import { type Cidr, parseCidr } from "../cidr";
import type { Cloud } from "../cloud";
import { longRunningAnswer } from "../collection";
import { type Call, route } from "../route";
import type { Service } from "../service";
import type { Shape } from "../shape";
import { minutesOf } from "../times";
import { urlOf } from "./compute/kind";
import { addPeering, peeringsOf, SERVICES_PEERING } from "./compute/network";
import { needNetwork, refer } from "./compute/reference";

const API = "servicenetworking.googleapis.com";
const CONNECTIONS = `services/${API}/connections`;
const SHAPE: Shape = { network: "text", reservedPeeringRanges: ["text"] };

/**
 * Connections are not stored below their network, because they outlive both peering and network.
 * https://github.com/GoogleCloudPlatform/cluster-toolkit/pull/4744
 */
const keyOf = (network: string): string => `servicenetworking/${CONNECTIONS}/${network}`;

/** Addresses in a producer's block. */
const BLOCK = 256;

const isPeered = (network: Body): boolean => peeringsOf(network).some(({ name }) => name === SERVICES_PEERING);

/**
 * Refuses what private services access must be set up for, with the message of the service that needs it.
 * https://cloud.google.com/vpc/docs/private-services-access
 */
export function needPeering(cloud: Cloud, project: string, network: string | undefined, message: string): void {
  const path = refer(cloud, project, network ?? "default", "network", "global/networks");
  if (!isPeered(cloud.store.get(`compute/${path}`) ?? {}) || cloud.operations.on(keyOf(path)))
    throw precondition(message);
}

/**
 * The block of 256 addresses that a producer has in a network's allocated ranges, or in the one that it names. A producer
 * takes one the first time and keeps it; to have one in each region, it calls itself by the region too. Fails if no block is
 * left.
 * https://cloud.google.com/sql/docs/postgres/private-ip#allocated_range_size, https://github.com/sassoftware/viya4-iac-gcp/pull/194
 */
export function blockOf(cloud: Cloud, project: string, network: string, producer: string, range?: string): Cidr {
  const path = refer(cloud, project, network, "network", "global/networks");
  const ranges: readonly string[] = range ? [range] : (cloud.store.get(keyOf(path))?.reservedPeeringRanges ?? []);
  const key = (name: string) => `blocks/${path}/${name}`;
  const taken = (name: string): readonly string[] => cloud.store.get(key(name))?.producers ?? [];
  const reserved = (name: string) => {
    const { address, prefixLength } = cloud.store.get(`compute/projects/${project}/global/addresses/${name}`) ?? {};
    return parseCidr(`${address}/${prefixLength}`);
  };
  const blockIn = (name: string, index: number): Cidr => {
    const first = (reserved(name)?.first ?? 0) + index * BLOCK;
    return { first, last: first + BLOCK - 1, prefix: 24, exact: true };
  };
  const own = ranges.find((name) => taken(name).includes(producer));
  if (own !== undefined) return blockIn(own, taken(own).indexOf(producer));
  const roomy = ranges.find((name) => taken(name).length < Math.floor(2 ** (24 - (reserved(name)?.prefix ?? 32))));
  if (roomy === undefined)
    throw precondition(
      "Failed to create subnetwork. Couldn't find free blocks in allocated IP ranges. Please allocate new ranges for this service provider.",
    );
  cloud.store.set(key(roomy), { producers: [...taken(roomy), producer] });
  return blockIn(roomy, taken(roomy).length - 1);
}

/** The network that a call is about; calls name no project besides. */
function networkOf(cloud: Cloud, reference: string | null | undefined): { path: string; project: string } {
  const path = refer(cloud, "", reference ?? "", "network", "global/networks");
  const project = path.split("/")[1] as string;
  if (cloud.isEnabled(project, API)) return { path, project };
  throw denied(
    `Service Networking API has not been used in project ${cloud.numberOf(project)} before or it is disabled.`,
    "accessNotConfigured",
  );
}

/** https://cloud.google.com/vpc/docs/configure-private-services-access#creating-connection */
function checkRanges(cloud: Cloud, project: string, network: string, ranges: readonly string[] | null = []): void {
  if (!ranges?.length) throw invalid("At least one allocated IP range must be specified.");
  for (const name of ranges) {
    const address = cloud.store.get(`compute/projects/${project}/global/addresses/${name}`);
    if (address?.purpose !== "VPC_PEERING" || address.network !== urlOf(network))
      throw precondition(`Allocated IP range '${name}' not found in network.`);
  }
}

function create({ body }: Call, cloud: Cloud): Body {
  const { path, project } = networkOf(cloud, body.network);
  const { network } = needNetwork(cloud, project, path);
  const key = keyOf(path);
  if (cloud.store.get(key))
    throw precondition("Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection.");
  checkRanges(cloud, project, path, body.reservedPeeringRanges);
  cloud.store.set(key, {
    network: path.replace(/^projects\/[^/]+/, `projects/${cloud.numberOf(project)}`),
    reservedPeeringRanges: body.reservedPeeringRanges,
    peering: SERVICES_PEERING,
    service: `services/${API}`,
  });
  peer(network);
  return changed(cloud, key, minutesOf("google_service_networking_connection"));
}

/**
 * Changes the ranges, and connects a network that has come back under its name. With force, `-` stands for the connection
 * even if there is none yet, as recorded.
 */
function update(call: Call, cloud: Cloud): Body {
  const { params, body, query } = call;
  const { path, project } = networkOf(cloud, body.network);
  const { network } = needNetwork(cloud, project, path);
  if (params.connection === "-" && query.get("force") === "true" && !cloud.store.get(keyOf(path)))
    return create(call, cloud);
  const connection = needConnection(cloud, path);
  checkRanges(cloud, project, path, body.reservedPeeringRanges);
  const isGone = (range: string) => !body.reservedPeeringRanges.includes(range);
  if (query.get("force") !== "true" && connection.reservedPeeringRanges.some(isGone))
    throw invalid("Allocated ranges are removed by force alone.");
  cloud.store.set(keyOf(path), { ...connection, reservedPeeringRanges: body.reservedPeeringRanges });
  peer(network);
  return changed(cloud, keyOf(path));
}

/** https://cloud.google.com/vpc/docs/configure-private-services-access#removing-connection */
function remove({ body }: Call, cloud: Cloud): Body {
  const { path, project } = networkOf(cloud, body.consumerNetwork);
  needConnection(cloud, path);
  const uses = (reference: string | undefined) =>
    reference !== undefined && refer(cloud, project, reference, "network", "global/networks") === path;
  const users = [
    ...cloud.store
      .members(`sql/projects/${project}/instances`)
      .map(({ settings }) => settings?.ipConfiguration?.privateNetwork),
    ...cloud.store
      .below(`redis/projects/${project}/locations`)
      .map(([, { connectMode, authorizedNetwork }]) =>
        connectMode === "PRIVATE_SERVICE_ACCESS" ? authorizedNetwork : undefined,
      ),
  ];
  if (users.some(uses))
    throw precondition(
      "Failed to delete connection; Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are still using this connection.",
    );
  cloud.store.delete(keyOf(path));
  const network = cloud.store.get(`compute/${path}`);
  if (network) network.peerings = peeringsOf(network).filter(({ name }) => name !== SERVICES_PEERING);
  return changed(cloud, keyOf(path));
}

function needConnection(cloud: Cloud, network: string): Body {
  const missing = invalid(`There is no peering (${SERVICES_PEERING}) for the network.`);
  return cloud.need(keyOf(network), missing);
}

function peer(network: Body): void {
  if (!isPeered(network))
    addPeering(network, {
      name: SERVICES_PEERING,
      network: urlOf("projects/tenant/global/networks/servicenetworking"),
    });
}

function changed(cloud: Cloud, key: string, minutes = 0): Body {
  const { name } = cloud.operations.begin(key, minutes, cloud.store.get(key));
  return longRunningAnswer(cloud, `operations/${name}`);
}

/** Private services access: https://cloud.google.com/service-infrastructure/docs/service-networking/reference/rest */
export const serviceNetworking: Service = {
  name: "servicenetworking",
  api: API,
  endpoints: { SERVICE_NETWORKING: "v1" },
  routes: [
    route("GET", "operations/{operation}", ({ path }, cloud) => longRunningAnswer(cloud, path)),
    route("POST", CONNECTIONS, create, SHAPE),
    route("GET", CONNECTIONS, ({ query }, cloud) => ({
      connections: [cloud.store.get(keyOf(networkOf(cloud, query.get("network")).path)) ?? []].flat(),
    })),
    route("PATCH", `${CONNECTIONS}/{connection}`, update, SHAPE),
    route("POST", `${CONNECTIONS}/{connection}`, remove, { consumerNetwork: "text" }),
  ],
};
