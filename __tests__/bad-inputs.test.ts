import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { WAF_RULE_SETS } from "../facts/waf";
import { InvalidConfiguration } from "../schema/load";
import { synthesize } from "../stacks/synthesize";
import pmcrm from "../systems/pmcrm";
import { beside, configuration, type Files, problems } from "./support";

// biome-ignore lint/suspicious/noExplicitAny: the tables write what the types refuse
type Anything = any;
type Change = (files: Files) => void;

/** An input that is refused with exactly these lines. */
interface Refused {
  readonly is: "refused" | "impossible";
  readonly change: Change;
  readonly lines: readonly string[];
}
/** An input of something that the language does not have yet. */
interface Later {
  readonly is: "later";
  readonly because: string;
}
type Entry = Refused | Later;

const refused = (change: Change, ...lines: string[]): Refused => ({ is: "refused", change, lines });
/**
 * What the types have no words for. Its change is written against them, each wrong line under a `@ts-expect-error`,
 * which is an error itself once the line is right: jest does not check types, `npm run typecheck` does, in the tests
 * too. The lines are what somebody reads who writes it all the same.
 */
const impossible = (change: Change, ...lines: string[]): Refused => ({ is: "impossible", change, lines });
const later = (because: string): Later => ({ is: "later", because });

const production =
  (change: (environment: Anything) => void): Change =>
  (files) =>
    change(files.production.environment);
const staging =
  (change: (environment: Anything) => void): Change =>
  (files) =>
    change(files.staging.environment);
const system =
  (change: (system: Anything) => void): Change =>
  (files) =>
    change(files.system);
const release =
  (change: (release: Anything) => void): Change =>
  (files) =>
    change(files.production.release);
const P = "environments/pmcrm/production.ts";
const T = "environments/pmcrm/staging.ts";
const S = "systems/pmcrm.ts";
/** A release's file: its name is its content's hash. */
const R = "releases/pmcrm/<id>.json";
const withoutIds = (line: string) => line.replace(/(?<=^releases\/pmcrm\/)[0-9a-f]{16}/, "<id>");

/** An environment of pmcrm's for a cluster without node pools. */
const autopilot = production((e) => {
  e.cluster = { mode: "autopilot", channel: "REGULAR", maintenance: "03:00" };
  delete e.monitoring.pool;
});

const BITNAMI = { kind: "bitnami", diskGb: 20, resources: { cpu: "100m", memory: "1Gi", memoryLimit: "4Gi" } };

/** pmcrm's production with its datastores in the cluster, or some of them, and a change to it. */
const inCluster =
  (change: (environment: Anything, system: Anything) => void = () => {}): Change =>
  ({ production: { environment }, staging, system }) => {
    // Versions that both kinds have; what only Google's have is gone.
    system.database.version = "POSTGRES_17";
    system.database.extensions = [];
    system.search = { version: "ELASTICSEARCH_9_1" };
    (staging.environment as Anything).search = BITNAMI;
    (staging.environment as Anything).bitnami = { images: "docker.io/bitnamilegacy", pool: "app" };
    const e: Anything = environment;
    e.database = { ...BITNAMI, backups: { at: "02:00", keepDays: 30 } };
    e.search = BITNAMI;
    e.bitnami = { images: "docker.io/bitnamilegacy", pool: "app" };
    change(e, system);
  };
const traefik = { kind: "traefik", pool: "app", email: "platform@pmcrm.io", acme: "production" };

