/** What the files of a system hold, not validated yet. */
export interface Files {
  readonly system: unknown;
  /** By name. */
  readonly environments: Readonly<Record<string, { readonly environment: unknown; readonly release: unknown }>>;
}

/** Where a knob is turned. */
export interface Context {
  readonly files: Files;
  readonly stack: string;
  /** Names of the entries on the way to it. */
  readonly names: readonly (string | number)[];
  /** What is there before. */
  readonly before: unknown;
}

/** What is set, by path (`system. ...`, `environment. ...`, `release. ...`; a star is the knob's own). */
export type Values = Readonly<Record<string, unknown>>;

/** How to turn a knob if the schema does not say it. Functions get the {@link Context}. */
export interface Hand {
  /** Value; of a list or record, what is added. */
  readonly to?: unknown;
  /** Name of the knob to turn first, unless it encloses this one. */
  readonly after?: string;
  /** What must change together with it. */
  readonly with?: Values;
  /** The same for the removal. */
  readonly without?: Values;
  /** Why no update can turn it: it would replace a protected resource, so the plan is refused. */
  readonly fixed?: string;
  /** Whether Google refuses it, or the way back, only during the apply. */
  readonly late?: boolean;
  /** Why validation rejects it in every system and environment, unless something else changes too. */
  readonly refused?: string;
  /** It makes a protected resource, so protections must be lifted to turn it back. */
  readonly protects?: boolean;
  /** Why it cannot be turned back: the plan of the way back is refused. */
  readonly oneWay?: string;
  /** Addresses of resources that it replaces or removes, although they serve or hold data. */
  readonly replaces?: RegExp;
  /** Why a second apply is needed, there and back. */
  readonly again?: string;
  /** Why it restarts a datastore that has a single server. */
  readonly restarts?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a system's files, not validated yet
type Any = any;
const environment = ({ files, stack }: Context): Any => files.environments[stack]?.environment;
const system = ({ files }: Context): Any => files.system;
const release = ({ files, stack }: Context): Any => files.environments[stack]?.release;

const firstService = (context: Context): string => Object.keys(system(context).services)[0] as string;
/** Lists a variable in the first service. */
const listed =
  (name: string) =>
  (context: Context): Any => {
    const services = system(context).services;
    const first = firstService(context);
    return { ...services, [first]: { ...services[first], variables: [...(services[first].variables ?? []), name] } };
  };
/** Another of the environment's node pools. */
const otherPool = (context: Context): string | undefined =>
  Object.keys(environment(context).cluster.nodePools ?? {}).find((pool) => pool !== context.before) ??
  (context.before ? "another" : undefined);
/** A host beside the first one of a service. */
const beside = (context: Context): string => {
  const hosts = Object.values(environment(context).services).flatMap((service: Any) => service.hosts ?? []);
  return `knob.${String(hosts[0]).split(".").slice(1).join(".")}`;
};
/** Of an image that nobody made. */
const DIGEST = `sha256:${"a".repeat(64)}`;
const migration = (context: Context): Any => {
  const { image, pool, resources } = system(context).services[firstService(context)];
  return { image, command: ["true"], pool, resources, deadlineSeconds: 60 };
};
/** A worker's fields in place of those of a service with a port. */
const WORKER: Values = {
  "system.services.*.port": undefined,
  "system.services.*.metrics": undefined,
  "system.services.*.objective": undefined,
  "system.services.*.rateLimits": undefined,
  "environment.services.*.hosts": undefined,
};
/** The services with one limit each, for all of their paths. */
const limitedOnce = ({ before }: Context): Any =>
  Object.fromEntries(
    Object.entries(before as Record<string, Any>).map(([name, service]) => [
      name,
      { ...service, rateLimits: service.rateLimits?.slice(0, 1).map(({ path: _, ...limit }: Any) => limit) },
    ]),
  );
/** The service or migration that a knob is in. */
const workload = (context: Context): Any =>
  system(context).services[context.names[0] as string] ?? system(context).migrations?.[context.names[0] as string];
const unlisted = (context: Context): string | undefined =>
  Object.keys(system(context).variables).find((name) => !workload(context).variables.includes(name));
/** A target that it is not connected to yet. */
const unconnected = (context: Context): string | undefined =>
  ["internet:443", ...Object.keys(system(context).services)].find(
    (to) =>
      to !== context.names[0] &&
      (to === "internet:443" || system(context).services[to].port) &&
      !workload(context).connects?.includes(to),
  );

/** A moment that many days before now, in UTC. */
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().replace(/\.\d+/, "");

const ITS_KIND =
  "a datastore, a cluster or an edge of another kind is another one: what is in it must be moved by hand";
const EDITION_FIRST =
  "the provider changes edition and tier in a call of their own, and then has forgotten the other settings";
const GROWS = "a volume only grows";
const SYSTEM_SAYS = "the system says whether there is one; turned there";

/**
 * How to turn knobs if the schema does not say it, by the end of their names; the longest match counts. Other knobs are
 * turned by type: true to false, a number to a larger one, a word to each of the others, an optional field to nothing.
 */
export const HANDS: Readonly<Record<string, Hand | readonly Hand[]>> = {
  // ---- the system
  "system.namespace": { to: ({ before }: Context) => `${before}-knob`, fixed: "everything in it would be made anew" },
  "system.database.name": { to: "knob", fixed: "the data is in the one with the old name" },
  "system.database.user": { to: "knob", fixed: "what is in the database belongs to it" },
  "system.database.version=POSTGRES_15": { fixed: "PostgreSQL is not downgraded", late: true },
  "system.database.version=POSTGRES_17": { oneWay: "PostgreSQL is not downgraded", late: true },
  "system.cache.version=REDIS_7_0": { fixed: "Redis is not downgraded" },
  "database.extensions+": { to: ["pg_trgm"] },
  "database.extensions[]": { to: "pg_trgm" },
  "system.search?": {
    to: { version: "ELASTICSEARCH_9_1" },
    with: {
      "environment.search": {
        kind: "bitnami",
        diskGb: 10,
        resources: { cpu: "250m", memory: "2Gi", memoryLimit: "2Gi" },
      },
      "environment.bitnami": (context: Context) => ({
        images: "docker.io/bitnamilegacy",
        pool: Object.keys(environment(context).cluster.nodePools ?? {})[0],
      }),
    },
    protects: true,
  },
  "system.variables+": { to: { KNOB: "a" }, with: { "system.services": listed("KNOB") } },
  "system.variables.*=string": { to: "text", with: { "environment.variables.*": undefined } },
  "system.variables.*(string)": { to: "knob" },
  "system.variables.*=environment": { to: { kind: "environment" }, with: { "environment.variables.*": "knob" } },
  "system.variables.*=port": { to: { kind: "port" } },
  "system.variables.*=version": { to: { kind: "version" } },
  "system.variables.*=node-address": { to: { kind: "node-address" } },
  "system.variables.*=ca-bundle": { to: { kind: "ca-bundle" } },
  "system.variables.*=generated": { to: { kind: "generated", length: 32 }, protects: true },
  "system.variables.*=supplied": { to: { kind: "supplied" } },
  "system.variables.*=database-url": { to: { kind: "database-url" } },
  "system.variables.*=cache-url": { to: { kind: "cache-url" } },
  "system.variables.*=datastore": { to: { kind: "datastore", of: "database", field: "host" } },
  "parameters+": { to: { connect_timeout: "10" } },
  "parameters.*": { to: "knob" },
  "system.migrations+": { to: (context: Context) => ({ knob: migration(context) }) },
  image: { to: "knob", with: { "release.images": (c: Context) => ({ ...(c.before as object), knob: DIGEST }) } },
  "command+": { to: ["knob"] },
  "command[]": { to: "knob" },
  "command?": { to: ["knob"] },
  "system.services.*.pool": { to: otherPool },
  "system.migrations.*.pool": { to: otherPool },
  "resources.cpu": { restarts: "its size", to: "300m" },
  "resources.cpuLimit?": { restarts: "its size", to: "2" },
  "resources.cpuLimit": { restarts: "its size", to: ({ before }: Context) => (before === "2" ? "3" : "2") },
  "resources.memory": { restarts: "its size", to: ({ before }: Context) => (before === "2Gi" ? "1Gi" : "300Mi") },
  "resources.memoryLimit": { restarts: "its size", to: "3Gi" },
  "variables[]": { to: unlisted },
  "connects+": { to: (context: Context) => [unconnected(context)] },
  "connects[]": { to: unconnected },
  "system.services+": {
    to: (context: Context) => {
      const { image, pool, resources } = system(context).services[firstService(context)];
      return { knob: { image, pool, resources, health: { command: ["true"] } } };
    },
    with: {
      "environment.services": ({ before }: Context) => ({ ...(before as object), knob: { replicas: 2 } }),
    },
    protects: true,
  },
  "system.services.*.port?": [
    { to: 4000, with: { "system.services.*.health": { live: "/health", ready: "/health" } } },
    // The same with a host: from nothing at the edge to something, and back.
    {
      to: 4000,
      with: {
        "system.services.*.health": { live: "/health", ready: "/health" },
        "environment.services.*.hosts": (context: Context) => [beside(context)],
      },
    },
  ],
  "health=live,ready": { to: { live: "/health", ready: "/health" }, with: { "system.services.*.port": 4000 } },
  "health=command": { to: { command: ["true"] }, with: WORKER, replaces: /_web-service_service$/ },
  "health(live,ready).live": { to: "/knob" },
  "health(live,ready).ready": { to: "/knob" },
  "metrics?": { to: { port: 9464, path: "/metrics" }, without: { "system.services.*.objective": undefined } },
  "metrics.path": { to: "/knob" },
  "requests?": {
    to: { counter: "http_requests_total", status: "status" },
    without: { "system.services.*.objective": undefined },
  },
  "requests.counter": { to: "knob_total" },
  "requests.status": { to: "knob" },
  "requests.histogram?": {
    to: "knob_seconds",
    without: { "system.services.*.objective.latency": undefined },
  },
  "requests.histogram": { to: "knob_seconds" },
  "objective?": { to: { availability: 99.9 } },
  "latency?": { to: { percent: 95, seconds: 0.5 } },
  "system.services.*.autoscale?": {
    to: { cpu: 70 },
    with: { "environment.services.*.replicas": { min: 2, max: 4 } },
    without: { "environment.services.*.replicas": ({ before }: Context) => (before as { min: number }).min + 1 },
  },
  "autoscale.memory?": { to: 80 },
  "after+": {
    to: ["knob"],
    with: { "system.migrations": (c: Context) => ({ ...(c.before as object), knob: migration(c) }) },
  },
  "after[]": {
    to: "knob",
    with: { "system.migrations": (c: Context) => ({ ...(c.before as object), knob: migration(c) }) },
  },
  "system.services.*.path": { to: "/knob" },
  "rateLimits+": { to: [{ path: "/knob/", requests: 10, seconds: 60 }] },
  "timeoutSeconds?": { to: 90 },
  "rateLimits[].path?": { to: "/knob/" },
  "rateLimits[].path": { to: "/knob/" },
  "rateLimits[].seconds": { to: 30 },
  "alerts?": { to: { errorPercent: 5, memoryPercent: 90 } },
  "overview?": { to: { title: "Knob", figures: { Knobs: "knobs_total" } } },
  "overview.title": { to: "Knob" },
  "figures+": { to: { Knobs: "knobs_total" } },
  "figures.*": { to: "knobs_total" },

  // ---- the environment
  "environment.project": {
    to: "knob-project",
    fixed: "another project is another environment: deploy it beside this one",
  },
  "environment.region": { to: "europe-west4", fixed: "everything has its place there: deploy another environment" },
  "environment.deployer": { to: "knob-deployer@knob-project.iam.gserviceaccount.com" },
  "environment.stateBucket": { to: "knob-terraform-state" },
  "environment.repository": { to: ({ before }: Context) => `${before}-knob` },
  "registries+": { to: ["europe-west1-docker.pkg.dev/knob-project/"] },
  "registries[]": { to: (context: Context) => `${environment(context).repository}/` },
  "network.nodes": { to: ({ before }: Context) => String(before).replace("/20", "/19"), oneWay: "a subnet only grows" },
  "network.pods": { to: "10.200.0.0/14", fixed: "the cluster's pods have their addresses from it" },
  "network.services": { to: "10.220.0.0/20", fixed: "the cluster's services have their addresses from it" },
  "network.datastores?": { refused: "the kinds of the datastores say whether there is one" },
  "network.datastores=array": {
    to: ({ before }: Context) => [before, "10.210.0.0/20"],
    oneWay: "the range is protected",
  },
  "network.datastores(array)+": { to: ["10.211.0.0/20"], oneWay: "the range is protected" },
  "network.datastores(array)[]": { to: "10.212.0.0/20", fixed: "the datastores have their addresses from it" },
  "network.datastores=string": {
    to: ({ before }: Context) => [before].flat()[0],
    after: "environment.network.datastores=array",
    fixed: "the other range is protected",
    late: true,
  },
  "network.datastores(string)": { to: "10.210.0.0/20", fixed: "the datastores have their addresses from it" },
  "network.controlPlane?": { to: "172.16.9.0/28" },
  "network.controlPlane": { to: "172.16.10.0/28" },
  "cluster=standard": {
    to: {
      mode: "standard",
      channel: "REGULAR",
      maintenance: "03:00",
      nodePools: {
        app: { machineType: "e2-standard-4", min: 3, max: 6 },
        workers: { machineType: "e2-standard-4", min: 1, max: 3 },
      },
    },
    with: {
      "environment.bitnami.pool": "app",
      "environment.monitoring.pool": "app",
      "environment.edge.pool": "app",
    },
    fixed: ITS_KIND,
  },
  "cluster=autopilot": {
    to: { mode: "autopilot", channel: "REGULAR", maintenance: "03:00" },
    with: {
      "environment.bitnami": ({ before }: Context) => before && { ...before, pool: undefined },
      "environment.monitoring.pool": undefined,
      "environment.edge.pool": undefined,
    },
    fixed: ITS_KIND,
  },
  maintenance: { to: "05:00" },
  "authorizedNetworks?": { to: { office: "203.0.113.0/24" } },
  "authorizedNetworks+": { to: { home: "198.51.100.0/24" } },
  "authorizedNetworks.*": { to: "198.51.100.0/24" },
  "nodePools+": { to: { knob: { machineType: "e2-standard-4", min: 3, max: 6 } } },
  "nodePools.*.spot": { fixed: "machines are spot or not from the day that a pool is made" },
  "nodePools.*.machineType": { to: "e2-standard-8" },
  "database=cloud-sql": { refused: ITS_KIND },
  "database=bitnami": { refused: ITS_KIND },
  "tier=BASIC": { fixed: "an instance has its tier from the day that it is made" },
  "tier=STANDARD_HA": { fixed: "an instance has its tier from the day that it is made" },
  "edition=ENTERPRISE": { with: { "environment.database.tier": "db-custom-4-16384" }, again: EDITION_FIRST },
  "edition=ENTERPRISE_PLUS": { with: { "environment.database.tier": "db-perf-optimized-N-4" }, again: EDITION_FIRST },
  "database(cloud-sql).tier": { to: "db-custom-8-32768" },
  "backups.at": { to: "05:00" },
  recoveryDays: { to: 6 },
  "serves=restored": { after: "environment.database(cloud-sql).restore?" },
  "password?": { to: (context: Context) => ({ generation: 2, rotatedIn: release(context).version }) },
  "password.rotatedIn": { to: "0.9.0" },
  "replicaRegion?": { to: "europe-west3", protects: true },
  replicaRegion: { to: "europe-west4", fixed: "the replica there is protected", late: true },
  "restore?": { to: { name: "knob", at: daysAgo(1) }, protects: true },
  "restore.name": { to: "another", fixed: "the copy is protected" },
  "restore.at": { to: daysAgo(2), fixed: "the copy is protected", late: true },
  "cache=memorystore": { refused: ITS_KIND },
  "cache=bitnami": { refused: ITS_KIND },
  "environment.search?": { refused: SYSTEM_SAYS },
  "environment.bitnami?": { refused: "the kinds of the datastores say whether it is there" },
  "bitnami.images": { restarts: "its image", to: "europe-west1-docker.pkg.dev/knob-project/bitnamilegacy" },
  "pool?": { refused: "the cluster's mode says whether there are pools" },
  "bitnami.pool": { to: otherPool, restarts: "it moves" },
  pool: { to: otherPool },
  "scrapeSeconds?": { to: 15 },
  "database(bitnami).diskGb": { oneWay: GROWS },
  "cache(bitnami).diskGb": { oneWay: GROWS },
  "search.diskGb": { oneWay: GROWS },
  "monitoring.diskGb": { oneWay: GROWS },
  "monitoring.memory": { to: "3Gi" },
  "monitoring.email": { to: "knob@example.com" },
  "receiver?": { to: { kind: "webhook" } },
  "receiver=slack": { to: { kind: "slack", channel: "#knob" } },
  "receiver=pagerduty": { to: { kind: "pagerduty" } },
  "receiver=webhook": { to: { kind: "webhook" } },
  "receiver(slack).channel": { to: "#knob" },
  "datadog?": { to: { site: "datadoghq.eu" } },
  "environment.services+": { refused: SYSTEM_SAYS },
  "replicas=number": { to: 4, with: { "system.services.*.autoscale": undefined } },
  "replicas=min,max": { to: { min: 2, max: 4 }, with: { "system.services.*.autoscale": { cpu: 70 } } },
  "hosts+": { to: (context: Context) => [beside(context)] },
  "hosts[]": { to: beside },
  "edge=google": { refused: ITS_KIND },
  "edge=traefik": {
    to: (context: Context) => ({
      kind: "traefik",
      email: "knob@example.com",
      acme: "production",
      pool: Object.keys(environment(context).cluster.nodePools ?? {})[0],
    }),
    with: { "system.services": limitedOnce },
    fixed: ITS_KIND,
  },
  "exclusions+": { to: [{ ruleSet: "sqli-v33-stable", signatures: ["owasp-crs-v030301-id942110-sqli"] }] },
  ruleSet: {
    with: {
      "environment.edge.waf.exclusions.*.signatures": undefined,
      "environment.edge.waf.exclusions.*.fields": [{ in: "cookie", operator: "EQUALS", value: "knob" }],
    },
  },
  "exclusions[].signatures?": {
    to: ["owasp-crs-v030301-id942110-sqli"],
    without: {
      "environment.edge.waf.exclusions.*.fields": [{ in: "cookie", operator: "EQUALS", value: "knob" }],
    },
  },
  "signatures+": { to: ["owasp-crs-v030301-id942120-sqli"] },
  "signatures[]": { to: "owasp-crs-v030301-id942120-sqli" },
  "exclusions[].fields?": { to: [{ in: "cookie", operator: "EQUALS", value: "knob" }] },
  "fields+": { to: [{ in: "header", operator: "EQUALS", value: "knob" }] },
  "operator=EQUALS_ANY": { with: { "environment.edge.waf.exclusions.*.fields.*.value": undefined } },
  "fields[].value?": {
    to: "knob",
    without: { "environment.edge.waf.exclusions.*.fields.*.operator": "EQUALS_ANY" },
  },
  "fields[].value": { to: "knob-2" },
  "dnsZone?": { to: "knob-zone" },
  dnsZone: { to: "knob-zone-2" },
  "edge(traefik).email": { to: "knob@example.com" },
  logLocation: { to: "eu", fixed: "the project's log bucket does not move" },
  "environment.variables+": { refused: "the system says which there are; turned there" },
  "environment.variables.*": { to: "knob" },
  "generations+": { to: { GRAFANA_ADMIN_PASSWORD: 2 } },
  "chartsMirror?": { to: "oci://europe-west1-docker.pkg.dev/knob-project/charts" },
  chartsMirror: { to: "oci://europe-west1-docker.pkg.dev/knob-project/charts-2" },
};
