import { BITNAMI, inCluster, P, production, refused, S, testRefused } from "./support";

testRefused({
  "Bitnami images from a folder that no longer has them": refused(
    inCluster((e) => (e.bitnami.images = "docker.io/bitnami")),
    `${P} bitnami.images = "docker.io/bitnami": has no images of the charts' versions since August 2025, so no pod could start; use "docker.io/bitnamilegacy" or a mirror of it`,
  ),
  "Bitnami images from the same folder by Docker Hub's other name": refused(
    inCluster((e) => (e.bitnami.images = "registry-1.docker.io/bitnami")),
    `${P} bitnami.images = "registry-1.docker.io/bitnami": has no images of the charts' versions since August 2025, so no pod could start; use "docker.io/bitnamilegacy" or a mirror of it`,
  ),
  "Bitnami images without a registry": refused(
    inCluster((e) => (e.bitnami.images = "bitnamilegacy")),
    `${P} bitnami.images = "bitnamilegacy": must be a registry's folder; write "docker.io/bitnamilegacy", or a mirror of it such as "europe-west1-docker.pkg.dev/my-project/bitnamilegacy"`,
    `${P} bitnami.images = "bitnamilegacy": has no images of the charts' versions since August 2025, so no pod could start; use "docker.io/bitnamilegacy" or a mirror of it`,
  ),
  "a datastore in the cluster without a source of images": refused(
    inCluster((e) => delete e.bitnami),
    `${P} bitnami = nothing: is required: a datastore is a release of Bitnami's chart; add it, for example { images: "docker.io/bitnamilegacy" }`,
  ),
  "datastores in the cluster without the folder of their images": refused(
    inCluster((e) => delete e.bitnami.images),
    `${P} bitnami.images = nothing: is required (string); write "docker.io/bitnamilegacy", or a mirror of it such as "europe-west1-docker.pkg.dev/my-project/bitnamilegacy"`,
  ),
  "a source of images without a datastore in the cluster": refused(
    production((e) => (e.bitnami = { images: "docker.io/bitnamilegacy", pool: "app" })),
    `${P} bitnami = {"images":"docker.io/bitnamilegacy","pool":"app"}: is not used; remove it`,
  ),
  "datastores in an unknown node pool": refused(
    inCluster((e) => (e.bitnami.pool = "data")),
    `${P} bitnami.pool = "data": is not a node pool of this environment; use one of app, workers, monitoring`,
  ),
  "an environment without the system's search index": refused(
    inCluster((e) => delete e.search),
    `${P} search = nothing: is required: the system has a search; add it`,
  ),
  "a search index that the system does not declare": refused(
    production((e) =>
      Object.assign(e, { search: BITNAMI, bitnami: { images: "docker.io/bitnamilegacy", pool: "app" } }),
    ),
    `${P} search = ${JSON.stringify(BITNAMI).slice(0, 77)}...: is not used: the system has no search; remove it, or declare it in the system`,
  ),
  "a PostgreSQL version without a Bitnami image": refused(
    inCluster((e) => (e.database.version = "POSTGRES_16")),
    `${P} database.version = "POSTGRES_16": must be one of "POSTGRES_17"; choose one of them`,
  ),
  "extensions of a database in the cluster": refused(
    inCluster((_e, s) => (s.database.extensions = ["vector"])),
    `${S} database.extensions = ["vector"]: are created through Cloud SQL's API, and the database of production is not in Cloud SQL; create them in a task that changes the database`,
  ),
  "a password rotation of a database in the cluster": refused(
    inCluster((e) => (e.generations = { DATABASE_PASSWORD: 2, DATABASE_ADMINISTRATOR_PASSWORD: 2 })),
    `${P} generations.DATABASE_PASSWORD = 2: must stay 1: PostgreSQL in the cluster reads its passwords only when it first starts; remove it`,
    `${P} generations.DATABASE_ADMINISTRATOR_PASSWORD = 2: must stay 1: PostgreSQL in the cluster reads its passwords only when it first starts; remove it`,
  ),
  "a password rotation of a cache without a password": refused(
    production((e) => (e.generations = { CACHE_PASSWORD: 2 })),
    `${P} generations.CACHE_PASSWORD = 2: is not used without a cache of the kind "bitnami" or "external"; add a cache of the kind "bitnami" or "external", or remove it`,
  ),
  "backups with a retention that is too short": refused(
    inCluster((e) => (e.database.backups.keepDays = 1)),
    `${P} database.backups.keepDays = 1: must be at least 7 (days); write a number from 7 to 3650`,
  ),
  "a database of an unknown kind": refused(
    production((e) => (e.database = { kind: "mysql" })),
    `${P} database.kind = "mysql": is not a known kind; use one of cloud-sql, bitnami, external`,
  ),
  "a datastore range without datastores that use it": refused(
    inCluster((e) => {
      e.cache = { ...BITNAMI, version: "REDIS_8_2" };
    }),
    `${P} network.datastores = "10.100.0.0/20": is not used: no datastore is one of Google's; remove it`,
  ),
  "a datastore's limits below its requests": refused(
    inCluster(
      (e) => (e.search = { ...BITNAMI, resources: { cpu: "1", cpuLimit: "500m", memory: "2Gi", memoryLimit: "1Gi" } }),
    ),
    `${P} search.resources.cpuLimit = "500m": must not be below the request; write at least 1`,
    `${P} search.resources.memoryLimit = "1Gi": must not be below the request; write at least 2Gi`,
  ),
  "too little memory for the search index": refused(
    inCluster((e) => (e.search = { ...BITNAMI, resources: { cpu: "1", memory: "64Mi", memoryLimit: "64Mi" } })),
    `${P} search.resources.memoryLimit = "64Mi": must be at least 1024Mi for the search; write "1024Mi" or more`,
  ),
  "a database whose memory allows fewer connections than the pods open": refused(
    inCluster((e) => (e.database.resources = { cpu: "1", memory: "1Gi", memoryLimit: "2Gi" })),
    `${P} database.resources.memoryLimit = "2Gi": allows pods 236 connections, and they may open 290 during a rollout; raise it, which restarts the database, or lower the replicas or the system's connectionsPerPod`,
  ),
  "disks that are smaller than twice the memory": refused(
    inCluster((e) => {
      e.cache = { ...BITNAMI, version: "REDIS_8_2", diskGb: 7 };
      e.search = { ...BITNAMI, diskGb: 7 };
      delete e.network.datastores;
    }),
    `${P} cache.diskGb = 7: must be at least 8, twice the memory: Redis writes its new file beside the old one; raise it, or lower memoryLimit`,
    `${P} search.diskGb = 7: must be at least 8, twice the memory: Elasticsearch dumps its heap to the disk when it runs out of memory; raise it, or lower memoryLimit`,
  ),
  "a datastore larger than a node": refused(
    inCluster(
      (e) => (e.search = { ...BITNAMI, diskGb: 200, resources: { cpu: "1", memory: "64Gi", memoryLimit: "64Gi" } }),
    ),
    `${P} search.resources.memory = "64Gi": must fit on a node of the pool app (e2-standard-4); lower it, or use larger machines`,
  ),
});
