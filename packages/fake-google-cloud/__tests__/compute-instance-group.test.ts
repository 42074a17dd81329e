import { at, GLOBAL, world } from "./compute-world";
import { errorOf } from "./support";

const REST = "https://cloud.google.com/compute/docs/reference/rest/v1";
const ZONE = "projects/p/zones/europe-west1-b";
const GROUPS = `${ZONE}/instanceGroups`;
const INSTANCES = `${ZONE}/instances`;
const url = (path: string) => `https://www.googleapis.com/compute/v1/${path}`;

const PORTS = [{ name: "http", port: 8080 }];
const INSTANCE = {
  name: "a",
  machineType: "zones/europe-west1-b/machineTypes/e2-small",
  networkInterfaces: [{ network: `${GLOBAL}/networks/n` }],
};

/** A machine `a`, and a group `g` without machines. */
function withGroup() {
  const compute = world();
  compute.post(INSTANCES, INSTANCE);
  compute.post(GROUPS, { name: "g", network: "global/networks/n", namedPorts: PORTS });
  const change = (verb: string, instance = `${INSTANCES}/a`) =>
    compute.post(`${GROUPS}/g/${verb}`, { instances: [{ instance }] });
  return { ...compute, change };
}

test("a group has the machines that are added to it", () => {
  const { get, post, change } = withGroup();
  const list = () => post(`${GROUPS}/g/listInstances`, { instanceState: "ALL" });
  const group = { kind: "compute#instanceGroup", zone: url(ZONE), network: url(`${GLOBAL}/networks/n`), size: 0 };
  expect(get(`${GROUPS}/g`)).toMatchObject({ ...group, namedPorts: PORTS });
  expect(list()).not.toHaveProperty("items");

  const operation = change("addInstances");
  expect(operation).toMatchObject({ kind: "compute#operation", zone: url(ZONE) });
  expect(get(`${ZONE}/operations/${operation.name}`)).toMatchObject({ status: "DONE" });
  expect(get(`${GROUPS}/g`).size).toBe(1);
  expect(list()).toMatchObject({
    kind: "compute#instanceGroupsListInstances",
    items: [{ instance: url(`${INSTANCES}/a`), status: "RUNNING", namedPorts: PORTS }],
  });

  change("removeInstances");
  expect(get(`${GROUPS}/g`).size).toBe(0);
});

test("a machine that is deleted leaves its groups", () => {
  const { get, change, ...compute } = withGroup();
  change("addInstances");
  compute.delete(`${INSTANCES}/a`);
  expect(get(`${GROUPS}/g`).size).toBe(0);
});

test("a group's ports are set", () => {
  const { get, post } = withGroup();
  const { fingerprint } = get(`${GROUPS}/g`);
  post(`${GROUPS}/g/setNamedPorts`, { namedPorts: [{ name: "grpc", port: 9090 }], fingerprint });
  expect(get(`${GROUPS}/g`).namedPorts).toEqual([{ name: "grpc", port: 9090 }]);
});

// https://cloud.google.com/compute/docs/reference/rest/v1/instanceGroups/delete
test("a group behind a load balancer is not deleted", () => {
  const { post, ...compute } = withGroup();
  post(`${GLOBAL}/backendServices`, { name: "b", backends: [{ group: `zones/europe-west1-b/instanceGroups/g` }] });
  expect(errorOf(() => compute.delete(`${GROUPS}/g`))).toBe(
    `400 The instance_group resource '${GROUPS}/g' is already being used by '${GLOBAL}/backendServices/b'`,
  );
});

type World = ReturnType<typeof withGroup>;

test.each<[what: string, call: (world: World) => unknown, expected: string, page: string]>([
  [
    "a zone that does not exist",
    ({ post }) => post("projects/p/zones/europe-west1-a/instanceGroups", { name: "g" }),
    "400 Invalid value for field 'zone': 'europe-west1-a'. Unknown zone.",
    "https://cloud.google.com/compute/docs/regions-zones#available",
  ],
  [
    "a group's network that does not exist",
    ({ post }) => post(GROUPS, { name: "h", network: "none" }),
    "404 The resource 'projects/p/global/networks/none' was not found",
    `${REST}/instanceGroups`,
  ],
  [
    "a machine that does not exist",
    ({ change }) => change("addInstances", `${INSTANCES}/none`),
    `404 The resource '${INSTANCES}/none' was not found`,
    `${REST}/instanceGroups/addInstances`,
  ],
  [
    "a machine of another zone",
    ({ change }) => change("addInstances", "projects/p/zones/europe-west1-c/instances/a"),
    at("instances[0].instance", "projects/p/zones/europe-west1-c/instances/a", "It must be in europe-west1-b."),
    `${REST}/instanceGroups/addInstances`,
  ],
  [
    "a machine that is a member already",
    ({ change }) => [change("addInstances"), change("addInstances")],
    at("instances", `${INSTANCES}/a`, "It is a member of the instance group already."),
    `${REST}/instanceGroups/addInstances`,
  ],
  [
    "a machine that is no member",
    ({ change }) => change("removeInstances"),
    at("instances", `${INSTANCES}/a`, "It is no member of the instance group."),
    `${REST}/instanceGroups/removeInstances`,
  ],
  [
    "a list of no group's machines",
    ({ post }) => post(`${GROUPS}/none/listInstances`, {}),
    `404 The resource '${GROUPS}/none' was not found`,
    `${REST}/instanceGroups/listInstances`,
  ],
  [
    "a machine without a type",
    ({ post }) => post(INSTANCES, { ...INSTANCE, name: "b", machineType: undefined }),
    at("machineType", "", "The field must be specified."),
    `${REST}/instances`,
  ],
  [
    "a machine without a network interface",
    ({ post }) => post(INSTANCES, { ...INSTANCE, name: "b", networkInterfaces: [] }),
    at("networkInterfaces", "", "At least one network interface is required."),
    `${REST}/instances`,
  ],
  [
    "a machine's network that does not exist",
    ({ post }) => post(INSTANCES, { ...INSTANCE, name: "b", networkInterfaces: [{ network: "none" }] }),
    "404 The resource 'projects/p/global/networks/none' was not found",
    `${REST}/instances`,
  ],
])("%s is refused", (_what, call, expected) => {
  expect(errorOf(() => call(withGroup()))).toContain(expected);
});
