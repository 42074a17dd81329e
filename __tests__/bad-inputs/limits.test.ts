import { connectionsInCluster } from "../../schema/connections";
import { type Anything, autopilot, inCluster, P, production, refused, S, system, T, testRefused } from "./support";

/** What Kubernetes, GKE, Google and PostgreSQL would refuse in the middle of an apply. */

const LONG = "x".repeat(4096);
const NAMES = Array.from({ length: 257 }, (_, i) => `TEXT_${i}`);
const NO_AUTHORITY = "must be a public name: no authority issues certificates for others; use a domain of your own";
const NO_REGISTRY =
  'must be a registry or a folder of one, with a slash at the end; write it like "europe-west1-docker.pkg.dev/my-project/"';
const MOST = "Autopilot's largest has 30000m and 112640Mi";

const hosts = (host: string) => production((e) => (e.services.backend.hosts = [host]));
const bucket = (name: string, wrong: string, shown = JSON.stringify(name)) =>
  refused(
    production((e) => (e.stateBucket = name)),
    `${P} stateBucket = ${shown}: ${wrong}; copy it from gcloud storage buckets list`,
  );
const extension = (name: string, wrong: string) =>
  refused(
    system((s) => (s.database.extensions = ["vector", name])),
    `${S} database.extensions.1 = ${JSON.stringify(name)}: ${wrong}`,
  );
const onAutopilot = (resources: object) => (files: Anything) => {
  autopilot(files);
  Object.assign(files.system.services.backend.resources, resources);
};
const plain = (name: string) =>
  refused(
    production((e) => (e.variables.LOG_LEVEL = name)),
    `${P} variables.LOG_LEVEL = a string: must be plain text without control characters; remove them`,
  );

