import type { Body } from "../src/body";
import { textOf } from "../src/cidr";
import { blockOf, needPeering } from "../src/services/service-networking";
import { errorOf, everything, serviceOf } from "./support";

const GLOBAL = "projects/p/global";
const CONNECTIONS = "services/servicenetworking.googleapis.com/connections";
const CONNECTION = `${CONNECTIONS}/servicenetworking-googleapis-com`;

/** Networks `n`, with the reserved ranges `r` and `s`, and `other`, and an external address `x`. */
function world(cloud = everything()) {
  const compute = serviceOf("compute", cloud);
  const networking = serviceOf("servicenetworking", cloud);
  const network = `projects/${cloud.numberOf("p")}/global/networks/n`;
  for (const name of ["n", "other"]) compute.post(`${GLOBAL}/networks`, { name });
  const range = { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 20, network: "n" };
  for (const name of ["r", "s"]) compute.post(`${GLOBAL}/addresses`, { name, ...range });
  compute.post(`${GLOBAL}/addresses`, { name: "x" });
  const connect = (over: Body = {}) => networking.post(CONNECTIONS, { network, reservedPeeringRanges: ["r"], ...over });
  const change = (ranges: string[], query?: Record<string, string>) =>
    networking.patch(CONNECTION, { network, reservedPeeringRanges: ranges }, query);
  const remove = () => networking.post(CONNECTION, { consumerNetwork: network });
  const peerings = () => compute.get(`${GLOBAL}/networks/n`).peerings ?? [];
  return { cloud, compute, networking, network, connect, change, remove, peerings };
}
type World = ReturnType<typeof world>;

const PAGE = "https://cloud.google.com/vpc/docs/configure-private-services-access";
const REST =
  "https://cloud.google.com/service-infrastructure/docs/service-networking/reference/rest/v1/services.connections";
const CREATE_AGAIN = "https://github.com/hashicorp/terraform-provider-google/issues/3294";
const NOT_FOUND = "https://github.com/hashicorp/terraform-provider-google/issues/11100";
const NO_PEERING = "https://github.com/hashicorp/terraform-provider-google/issues/9105";

const using =
  "Failed to delete connection; Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are still using this connection.";

test.each<[what: string, call: (w: World) => unknown, expected: string, page: string]>([
  [
    "a network that is not there",
    (w) => w.connect({ network: `${GLOBAL}/networks/none` }),
    "404 The resource 'projects/p/global/networks/none' was not found",
    REST,
  ],
  [
    "what is no network",
    (w) => w.connect({ network: `${GLOBAL}/addresses/r` }),
    "400 Invalid value for field 'resource.network'",
    REST,
  ],
  ["no ranges", (w) => w.connect({ reservedPeeringRanges: [] }), "400 At least one allocated IP range", PAGE],
  [
    "a range that is not there",
    (w) => w.connect({ reservedPeeringRanges: ["none"] }),
    "400 Allocated IP range 'none' not found in network.",
    NOT_FOUND,
  ],
  [
    "an address that is no range",
    (w) => w.connect({ reservedPeeringRanges: ["x"] }),
    "400 Allocated IP range 'x' not found in network.",
    NOT_FOUND,
  ],
  [
    "another network's range",
    (w) => w.connect({ network: `${GLOBAL}/networks/other` }),
    "400 Allocated IP range 'r' not found in network.",
    NOT_FOUND,
  ],
  [
    "a second connection",
    (w) => {
      w.connect();
      w.connect();
    },
    "400 Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection.",
    CREATE_AGAIN,
  ],
  [
    "an update of no connection",
    (w) => w.change(["r"]),
    "400 There is no peering (servicenetworking-googleapis-com) for the network.",
    NO_PEERING,
  ],
  [
    "an update to a range that is not there",
    (w) => {
      w.connect();
      w.change(["r", "none"]);
    },
    "400 Allocated IP range 'none' not found in network.",
    NOT_FOUND,
  ],
  [
    "the removal of a range without force",
    (w) => {
      w.connect();
      w.change(["s"]);
    },
    "400 Allocated ranges are removed by force alone.",
    `${REST}/patch`,
  ],
  [
    "deletion of no connection",
    (w) => w.remove(),
    "400 There is no peering (servicenetworking-googleapis-com) for the network.",
    NO_PEERING,
  ],
  [
    "deletion while a database is there",
    (w) => {
      w.connect();
      w.cloud.store.set("sql/projects/p/instances/db", {
        settings: { ipConfiguration: { privateNetwork: `${GLOBAL}/networks/n` } },
      });
      w.remove();
    },
    `400 ${using}`,
    PAGE,
  ],
  [
    "deletion while a cache is there",
    (w) => {
      w.connect();
      w.cloud.store.set("redis/projects/p/locations/europe-west1/instances/r", {
        connectMode: "PRIVATE_SERVICE_ACCESS",
        authorizedNetwork: `${GLOBAL}/networks/n`,
      });
      w.remove();
    },
    `400 ${using}`,
    PAGE,
  ],
])("refuses %s", (_what, call, expected, _page) => {
  expect(errorOf(() => call(world()))).toContain(expected);
});

