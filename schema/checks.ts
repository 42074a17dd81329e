import { contains, overlaps, parseCidr } from "./cidr";
import type { Environment, EnvironmentName } from "./environment";
import { CERTIFICATES_PER_LOAD_BALANCER, CLOUD_ARMOR_INTERVALS, secretLooking, tierProblem } from "./google";
import { parseCpu, parseMemory } from "./quantity";
import type { Release } from "./release";
import { kindOf, type System, type Variable } from "./system";

/** Reports a problem at a path of one of the three files; the value is looked up there. */
export type Say = Record<
  "system" | "environment" | "release",
  (path: readonly PropertyKey[], rule: string, remedy: string) => void
>;

export interface Subject {
  readonly systemName: string;
  readonly environmentName: EnvironmentName;
  readonly say: Say;
  /** Processes' environment variables, for what nobody may commit. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Sections<T, K extends keyof T> = Pick<T, K>;

/** What must hold between fields. A check runs once the sections that it needs have the right shape. */
export interface Check {
  readonly needs: { system: readonly string[]; environment: readonly string[]; release: readonly string[] };
  readonly run: (system: System, environment: Environment, release: Release, subject: Subject) => void;
}

const check = <S extends keyof System, E extends keyof Environment, R extends keyof Release>(
  system: readonly S[],
  environment: readonly E[],
  release: readonly R[],
  run: (s: Sections<System, S>, e: Sections<Environment, E>, r: Sections<Release, R>, subject: Subject) => void,
): Check => ({ needs: { system, environment, release }, run });

const isSecret = (v: Variable) => ["generated", "supplied"].includes(kindOf(v));
const list = (names: Iterable<string>) => [...names].join(", ") || "none";
const workloads = (s: Pick<System, "services" | "migrations">) => [
  ...Object.entries(s.services).map(([name, w]) => ({ path: ["services", name], port: w.port, ...pick(w) })),
  ...Object.entries(s.migrations).map(([name, w]) => ({ path: ["migrations", name], port: undefined, ...pick(w) })),
];
const pick = ({
  image,
  pool,
  resources,
  variables,
  connects,
}: System["services"][string] | System["migrations"][string]) => ({
  image,
  pool,
  resources,
  variables,
  connects,
});

export const checks: readonly Check[] = [
  // ---- the system by itself
  check(["namespace"], [], [], ({ namespace }, _e, _r, { say }) => {
    if (namespace === "default" || namespace === "monitoring" || /^(kube|gke|gmp)-/.test(namespace))
      say.system(["namespace"], "must not be a namespace that belongs to something else", "name it after the system");
  }),
  check(["services", "migrations", "variables"], [], [], (s, _e, _r, { say }) => {
    for (const w of workloads(s)) {
      for (const [i, name] of w.variables.entries()) {
        const variable = s.variables[name];
        const path = [...w.path, "variables", i];
        if (!variable) {
          say.system(
            path,
            "is not among the system's variables",
            `declare it, or use one of ${list(Object.keys(s.variables))}`,
          );
          continue;
        }
        if (w.variables.indexOf(name) !== i) say.system(path, "is listed twice", "remove one of the two");
        const kind = kindOf(variable);
        if (kind === "port" && !w.port)
          say.system(path, "is the port of something that listens on none", "remove it, or give the service a port");
        const store = { "database-url": "database", "cache-url": "cache" }[kind as string];
        if (store && !w.connects.includes(store))
          say.system(path, `needs a connection to the ${store}`, `add "${store}" to connects, or remove the variable`);
      }
      if ((parseMemory(w.resources.memoryLimit) ?? 0) < (parseMemory(w.resources.memory) ?? 0))
        say.system(
          [...w.path, "resources", "memoryLimit"],
          "must not be below the request",
          `write at least ${w.resources.memory}`,
        );
      for (const [i, to] of w.connects.entries()) {
        const path = [...w.path, "connects", i];
        if (["database", "cache", "internet:443"].includes(to)) {
          if (w.connects.indexOf(to) !== i) say.system(path, "is listed twice", "remove one of the two");
        } else if (!s.services[to])
          say.system(
            path,
            "is no connection",
            `use database, cache, internet:443 or a service: ${list(Object.keys(s.services))}`,
          );
        else if (!s.services[to].port)
          say.system(
            path,
            "is a service that listens on no port",
            "give that service a port, or remove the connection",
          );
      }
    }
    for (const [name, variable] of Object.entries(s.variables)) {
      if (typeof variable === "string" && secretLooking(variable))
        say.system(
          ["variables", name],
          "looks like a secret",
          'declare it { kind: "supplied" } and keep the value in Secret Manager',
        );
      if (!workloads(s).some((w) => w.variables.includes(name)))
        say.system(["variables", name], "is used by nothing", "remove it, or list it in a service's variables");
    }
  }),
  check(["services", "migrations"], [], [], (s, _e, _r, { say }) => {
    for (const [name, service] of Object.entries(s.services)) {
      if ("live" in service.health && !service.port)
        say.system(
          ["services", name, "health"],
          "asks a port that the service does not have",
          "give it a port, or a health command",
        );
      if (service.metrics && service.metrics.port === service.port)
        say.system(
          ["services", name, "metrics", "port"],
          "must differ from the service's port, which is public",
          "serve metrics on another port",
        );
      if (service.rateLimit) {
        if (!CLOUD_ARMOR_INTERVALS.includes(service.rateLimit.seconds))
          say.system(
            ["services", name, "rateLimit", "seconds"],
            "is no interval of Cloud Armor",
            `use one of ${CLOUD_ARMOR_INTERVALS.join(", ")}`,
          );
        if (!service.port) say.system(["services", name, "rateLimit"], "limits a service without a port", "remove it");
      }
      for (const [i, m] of service.after.entries())
        if (!s.migrations[m])
          say.system(
            ["services", name, "after", i],
            "is no migration",
            `use one of ${list(Object.keys(s.migrations))}`,
          );
      if (["database", "cache"].includes(name))
        say.system(
          ["services", name],
          "has the name of a datastore, so that connections to it would be ambiguous",
          "rename it",
        );
      if (s.migrations[name]) say.system(["services", name], "has the name of a migration", "rename one of the two");
    }
  }),
  check(["services"], [], [], (s, _e, _r, { say, systemName }) => {
    for (const name of Object.keys(s.services)) {
      const id = `${systemName}-${name}`;
      if (id.length < 6 || id.length > 30)
        say.system(
          ["services", name],
          `makes the service account id ${id}, which must have 6 to 30 characters`,
          "shorten the name",
        );
    }
  }),

  // ---- the environment by itself
  check([], ["network"], [], (_s, { network }, _r, { say }) => {
    const ranges = Object.entries(network).map(([name, text]) => [name, parseCidr(text)] as const);
    for (const [i, [name, range]] of ranges.entries())
      for (const [other, before] of ranges.slice(0, i))
        if (range && before && overlaps(range, before))
          say.environment(["network", name], `must not overlap ${other} (${before.canonical})`, "choose another range");
    const usable = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(parseCidr);
    for (const [name, range] of ranges) {
      if (range && !usable.some((u) => u && contains(u, range)))
        say.environment(
          ["network", name],
          "must be a private range",
          "choose one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10",
        );
      const docker = parseCidr("172.17.0.0/16");
      if (range && docker && overlaps(range, docker))
        say.environment(
          ["network", name],
          "must not overlap 172.17.0.0/16, which Cloud SQL and Docker keep for themselves",
          "choose another range",
        );
    }
  }),
  check([], ["network", "cluster"], [], (_s, { network, cluster }, _r, { say }) => {
    const nodes = Object.values(cluster.nodePools).reduce((n, p) => n + p.max + 1, 0); // one more each while upgrading
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
  check([], ["cluster"], [], (_s, { cluster }, _r, { say, environmentName }) => {
    for (const [name, range] of Object.entries(cluster.authorizedNetworks ?? {})) {
      const cidr = parseCidr(range);
      if (cidr && cidr.prefix < 8)
        say.environment(
          ["cluster", "authorizedNetworks", name],
          "lets much of the internet in",
          "name the addresses that need it",
        );
    }
    const pools = Object.entries(cluster.nodePools);
    if (!pools.some(([, p]) => !p.dedicated))
      say.environment(
        ["cluster", "nodePools"],
        "leave the cluster's own pods nowhere to run",
        "have one pool that is not dedicated",
      );
    for (const [name, p] of pools) {
      const path = ["cluster", "nodePools", name];
      if (p.min > p.max)
        say.environment([...path, "min"], `must not be above max (${p.max})`, "lower it, or raise max");
      if (environmentName === "production") {
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
    if (environmentName === "production" && cluster.channel === "RAPID")
      say.environment(["cluster", "channel"], "is for trying out, and this is production", "use REGULAR or STABLE");
  }),
  check([], ["database"], [], (_s, { database: d }, _r, { say, environmentName }) => {
    const wrong = tierProblem(d.edition, d.tier);
    if (wrong) say.environment(["database", "tier"], wrong.rule, wrong.remedy);
    if (d.edition === "ENTERPRISE" && d.recoveryDays > 7)
      say.environment(
        ["database", "recoveryDays"],
        "is at most 7 in the edition ENTERPRISE",
        "lower it, or use ENTERPRISE_PLUS",
      );
    if (d.diskLimitGb <= d.diskGb)
      say.environment(
        ["database", "diskLimitGb"],
        `must be above diskGb (${d.diskGb})`,
        "raise it: the disk grows by itself",
      );
    if (environmentName === "production") {
      if (d.availability !== "REGIONAL")
        say.environment(["database", "availability"], "must be REGIONAL in production", "use REGIONAL");
      if (d.recoveryDays < 7)
        say.environment(["database", "recoveryDays"], "must be at least 7 in production", "raise it");
    }
  }),
  check([], ["cache"], [], (_s, { cache }, _r, { say, environmentName }) => {
    if (environmentName === "production" && cache.tier !== "STANDARD_HA")
      say.environment(["cache", "tier"], "must be STANDARD_HA in production", "use STANDARD_HA");
  }),
  check([], ["cluster", "monitoring"], [], (_s, e, _r, { say }) => {
    if (!e.cluster.nodePools[e.monitoring.pool])
      say.environment(
        ["monitoring", "pool"],
        "is no node pool",
        `use one of ${list(Object.keys(e.cluster.nodePools))}`,
      );
  }),
  check([], ["services"], [], (_s, e, _r, { say }) => {
    const seen = new Map<string, string>();
    for (const [name, s] of Object.entries(e.services))
      for (const [i, host] of s.hosts.entries()) {
        if (seen.has(host))
          say.environment(
            ["services", name, "hosts", i],
            `is a host of ${seen.get(host)} already`,
            "give each host one service",
          );
        seen.set(host, name);
      }
    if (seen.size > CERTIFICATES_PER_LOAD_BALANCER)
      say.environment(
        ["services"],
        `have ${seen.size} hosts, and a load balancer takes ${CERTIFICATES_PER_LOAD_BALANCER} certificates`,
        "use fewer hosts",
      );
  }),
  check([], ["allowDestroy", "project"], [], (_s, e, _r, { say, environmentName, env }) => {
    if (e.allowDestroy && environmentName === "production" && env.ALLOW_DESTROY !== e.project)
      say.environment(
        ["allowDestroy"],
        "would take production's protection away, which wants a confirmation that is in no file",
        `set the environment variable ALLOW_DESTROY=${e.project} for this run, or remove allowDestroy`,
      );
  }),

  // ---- the two and the release together
  check(["services"], ["services"], [], (s, e, _r, { say, environmentName }) => {
    for (const name of Object.keys(s.services))
      if (!e.services[name])
        say.environment(
          ["services", name],
          "is required: the system has this service",
          "add it, for example { replicas: 2 }",
        );
    for (const [name, size] of Object.entries(e.services)) {
      const service = s.services[name];
      const path = ["services", name];
      if (!service) {
        say.environment(path, "is no service of the system", `use one of ${list(Object.keys(s.services))}`);
        continue;
      }
      const r = size.replicas;
      if (typeof r === "number") {
        if (service.autoscale)
          say.environment(
            [...path, "replicas"],
            "must be a range: the service is autoscaled",
            `write { min: ${r}, max: ${r * 3} }`,
          );
      } else {
        if (!service.autoscale)
          say.environment(
            [...path, "replicas"],
            "must be a number: the service is not autoscaled",
            `write ${r.min}, or give the service autoscale`,
          );
        if (r.min > r.max)
          say.environment([...path, "replicas", "min"], `must not be above max (${r.max})`, "lower it, or raise max");
      }
      if (environmentName === "production" && (typeof r === "number" ? r : r.min) < 2)
        say.environment(
          [...path, "replicas"],
          "must be at least 2 in production",
          "one replica is an outage at every node upgrade",
        );
      if (size.hosts.length && !service.port)
        say.environment([...path, "hosts"], "are for services with a port", "remove them");
      if (service.rateLimit && !size.hosts.length)
        say.environment(
          [...path, "hosts"],
          "must name a host: the system limits this service's rate at the edge",
          "add one",
        );
    }
  }),
  check(["services", "migrations"], ["cluster"], [], (s, e, _r, { say }) => {
    const pools = e.cluster.nodePools;
    for (const w of workloads(s))
      if (!pools[w.pool])
        say.system(
          [...w.path, "pool"],
          "is no node pool of every environment",
          `use one of ${list(Object.keys(pools))}`,
        );
  }),
  check(["variables"], ["variables", "generations"], [], (s, e, _r, { say }) => {
    for (const [name, v] of Object.entries(s.variables))
      if (kindOf(v) === "environment" && e.variables[name] === undefined)
        say.environment(["variables", name], "is required: the system takes it from here", "add it");
    for (const [name, value] of Object.entries(e.variables)) {
      const variable = s.variables[name];
      if (!variable)
        say.environment(["variables", name], "is no variable of the system", "remove it, or declare it in the system");
      else if (kindOf(variable) !== "environment")
        say.environment(
          ["variables", name],
          "is not the environment's to say",
          `declare it { kind: "environment" } in the system, or remove it here`,
        );
      if (secretLooking(value))
        say.environment(
          ["variables", name],
          "looks like a secret",
          'declare it { kind: "supplied" } and keep the value in Secret Manager',
        );
    }
    for (const [name, generation] of Object.entries(e.generations)) {
      const variable = s.variables[name];
      if (name === "DATABASE_PASSWORD") continue;
      if (!variable || !isSecret(variable))
        say.environment(
          ["generations", name],
          "is no secret of the system",
          `use DATABASE_PASSWORD or one of ${list(Object.keys(s.variables).filter((n) => isSecret(s.variables[n] as Variable)))}`,
        );
      else if (
        typeof variable !== "string" &&
        variable.kind === "generated" &&
        variable.rotate === "never" &&
        generation > 1
      )
        say.environment(
          ["generations", name],
          "must stay 1: what was written with the old value could not be read again",
          "remove it",
        );
    }
  }),
  check(["services", "migrations"], ["registries"], ["images"], (s, e, r, { say }) => {
    const used = new Set(workloads(s).map((w) => w.image));
    for (const name of used)
      if (!r.images[name]) say.release(["images", name], "is required: the system runs it", "add the image");
    for (const [name, image] of Object.entries(r.images)) {
      if (!used.has(name))
        say.release(["images", name], "is used by nothing", `remove it, or use one of ${list(used)}`);
      if (!e.registries.some((registry) => image.startsWith(registry)))
        say.release(
          ["images", name],
          `must come from ${e.registries.join(" or ")}`,
          "push it there, or add the registry to the environment",
        );
    }
  }),
  check(["services"], ["services", "cluster"], [], (s, e, _r, { say }) => {
    for (const [name, service] of Object.entries(s.services)) {
      const pool = e.cluster.nodePools[service.pool];
      const cores = Number(/-(\d+)$/.exec(pool?.machineType ?? "")?.[1] ?? Number.NaN);
      if ((parseCpu(service.resources.cpu) ?? 0) > cores * 900)
        say.system(
          ["services", name, "resources", "cpu"],
          `must fit on a node of the pool ${service.pool} (${pool?.machineType})`,
          "lower it, or use larger machines",
        );
    }
  }),
];
