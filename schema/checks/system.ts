import { isDashboard, servicesTitle } from "../../facts/dashboards";
import { isBuiltIn } from "../../facts/frontends";
import { POSTGRES_OWN } from "../../facts/google";
import { accountId } from "../../facts/names";
import { changesProcess } from "../../facts/process-variables";
import { parseCpu, parseMemory } from "../../facts/quantity";
import { RESERVED_NAMES } from "../../facts/reserved";
import { NAMED, secretNamed } from "../../facts/secret-names";
import { secretWords } from "../../facts/secret-words";
import { secretLooking } from "../../facts/secrets";
import { imagesOf } from "../release";
import { secretIn } from "../secrets";
import { platformSecrets } from "../system";
import { datastoreOf, isDatastore, kindOf } from "../variable";
import { CONNECTIONS } from "../workload";
import { identities, WORKLOADS, workloads } from "../workloads";
import { type Check, check, list, oneOf, own } from "./check";

/** Together with the longest environment's name, it has at most 40 characters: the limit of clusters and Memorystore. */
const SYSTEM_NAME = /^[a-z][-a-z0-9]{0,27}[a-z0-9]$/;

/** A connection's name as part of the addresses of resources. */
const addressed = (connection: string): string => connection.replace(/[^\w-]+/g, "-");

