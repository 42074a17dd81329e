import pmcrm from "../systems/pmcrm";
import { type Files, problems } from "./support";

// biome-ignore lint/suspicious/noExplicitAny: the table writes what the types refuse
type Anything = any;
type Row = readonly [what: string, change: (files: Files) => void, line: string];

const production = (change: (environment: Anything) => void) => (files: Files) => change(files.production.environment);
const system = (change: (system: Anything) => void) => (files: Files) => change(files.system);
const release = (change: (release: Anything) => void) => (files: Files) => change(files.production.release);
const P = "environments/pmcrm/production.ts";
const S = "systems/pmcrm.ts";
const R = "releases/pmcrm/production.json";

const rows: readonly Row[] = [
  // ---- shape
  [
    "a typing mistake in a key",
    production((e) => (e.databse = {})),
    `${P} databse = {}: is not a known key; remove it, or correct its spelling`,
  ],
  [
    "a typing mistake deep down",
    production((e) => (e.cluster.nodePools.app.maximum = 3)),
    `${P} cluster.nodePools.app.maximum = 3: is not a known key; remove it, or correct its spelling`,
  ],
  ["a section left out", production((e) => delete e.cache), `${P} cache = nothing: is required (object); add it`],
  [
    "a number as text",
    production((e) => (e.database.diskGb = "100")),
    `${P} database.diskGb = "100": must be of type number; write a number`,
  ],
  [
    "NaN",
    production((e) => (e.database.diskGb = Number.NaN)),
    `${P} database.diskGb = "NaN": must be of type number; write a number`,
  ],
  ["null", production((e) => (e.project = null)), `${P} project = null: must be of type string; write a string`],
  [
    "an empty text",
    production((e) => (e.variables.LOG_LEVEL = "")),
    `${P} variables.LOG_LEVEL = "": must not be empty; write a value, or remove the key`,
  ],
  [
    "half a node",
    production((e) => (e.cluster.nodePools.app.max = 1.5)),
    `${P} cluster.nodePools.app.max = 1.5: must be of type int; write a int`,
  ],
  [
    "a word outside its list",
    production((e) => (e.cluster.channel = "WEEKLY")),
    `${P} cluster.channel = "WEEKLY": must be one of "RAPID", "REGULAR", "STABLE", "EXTENDED"; choose one of them`,
  ],
  [
    "a variable of no known kind",
    system((s) => (s.variables.LOG_LEVEL = { kind: "magic" })),
    `${S} variables.LOG_LEVEL.kind = "magic": is of no known kind; use one of environment, port, version, ca-bundle, generated, supplied, database-url, cache-url`,
  ],
  [
    "a variable's name in small letters",
    system((s) => (s.variables.log = "x")),
    `${S} variables.log = "log": must be a variable's name in capitals, at most 128 characters; write it like "LOG_LEVEL"`,
  ],
  // ---- names
  [
    "a project number",
    production((e) => (e.project = "123456789012")),
    `${P} project = "123456789012": must be a project id of 6 to 30 lower-case letters, digits and dashes; copy it from gcloud projects list`,
  ],
  [
    "a zone as region",
    production((e) => (e.region = "europe-west1-b")),
    `${P} region = "europe-west1-b": must be a region, not a zone; write it like "europe-west1"`,
  ],
  [
    "a wildcard host",
    production((e) => (e.services.backend.hosts = ["*.pmcrm.io"])),
    `${P} services.backend.hosts.0 = "*.pmcrm.io": must be a fully qualified host name in lower case, no wildcard and no port; write it like "api.example.com"`,
  ],
  [
    "the default namespace",
    system((s) => (s.namespace = "default")),
    `${S} namespace = "default": must not be a namespace that belongs to something else; name it after the system`,
  ],
  [
    "a service's name too long for its account",
    system((s) => {
      s.services["a-service-with-a-name-of-thirty"] = s.services.backend;
    }),
    `${S} services.a-service-with-a-name-of-thirty = {"image":"backend","pool":"app","port":3000,"health":{"live":"/health","ready...: makes the service account id pmcrm-a-service-with-a-name-of-thirty, which must have 6 to 30 characters; shorten the name`,
  ],
  [
    "a name that every JavaScript object has",
    system((s) => (s.services.constructor = { ...s.services.worker })),
    `${S} services.constructor = "constructor": must not be "constructor"; choose another name`,
  ],
  [
    "the name of a service account that is there already",
    system((s) => (s.services.default = { ...s.services.worker })),
    `${S} services.default = {"image":"backend","command":["node","dist/worker"],"pool":"workers","health"...: has the name of every namespace's own service account; choose another name`,
  ],
  [
    "the nodes' account as a service's",
    system((s) => (s.services["staging-nodes"] = { ...s.services.worker })),
    `${S} services.staging-nodes = {"image":"backend","command":["node","dist/worker"],"pool":"workers","health"...: makes the service account id pmcrm-staging-nodes, which is the nodes'; choose another name`,
  ],
  [
    "GKE's own pool",
    production((e) => (e.cluster.nodePools["default-pool"] = { ...e.cluster.nodePools.app })),
    `${P} cluster.nodePools.default-pool = {"machineType":"e2-standard-4","min":3,"max":12}: has the name of the pool that GKE makes and Terraform removes; choose another name`,
  ],
  [
    "PostgreSQL's own user",
    system((s) => (s.database.user = "postgres")),
    `${S} database.user = "postgres": is PostgreSQL's or Google's own; name it after the system`,
  ],
  [
    "a host too long for a certificate",
    production((e) => (e.services.backend.hosts = [`${"a".repeat(60)}.pmcrm.io`])),
    `${P} services.backend.hosts.0 = "${"a".repeat(60)}.pmcrm.io": must be at most 64 characters long: a managed certificate takes no more; shorten the name`,
  ],
  [
    "a URL parameter that turns TLS off",
    system((s) => (s.variables.DATABASE_URL.parameters = { sslmode: "disable" })),
    `${S} variables.DATABASE_URL.parameters.sslmode = "sslmode": must be a parameter's name, and none about TLS, which is always asked for; use another parameter`,
  ],
  [
    "control characters",
    production((e) => (e.variables.LOG_LEVEL = "in\u0000fo")),
    `${P} variables.LOG_LEVEL = "in\\u0000fo": must be plain text without control characters; remove them`,
  ],
  [
    "a service that connects to itself",
    system((s) => s.services.backend.connects.push("backend")),
    `${S} services.backend.connects.3 = "backend": is the service itself; remove it`,
  ],
  // ---- network
  [
    "leading zeros",
    production((e) => (e.network.nodes = "10.00.0.0/20")),
    `${P} network.nodes = "10.00.0.0/20": must be written without leading zeros; write 10.0.0.0/20`,
  ],
  [
    "no CIDR",
    production((e) => (e.network.pods = "10.4.0.0/33")),
    `${P} network.pods = "10.4.0.0/33": must be an IPv4 range in CIDR notation; write it like "10.0.0.0/20"`,
  ],
  [
    "host bits",
    production((e) => (e.network.nodes = "10.0.0.1/20")),
    `${P} network.nodes = "10.0.0.1/20": must have no host bits set; write 10.0.0.0/20`,
  ],
  [
    "a control-plane range of another size",
    production((e) => (e.network.controlPlane = "172.16.0.0/27")),
    `${P} network.controlPlane = "172.16.0.0/27": must have a prefix from /28 to /28; make it a /28`,
  ],
  [
    "a datastore range that is too small",
    production((e) => (e.network.datastores = "10.100.0.0/25")),
    `${P} network.datastores = "10.100.0.0/25": must have a prefix from /16 to /24; choose another size`,
  ],
  [
    "ranges that overlap",
    production((e) => (e.network.services = "10.4.16.0/20")),
    `${P} network.services = "10.4.16.0/20": must not overlap pods (10.4.0.0/14); choose another range`,
  ],
  [
    "a public range",
    production((e) => (e.network.nodes = "8.8.0.0/20")),
    `${P} network.nodes = "8.8.0.0/20": must be a private range; choose one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10`,
  ],
  [
    "Docker's range",
    production((e) => (e.network.nodes = "172.17.0.0/20")),
    `${P} network.nodes = "172.17.0.0/20": must not overlap 172.17.0.0/16, which Cloud SQL and Docker keep for themselves; choose another range`,
  ],
  [
    "too few pod ranges",
    production((e) => (e.network.pods = "10.4.0.0/20")),
    `${P} network.pods = "10.4.0.0/20": has room for 16 nodes, and the pools may have 23 while upgrading; make the range larger`,
  ],
  [
    "the whole internet authorized",
    production((e) => (e.cluster.authorizedNetworks = { all: "0.0.0.0/1" })),
    `${P} cluster.authorizedNetworks.all = "0.0.0.0/1": lets much of the internet in; name the addresses that need it`,
  ],
  // ---- cluster
  [
    "more nodes at least than at most",
    production((e) => (e.cluster.nodePools.workers.min = 6)),
    `${P} cluster.nodePools.workers.min = 6: must not be above max (5); lower it, or raise max`,
  ],
  [
    "spot machines in production",
    production((e) => (e.cluster.nodePools.app.spot = true)),
    `${P} cluster.nodePools.app.spot = true: takes machines away at any time, and this is production; remove it`,
  ],
  [
    "a zone without a node in production",
    production((e) => (e.cluster.nodePools.app.min = 2)),
    `${P} cluster.nodePools.app.min = 2: must be one for each of the three zones in production; write at least 3`,
  ],
  [
    "only dedicated pools",
    production((e) => (e.cluster.nodePools.app.dedicated = true)),
    `${P} cluster.nodePools = {"app":{"machineType":"e2-standard-4","min":3,"max":12,"dedicated":true},"wor...: leave the cluster's own pods nowhere to run; have one pool that is not dedicated`,
  ],
  [
    "the rapid channel in production",
    production((e) => (e.cluster.channel = "RAPID")),
    `${P} cluster.channel = "RAPID": is for trying out, and this is production; use REGULAR or STABLE`,
  ],
  [
    "no hour",
    production((e) => (e.cluster.maintenance = "24:00")),
    `${P} cluster.maintenance = "24:00": must be a time of day in UTC, HH:MM; write it like "03:00"`,
  ],
  [
    "an unknown pool",
    system((s) => (s.services.worker.pool = "gpu")),
    `${S} services.worker.pool = "gpu": is no node pool of every environment; use one of app, workers, monitoring`,
  ],
  [
    "a pod larger than a node",
    system((s) => (s.services.worker.resources.cpu = "4")),
    `${S} services.worker.resources.cpu = "4": must fit on a node of the pool workers (e2-standard-4); lower it, or use larger machines`,
  ],
  [
    "a pool without room for its first nodes",
    production((e) => (e.cluster.nodePools.monitoring.max = 2)),
    `${P} cluster.nodePools.monitoring.max = 2: must have room for the first node in each of the three zones; write at least 3`,
  ],
  [
    "authorized networks that authorize nobody",
    production((e) => (e.cluster.authorizedNetworks = {})),
    `${P} cluster.authorizedNetworks = {}: let nobody in; name a range, or remove it: then the control plane has its DNS endpoint`,
  ],
  [
    "a migration larger than a node",
    system((s) => (s.migrations.migrate.resources = { cpu: "1", memory: "15Gi", memoryLimit: "15Gi" })),
    `${S} migrations.migrate.resources.memory = "15Gi": must fit on a node of the pool app (e2-standard-4); lower it, or use larger machines`,
  ],
  [
    "a registry that another's name begins with",
    production((e) => (e.registries = ["europe-west1-docker.pkg.dev/pmcrm-production"])),
    `${P} registries.0 = "europe-west1-docker.pkg.dev/pmcrm-production": must be a registry or a folder of one, with a slash at the end; write it like "europe-west1-docker.pkg.dev/my-project/"`,
  ],
  [
    "a command as health check of a service with a port",
    system((s) => (s.services.backend.health = { command: ["true"] })),
    `${S} services.backend.health = {"command":["true"]}: must be paths: the service has a port, and load balancers ask there; write { live: "/health", ready: "/health/ready" }`,
  ],
  // ---- datastores
  [
    "a tier of the other edition",
    production((e) => (e.database.edition = "ENTERPRISE_PLUS")),
    `${P} database.tier = "db-custom-4-16384": is no tier of the edition ENTERPRISE_PLUS; write it like "db-perf-optimized-N-4"`,
  ],
  [
    "an odd number of vCPUs",
    production((e) => (e.database.tier = "db-custom-3-16384")),
    `${P} database.tier = "db-custom-3-16384": must have 1 vCPU or an even number up to 96; change the first number`,
  ],
  [
    "memory off its steps",
    production((e) => (e.database.tier = "db-custom-4-16300")),
    `${P} database.tier = "db-custom-4-16300": must have memory in multiples of 256 MiB, at least 3840; change the second number`,
  ],
  [
    "too much memory for the vCPUs",
    production((e) => (e.database.tier = "db-custom-2-16384")),
    `${P} database.tier = "db-custom-2-16384": must have 0.9 to 6.5 GiB of memory for each vCPU; write from 2048 to 13312 MiB`,
  ],
  [
    "longer recovery than the edition has",
    production((e) => (e.database.recoveryDays = 8)),
    `${P} database.recoveryDays = 8: is at most 7 in the edition ENTERPRISE; lower it, or use ENTERPRISE_PLUS`,
  ],
  [
    "a zonal database in production",
    production((e) => (e.database.availability = "ZONAL")),
    `${P} database.availability = "ZONAL": must be REGIONAL in production; use REGIONAL`,
  ],
  [
    "a disk that cannot grow",
    production((e) => (e.database.diskLimitGb = 100)),
    `${P} database.diskLimitGb = 100: must be above diskGb (100); raise it: the disk grows by itself`,
  ],
  [
    "a maintenance hour that does not exist",
    production((e) => (e.database.maintenance.hour = 24)),
    `${P} database.maintenance.hour = 24: must be at most 23 (hour of the day in UTC); write a number from 0 to 23`,
  ],
  [
    "a cache without a standby in production",
    production((e) => (e.cache.tier = "BASIC")),
    `${P} cache.tier = "BASIC": must be STANDARD_HA in production; use STANDARD_HA`,
  ],
  // ---- workloads
  [
    "an interval that Cloud Armor does not know",
    system((s) => (s.services.backend.rateLimit.seconds = 1)),
    `${S} services.backend.rateLimit.seconds = 1: is no interval of Cloud Armor; use one of 10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600`,
  ],
  [
    "an image without digest",
    release((r) => (r.images.backend = "europe-west1-docker.pkg.dev/pmcrm-production/pmcrm/backend:latest")),
    `${R} images.backend = "europe-west1-docker.pkg.dev/pmcrm-production/pmcrm/backend:latest": must be an image pinned by digest, in lower case; write "<registry>/<repository>@sha256:<64 digits>"; docker buildx imagetools inspect shows it`,
  ],
  [
    "an image from elsewhere",
    release((r) => (r.images.backend = `docker.io/pmcrm/backend@sha256:${"1".repeat(64)}`)),
    `${R} images.backend = "docker.io/pmcrm/backend@sha256:111111111111111111111111111111111111111111111...: must come from europe-west1-docker.pkg.dev/pmcrm-production/; push it there, or add the registry to the environment`,
  ],
  [
    "an image that nothing runs",
    release((r) => (r.images.fronted = r.images.backend)),
    `${R} images.fronted = "europe-west1-docker.pkg.dev/pmcrm-production/pmcrm/backend@sha256:1111111111...: is used by nothing; remove it, or use one of backend`,
  ],
  [
    "a missing image",
    system((s) => (s.services.worker.image = "worker")),
    `${R} images.worker = nothing: is required: the system runs it; add the image`,
  ],
  [
    "a CPU limit below the request",
    system((s) => (s.services.worker.resources.cpuLimit = "100m")),
    `${S} services.worker.resources.cpuLimit = "100m": must not be below the request; write at least 500m`,
  ],
  [
    "a limit below the request",
    system((s) => (s.services.worker.resources.memoryLimit = "256Mi")),
    `${S} services.worker.resources.memoryLimit = "256Mi": must not be below the request; write at least 512Mi`,
  ],
  [
    "a quantity that Kubernetes reads otherwise",
    system((s) => (s.services.worker.resources.memory = "1GB")),
    `${S} services.worker.resources.memory = "1GB": must be a memory quantity in Mi or Gi; write it like "512Mi" or "1Gi"`,
  ],
  [
    "fewer replicas at most than at least",
    production((e) => (e.services.backend.replicas = { min: 5, max: 4 })),
    `${P} services.backend.replicas.min = 5: must not be above max (4); lower it, or raise max`,
  ],
  [
    "a fixed number for an autoscaled service",
    production((e) => (e.services.backend.replicas = 3)),
    `${P} services.backend.replicas = 3: must be a range: the service is autoscaled; write { min: 3, max: 9 }`,
  ],
  [
    "a range for a service that is not autoscaled",
    production((e) => (e.services.worker.replicas = { min: 2, max: 3 })),
    `${P} services.worker.replicas = {"min":2,"max":3}: must be a number: the service is not autoscaled; write 2, or give the service autoscale`,
  ],
  [
    "one replica in production",
    production((e) => (e.services.worker.replicas = 1)),
    `${P} services.worker.replicas = 1: must be at least 2 in production; one replica is an outage at every node upgrade`,
  ],
  [
    "a privileged port",
    system((s) => (s.services.backend.port = 80)),
    `${S} services.backend.port = 80: must be at least 1024 (unprivileged TCP port); write a number from 1024 to 65535`,
  ],
  [
    "public metrics",
    system((s) => (s.services.backend.metrics.port = 3000)),
    `${S} services.backend.metrics.port = 3000: must differ from the service's port, which is public; serve metrics on another port`,
  ],
  [
    "no health check",
    system((s) => delete s.services.worker.health),
    `${S} services.worker.health = nothing: is required; add it`,
  ],
  [
    "an HTTP check without a port",
    system((s) => (s.services.worker.health = { live: "/a", ready: "/b" })),
    `${S} services.worker.health = {"live":"/a","ready":"/b"}: asks a port that the service does not have; give it a port, or a health command`,
  ],
  [
    "a service that the environment forgot",
    production((e) => delete e.services.worker),
    `${P} services.worker = nothing: is required: the system has this service; add it, for example { replicas: 2 }`,
  ],
  [
    "a service that the system does not have",
    production((e) => (e.services.wroker = { replicas: 2 })),
    `${P} services.wroker = {"replicas":2}: is no service of the system; use one of backend, worker`,
  ],
  [
    "a host of two services",
    (files) => {
      files.system.services.worker = { ...files.system.services.backend } as Anything;
      files.production.environment.services.worker = { replicas: { min: 2, max: 3 }, hosts: ["api.pmcrm.io"] };
    },
    `${P} services.worker.hosts.0 = "api.pmcrm.io": is a host of backend already; give each host one service`,
  ],
  [
    "an unknown migration",
    system((s) => (s.services.worker.after = ["seed"])),
    `${S} services.worker.after.0 = "seed": is no migration; use one of migrate`,
  ],
  [
    "a connection to nowhere",
    system((s) => s.services.worker.connects.push("search")),
    `${S} services.worker.connects.3 = "search": is no connection; use database, cache, internet:443 or a service: backend, worker`,
  ],
  [
    "a database URL without the way to the database",
    system((s) => (s.services.worker.connects = ["cache", "internet:443"])),
    `${S} services.worker.variables.4 = "DATABASE_URL": needs a connection to the database; add "database" to connects, or remove the variable`,
  ],
  // ---- variables and secrets
  [
    "an unknown variable",
    system((s) => s.services.worker.variables.push("REGION")),
    `${S} services.worker.variables.19 = "REGION": is not among the system's variables; declare it, or use one of ${Object.keys(pmcrm.variables).join(", ")}`,
  ],
  [
    "a repeated variable",
    system((s) => s.services.worker.variables.push("LOG_LEVEL")),
    `${S} services.worker.variables.19 = "LOG_LEVEL": is listed twice; remove one of the two`,
  ],
  [
    "a secret in plain text",
    production((e) => (e.variables.GOOGLE_CLIENT_ID = "postgres://user:word@host/db")),
    `${P} variables.GOOGLE_CLIENT_ID = "post...: looks like a secret; declare it { kind: "supplied" } and keep the value in Secret Manager`,
  ],
  [
    "a variable that the environment forgot",
    production((e) => delete e.variables.LOG_LEVEL),
    `${P} variables.LOG_LEVEL = nothing: is required: the system takes it from here; add it`,
  ],
  [
    "a variable that is not the environment's",
    production((e) => (e.variables.NODE_ENV = "staging")),
    `${P} variables.NODE_ENV = "staging": is not the environment's to say; declare it { kind: "environment" } in the system, or remove it here`,
  ],
  [
    "a new generation of what must never rotate",
    production((e) => (e.generations = { ENCRYPTION_KEY: 2 })),
    `${P} generations.ENCRYPTION_KEY = 2: must stay 1: what was written with the old value could not be read again; remove it`,
  ],
  [
    "the latest version of a secret",
    production((e) => (e.generations = { OPENAI_API_KEY: "latest" })),
    `${P} generations.OPENAI_API_KEY = "latest": must be of type number; write a number`,
  ],
  [
    "a generation of no secret",
    production((e) => (e.generations = { LOG_LEVEL: 2 })),
    `${P} generations.LOG_LEVEL = 2: is no secret of the system; use one of DATABASE_PASSWORD, GRAFANA_ADMIN_PASSWORD, JWT_SECRET, ENCRYPTION_KEY, GOOGLE_CLIENT_SECRET, MICROSOFT_CLIENT_SECRET, ANTHROPIC_API_KEY, OPENAI_API_KEY, APOLLO_API_KEY, WHATSAPP_API_TOKEN`,
  ],
  [
    "a secret of the platform as a variable",
    system((s) => {
      s.variables.DATABASE_PASSWORD = { kind: "generated", length: 32 };
      s.services.worker.variables.push("DATABASE_PASSWORD");
    }),
    `${S} variables.DATABASE_PASSWORD = {"kind":"generated","length":32}: is a secret that the platform makes for itself; choose another name`,
  ],
  // ---- between environments
  [
    "production's project in staging",
    (files) => {
      files.staging.environment.project = "pmcrm-production";
    },
    `environments/pmcrm/staging.ts project = "pmcrm-production": is production's too; give each environment its own`,
  ],
  [
    "production's state bucket in staging",
    (files) => {
      files.staging.environment.stateBucket = files.production.environment.stateBucket;
    },
    `environments/pmcrm/staging.ts stateBucket = "pmcrm-production-terraform-state": is production's too; give each environment its own`,
  ],
  [
    "production's host in staging",
    (files) => {
      files.staging.environment.services.backend = { replicas: { min: 1, max: 3 }, hosts: ["api.pmcrm.io"] };
    },
    `environments/pmcrm/staging.ts services = "api.pmcrm.io": is a host of production too; choose another name`,
  ],
];

