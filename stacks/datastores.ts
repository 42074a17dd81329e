import type { TerraformStack } from "cdktf";
import { Keda } from "../constructs/autoscaling/keda";
import { Memorystore } from "../constructs/cache/memorystore";
import { Redis } from "../constructs/cache/redis";
import { DatabaseBackup } from "../constructs/database/backup";
import { BackupBucket } from "../constructs/database/backup-bucket";
import { CloudSql } from "../constructs/database/cloud-sql";
import { PostgreSql } from "../constructs/database/postgresql";
import type { SqlDatastore } from "../constructs/database/sql-datastore";
import type { Datastore } from "../constructs/datastore/datastore";
import { NAME_LABEL } from "../constructs/kubernetes/labels";
import { INTERNET, type Peer } from "../constructs/kubernetes/network-policy";
import type { SecretValue } from "../constructs/kubernetes/secret";
import type { CloudMonitoringProps } from "../constructs/monitoring/cloud-monitoring";
import type { WatchedCronJob } from "../constructs/monitoring/cron-job-rules";
import type { Platform } from "../constructs/platform";
import { Elasticsearch } from "../constructs/search/elasticsearch";
import { fix } from "../constructs/terraform/fixed";
import { maxConnections } from "../facts/google";
import { backupAccountId, backupBucket, DATASTORES_NAMESPACE } from "../facts/names";
import { entryOf, type Kinds } from "../schema/choices";
import { connectionsInCluster } from "../schema/connections";
import { datastoreRangesOf, type Environment } from "../schema/environment";
import { type Freeze, withoutMaintenance } from "../schema/freeze";
import { queuesOf } from "../schema/queues";
import type { Release } from "../schema/release";
import { PLATFORM_SECRETS, type System } from "../schema/system";
import { clientsOf } from "./connections";
import { type InCluster, inCluster } from "./datastores-in-cluster";
import { type Secrets, secretValue } from "./secrets";

export interface DatastoresProps {
  readonly platform: Platform;
  readonly system: System;
  readonly environment: Environment;
  readonly release: Release;
  /** The freeze by hand, then those that the environment's file plans. */
  readonly freezes: readonly Freeze[];
  /** Releases that rollbacks have left. */
  readonly left: readonly Release[];
  readonly secrets: Secrets;
}

