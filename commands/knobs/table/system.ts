import {
  type Any,
  beside,
  type Context,
  environment,
  firstService,
  type Hand,
  otherPool,
  system,
  task,
  type Values,
  workload,
} from "./hand";

/** A service with a host. */
const hosted = (context: Context): string =>
  Object.entries<Any>(environment(context).services).find(([, { hosts }]) => hosts?.length)?.[0] as string;
const otherHosted = (context: Context): string | undefined =>
  Object.entries<Any>(environment(context).services).find(
    ([name, { hosts }]) => hosts?.length && name !== context.before,
  )?.[0];
/** A service with a host that is not in the list yet. */
const unlistedHosted = (context: Context): readonly string[] => {
  const listed = [context.before].flat();
  const found = Object.entries<Any>(environment(context).services).find(
    ([name, { hosts }]) => hosts?.length && !listed.includes(name),
  );
  return found ? [found[0]] : [];
};
const smokeJob = (context: Context): Any => {
  const { image, pool, resources } = system(context).services[firstService(context)];
  return { kind: "job", image, command: ["true"], pool, resources, deadlineSeconds: 60 };
};
/** What a check has that runs as a job. */
const OF_A_CHECK = /^kubernetes_(cron_job|service_account)_v1\.workload_/;
const DECLARED = "what connects to it must change, too: its variables, and the connections of services and tasks";
/** Lists variables in the first service. */
const listed =
  (...names: readonly string[]) =>
  (context: Context): Any => {
    const services = system(context).services;
    const first = firstService(context);
    return {
      ...services,
      [first]: { ...services[first], variables: [...(services[first].variables ?? []), ...names] },
    };
  };
/** Connects the first service to a datastore. */
const connected = (store: string) => (context: Context) => {
  const services = system(context).services;
  const first = firstService(context);
  return { ...services, [first]: { ...services[first], connects: [...(services[first].connects ?? []), store] } };
};
/** Of an image that nobody made. */
const DIGEST = `sha256:${"a".repeat(64)}`;
/** A worker's fields in place of those of a service with a port. */
const WORKER: Values = {
  "system.services.*.port": undefined,
  "system.services.*.metrics": undefined,
  "system.services.*.objective": undefined,
  "system.services.*.rateLimits": undefined,
  "environment.services.*.hosts": undefined,
};
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