/** Rules within a system's file. */
export const systemChecks: readonly Check[] = [
  check(["database"], [], [], ({ database }, _e, _r, { say }) => {
    for (const [field, value] of Object.entries(database ? { name: database.name, user: database.user } : {}))
      if (POSTGRES_OWN.includes(value) || value.startsWith("cloudsql"))
        say.system(
          ["database", field],
          "is a name that PostgreSQL or Google reserves",
          "use a name that contains the system's",
        );
  }),
  check(["database", "auditLogs"], [], [], ({ database, auditLogs }, _e, _r, { say }) => {
    for (const [path, names] of [
      [["database", "extensions"], database?.extensions ?? []],
      [["auditLogs", "services"], auditLogs.services],
    ] as const)
      for (const [i, name] of names.entries())
        if ((names as readonly string[]).indexOf(name) !== i)
          say.system([...path, i], "is listed twice", "remove one of the two");
  }),
  check(["vulnerabilityExceptions"], [], [], ({ vulnerabilityExceptions }, _e, _r, { say }) => {
    const ids = vulnerabilityExceptions.map(({ id }) => id);
    for (const [i, id] of ids.entries())
      if (ids.indexOf(id) !== i)
        say.system(["vulnerabilityExceptions", i, "id"], "is listed twice", "remove one of the two");
  }),
  check(["namespace"], [], [], ({ namespace }, _e, _r, { say, systemName }) => {
    if (!SYSTEM_NAME.test(systemName))
      say.system(
        [],
        "must have a name of 2 to 29 lower-case letters, digits and dashes that starts with a letter and ends with no dash",
        "rename the system's files",
        { value: systemName },
      );
    if (
      ["default", "monitoring", "host-agents", "datastores", "traefik", "cert-manager", "keda"].includes(namespace) ||
      /^(kube|gke|gmp|google)-|^(asm|cnrm|gatekeeper|istio|knative|configconnector-operator|config-management)-(system|serving)$/.test(
        namespace,
      )
    )
      say.system(
        ["namespace"],
        "must not be a namespace of the platform or of Kubernetes",
        "use a name that contains the system's",
      );
  }),
  check(["overview"], [], [], ({ overview }, _e, _r, { say, systemName }) => {
    const title = overview?.title.trim().toLowerCase();
    if (title !== undefined && (isDashboard(title) || title === servicesTitle(systemName).toLowerCase()))
      say.system(["overview", "title"], "is the title of a dashboard that exists already", "choose another title", {
        secret: false,
      });
  }),
  check([...WORKLOADS, "variables", "vercel", "database", "cache", "search"], [], [], (s, _e, _r, { say }) => {
    for (const w of workloads(s)) {
      for (const [i, name] of w.variables.entries()) {
        const variable = own(s.variables, name);
        const path = [...w.path, "variables", i];
        if (!variable) {
          say.system(path, "is not a variable of the system", `declare it, or ${oneOf(Object.keys(s.variables))}`);
          continue;
        }
        if (w.variables.indexOf(name) !== i) say.system(path, "is listed twice", "remove one of the two");
        if (isBuiltIn(name))
          say.system(
            path,
            "is fixed when the image is built, so a value at run time has no effect",
            `pass it to docker build (--build-arg ${name}=...), or list it in the variables of a frontend on Vercel`,
          );
        const kind = kindOf(variable);
        if (kind === "port" && !w.port)
          say.system(path, "needs a port, and this workload has none", "remove it, or give the service a port");
        const to = datastoreOf(variable) ?? (kind === "node-address" ? "host-agent" : undefined);
        if (to && !w.connects.includes(to))
          say.system(path, `needs a connection to the ${to}`, `add "${to}" to connects, or remove the variable`);
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
        if (isDatastore(to) && !s[to])
          say.system(
            path,
            "is a datastore that the system does not declare",
            `declare ${to}, or remove the connection`,
          );
        if (CONNECTIONS.includes(to)) continue;
        if (w.path.at(-1) === to) say.system(path, "must not be the service itself", "remove it");
        else if (!Object.hasOwn(s.services, to))
          say.system(
            path,
            "is not a connection",
            `use ${CONNECTIONS.join(", ")} or a service: ${list(Object.keys(s.services))}`,
          );
        else if (!own(s.services, to)?.port)
          say.system(path, "is a service without a port", "give that service a port, or remove the connection");
      }
    }
    for (const [name, variable] of Object.entries(s.variables)) {
      if (name === "HOME")
        say.system(["variables", name], "is set by the platform: /tmp is the only writable folder", "remove it");
      if (platformSecrets.includes(name) && !(typeof variable === "object" && variable.kind === "datastore"))
        say.system(["variables", name], "is a secret of the platform", "choose another name");
      if (typeof variable === "string" && !secretLooking(variable) && secretNamed(name, variable))
        say.system(["variables", name], ...NAMED, { secret: true });
      if (changesProcess(name))
        say.system(
          ["variables", name],
          "changes how every program in the container starts",
          "set it in the image, or use a variable that the program reads",
        );
      if (name === "SECRETS") say.system(["variables", name], "is a reserved name", "choose another name");
      if (![...workloads(s), ...Object.values(s.vercel)].some((w) => w.variables.includes(name)))
        say.system(["variables", name], "is not used", "remove it, or list it in a service's variables");
    }
  }),
  check(WORKLOADS, [], [], (s, _e, _r, { say }) => {
    for (const [name, service] of Object.entries(s.services)) {
      if ("ready" in service.health && !service.port)
        say.system(
          ["services", name, "health"],
          "needs a port, and the service has none",
          "give it a port, or a health command",
        );
      if (!("ready" in service.health) && service.port)
        say.system(
          ["services", name, "health"],
          "must be paths: the service has a port, and load balancers check it",
          'write it like { ready: "/ready" }',
        );
      if (service.single && service.port)
        say.system(
          ["services", name, "single"],
          "is for workers: the service has a port, and would not answer during a rollout",
          "remove it, or the port",
        );
      if (service.single && service.autoscale)
        say.system(["services", name, "autoscale"], "must be absent: the service is single", "remove it");
      if (service.objective && !service.metrics?.requests)
        say.system(
          ["services", name, "objective"],
          "cannot be measured: the service names no metric of its requests",
          "add metrics.requests, or remove the objective",
        );
      if (service.objective?.latency && service.metrics?.requests && !service.metrics.requests.histogram)
        say.system(
          ["services", name, "objective", "latency"],
          "cannot be measured: the service names no histogram of durations",
          "add metrics.requests.histogram, or remove the latency",
        );
      if ((service.objective?.latency?.seconds ?? 0) > (service.timeoutSeconds ?? Number.POSITIVE_INFINITY))
        say.system(
          ["services", name, "objective", "latency", "seconds"],
          `can never be missed: the edge ends requests after ${service.timeoutSeconds} seconds (timeoutSeconds)`,
          "lower it, or raise timeoutSeconds",
        );
      if (CONNECTIONS.map(addressed).includes(name))
        say.system(["services", name], "has the name of a built-in connection", "rename it", { value: name });
      if (own(s.tasks, name))
        say.system(["services", name], "has the name of a task", "rename one of the two", { value: name });
    }
    for (const name of Object.keys(s.scheduled))
      if (own(s.services, name) || own(s.tasks, name))
        say.system(["scheduled", name], "has the name of a service or a task", "rename one of the two", {
          value: name,
        });
  }),
  check(WORKLOADS, [], [], (s, _e, _r, { say, systemName }) => {
    for (const { path, command, ...w } of workloads(s)) {
      const name = path[1];
      if ([...RESERVED_NAMES, systemName].includes(name as string))
        say.system(path, "has a name that the platform or Kubernetes uses", "choose another name", { value: name });
      const health = "health" in w && "command" in w.health ? w.health.command : [];
      for (const [where, words] of [
        [["command"], command ?? []],
        [["health", "command"], health],
      ] as const)
        for (const i of secretWords(words))
          say.system([...path, ...where, i], ...secretIn("command"), { secret: true });
    }
  }),
  check([...WORKLOADS, "images"], [], [], (s, _e, _r, { say }) => {
    const used = imagesOf(s);
    for (const name of Object.keys(s.images))
      if (!used.includes(name))
        say.system(["images", name], "is not the image of a service or a task", `remove it, or ${oneOf(used)}`, {
          value: name,
        });
  }),
  check(WORKLOADS, ["deployer", "project"], [], (s, e, _r, { say, systemName }) => {
    for (const { name, path } of identities(s))
      if (e.deployer === `${accountId(systemName, name)}@${e.project}.iam.gserviceaccount.com`)
        say.system(path, "gives its service account the id of the deployer's", "choose another name", {
          value: name,
        });
  }),
  check(WORKLOADS, [], [], (s, _e, _r, { say, systemName, environmentName }) => {
    if (!SYSTEM_NAME.test(systemName)) return;
    for (const { name, path } of identities(s)) {
      const id = accountId(systemName, name);
      if (name === `${environmentName}-nodes`)
        say.system(path, `gives the service account the id ${id}, which is that of the nodes`, "choose another name", {
          value: name,
        });
      if (id.length < 6 || id.length > 30)
        say.system(
          path,
          `gives the service account the id ${id}, which must have 6 to 30 characters`,
          `${id.length < 6 ? "lengthen" : "shorten"} the name`,
          { value: name },
        );
    }
  }),
];
