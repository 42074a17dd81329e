import { type Anything, P, production, refused, S, system, testRefused } from "./support";

// A downgrade is not refused: the files do not say which version runs. Cloud SQL refuses an older version itself, and for
// Redis the provider plans a replacement, which prevent_destroy refuses.

testRefused({
  "a database tier of another edition": refused(
    production((e) => (e.database.edition = "ENTERPRISE_PLUS")),
    `${P} database.tier = "db-custom-4-16384": is no tier of the edition ENTERPRISE_PLUS; write it like "db-perf-optimized-N-4"`,
  ),
  "a database tier with memory that is not a multiple of 256 MiB": refused(
    production((e) => (e.database.tier = "db-custom-4-16300")),
    `${P} database.tier = "db-custom-4-16300": must have memory in multiples of 256 MiB, at least 3840; change the second number`,
  ),
  "a database tier with too much memory for each vCPU": refused(
    production((e) => (e.database.tier = "db-custom-2-16384")),
    `${P} database.tier = "db-custom-2-16384": must have 0.9 to 6.5 GiB of memory for each vCPU; write from 3840 to 13312 MiB`,
  ),
  "a recovery period that the edition does not support": refused(
    production((e) => (e.database.recoveryDays = 8)),
    `${P} database.recoveryDays = 8: is at most 7 in the edition ENTERPRISE; lower it, or use ENTERPRISE_PLUS`,
  ),
  "a regional database without point-in-time recovery": refused((files) => {
    // @ts-expect-error: point-in-time recovery is always on
    files.production.environment.database.pointInTimeRecovery = false;
  }, `${P} database.pointInTimeRecovery = false: is not a known key; remove it, or correct its spelling`),
  "a database without a private network": refused((files) => {
    // @ts-expect-error: the database always has a private address
    files.production.environment.database.privateNetwork = false;
  }, `${P} database.privateNetwork = false: is not a known key; remove it, or correct its spelling`),
  "a database that accepts unencrypted connections": refused((files) => {
    // @ts-expect-error: connections are always encrypted
    files.production.environment.database.sslMode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED";
  }, `${P} database.sslMode = a string: is not a known key; remove it, or correct its spelling`),
  "a database that accepts connections from all addresses": refused((files) => {
    // @ts-expect-error: the database has no public address
    files.production.environment.database.authorizedNetworks = { all: "0.0.0.0/0" };
  }, `${P} database.authorizedNetworks = an object: is not a known key; remove it, or correct its spelling`),
  "an unknown day of maintenance": refused(
    production((e) => (e.database.maintenance.day = "FUNDAY")),
    `${P} database.maintenance.day = "FUNDAY": must be one of "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"; choose one of them`,
  ),
  "an hour of maintenance above 23": refused(
    production((e) => (e.cache.maintenance.hour = 24)),
    `${P} cache.maintenance.hour = 24: must be at most 23 (hour of the day in UTC); write a number from 0 to 23`,
  ),
  "unknown and repeated database flags": refused((files) => {
    // @ts-expect-error: the platform sets the flags of the CIS benchmark
    files.production.environment.database.flags = [
      { name: "log_conections", value: "on" },
      { name: "log_conections", value: "off" },
    ];
  }, `${P} database.flags = a list: is not a known key; remove it, or correct its spelling`),
  "a database tier with fewer connections than the pods open": refused(
    production((e) => (e.database.tier = "db-custom-1-3840")),
    `${P} database.tier = "db-custom-1-3840": allows pods 96 connections, and they may open 290 during a rollout; use one with more memory, or lower the replicas or the system's connectionsPerPod`,
  ),
  "pods that open also the connections that PostgreSQL reserves": refused((files) => {
    const { production: p, system: s } = files as Anything;
    s.database.connectionsPerPod = 10; // in each of 5 + 4 + 1
    s.services.backend.rateLimits = [];
    p.environment.services = { backend: { replicas: { min: 2, max: 4 } }, worker: { replicas: 3 } };
    p.environment.database.tier = "db-custom-1-3840";
  }, `${P} database.tier = "db-custom-1-3840": allows pods 96 connections, and they may open 100 during a rollout; use one with more memory, or lower the replicas or the system's connectionsPerPod`),
  "a replica in the region of its primary": refused(
    production((e) => (e.database.replicaRegion = "europe-west1")),
    `${P} database.replicaRegion = "europe-west1": must differ from the region of the primary; choose another region`,
  ),
  "a restore from a time in the future": refused(
    production((e) => (e.database.restore = { name: "pmcrm-restored", at: "2999-01-31T12:00:00Z" })),
    `${P} database.restore.at = "2999-01-31T12:00:00Z": is in the future; name a moment that has passed`,
  ),
  "a restore from a time that is not in UTC": refused(
    production((e) => (e.database.restore = { name: "pmcrm-restored", at: "2026-01-31T12:00:00+01:00" })),
    `${P} database.restore.at = "2026-01-31T12:00:00+01:00": must be a moment in UTC; write it like "2026-01-31T12:00:00Z"`,
  ),
  "a restored database with the name of its source": refused(
    production((e) => (e.database.restore = { name: "pmcrm-production", at: "2026-01-31T12:00:00Z" })),
    `${P} database.restore.name = "pmcrm-production": makes the name of the copy look like that of pmcrm-production or its replica; say what the copy is for, such as before-import`,
  ),
  "a disk limit below the disk's size": refused(
    production((e) => (e.database.diskLimitGb = 99)),
    `${P} database.diskLimitGb = 99: must be above diskGb (100); raise it: the disk grows by itself`,
  ),
  "a Redis instance without a standby in production": refused(
    production((e) => (e.cache.tier = "BASIC")),
    `${P} cache.tier = "BASIC": must be STANDARD_HA in production; use STANDARD_HA`,
  ),
  "Redis read replicas": refused((files) => {
    // @ts-expect-error: the tier decides about the standby, and there are no read replicas
    files.production.environment.cache.replicas = 6;
  }, `${P} cache.replicas = a number: is not a known key; remove it, or correct its spelling`),
  "a connection to a datastore that the system does not declare": refused(
    system((s) => s.services.worker.connects.push("search")),
    `${S} services.worker.connects.4 = "search": is a datastore that the system does not declare; declare search, or remove the connection`,
  ),
  "a database tier with an odd number of vCPUs": refused(
    production((e) => (e.database.tier = "db-custom-3-16384")),
    `${P} database.tier = "db-custom-3-16384": must have 1 vCPU or an even number up to 96; change the first number`,
  ),
  ...Object.fromEntries(
    ["db-custom-04-16384", "db-custom-4-016384", "DB-CUSTOM-4-16384", "db-custom-4-16384 ", "db-custom-4.0-16384"].map(
      (tier) => [
        `the database tier ${JSON.stringify(tier)}`,
        refused(
          production((e) => (e.database.tier = tier)),
          `${P} database.tier = ${tier.includes("016384") ? "a string" : JSON.stringify(tier)}: is no dedicated tier of the edition ENTERPRISE; write it "db-custom-<vCPUs>-<MiB>"`,
        ),
      ],
    ),
  ),
  "a shared-core database tier": refused(
    production((e) => (e.database.tier = "db-f1-micro")),
    `${P} database.tier = "db-f1-micro": is no dedicated tier of the edition ENTERPRISE; write it "db-custom-<vCPUs>-<MiB>"`,
  ),
  "a database tier that does not support the database's disk": refused(
    production((e) => Object.assign(e.database, { edition: "ENTERPRISE_PLUS", tier: "db-c4a-highmem-4" })),
    `${P} database.tier = "db-c4a-highmem-4": is no tier of the edition ENTERPRISE_PLUS; write it like "db-perf-optimized-N-4"`,
  ),
  "a PostgreSQL version that is too old": refused(
    production((e) => (e.database.version = "POSTGRES_14")),
    `${P} database.version = "POSTGRES_14": must be one of "POSTGRES_15", "POSTGRES_16", "POSTGRES_17"; choose one of them`,
  ),
  "a database without a recovery period": refused(
    production((e) => (e.database.recoveryDays = 0)),
    `${P} database.recoveryDays = 0: must be at least 1 (days); write a number from 1 to 35`,
  ),
  "a replica in a zone": refused(
    production((e) => (e.database.replicaRegion = "europe-west3-a")),
    `${P} database.replicaRegion = "europe-west3-a": must be a region, not a zone; write it like "europe-west1"`,
  ),
  "services that use a restored database that does not exist": refused(
    production((e) => (e.database.serves = "restored")),
    `${P} database.serves = "restored": names a copy that does not exist; add restore, or remove it`,
  ),
  "a restored database with the name of the replica": refused(
    production((e) => (e.database.restore = { name: "replica", at: "2026-01-31T12:00:00Z" })),
    `${P} database.restore.name = "replica": makes the name of the copy look like that of pmcrm-production or its replica; say what the copy is for, such as before-import`,
  ),
  "a restore from February 31": refused(
    production((e) => (e.database.restore = { name: "pmcrm-restored", at: "2026-02-31T12:00:00Z" })),
    `${P} database.restore.at = "2026-02-31T12:00:00Z": must be a moment in UTC; write it like "2026-01-31T12:00:00Z"`,
  ),
  "a password rotation in a release that is not a version": refused(
    production((e) => (e.database.password = { generation: 2, rotatedIn: "release 2" })),
    `${P} database.password.rotatedIn = a string: must be a version; write it like "1.4.2"`,
  ),
  "a password rotation to the first generation": refused(
    production((e) => (e.database.password = { generation: 1, rotatedIn: "1.0.0" })),
    `${P} database.password.generation = 1: must be at least 2 (generation); write a number from 2 to 100000`,
  ),
  "a database password in plain text": refused(
    production((e) => (e.database.password = "correct-horse-battery")),
    `${P} database.password = a string: must be an object; write it in braces`,
  ),
  "a database URL with a parameter that turns TLS off": refused(
    system((s) => (s.variables.DATABASE_URL.parameters = { sslmode: "disable" })),
    `${S} variables.DATABASE_URL.parameters.sslmode = a string: must be a parameter's name, but not one about TLS, which is always required; use another parameter`,
  ),
  "a database URL with a parameter that names another host": refused(
    system((s) => (s.variables.DATABASE_URL.parameters = { host: "10.0.0.5" })),
    `${S} variables.DATABASE_URL.parameters.host = a string: must not be a part of the URL itself, such as its host, user or role; remove it`,
  ),
  "a database extension that is listed twice": refused(
    system((s) => s.database.extensions.push("vector")),
    `${S} database.extensions.1 = "vector": is listed twice; remove one of the two`,
  ),
  "a variable of a search index that the system does not declare": refused(
    system((s) => {
      s.variables.SEARCH_HOST = { kind: "datastore", of: "search", field: "host" };
      s.services.worker.variables.push("SEARCH_HOST");
    }),
    `${S} services.worker.variables.20 = "SEARCH_HOST": needs a connection to the search; add "search" to connects, or remove the variable`,
    `${S} variables.SEARCH_HOST = an object: comes from the search, and the system has none; declare search, or remove it`,
  ),
  "a variable for the cache's user": refused(
    system((s) => {
      s.variables.CACHE_USER = { kind: "datastore", of: "cache", field: "user" };
      s.services.worker.variables.push("CACHE_USER");
    }),
    `${S} variables.CACHE_USER.field = a string: is not a field of the cache; use one of host, port, password, tls`,
  ),
  "a recovery period longer than the retention of backups": refused(
    production((e) =>
      Object.assign(e.database, {
        edition: "ENTERPRISE_PLUS",
        tier: "db-perf-optimized-N-4",
        recoveryDays: 35,
      }),
    ),
    `${P} database.backups.keep = 30: must be at least recoveryDays (35): Cloud SQL keeps no logs longer than backups; raise it, or lower recoveryDays`,
  ),
});