test("refuses a project that has not enabled the API", () => {
  const w = world(everything({ enabledApis: ["compute.googleapis.com"] }));
  expect(errorOf(() => w.connect())).toMatch(/^403 Service Networking API has not been used in project \d+ before/);
});

test("a connection is made, listed, changed and deleted", () => {
  const { networking, network, connect, change, remove, peerings, cloud } = world();
  const list = () => networking.call("GET", CONNECTIONS, undefined, { network }).connections;
  expect(list()).toEqual([]);
  const operation = connect();
  expect(operation).toMatchObject({ name: expect.stringMatching(/^operations\//), done: true });
  expect(networking.get(operation.name)).toEqual(operation);
  expect(list()).toEqual([
    {
      network,
      reservedPeeringRanges: ["r"],
      peering: "servicenetworking-googleapis-com",
      service: "services/servicenetworking.googleapis.com",
    },
  ]);
  expect(peerings()).toMatchObject([{ name: "servicenetworking-googleapis-com", state: "ACTIVE" }]);
  change(["r", "s"]);
  change(["s"], { force: "true", updateMask: "reservedPeeringRanges" });
  expect(list()).toMatchObject([{ reservedPeeringRanges: ["s"] }]);
  cloud.store.set("redis/projects/p/locations/europe-west1/instances/r", { connectMode: "DIRECT_PEERING" });
  remove();
  expect(list()).toEqual([]);
  expect(peerings()).toEqual([]);
});

test("a connection takes minutes, and services wait for it", () => {
  const cloud = everything();
  const w = world(cloud);
  const need = () => needPeering(cloud, "p", "projects/p/global/networks/n", "Enable it.");
  expect(errorOf(need)).toBe("400 Enable it.");
  expect(errorOf(() => needPeering(cloud, "p", undefined, "Enable it."))).toBe("400 Enable it.");
  w.connect();
  need();
  const slow = everything({ speed: 1 });
  slow.store.restore(world().cloud.store.entries());
  const operation = serviceOf("servicenetworking", slow).post(CONNECTIONS, {
    network: `${GLOBAL}/networks/n`,
    reservedPeeringRanges: ["r"],
  });
  expect(operation.done).toBe(false);
  expect(errorOf(() => needPeering(slow, "p", "projects/p/global/networks/n", "Enable it."))).toBe("400 Enable it.");
});

test("each service takes one block in each region, and fails when the ranges are full", () => {
  const { cloud, compute, connect, change } = world();
  const full =
    "400 Failed to create subnetwork. Couldn't find free blocks in allocated IP ranges. Please allocate new ranges for this service provider."; // https://github.com/sassoftware/viya4-iac-gcp/pull/194
  const range = { purpose: "VPC_PEERING", addressType: "INTERNAL", network: "n" };
  compute.post(`${GLOBAL}/addresses`, { name: "two", ...range, address: "10.20.2.0", prefixLength: 23 });
  compute.post(`${GLOBAL}/addresses`, { name: "one", ...range, address: "10.40.0.0", prefixLength: 24 });
  connect({ reservedPeeringRanges: ["two"] });
  const take = (producer: string) => textOf(blockOf(cloud, "p", `${GLOBAL}/networks/n`, producer));
  expect(["Cloud SQL in europe-west1", "Memorystore", "Cloud SQL in europe-west1"].map(take)).toEqual([
    "10.20.2.0/24",
    "10.20.3.0/24",
    "10.20.2.0/24",
  ]);
  expect(errorOf(() => take("Cloud SQL in europe-west3"))).toBe(full);
  change(["two", "one"]);
  const named = (range: string) => blockOf(cloud, "p", `${GLOBAL}/networks/n`, "Cloud SQL in europe-west3", range);
  expect(errorOf(() => named("two"))).toBe(full);
  expect(textOf(named("one"))).toBe("10.40.0.0/24");
  expect(errorOf(() => take("Cloud SQL in europe-west4"))).toBe(full);
});

test("a connection keeps its network until the peering is removed, and outlives both: a network that comes back needs an update", () => {
  const { cloud, compute, connect, change } = world();
  connect();
  for (const name of ["r", "s"]) compute.delete(`${GLOBAL}/addresses/${name}`);
  const path = `${GLOBAL}/networks/n`;
  expect(errorOf(() => compute.delete(path))).toBe(
    `400 The network resource '${path}' is already being used by '${path}/peerings/servicenetworking-googleapis-com'`,
  );
  compute.post(`${path}/removePeering`, { name: "servicenetworking-googleapis-com" });
  compute.delete(path);
  compute.post(`${GLOBAL}/networks`, { name: "n" });
  compute.post(`${GLOBAL}/addresses`, {
    name: "r",
    purpose: "VPC_PEERING",
    addressType: "INTERNAL",
    prefixLength: 20,
    network: "n",
  });
  expect(errorOf(() => connect())).toContain("Cannot modify allocated ranges in CreateConnection.");
  const need = () => needPeering(cloud, "p", "n", "Enable it.");
  expect(errorOf(need)).toBe("400 Enable it.");
  change(["r"], { force: "true" });
  need();
});
