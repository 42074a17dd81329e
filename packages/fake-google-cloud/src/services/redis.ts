import { conflict, denied, invalid, notFound, precondition } from "../api-error";
import { type Body, defaults } from "../body";
import { addressOf, type Cidr, overlaps, parseCidr, textOf } from "../cidr";
import type { Cloud } from "../cloud";
import { type About, collection, longRunning, operationRoutes } from "../collection";
import { checkLabels } from "../labels";
import { REGIONS, zonesOf } from "../regions";
import { type Call, route } from "../route";
import type { Service } from "../service";
import { Enumeration, type Shape, TEXTS } from "../shape";
import { urlOf } from "./compute/kind";
import { freeRange, takenRanges } from "./compute/range";
import { needNetwork } from "./compute/reference";
import { blockOf, needPeering } from "./service-networking";

const INSTANCES = "projects/{project}/locations/{location}/instances";

/** From old to new. https://cloud.google.com/memorystore/docs/redis/supported-versions */
const VERSIONS: readonly string[] = ["REDIS_3_2", "REDIS_4_0", "REDIS_5_0", "REDIS_6_X", "REDIS_7_0", "REDIS_7_2"];

/** https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances */
const ENUMERATIONS: Readonly<Record<string, readonly string[]>> = {
  tier: ["BASIC", "STANDARD_HA"],
  redisVersion: VERSIONS,
  connectMode: ["DIRECT_PEERING", "PRIVATE_SERVICE_ACCESS"],
  transitEncryptionMode: ["SERVER_AUTHENTICATION", "DISABLED"],
  readReplicasMode: ["READ_REPLICAS_DISABLED", "READ_REPLICAS_ENABLED"],
  "persistenceConfig.persistenceMode": ["DISABLED", "RDB"],
  "persistenceConfig.rdbSnapshotPeriod": ["ONE_HOUR", "SIX_HOURS", "TWELVE_HOURS", "TWENTY_FOUR_HOURS"],
};

/** Numbers of https://github.com/googleapis/googleapis/blob/master/google/cloud/redis/v1/cloud_redis.proto */
const INSTANCE: Shape = {
  tier: new Enumeration({ 1: "BASIC", 3: "STANDARD_HA" }),
  redisVersion: "text",
  connectMode: new Enumeration({ 1: "DIRECT_PEERING", 2: "PRIVATE_SERVICE_ACCESS" }),
  transitEncryptionMode: new Enumeration({ 1: "SERVER_AUTHENTICATION", 2: "DISABLED" }),
  readReplicasMode: new Enumeration({ 1: "READ_REPLICAS_DISABLED", 2: "READ_REPLICAS_ENABLED" }),
  memorySizeGb: "number",
  replicaCount: "number",
  authorizedNetwork: "text",
  reservedIpRange: "text",
  locationId: "text",
  redisConfigs: TEXTS,
  labels: TEXTS,
  persistenceConfig: { persistenceMode: new Enumeration({ 1: "DISABLED", 2: "RDB" }), rdbSnapshotPeriod: "text" },
  maintenancePolicy: {
    description: "text",
    weeklyMaintenanceWindow: [{ day: "text", startTime: { hours: "number", minutes: "number" } }],
  },
};

const DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY", "DAY_OF_WEEK_UNSPECIFIED"];

const SWITCH = /^(yes|no)$/;
const NUMBER = /^\d+$/;

/** Parameters and their values: https://cloud.google.com/memorystore/docs/redis/supported-redis-configurations */
const CONFIGURATIONS: Readonly<Record<string, RegExp>> = {
  activedefrag: SWITCH,
  databases: /^([1-9]\d?|100)$/,
  "lazyfree-lazy-eviction": SWITCH,
  "lazyfree-lazy-expire": SWITCH,
  "lazyfree-lazy-user-del": SWITCH,
  "lazyfree-lazy-user-flush": SWITCH,
  "lfu-decay-time": NUMBER,
  "lfu-log-factor": NUMBER,
  maxclients: NUMBER,
  "maxmemory-gb": /^\d+(\.\d+)?$/,
  "maxmemory-policy": /^(noeviction|(allkeys|volatile)-(lfu|lru|random)|volatile-ttl)$/,
  "notify-keyspace-events": /^[AKEg$lshzxetdmn]*$/,
  "stream-node-max-bytes": NUMBER,
  "stream-node-max-entries": NUMBER,
  timeout: NUMBER,
};

function accept(instance: Body, about: About): void {
  const { before, call } = about;
  if (before && !call.query.get("updateMask")) throw invalid("update_mask must be specified.");
  if (before) needIdle(about);
  else checkPlace(about);
  checkValues(instance);
  checkReplicas(instance, before);
  checkMaintenance(instance.maintenancePolicy);
  if (!before) checkNetwork(instance, about);
  complete(instance, about);
}

/** https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/create */
function checkPlace({ path }: About): void {
  const [, , , region = "", , id = ""] = path.split("/");
  if (!REGIONS.includes(region)) throw denied(`Location ${region} is not found or access is unauthorized.`);
  if (!/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(id))
    throw invalid(
      `Invalid value for 'instance_id': '${id}'. It must be 1 to 40 lowercase letters, numbers and hyphens, start with a letter and end with a number or a letter.`,
    );
}