/** Bad inputs that any platform of this kind has to refuse, by what they are about. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  Names: {
    "cluster > 40": refused(
      (files) => (files.name = "a".repeat(30)),
      `systems/${"a".repeat(30)}.ts = "${"a".repeat(30)}": must have a name of 2 to 29 lower-case letters, digits and dashes that starts with a letter and ends with no dash; rename the system's files`,
      `environments/${"a".repeat(30)}/production.ts = "production": gives the cluster the name ${"a".repeat(30)}-production, which must have at most 40 characters; shorten the file's name`,
    ),
    "any GCE name > 63": refused(
      production((e) => (e.database.restore = { name: "r".repeat(64), at: "2026-01-31T12:00:00Z" })),
      `${P} database.restore.name = "${"r".repeat(64)}": must be a name of at most 20 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
    ),
    "any GCE name not RFC 1035": refused(
      production((e) => (e.cluster.nodePools.App = { machineType: "e2-standard-4", min: 1, max: 3 })),
      `${P} cluster.nodePools.App = "App": must be a name of at most 40 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
    ),
    "redis id": refused(
      (files) => (files.name = "pmcrm-"),
      `systems/pmcrm-.ts = "pmcrm-": must have a name of 2 to 29 lower-case letters, digits and dashes that starts with a letter and ends with no dash; rename the system's files`,
    ),
    "service account id outside 6..30": refused(
      (files) => (files.name = "a".repeat(23)),
      `systems/${"a".repeat(23)}.ts services.backend = "backend": gives the service account the id aaaaaaaaaaaaaaaaaaaaaaa-backend, which must have 6 to 30 characters; shorten the name`,
    ),
    "Kubernetes name > 63": refused(
      system((s) => (s.services.worker.after = ["m".repeat(64)])),
      `${S} services.worker.after.0 = "${"m".repeat(64)}": must be a name of at most 63 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
    ),
    "Kubernetes label > 63": refused(
      system((s) => (s.migrations["m".repeat(64)] = s.migrations.migrate)),
      `${S} migrations.${"m".repeat(64)} = "${"m".repeat(64)}": must be a name of at most 40 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
    ),
    "environment name empty or with a slash": refused(
      (files) => {
        files.others = { "": beside(files.staging, "europe"), "pro/duction": beside(files.staging, "us", 160) };
      },
      ...["", "pro/duction"].map(
        (name) =>
          `environments/pmcrm/${name}.ts = ${JSON.stringify(name)}: must have a name of 2 to 20 lower-case letters, digits and dashes that starts with a letter and ends with no dash; rename the file, for example to "production-us.ts"`,
      ),
    ),
    "two resources with one name": refused(
      system((s) => (s.migrations.worker = s.migrations.migrate)),
      `${S} services.worker = "worker": has the name of a migration; rename one of the two`,
    ),
    "invalid label characters": refused(
      (files) => (files.name = "Pm_Crm"),
      `systems/Pm_Crm.ts = "Pm_Crm": must have a name of 2 to 29 lower-case letters, digits and dashes that starts with a letter and ends with no dash; rename the system's files`,
    ),
  },
  Network: {
    "unparsable CIDR": refused(
      production((e) => (e.network.pods = "10.4.0.0/33")),
      `${P} network.pods = "10.4.0.0/33": must be an IPv4 range in CIDR notation; write it like "10.0.0.0/20"`,
    ),
    "host bits set": refused(
      production((e) => (e.network.nodes = "10.0.0.1/20")),
      `${P} network.nodes = "10.0.0.1/20": must have no host bits set; write 10.0.0.0/20`,
    ),
    "pods overlapping": refused(
      production((e) => (e.network.pods = "10.0.0.0/14")),
      `${P} network.pods = "10.0.0.0/14": must not overlap nodes (10.0.0.0/20); choose another range`,
    ),
    "services overlapping": refused(
      production((e) => (e.network.services = "10.4.16.0/20")),
      `${P} network.services = "10.4.16.0/20": must not overlap pods (10.4.0.0/14); choose another range`,
    ),
    "subnet overlapping": refused(
      production((e) => (e.network.nodes = "10.8.0.0/20")),
      `${P} network.services = "10.8.0.0/20": must not overlap nodes (10.8.0.0/20); choose another range`,
    ),
    "peering overlapping": refused(
      production((e) => (e.network.datastores = "10.4.0.0/20")),
      `${P} network.datastores = "10.4.0.0/20": must not overlap pods (10.4.0.0/14); choose another range`,
    ),
    "control-plane ranges overlapping": refused(
      production((e) => (e.network.controlPlane = "10.0.0.0/28")),
      `${P} network.controlPlane = "10.0.0.0/28": must not overlap nodes (10.0.0.0/20); choose another range`,
    ),
    "overlapping across peered environments": refused(
      staging((e) => (e.network.services = "10.5.0.0/20")),
      `${T} network.services = "10.5.0.0/20": must not overlap production's pods (10.4.0.0/14): the two networks could never be connected; choose another range`,
    ),
    "pod range too small for nodes x max pods": refused(
      production((e) => (e.network.pods = "10.4.0.0/20")),
      `${P} network.pods = "10.4.0.0/20": has room for 16 nodes, and the pools can have 23 during an upgrade; make the range larger`,
    ),
    "control-plane range not /28": refused(
      production((e) => (e.network.controlPlane = "172.16.0.0/27")),
      `${P} network.controlPlane = "172.16.0.0/27": must be a /28; choose a range of another size`,
    ),
    "reserved ranges": refused(
      production((e) => (e.network.nodes = "172.17.0.0/20")),
      `${P} network.nodes = "172.17.0.0/20": must not overlap 172.17.0.0/16, which Cloud SQL and Docker reserve; choose another range`,
    ),
    "authorized network 0.0.0.0/0": refused(
      production((e) => (e.cluster.authorizedNetworks = { all: "0.0.0.0/0" })),
      `${P} cluster.authorizedNetworks.all = "0.0.0.0/0": admits a large part of the internet; name the addresses that need it`,
    ),
    "private endpoint with no way in": refused(
      production((e) => (e.cluster.authorizedNetworks = {})),
      `${P} cluster.authorizedNetworks = {}: must not be empty: nobody could reach the control plane; name a range, or remove it: then the control plane has its DNS endpoint`,
    ),
    "zone outside the region": impossible((files) => {
      // @ts-expect-error: nodes are in all of the region's zones
      files.production.environment.cluster.zones = ["us-east1-b"];
    }, `${P} cluster.zones = ["us-east1-b"]: is not a known key; remove it, or correct its spelling`),
    "ingress firewall without source": impossible((files) => {
      // @ts-expect-error: what comes in is denied but for what GKE and its load balancers allow
      files.production.environment.network.firewall = [{ direction: "INGRESS", allow: ["tcp:443"] }];
    }, `${P} network.firewall = [{"direction":"INGRESS","allow":["tcp:443"]}]: is not a known key; remove it, or correct its spelling`),
    "22 or 3389 open": impossible((files) => {
      // @ts-expect-error: there are no firewall rules to write
      files.production.environment.network.allow = { ssh: 22, rdp: 3389 };
    }, `${P} network.allow = {"ssh":22,"rdp":3389}: is not a known key; remove it, or correct its spelling`),
    "peering range smaller than /24": refused(
      production((e) => (e.network.datastores = "10.100.0.0/25")),
      `${P} network.datastores = "10.100.0.0/25": must have a prefix from /16 to /24; choose a range of another size`,
    ),
  },
  GKE: {
    "zonal in production": refused(
      production((e) => (e.region = "europe-west1-b")),
      `${P} region = "europe-west1-b": must be a region, not a zone; write it like "europe-west1"`,
    ),
    "min > max nodes": refused(
      production((e) => (e.cluster.nodePools.workers.min = 6)),
      `${P} cluster.nodePools.workers.min = 6: must not be above max (5); lower it, or raise max`,
    ),
    "unknown channel": refused(
      production((e) => (e.cluster.channel = "WEEKLY")),
      `${P} cluster.channel = "WEEKLY": must be one of "RAPID", "REGULAR", "STABLE", "EXTENDED"; choose one of them`,
    ),
    "maintenance window under 48 h per 32 days": impossible((files) => {
      // @ts-expect-error: it is four hours long, every night
      files.production.environment.cluster.maintenance = { start: "03:00", hours: 1, days: ["SUNDAY"] };
    }, `${P} cluster.maintenance = {"start":"03:00","hours":1,"days":["SUNDAY"]}: must be a time of day in UTC, HH:MM; write it like "03:00"`),
    "exclusion end before start": impossible((files) => {
      // @ts-expect-error: there are no exclusions
      files.production.environment.cluster.exclusions = [{ start: "2026-02-01", end: "2026-01-01" }];
    }, `${P} cluster.exclusions = [{"start":"2026-02-01","end":"2026-01-01"}]: is not a known key; remove it, or correct its spelling`),
    "Autopilot with node pools": impossible((files) => {
      const { nodePools } = files.production.environment.cluster as Anything;
      files.production.environment.cluster = {
        mode: "autopilot",
        channel: "REGULAR",
        maintenance: "03:00",
        // @ts-expect-error: Google runs the nodes
        nodePools: nodePools as object,
      };
      delete files.production.environment.monitoring.pool;
    }, `${P} cluster.nodePools = {"app":{"machineType":"e2-standard-4","min":3,"max":12},"workers":{"machineTy...: is not a known key; remove it, or correct its spelling`),
    "default service account": impossible((files) => {
      // @ts-expect-error: nodes have an account of their own, with the roles that nodes need
      files.production.environment.cluster.serviceAccount = "default";
    }, `${P} cluster.serviceAccount = "default": is not a known key; remove it, or correct its spelling`),
    "deletion protection off in production": refused(
      production((e) => (e.allowDestroy = true)),
      `${P} allowDestroy = true: lifts the protections of production, and needs a confirmation that nobody can commit; set the environment variable ALLOW_DESTROY=pmcrm-production for this run, or remove allowDestroy`,
    ),
  },
  "SQL and Redis": {
    "tier against edition": refused(
      production((e) => (e.database.edition = "ENTERPRISE_PLUS")),
      `${P} database.tier = "db-custom-4-16384": is no tier of the edition ENTERPRISE_PLUS; write it like "db-perf-optimized-N-4"`,
    ),
    "custom memory not a multiple of 256 MiB": refused(
      production((e) => (e.database.tier = "db-custom-4-16300")),
      `${P} database.tier = "db-custom-4-16300": must have memory in multiples of 256 MiB, at least 3840; change the second number`,
    ),
    "custom memory outside 0.9..6.5 GiB per vCPU": refused(
      production((e) => (e.database.tier = "db-custom-2-16384")),
      `${P} database.tier = "db-custom-2-16384": must have 0.9 to 6.5 GiB of memory for each vCPU; write from 3840 to 13312 MiB`,
    ),
    "retention against edition": refused(
      production((e) => (e.database.recoveryDays = 8)),
      `${P} database.recoveryDays = 8: is at most 7 in the edition ENTERPRISE; lower it, or use ENTERPRISE_PLUS`,
    ),
    "REGIONAL without PITR": impossible((files) => {
      // @ts-expect-error: it is always on
      files.production.environment.database.pointInTimeRecovery = false;
    }, `${P} database.pointInTimeRecovery = false: is not a known key; remove it, or correct its spelling`),
    "no private network and no public address": impossible((files) => {
      // @ts-expect-error: it is always private
      files.production.environment.database.privateNetwork = false;
    }, `${P} database.privateNetwork = false: is not a known key; remove it, or correct its spelling`),
    "unencrypted allowed": impossible((files) => {
      // @ts-expect-error: connections are always encrypted
      files.production.environment.database.sslMode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED";
    }, `${P} database.sslMode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED": is not a known key; remove it, or correct its spelling`),
    "0.0.0.0/0 authorized": impossible((files) => {
      // @ts-expect-error: it has no public address that a range could reach
      files.production.environment.database.authorizedNetworks = { all: "0.0.0.0/0" };
    }, `${P} database.authorizedNetworks = {"all":"0.0.0.0/0"}: is not a known key; remove it, or correct its spelling`),
    "maintenance day out of range": refused(
      production((e) => (e.database.maintenance.day = "FUNDAY")),
      `${P} database.maintenance.day = "FUNDAY": must be one of "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"; choose one of them`,
    ),
    "maintenance hour out of range": refused(
      production((e) => (e.cache.maintenance.hour = 24)),
      `${P} cache.maintenance.hour = 24: must be at most 23 (hour of the day in UTC); write a number from 0 to 23`,
    ),
    "unknown or repeated flag": impossible((files) => {
      // @ts-expect-error: the flags are those of the CIS benchmark
      files.production.environment.database.flags = [
        { name: "log_conections", value: "on" },
        { name: "log_conections", value: "off" },
      ];
    }, `${P} database.flags = [{"name":"log_conections","value":"on"},{"name":"log_conections","value":"off"}]: is not a known key; remove it, or correct its spelling`),
    "max_connections below pool x replicas": refused(
      production((e) => (e.database.tier = "db-custom-1-3840")),
      `${P} database.tier = "db-custom-1-3840": accepts 100 connections, and the pods may open 290 during a rollout; use one with more memory, or lower the replicas or the system's connectionsPerPod`,
    ),
    "DR replica in the primary's region": refused(
      production((e) => (e.database.replicaRegion = "europe-west1")),
      `${P} database.replicaRegion = "europe-west1": must differ from the region of the primary; choose another region`,
    ),
    "restore time in the future": refused(
      production((e) => (e.database.restore = { name: "pmcrm-restored", at: "2999-01-31T12:00:00Z" })),
      `${P} database.restore.at = "2999-01-31T12:00:00Z": is in the future; name a moment that has passed`,
    ),
    "restore time not UTC": refused(
      production((e) => (e.database.restore = { name: "pmcrm-restored", at: "2026-01-31T12:00:00+01:00" })),
      `${P} database.restore.at = "2026-01-31T12:00:00+01:00": must be a moment in UTC; write it like "2026-01-31T12:00:00Z"`,
    ),
    "clone named like its source": refused(
      production((e) => (e.database.restore = { name: "pmcrm-production", at: "2026-01-31T12:00:00Z" })),
      `${P} database.restore.name = "pmcrm-production": makes the name of the copy look like that of pmcrm-production or its replica; say what the copy is for, such as before-import`,
    ),
    "autoresize limit below size": refused(
      production((e) => (e.database.diskLimitGb = 99)),
      `${P} database.diskLimitGb = 99: must be above diskGb (100); raise it: the disk grows by itself`,
    ),
    "BASIC redis in production": refused(
      production((e) => (e.cache.tier = "BASIC")),
      `${P} cache.tier = "BASIC": must be STANDARD_HA in production; use STANDARD_HA`,
    ),
    "replica count out of range": impossible((files) => {
      // @ts-expect-error: a standby comes with the tier; there are no read replicas
      files.production.environment.cache.replicas = 6;
    }, `${P} cache.replicas = 6: is not a known key; remove it, or correct its spelling`),
    downgrade: later(
      "the files do not say what runs: the provider would replace the Redis instance, which prevent_destroy refuses while " +
        "planning; Cloud SQL refuses an older version by itself; a smaller tier is a choice",
    ),
  },
  Workloads: {
    "image without digest in production": refused(
      release((r) => (r.images.backend = "1.0.0")),
      `${R} images.backend = "1.0.0": must be an image's digest, in lower case; write "sha256:<64 digits>"; docker buildx imagetools inspect shows it`,
    ),
    "image :latest": refused(
      release((r) => (r.images.backend = "latest")),
      `${R} images.backend = "latest": must be an image's digest, in lower case; write "sha256:<64 digits>"; docker buildx imagetools inspect shows it`,
    ),
    "registry not allowed": refused(
      production((e) => (e.repository = "docker.io/pmcrm")),
      `${P} repository = "docker.io/pmcrm": must be within europe-west1-docker.pkg.dev/pmcrm-production/; correct it, or add its registry to registries`,
    ),
    "requests > limits": refused(
      system((s) => Object.assign(s.services.worker.resources, { cpuLimit: "100m", memoryLimit: "256Mi" })),
      `${S} services.worker.resources.cpuLimit = "100m": must not be below the request; write at least 500m`,
      `${S} services.worker.resources.memoryLimit = "256Mi": must not be below the request; write at least 512Mi`,
    ),
    "bad quantity (1GB)": refused(
      system((s) => (s.services.worker.resources.memory = "1GB")),
      `${S} services.worker.resources.memory = "1GB": must be a memory quantity in Mi or Gi; write it like "512Mi" or "1Gi"`,
    ),
    "HPA min > max": refused(
      production((e) => (e.services.backend.replicas = { min: 5, max: 4 })),
      `${P} services.backend.replicas.min = 5: must not be above max (4); lower it, or raise max`,
    ),
    "HPA without requests": impossible((files) => {
      // @ts-expect-error: every workload has requests
      delete files.system.services.backend.resources.cpu;
    }, `${S} services.backend.resources.cpu = nothing: is required (string); add it`),
    "HPA and fixed replicas": refused(
      production((e) => (e.services.backend.replicas = 3)),
      `${P} services.backend.replicas = 3: must be a range: the service is autoscaled; write { min: 3, max: 9 }`,
    ),
    "PDB that blocks every drain": impossible((files) => {
      // @ts-expect-error: it lets one pod go, where there is more than one
      files.production.environment.services.worker.minAvailable = 2;
    }, `${P} services.worker.minAvailable = 2: is not a known key; remove it, or correct its spelling`),
    "one replica in production": refused(
      production((e) => (e.services.worker.replicas = 1)),
      `${P} services.worker.replicas = 1: must be at least 2 in production: one replica is an outage at every node upgrade; write 2 or more`,
    ),
    "no probe": refused(
      system((s) => delete s.services.worker.health),
      `${S} services.worker.health = nothing: is required; write it like { live: "/health", ready: "/health/ready" } or { command: ["true"] }`,
    ),
    "port out of range": refused(
      system((s) => (s.services.backend.port = 65536)),
      `${S} services.backend.port = 65536: must be at most 65535 (unprivileged TCP port); write a number from 1024 to 65535`,
    ),
    "service to an unknown port": refused(
      system((s) => s.services.backend.connects.push("worker")),
      `${S} services.backend.connects.4 = "worker": is a service without a port; give that service a port, or remove the connection`,
    ),
    "same host and path twice": refused(
      production((e) => (e.services.backend.hosts = ["api.pmcrm.io", "api.pmcrm.io"])),
      `${P} services.backend.hosts.1 = "api.pmcrm.io": is listed twice; remove one of the two`,
    ),
    "wildcard shadowing a host": refused(
      production((e) => (e.services.backend.hosts = ["*.pmcrm.io"])),
      `${P} services.backend.hosts.0 = "*.pmcrm.io": must be a fully qualified host name in lower case, no wildcard and no port; write it like "api.example.com"`,
    ),
    "host not covered by TLS": impossible((files) => {
      // @ts-expect-error: every host gets a certificate
      files.production.environment.services.backend.certificate = "other.pmcrm.io";
    }, `${P} services.backend.certificate = "other.pmcrm.io": is not a known key; remove it, or correct its spelling`),
    "something that looks like a secret in a ConfigMap": refused(
      system((s) => (s.variables.JWT_ACCESS_TOKEN_EXPIRY = "-----BEGIN RSA PRIVATE KEY-----")),
      `${S} variables.JWT_ACCESS_TOKEN_EXPIRY = "----...: looks like a secret; declare it { kind: "supplied" } and keep the value in Secret Manager`,
    ),
    "something that looks like a secret in an env value": refused(
      production((e) => (e.variables.GOOGLE_CLIENT_ID = "postgres://user:word@host/db")),
      `${P} variables.GOOGLE_CLIENT_ID = "post...: looks like a secret; declare it { kind: "supplied" } and keep the value in Secret Manager`,
    ),
    "repeated variable": refused(
      system((s) => s.services.worker.variables.push("LOG_LEVEL")),
      `${S} services.worker.variables.20 = "LOG_LEVEL": is listed twice; remove one of the two`,
    ),
    "user 0": impossible((files) => {
      // @ts-expect-error: pods run as 1000
      files.system.services.worker.user = 0;
    }, `${S} services.worker.user = 0: is not a known key; remove it, or correct its spelling`),
    hostPath: impossible((files) => {
      // @ts-expect-error: there are no volumes but /tmp
      files.system.services.worker.volumes = [{ hostPath: "/var/run" }];
    }, `${S} services.worker.volumes = [{"hostPath":"/var/run"}]: is not a known key; remove it, or correct its spelling`),
    "default namespace": refused(
      system((s) => (s.namespace = "default")),
      `${S} namespace = "default": must not be a namespace of the platform or of Kubernetes; use a name that contains the system's`,
    ),
    "unknown secret reference": refused(
      system((s) => s.services.worker.variables.push("STRIPE_KEY")),
      `${S} services.worker.variables.20 = "STRIPE_KEY": is not a variable of the system; declare it, or use one of ${Object.keys(pmcrm.variables).join(", ")}`,
    ),
    "unknown datastore reference": refused(
      system((s) => s.services.worker.connects.push("search")),
      `${S} services.worker.connects.4 = "search": is a datastore that the system does not declare; declare search, or remove the connection`,
    ),
    "grace period shorter than preStop": impossible((files) => {
      // @ts-expect-error: pods get 15 seconds to leave the load balancer, and 30 more to stop
      files.system.services.worker.gracePeriodSeconds = 5;
    }, `${S} services.worker.gracePeriodSeconds = 5: is not a known key; remove it, or correct its spelling`),
    "bad cron": later("there are no scheduled tasks yet"),
  },
  "Environment and state": {
    "same bucket and prefix twice": refused(
      (files) => (files.staging.environment.stateBucket = files.production.environment.stateBucket),
      `${T} stateBucket = "pmcrm-production-terraform-state": is also that of production; give each environment its own`,
    ),
    "a staging project in production": refused(
      (files) => (files.production.environment.project = files.staging.environment.project),
      `${T} project = "pmcrm-staging": is also that of production; give each environment its own`,
      `${P} project = "pmcrm-staging": contains the name of staging; use a name of this environment`,
    ),
    "local backend in production": impossible(
      (files) => {
        // @ts-expect-error: the state is in a bucket
        delete files.production.environment.stateBucket;
        // @ts-expect-error: and nowhere else
        files.production.environment.backend = "local";
      },
      `${P} stateBucket = nothing: is required (string); add it`,
      `${P} backend = "local": is not a known key; remove it, or correct its spelling`,
    ),
    "unknown key (typo)": refused(
      production((e) => (e.databse = {})),
      `${P} databse = {}: is not a known key; remove it, or correct its spelling`,
    ),
    NaN: refused(
      production((e) => (e.database.diskGb = Number.NaN)),
      `${P} database.diskGb = NaN: must be a whole number (GB); write one from 10 to 65536`,
    ),
    empty: refused(
      production((e) => (e.variables.LOG_LEVEL = "")),
      `${P} variables.LOG_LEVEL = "": must not be empty; write a value, or remove the key`,
    ),
    null: refused(
      production((e) => (e.project = null)),
      `${P} project = null: must be a project id of 6 to 30 lower-case letters, digits and dashes; copy it from gcloud projects list`,
    ),
    "production looser than its policy": refused(
      production((e) => {
        e.cluster.channel = "RAPID";
        e.cluster.nodePools.app.min = 2;
        e.cluster.nodePools.app.spot = true;
        e.database.availability = "ZONAL";
        e.database.recoveryDays = 1;
      }),
      `${P} cluster.nodePools.app.spot = true: must be false in production: Google can reclaim spot machines at any time; remove it`,
      `${P} cluster.nodePools.app.min = 2: must be at least 3 in production: one node for each zone; write at least 3`,
      `${P} cluster.channel = "RAPID": must not be RAPID in production; use REGULAR or STABLE`,
      `${P} database.availability = "ZONAL": must be REGIONAL in production; use REGIONAL`,
      `${P} database.recoveryDays = 1: must be at least 7 in production; raise it`,
    ),
    "federation without a condition": later("who may act as the deployer is not the stack's to say yet"),
    "${…} in user strings": refused(
      production((e) => (e.services.backend.hosts = [`\${var.host}.pmcrm.io`])),
      `${P} services.backend.hosts.0 = "\${var.host}.pmcrm.io": must be a fully qualified host name in lower case, no wildcard and no port; write it like "api.example.com"`,
    ),
    "two systems claiming one hostname": refused((files) => {
      const shop = { services: { web: { hosts: ["shop.pmcrm.io", "api.pmcrm.io"] } } };
      files.elsewhere = [{ file: "environments/shop/production.ts", environment: shop }];
    }, `${P} services.backend.hosts.0 = "api.pmcrm.io": is also a host of environments/shop/production.ts; choose another name`),
  },
};

/** What else was found to be refused too late, or with words that do not help. */
const FURTHER: Readonly<Record<string, Refused>> = {
  // ---- shape
  "a typing mistake deep down": refused(
    production((e) => (e.cluster.nodePools.app.maximum = 3)),
    `${P} cluster.nodePools.app.maximum = 3: is not a known key; remove it, or correct its spelling`,
  ),
  "a section left out": refused(
    production((e) => delete e.cache),
    `${P} cache = nothing: is required (object); add it`,
  ),
  "a number as text": refused(
    production((e) => (e.database.diskGb = "100")),
    `${P} database.diskGb = "100": must be a whole number (GB); write one from 10 to 65536`,
  ),
  "text as a number": refused(
    production((e) => (e.region = 1)),
    `${P} region = 1: must be a region, not a zone; write it like "europe-west1"`,
  ),
  "half a node": refused(
    production((e) => (e.cluster.nodePools.app.max = 3.5)),
    `${P} cluster.nodePools.app.max = 3.5: must be a whole number (nodes in all zones together); write one from 1 to 1000`,
  ),
  infinity: refused(
    production((e) => (e.database.diskLimitGb = Number.POSITIVE_INFINITY)),
    `${P} database.diskLimitGb = Infinity: must be a whole number (GB); write one from 10 to 65536`,
  ),
  "a huge number": refused(
    production((e) => (e.database.diskLimitGb = 1e300)),
    `${P} database.diskLimitGb = 1e+300: must be at most 65536 (GB); write a number from 10 to 65536`,
  ),
  "a big integer": refused(
    production((e) => (e.database.diskGb = 100n)),
    `${P} database.diskGb = 100n: must be a whole number (GB); write one from 10 to 65536`,
  ),
  "a negative number": refused(
    production((e) => (e.monitoring.retentionDays = -1)),
    `${P} monitoring.retentionDays = -1: must be at least 1 (days); write a number from 1 to 400`,
  ),
  "a truth as text": refused(
    production((e) => (e.allowDestroy = "false")),
    `${P} allowDestroy = "false": must be true or false; write one of the two, without quotes`,
  ),
  "a list instead of an object": refused(
    production((e) => (e.network = [])),
    `${P} network = []: must be an object; write it in braces`,
  ),
  "a list instead of named things": refused(
    system((s) => (s.migrations = [])),
    `${S} migrations = []: must be an object; write it in braces`,
  ),
  "an object instead of a list": refused(
    production((e) => (e.registries = { eu: "europe-west1-docker.pkg.dev/p/" })),
    `${P} registries = {"eu":"europe-west1-docker.pkg.dev/p/"}: must be a list; write it in brackets`,
  ),
  "a function": refused(
    production((e) => (e.region = () => "europe-west1")),
    `${P} region = a function: must be a region, not a zone; write it like "europe-west1"`,
  ),
  "a date": refused(
    production((e) => (e.cache = new Date(0))),
    `${P} cache = {}: must be a plain object or list, without a prototype of its own; write it in braces`,
  ),
  "what holds itself": refused(
    production((e) => (e.cache.cache = e)),
    `${P} cache.cache = {"purpose":"production","project":"pmcrm-production","region":"europe-west1",...: contains itself; write it out`,
  ),
  "what is nested too deeply": refused(
    production((e) => {
      for (let i = 0, o = e; i < 1000; i++) o = o.deeper = {};
    }),
    `${P} deeper.deeper.deeper.deeper.deeper.deeper.deeper.deeper.deeper.deeper.deeper.deeper = {"deeper":{"deeper":{"deeper":{"deeper":{"deeper":{"deeper":{"deeper":{"deepe...: is more than 12 levels deep; remove it`,
  ),
  "a getter": refused(
    production((e) =>
      Object.defineProperty(e, "project", {
        enumerable: true,
        get() {
          throw new Error("no project");
        },
      }),
    ),
    `${P} project = nothing: must be a value, not a getter; write the value`,
  ),
  "a prototype in place of keys": refused(
    production((e) => (e.generations = Object.create({ JWT_SECRET: 2 }))),
    `${P} generations = {}: must be a plain object or list, without a prototype of its own; write it in braces`,
  ),
  "a name in a list": refused(
    production((e) => Object.assign(e.registries, { eu: "europe-west1-docker.pkg.dev/p/" })),
    `${P} registries.eu = "europe-west1-docker.pkg.dev/p/": is a named key, and a list has only numbers; remove it`,
  ),
  "a list of a kind of its own": refused(
    production((e) => (e.services.backend.hosts = new (class extends Array {})())),
    `${P} services.backend.hosts = []: must be a plain object or list, without a prototype of its own; write it in braces`,
  ),
  "an object with a length": refused(
    system((s) => (s.services.worker.command = { length: { valueOf: 5, toString: 5 } })),
    `${S} services.worker.command = {"length":{"valueOf":5,"toString":5}}: must be a list; write it in brackets`,
  ),
  "an object with a length in place of text": refused(
    production((e) => (e.services.backend.hosts = [{ length: 500 }])),
    `${P} services.backend.hosts.0 = {"length":500}: must be a string; write it in quotes`,
  ),
  "a symbol as a key": refused(
    production((e) => (e[Symbol("project")] = "x")),
    `${P} ["Symbol(project)"] = "x": is a symbol; keys must be text; remove it`,
  ),
  "a prototype as a key": refused(
    release((r) => (r.images = JSON.parse(`{"__proto__": "x", "backend": ${JSON.stringify(r.images.backend)}}`))),
    `${R} images.__proto__ = "x": is not a known key; remove it`,
  ),
  "a file that exports nothing": refused(
    (files) => ((files as Anything).system = undefined),
    `${S} = nothing: must export an object by default; write export default { ... }`,
  ),
  "a file that exports no object": refused(
    (files) => ((files as Anything).system = "pmcrm"),
    `${S} = "pmcrm": must be an object; write it in braces`,
  ),
  "a release that is a list": refused(
    (files) => ((files.production as Anything).release = []),
    `${R} = []: must be an object; write it in braces`,
  ),
  "a value of another kind": refused(
    production((e) => (e.services.worker.replicas = "2")),
    `${P} services.worker.replicas = "2": must be a number or a range; write it like 2 or { min: 2, max: 6 }`,
  ),
  "a value half of one kind": refused(
    system((s) => (s.services.worker.health = { command: ["true"], timeout: 3 })),
    `${S} services.worker.health.timeout = 3: is not a known key; remove it, or correct its spelling`,
  ),
  "a variable of no known kind": refused(
    system((s) => (s.variables.LOG_LEVEL = { kind: "magic" })),
    `${S} variables.LOG_LEVEL.kind = "magic": is not a known kind; use one of environment, port, version, node-address, ca-bundle, generated, supplied, database-url, cache-url, datastore`,
  ),
  "a variable without a kind": refused(
    system((s) => (s.variables.LOG_LEVEL = {})),
    `${S} variables.LOG_LEVEL.kind = nothing: is required; use one of environment, port, version, node-address, ca-bundle, generated, supplied, database-url, cache-url, datastore`,
  ),
  "a variable's name in small letters": refused(
    system((s) => {
      s.variables.log = "x";
    }),
    `${S} variables.log = "log": must be a variable's name in capitals, at most 128 characters; write it like "LOG_LEVEL"`,
  ),
  "a key that would break the line": refused(
    production((e) => (e["a\nb\u2028c"] = 1)),
    `${P} ["a\\nb\\u2028c"] = 1: is not a known key; remove it, or correct its spelling`,
  ),
  "a key without end": refused(
    production((e) => (e["k".repeat(10_000)] = 1)),
    `${P} ["${"k".repeat(125)}..."] = 1: is not a known key; remove it, or correct its spelling`,
  ),
  "a text without end": refused(
    production((e) => (e.variables.LOG_LEVEL = "x".repeat(100_000))),
    `${P} variables.LOG_LEVEL = "${"x".repeat(76)}...: must be at most 4096 characters long; shorten it`,
  ),
  // ---- names
  "a project number": refused(
    production((e) => (e.project = "123456789012")),
    `${P} project = "123456789012": must be a project id of 6 to 30 lower-case letters, digits and dashes; copy it from gcloud projects list`,
  ),
  "a name with a line's end": refused(
    production((e) => (e.edge.dnsZone = "pmcrm\n")),
    `${P} edge.dnsZone = "pmcrm\\n": must be a name of at most 63 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
  ),
  "a letter that only looks like one": refused(
    production((e) => (e.edge.dnsZone = "pmсrm")),
    `${P} edge.dnsZone = "pm\\u0441rm": must be a name of at most 63 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
  ),
  "no region of Google's": refused(
    production((e) => (e.region = "europe-west99")),
    `${P} region = "europe-west99": is not a known region; correct it, or add it to REGIONS in facts/google.ts`,
  ),
  "a service's name too long for its account": refused((files) => {
    const name = "a-service-with-a-name-of-thirty";
    files.system.services[name] = { ...files.system.services.worker } as Anything;
    files.production.environment.services[name] = { replicas: 2 };
    files.staging.environment.services[name] = { replicas: 1 };
  }, `${S} services.a-service-with-a-name-of-thirty = "a-service-with-a-name-of-thirty": gives the service account the id pmcrm-a-service-with-a-name-of-thirty, which must have 6 to 30 characters; shorten the name`),
  "a service's name too short for its account": refused(
    (files) => {
      files.name = "pm";
      files.system.services.api = { ...files.system.services.worker } as Anything;
      files.system.services.b = { ...files.system.services.worker } as Anything;
      for (const { environment } of [files.staging, files.production])
        Object.assign(environment.services, { api: { replicas: 2 }, b: { replicas: 2 } });
    },
    `systems/pm.ts services.b = "b": gives the service account the id pm-b, which must have 6 to 30 characters; lengthen the name`,
    `environments/pm/staging.ts database.tier = "db-custom-1-3840": accepts 100 connections, and the pods may open 130 during a rollout; use one with more memory, or lower the replicas or the system's connectionsPerPod`,
  ),
  "a name that every JavaScript object has": refused(
    system((s) => (s.services.constructor = { ...s.services.worker })),
    `${S} services.constructor = "constructor": must not be "constructor"; choose another name`,
  ),
  "a reference to what every JavaScript object has": refused(
    system((s) => s.services.worker.connects.push("toString", "__proto__", "constructor")),
    `${S} services.worker.connects.4 = "toString": is not a connection; use database, cache, search, internet:443, host-agent or a service: backend, worker`,
    `${S} services.worker.connects.5 = "__proto__": is not a connection; use database, cache, search, internet:443, host-agent or a service: backend, worker`,
    `${S} services.worker.connects.6 = "constructor": is not a connection; use database, cache, search, internet:443, host-agent or a service: backend, worker`,
  ),
  "a pool that every JavaScript object has": refused(
    production((e) => (e.cluster.nodePools.constructor = { ...e.cluster.nodePools.app })),
    `${P} cluster.nodePools.constructor = "constructor": must not be "constructor"; choose another name`,
  ),
  "an image that every JavaScript object has": refused(
    release((r) => (r.images.constructor = r.images.backend)),
    `${R} images.constructor = "constructor": must not be "constructor"; choose another name`,
  ),
  "the name of a service account that is there already": refused((files) => {
    files.system.migrations = { ...files.system.migrations, default: files.system.migrations?.migrate as Anything };
  }, `${S} migrations.default = "default": has the name of the service account that every namespace has; choose another name`),
  "the name of what all workloads are under": refused(
    system((s) => (s.migrations.workload = s.migrations.migrate)),
    `${S} migrations.workload = "workload": is a reserved name; choose another name`,
  ),
  "the nodes' account as a service's": refused((files) => {
    files.system.services["staging-nodes"] = { ...files.system.services.worker } as Anything;
    for (const { environment } of [files.staging, files.production])
      environment.services["staging-nodes"] = { replicas: 2 };
  }, `${S} services.staging-nodes = "staging-nodes": gives the service account the id pmcrm-staging-nodes, which is that of the nodes; choose another name`),
  "a service named like a connection": refused((files) => {
    files.system.services["internet-443"] = { ...files.system.services.worker } as Anything;
    for (const { environment } of [files.staging, files.production])
      environment.services["internet-443"] = { replicas: 2 };
  }, `${S} services.internet-443 = "internet-443": has the name of a built-in connection; rename it`),
  "GKE's own pool": refused(
    production((e) => (e.cluster.nodePools["default-pool"] = { ...e.cluster.nodePools.app })),
    `${P} cluster.nodePools.default-pool = {"machineType":"e2-standard-4","min":3,"max":12}: has the name of the pool that GKE creates and Terraform removes; choose another name`,
  ),
  "PostgreSQL's own user": refused(
    system((s) => (s.database.user = "postgres")),
    `${S} database.user = "postgres": is a name that PostgreSQL or Google reserves; use a name that contains the system's`,
  ),
  "a user of Cloud SQL's": refused(
    system((s) => (s.database.user = "cloudsqlreplica")),
    `${S} database.user = "cloudsqlreplica": is a name that PostgreSQL or Google reserves; use a name that contains the system's`,
  ),
  "a host too long for a certificate": refused(
    production((e) => (e.services.backend.hosts = [`${"a".repeat(60)}.pmcrm.io`])),
    `${P} services.backend.hosts.0 = "${"a".repeat(60)}.pmcrm.io": must be at most 64 characters long: a managed certificate allows no more; shorten the name`,
  ),
  "a host that nobody certifies": refused(
    production((e) => (e.services.backend.hosts = ["api.internal"])),
    `${P} services.backend.hosts.0 = "api.internal": must be a public name: no authority issues certificates for others; use a domain of your own`,
  ),
  // ---- network
  "leading zeros": refused(
    production((e) => (e.network.nodes = "10.00.0.0/20")),
    `${P} network.nodes = "10.00.0.0/20": must be written without leading zeros; write 10.0.0.0/20`,
  ),
  "a public range": refused(
    production((e) => (e.network.nodes = "8.8.0.0/20")),
    `${P} network.nodes = "8.8.0.0/20": must be a private range; choose one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10`,
  ),
  "the range of link-local addresses": refused(
    production((e) => (e.network.datastores = "169.254.0.0/20")),
    `${P} network.datastores = "169.254.0.0/20": must be a private range; choose one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10`,
  ),
  "a nodes' range that is too small": refused(
    production((e) => {
      e.network.nodes = "10.0.0.0/26";
      e.cluster.nodePools.app.max = 60;
    }),
    `${P} network.nodes = "10.0.0.0/26": has 60 addresses for 71 nodes; make the range larger`,
  ),
  "much of the internet authorized": refused(
    production((e) => (e.cluster.authorizedNetworks = { half: "128.0.0.0/1" })),
    `${P} cluster.authorizedNetworks.half = "128.0.0.0/1": admits a large part of the internet; name the addresses that need it`,
  ),
  "staging's network in production's": refused(
    staging((e) => (e.network.controlPlane = "10.0.0.16/28")),
    `${T} network.controlPlane = "10.0.0.16/28": must not overlap production's nodes (10.0.0.0/20): the two networks could never be connected; choose another range`,
  ),
  // ---- cluster
  "a machine type that does not exist": refused(
    production((e) => (e.cluster.nodePools.app.machineType = "e2-standard-3")),
    `${P} cluster.nodePools.app.machineType = "e2-standard-3": must be a machine type of the series e2, n1, n2, n2d, t2d, c2, c2d, c3, c3d; write one like "e2-standard-4", or add its series to facts/google.ts`,
  ),
  "machines that take other disks": refused(
    production((e) => (e.cluster.nodePools.app.machineType = "n4-standard-4")),
    `${P} cluster.nodePools.app.machineType = "n4-standard-4": must be a machine type of the series e2, n1, n2, n2d, t2d, c2, c2d, c3, c3d; write one like "e2-standard-4", or add its series to facts/google.ts`,
  ),
  "a pod larger than a shared machine": refused(
    system((s) => {
      s.services.worker.resources = { cpu: "1", memory: "1Gi", memoryLimit: "1Gi" };
    }),
    `${S} services.worker.resources.cpu = "1": must fit on a node of the pool workers (e2-medium); lower it, or use larger machines`,
  ),
  "only dedicated pools": refused(
    production((e) => (e.cluster.nodePools.app.dedicated = true)),
    `${P} cluster.nodePools = {"app":{"machineType":"e2-standard-4","min":3,"max":12,"dedicated":true},"wor...: must include a pool that is not dedicated: the cluster's own pods need one; have one pool that is not dedicated`,
  ),
  "no hour": refused(
    production((e) => (e.cluster.maintenance = "24:00")),
    `${P} cluster.maintenance = "24:00": must be a time of day in UTC, HH:MM; write it like "03:00"`,
  ),
  "an unknown pool": refused(
    system((s) => (s.services.worker.pool = "gpu")),
    `${S} services.worker.pool = "gpu": is not a node pool of every environment; use one of app, workers, monitoring`,
  ),
  "a pod larger than a node": refused(
    system((s) => {
      s.services.backend.resources = { cpu: "4", memory: "1Gi", memoryLimit: "1Gi" };
    }),
    `${S} services.backend.resources.cpu = "4": must fit on a node of the pool app (e2-standard-2); lower it, or use larger machines`,
    `${S} services.backend.resources.cpu = "4": must fit on a node of the pool app (e2-standard-4); lower it, or use larger machines`,
  ),
  "a migration larger than a node": refused(
    system((s) => (s.migrations.migrate.resources = { cpu: "1", memory: "15Gi", memoryLimit: "15Gi" })),
    `${S} migrations.migrate.resources.memory = "15Gi": must fit on a node of the pool app (e2-standard-2); lower it, or use larger machines`,
    `${S} migrations.migrate.resources.memory = "15Gi": must fit on a node of the pool app (e2-standard-4); lower it, or use larger machines`,
  ),
  "a pool without room for its first nodes": refused(
    production((e) => (e.cluster.nodePools.monitoring.max = 2)),
    `${P} cluster.nodePools.monitoring.max = 2: must be at least 3: each zone starts with one node; write at least 3`,
  ),
  "a cluster of no known mode": refused(
    production((e) => (e.cluster.mode = "serverless")),
    `${P} cluster.mode = "serverless": is not a known kind; use one of standard, autopilot`,
  ),
  "a cluster without a mode": refused(
    production((e) => delete e.cluster.mode),
    `${P} cluster.mode = nothing: is required; use one of standard, autopilot`,
  ),
  "Autopilot with a pool for monitoring": refused((files) => {
    autopilot(files);
    files.production.environment.monitoring.pool = "monitoring";
  }, `${P} monitoring.pool = "monitoring": must be absent: Autopilot has no node pools; remove it`),
  "monitoring in no pool": refused(
    production((e) => delete e.monitoring.pool),
    `${P} monitoring.pool = nothing: is not a node pool of this environment; use one of app, workers, monitoring`,
  ),
  "a registry that another's name begins with": refused(
    production((e) => (e.registries = ["europe-west1-docker.pkg.dev/pmcrm-production"])),
    `${P} registries.0 = "europe-west1-docker.pkg.dev/pmcrm-production": must be a registry or a folder of one, with a slash at the end; write it like "europe-west1-docker.pkg.dev/my-project/"`,
  ),
  "a registry without a host": refused(
    production((e) => (e.registries = ["pmcrm-production/"])),
    `${P} registries.0 = "pmcrm-production/": must be a registry or a folder of one, with a slash at the end; write it like "europe-west1-docker.pkg.dev/my-project/"`,
  ),
  "no registry": refused(
    production((e) => (e.registries = [])),
    `${P} registries = []: must not be empty; name the Artifact Registry repository`,
  ),
  // ---- datastores
  "an odd number of vCPUs": refused(
    production((e) => (e.database.tier = "db-custom-3-16384")),
    `${P} database.tier = "db-custom-3-16384": must have 1 vCPU or an even number up to 96; change the first number`,
  ),
  "a shared tier": refused(
    production((e) => (e.database.tier = "db-f1-micro")),
    `${P} database.tier = "db-f1-micro": is no dedicated tier of the edition ENTERPRISE; write it "db-custom-<vCPUs>-<MiB>"`,
  ),
  "a tier that takes another disk": refused(
    production((e) => Object.assign(e.database, { edition: "ENTERPRISE_PLUS", tier: "db-c4a-highmem-4" })),
    `${P} database.tier = "db-c4a-highmem-4": is no tier of the edition ENTERPRISE_PLUS; write it like "db-perf-optimized-N-4"`,
  ),
  "a version that is too old": refused(
    system((s) => (s.database.version = "POSTGRES_14")),
    `${S} database.version = "POSTGRES_14": must be one of "POSTGRES_15", "POSTGRES_16", "POSTGRES_17"; choose one of them`,
  ),
  "no recovery": refused(
    production((e) => (e.database.recoveryDays = 0)),
    `${P} database.recoveryDays = 0: must be at least 1 (days); write a number from 1 to 35`,
  ),
  "a replica in a zone": refused(
    production((e) => (e.database.replicaRegion = "europe-west3-a")),
    `${P} database.replicaRegion = "europe-west3-a": must be a region, not a zone; write it like "europe-west1"`,
  ),
  "services on a copy that is not there": refused(
    production((e) => (e.database.serves = "restored")),
    `${P} database.serves = "restored": names a copy that does not exist; add restore, or remove it`,
  ),
  "a copy named like the replica": refused(
    production((e) => (e.database.restore = { name: "replica", at: "2026-01-31T12:00:00Z" })),
    `${P} database.restore.name = "replica": makes the name of the copy look like that of pmcrm-production or its replica; say what the copy is for, such as before-import`,
  ),
  "a day that February does not have": refused(
    production((e) => (e.database.restore = { name: "pmcrm-restored", at: "2026-02-31T12:00:00Z" })),
    `${P} database.restore.at = "2026-02-31T12:00:00Z": must be a moment in UTC; write it like "2026-01-31T12:00:00Z"`,
  ),
  "a password that was rotated in no release": refused(
    production((e) => (e.database.password = { generation: 2, rotatedIn: "release 2" })),
    `${P} database.password.rotatedIn = "release 2": must be a version; write it like "1.4.2"`,
  ),
  "a first generation that was rotated": refused(
    production((e) => (e.database.password = { generation: 1, rotatedIn: "1.0.0" })),
    `${P} database.password.generation = 1: must be at least 2 (generation); write a number from 2 to 100000`,
  ),
  "a password in plain text": refused(
    production((e) => (e.database.password = "correct-horse-battery")),
    `${P} database.password = "corr...: must be an object; write it in braces`,
  ),
  "a URL parameter that turns TLS off": refused(
    system((s) => (s.variables.DATABASE_URL.parameters = { sslmode: "disable" })),
    `${S} variables.DATABASE_URL.parameters.sslmode = "sslmode": must be a parameter's name, but not one about TLS, which is always required; use another parameter`,
  ),
  "a URL parameter that names another host": refused(
    system((s) => (s.variables.DATABASE_URL.parameters = { host: "10.0.0.5" })),
    `${S} variables.DATABASE_URL.parameters.host = "host": must not be a part of the URL itself, such as its host or user; remove it`,
  ),
  "an extension twice": refused(
    system((s) => s.database.extensions.push("vector")),
    `${S} database.extensions.1 = "vector": is listed twice; remove one of the two`,
  ),
  // ---- workloads
  "a privileged port": refused(
    system((s) => (s.services.backend.port = 80)),
    `${S} services.backend.port = 80: must be at least 1024 (unprivileged TCP port); write a number from 1024 to 65535`,
  ),
  "public metrics": refused(
    system((s) => (s.services.backend.metrics.port = 3000)),
    `${S} services.backend.metrics.port = 3000: must differ from the service's port, which is public; serve metrics on another port`,
  ),
  "an HTTP check without a port": refused(
    system((s) => (s.services.worker.health = { live: "/a", ready: "/b" })),
    `${S} services.worker.health = {"live":"/a","ready":"/b"}: needs a port, and the service has none; give it a port, or a health command`,
  ),
  "a command as health check of a service with a port": refused(
    system((s) => (s.services.backend.health = { command: ["true"] })),
    `${S} services.backend.health = {"command":["true"]}: must be paths: the service has a port, and load balancers check it; write { live: "/health", ready: "/health/ready" }`,
  ),
  "a path that ends an expression": refused(
    system((s) => (s.services.backend.rateLimits[1].path = '/auth/") || true')),
    `${S} services.backend.rateLimits.1.path = "/auth/\\") || true": must be an absolute URL path without query; write it like "/health"`,
  ),
  "an interval that Cloud Armor does not know": refused(
    system((s) => (s.services.backend.rateLimits[0].seconds = 1)),
    `${S} services.backend.rateLimits.0.seconds = 1: is not an interval that Cloud Armor supports; use one of 10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600`,
  ),
  "a timeout for a service without a port": refused(
    system((s) => (s.services.worker.timeoutSeconds = 90)),
    `${S} services.worker.timeoutSeconds = 90: is for services with a port; remove it`,
  ),
  "a timeout of zero": refused(
    system((s) => (s.services.backend.timeoutSeconds = 0)),
    `${S} services.backend.timeoutSeconds = 0: must be at least 1 (seconds); write a number from 1 to 300`,
  ),
  "a timeout that would delay every rollout": refused(
    system((s) => (s.services.backend.timeoutSeconds = 3600)),
    `${S} services.backend.timeoutSeconds = 3600: must be at most 300 (seconds); write a number from 1 to 300`,
  ),
  "two limits for one path": refused(
    system((s) => s.services.backend.rateLimits.push({ path: "/Auth/", requests: 5, seconds: 10 })),
    `${S} services.backend.rateLimits.2 = {"path":"/Auth/","requests":5,"seconds":10}: limits the same paths as another one; remove one of the two, or name another path`,
  ),
  "a limit for what is not public": refused(
    system((s) => (s.services.worker.rateLimits = [{ requests: 5, seconds: 10 }])),
    `${S} services.worker.rateLimits.0 = {"requests":5,"seconds":10}: must be absent: the service has no port; remove it`,
  ),
  "a limit without a host": refused(
    production((e) => (e.services.backend.hosts = [])),
    `${P} services.backend.hosts = []: must name a host: the system limits this service's rate at the edge; add one`,
  ),
  "an objective without metrics": refused(
    system((s) => delete s.services.backend.metrics.requests),
    `${S} services.backend.objective = {"availability":99.9}: cannot be measured: the service names no metric of its requests; add metrics.requests, or remove the objective`,
  ),
  "a latency without a histogram": refused(
    system((s) => {
      s.services.backend.objective.latency = { percent: 99, seconds: 1 };
      delete s.services.backend.metrics.requests.histogram;
    }),
    `${S} services.backend.objective.latency = {"percent":99,"seconds":1}: cannot be measured: the service names no histogram of durations; add metrics.requests.histogram, or remove the latency`,
  ),
  "a latency of nothing": refused(
    system((s) => (s.services.backend.objective.latency = { percent: 99, seconds: 0 })),
    `${S} services.backend.objective.latency.seconds = 0: must be above 0 (seconds); write one up to 60`,
  ),
  "an objective that nothing meets": refused(
    system((s) => (s.services.backend.objective.availability = 100)),
    `${S} services.backend.objective.availability = 100: must be at most 99.99 (per cent); write a number from 95 to 99.99`,
  ),
  "a repository with a slash at the end": refused(
    production((e) => (e.repository = `${e.repository}/`)),
    `${P} repository = "europe-west1-docker.pkg.dev/pmcrm-production/pmcrm/": must be a registry's folder; write it like "europe-west1-docker.pkg.dev/my-project/my-repository", without a slash at the end`,
  ),
  "a repository that only begins like a registry": refused(
    production((e) => (e.repository = "europe-west1-docker.pkg.dev/pmcrm-production-2/pmcrm")),
    `${P} repository = "europe-west1-docker.pkg.dev/pmcrm-production-2/pmcrm": must be within europe-west1-docker.pkg.dev/pmcrm-production/; correct it, or add its registry to registries`,
  ),
  "a missing image": refused(
    system((s) => (s.services.worker.image = "worker")),
    `${R} images.worker = nothing: is required: the system runs it; add the image`,
  ),
  "an image that nothing runs": refused(
    release((r) => (r.images.fronted = r.images.backend)),
    `${R} images.fronted = "sha256:${"1".repeat(64)}": is not used; remove it, or use one of backend`,
  ),
  "a digest that is too short": refused(
    release((r) => (r.images.backend = r.images.backend.slice(0, -1))),
    `${R} images.backend = "sha256:${"1".repeat(63)}": must be an image's digest, in lower case; write "sha256:<64 digits>"; docker buildx imagetools inspect shows it`,
  ),
  "a version with a space": refused(
    release((r) => (r.version = "1.0 beta")),
    `${R} version = "1.0 beta": must be a version; write it like "1.4.2"`,
  ),
  "a range for a service that is not autoscaled": refused(
    production((e) => (e.services.worker.replicas = { min: 2, max: 3 })),
    `${P} services.worker.replicas = {"min":2,"max":3}: must be a number: the service is not autoscaled; write 2, or give the service autoscale`,
  ),
  "no replica": refused(
    production((e) => (e.services.worker.replicas = 0)),
    `${P} services.worker.replicas = 0: must be at least 1 (replicas); write a number from 1 to 1000`,
  ),
  "an autoscaled replica in production": refused(
    production((e) => (e.services.backend.replicas = { min: 1, max: 3 })),
    `${P} services.backend.replicas = {"min":1,"max":3}: must be at least 2 in production: one replica is an outage at every node upgrade; write 2 or more`,
  ),
  "a service that the environment forgot": refused(
    production((e) => delete e.services.worker),
    `${P} services.worker = nothing: is required: the system has this service; add it, for example { replicas: 2 }`,
  ),
  "a service that the system does not have": refused(
    production((e) => (e.services.wroker = { replicas: 2 })),
    `${P} services.wroker = {"replicas":2}: is not a service of the system; use one of backend, worker`,
  ),
  "a host of a worker": refused(
    production((e) => (e.services.worker.hosts = ["worker.pmcrm.io"])),
    `${P} services.worker.hosts = ["worker.pmcrm.io"]: are for services with a port; remove them`,
  ),
  "a host of two services": refused((files) => {
    files.system.services.other = { ...files.system.services.backend } as Anything;
    files.production.environment.services.other = { replicas: { min: 2, max: 3 }, hosts: ["api.pmcrm.io"] };
    files.staging.environment.services.other = { replicas: { min: 1, max: 2 }, hosts: ["other.pmcrm.io"] };
  }, `${P} services.other.hosts.0 = "api.pmcrm.io": is already a host of backend; give the host to one service, or give each service its own path`),
  "more hosts than certificates": refused(
    production((e) => (e.services.backend.hosts = Array.from({ length: 16 }, (_, i) => `h${i}.pmcrm.io`))),
    `${P} services = {"backend":{"replicas":{"min":3,"max":20},"hosts":["h0.pmcrm.io","h1.pmcrm.io...: have 16 hosts, and a load balancer takes 15 certificates; use fewer hosts`,
  ),
  "an unknown migration": refused(
    system((s) => (s.services.worker.after = ["seed"])),
    `${S} services.worker.after.0 = "seed": is not a migration of the system; use one of migrate`,
  ),
  "a migration twice": refused(
    system((s) => s.services.worker.after.push("migrate")),
    `${S} services.worker.after.1 = "migrate": is listed twice; remove one of the two`,
  ),
  "a connection twice": refused(
    system((s) => s.services.worker.connects.push("cache")),
    `${S} services.worker.connects.4 = "cache": is listed twice; remove one of the two`,
  ),
  "a service that connects to itself": refused(
    system((s) => s.services.backend.connects.push("backend")),
    `${S} services.backend.connects.4 = "backend": must not be the service itself; remove it`,
  ),
  "a database URL without the way to the database": refused(
    system((s) => (s.migrations.migrate.connects = [])),
    `${S} migrations.migrate.variables.4 = "DATABASE_URL": needs a connection to the database; add "database" to connects, or remove the variable`,
    `${S} migrations.migrate.variables.5 = "DIRECT_URL": needs a connection to the database; add "database" to connects, or remove the variable`,
  ),
  "a port of something that listens on none": refused(
    system((s) => s.services.worker.variables.push("PORT")),
    `${S} services.worker.variables.20 = "PORT": needs a port, and this workload has none; remove it, or give the service a port`,
  ),
  // ---- variables and secrets
  "a variable that nothing uses": refused(
    system((s) => (s.variables.REGION = "eu")),
    `${S} variables.REGION = "eu": is not used; remove it, or list it in a service's variables`,
  ),
  "a variable that every pod has": refused(
    system((s) => {
      s.variables.HOME = "/root";
      s.services.worker.variables.push("HOME");
    }),
    `${S} variables.HOME = "/root": is set by the platform: /tmp is the only writable folder; remove it`,
  ),
  "the name of what all secrets are under": refused(
    system((s) => {
      s.variables.SECRETS = { kind: "supplied" };
      s.services.worker.variables.push("SECRETS");
    }),
    `${S} variables.SECRETS = {"kind":"supplied"}: is a reserved name; choose another name`,
  ),
  "a secret by its name in plain text": refused(
    system((s) => (s.variables.OPENAI_API_KEY = "correct-horse-battery")),
    `${S} variables.OPENAI_API_KEY = "corr...: has the name of a secret, and its value is plain text; declare it { kind: "supplied" } and keep the value in Secret Manager`,
  ),
  "a secret among a program's arguments": refused(
    system((s) => s.services.worker.command.push(`--token=ghp_${"a1B2".repeat(9)}`)),
    `${S} services.worker.command.2 = "--to...: looks like a secret; let the program read it from a variable of the kind "supplied"`,
  ),
  "another role in a URL's parameters": refused(
    system((s) => (s.variables.DIRECT_URL.parameters = { options: "x" })),
    `${S} variables.DIRECT_URL.parameters.options = "options": must not be a part of the URL itself, such as its host or user; remove it`,
  ),
  "a secret among a URL's parameters": refused(
    system((s) => (s.variables.DIRECT_URL.parameters = { application_name: `ghp_${"a1B2".repeat(9)}` })),
    `${S} variables.DIRECT_URL.parameters.application_name = "ghp_...: looks like a secret; remove it: the URL has its password already`,
  ),
  "an environment's secret by its name": refused(
    (files) => {
      files.system.variables.APOLLO_API_KEY = { kind: "environment" };
      for (const { environment } of [files.staging, files.production])
        Object.assign(environment.variables as object, { APOLLO_API_KEY: "correct-horse-battery" });
    },
    `${T} variables.APOLLO_API_KEY = "corr...: has the name of a secret, and its value is plain text; declare it { kind: "supplied" } and keep the value in Secret Manager`,
    `${P} variables.APOLLO_API_KEY = "corr...: has the name of a secret, and its value is plain text; declare it { kind: "supplied" } and keep the value in Secret Manager`,
  ),
  "control characters": refused(
    production((e) => (e.variables.LOG_LEVEL = "in\u0000fo")),
    `${P} variables.LOG_LEVEL = "in\\u0000fo": must be plain text without control characters; remove them`,
  ),
  "half a character": refused(
    production((e) => (e.variables.LOG_LEVEL = "in\ud800fo")),
    `${P} variables.LOG_LEVEL = "in\\ud800fo": must be plain text without control characters; remove them`,
  ),
  "a variable that the environment forgot": refused(
    production((e) => delete e.variables.LOG_LEVEL),
    `${P} variables.LOG_LEVEL = nothing: is required: the system reads it from here; add it`,
  ),
  "a variable that the system does not have": refused(
    production((e) => (e.variables.LOG_LEVLE = "info")),
    `${P} variables.LOG_LEVLE = "info": is not a variable of the system; remove it, or declare it in the system`,
  ),
  "a variable that is not the environment's": refused(
    production((e) => (e.variables.NODE_ENV = "staging")),
    `${P} variables.NODE_ENV = "staging": is set by the system, not by the environment; declare it { kind: "environment" } in the system, or remove it here`,
  ),
  "a new generation of what must never rotate": refused(
    production((e) => (e.generations = { ENCRYPTION_KEY: 2 })),
    `${P} generations.ENCRYPTION_KEY = 2: must stay 1: a new value would make stored data unreadable; remove it`,
  ),
  "the latest version of a secret": refused(
    production((e) => (e.generations = { OPENAI_API_KEY: "latest" })),
    `${P} generations.OPENAI_API_KEY = "latest": must be a whole number (generation); write one from 1 to 100000`,
  ),
  "a generation of no secret": refused(
    production((e) => (e.generations = { LOG_LEVEL: 2 })),
    `${P} generations.LOG_LEVEL = 2: is not a secret of the system; use one of GRAFANA_ADMIN_PASSWORD, ALERTMANAGER_RECEIVER, DATADOG_API_KEY, JWT_SECRET, ENCRYPTION_KEY, GOOGLE_CLIENT_SECRET, MICROSOFT_CLIENT_SECRET, ANTHROPIC_API_KEY, OPENAI_API_KEY, APOLLO_API_KEY, WHATSAPP_API_TOKEN`,
  ),
  "a generation of the database's password": refused(
    production((e) => (e.generations = { DATABASE_PASSWORD: 2 })),
    `${P} generations.DATABASE_PASSWORD = 2: has a field of its own; write it to database.password`,
  ),
  "a generation of a key that nothing uses": refused(
    staging((e) => (e.generations = { DATADOG_API_KEY: 2, ALERTMANAGER_RECEIVER: 2 })),
    `${T} generations.ALERTMANAGER_RECEIVER = 2: is not used without monitoring.receiver; add monitoring.receiver, or remove it`,
    `${T} generations.DATADOG_API_KEY = 2: is not used without datadog; add datadog, or remove it`,
  ),
  "a secret of the platform as a variable": refused(
    system((s) => {
      s.variables.DATABASE_PASSWORD = { kind: "generated", length: 32 };
      s.services.worker.variables.push("DATABASE_PASSWORD");
    }),
    `${S} variables.DATABASE_PASSWORD = {"kind":"generated","length":32}: is a secret of the platform; choose another name`,
  ),
  // ---- who watches
  "no e-mail address": refused(
    production((e) => (e.monitoring.email = "oncall@pmcrm")),
    `${P} monitoring.email = "oncall@pmcrm": must be an e-mail address; write it like "oncall@example.com"`,
  ),
  "two e-mail addresses": refused(
    production((e) => (e.monitoring.email = "a@pmcrm.io, b@pmcrm.io")),
    `${P} monitoring.email = "a@pmcrm.io, b@pmcrm.io": must be an e-mail address; write it like "oncall@example.com"`,
  ),
  "a receiver of no known kind": refused(
    production((e) => (e.monitoring.receiver = { kind: "sms" })),
    `${P} monitoring.receiver.kind = "sms": is not a known kind; use one of slack, pagerduty, webhook`,
  ),
  "a channel of a webhook": refused(
    production((e) => (e.monitoring.receiver = { kind: "webhook", channel: "#a" })),
    `${P} monitoring.receiver.channel = "#a": is not a known key; remove it, or correct its spelling`,
  ),
  "a channel without its sign": refused(
    production((e) => (e.monitoring.receiver = { kind: "slack", channel: "alerts" })),
    `${P} monitoring.receiver.channel = "alerts": must be a channel; write it like "#alerts"`,
  ),
  "a Datadog site by its console's name": refused(
    production((e) => (e.datadog.site = "app.datadoghq.eu")),
    `${P} datadog.site = "app.datadoghq.eu": must be one of "datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com", "ap2.datadoghq.com", "ddog-gov.com"; choose one of them`,
  ),
  // ---- who guards
  "a firewall that neither warns nor refuses": refused(
    production((e) => (e.edge.waf.mode = "off")),
    `${P} edge.waf.mode = "off": must be one of "preview", "enforce"; choose one of them`,
  ),
  "an unknown rule set": refused(
    production((e) => (e.edge.waf.exclusions = [{ ruleSet: "sqli", signatures: ["owasp-crs-v030301-id942432-sqli"] }])),
    `${P} edge.waf.exclusions.0.ruleSet = "sqli": must be one of ${WAF_RULE_SETS.map((set) => `"${set}"`).join(", ")}; choose one of them`,
  ),
  "no signature's id": refused(
    production((e) => (e.edge.waf.exclusions = [{ ruleSet: "sqli-v33-stable", signatures: ["942432"] }])),
    `${P} edge.waf.exclusions.0.signatures.0 = "942432": must be a signature's id; copy it from the load balancer's log (preconfiguredExprIds)`,
  ),
  "another rule set's signature": refused(
    production(
      (e) => (e.edge.waf.exclusions = [{ ruleSet: "sqli-v33-stable", signatures: ["owasp-crs-v030301-id941100-xss"] }]),
    ),
    `${P} edge.waf.exclusions.0.signatures.0 = "owasp-crs-v030301-id941100-xss": is not a signature of sqli-v33-stable; name its rule set, or correct it`,
  ),
  "an exclusion of nothing": refused(
    production((e) => (e.edge.waf.exclusions = [{ ruleSet: "sqli-v33-stable" }])),
    `${P} edge.waf.exclusions.0 = {"ruleSet":"sqli-v33-stable"}: excludes nothing; name signatures, fields or both, or remove it`,
  ),
  "an exclusion of any field, and of one": refused(
    production((e) => {
      const fields = [
        { in: "header", operator: "EQUALS_ANY", value: "x" },
        { in: "cookie", operator: "EQUALS" },
      ];
      e.edge.waf.exclusions = [{ ruleSet: "xss-v33-stable", fields }];
    }),
    `${P} edge.waf.exclusions.0.fields.0.value = "x": must be absent: EQUALS_ANY compares with no value; remove it`,
    `${P} edge.waf.exclusions.0.fields.1.value = nothing: is required: EQUALS compares with it; add it`,
  ),
  "more fields than Cloud Armor takes": refused(
    production((e) => {
      const fields = Array.from({ length: 11 }, (_, i) => ({ in: "header", operator: "EQUALS", value: `x-${i}` }));
      e.edge.waf.exclusions = [{ ruleSet: "xss-v33-stable", fields }];
    }),
    `${P} edge.waf.exclusions.0.fields.10 = {"in":"header","operator":"EQUALS","value":"x-10"}: is one header more than the 10 that Cloud Armor supports; turn the signature off instead`,
  ),
  "more signatures off than an expression has room for": refused(
    production((e) => {
      const signatures = Array.from({ length: 8 }, (_, i) => `owasp-crs-v030301-id94243${i}-sqli`);
      e.edge.waf.exclusions = [{ ruleSet: "sqli-v33-stable", signatures }];
    }),
    `${P} edge.waf.exclusions.0.signatures = ["owasp-crs-v030301-id942430-sqli","owasp-crs-v030301-id942431-sqli","owasp-c...: turn off 8 signatures of sqli-v33-stable, and an expression has room for 7; exclude the fields that they match`,
  ),
  "a limit's path as it is encoded": refused(
    system((s) => (s.services.backend.rateLimits[1].path = "/a%20b")),
    `${S} services.backend.rateLimits.1.path = "/a%20b": must be decoded, without percent signs; write the characters themselves`,
  ),
  "a retention shorter than the alerts' windows": refused(
    production((e) => (e.monitoring.retentionDays = 2)),
    `${P} monitoring.retentionDays = 2: must be at least 3: the alerts on objectives look back as many days; raise it`,
  ),
  "no retention": refused(
    production((e) => (e.monitoring.retentionDays = 0)),
    `${P} monitoring.retentionDays = 0: must be at least 1 (days); write a number from 1 to 400`,
  ),
  "too little memory for Prometheus": refused(
    production((e) => (e.monitoring.memory = "256Mi")),
    `${P} monitoring.memory = "256Mi": must be at least 512Mi; write "512Mi" or more`,
  ),
  "a Prometheus that fits on no node": refused(
    production((e) => (e.monitoring.memory = "16Gi")),
    `${P} monitoring.memory = "16Gi": must fit on a node of the pool monitoring (e2-standard-4); lower it, or use larger machines`,
  ),
  "audit logs of no known service": refused(
    system((s) => s.auditLogs.services.push("bigquery")),
    `${S} auditLogs.services.5 = "bigquery": must be one of "secretmanager", "cloudkms", "cloudsql", "container", "iam", "redis", "storage"; choose one of them`,
  ),
  "audit logs of a service twice": refused(
    system((s) => s.auditLogs.services.push("iam")),
    `${S} auditLogs.services.5 = "iam": is listed twice; remove one of the two`,
  ),
  "audit logs of nothing": refused(
    system((s) => (s.auditLogs.services = [])),
    `${S} auditLogs.services = []: must not be empty; use some of secretmanager, cloudkms, cloudsql, container, iam, redis, storage`,
  ),
  "audit logs that are gone too soon": refused(
    system((s) => (s.auditLogs.retentionDays = 7)),
    `${S} auditLogs.retentionDays = 7: must be at least 30 (days); write a number from 30 to 3650`,
  ),
  // ---- datastores in the cluster
  "images that Bitnami has taken away": refused(
    inCluster((e) => (e.bitnami.images = "docker.io/bitnami")),
    `${P} bitnami.images = "docker.io/bitnami": has no images of the charts' versions since August 2025, so no pod could start; use "docker.io/bitnamilegacy" or a mirror of it`,
  ),
  "the same by their registry's other name": refused(
    inCluster((e) => (e.bitnami.images = "registry-1.docker.io/bitnami")),
    `${P} bitnami.images = "registry-1.docker.io/bitnami": has no images of the charts' versions since August 2025, so no pod could start; use "docker.io/bitnamilegacy" or a mirror of it`,
  ),
  "images of no registry": refused(
    inCluster((e) => (e.bitnami.images = "bitnamilegacy")),
    `${P} bitnami.images = "bitnamilegacy": must be a registry's folder; write "docker.io/bitnamilegacy", or a mirror of it such as "europe-west1-docker.pkg.dev/my-project/bitnamilegacy"`,
    `${P} bitnami.images = "bitnamilegacy": has no images of the charts' versions since August 2025, so no pod could start; use "docker.io/bitnamilegacy" or a mirror of it`,
  ),
  "no source of images": refused(
    inCluster((e) => delete e.bitnami),
    `${P} bitnami = nothing: is required: a datastore is a release of Bitnami's chart; add it, for example { images: "docker.io/bitnamilegacy" }`,
  ),
  "a source of images for nothing": refused(
    production((e) => (e.bitnami = { images: "docker.io/bitnamilegacy", pool: "app" })),
    `${P} bitnami = {"images":"docker.io/bitnamilegacy","pool":"app"}: is not used; remove it`,
  ),
  "datastores on no pool": refused(
    inCluster((e) => (e.bitnami.pool = "data")),
    `${P} bitnami.pool = "data": is not a node pool of this environment; use one of app, workers, monitoring`,
  ),
  "no search index in an environment": refused(
    inCluster((e) => delete e.search),
    `${P} search = nothing: is required: the system has a search index; add it`,
  ),
  "a search index of no system": refused(
    production((e) =>
      Object.assign(e, { search: BITNAMI, bitnami: { images: "docker.io/bitnamilegacy", pool: "app" } }),
    ),
    `${P} search = ${JSON.stringify(BITNAMI).slice(0, 77)}...: is not used: the system has no search index; remove it, or declare it`,
  ),
  "a version that no image has": refused(
    inCluster((_e, s) => (s.database.version = "POSTGRES_16")),
    `${S} database.version = "POSTGRES_16": is not a version that bitnami supports; use one of POSTGRES_17`,
  ),
  "extensions of a database in the cluster": refused(
    inCluster((_e, s) => (s.database.extensions = ["vector"])),
    `${S} database.extensions = ["vector"]: are created through Cloud SQL's API, and a database is in the cluster; create them in a migration`,
  ),
  "a password that PostgreSQL would not hear of": refused(
    inCluster((e) => (e.generations = { DATABASE_PASSWORD: 2, DATABASE_ADMINISTRATOR_PASSWORD: 2 })),
    `${P} generations.DATABASE_PASSWORD = 2: must stay 1: PostgreSQL in the cluster reads its passwords only when it first starts; remove it`,
    `${P} generations.DATABASE_ADMINISTRATOR_PASSWORD = 2: must stay 1: PostgreSQL in the cluster reads its passwords only when it first starts; remove it`,
  ),
  "a password of no datastore": refused(
    production((e) => (e.generations = { CACHE_PASSWORD: 2 })),
    `${P} generations.CACHE_PASSWORD = 2: is not used without a cache of the kind "bitnami"; add a cache of the kind "bitnami", or remove it`,
  ),
  "dumps that are gone too soon": refused(
    inCluster((e) => (e.database.backups.keepDays = 1)),
    `${P} database.backups.keepDays = 1: must be at least 7 (days); write a number from 7 to 3650`,
  ),
  "a database of no known kind": refused(
    production((e) => (e.database = { kind: "mysql" })),
    `${P} database.kind = "mysql": is not a known kind; use one of cloud-sql, bitnami`,
  ),
  "a range for datastores that are in the cluster": refused(
    inCluster((e) => {
      e.cache = BITNAMI;
    }),
    `${P} network.datastores = "10.100.0.0/20": is not used: the datastores are in the cluster; remove it`,
    `${S} cache.version = "REDIS_7_2": is not a version that bitnami supports; use one of REDIS_8_2`,
  ),
  "an empty list of ranges for datastores": refused(
    production((e) => (e.network.datastores = [])),
    `${P} network.datastores = []: must not be empty; name a range, or remove the key`,
  ),
  "a range for datastores that is a number": refused(
    production((e) => (e.network.datastores = 20 as never)),
    `${P} network.datastores = 20: must be a range or a list of ranges; write it like "10.100.0.0/20", or ["10.100.0.0/20", "10.101.0.0/20"]`,
  ),
  "a further range for datastores that is too small": refused(
    production((e) => (e.network.datastores = ["10.100.0.0/20", "10.101.0.0/25"])),
    `${P} network.datastores.1 = "10.101.0.0/25": must have a prefix from /16 to /24; choose a range of another size`,
  ),
  "ranges for datastores that overlap": refused(
    production((e) => (e.network.datastores = ["10.100.0.0/20", "10.100.8.0/22"])),
    `${P} network.datastores.1 = "10.100.8.0/22": must not overlap datastores (10.100.0.0/20); choose another range`,
  ),
  "a further range for datastores that overlaps production's": refused(
    staging((e) => (e.network.datastores = ["10.116.0.0/20", "10.100.0.0/20"])),
    `${T} network.datastores.1 = "10.100.0.0/20": must not overlap production's datastores (10.100.0.0/20): the two networks could never be connected; choose another range`,
  ),
  "logs in a zone": refused(
    production((e) => (e.logLocation = "europe-west1-b")),
    `${P} logLocation = "europe-west1-b": is not a location of log buckets; write "global", "eu", "us" or a region: where _Default is`,
  ),
  "no range for Google's datastores": refused(
    production((e) => delete e.network.datastores),
    `${P} network.datastores = nothing: is required: Cloud SQL and Memorystore get their addresses from it; add it, for example "10.100.0.0/20"`,
  ),
  "a variable of a search index that is not there": refused(
    system((s) => {
      s.variables.SEARCH_HOST = { kind: "datastore", of: "search", field: "host" };
      s.services.worker.variables.push("SEARCH_HOST");
    }),
    `${S} variables.SEARCH_HOST.of = "search": is not a datastore of the system; declare search, or use another`,
    `${S} services.worker.variables.20 = "SEARCH_HOST": needs a connection to the search; add "search" to connects, or remove the variable`,
  ),
  "a user of the cache": refused(
    system((s) => {
      s.variables.CACHE_USER = { kind: "datastore", of: "cache", field: "user" };
      s.services.worker.variables.push("CACHE_USER");
    }),
    `${S} variables.CACHE_USER.field = "user": is not a field of the cache; use one of host, port, password`,
  ),
  "less memory than requested for a datastore": refused(
    inCluster(
      (e) => (e.search = { ...BITNAMI, resources: { cpu: "1", cpuLimit: "500m", memory: "2Gi", memoryLimit: "1Gi" } }),
    ),
    `${P} search.resources.cpuLimit = "500m": must not be below the request; write at least 1`,
    `${P} search.resources.memoryLimit = "1Gi": must not be below the request; write at least 2Gi`,
  ),
  "memory in which a datastore does not run": refused(
    inCluster((e) => (e.search = { ...BITNAMI, resources: { cpu: "1", memory: "64Mi", memoryLimit: "64Mi" } })),
    `${P} search.resources.memoryLimit = "64Mi": must be at least 1024Mi for the search; write "1024Mi" or more`,
  ),
  "more connections than the database's memory allows": refused(
    inCluster((e) => (e.database.resources = { cpu: "1", memory: "1Gi", memoryLimit: "2Gi" })),
    `${P} database.resources.memoryLimit = "2Gi": allows pods 236 connections, and they may open 290 during a rollout; raise it, which restarts the database, or lower the replicas or the system's connectionsPerPod`,
  ),
  "logs that are kept longer than backups": refused(
    production((e) =>
      Object.assign(e.database, {
        edition: "ENTERPRISE_PLUS",
        tier: "db-perf-optimized-N-4",
        recoveryDays: 35,
      }),
    ),
    `${P} database.backups.keep = 30: must be at least recoveryDays (35): Cloud SQL keeps no logs longer than backups; raise it, or lower recoveryDays`,
  ),
  "a range too small for a replica and Memorystore": refused(
    production((e) => (e.network.datastores = "10.100.0.0/24")),
    `${P} network.datastores = "10.100.0.0/24": has 1 of the 3 blocks of 256 addresses that Google takes: one for Cloud SQL in each region, one for Memorystore; make it at least a /22, or add a range where it is in use`,
  ),
  "a range too small for Cloud SQL and Memorystore": refused(
    staging((e) => (e.network.datastores = "10.116.0.0/24")),
    `${T} network.datastores = "10.116.0.0/24": has 1 of the 2 blocks of 256 addresses that Google takes: one for Cloud SQL in each region, one for Memorystore; make it at least a /23, or add a range where it is in use`,
  ),
  "disks that fill up before the memory": refused(
    inCluster((e, s) => {
      s.cache.version = "REDIS_8_2";
      e.cache = { ...BITNAMI, diskGb: 7 };
      e.search = { ...BITNAMI, diskGb: 7 };
      delete e.network.datastores;
    }),
    `${S} cache.version = "REDIS_8_2": is not a version that memorystore supports; use one of REDIS_7_0, REDIS_7_2`,
    `${P} cache.diskGb = 7: must be at least 8, twice the memory: Redis writes its new file beside the old one; raise it, or lower memoryLimit`,
    `${P} search.diskGb = 7: must be at least 8, twice the memory: Elasticsearch dumps its heap to the disk when it runs out of memory; raise it, or lower memoryLimit`,
  ),
  "a datastore that no node has room for": refused(
    inCluster(
      (e) => (e.search = { ...BITNAMI, diskGb: 200, resources: { cpu: "1", memory: "64Gi", memoryLimit: "64Gi" } }),
    ),
    `${P} search.resources.memory = "64Gi": must fit on a node of the pool app (e2-standard-4); lower it, or use larger machines`,
  ),
  "a bucket's name that Google keeps": refused(
    inCluster((e) => (e.project = "goog-production")),
    `${P} project = "goog-production": gives the bucket the name goog-production-pmcrm-production-dumps, which must have at most 63 characters, not begin with goog and not contain google; use another project, or rename the system`,
  ),
  "a service with the name of the dumps' account": refused((files) => {
    const { worker } = files.system.services;
    (files.system as Anything).services.dumps = worker;
    for (const { environment } of [files.staging, files.production])
      (environment as Anything).services.dumps = { replicas: 2 };
  }, `${S} services.dumps = "dumps": has the name of a resource that the platform creates; choose another name`),
  "a figure that Terraform would read": refused(
    system((s) => (s.overview = { title: "T", figures: { "${y}": "orders_total" } })),
    `${S} overview.figures["\${y}"] = "\${y}": must be one line of at most 80 characters without \${ and %{; shorten it`,
  ),
  // ---- the way in
  "a path with a slash at its end": refused(
    system((s) => (s.services.backend.path = "/api/")),
    `${S} services.backend.path = "/api/": must not end with a slash; write it like "/sales"`,
  ),
  "more hosts than Let's Encrypt issues certificates for": refused((files) => {
    (files.system as Anything).services.backend.rateLimits = [];
    production((e) => {
      e.edge = traefik;
      e.services.backend.hosts = Array.from({ length: 51 }, (_, i) => `h${i}.pmcrm.io`);
    })(files);
  }, `${P} services = {"backend":{"replicas":{"min":3,"max":20},"hosts":["h0.pmcrm.io","h1.pmcrm.io...: have 51 hosts, and Let's Encrypt gives a domain 50 certificates in a week; use fewer hosts`),
  "an edge of no known kind": refused(
    production((e) => (e.edge = { kind: "nginx" })),
    `${P} edge.kind = "nginx": is not a known kind; use one of google, traefik`,
  ),
  "a firewall before Traefik": refused((files) => {
    (files.system as Anything).services.backend.rateLimits = [];
    production((e) => (e.edge = { ...traefik, waf: { mode: "enforce" } }))(files);
  }, `${P} edge.waf = {"mode":"enforce"}: is not a known key; remove it, or correct its spelling`),
  "certificates that nobody trusts": refused((files) => {
    (files.system as Anything).services.backend.rateLimits = [];
    production((e) => (e.edge = { ...traefik, acme: "staging" }))(files);
  }, `${P} edge.acme = "staging": must be production in production: no browser trusts the other certificates; write "production"`),
  "a limit of one path behind Traefik": refused(
    production((e) => (e.edge = traefik)),
    `${S} services.backend.rateLimits.1.path = "/auth/": must be absent: Traefik has one limit for all paths of a service; remove the path`,
  ),
  "Traefik on no pool": refused((files) => {
    (files.system as Anything).services.backend.rateLimits = [];
    production((e) => (e.edge = { ...traefik, pool: "edge" }))(files);
  }, `${P} edge.pool = "edge": is not a node pool of this environment; use one of app, workers, monitoring`),
  "metrics among a service's public paths": refused(
    system((s) => {
      s.services.backend.path = "/api";
      s.services.backend.metrics = { ...s.services.backend.metrics, port: 3000, path: "/api/metrics" };
    }),
    `${S} services.backend.metrics.port = 3000: must differ from the service's port, which is public; serve metrics on another port`,
  ),
  // ---- between environments
  "production's host in staging": refused((files) => {
    files.staging.environment.services.backend = { replicas: { min: 1, max: 3 }, hosts: ["api.pmcrm.io"] };
  }, `${T} services.backend.hosts.0 = "api.pmcrm.io": is also a host of production; choose another name`),
  "staging's host in production": refused(
    production((e) => (e.services.backend.hosts = ["app.staging.pmcrm.io"])),
    `${P} services.backend.hosts.0 = "app.staging.pmcrm.io": contains the name of staging; use a name of this environment`,
  ),
  "production's deployer in staging": refused(
    (files) => (files.staging.environment.deployer = files.production.environment.deployer),
    `${T} deployer = "deployer@pmcrm-production.iam.gserviceaccount.com": is also that of production; give each environment its own`,
  ),
  "another system's project": refused((files) => {
    files.elsewhere = [{ file: "environments/shop/staging.ts", environment: { project: "pmcrm-staging" } }];
  }, `${T} project = "pmcrm-staging": is also the project of environments/shop/staging.ts; give each system its own`),
};

