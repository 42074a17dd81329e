import { parseCidr } from "../../facts/cidr";
import { machineOf, tierProblem } from "../../facts/google";
import { backupAccountId, backupBucket, fullName } from "../../facts/names";
import { parseCpu, parseMemory } from "../../facts/quantity";
import { modeOf, nodePoolsOf } from "../cluster";
import { datastoreNeeds } from "../datastores";
import { datastoreRangesOf } from "../environment";
import { PLATFORM_SECRETS } from "../system";
import { type Check, check, own } from "./check";

/** Minimum memory in MiB of datastores in the cluster. Half of Elasticsearch's memory is Java's heap. */
const LEAST_MEMORY = { database: 256, cache: 64, search: 1024 } as const;
/**
 * Minimum size of a disk, as a multiple of memory. Redis rewrites its file when the file has doubled, and keeps the old
 * file meanwhile: together three times its data, which takes 0.6 of the memory. Elasticsearch dumps its heap, which is
 * half of the memory, beside its data when the heap is full.
 * {@link https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#log-rewriting}
 * {@link https://www.elastic.co/docs/reference/elasticsearch/jvm-settings#heap-dump-path}
 */
const DISK_FOR_MEMORY = 2;
const COPIES = {
  cache: "Redis writes its new file beside the old one",
  search: "Elasticsearch dumps its heap to the disk when it runs out of memory",
} as const;

/** Release of PostgreSQL 15. {@link https://www.postgresql.org/support/versioning/} */
const OLDEST_BACKUP = "2022-10-13";

