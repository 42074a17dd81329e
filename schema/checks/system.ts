import { environmentNames } from "../environment";
import { CLOUD_ARMOR_INTERVALS, POSTGRES_OWN, secretLooking } from "../google";
import { parseCpu, parseMemory } from "../quantity";
import { kindOf, platformSecrets } from "../system";
import { type Check, check, list, workloads } from "./check";

/** What must hold within a system's file. */
export const systemChecks: readonly Check[] = [
  check(["database"], [], [], ({ database: { name, user } }, _e, _r, { say }) => {
    for (const [field, value] of Object.entries({ name, user }))
      if (POSTGRES_OWN.includes(value))
        say.system(["database", field], "is PostgreSQL's or Google's own", "name it after the system");
  }),
  check(["namespace"], [], [], ({ namespace }, _e, _r, { say, systemName }) => {
    if (!/^[a-z][-a-z0-9]{1,28}$/.test(systemName))
      say.system(
        [],
        "must be a file with a name of 2 to 29 lower-case letters, digits and dashes",
        "rename the system's files",
      );
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
      const { cpu, cpuLimit = cpu } = w.resources;
      if ((parseCpu(cpuLimit) ?? 0) < (parseCpu(cpu) ?? 0))
        say.system([...w.path, "resources", "cpuLimit"], "must not be below the request", `write at least ${cpu}`);
      if ((parseMemory(w.resources.memoryLimit) ?? 0) < (parseMemory(w.resources.memory) ?? 0))
        say.system(
          [...w.path, "resources", "memoryLimit"],
          "must not be below the request",
          `write at least ${w.resources.memory}`,
        );
      for (const [i, to] of w.connects.entries()) {
        const path = [...w.path, "connects", i];
        if (w.connects.indexOf(to) !== i) say.system(path, "is listed twice", "remove one of the two");
        if (["database", "cache", "internet:443"].includes(to)) continue;
        if (w.path.at(-1) === to) say.system(path, "is the service itself", "remove it");
        else if (!Object.hasOwn(s.services, to))
          say.system(
            path,
            "is no connection",
            `use database, cache, internet:443 or a service: ${list(Object.keys(s.services))}`,
          );
        else if (!s.services[to]?.port)
          say.system(
            path,
            "is a service that listens on no port",
            "give that service a port, or remove the connection",
          );
      }
    }
    for (const [name, variable] of Object.entries(s.variables)) {
      if (name === "HOME")
        say.system(["variables", name], "is set for every pod: /tmp, the one folder to write to", "remove it");
      if (platformSecrets.includes(name))
        say.system(["variables", name], "is a secret that the platform makes for itself", "choose another name");
      if (typeof variable === "string" && secretLooking(variable))
        say.system(
          ["variables", name],
          "looks like a secret",
          'declare it { kind: "supplied" } and keep the value in Secret Manager',
          { secret: true },
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
      if (!("live" in service.health) && service.port)
        say.system(
          ["services", name, "health"],
          "must be paths: the service has a port, and load balancers ask there",
          'write { live: "/health", ready: "/health/ready" }',
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
      for (const [i, m] of service.after.entries()) {
        if (service.after.indexOf(m) !== i)
          say.system(["services", name, "after", i], "is listed twice", "remove one of the two");
        if (!s.migrations[m])
          say.system(
            ["services", name, "after", i],
            "is no migration",
            `use one of ${list(Object.keys(s.migrations))}`,
          );
      }
      if (["database", "cache"].includes(name))
        say.system(
          ["services", name],
          "has the name of a datastore, so that connections to it would be ambiguous",
          "rename it",
        );
      if (s.migrations[name]) say.system(["services", name], "has the name of a migration", "rename one of the two");
    }
  }),
  check(["services", "migrations"], [], [], (s, _e, _r, { say }) => {
    for (const { path } of workloads(s))
      if (path[1] === "default")
        say.system(path, "has the name of every namespace's own service account", "choose another name");
  }),
  check(["services"], [], [], (s, _e, _r, { say, systemName }) => {
    for (const name of Object.keys(s.services)) {
      const id = `${systemName}-${name}`;
      if (environmentNames.some((environment) => name === `${environment}-nodes`))
        say.system(
          ["services", name],
          `makes the service account id ${id}, which is the nodes'`,
          "choose another name",
        );
      if (id.length < 6 || id.length > 30)
        say.system(
          ["services", name],
          `makes the service account id ${id}, which must have 6 to 30 characters`,
          "shorten the name",
        );
    }
  }),
];