const entries = Object.values(KNOWN).flatMap((items) => Object.entries(items));
const rows = [...entries, ...Object.entries(FURTHER)].filter((row): row is [string, Refused] => row[1].is !== "later");

let outdir: string;
beforeAll(() => {
  outdir = mkdtempSync(path.join(os.tmpdir(), "bad-inputs-"));
});
afterAll(() => rmSync(outdir, { recursive: true }));

test.each(rows)("%s is refused, and nothing is written", (_what, { change, lines }) => {
  expect(problems(change).map(withoutIds)).toEqual(lines);
  // As main.ts has it; cli.test.ts does the same with the program itself.
  expect(() => synthesize(configuration(change), {}, outdir)).toThrow(InvalidConfiguration);
  expect(readdirSync(outdir)).toEqual([]);
});

test("every bad input has its expected lines, or a reason why it is left for later", () => {
  const count = (is: Entry["is"]) => entries.filter(([, entry]) => entry.is === is).length;
  console.info(
    `${entries.length} bad inputs: ${count("refused")} refused, ${count("impossible")} impossible, ${count("later")} later; ` +
      `${Object.keys(FURTHER).length} further ones refused`,
  );
  for (const [, entry] of entries)
    expect(entry.is === "later" ? entry.because.length : entry.lines.length).toBeGreaterThan(0);
});
