import { machineOf, maxConnections, tierProblem } from "../../facts/google";
import { parseCpu, parseMemory } from "../../facts/quantity";
import { NAMED, secretNamed } from "../../facts/secret-names";
import { secretLooking } from "../../facts/secrets";
import { modeOf, nodePoolsOf } from "../cluster";
import { connectionsInCluster, mostConnections, RESERVED } from "../connections";
import { rotatedByGeneration, SET_ONCE } from "../environment";
import { moduleOf } from "../modules";
import { imagesOf } from "../release";
import { PLATFORM_SECRETS, platformSecrets } from "../system";
import { DATASTORES, kindOf, type Variable } from "../variable";
import { isOlder } from "../versions";
import { WORKLOADS, workloads } from "../workloads";
import { type Check, check, oneOf, own } from "./check";

const NOT_USED = "is not used here: only services of modules that are not enabled use it";

const isSecret = (v: Variable) => ["generated", "supplied"].includes(kindOf(v));

/** Rules between a system, an environment and a release. */
export const checksTogether: readonly Check[] = [
  check(["services"], ["services", "purpose"], [], (s, e, _r, { say, declared }) => {
    for (const name of Object.keys(s.services))
      if (!own(e.services, name))
        say.environment(
          ["services", name],
          "is required: the system has this service",
          "add it, for example { replicas: 2 }",
        );
    for (const [name, size] of Object.entries(e.services)) {
      const service = own(s.services, name);
      const path = ["services", name];
      if (!service) {
        const module = moduleOf(declared, name);
        if (own(declared.services, name))
          say.environment(
            path,
            `is of the module ${module}, which is not enabled here`,
            `remove it, or enable ${module}`,
          );
        else say.environment(path, "is not a service of the system", oneOf(Object.keys(s.services)));
        continue;
      }
      const r = size.replicas;
      if (service.single) {
        if (r !== 1) say.environment([...path, "replicas"], "must be 1: the service is single", "write 1");
      } else if (typeof r === "number") {
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
      if (e.purpose === "production" && !service.single && (typeof r === "number" ? r : r.min) < 2)
        say.environment(
          [...path, "replicas"],
          "must be at least 2 in production: one replica is an outage at every node upgrade",
          "write 2 or more",
        );
      if (size.hosts.length && !service.port)
        say.environment([...path, "hosts"], "are for services with a port", "remove them");
    }
  }),
  check(WORKLOADS, ["cluster"], [], (s, e, _r, { say, environmentName }) => {
    const pools = modeOf(e).nodePools;
    for (const w of workloads(s))
      if (pools && !Object.hasOwn(pools, w.pool))
        say.system(
          [...w.path, "pool"],
          `is not a node pool of the environment ${environmentName}`,
          `${oneOf(Object.keys(pools))}, or add the pool there`,
        );
  }),
  check(["variables"], ["variables"], [], (s, e, _r, { say, declared }) => {
    for (const [name, v] of Object.entries(s.variables))
      if (typeof v === "object" && v.kind === "environment" && !v.optional && own(e.variables, name) === undefined)
        say.environment(["variables", name], "is required: the system reads it from here", "add it");
    for (const [name, value] of Object.entries(e.variables)) {
      const variable = own(s.variables, name);
      if (platformSecrets.includes(name))
        say.environment(
          ["variables", name],
          "is a secret of the platform",
          "remove it: npm run secrets prints the lines that add it to Secret Manager",
          { secret: true },
        );
      else if (!variable && own(declared.variables, name))
        say.environment(["variables", name], NOT_USED, "remove it, or enable a module that uses it");
      else if (!variable)
        say.environment(
          ["variables", name],
          "is not a variable of the system",
          "remove it, or declare it in the system",
        );
      else if (kindOf(variable) !== "environment")
        say.environment(
          ["variables", name],
          "is set by the system, not by the environment",
          `declare it { kind: "environment" } in the system, or remove it here`,
        );
      if (!secretLooking(value) && secretNamed(name, value))
        say.environment(["variables", name], ...NAMED, { secret: true });
    }
  }),
  check(
    ["variables"],
    ["generations", "database", "cache", "search", "monitoring", "datadog"],
    [],
    (s, e, _r, { say, declared }) => {
      for (const [name, generation] of Object.entries(e.generations)) {
        const variable = own(s.variables, name);
        if (name === PLATFORM_SECRETS.database && e.database?.kind === "cloud-sql") {
          say.environment(["generations", name], "has a field of its own", "write it to database.password");
          continue;
        }
        if (e.database?.kind === "bitnami" && SET_ONCE.includes(name) && generation > 1)
          say.environment(
            ["generations", name],
            "must stay 1: PostgreSQL in the cluster reads its passwords only when it first starts",
            "remove it",
          );
        if (platformSecrets.includes(name)) continue;
        if (!variable && own(declared.variables, name))
          say.environment(["generations", name], NOT_USED, "remove it, or enable a module that uses it");
        else if (!variable || !isSecret(variable))
          say.environment(
            ["generations", name],
            "is not a secret of the system",
            oneOf([
              ...rotatedByGeneration(e),
              ...Object.keys(s.variables).filter((n) => isSecret(s.variables[n] as Variable)),
            ]),
          );
        else if (
          typeof variable !== "string" &&
          variable.kind === "generated" &&
          variable.rotate === "never" &&
          generation > 1
        )
          say.environment(
            ["generations", name],
            "must stay 1: a new value would make stored data unreadable",
            "remove it",
          );
      }
    },
  ),
  check(WORKLOADS, ["modules"], ["images"], (s, _e, r, { say }) => {
    for (const name of imagesOf(s))
      if (!own(r.images, name)) say.release(["images", name], "is required: the system runs it", "add the image");
  }),
  check(WORKLOADS, [], ["images"], (s, _e, r, { say }) => {
    const used = new Set(imagesOf(s));
    for (const name of Object.keys(r.images))
      if (!used.has(name))
        say.release(["images", name], "is not used", used.size ? `remove it, or ${oneOf(used)}` : "remove it");
  }),
  check(WORKLOADS, ["cluster"], [], (s, e, _r, { say }) => {
    for (const w of workloads(s)) {
      const type = own(nodePoolsOf(e), w.pool)?.machineType;
      const machine = type && machineOf(type);
      if (!machine) continue;
      for (const [what, asked, most] of [
        ["cpu", parseCpu(w.resources.cpu) ?? 0, machine.usable.cpu],
        ["memory", parseMemory(w.resources.memory) ?? 0, machine.usable.memory],
      ] as const)
        if (asked > most)
          say.system(
            [...w.path, "resources", what],
            `must fit on a node of the pool ${w.pool} (${type})`,
            "lower it, or use larger machines",
          );
    }
  }),
  check(["services"], ["services"], [], (s, e, _r, { say }) => {
    const taken = new Map<string, string>();
    for (const [name, { hosts }] of Object.entries(e.services)) {
      const prefixes = new Set(own(s.services, name)?.paths ?? ["/"]);
      for (const [i, host] of [...new Set(hosts)].entries())
        for (const prefix of prefixes) {
          const other = taken.get(host + prefix);
          if (other)
            say.environment(
              ["services", name, "hosts", i],
              prefix === "/" ? `is already a host of ${other}` : `shares the path ${prefix} with ${other}`,
              "give the host to one service, or give each service its own paths",
            );
          taken.set(host + prefix, name);
        }
    }
  }),
  check(["database", "cache", "search"], ["database", "cache", "search"], [], (s, e, _r, { say, environmentName }) => {
    for (const name of DATASTORES) {
      const [declared, store] = [s[name], e[name]];
      const leaveOut = declared && "optional" in declared && declared.optional ? ', or write { kind: "none" }' : "";
      if (declared && !store) say.environment([name], `is required: the system has a ${name}`, `add it${leaveOut}`);
      if (!declared && store)
        say.environment([name], `is not used: the system has no ${name}`, "remove it, or declare it in the system");
      if (declared && store && "version" in store && isOlder(name, store.version, declared.minimum))
        say.environment(
          [name, "version"],
          `is below ${declared.minimum}, which the system needs at least (minimum)`,
          "use a later version, or another kind that has one",
        );
    }
    if (e.cache?.kind === "none" && s.cache && !s.cache.optional)
      say.environment(
        ["cache", "kind"],
        "is for systems that work without a cache",
        "use another kind, or write optional: true in the system's cache",
      );
    if (e.database && e.database.kind !== "cloud-sql" && s.database?.extensions.length)
      say.system(
        ["database", "extensions"],
        `are created through Cloud SQL's API, and the database of ${environmentName} is not in Cloud SQL`,
        "create them in a task that changes the database",
      );
  }),
  check(["services"], ["monitoring"], [], (s, { monitoring }, _r, { say }) => {
    if (monitoring.retentionDays < 3 && Object.values(s.services).some(({ objective }) => objective))
      say.environment(
        ["monitoring", "retentionDays"],
        "must be at least 3: the alerts on objectives look back as many days",
        "raise it",
      );
  }),
  check([...WORKLOADS, "database"], ["services", "database"], [], (s, e, _r, { say }) => {
    const asked = mostConnections(s, e);
    if (e.database?.kind === "bitnami") {
      const { forPods } = connectionsInCluster(e.database.resources);
      if (asked > forPods)
        say.environment(
          ["database", "resources", "memoryLimit"],
          `allows pods ${Math.max(forPods, 0)} connections, and they may open ${asked} during a rollout`,
          "raise it, which restarts the database, or lower the replicas or the system's connectionsPerPod",
        );
      return;
    }
    if (e.database?.kind !== "cloud-sql") return;
    const { edition, tier } = e.database;
    const most = maxConnections(tier);
    if (most === undefined || tierProblem(edition, tier)) return;
    if (asked > most - RESERVED)
      say.environment(
        ["database", "tier"],
        `allows pods ${most - RESERVED} connections, and they may open ${asked} during a rollout`,
        "use one with more memory, or lower the replicas or the system's connectionsPerPod",
      );
  }),
];
