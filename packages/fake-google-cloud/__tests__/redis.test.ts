import type { Body } from "../src/body";
import type { CloudOptions } from "../src/cloud";
import { errorOf, everything, serviceOf } from "./support";

const INSTANCES = "projects/p/locations/europe-west1/instances";
const INSTANCE = `${INSTANCES}/cache`;
const NETWORK = "projects/p/global/networks/network";

const REST = "https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances";
const REPLICAS = "https://cloud.google.com/memorystore/docs/redis/about-read-replicas";
const CONFIGURATIONS = "https://cloud.google.com/memorystore/docs/redis/supported-redis-configurations";
const LABELS = "https://cloud.google.com/resource-manager/docs/labels-overview#requirements";
const NETWORKING = "https://cloud.google.com/memorystore/docs/redis/networking";

const instance = (over: Body = {}): Body => ({
  tier: "STANDARD_HA",
  memorySizeGb: 5,
  redisVersion: "REDIS_7_0",
  authorizedNetwork: NETWORK,
  ...over,
});
const inRange = (over: Body = {}): Body =>
  instance({ connectMode: "PRIVATE_SERVICE_ACCESS", reservedIpRange: "range", ...over });
const withReplicas = (over: Body = {}): Body => instance({ readReplicasMode: "READ_REPLICAS_ENABLED", ...over });
const withWindow = (...windows: Body[]): Body => instance({ maintenancePolicy: { weeklyMaintenanceWindow: windows } });

/** A network with a range for Google's services, an address that is for something else, and no connection. */
function world(options?: CloudOptions) {
  const cloud = everything(options);
  const compute = serviceOf("compute");
  compute.post("projects/p/global/networks", { name: "network", autoCreateSubnetworks: false });
  const range = { name: "range", addressType: "INTERNAL", purpose: "VPC_PEERING", prefixLength: 16, network: NETWORK };
  compute.post("projects/p/global/addresses", range);
  compute.post("projects/p/global/addresses", { name: "public" });
  cloud.store.restore(compute.cloud.store.entries()); // made beforehand, however slow the cloud is
  const connect = () =>
    serviceOf("servicenetworking", cloud).post("services/servicenetworking.googleapis.com/connections", {
      network: NETWORK,
      reservedPeeringRanges: ["range"],
    });
  const redis = serviceOf("redis", cloud);
  const create = (body: Body, instanceId = "cache", at = INSTANCES) => redis.post(at, body, { instanceId });
  const update = (body: Body, updateMask = Object.keys(body).join()) => redis.patch(INSTANCE, body, { updateMask });
  return { ...redis, connect, create, update };
}