/** Rules about an environment's datastores. */
export const datastoresChecks: readonly Check[] = [
  check([], ["database"], [], (_s, { database: d }, _r, { say }) => {
    if (d?.kind !== "cloud-sql") return;
    const wrong = tierProblem(d.edition, d.tier);
    if (wrong) say.environment(["database", "tier"], wrong.rule, wrong.remedy);
    if (d.edition === "ENTERPRISE" && d.recoveryDays > 7)
      say.environment(
        ["database", "recoveryDays"],
        "is at most 7 in the edition ENTERPRISE",
        "lower it, or use ENTERPRISE_PLUS",
      );
    if (d.backups.keep < d.recoveryDays)
      say.environment(
        ["database", "backups", "keep"],
        `must be at least recoveryDays (${d.recoveryDays}): Cloud SQL keeps no logs longer than backups`,
        "raise it, or lower recoveryDays",
      );
    if (d.diskLimitGb <= d.diskGb)
      say.environment(
        ["database", "diskLimitGb"],
        `must be above diskGb (${d.diskGb})`,
        "raise it: the disk grows by itself",
      );
    if (d.serves === "restored" && !d.restore)
      say.environment(["database", "serves"], "names a copy that does not exist", "add restore, or remove it");
    if (d.restore && Date.parse(d.restore.at) > Date.now())
      say.environment(["database", "restore", "at"], "is in the future", "name a moment that has passed");
    else if (d.restore && d.restore.at < OLDEST_BACKUP)
      say.environment(
        ["database", "restore", "at"],
        "is before the first version of PostgreSQL that systems can have",
        "name a moment within recoveryDays of the day on which the copy is made",
      );
  }),
  check([], ["database"], [], (_s, { database }, _r, { say }) => {
    if (database?.kind !== "external" || !database.pooler) return;
    const { host, port, pooler } = database;
    if (pooler.host === host && pooler.port === port)
      say.environment(
        ["database", "pooler"],
        "is the database itself: it has the same host and port",
        "write the pooler's host or port, or remove it",
      );
  }),
  check([], ["database", "region"], [], (_s, e, _r, { say }) => {
    if (e.database?.kind === "cloud-sql" && e.database.replicaRegion === e.region)
      say.environment(
        ["database", "replicaRegion"],
        "must differ from the region of the primary",
        "choose another region",
      );
  }),
  check([], ["database"], [], (_s, { database }, _r, { say, systemName, environmentName }) => {
    const restore = database?.kind === "cloud-sql" ? database.restore : undefined;
    const original = fullName(systemName, environmentName);
    if (restore && (restore.name === "replica" || restore.name.startsWith(original)))
      say.environment(
        ["database", "restore", "name"],
        `makes the name of the copy look like that of ${original} or its replica`,
        "say what the copy is for, such as before-import",
      );
  }),
  check([], ["database", "cache", "search", "cluster"], [], (_s, e, _r, { say }) => {
    for (const [name, least] of Object.entries(LEAST_MEMORY)) {
      const store = e[name as keyof typeof LEAST_MEMORY];
      if (store?.kind !== "bitnami") continue;
      const { cpu, cpuLimit = cpu, memory, memoryLimit } = store.resources;
      const path = [name, "resources"];
      if ((parseCpu(cpuLimit) ?? 0) < (parseCpu(cpu) ?? 0))
        say.environment([...path, "cpuLimit"], "must not be below the request", `write at least ${cpu}`);
      if ((parseMemory(memoryLimit) ?? 0) < (parseMemory(memory) ?? 0))
        say.environment([...path, "memoryLimit"], "must not be below the request", `write at least ${memory}`);
      if ((parseMemory(memoryLimit) ?? 0) < least)
        say.environment(
          [...path, "memoryLimit"],
          `must be at least ${least}Mi for the ${name}`,
          `write "${least}Mi" or more`,
        );
    }
  }),
  check([], ["database", "cache", "search", "bitnami", "cluster"], [], (_s, e, _r, { say }) => {
    const type = own(nodePoolsOf(e), e.bitnami?.pool ?? "")?.machineType;
    const machine = type && machineOf(type);
    for (const name of ["database", "cache", "search"] as const) {
      const store = e[name];
      if (!machine || store?.kind !== "bitnami") continue;
      for (const [what, asked, most] of [
        ["cpu", parseCpu(store.resources.cpu) ?? 0, machine.usable.cpu],
        ["memory", parseMemory(store.resources.memory) ?? 0, machine.usable.memory],
      ] as const)
        if (asked > most)
          say.environment(
            [name, "resources", what],
            `must fit on a node of the pool ${e.bitnami?.pool} (${type})`,
            "lower it, or use larger machines",
          );
    }
  }),
  check([], ["stateBucket", "project"], [], (_s, e, _r, { say, systemName, environmentName }) => {
    if (e.stateBucket === backupBucket(e.project, fullName(systemName, environmentName)))
      say.environment(
        ["stateBucket"],
        "is the bucket of the database's backups, which the stack creates",
        "use a bucket of its own for the state",
      );
  }),
  check([], ["database", "project"], [], (_s, e, _r, { say, systemName, environmentName }) => {
    if (e.database?.kind !== "bitnami") return;
    const bucket = backupBucket(e.project, fullName(systemName, environmentName));
    if (bucket.length > 63 || /^goog|google/.test(bucket))
      say.environment(
        ["project"],
        `gives the bucket the name ${bucket}, which must have at most 63 characters, not begin with goog and not contain google`,
        "use another project, or rename the system",
      );
    const account = backupAccountId(systemName);
    if (account.length > 30)
      say.environment(
        ["database", "kind"],
        `gives the service account the id ${account}, which must have at most 30 characters`,
        "shorten the system's name",
      );
  }),
  check([], ["database", "cache", "search", "bitnami"], [], (_s, e, _r, { say }) => {
    const used = datastoreNeeds(e).some(({ bitnami }) => bitnami);
    if (used && !e.bitnami)
      say.environment(
        ["bitnami"],
        "is required: a datastore is a release of Bitnami's chart",
        'add it, for example { images: "docker.io/bitnamilegacy" }',
      );
    if (!used && e.bitnami) say.environment(["bitnami"], "is not used", "remove it");
  }),
  check([], ["database", "cache", "search", "network"], [], (_s, e, _r, { say }) => {
    const used = datastoreNeeds(e).some(({ addressBlocks }) => addressBlocks);
    if (used && !e.network.datastores)
      say.environment(
        ["network", "datastores"],
        "is required: Cloud SQL and Memorystore get their addresses from it",
        'add it, for example "10.100.0.0/20"',
      );
    if (!used && e.network.datastores)
      say.environment(["network", "datastores"], "is not used: no datastore is one of Google's", "remove it");
  }),
  check([], ["database", "cache", "search", "network"], [], (_s, e, _r, { say }) => {
    const room = datastoreRangesOf(e).reduce((sum, text) => sum + 2 ** (24 - (parseCidr(text)?.prefix ?? 24)), 0);
    const blocks = datastoreNeeds(e).reduce((sum, { addressBlocks }) => sum + addressBlocks, 0);
    if (room && room < blocks)
      say.environment(
        ["network", "datastores"],
        `has ${room} of the ${blocks} blocks of 256 addresses that Google takes: one for Cloud SQL in each region, one for Memorystore`,
        `make it at least a /${24 - Math.ceil(Math.log2(blocks))}, or add a range where it is in use`,
      );
  }),
  check([], ["cache", "search", "cluster"], [], (_s, e, _r, { say }) => {
    for (const [name, store] of [
      ["cache", e.cache],
      ["search", e.search],
    ] as const) {
      if (store?.kind !== "bitnami") continue;
      const { memoryLimit } = modeOf(e).resources(store.resources);
      const least = Math.ceil(((parseMemory(memoryLimit) ?? 0) * DISK_FOR_MEMORY) / 1024);
      if (store.diskGb < least)
        say.environment(
          [name, "diskGb"],
          `must be at least ${least}, twice the memory: ${COPIES[name]}`,
          "raise it, or lower memoryLimit",
        );
    }
  }),
  check([], ["generations", "cache", "search", "database", "monitoring", "datadog"], [], (_s, e, _r, { say }) => {
    const used = new Set<string>(datastoreNeeds(e).flatMap(({ secrets, supplied }) => [...secrets, ...supplied]));
    for (const [secret, there, section] of [
      [PLATFORM_SECRETS.receiver, e.monitoring.receiver, "monitoring.receiver"],
      [PLATFORM_SECRETS.datadog, e.datadog, "datadog"],
      [PLATFORM_SECRETS.database, used.has(PLATFORM_SECRETS.database), "database"],
      [PLATFORM_SECRETS.search, used.has(PLATFORM_SECRETS.search), "search"],
      [PLATFORM_SECRETS.cache, used.has(PLATFORM_SECRETS.cache), 'a cache of the kind "bitnami" or "external"'],
      [
        PLATFORM_SECRETS.databaseAdministrator,
        used.has(PLATFORM_SECRETS.databaseAdministrator),
        'a database of the kind "bitnami"',
      ],
    ] as const)
      if (Object.hasOwn(e.generations, secret) && !there)
        say.environment(["generations", secret], `is not used without ${section}`, `add ${section}, or remove it`);
  }),
];
