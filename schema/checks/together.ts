import { machineOf, maxConnections, tierProblem } from "../../facts/google";
import { parseCpu, parseMemory } from "../../facts/quantity";
import { secretLooking, secretNamed } from "../../facts/secrets";
import { modeOf, nodePoolsOf } from "../cluster";
import { connectionsInCluster, mostConnections } from "../connections";
import { DATASTORE_NEEDS } from "../datastores";
import { rotatedByGeneration } from "../environment";
import { imagesOf } from "../release";
import { PLATFORM_SECRETS, platformSecrets } from "../system";
import { kindOf, type Variable } from "../variable";
import { type Check, check, oneOf, own, workloads } from "./check";

const SET_ONCE: readonly string[] = [PLATFORM_SECRETS.database, PLATFORM_SECRETS.databaseAdministrator];

const isSecret = (v: Variable) => ["generated", "supplied"].includes(kindOf(v));

/** Rules between a system, an environment and a release. */
export const checksTogether: readonly Check[] = [
  check(["services"], ["services", "purpose"], [], (s, e, _r, { say }) => {
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
        say.environment(path, "is not a service of the system", oneOf(Object.keys(s.services)));
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
      if (e.purpose === "production" && (typeof r === "number" ? r : r.min) < 2)
        say.environment(
          [...path, "replicas"],
          "must be at least 2 in production: one replica is an outage at every node upgrade",
          "write 2 or more",
        );
      if (size.hosts.length && !service.port)
        say.environment([...path, "hosts"], "are for services with a port", "remove them");
    }
  }),
  check(["services", "migrations"], ["cluster"], [], (s, e, _r, { say, environmentName }) => {
    const pools = modeOf(e).nodePools;
    for (const w of workloads(s))
      if (pools && !Object.hasOwn(pools, w.pool))
        say.system(
          [...w.path, "pool"],
          `is not a node pool of the environment ${environmentName}`,
          `${oneOf(Object.keys(pools))}, or add the pool there`,
        );
  }),
  check(
    ["variables"],
    ["variables", "generations", "database", "cache", "search", "monitoring", "datadog"],
    [],
    (s, e, _r, { say }) => {
      for (const [name, v] of Object.entries(s.variables))
        if (kindOf(v) === "environment" && own(e.variables, name) === undefined)
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
        if (secretLooking(value))
          say.environment(
            ["variables", name],
            "looks like a secret",
            'declare it { kind: "supplied" } and keep the value in Secret Manager',
            { secret: true },
          );
        else if (secretNamed(name, value))
          say.environment(
            ["variables", name],
            "has the name of a secret, and its value is plain text",
            'declare it { kind: "supplied" } and keep the value in Secret Manager',
            { secret: true },
          );
      }
      for (const [name, generation] of Object.entries(e.generations)) {
        const variable = own(s.variables, name);
        if (name === PLATFORM_SECRETS.database && e.database.kind === "cloud-sql") {
          say.environment(["generations", name], "has a field of its own", "write it to database.password");
          continue;
        }
        if (SET_ONCE.includes(name) && generation > 1)
          say.environment(
            ["generations", name],
            "must stay 1: PostgreSQL in the cluster reads its passwords only when it first starts",
            "remove it",
          );
        if (platformSecrets.includes(name)) continue;
        if (!variable || !isSecret(variable))
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
  check(["services", "migrations"], [], ["images"], (s, _e, r, { say }) => {
    const used = new Set(imagesOf(s));
    for (const name of used)
      if (!own(r.images, name)) say.release(["images", name], "is required: the system runs it", "add the image");
    for (const name of Object.keys(r.images))
      if (!used.has(name))
        say.release(["images", name], "is not used", used.size ? `remove it, or ${oneOf(used)}` : "remove it");
  }),
  check(["services", "migrations"], ["cluster"], [], (s, e, _r, { say }) => {
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
  check(["database", "cache", "search"], ["database", "cache", "search"], [], (s, e, _r, { say }) => {
    for (const name of ["database", "cache", "search"] as const) {
      const needs = DATASTORE_NEEDS[name](e);
      const version = s[name]?.version;
      if (needs && version && !needs.versions.includes(version))
        say.system([name, "version"], `is not a version that ${e[name]?.kind} supports`, oneOf(needs.versions));
    }
    if (s.search && !e.search) say.environment(["search"], "is required: the system has a search index", "add it");
    if (!s.search && e.search)
      say.environment(["search"], "is not used: the system has no search index", "remove it, or declare it");
    if (e.database.kind === "bitnami" && s.database.extensions.length)
      say.system(
        ["database", "extensions"],
        "are created through Cloud SQL's API, and a database is in the cluster",
        "create them in a migration",
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
  check(["services", "migrations", "database"], ["services", "database"], [], (s, e, _r, { say }) => {
    const asked = mostConnections(s, e);
    if (e.database.kind === "bitnami") {
      const { forPods } = connectionsInCluster(e.database.resources);
      if (asked > forPods)
        say.environment(
          ["database", "resources", "memoryLimit"],
          `allows pods ${Math.max(forPods, 0)} connections, and they may open ${asked} during a rollout`,
          "raise it, which restarts the database, or lower the replicas or the system's connectionsPerPod",
        );
      return;
    }
    const { edition, tier } = e.database;
    const most = maxConnections(tier);
    if (most === undefined || tierProblem(edition, tier)) return;
    if (asked > most)
      say.environment(
        ["database", "tier"],
        `accepts ${most} connections, and the pods may open ${asked} during a rollout`,
        "use one with more memory, or lower the replicas or the system's connectionsPerPod",
      );
  }),
];
