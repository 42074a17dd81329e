import { z } from "zod";
import { DAYS } from "../facts/days";
import { entryOf, type Kinds, type Needs } from "./choices";
import {
  command,
  count,
  cpu,
  instant,
  label,
  matching,
  memory,
  publicHost,
  region,
  registryFolder,
  tcpPort,
  text,
  timeOfDay,
  version,
} from "./fields";
import { rule } from "./problem";
import { PLATFORM_SECRETS, type PlatformSecret } from "./system";
import { VERSIONS } from "./versions";

/** An environment's datastores: the kinds of each, the fields of each kind, and what each kind needs. */

const day = z.enum(DAYS);
const hour = count(0, 23, "hour of the day in UTC");

const cloudSql = z.strictObject({
  kind: z.literal("cloud-sql"),
  version: z.enum(VERSIONS.database),
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
  version: z.enum(["REDIS_7_0", "REDIS_7_2"]),
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

/**
 * A datastore that somebody else runs, such as Neon or Upstash. Connections use TLS, and clients verify that a public
 * authority certified the host's name. A person supplies the password.
 */
const external = {
  kind: z.literal("external"),
  /** Public host name. Pods reach its port on public addresses alone. */
  host: publicHost,
};
/** PostgreSQL's limit is 63 bytes. {@link https://www.postgresql.org/docs/17/sql-syntax-lexical.html} */
const login = matching(
  /^[A-Za-z_][\w.-]{0,62}$/,
  "must be a name of letters, digits, dots, dashes and underscores",
  "copy it from the provider's console",
);

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
    version: z.enum(["POSTGRES_17"]),
    /** Nightly backups in Cloud Storage: the time in UTC, and the days that each backup is kept. */
    backups: z.strictObject({ at: timeOfDay, keepDays: count(7, 3650, "days") }),
  }),
  z.strictObject({
    ...external,
    version: z.enum(VERSIONS.database),
    /** The default is 5432. */
    port: tcpPort.default(5432),
    /** Host and port of a connection pooler, such as PgBouncer, which variables with `via: "pooler"` name. */
    pooler: z.strictObject({ host: publicHost, port: tcpPort.default(5432) }).optional(),
    /** The database. */
    name: login,
    user: login,
    /**
     * Command that keeps the database as it is, such as one that makes a branch. `npm run deploy` runs it before a task that
     * changes the database, and applies nothing if it fails.
     */
    snapshot: command.optional(),
  }),
]);
// Bitnami's one version is that of the last image that is available.
export const cache = z.discriminatedUnion("kind", [
  memorystore,
  z.strictObject({ ...bitnami, version: z.enum(["REDIS_8_2"]) }),
  z.strictObject({ ...external, version: z.enum(VERSIONS.cache), port: tcpPort.default(6379) }),
  /** No cache, for a system that works without one. */
  z.strictObject({ kind: z.literal("none") }),
]);
export const search = z.discriminatedUnion("kind", [
  z.strictObject({ ...bitnami, version: z.enum(["ELASTICSEARCH_9_1"]) }),
  z.strictObject({ ...external, version: z.enum(VERSIONS.search), port: tcpPort.default(9200), user: login }),
]);

/** What every release of Bitnami's charts needs. */
const inCluster = (diskGb: number, ...secrets: PlatformSecret[]): Needs => ({
  apis: [],
  roles: {},
  secrets,
  supplied: [],
  addressBlocks: 0,
  bitnami: true,
  diskGb,
  unfit: [],
});

/** What a datastore needs that somebody else runs: its password. */
const outside = (secret: PlatformSecret): Needs => ({
  apis: [],
  roles: {},
  secrets: [],
  supplied: [secret],
  addressBlocks: 0,
  bitnami: false,
  diskGb: 0,
  unfit: [],
});

const DATABASES: Kinds<z.output<typeof database>, Needs> = {
  "cloud-sql": ({ replicaRegion, availability, recoveryDays }) => ({
    apis: ["sqladmin"],
    roles: { "roles/cloudsql.admin": "Cloud SQL, its Data API, and the login that creates the extensions" },
    secrets: [PLATFORM_SECRETS.database],
    supplied: [],
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
    ...inCluster(3 * diskGb, PLATFORM_SECRETS.database, PLATFORM_SECRETS.databaseAdministrator), // with the scratch disks of a backup and of a restore
    roles: { "roles/storage.admin": "the bucket of the database's backups" },
  }),
  external: ({ snapshot }) => ({
    ...outside(PLATFORM_SECRETS.database),
    unfit: snapshot
      ? []
      : [
          {
            field: "snapshot",
            rule: "is required in production: it keeps the database before a task changes it",
            remedy: 'name a command, such as ["sh", "-c", "..."]',
          },
        ],
  }),
};

const CACHES: Kinds<z.output<typeof cache>, Needs | undefined> = {
  memorystore: ({ tier }) => ({
    apis: ["redis"],
    roles: { "roles/redis.admin": "Memorystore" },
    secrets: [],
    supplied: [],
    addressBlocks: 1,
    bitnami: false,
    diskGb: 0,
    unfit:
      tier === "STANDARD_HA"
        ? []
        : [{ field: "tier", rule: "must be STANDARD_HA in production", remedy: "use STANDARD_HA" }],
  }),
  bitnami: ({ diskGb }) => inCluster(diskGb, PLATFORM_SECRETS.cache),
  external: () => outside(PLATFORM_SECRETS.cache),
  none: () => undefined,
};

const SEARCHES: Kinds<z.output<typeof search>, Needs> = {
  bitnami: ({ diskGb }) => inCluster(diskGb, PLATFORM_SECRETS.search),
  external: () => outside(PLATFORM_SECRETS.search),
};

interface Stores {
  readonly database?: z.output<typeof database>;
  readonly cache?: z.output<typeof cache>;
  readonly search?: z.output<typeof search>;
}

/** Returns what a datastore needs, by its name; nothing for one that the environment lacks. */
export const DATASTORE_NEEDS = {
  database: (e: Pick<Stores, "database">): Needs | undefined => e.database && entryOf(DATABASES, e.database),
  cache: (e: Pick<Stores, "cache">): Needs | undefined => e.cache && entryOf(CACHES, e.cache),
  search: (e: Pick<Stores, "search">): Needs | undefined => e.search && entryOf(SEARCHES, e.search),
} as const;

/** What the datastores of an environment need. */
export const datastoreNeeds = (e: Stores): readonly Needs[] =>
  Object.values(DATASTORE_NEEDS).flatMap((needsOf) => needsOf(e) ?? []);

/** Ports of the datastores that somebody else runs, except 443, which is open to all pods that may use the internet. */
export const publicPortsOf = (e: Stores): number[] =>
  [e.database, e.cache, e.search]
    .flatMap((store) =>
      store?.kind === "external" ? [store.port, ...("pooler" in store && store.pooler ? [store.pooler.port] : [])] : [],
    )
    .filter((port, i, all) => port !== 443 && all.indexOf(port) === i)
    .toSorted((a, b) => a - b);
