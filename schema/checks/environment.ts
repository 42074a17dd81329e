import { resourcesOn } from "../../facts/autopilot";
import { accountOfDumps, bucketOfDumps } from "../../facts/backups";
import { contains, overlaps, parseCidr } from "../../facts/cidr";
import { CERTIFICATES_PER_LOAD_BALANCER, machineOf, tierProblem } from "../../facts/google";
import { parseCpu, parseMemory } from "../../facts/quantity";
import { signedBy, WAF_FIELDS_OF_A_KIND, WAF_OPT_OUTS } from "../../facts/waf";
import { datastoreNeeds } from "../choices";
import { datastoreRangesOf, mostNodes, nodePoolsOf, rangesOf } from "../environment";
import { PLATFORM_SECRETS } from "../system";
import { type Check, check, list, own } from "./check";

/** {@link https://letsencrypt.org/docs/rate-limits/#new-certificates-per-registered-domain}: renewals do not count. */
const CERTIFICATES_PER_WEEK = 50;

/** MiB below which a datastore in the cluster does not run: Java's heap is half of Elasticsearch's. */
const LEAST_MEMORY = { database: 256, cache: 64, search: 1024 } as const;
/**
 * Size of a disk, as a multiple of memory. Redis rewrites its file once the file has doubled, and keeps the old one
 * meanwhile: three times its data, which takes 0.6 of the memory. Elasticsearch dumps its heap, half of the memory, beside
 * its data when the heap is full.
 * {@link https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#log-rewriting}
 * {@link https://www.elastic.co/docs/reference/elasticsearch/jvm-settings#heap-dump-path}
 */
const DISK_FOR_MEMORY = 2;
const COPIES = {
  cache: "Redis writes its new file beside the old one",
  search: "Elasticsearch dumps its heap to the disk when it runs out of memory",
} as const;

/** MiB in which Prometheus can watch the cluster itself, before it watches any service. */
const LEAST_MEMORY_OF_PROMETHEUS = 512;

/** Of environments: with a system's name in front, it is the name of a cluster, and of much more. */
const NAME = /^[a-z][-a-z0-9]{0,18}[a-z0-9]$/;
/** {@link https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Cluster} */
const LONGEST_CLUSTER_NAME = 40;