test.each<[string, Body, string, string]>([
  ["an unknown tier", instance({ tier: "PREMIUM" }), `400 Invalid value at 'instance.tier': "PREMIUM"`, REST],
  ["an unknown version", instance({ redisVersion: "REDIS_6_2" }), `'instance.redisVersion': "REDIS_6_2"`, REST],
  ["an unknown connection", instance({ connectMode: "PEERING" }), `'instance.connectMode': "PEERING"`, REST],
  ["unknown encryption", instance({ transitEncryptionMode: "TLS" }), `'instance.transitEncryptionMode': "TLS"`, REST],
  ["unknown persistence", instance({ persistenceConfig: { persistenceMode: "AOF" } }), `persistenceMode': "AOF"`, REST],
  [
    "an unknown period",
    instance({ persistenceConfig: { rdbSnapshotPeriod: "DAILY" } }),
    `rdbSnapshotPeriod': "DAILY"`,
    REST,
  ],
  [
    "no memory",
    instance({ memorySizeGb: 0 }),
    "400 Invalid value at 'instance.memory_size_gb': 0 is not between 1 and 300",
    REST,
  ],
  [
    "too much memory",
    instance({ memorySizeGb: 301 }),
    "301 is not between 1 and 300",
    "https://cloud.google.com/memorystore/docs/redis/redis-tiers",
  ],
  ["a part of a GB", instance({ memorySizeGb: 1.5 }), "1.5 is not between 1 and 300", REST],
  [
    "read replicas in the basic tier",
    withReplicas({ tier: "BASIC" }),
    "only supported for the STANDARD_HA tier",
    REPLICAS,
  ],
  [
    "read replicas in little memory",
    withReplicas({ memorySizeGb: 4 }),
    "only supported for instances of 5 GB or more",
    REPLICAS,
  ],
  [
    "read replicas of an old version",
    withReplicas({ redisVersion: "REDIS_4_0" }),
    "only supported for Redis version 5.0 or higher",
    REPLICAS,
  ],
  ["six replicas", withReplicas({ replicaCount: 6 }), "6 is not between 1 and 5", REPLICAS],
  ["two replicas that nobody reads", instance({ replicaCount: 2 }), "2 is not between 1 and 1", REPLICAS],
  ["a replica in the basic tier", instance({ tier: "BASIC", replicaCount: 1 }), "1 is not between 0 and 0", REPLICAS],
  [
    "an unknown parameter",
    instance({ redisConfigs: { appendonly: "yes" } }),
    `'instance.redis_configs[appendonly]': "yes"`,
    CONFIGURATIONS,
  ],
  [
    "an unknown policy",
    instance({ redisConfigs: { "maxmemory-policy": "lru" } }),
    `redis_configs[maxmemory-policy]': "lru"`,
    CONFIGURATIONS,
  ],
  [
    "unknown events",
    instance({ redisConfigs: { "notify-keyspace-events": "KEQ" } }),
    `redis_configs[notify-keyspace-events]': "KEQ"`,
    CONFIGURATIONS,
  ],
  [
    "too many databases",
    instance({ redisConfigs: { databases: "101" } }),
    `redis_configs[databases]': "101"`,
    CONFIGURATIONS,
  ],
  ["a label with capitals", instance({ labels: { Team: "a" } }), `key "Team" must match`, LABELS],
  [
    "a label's value with a dot",
    instance({ labels: { team: "a.b" } }),
    `"labels.team"; value "a.b" must match`,
    LABELS,
  ],
  [
    "two windows",
    withWindow({ day: "MONDAY", startTime: {} }, { day: "FRIDAY", startTime: {} }),
    "there can be one weekly window",
    REST,
  ],
  ["a day that is none", withWindow({ day: "SOMEDAY", startTime: { hours: 4 } }), `"SOMEDAY" is no day`, REST],
  ["no start time", withWindow({ day: "MONDAY" }), "the window has no start time", REST],
  ["an hour that is none", withWindow({ day: "MONDAY", startTime: { hours: 24 } }), "24:0 is no time of day", REST],
  [
    "an endless description",
    instance({ maintenancePolicy: { description: "x".repeat(513) } }),
    "longer than 512 characters",
    REST,
  ],
  ["a network that is not there", instance({ authorizedNetwork: "projects/p/global/networks/other" }), "other", REST],
  ["no private services connection", inRange(), "400 Google private service access is not enabled", NETWORKING],
])("refuses %s", (_what, body, expected, _page) => {
  const { create, get } = world();
  expect(errorOf(() => create(body))).toContain(expected);
  expect(errorOf(() => get(INSTANCE))).toContain("404 ");
});

// https://github.com/hashicorp/terraform-provider-google/issues/26413
test.each(["missing", "public", "10.9.0.0/29"])(
  "refuses to reserve %s, which is no range of the connection",
  (range) => {
    const { connect, create } = world();
    connect();
    expect(errorOf(() => create(inRange({ reservedIpRange: range })))).toContain(
      `400 Invalid value at 'instance.reserved_ip_range': "${range}" is not the name of an allocated address range`,
    );
  },
);

// https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/create
test.each(["Cache", "1cache", "cache-", "ca_che", "c".repeat(41)])("refuses the name %s", (id) => {
  expect(errorOf(() => world().create(instance(), id))).toContain(`400 Invalid value for 'instance_id': '${id}'`);
});