/** How to turn the knobs of systems. */
export const SYSTEM: Readonly<Record<string, Hand | readonly Hand[]>> = {
  "system.namespace": { to: ({ before }: Context) => `${before}-knob`, fixed: "everything in it would be made anew" },
  "system.database.name": { to: "knob", fixed: "the data is in the one with the old name" },
  "system.database.user": { to: "knob", fixed: "what is in the database belongs to it" },
  "system.database?": { refused: DECLARED },
  "system.cache?": { refused: DECLARED },
  "system.database.minimum=POSTGRES_17": {
    with: { "environment.database.version": "POSTGRES_17" },
    oneWay: "PostgreSQL is not downgraded",
    late: true,
  },
  "system.cache.minimum=REDIS_8_2": { refused: "Memorystore has no such version, and another kind is another cache" },
  "system.atLeastOne+": {
    to: [["KNOB_A", "KNOB_B"]],
    with: {
      "system.variables": ({ before }: Context) => ({
        ...(before as object),
        KNOB_A: { kind: "environment", optional: true },
        KNOB_B: { kind: "environment", optional: true },
      }),
      "system.services": listed("KNOB_A", "KNOB_B"),
      "environment.variables": ({ before }: Context) => ({ ...(before as object), KNOB_A: "knob" }),
    },
  },
  "system.atLeastOne[]+": {
    to: ["KNOB"],
    with: {
      "system.variables": ({ before }: Context) => ({
        ...(before as object),
        KNOB: { kind: "environment", optional: true },
      }),
      "system.services": listed("KNOB"),
    },
  },
  "system.atLeastOne[][]": {
    to: "KNOB",
    with: {
      "system.variables": ({ before }: Context) => ({
        ...(before as object),
        KNOB: { kind: "environment", optional: true },
      }),
      "system.services": listed("KNOB"),
      "environment.variables": ({ before }: Context) => ({ ...(before as object), KNOB: "knob" }),
    },
  },
  "system.variables.*=hosts": { to: (context: Context) => ({ kind: "hosts", of: [hosted(context)] }) },
  "system.variables.*(hosts).of+": { to: unlistedHosted },
  "system.variables.*(hosts).of[]": { to: otherHosted },
  "system.variables.*=origins": { to: (context: Context) => ({ kind: "origins", of: [hosted(context)] }) },
  "system.variables.*(origins).of+": { to: (context: Context) => [hosted(context)] },
  "system.variables.*(origins).of[]": { to: hosted },
  "system.variables.*=url": { to: (context: Context) => ({ kind: "url", of: hosted(context) }) },
  "system.variables.*(url).of": { to: hosted },
  "system.variables.*(url).path?": { to: "/knob" },
  "system.variables.*(url).path": { to: "/knob" },
  "system.variables.*=pool-size": { to: { kind: "pool-size" } },
  "system.variables.*=search-url": { to: { kind: "search-url" } },
  "database.extensions+": { to: ["pg_trgm"] },
  "database.extensions[]": { to: "pg_trgm" },
  "system.search?": [
    {
      to: { minimum: "ELASTICSEARCH_9_1" },
      with: {
        "environment.search": {
          kind: "bitnami",
          version: "ELASTICSEARCH_9_1",
          diskGb: 10,
          resources: { cpu: "250m", memory: "2Gi", memoryLimit: "2Gi" },
        },
        "environment.bitnami": (context: Context) => ({
          images: "docker.io/bitnamilegacy",
          pool: Object.keys(environment(context).cluster.nodePools ?? {})[0],
        }),
        "system.services": connected("search"),
      },
      protects: true,
    },
    {
      to: { minimum: "ELASTICSEARCH_9_1" },
      with: {
        "environment.search": ({ stack }: Context) => ({
          kind: "external",
          version: "ELASTICSEARCH_9_1",
          host: `${stack}.knob.io`,
          port: 9243,
          user: "knob",
        }),
        "system.services": connected("search"),
      },
    },
  ],
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
  "system.tasks+": { to: (context: Context) => ({ knob: task(context) }) },
  "system.images+": {
    to: (context: Context) => ({ [system(context).services[firstService(context)].image]: { user: 101, group: 101 } }),
  },
  image: { to: "knob", with: { "release.images": (c: Context) => ({ ...(c.before as object), knob: DIGEST }) } },
  "command+": { to: ["knob"] },
  "command[]": { to: "knob" },
  "command?": { to: ["knob"] },
  "system.services.*.pool": { to: otherPool },
  "system.tasks.*.pool": { to: otherPool },
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
  "after+": {
    to: ["knob"],
    with: { "system.tasks": (c: Context) => ({ ...(c.before as object), knob: task(c) }) },
  },
  "after[]": {
    to: "knob",
    with: { "system.tasks": (c: Context) => ({ ...(c.before as object), knob: task(c) }) },
  },
  "system.tasks.*.after[]": {
    to: "another",
    with: { "system.tasks": (c: Context) => ({ ...(c.before as object), another: task(c) }) },
  },
  "system.smokeChecks+": { to: { knob: { kind: "manual", step: "Look at the knob" } } },
  "smokeChecks.*=http": {
    to: (context: Context) => ({ kind: "http", of: hosted(context), path: "/knob" }),
    replaces: OF_A_CHECK,
  },
  "smokeChecks.*=job": { to: (context: Context) => smokeJob(context) },
  "smokeChecks.*=manual": { to: { kind: "manual", step: "Look at the knob" }, replaces: OF_A_CHECK },
  "smokeChecks.*(http).of": { to: otherHosted },
  "smokeChecks.*(http).path": { to: "/knob" },
  "smokeChecks.*(http).headers?": { to: { "X-Knob": "1" } },
  "smokeChecks.*(http).headers+": { to: { "X-Other-Knob": "1" } },
  "smokeChecks.*(http).headers.*": { to: "2" },
  "keys?": { to: ["knob"] },
  "keys+": { to: ["another"] },
  "keys[]": { to: "knobs" },
  "smokeChecks.*(job).pool": { to: otherPool },
  "smokeChecks.*(manual).step": { to: "Look at the other knob" },
  "vulnerabilityExceptions+": { to: [{ id: "CVE-2027-10000", until: "2027-06-30", reason: "Knob" }] },
  "vulnerabilityExceptions[].id": { to: "CVE-2027-20000" },
  "vulnerabilityExceptions[].until": { to: "2027-07-31" },
  "vulnerabilityExceptions[].reason": { to: "Another knob" },
  "modules.*.title": { to: "Knobs" },
  "modules.*.services+": { to: (context: Context) => [firstService(context)] },
  "modules.*.services[]": { to: firstService },
  "alerts?": { to: { errorPercent: 5, memoryPercent: 90 } },
  "overview?": { to: { title: "Knob", figures: { Knobs: "knobs_total" } } },
  "overview.title": { to: "Knob" },
  "figures+": { to: { Knobs: "knobs_total" } },
  "figures.*": { to: "knobs_total" },
};
