import type { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { Memorystore } from "../constructs/cache/memorystore";
import { Redis } from "../constructs/cache/redis";
import { DatabaseBackup } from "../constructs/database/backup";
import { BackupBucket } from "../constructs/database/backup-bucket";
import { CloudSql } from "../constructs/database/cloud-sql";
import { PostgreSql } from "../constructs/database/postgresql";
import type { Datastore } from "../constructs/datastore/datastore";
import { StorageClass } from "../constructs/datastore/storage-class";
import { NAME_LABEL } from "../constructs/kubernetes/labels";
import { Namespace } from "../constructs/kubernetes/namespace";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import type { Platform } from "../constructs/platform";
import { Elasticsearch } from "../constructs/search/elasticsearch";
import { disksKey } from "../constructs/secrets/agent-key";
import type { GeneratedSecret } from "../constructs/secrets/secret";
import { fix } from "../constructs/terraform/fixed";
import { accountOfDumps, bucketOfDumps } from "../facts/backups";
import { maxConnections } from "../facts/google";
import { parseCpu, parseMemory } from "../facts/quantity";
import type { Resources } from "../facts/resources";
import { connectionsInCluster } from "../schema/connections";
import { type CloudSqlChoice, datastoreRangesOf, type Environment } from "../schema/environment";
import type { Release } from "../schema/release";
import type { System } from "../schema/system";
import { type Secrets, secretValue } from "./secrets";

export interface DatastoresProps {
  readonly platform: Platform;
  readonly system: System;
  readonly environment: Environment;
  readonly release: Release;
  readonly secrets: Secrets;
}

/** A database of PostgreSQL. */
export interface SqlDatastore extends Datastore {
  readonly user: string;
  /** Name of the database. */
  readonly database: string;
  /** What the user acts as, where that is not itself. */
  readonly role?: string;
}

/** The system's datastores, wherever the environment has them. */
export interface Datastores {
  readonly database: SqlDatastore;
  readonly cache: Datastore;
  readonly search?: Datastore;
  /** Google's own, for what watches them. */
  readonly cloudSql?: CloudSql;
  readonly memorystore?: Memorystore;
  /** Dumps of a database in the cluster: the nightly CronJob, and what restores the newest. */
  readonly dumps?: { readonly namespace: string; readonly cronJob: string; readonly restoreCommand: string };
}

/** Disks outlive their claims and have a key of ours, which GKE's own classes do not give. */
const STORAGE_CLASS = "datastores";
const NAMESPACE = "datastores";
/** GiB, millicores and MiB that the namespace has beside the datastores: exporters, and the pods of dumps. */
const REST = { pods: 10, cpu: 3000, memory: 4096 };

/** Images of an environment's datastores in the cluster, as patterns of Binary Authorization. */
export function datastoreImages({ database, cache, search, bitnami }: Environment): readonly string[] {
  if (!bitnami) return [];
  const { images } = bitnami;
  return [
    ...(database.kind === "bitnami" ? [...PostgreSql.IMAGES(images), ...DatabaseBackup.IMAGES] : []),
    ...(cache.kind === "bitnami" ? Redis.IMAGES(images) : []),
    ...(search ? Elasticsearch.IMAGES(images) : []),
  ];
}

/** Makes the datastores. */
export function datastores(stack: TerraformStack, props: DatastoresProps): Datastores {
  const { database, cache, search } = props.environment;
  // What is in the database belongs to a role of this name; PostgreSQL in the cluster reads both when it first starts.
  fix(stack, "database-names", {
    values: { name: props.system.database.name, user: props.system.database.user },
    deletionProtection: props.platform.deletionProtection,
  });
  const releases = [database, cache, search].some((store) => store?.kind === "bitnami")
    ? new Releases(stack, "datastores", props)
    : undefined;
  const cloudSql = database.kind === "cloud-sql" ? cloudSqlOf(stack, props, database) : undefined;
  const memorystore = cache.kind === "memorystore" ? memorystoreOf(stack, props, cache) : undefined;
  const peers = datastoreRangesOf(props.environment).map((range) => ({ range }));
  return {
    cloudSql,
    memorystore,
    // Validation has seen to it that each is one or the other.
    database: cloudSql
      ? {
          host: cloudSql.host,
          port: cloudSql.port,
          user: cloudSql.user,
          password: secretValue(cloudSql.password),
          database: cloudSql.database,
          role: cloudSql.role,
          certificateAuthority: cloudSql.certificateAuthority,
          peers,
          ready: cloudSql.ready,
        }
      : (releases?.postgresql as PostgreSql),
    cache: memorystore
      ? {
          host: memorystore.host,
          port: memorystore.port,
          password: { value: memorystore.password, changesWith: [] },
          certificateAuthority: memorystore.certificateAuthority,
          peers,
          ready: [],
        }
      : (releases?.redis as Redis),
    search: releases?.elasticsearch,
    dumps: releases?.backup && {
      namespace: NAMESPACE,
      cronJob: releases.backup.cronJob,
      restoreCommand: releases.backup.restoreCommand,
    },
  };
}

function cloudSqlOf(stack: TerraformStack, props: DatastoresProps, sized: CloudSqlChoice): CloudSql {
  const { platform, system, environment, release, secrets } = props;
  return new CloudSql(stack, "database", {
    platform,
    version: system.database.version,
    ...sized,
    maxConnections: maxConnections(sized.tier) as number, // of a tier that validation knows
    database: system.database.name,
    role: system.database.user,
    serving: sized.serves,
    password: {
      source: secrets.databasePassword,
      // The services have left it when the release after the rotation runs.
      keepsPrevious: sized.password?.rotatedIn === release.version,
    },
    extensions: system.database.extensions,
    administrator: environment.deployer,
  });
}

function memorystoreOf(
  stack: TerraformStack,
  { platform, system }: DatastoresProps,
  sized: Extract<Environment["cache"], { kind: "memorystore" }>,
): Memorystore {
  return new Memorystore(stack, "cache", {
    platform,
    version: system.cache.version,
    ...sized,
  });
}

/** The datastores that are releases of Bitnami's charts, in a namespace of their own. */
class Releases extends Construct {
  readonly postgresql?: PostgreSql;
  readonly backup?: DatabaseBackup;
  readonly redis?: Redis;
  readonly elasticsearch?: Elasticsearch;

  constructor(scope: Construct, id: string, props: DatastoresProps) {
    super(scope, id);
    const { platform, system, environment, secrets } = props;
    const { names, cluster, deletionProtection } = platform;
    const { database, cache, search } = environment;
    const { images: registry, pool } = environment.bitnami as NonNullable<Environment["bitnami"]>;
    const place = cluster.place(pool);
    const stores = [database, cache, search].flatMap((store) => (store?.kind === "bitnami" ? [store] : []));
    const namespace = new Namespace(this, "namespace", {
      name: NAMESPACE,
      quota: quotaOf(stores.map(({ resources }) => place.resources(resources))),
      deletionProtection,
      dependsOn: [cluster.cluster],
    });
    const storageClass = new StorageClass(this, "storage-class", {
      platform,
      name: STORAGE_CLASS,
      key: disksKey(names.full),
    });
    const common = {
      platform,
      namespace,
      storageClass: storageClass.name,
      registry,
      place,
      scrapers: PrometheusStack.SCRAPERS,
      storage: storageClass.ready,
    };
    const clients = (store: string) =>
      Object.entries({ ...system.services, ...system.migrations }).flatMap(([name, { connects }]) =>
        connects.includes(store) ? [{ pods: { [NAME_LABEL]: name }, namespace: system.namespace }] : [],
      );
    if (database.kind === "bitnami") {
      this.postgresql = new PostgreSql(this, "postgresql", {
        ...common,
        ...database,
        database: system.database.name,
        user: system.database.user,
        password: secretValue(secrets.databasePassword),
        maxConnections: connectionsInCluster(database.resources).all,
        adminPassword: secretValue(secrets.inCluster.databaseAdministrator as GeneratedSecret),
        clients: [...clients("database"), DatabaseBackup.PEER],
      });
      const bucket = new BackupBucket(this, "backups", {
        platform,
        name: bucketOfDumps(environment.project, names.full),
        keepDays: database.backups.keepDays,
      });
      this.backup = new DatabaseBackup(this, "backup", {
        platform,
        accountId: accountOfDumps(names.system),
        namespace,
        postgresql: this.postgresql,
        bucket,
        at: database.backups.at,
        diskGb: database.diskGb,
        place,
      });
    }
    if (cache.kind === "bitnami")
      this.redis = new Redis(this, "redis", {
        ...common,
        ...cache,
        password: secretValue(secrets.inCluster.cache as GeneratedSecret),
        clients: clients("cache"),
      });
    if (search)
      this.elasticsearch = new Elasticsearch(this, "elasticsearch", {
        ...common,
        ...search,
        password: secretValue(secrets.inCluster.search as GeneratedSecret),
        clients: clients("search"),
      });
  }
}

/** Every datastore twice, for pods that are replaced count until they are gone, and the rest. */
function quotaOf(resources: readonly Resources[]) {
  const total = { ...REST };
  for (const { cpu, cpuLimit, memory, memoryLimit } of resources) {
    total.pods += 2;
    total.cpu += 2 * (parseCpu(cpuLimit ?? cpu) ?? 0);
    total.memory += 2 * (parseMemory(memoryLimit ?? memory) ?? 0);
  }
  return total;
}