// https://cloud.google.com/memorystore/docs/redis/regions
test("refuses a region that is none", () => {
  expect(errorOf(() => world().create(instance(), "cache", "projects/p/locations/europe-west99/instances"))).toBe(
    "403 Location europe-west99 is not found or access is unauthorized.",
  );
});

test("refuses a name in use", () => {
  const { create } = world();
  create(instance());
  expect(errorOf(() => create(instance()))).toBe(`409 Resource '${INSTANCE}' already exists`);
});

test.each<[string, Body, string | undefined, string, string]>([
  ["without a mask", { memorySizeGb: 6 }, "", "400 update_mask must be specified", `${REST}/patch`],
  [
    "to another tier",
    { tier: "BASIC" },
    undefined,
    "400 Invalid value for field 'tier'",
    "https://cloud.google.com/memorystore/docs/redis/redis-tiers",
  ],
  [
    "to another version",
    { redisVersion: "REDIS_7_2" },
    undefined,
    "400 Invalid value for field 'redisVersion'",
    `${REST}/upgrade`,
  ],
  [
    "to another network",
    { authorizedNetwork: "other" },
    undefined,
    "400 Invalid value for field 'authorizedNetwork'",
    `${REST}/patch`,
  ],
  [
    "to TLS",
    { transitEncryptionMode: "SERVER_AUTHENTICATION" },
    undefined,
    "400 Invalid value for field 'transitEncryptionMode'",
    "https://cloud.google.com/memorystore/docs/redis/about-in-transit-encryption",
  ],
  ["to no memory", { memorySizeGb: 0 }, undefined, "0 is not between 1 and 300", REST],
  ["to what read replicas do not take", { memorySizeGb: 4 }, undefined, "instances of 5 GB or more", REPLICAS],
  [
    "back from read replicas",
    { readReplicasMode: "READ_REPLICAS_DISABLED" },
    undefined,
    "cannot be disabled once they are enabled",
    REPLICAS,
  ],
])("refuses an update %s", (_what, body, mask, expected, _page) => {
  const { create, get, update } = world();
  create(withReplicas());
  const before = get(INSTANCE);
  expect(errorOf(() => update(body, mask))).toContain(expected);
  expect(get(INSTANCE)).toEqual(before);
});

// https://cloud.google.com/memorystore/docs/redis/upgrade-redis-version
test.each(["REDIS_6_X", "REDIS_7_0", "REDIS_9_9"])("refuses the upgrade from REDIS_7_0 to %s", (redisVersion) => {
  const { create, post } = world();
  create(instance());
  expect(errorOf(() => post(`${INSTANCE}:upgrade`, { redisVersion }))).toContain("400 Cannot upgrade from REDIS_7_0");
});

// https://cloud.google.com/memorystore/docs/redis/scale-instances
test("refuses to change an instance that is being made", () => {
  const { create, post, update } = world({ speed: 1 });
  create(instance());
  const busy = "400 Unable to update due to ongoing operations. Please wait until instance is in READY state.";
  expect(errorOf(() => update({ memorySizeGb: 6 }))).toBe(busy);
  expect(errorOf(() => post(`${INSTANCE}:upgrade`, { redisVersion: "REDIS_7_2" }))).toBe(busy);
});

test.each<[string, string]>([
  ["GET", INSTANCE],
  ["GET", `${INSTANCE}/authString`],
  ["PATCH", INSTANCE],
  ["POST", `${INSTANCE}:upgrade`],
  ["DELETE", INSTANCE],
])("%s %s, which is not there", (method, path) => {
  expect(errorOf(() => world().call(method, path, {}, { updateMask: "labels" }))).toBe(
    `404 Resource '${INSTANCE}' was not found`,
  );
});

test("an instance takes minutes to make, and its operation says when it is done", () => {
  const slow = world({ speed: 1 });
  const operation = slow.create(instance());
  expect(operation).toMatchObject({ done: false });
  expect(slow.get(operation.name).done).toBe(false);
  expect(world().create(instance())).toMatchObject({ done: true, response: { name: INSTANCE } });
});