/** What must hold within an environment's file, policies of production included. */
export const environmentChecks: readonly Check[] = [
  check([], [], [], (_s, _e, _r, { say, systemName, environmentName }) => {
    const fullName = `${systemName}-${environmentName}`;
    if (!NAME.test(environmentName) || environmentName === "constructor")
      say.environment(
        [],
        "must have a name of 2 to 20 lower-case letters, digits and dashes that starts with a letter and ends with no dash",
        'rename the file, for example to "production-us.ts"',
        { value: environmentName },
      );
    else if (fullName.length > LONGEST_CLUSTER_NAME)
      say.environment(
        [],
        `makes the cluster ${fullName}, whose name must have at most ${LONGEST_CLUSTER_NAME} characters`,
        "shorten the file's name",
        { value: environmentName },
      );
  }),
  check([], ["purpose"], [], (_s, { purpose }, _r, { say, environmentName }) => {
    if (environmentName === "production" && purpose !== "production")
      say.environment(
        ["purpose"],
        "must be production in the file of that name",
        'write "production", or check that this file is not another environment\'s',
      );
  }),
  check([], ["network"], [], (_s, { network }, _r, { say }) => {
    const ranges = rangesOf(network).map(({ text, ...where }) => ({ ...where, range: parseCidr(text) }));
    for (const [i, { path, range }] of ranges.entries())
      for (const { name: other, range: before } of ranges.slice(0, i))
        if (range && before && overlaps(range, before))
          say.environment(path, `must not overlap ${other} (${before.canonical})`, "choose another range");
    const usable = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(parseCidr);
    for (const { path, range } of ranges) {
      if (range && !usable.some((u) => u && contains(u, range)))
        say.environment(
          path,
          "must be a private range",
          "choose one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10",
        );
      const docker = parseCidr("172.17.0.0/16");
      if (range && docker && overlaps(range, docker))
        say.environment(
          path,
          "must not overlap 172.17.0.0/16, which Cloud SQL and Docker keep for themselves",
          "choose another range",
        );
    }
  }),
  check([], ["network", "cluster"], [], (_s, { network, cluster }, _r, { say }) => {
    const nodes = mostNodes({ cluster });
    const room = 2 ** (24 - (parseCidr(network.pods)?.prefix ?? 24)); // a /24 for each node of 110 pods
    if (room < nodes)
      say.environment(
        ["network", "pods"],
        `has room for ${room} nodes, and the pools may have ${nodes} while upgrading`,
        "make the range larger",
      );
    const addresses = 2 ** (32 - (parseCidr(network.nodes)?.prefix ?? 32)) - 4;
    if (addresses < nodes)
      say.environment(["network", "nodes"], `has ${addresses} addresses for ${nodes} nodes`, "make the range larger");
  }),
  check([], ["cluster", "purpose"], [], (_s, { cluster, purpose }, _r, { say }) => {
    if (cluster.authorizedNetworks && !Object.keys(cluster.authorizedNetworks).length)
      say.environment(
        ["cluster", "authorizedNetworks"],
        "let nobody in",
        "name a range, or remove it: then the control plane has its DNS endpoint",
      );
    for (const [name, range] of Object.entries(cluster.authorizedNetworks ?? {})) {
      const cidr = parseCidr(range);
      if (cidr && cidr.prefix < 8)
        say.environment(
          ["cluster", "authorizedNetworks", name],
          "lets much of the internet in",
          "name the addresses that need it",
        );
    }
    const pools = Object.entries(nodePoolsOf({ cluster }));
    if (cluster.mode === "standard" && !pools.some(([, p]) => !p.dedicated))
      say.environment(
        ["cluster", "nodePools"],
        "leave the cluster's own pods nowhere to run",
        "have one pool that is not dedicated",
      );
    for (const [name, p] of pools) {
      const path = ["cluster", "nodePools", name];
      if (p.min > p.max)
        say.environment([...path, "min"], `must not be above max (${p.max})`, "lower it, or raise max");
      if (name === "default-pool")
        say.environment(path, "has the name of the pool that GKE makes and Terraform removes", "choose another name");
      if (p.max < 3)
        say.environment(
          [...path, "max"],
          "must have room for the first node in each of the three zones",
          "write at least 3",
        );
      if (purpose === "production") {
        if (p.spot)
          say.environment([...path, "spot"], "takes machines away at any time, and this is production", "remove it");
        if (!p.dedicated && p.min < 3)
          say.environment(
            [...path, "min"],
            "must be one for each of the three zones in production",
            "write at least 3",
          );
      }
    }
    if (purpose === "production" && cluster.channel === "RAPID")
      say.environment(["cluster", "channel"], "is for trying out, and this is production", "use REGULAR or STABLE");
  }),
  check([], ["database", "purpose"], [], (_s, { database: d, purpose }, _r, { say }) => {
    if (d.kind !== "cloud-sql") return;
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
      say.environment(["database", "serves"], "names a copy that is not there", "add restore, or remove it");
    if (d.restore && Date.parse(d.restore.at) > Date.now())
      say.environment(["database", "restore", "at"], "is in the future", "name a moment that has passed");
    if (purpose === "production") {
      if (d.availability !== "REGIONAL")
        say.environment(["database", "availability"], "must be REGIONAL in production", "use REGIONAL");
      if (d.recoveryDays < 7)
        say.environment(["database", "recoveryDays"], "must be at least 7 in production", "raise it");
    }
  }),
  check([], ["cache", "purpose"], [], (_s, { cache, purpose }, _r, { say }) => {
    if (purpose === "production" && cache.kind === "memorystore" && cache.tier !== "STANDARD_HA")
      say.environment(["cache", "tier"], "must be STANDARD_HA in production", "use STANDARD_HA");
  }),
  check([], ["database", "region"], [], (_s, e, _r, { say }) => {
    if (e.database.kind === "cloud-sql" && e.database.replicaRegion === e.region)
      say.environment(
        ["database", "replicaRegion"],
        "is the region that the replica is to outlive",
        "choose another region",
      );
  }),
  check([], ["database"], [], (_s, { database }, _r, { say, systemName, environmentName }) => {
    const restore = database.kind === "cloud-sql" ? database.restore : undefined;
    const original = `${systemName}-${environmentName}`;
    if (restore && (restore.name === "replica" || restore.name.startsWith(original)))
      say.environment(
        ["database", "restore", "name"],
        `follows ${original} in the copy's name, which would read like the original's or its replica's`,
        "say what the copy is for, such as before-import",
      );
  }),
  check([], ["cluster", "monitoring", "bitnami", "edge"], [], (_s, e, _r, { say }) => {
    for (const [section, placed] of [
      ["monitoring", e.monitoring],
      ["bitnami", e.bitnami],
      ["edge", e.edge.kind === "traefik" ? e.edge : undefined],
    ] as const) {
      if (!placed) continue;
      const { pool } = placed;
      if (e.cluster.mode === "autopilot") {
        if (pool !== undefined)
          say.environment([section, "pool"], "is a node pool, and Autopilot has none", "remove it");
      } else if (pool === undefined || !Object.hasOwn(e.cluster.nodePools, pool))
        say.environment([section, "pool"], "is no node pool", `use one of ${list(Object.keys(e.cluster.nodePools))}`);
    }
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
  check([], ["monitoring", "cluster"], [], (_s, e, _r, { say }) => {
    const { memory, pool } = e.monitoring;
    const asked = parseMemory(memory) ?? 0;
    if (asked < LEAST_MEMORY_OF_PROMETHEUS)
      say.environment(
        ["monitoring", "memory"],
        `must be at least ${LEAST_MEMORY_OF_PROMETHEUS}Mi`,
        `write "${LEAST_MEMORY_OF_PROMETHEUS}Mi" or more`,
      );
    const type = own(nodePoolsOf(e), pool ?? "")?.machineType;
    const machine = type && machineOf(type);
    if (machine && asked > machine.usable.memory)
      say.environment(
        ["monitoring", "memory"],
        `must fit on a node of the pool ${pool} (${type})`,
        "lower it, or use larger machines",
      );
  }),
  check([], ["database", "project"], [], (_s, e, _r, { say, systemName, environmentName }) => {
    if (e.database.kind !== "bitnami") return;
    const bucket = bucketOfDumps(e.project, `${systemName}-${environmentName}`);
    if (bucket.length > 63 || /^goog|google/.test(bucket))
      say.environment(
        ["project"],
        `makes the bucket ${bucket}, whose name must have at most 63 characters, not begin with goog and not contain google`,
        "use another project, or rename the system",
      );
    const account = accountOfDumps(systemName);
    if (account.length > 30)
      say.environment(
        ["database", "kind"],
        `makes the service account id ${account}, which must have at most 30 characters`,
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
    if (!used && e.bitnami) say.environment(["bitnami"], "is used by nothing", "remove it");
  }),
  check([], ["database", "cache", "search", "network"], [], (_s, e, _r, { say }) => {
    const used = datastoreNeeds(e).some(({ addressBlocks }) => addressBlocks);
    if (used && !e.network.datastores)
      say.environment(
        ["network", "datastores"],
        "is required: Cloud SQL and Memorystore have their addresses from it",
        'add it, for example "10.100.0.0/20"',
      );
    if (!used && e.network.datastores)
      say.environment(["network", "datastores"], "is used by nothing: the datastores are in the cluster", "remove it");
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
    const autopilot = e.cluster.mode === "autopilot";
    for (const [name, store] of [
      ["cache", e.cache],
      ["search", e.search],
    ] as const) {
      if (store?.kind !== "bitnami") continue;
      const { memoryLimit } = resourcesOn(autopilot, store.resources);
      const least = Math.ceil(((parseMemory(memoryLimit) ?? 0) * DISK_FOR_MEMORY) / 1024);
      if (store.diskGb < least)
        say.environment(
          [name, "diskGb"],
          `must be at least ${least}, twice the memory: ${COPIES[name]}`,
          "raise it, or lower memoryLimit",
        );
    }
  }),
  check([], ["edge", "purpose"], [], (_s, { edge, purpose }, _r, { say }) => {
    if (purpose === "production" && edge.kind === "traefik" && edge.acme !== "production")
      say.environment(
        ["edge", "acme"],
        "must be production in production: no browser trusts the other certificates",
        'write "production"',
      );
  }),
  check([], ["generations", "cache", "search", "database", "monitoring", "datadog"], [], (_s, e, _r, { say }) => {
    for (const [secret, used, section] of [
      [PLATFORM_SECRETS.receiver, e.monitoring.receiver, "monitoring.receiver"],
      [PLATFORM_SECRETS.datadog, e.datadog, "datadog"],
      [PLATFORM_SECRETS.search, e.search, "search"],
      [PLATFORM_SECRETS.cache, e.cache.kind === "bitnami", 'a cache of the kind "bitnami"'],
      [PLATFORM_SECRETS.databaseAdministrator, e.database.kind === "bitnami", 'a database of the kind "bitnami"'],
    ] as const)
      if (Object.hasOwn(e.generations, secret) && !used)
        say.environment(
          ["generations", secret],
          `is used by nothing without ${section}`,
          `add ${section}, or remove it`,
        );
  }),
  check([], ["services", "edge"], [], (_s, e, _r, { say }) => {
    for (const [name, { hosts }] of Object.entries(e.services))
      for (const [i, host] of hosts.entries())
        if (hosts.indexOf(host) !== i)
          say.environment(["services", name, "hosts", i], "is listed twice", "remove one of the two");
    const seen = new Set(Object.values(e.services).flatMap(({ hosts }) => hosts));
    if (e.edge.kind === "traefik" && seen.size > CERTIFICATES_PER_WEEK)
      say.environment(
        ["services"],
        `have ${seen.size} hosts, and Let's Encrypt gives a domain ${CERTIFICATES_PER_WEEK} certificates in a week`,
        "use fewer hosts",
      );
    if (e.edge.kind === "google" && seen.size > CERTIFICATES_PER_LOAD_BALANCER)
      say.environment(
        ["services"],
        `have ${seen.size} hosts, and a load balancer takes ${CERTIFICATES_PER_LOAD_BALANCER} certificates`,
        "use fewer hosts",
      );
  }),
  check([], ["edge"], [], (_s, { edge }, _r, { say }) => {
    if (edge.kind !== "google") return;
    const { waf } = edge;
    const path = ["edge", "waf", "exclusions"];
    for (const [i, { ruleSet, signatures, fields }] of waf.exclusions.entries()) {
      if (!signatures && !fields)
        say.environment([...path, i], "excludes nothing", "name signatures, fields or both, or remove it");
      for (const [j, signature] of (signatures ?? []).entries())
        if (!signedBy(ruleSet, signature))
          say.environment(
            [...path, i, "signatures", j],
            `is no signature of ${ruleSet}`,
            "name the rule set that it is of, or correct it",
          );
      for (const [j, { in: kind, operator, value }] of (fields ?? []).entries()) {
        const any = operator === "EQUALS_ANY";
        if (any && value !== undefined)
          say.environment([...path, i, "fields", j, "value"], "is nothing that EQUALS_ANY compares with", "remove it");
        if (!any && value === undefined)
          say.environment([...path, i, "fields", j, "value"], `is required: ${operator} compares with it`, "add it");
        if ((fields ?? []).slice(0, j).filter((f) => f.in === kind).length === WAF_FIELDS_OF_A_KIND)
          say.environment(
            [...path, i, "fields", j],
            `is one ${kind} more than the ${WAF_FIELDS_OF_A_KIND} that Cloud Armor takes`,
            "turn the signature off instead",
          );
      }
      const off = waf.exclusions
        .slice(0, i + 1)
        .flatMap((e) => (e.ruleSet === ruleSet && !e.fields ? (e.signatures ?? []) : []));
      if (!fields && off.length > WAF_OPT_OUTS)
        say.environment(
          [...path, i, "signatures"],
          `make ${off.length} that are off in ${ruleSet}, and an expression has room for ${WAF_OPT_OUTS}`,
          "exclude the fields that they find something in",
        );
    }
  }),
  check([], ["allowDestroy", "project", "purpose"], [], (_s, e, _r, { say, env }) => {
    if (e.allowDestroy && e.purpose === "production" && env.ALLOW_DESTROY !== e.project)
      say.environment(
        ["allowDestroy"],
        "would take production's protection away, which wants a confirmation that is in no file",
        `set the environment variable ALLOW_DESTROY=${e.project} for this run, or remove allowDestroy`,
      );
  }),
];