/** The system's datastores, of any kind, with what monitoring needs to know. */
export interface Datastores {
  readonly database?: SqlDatastore;
  readonly cache?: Datastore;
  readonly search?: Datastore;
  readonly watched: Watched;
  /** Outputs of the stack, by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** What alerts need to know about datastores. */
type Watched = Pick<CloudMonitoringProps, "database" | "cache"> & { readonly cronJobs?: readonly WatchedCronJob[] };

/** Maximum number of seconds between two backups: a day, and two hours to run. */
const BACKUP_SECONDS = 26 * 3600;

/** A kind of datastore. */
interface Kind<Store extends Datastore> {
  /** Returns the images that run in the cluster, given the registry's folder, as Binary Authorization patterns. */
  images(registry: string): readonly string[];
  build(context: Context): {
    readonly store: Store;
    readonly watched: Watched;
    readonly outputs: Datastores["outputs"];
  };
}

interface Context extends DatastoresProps {
  readonly stack: TerraformStack;
  /** Addresses of Google's datastores. */
  readonly peers: Datastore["peers"];
  /** Returns what the datastores in the cluster share. The first call creates it. */
  inCluster(): InCluster;
  /** Returns the pods that connect to a datastore. */
  clients(store: string): readonly Peer[];
}

const DATABASES: Kinds<NonNullable<Environment["database"]>, Kind<SqlDatastore>> = {
  "cloud-sql": (choice) => ({
    images: () => [],
    build({ stack, platform, system, environment, release, left, freezes, secrets, peers }) {
      const sql = new CloudSql(stack, "database", {
        platform,
        ...choice,
        withoutMaintenance: withoutMaintenance(freezes),
        maxConnections: maxConnections(choice.tier) as number, // validation has checked the tier
        database: system.database?.name as string,
        role: system.database?.user as string,
        serving: choice.serves,
        password: {
          source: secrets.ofPlatform(PLATFORM_SECRETS.database),
          // After the release that follows the rotation, no service uses the previous user.
          keepsPrevious: [release, ...left].some(({ version }) => version === choice.password?.rotatedIn),
        },
        extensions: system.database?.extensions as readonly string[],
        administrator: environment.deployer,
      });
      return {
        store: {
          host: sql.host,
          port: sql.port,
          user: sql.user,
          password: secretValue(sql.password),
          database: sql.database,
          role: sql.role,
          certificateAuthority: sql.certificateAuthority,
          peers,
          ready: sql.ready,
        },
        watched: {
          database: {
            instance: sql.instance.name,
            diskLimitGb: choice.diskLimitGb,
            maxConnections: sql.maxConnections,
            replica: sql.replica?.name,
          },
        },
        outputs: { database: sql.instance.name, ...(sql.replica && { database_replica: sql.replica.name }) },
      };
    },
  }),
  bitnami: (choice) => ({
    images: (registry) => [...PostgreSql.IMAGES(registry), ...DatabaseBackup.IMAGES],
    build({ platform, system, environment, secrets, inCluster, clients }) {
      const { scope, common } = inCluster();
      const store = new PostgreSql(scope, "postgresql", {
        ...common,
        ...choice,
        database: system.database?.name as string,
        user: system.database?.user as string,
        password: secretValue(secrets.ofPlatform(PLATFORM_SECRETS.database)),
        maxConnections: connectionsInCluster(choice.resources).all,
        adminPassword: secretValue(secrets.ofPlatform(PLATFORM_SECRETS.databaseAdministrator)),
        clients: [...clients("database"), DatabaseBackup.PEER],
      });
      const bucket = new BackupBucket(scope, "backups", {
        platform,
        name: backupBucket(environment.project, platform.names.full),
        keepDays: choice.backups.keepDays,
      });
      const backup = new DatabaseBackup(scope, "backup", {
        platform,
        accountId: backupAccountId(platform.names.system),
        namespace: common.namespace,
        postgresql: store,
        bucket,
        at: choice.backups.at,
        diskGb: choice.diskGb,
        place: common.place,
      });
      return {
        store,
        watched: { cronJobs: [{ namespace: DATASTORES_NAMESPACE, name: backup.cronJob, seconds: BACKUP_SECONDS }] },
        outputs: { restore_command: backup.restoreCommand },
      };
    },
  }),
  external: ({ host, port, pooler, name, user }) => ({
    images: () => [],
    build: ({ secrets }) =>
      plain({
        ...outside({ host, port }, secretValue(secrets.ofPlatform(PLATFORM_SECRETS.database))),
        user,
        database: name,
        pooler,
      }),
  }),
};

const CACHES: Kinds<NonNullable<Environment["cache"]>, Kind<Datastore> | undefined> = {
  memorystore: (choice) => ({
    images: () => [],
    build({ stack, platform, peers }) {
      const redis = new Memorystore(stack, "cache", { platform, ...choice });
      return {
        store: {
          host: redis.host,
          port: redis.port,
          password: { value: redis.password, changesWith: [] },
          certificateAuthority: redis.certificateAuthority,
          peers,
          ready: [],
        },
        watched: { cache: { instance: redis.instance.id } },
        outputs: { cache: redis.instance.name },
      };
    },
  }),
  bitnami: (choice) => ({
    images: Redis.IMAGES,
    build: ({ secrets, inCluster, clients }) =>
      plain(
        new Redis(inCluster().scope, "redis", {
          ...inCluster().common,
          ...choice,
          password: secretValue(secrets.ofPlatform(PLATFORM_SECRETS.cache)),
          clients: clients("cache"),
        }),
      ),
  }),
  external: (choice) => ({
    images: () => [],
    build: ({ secrets }) => plain(outside(choice, secretValue(secrets.ofPlatform(PLATFORM_SECRETS.cache)))),
  }),
  none: () => undefined,
};

const SEARCHES: Kinds<NonNullable<Environment["search"]>, Kind<Datastore>> = {
  bitnami: (choice) => ({
    images: Elasticsearch.IMAGES,
    build: ({ secrets, inCluster, clients }) =>
      plain(
        new Elasticsearch(inCluster().scope, "elasticsearch", {
          ...inCluster().common,
          ...choice,
          password: secretValue(secrets.ofPlatform(PLATFORM_SECRETS.search)),
          clients: clients("search"),
        }),
      ),
  }),
  external: (choice) => ({
    images: () => [],
    build: ({ secrets }) =>
      plain({ ...outside(choice, secretValue(secrets.ofPlatform(PLATFORM_SECRETS.search))), user: choice.user }),
  }),
};

/** A datastore that somebody else runs, at a public address. */
const outside = ({ host, port }: Pick<Datastore, "host" | "port">, password: SecretValue) => ({
  host,
  port,
  password,
  publiclyCertified: true,
  peers: [INTERNET],
  ready: [],
});

/** A datastore without its own alerts and outputs. Prometheus watches its pods like all others. */
const plain = <Store extends Datastore>(store: Store) => ({ store, watched: {}, outputs: {} });

const kindsOf = ({ database, cache, search }: Environment) => ({
  database: database && entryOf(DATABASES, database),
  cache: cache && entryOf(CACHES, cache),
  search: search && entryOf(SEARCHES, search),
});

/** Images of an environment's datastores in the cluster, as Binary Authorization patterns. */
export const datastoreImages = (environment: Environment): readonly string[] =>
  Object.values(kindsOf(environment)).flatMap((kind) => kind?.images(environment.bitnami?.images ?? "") ?? []);

/** Creates the datastores. */
export function datastores(stack: TerraformStack, props: DatastoresProps): Datastores {
  const { platform, system, environment } = props;
  // The role of this name owns the database's objects. PostgreSQL in the cluster reads both names only at its first
  // start.
  if (system.database && environment.database?.kind !== "external")
    fix(stack, "database-names", {
      values: { name: system.database.name, user: system.database.user },
      deletionProtection: platform.deletionProtection,
    });
  let shared: InCluster | undefined;
  const context: Context = {
    ...props,
    stack,
    peers: datastoreRangesOf(environment).map((range) => ({ range })),
    inCluster: () => {
      shared ??= inCluster(stack, platform, environment);
      return shared;
    },
    clients: (store) => [
      ...clientsOf(system, store).map((name) => ({ pods: { [NAME_LABEL]: name }, namespace: system.namespace })),
      ...(store === "cache" && queuesOf(system).length ? Keda.CLIENTS : []),
    ],
  };
  const kinds = kindsOf(environment);
  const [database, cache, search] = [
    kinds.database?.build(context),
    kinds.cache?.build(context),
    kinds.search?.build(context),
  ];
  return {
    database: database?.store,
    cache: cache?.store,
    search: search?.store,
    watched: { ...database?.watched, ...cache?.watched, ...search?.watched },
    outputs: { ...database?.outputs, ...cache?.outputs, ...search?.outputs },
  };
}