test("of a range that is reserved by its name a block is answered", () => {
  const { connect, create, get, update } = world();
  connect();
  create(inRange({ transitEncryptionMode: "SERVER_AUTHENTICATION", persistenceConfig: { persistenceMode: "RDB" } }));
  expect(get(INSTANCE)).toMatchObject({
    name: INSTANCE,
    reservedIpRange: "10.0.0.0/29",
    host: "10.0.0.4",
    port: 6378,
    serverCaCerts: [{ serialNumber: "0" }],
    persistenceConfig: { persistenceMode: "RDB", rdbSnapshotStartTime: expect.any(String) },
  });
  update({ memorySizeGb: 8 });
  expect(get(INSTANCE)).toMatchObject({ memorySizeGb: 8, reservedIpRange: "10.0.0.0/29" });
});

test.each<[Body, Body]>([
  [
    { tier: undefined, redisVersion: undefined },
    { tier: "BASIC", redisVersion: "REDIS_7_2", port: 6379, serverCaCerts: [] },
  ],
  [{}, { replicaCount: 1, readReplicasMode: "READ_REPLICAS_DISABLED", connectMode: "DIRECT_PEERING" }],
  [withReplicas(), { replicaCount: 2, readEndpoint: expect.any(String) }],
  [
    withWindow({ day: "SUNDAY", startTime: { hours: 23 } }),
    { maintenancePolicy: { weeklyMaintenanceWindow: [{ duration: "3600s" }] } },
  ],
  [
    { redisConfigs: { "maxmemory-policy": "allkeys-lru", "notify-keyspace-events": "" } },
    { redisConfigs: { "maxmemory-policy": "allkeys-lru" } },
  ],
])("of %j is made %j", (body, expected) => {
  const { create, get } = world();
  create(instance(body));
  expect(get(INSTANCE)).toMatchObject(expected);
});

test("an update changes what its mask names", () => {
  const { create, get, update } = world();
  create(instance({ labels: { a: "1" }, authEnabled: true, displayName: "mine" }));
  update({ labels: { b: "2" }, displayName: "yours" }, "labels,authEnabled");
  expect(get(INSTANCE)).toMatchObject({ labels: { b: "2" }, displayName: "mine" });
  expect(get(INSTANCE).labels).not.toHaveProperty("a");
  expect(get(INSTANCE)).not.toHaveProperty("authEnabled");
});

test("an upgrade to a newer version leaves the rest as it is", () => {
  const { create, get, post } = world();
  create(instance());
  const before = get(INSTANCE);
  expect(post(`${INSTANCE}:upgrade`, { redisVersion: "REDIS_7_2" })).toMatchObject({ done: true });
  expect(get(INSTANCE)).toEqual({ ...before, redisVersion: "REDIS_7_2" });
});

// https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/getAuthString
test("there is an AUTH string where AUTH is enabled", () => {
  const { create, get } = world();
  create(instance({ authEnabled: true }));
  create(instance(), "open");
  expect(get(`${INSTANCE}/authString`)).toEqual({ authString: expect.any(String) });
  expect(get(`${INSTANCES}/open/authString`)).toEqual({});
});

test("what is deleted is gone", () => {
  const { create, delete: remove, get } = world();
  create(instance());
  expect(remove(INSTANCE)).toMatchObject({ done: true });
  expect(get(INSTANCES)).toEqual({ instances: [] });
});

test.each([
  ["the reserved range, with private services access", inRange(), "10.0.0.0/29", "10.0.0.8/29"],
  // The range for Google's services is not for it.
  ["what the network has free, with direct peering", instance(), "10.1.0.0/29", "10.2.0.0/29"],
  ["what was asked for", instance({ reservedIpRange: "10.50.0.0/29" }), "10.50.0.0/29", "10.50.0.0/29"],
])("an instance gets its addresses from %s", (_what, body, range, second) => {
  const { connect, create, get } = world();
  connect();
  create(body);
  create(body, "other");
  expect(get(INSTANCE)).toMatchObject({ reservedIpRange: range, host: range.replace(/0\/29$/, "4") });
  expect(get(`${INSTANCES}/other`)).toMatchObject({ reservedIpRange: second });
});
