import { type Any, beside, type Context, environment, type Hand, otherPool, system } from "./hand";

const release = ({ files, stack }: Context): Any => files.environments[stack]?.release;
/** A module of the system's last service, which no other service connects to. */
const moduleOfLast = (context: Context): Any => ({
  knob: { title: "Knob", services: [Object.keys(system(context).services).at(-1)] },
});
const withoutLast = (context: Context): Any => {
  const last = Object.keys(system(context).services).at(-1);
  return Object.fromEntries(Object.entries(context.before as object).filter(([name]) => name !== last));
};
/** What a service has that serves, which an environment loses with the service's module. */
const OF_A_SERVICE = /^(helm_release|google_\w+|kubernetes_\w+_v1)\.(workload|identity|secrets)_/;
/** A moment that many days before now, in UTC. */
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().replace(/\.\d+/, "");
const ITS_KIND =
  "a datastore, a cluster or an edge of another kind is another one: what is in it must be moved by hand";
const EDITION_FIRST =
  "the provider changes edition and tier in a call of their own, and then has forgotten the other settings";
const DOWNGRADE = "PostgreSQL is not downgraded";
/** The turn that adds a search index that somebody else runs. */
const OUTSIDE = "system.search? (2)";
const GROWS = "a volume only grows";
const SYSTEM_SAYS = "the system says whether there is one; turned there";