testRefused({
  "a character that Unicode says is none": plain("a\uFFFE"),
  "a character that Unicode says is none, beyond 16 bits": plain("a\u{1FFFF}"),
  "a byte order mark": plain("\uFEFFa"),
  "a control character in a figure's legend": refused(
    system((s) => (s.overview = { title: "T", figures: { "a\u0007": "m_total" } })),
    `${S} overview.figures["a\\u0007"] = "a\\u0007": must be plain text without control characters; remove them`,
  ),
  "more figures than a panel shows": refused(
    system(
      (s) =>
        (s.overview = {
          title: "T",
          figures: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`f${i}`, "m"])),
        }),
    ),
    `${S} overview.figures = an object: must be at most 100: they share one panel; leave some out`,
  ),
  "a number of CPUs with hundreds of digits": refused(
    system((s) => (s.services.backend.resources.cpu = `${"1".repeat(400)}m`)),
    `${S} services.backend.resources.cpu = a string: must be a CPU quantity; write millicores like "500m" or cores like "2"`,
  ),
  "more memory than any machine has": refused(
    system((s) => (s.services.backend.resources.memoryLimit = "32769Gi")),
    `${S} services.backend.resources.memoryLimit = "32769Gi": is more than any machine has; lower it`,
  ),
  "more CPUs than any machine has": refused(
    system((s) => (s.services.backend.resources.cpuLimit = "1921")),
    `${S} services.backend.resources.cpuLimit = "1921": is more than any machine has; lower it`,
  ),
  "a pod above Autopilot's largest": refused(
    onAutopilot({ cpuLimit: "30001m" }),
    `${S} services.backend.resources.cpuLimit = "30001m": gives the pod 30001m and 30722Mi, and ${MOST}; lower it`,
  ),
  "a pod whose memory is above Autopilot's largest": refused(
    onAutopilot({ memoryLimit: "111Gi" }),
    `${S} services.backend.resources.memoryLimit = "111Gi": gives the pod 17077m and 113664Mi, and ${MOST}; lower it`,
  ),
  "a datastore above Autopilot's largest pod": refused((files) => {
    inCluster((e) => (e.database.resources = { cpu: "1", memory: "4Gi", memoryLimit: "128Gi" }))(files);
    autopilot(files);
    delete (files.production.environment as Anything).bitnami.pool;
  }, `${P} database.resources.memoryLimit = "128Gi": gives the pod 19693m and 131072Mi, and ${MOST}; lower it`),
  "a Prometheus above Autopilot's largest pod": refused((files) => {
    autopilot(files);
    (files.production.environment as Anything).monitoring.memory = "111Gi";
  }, `${P} monitoring.memory = "111Gi": must be at most 112640Mi on Autopilot; lower it`),
  "more rate limits than priorities": refused(
    system((s) => {
      const path = (i: number) => `/p${String(i).padStart(3, "0")}`;
      s.services.backend.rateLimits = Array.from({ length: 101 }, (_, i) => ({
        path: path(i),
        requests: 1,
        seconds: 60,
      }));
    }),
    `${S} services.backend.rateLimits.100.path = "/p100": is one more than the 100 limits with paths of 5 characters that there are priorities for; limit a shorter path that they share`,
  ),
  "variables that fill more than a ConfigMap": refused(
    system((s) => {
      for (const name of NAMES) s.variables[name] = LONG;
      s.services.worker.variables.push(...NAMES);
    }),
    `${S} services.worker.variables = 277: have more than 1 MiB together, which is the most that Kubernetes keeps; shorten the values, or leave some out`,
  ),
  "a command that fills more than an object": refused(
    system((s) => (s.services.worker.command = Array.from({ length: 65 }, () => LONG))),
    `${S} services.worker.command = 67: has 266262 bytes with the health command, and there is room for 262144; put the program into the image`,
  ),
  "an extension that needs the database postgres": extension(
    "pg_cron",
    "can only be created in the database postgres, and needs the flag cloudsql.enable_pg_cron; leave it out",
  ),
  "an extension that needs a flag": extension(
    "pglogical",
    "needs the flag cloudsql.enable_pglogical, which the instance does not have; leave it out",
  ),
  "an extension that Cloud SQL does not have": extension(
    "timescaledb",
    "is not an extension that Cloud SQL has; correct it, or add it to facts/extensions.ts",
  ),
  "an extension without one that it needs": extension(
    "earthdistance",
    'needs cube, which must be created first; write "cube" before it',
  ),
  "an extension before two that it needs": refused(
    system((s) => (s.database.extensions = ["postgis_tiger_geocoder", "postgis", "fuzzystrmatch"])),
    `${S} database.extensions.0 = "postgis_tiger_geocoder": needs fuzzystrmatch, which must be created first; write "fuzzystrmatch" before it`,
    `${S} database.extensions.0 = "postgis_tiger_geocoder": needs postgis, which must be created first; write "postgis" before it`,
  ),
  "a task that connects to the service that waits for it": refused(
    system((s) => s.tasks.migrate.connects.push("backend")),
    `${S} tasks.migrate.connects.1 = "backend": is a service that starts only after this task; remove the connection, or the task from the service's after`,
  ),
  "two tasks that wait for each other through services": refused(
    system((s) => {
      s.database.connectionsPerPod = 5;
      s.tasks.second = { ...s.tasks.migrate, connects: ["database", "backend"] };
      s.services.api = { ...s.services.backend, after: ["second"], metrics: undefined, objective: undefined };
      s.services.api.rateLimits = [];
      s.tasks.migrate.connects.push("api");
    }),
    `${S} tasks.migrate.connects.1 = "api": is a service that starts only after this task; remove the connection, or the task from the service's after`,
    `${S} tasks.second.connects.1 = "backend": is a service that starts only after this task; remove the connection, or the task from the service's after`,
    `${T} services.api = nothing: is required: the system has this service; add it, for example { replicas: 2 }`,
    `${P} services.api = nothing: is required: the system has this service; add it, for example { replicas: 2 }`,
  ),
  "a memory limit with which no container starts": refused(
    system((s) => Object.assign(s.services.backend.resources, { memory: "1Mi", memoryLimit: "5Mi" })),
    `${S} services.backend.resources.memoryLimit = "5Mi": must be at least 6Mi: with less, no container starts; raise it`,
  ),
  "more replicas than the pool has room for": refused(
    production((e) => {
      e.services.worker.replicas = 41;
      e.database.tier = "db-custom-32-122880";
    }),
    `${P} services.worker.replicas = 41: must be at most 40: the pool workers (e2-standard-4) has no room for more, even alone; lower it, or raise the pool's max`,
    `${P} cluster.nodePools.workers.max = 5: has room for 20000m of cpu, and the services' fewest replicas ask for 20500m; raise it, or lower the replicas`,
  ),
  "services that together ask for more than a pool": refused((files) => {
    production((e) => {
      e.database.tier = "db-custom-32-122880";
      e.services.backend.replicas = { min: 50, max: 60 };
      e.services.worker.replicas = 50;
    })(files);
    system((s) => Object.assign(s.services.worker, { pool: "app", connects: [], variables: [] }))(files);
  }, `${P} cluster.nodePools.app.max = 12: has room for 48000m of cpu, and the services' fewest replicas ask for 50000m; raise it, or lower the replicas`),
  "a restore from before PostgreSQL 15": refused(
    production((e) => (e.database.restore = { name: "old", at: "2022-10-12T23:59:59Z" })),
    `${P} database.restore.at = "2022-10-12T23:59:59Z": is before the first version of PostgreSQL that systems can have; name a moment within recoveryDays of the day on which the copy is made`,
  ),
  "a bucket that begins with goog": bucket(
    "goog-state",
    "must not begin with goog or contain google: Google refuses it",
  ),
  "a bucket with google, misspelt": bucket(
    "our-g00gle-state",
    "must not begin with goog or contain google: Google refuses it",
    "a string",
  ),
  "a bucket like an IP address": bucket("10.0.0.1", "must not look like an IP address"),
  "a bucket with two dots": bucket("state..pmcrm", "must be a bucket's name"),
  "a bucket with a dash at a dot": bucket("state-.pmcrm.io", "must be a bucket's name"),
  "a bucket with a part that is too long": bucket(`${"a".repeat(64)}.io`, "must be a bucket's name", "a string"),
  "the bucket of the backups for the state": refused(
    production((e) => (e.stateBucket = "pmcrm-production-pmcrm-production-dumps")),
    `${P} stateBucket = "pmcrm-production-pmcrm-production-dumps": is the bucket of the database's backups, which the stack creates; use a bucket of its own for the state`,
  ),
  ...Object.fromEntries(
    [
      ...["api.corp", "api.lan", "api.onion", "api.home.arpa", "api.example.alt", "api.example.con", "api.example"],
      ...[
        "example.com",
        "api.example.com",
        "a.b.example.org",
        "example.net",
        "api.test",
        "api.invalid",
        "api.localhost",
      ],
    ].map((host) => [
      `the host ${host}`,
      refused(hosts(host), `${P} services.backend.hosts.0 = "${host}": ${NO_AUTHORITY}`),
    ]),
  ),
  "a suffix that belongs to its registry": refused(
    hosts("co.uk"),
    `${P} services.backend.hosts.0 = "co.uk": must be a name below co.uk, which belongs to its registry; use a domain of your own`,
  ),
  "a host with a reserved form of label": refused(
    hosts("ab--c.pmcrm.io"),
    `${P} services.backend.hosts.0 = "ab--c.pmcrm.io": must have no label with two dashes after its second character; use another name`,
  ),
  "a registry's port that is none": refused(
    production((e) => (e.registries = [...e.registries, "registry.pmcrm.io:0/", "registry.pmcrm.io:65536/"])),
    `${P} registries.1 = "registry.pmcrm.io:0/": ${NO_REGISTRY}`,
    `${P} registries.2 = "registry.pmcrm.io:65536/": ${NO_REGISTRY}`,
  ),
  "a repository that no image's reference can have": refused(
    production((e) => (e.repository = "europe-west1-docker.pkg.dev/pmcrm-production/a..b")),
    `${P} repository = "europe-west1-docker.pkg.dev/pmcrm-production/a..b": must be a registry's folder; write it like "europe-west1-docker.pkg.dev/my-project/my-repository", without a slash at the end`,
  ),
});

test("PostgreSQL in the cluster accepts no more connections than it can, however much memory it has", () => {
  expect(connectionsInCluster({ memoryLimit: "32768Gi" }).all).toBe(262_143);
  expect(connectionsInCluster({ memoryLimit: "4Gi" }).all).toBe(512);
});