function checkValues(instance: Body): void {
  const no = (field: string, value: unknown) => invalid(`Invalid value at 'instance.${field}': "${value}"`);
  for (const [field, values] of Object.entries(ENUMERATIONS)) {
    const value = field.split(".").reduce((object: Body | undefined, key) => object?.[key], instance);
    if (value !== undefined && !values.includes(String(value))) throw no(field, value);
  }
  if (!Number.isInteger(instance.memorySizeGb) || instance.memorySizeGb < 1 || instance.memorySizeGb > 300)
    throw invalid(`Invalid value at 'instance.memory_size_gb': ${instance.memorySizeGb} is not between 1 and 300`);
  for (const [key, value] of Object.entries(instance.redisConfigs ?? {}))
    if (!Object.hasOwn(CONFIGURATIONS, key) || !CONFIGURATIONS[key]?.test(String(value)))
      throw no(`redis_configs[${key}]`, value);
  checkLabels(instance.labels);
}

/** https://cloud.google.com/memorystore/docs/redis/about-read-replicas */
function checkReplicas(instance: Body, before?: Body): void {
  const { tier = "BASIC", replicaCount, memorySizeGb, redisVersion = "REDIS_7_2" } = instance;
  const enabled = instance.readReplicasMode === "READ_REPLICAS_ENABLED";
  if (enabled && tier === "BASIC") throw invalid("Read replicas are only supported for the STANDARD_HA tier.");
  if (enabled && memorySizeGb < 5) throw invalid("Read replicas are only supported for instances of 5 GB or more.");
  if (enabled && VERSIONS.indexOf(redisVersion) < VERSIONS.indexOf("REDIS_5_0"))
    throw invalid("Read replicas are only supported for Redis version 5.0 or higher.");
  if (before?.readReplicasMode === "READ_REPLICAS_ENABLED" && !enabled)
    throw invalid("Read replicas cannot be disabled once they are enabled.");
  const [least, most] = enabled ? [1, 5] : tier === "BASIC" ? [0, 0] : [1, 1];
  if (replicaCount < least || replicaCount > most)
    throw invalid(`Invalid value at 'instance.replica_count': ${replicaCount} is not between ${least} and ${most}`);
}

/** https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances#maintenancepolicy */
function checkMaintenance({ description = "", weeklyMaintenanceWindow = [] }: Body = {}): void {
  const no = (what: string) => invalid(`Invalid value at 'instance.maintenance_policy': ${what}`);
  if (description.length > 512) throw no("the description is longer than 512 characters");
  if (weeklyMaintenanceWindow.length > 1) throw no("there can be one weekly window");
  for (const { day, startTime } of weeklyMaintenanceWindow) {
    if (!DAYS.includes(day)) throw no(`"${day}" is no day`);
    if (!startTime) throw no("the window has no start time");
    const { hours = 0, minutes = 0 } = startTime;
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) throw no(`${hours}:${minutes} is no time of day`);
  }
}

/** https://cloud.google.com/memorystore/docs/redis/networking */
function checkNetwork(instance: Body, { cloud, path }: About): void {
  const [, project = ""] = path.split("/");
  instance.authorizedNetwork ??= `projects/${project}/global/networks/default`;
  const { network, path: networkPath } = needNetwork(cloud, project, instance.authorizedNetwork);
  const taken = instanceRanges(cloud, project, networkPath);
  if (instance.connectMode !== "PRIVATE_SERVICE_ACCESS") {
    const others = takenRanges(cloud, project, urlOf(networkPath), "").map((one) => one.range);
    instance.reservedIpRange ??= textOf(freeRange(29, [...others, ...taken]));
    if (parseCidr(instance.reservedIpRange)) return;
    throw invalid(`Invalid value at 'instance.reserved_ip_range': "${instance.reservedIpRange}" is no CIDR range.`);
  }
  needPeering(
    cloud,
    project,
    instance.authorizedNetwork,
    "Google private service access is not enabled. Enable private service access and try again.",
  );
  const range = instance.reservedIpRange;
  const address = range && cloud.store.get(`compute/projects/${project}/global/addresses/${range}`);
  if (range && (address?.purpose !== "VPC_PEERING" || !address.network?.endsWith(`/networks/${network.name}`)))
    throw invalid(
      `Invalid value at 'instance.reserved_ip_range': "${range}" is not the name of an allocated address range associated with the private service access connection.`,
    );
  const block = blockOf(cloud, project, instance.authorizedNetwork, "Memorystore", range);
  instance.reservedIpRange = textOf(freeIn(block, taken)); // answered as the range that was taken of it
}

/** The ranges that a network's instances have. */
const instanceRanges = (cloud: Cloud, project: string, network: string): Cidr[] =>
  cloud.store
    .below(`redis/projects/${project}/locations`)
    .filter(([, { authorizedNetwork = "" }]) => authorizedNetwork.endsWith(network.replace(/^projects\/[^/]+/, "")))
    .flatMap(([, { reservedIpRange = "" }]) => parseCidr(reservedIpRange) ?? []);

