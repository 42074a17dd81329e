import { z } from "zod";
import { DAYS } from "../facts/days";
import { entryOf, type Kinds, type Needs } from "./choices";
import { count, cpu, instant, label, memory, region, registryFolder, text, timeOfDay, version } from "./fields";
import { rule } from "./problem";
import { type DatastoreSecret, PLATFORM_SECRETS, type System } from "./system";

/** An environment's datastores: the kinds of each, the fields of each kind, and what each kind needs. */

const day = z.enum(DAYS);
const hour = count(0, 23, "hour of the day in UTC");

const cloudSql = z.strictObject({
  kind: z.literal("cloud-sql"),
  /** ENTERPRISE_PLUS has other tiers, and recovery of up to 35 days. */
  edition: z.enum(["ENTERPRISE", "ENTERPRISE_PLUS"]),
  /** `db-custom-<vCPUs>-<MiB>`, or `db-perf-optimized-N-<vCPUs>` in ENTERPRISE_PLUS. */
  tier: text,
  /** REGIONAL keeps a standby in another zone and fails over by itself. */
  availability: z.enum(["ZONAL", "REGIONAL"]),
  /** Size at the first deploy in GB; it grows by itself. */
  diskGb: count(10, 65536, "GB"),
  /** Largest size that the disk grows to, in GB. */
  diskLimitGb: count(10, 65536, "GB"),
  backups: z.strictObject({ at: timeOfDay, keep: count(7, 365, "backups") }),
  /** Days that point-in-time recovery reaches back. */
  recoveryDays: count(1, 35, "days"),
  /** When Google can restart it, and how early it gets updates: canary first, week5 last. */
  maintenance: z.strictObject({ day, hour, track: z.enum(["canary", "stable", "week5"]) }),
  /** Bytes of each query's text that Query Insights keeps. */
  insightsQueryLength: count(256, 4500, "bytes"),
  /**
   * Set when the password is rotated. Each generation has a user of its own, and the services move to the new one. The
   * previous user stays while the release `rotatedIn` runs.
   */
  password: z.strictObject({ generation: count(2, 100000, "generation"), rotatedIn: version }).optional(),
  /** Another region with a read replica, in case the first region is lost. */
  replicaRegion: region.optional(),
  /** A copy of the database as it was at a moment. No service uses it unless `serves` says so. */
  restore: z
    .strictObject({
      /** What the copy is for. It is the last part of the copy's name. */
      name: label(20),
      /** In UTC. At the first deploy, it must be within `recoveryDays` and after the first backup. */
      at: instant,
    })
    .optional(),
  /** Which of the two the services use. */
  serves: z.enum(["primary", "restored"]).default("primary"),
});

const memorystore = z.strictObject({
  kind: z.literal("memorystore"),
  /** STANDARD_HA keeps a standby in another zone and fails over by itself. */
  tier: z.enum(["BASIC", "STANDARD_HA"]),
  memoryGb: count(1, 300, "GB"),
  maintenance: z.strictObject({ day, hour }),
});

/** A datastore in the cluster, as a release of Bitnami's chart. The environment's `bitnami` has the common fields. */
const bitnami = {
  kind: z.literal("bitnami"),
  /** Size of its volume, in GiB. It can be raised, but never lowered. */
  diskGb: count(1, 65536, "GiB"),
  resources: z.strictObject({ cpu, cpuLimit: cpu.optional(), memory, memoryLimit: memory }),
};

/** {@link https://github.com/bitnami/containers/issues/83267} */
const DOCKER_HUB = /^((registry-1\.|index\.)?docker\.io\/|[^./:]+(\/|$))/;
export const bitnamiImages = registryFolder(
  'write "docker.io/bitnamilegacy", or a mirror of it such as "europe-west1-docker.pkg.dev/my-project/bitnamilegacy"',
).refine(
  (source) => !DOCKER_HUB.test(source) || source === "docker.io/bitnamilegacy",
  rule(
    "has no images of the charts' versions since August 2025, so no pod could start",
    'use "docker.io/bitnamilegacy" or a mirror of it',
  ),
);