/** How to turn the knobs of environments. */
export const ENVIRONMENT: Readonly<Record<string, Hand | readonly Hand[]>> = {
  "environment.project": {
    to: "knob-project",
    fixed: "another project is another environment: deploy it beside this one",
  },
  "environment.region": { to: "europe-west4", fixed: "everything has its place there: deploy another environment" },
  "environment.deployer": { to: "knob-deployer@knob-project.iam.gserviceaccount.com" },
  "environment.verifiedIn?": { refused: "production requires it, and names the environment before it" },
  "environment.verifiedIn.environment": { refused: "it names the environment before production, and there is one" },
  "environment.verifiedIn.scannedWithinDays?": { to: 14 },
  "environment.stateBucket": { to: "knob-terraform-state" },
  // The bootstrap stack has them, which a rehearsal of the environment's stack does not apply.
  "github.repository": { to: "knob/knob" },
  "github.repositoryId": { to: "1" },
  "github.ref": { to: "refs/heads/knob" },
  "github.environment?": { to: "knob" },
  "github.environment": { to: "knob-2" },
  "applicationRepositoryIds+": { to: ["1"] },
  "applicationRepositoryIds[]": { to: "2" },
  "budget.account": { to: "AAAAAA-BBBBBB-CCCCCC" },
  "operators+": { to: ["group:knob@my-company.com"] },
  "operators[]": { to: "user:knob@my-company.com" },
  "secondRegion?": {
    to: "europe-west4",
    fixed: "secrets and buckets are where they are from the day that they are made",
  },
  secondRegion: { to: "europe-west8", fixed: "secrets and buckets are where they are from the day that they are made" },
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
  "securityGroup?": {
    to: "gke-security-groups@my-company.com",
    oneWay: "Google keeps the group until another one is named",
  },
  securityGroup: { to: "gke-security-groups@knob.com" },
  "authorizedNetworks?": { to: { office: "192.168.10.0/24" } },
  "authorizedNetworks+": { to: { home: "192.168.20.0/24" } },
  "authorizedNetworks.*": { to: "192.168.30.0/24" },
  "nodePools+": { to: { knob: { machineType: "e2-standard-4", min: 3, max: 6 } } },
  "nodePools.*.spot": { fixed: "machines are spot or not from the day that a pool is made" },
  "nodePools.*.machineType": { to: "e2-standard-8" },
  "database=cloud-sql": { refused: ITS_KIND },
  "database=bitnami": { refused: ITS_KIND },
  "database=external": { refused: ITS_KIND },
  "environment.database?": { refused: SYSTEM_SAYS },
  "database(cloud-sql).version=POSTGRES_15": {
    with: { "system.database.minimum": "POSTGRES_15" },
    fixed: DOWNGRADE,
    late: true,
  },
  "database(cloud-sql).version=POSTGRES_16": { fixed: DOWNGRADE, late: true },
  "database(cloud-sql).version=POSTGRES_17": { oneWay: DOWNGRADE, late: true },
  "database(external).version=POSTGRES_15": { with: { "system.database.minimum": "POSTGRES_15" } },
  "database(external).host": { to: "db.knob.io" },
  "pooler?": { to: { host: "pooler.knob.io" } },
  "pooler.host": { to: "pooler.knob.io" },
  "snapshot?": { to: ["true"] },
  "snapshot+": { to: ["--knob"] },
  "snapshot[]": { to: "knob" },
  "database(external).name": { to: "knob" },
  "database(external).user": { to: "knob" },
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
  "environment.cache?": { refused: SYSTEM_SAYS },
  "cache=external": { to: { kind: "external", version: "REDIS_8_2", host: "cache.knob.io" } },
  "cache=none": { to: { kind: "none" }, with: { "system.cache.optional": true }, fixed: ITS_KIND },
  "cache(memorystore).version=REDIS_7_0": {
    with: { "system.cache.minimum": "REDIS_7_0" },
    fixed: "Redis is not downgraded",
  },
  "cache(memorystore).version=REDIS_7_2": { oneWay: "Redis is not downgraded" },
  "cache(external).host": { to: "cache-2.knob.io" },
  "search=bitnami": { refused: ITS_KIND },
  "search=external": { refused: ITS_KIND },
  "search(external).host": { after: OUTSIDE, to: "search-2.knob.io" },
  "search(external).version=ELASTICSEARCH_9_1": { after: OUTSIDE },
  "search(external).port": { after: OUTSIDE },
  "search(external).user": { after: OUTSIDE, to: "knob-2" },
  "environment.search?": { refused: SYSTEM_SAYS },
  "environment.bitnami?": { refused: "the kinds of the datastores say whether it is there" },
  "bitnami.images": { restarts: "its image", to: "europe-west1-docker.pkg.dev/knob-project/bitnamilegacy" },
  "pool?": { refused: "the cluster's mode says whether there are pools" },
  "bitnami.pool": { to: otherPool, restarts: "it moves" },
  pool: { to: otherPool },
  "scrapeSeconds?": { to: 15 },
  "database(bitnami).diskGb": { oneWay: GROWS },
  "cache(bitnami).diskGb": { oneWay: GROWS },
  "search(bitnami).diskGb": { oneWay: GROWS },
  "monitoring.diskGb": { oneWay: GROWS },
  "monitoring.memory": { to: "3Gi" },
  "monitoring.email": { to: "knob@my-company.com" },
  "receiver?": { to: { kind: "webhook" } },
  "receiver=slack": { to: { kind: "slack", channel: "#knob" } },
  "receiver=pagerduty": { to: { kind: "pagerduty" } },
  "receiver=webhook": { to: { kind: "webhook" } },
  "receiver(slack).channel": { to: "#knob" },
  "datadog?": { to: { site: "datadoghq.eu" } },
  "environment.modules?": { to: ["knob"], with: { "system.modules": moduleOfLast } },
  "environment.modules+": { with: { "environment.services": withoutLast }, replaces: OF_A_SERVICE },
  "environment.modules[]": {
    to: "other",
    with: {
      "system.modules": (context: Context) => ({
        ...moduleOfLast(context),
        other: { title: "Other", services: [Object.keys(system(context).services)[0]] },
      }),
      "environment.services": withoutLast,
    },
    replaces: OF_A_SERVICE,
  },
  "environment.services+": { refused: SYSTEM_SAYS },
  "replicas=number": { to: 4, with: { "system.services.*.autoscale": undefined } },
  "replicas=min,max": { to: { min: 2, max: 4 }, with: { "system.services.*.autoscale": { cpu: 70 } } },
  "hosts+": { to: (context: Context) => [beside(context)] },
  "hosts[]": { to: beside },
  "edge=google": { refused: ITS_KIND },
  "edge=gateway": { to: { kind: "gateway", waf: { mode: "enforce" } }, fixed: ITS_KIND },
  "edge=traefik": {
    to: (context: Context) => ({
      kind: "traefik",
      email: "knob@my-company.com",
      acme: "production",
      pool: Object.keys(environment(context).cluster.nodePools ?? {})[0],
    }),
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
  "in=uri": { with: { "environment.edge.waf.exclusions.*.fields.*.value": "/knob" } },
  "operator=EQUALS_ANY": { with: { "environment.edge.waf.exclusions.*.fields.*.value": undefined } },
  "fields[].value?": {
    to: "knob",
    without: { "environment.edge.waf.exclusions.*.fields.*.operator": "EQUALS_ANY" },
  },
  "fields[].value": { to: "knob-2" },
  "dnsZone?": { to: "knob-zone" },
  dnsZone: { to: "knob-zone-2" },
  "edge(traefik).email": { to: "knob@my-company.com" },
  logLocation: { to: "eu", fixed: "the project's log bucket does not move" },
  "environment.variables+": { refused: "the system says which there are; turned there" },
  "environment.variables.*": { to: "knob" },
  "generations+": { to: { GRAFANA_ADMIN_PASSWORD: 2 } },
  "freezes+": { to: [{ from: "2097-11-20T00:00:00Z", until: "2097-12-01T00:00:00Z", reason: "Knob" }] },
  "freezes[].from": { to: "2097-11-21T00:00:00Z" },
  "freezes[].until": { to: "2097-12-02T00:00:00Z" },
  "freezes[].reason": { to: "Another knob" },
  "differences+": { to: { fields: ["cluster.channel"], reason: "updates come earlier" } },
  "differences[].fields+": { to: ["cluster.channel"] },
  "differences[].fields[]": { to: "cluster.channel" },
  "differences[].reason": { to: "updates come earlier" },
  "chartsMirror?": { to: "oci://europe-west1-docker.pkg.dev/knob-project/charts" },
  chartsMirror: { to: "oci://europe-west1-docker.pkg.dev/knob-project/charts-2" },
  "imagesMirror?": { to: "europe-west1-docker.pkg.dev/knob-project/third-party", restarts: "its image" },
  imagesMirror: { to: "europe-west1-docker.pkg.dev/knob-project/third-party-2", restarts: "its image" },
};