/** The first /29 of a block that overlaps none of these. */
function freeIn(block: Cidr, taken: readonly Cidr[]): Cidr {
  for (let first = block.first; first < block.last; first += 8) {
    const range = { first, last: first + 7, prefix: 29, exact: true };
    if (!taken.some((other) => overlaps(other, range))) return range;
  }
  throw precondition("Couldn't find free blocks in allocated IP ranges.");
}

/** Google changes one thing of an instance at a time: https://cloud.google.com/memorystore/docs/redis/scale-instances */
function needIdle({ cloud, key }: Pick<About, "cloud" | "key">): void {
  if (cloud.operations.on(key))
    throw precondition("Unable to update due to ongoing operations. Please wait until instance is in READY state.");
}

/** What the service fills in. */
function complete(instance: Body, { path }: About): void {
  const [, , , region = ""] = path.split("/");
  const [zone, otherZone] = zonesOf(region);
  const { first } = parseCidr(instance.reservedIpRange) as Cidr;
  const host = (index: number): string => addressOf(first + index);
  const tls = instance.transitEncryptionMode === "SERVER_AUTHENTICATION";
  const now = new Date().toISOString();
  defaults(instance, {
    name: path,
    host: host(4),
    port: tls ? 6378 : 6379,
    state: "READY",
    createTime: now,
    currentLocationId: instance.locationId ?? zone,
    locationId: zone,
    alternativeLocationId: instance.tier === "STANDARD_HA" ? otherZone : undefined,
    persistenceIamIdentity: "serviceAccount:x@y",
    redisVersion: "REDIS_7_2",
    tier: "BASIC",
    connectMode: "DIRECT_PEERING",
    transitEncryptionMode: "DISABLED",
    readReplicasMode: "READ_REPLICAS_DISABLED",
    nodes: (instance.tier === "STANDARD_HA" ? [zone, otherZone] : [zone]).map((at, n) => ({
      id: `node-${n}`,
      zone: at,
    })),
    serverCaCerts: tls
      ? [
          {
            serialNumber: "0",
            cert: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            createTime: now,
            expireTime: now,
            sha1Fingerprint: "0",
          },
        ]
      : [],
    persistenceConfig: { persistenceMode: "DISABLED" },
  });
  const replicas = instance.readReplicasMode === "READ_REPLICAS_ENABLED";
  if (replicas) defaults(instance, { readEndpoint: host(5), readEndpointPort: instance.port });
  if (instance.tier === "STANDARD_HA") defaults(instance, { replicaCount: replicas ? 2 : 1 });
  if (instance.persistenceConfig.persistenceMode === "RDB")
    defaults(instance.persistenceConfig, { rdbSnapshotStartTime: now });
  if (instance.maintenancePolicy) defaults(instance.maintenancePolicy, { createTime: now, updateTime: now });
  for (const window of instance.maintenancePolicy?.weeklyMaintenanceWindow ?? [])
    defaults(window, { duration: "3600s" });
}

const missing = (path: string) => notFound(`Resource '${path}' was not found`);

/** The instance of a call that has something behind its path. */
function instanceOf(call: Call, suffix: string): { path: string; key: string } {
  const path = call.path.slice(0, -suffix.length);
  return { path, key: `redis/${path}` };
}

/** Memorystore for Redis: https://cloud.google.com/memorystore/docs/redis/reference/rest */
export const redis: Service = {
  name: "redis",
  api: "redis.googleapis.com",
  endpoints: { REDIS: "v1" },
  routes: [
    ...operationRoutes("projects/{project}/locations/{location}"),
    // https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/getAuthString
    route("GET", `${INSTANCES}/{id}/authString`, (call, cloud) => {
      const { path, key } = instanceOf(call, "/authString");
      return cloud.need(key, missing(path)).authEnabled ? { authString: "stub-auth-string" } : {};
    }),
    // https://cloud.google.com/memorystore/docs/redis/upgrade-redis-version
    route(
      "POST",
      `${INSTANCES}/{id}:upgrade`,
      (call, cloud) => {
        const { path, key } = instanceOf(call, ":upgrade");
        const instance = cloud.need(key, missing(path));
        const { redisVersion } = call.body;
        needIdle({ cloud, key });
        if (VERSIONS.indexOf(redisVersion) <= VERSIONS.indexOf(instance.redisVersion))
          throw invalid(`Cannot upgrade from ${instance.redisVersion} to ${redisVersion}: it is not a newer version.`);
        const upgraded = cloud.store.set(key, { ...instance, redisVersion });
        return longRunning()({ cloud, call, path, key }, "update", upgraded);
      },
      { redisVersion: "text" },
    ),
    ...collection({
      service: "redis",
      at: INSTANCES,
      id: "?instanceId",
      shape: INSTANCE,
      accept,
      fixed: ["tier", "redisVersion", "authorizedNetwork", "connectMode", "transitEncryptionMode", "locationId"],
      taken: (path) => conflict(`Resource '${path}' already exists`),
      missing,
      answer: longRunning("google_redis_instance"),
    }),
  ],
};