export const database = z.discriminatedUnion("kind", [
  cloudSql,
  z.strictObject({
    ...bitnami,
    /** Nightly backups in Cloud Storage: the time in UTC, and the days that each backup is kept. */
    backups: z.strictObject({ at: timeOfDay, keepDays: count(7, 3650, "days") }),
  }),
]);
export const cache = z.discriminatedUnion("kind", [memorystore, z.strictObject(bitnami)]);
export const search = z.strictObject(bitnami);

/** What every release of Bitnami's charts needs. Its one version is that of the last image that is available. */
const inCluster = <Version extends string>(
  version: Version,
  diskGb: number,
  secret: DatastoreSecret,
): Needs<Version> => ({
  versions: [version],
  apis: [],
  roles: {},
  secrets: [secret],
  addressBlocks: 0,
  bitnami: true,
  diskGb,
  unfit: [],
});

const DATABASES: Kinds<z.output<typeof database>, Needs<System["database"]["version"]>> = {
  "cloud-sql": ({ replicaRegion, availability, recoveryDays }) => ({
    versions: ["POSTGRES_15", "POSTGRES_16", "POSTGRES_17"],
    apis: ["sqladmin"],
    roles: {
      "roles/cloudsql.admin": "Cloud SQL and its Data API",
      "roles/cloudsql.instanceUser": "log in to create the extensions",
    },
    secrets: [],
    addressBlocks: replicaRegion ? 2 : 1, // one in each region
    bitnami: false,
    diskGb: 0, // the disk is in a project of Google's
    unfit: [
      ...(availability === "REGIONAL"
        ? []
        : [{ field: "availability", rule: "must be REGIONAL in production", remedy: "use REGIONAL" }]),
      ...(recoveryDays >= 7
        ? []
        : [{ field: "recoveryDays", rule: "must be at least 7 in production", remedy: "raise it" }]),
    ],
  }),
  bitnami: ({ diskGb }) => ({
    ...inCluster("POSTGRES_17", 3 * diskGb, PLATFORM_SECRETS.databaseAdministrator), // with the scratch disks of a backup and of a restore
    roles: { "roles/storage.admin": "the bucket of the database's backups" },
  }),
};

const CACHES: Kinds<z.output<typeof cache>, Needs<System["cache"]["version"]>> = {
  memorystore: ({ tier }) => ({
    versions: ["REDIS_7_0", "REDIS_7_2"],
    apis: ["redis"],
    roles: { "roles/redis.admin": "Memorystore" },
    secrets: [],
    addressBlocks: 1,
    bitnami: false,
    diskGb: 0,
    unfit:
      tier === "STANDARD_HA"
        ? []
        : [{ field: "tier", rule: "must be STANDARD_HA in production", remedy: "use STANDARD_HA" }],
  }),
  bitnami: ({ diskGb }) => inCluster("REDIS_8_2", diskGb, PLATFORM_SECRETS.cache),
};

const SEARCHES: Kinds<z.output<typeof search>, Needs<NonNullable<System["search"]>["version"]>> = {
  bitnami: ({ diskGb }) => inCluster("ELASTICSEARCH_9_1", diskGb, PLATFORM_SECRETS.search),
};

interface Stores {
  readonly database: z.output<typeof database>;
  readonly cache: z.output<typeof cache>;
  readonly search?: z.output<typeof search>;
}

/** Returns what a datastore needs, by its name; nothing for a search index that the environment lacks. */
export const DATASTORE_NEEDS = {
  database: (e: Pick<Stores, "database">): Needs => entryOf(DATABASES, e.database),
  cache: (e: Pick<Stores, "cache">): Needs => entryOf(CACHES, e.cache),
  search: (e: Pick<Stores, "search">): Needs | undefined => e.search && entryOf(SEARCHES, e.search),
} as const;

/** What the datastores need: database, cache, and search where there is one. */
export const datastoreNeeds = (e: Stores): readonly Needs[] =>
  Object.values(DATASTORE_NEEDS).flatMap((needsOf) => needsOf(e) ?? []);