test.each(rows)("%s is refused", (_what, change, line) => {
  const lines = problems(change);
  expect(lines).toContain(line);
});

test("what pmcrm has is accepted", () => {
  expect(problems(() => {})).toEqual([]);
});

test("all problems come at once, in every file and across them", () => {
  const lines = problems((files) => {
    const { environment } = files.production as Anything;
    environment.databse = {};
    environment.network.pods = "10.4.0.0/33";
    environment.cache.tier = "BASIC";
    (files.staging.environment as Anything).cluster.nodePools.app.min = 9;
    (files.production.release as Anything).images.backend = "backend";
    (files.system as Anything).services.worker.resources.memory = "1GB";
  });
  expect(lines).toHaveLength(6);
  for (const line of lines) expect(line).toMatch(/^(systems|environments|releases)\/\S+ \S+ = .+: .+; .+$/);
});

test.each([`ghp_${"a1B2".repeat(9)}`, "postgres://user:word@host/db", `eyJ${"a".repeat(200)}.eyJ${"b".repeat(200)}`])(
  "no more than the beginning is shown of what may be a secret: %s",
  (value) => {
    for (const where of [
      production((e) => {
        e.variables.GOOGLE_CLIENT_ID = value;
      }),
      system((s) => {
        s.variables.JWT_ACCESS_TOKEN_EXPIRY = value;
      }),
    ]) {
      const lines = problems(where).join("\n");
      expect(lines).toContain("looks like a secret");
      expect(lines).not.toContain(value.slice(0, 8));
    }
  },
);
