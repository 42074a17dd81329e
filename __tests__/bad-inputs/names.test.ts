import { beside } from "../support";
import { type Anything, inCluster, P, production, R, refused, release, S, system, testRefused } from "./support";

testRefused({
  "a cluster name of more than 40 characters": refused(
    (files) => (files.name = "a".repeat(30)),
    `systems/${"a".repeat(30)}.ts = "${"a".repeat(30)}": must have a name of 2 to 29 lower-case letters, digits and dashes that starts with a letter and ends with no dash; rename the system's files`,
    `environments/${"a".repeat(30)}/production.ts = "production": gives the cluster the name ${"a".repeat(30)}-production, which must have at most 40 characters; shorten the file's name`,
  ),
  "the name of a restored database that is too long": refused(
    production((e) => (e.database.restore = { name: "r".repeat(64), at: "2026-01-31T12:00:00Z" })),
    `${P} database.restore.name = a string: must be a name of at most 20 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
  ),
  "a node pool's name with a capital letter": refused(
    production((e) => (e.cluster.nodePools.App = { machineType: "e2-standard-4", min: 1, max: 3 })),
    `${P} cluster.nodePools.App = "App": must be a name of at most 40 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
  ),
  "a system's name with a dash at the end": refused(
    (files) => (files.name = "pmcrm-"),
    `systems/pmcrm-.ts = "pmcrm-": must have a name of 2 to 29 lower-case letters, digits and dashes that starts with a letter and ends with no dash; rename the system's files`,
  ),
  "a system's name that is too long for a service account": refused(
    (files) => (files.name = "a".repeat(23)),
    `systems/${"a".repeat(23)}.ts services.backend = "backend": gives the service account the id aaaaaaaaaaaaaaaaaaaaaaa-backend, which must have 6 to 30 characters; shorten the name`,
  ),
  "a task's name of more than 63 characters in a reference": refused(
    system((s) => (s.services.worker.after = ["m".repeat(64)])),
    `${S} services.worker.after.0 = a string: must be a name of at most 63 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
  ),
  "a task's name of more than 40 characters": refused(
    system((s) => (s.tasks["migrate-a-1-b-2-c-3-d-4-e-5-f-6-g-7-h-8-i-9"] = s.tasks.migrate)),
    `${S} tasks.migrate-a-1-b-2-c-3-d-4-e-5-f-6-g-7-h-8-i-9 = "migrate-a-1-b-2-c-3-d-4-e-5-f-6-g-7-h-8-i-9": must be a name of at most 40 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
  ),
  "an environment's name that is empty or has a slash": refused(
    (files) => {
      files.others = { "": beside(files.staging, "europe"), "pro/duction": beside(files.staging, "us", 160) };
    },
    ...["", "pro/duction"].map(
      (name) =>
        `environments/pmcrm/${name}.ts = ${JSON.stringify(name)}: must have a name of 2 to 20 lower-case letters, digits and dashes that starts with a letter and ends with no dash; rename the file, for example to "production-us.ts"`,
    ),
  ),
  "a service with the name of a task": refused(
    system((s) => (s.tasks.worker = s.tasks.migrate)),
    `${S} services.worker = "worker": has the name of a task; rename one of the two`,
  ),
  "a system's name with capital letters and an underscore": refused(
    (files) => (files.name = "Pm_Crm"),
    `systems/Pm_Crm.ts = "Pm_Crm": must have a name of 2 to 29 lower-case letters, digits and dashes that starts with a letter and ends with no dash; rename the system's files`,
  ),
  "the default namespace": refused(
    system((s) => (s.namespace = "default")),
    `${S} namespace = "default": must not be a namespace of the platform or of Kubernetes; use a name that contains the system's`,
  ),
  "a project number in place of a project ID": refused(
    production((e) => (e.project = "123456789012")),
    `${P} project = a string: must be a project id of 6 to 30 lower-case letters, digits and dashes; copy it from gcloud projects list`,
  ),
  "a name with a line break at the end": refused(
    production((e) => (e.edge.dnsZone = "pmcrm\n")),
    `${P} edge.dnsZone = "pmcrm\\n": must be a name of at most 63 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
  ),
  "a name with a Cyrillic letter": refused(
    production((e) => (e.edge.dnsZone = "pmсrm")),
    `${P} edge.dnsZone = "pm\\u0441rm": must be a name of at most 63 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
  ),
  "an unknown region": refused(
    production((e) => (e.region = "europe-west99")),
    `${P} region = "europe-west99": is not a known region; correct it, or add it to REGIONS in facts/google.ts`,
  ),
  "a service's name that is too long for its service account": refused((files) => {
    const name = "a-service-with-a-name-of-thirty";
    files.system.services[name] = { ...files.system.services.worker } as Anything;
    files.production.environment.services[name] = { replicas: 2 };
    files.staging.environment.services[name] = { replicas: 1 };
  }, `${S} services.a-service-with-a-name-of-thirty = "a-service-with-a-name-of-thirty": gives the service account the id pmcrm-a-service-with-a-name-of-thirty, which must have 6 to 30 characters; shorten the name`),
  "a service's name that is too short for its service account": refused(
    (files) => {
      files.name = "pm";
      files.system.services.api = { ...files.system.services.worker } as Anything;
      files.system.services.b = { ...files.system.services.worker } as Anything;
      for (const { environment } of [files.staging, files.production])
        Object.assign(environment.services, { api: { replicas: 2 }, b: { replicas: 2 } });
    },
    `systems/pm.ts services.b = "b": gives the service account the id pm-b, which must have 6 to 30 characters; lengthen the name`,
    `environments/pm/staging.ts database.tier = "db-custom-1-3840": allows pods 96 connections, and they may open 130 during a rollout; use one with more memory, or lower the replicas or the system's connectionsPerPod`,
  ),
  "a service with the name of an object's property": refused(
    system((s) => (s.services.constructor = { ...s.services.worker })),
    `${S} services.constructor = "constructor": must not be "constructor"; choose another name`,
  ),
  "connections with the names of an object's properties": refused(
    system((s) => s.services.worker.connects.push("toString", "__proto__", "constructor")),
    `${S} services.worker.connects.4 = "toString": is not a connection; use database, cache, search, internet:443, host-agent or a service: backend, worker`,
    `${S} services.worker.connects.5 = "__proto__": is not a connection; use database, cache, search, internet:443, host-agent or a service: backend, worker`,
    `${S} services.worker.connects.6 = "constructor": is not a connection; use database, cache, search, internet:443, host-agent or a service: backend, worker`,
  ),
  "a node pool with the name of an object's property": refused(
    production((e) => (e.cluster.nodePools.constructor = { ...e.cluster.nodePools.app })),
    `${P} cluster.nodePools.constructor = "constructor": must not be "constructor"; choose another name`,
  ),
  "an image with the name of an object's property": refused(
    release((r) => (r.images.constructor = r.images.backend)),
    `${R} images.constructor = "constructor": must not be "constructor"; choose another name`,
  ),
  "a task with the name of the default service account": refused((files) => {
    files.system.tasks = { ...files.system.tasks, default: files.system.tasks?.migrate as Anything };
  }, `${S} tasks.default = "default": has a name that the platform or Kubernetes uses; choose another name`),
  "a task with a reserved name": refused(
    system((s) => (s.tasks.workload = s.tasks.migrate)),
    `${S} tasks.workload = "workload": has a name that the platform or Kubernetes uses; choose another name`,
  ),
  "a service with the service account of the nodes": refused((files) => {
    files.system.database.connectionsPerPod = 5;
    files.system.services["staging-nodes"] = { ...files.system.services.worker } as Anything;
    for (const { environment } of [files.staging, files.production])
      environment.services["staging-nodes"] = { replicas: 2 };
  }, `${S} services.staging-nodes = "staging-nodes": gives the service account the id pmcrm-staging-nodes, which is that of the nodes; choose another name`),
  "a service with the name of a built-in connection": refused((files) => {
    files.system.database.connectionsPerPod = 5;
    files.system.services["internet-443"] = { ...files.system.services.worker } as Anything;
    for (const { environment } of [files.staging, files.production])
      environment.services["internet-443"] = { replicas: 2 };
  }, `${S} services.internet-443 = "internet-443": has the name of a built-in connection; rename it`),
  "a node pool with the name of GKE's default pool": refused(
    production((e) => (e.cluster.nodePools["default-pool"] = { ...e.cluster.nodePools.app })),
    `${P} cluster.nodePools.default-pool = {"machineType":"e2-standard-4","min":3,"max":12}: has the name of the pool that GKE creates and Terraform removes; choose another name`,
  ),
  "a database user with the name of PostgreSQL's administrator": refused(
    system((s) => (s.database.user = "postgres")),
    `${S} database.user = "postgres": is a name that PostgreSQL or Google reserves; use a name that contains the system's`,
  ),
  "a database user that Cloud SQL reserves": refused(
    system((s) => (s.database.user = "cloudsqlreplica")),
    `${S} database.user = "cloudsqlreplica": is a name that PostgreSQL or Google reserves; use a name that contains the system's`,
  ),
  "a host that is too long for a certificate": refused(
    production((e) => (e.services.backend.hosts = [`${"a".repeat(60)}.pmcrm.io`])),
    `${P} services.backend.hosts.0 = "${"a".repeat(60)}.pmcrm.io": must be at most 64 characters long: a managed certificate allows no more; shorten the name`,
  ),
  "a host under a private top-level domain": refused(
    production((e) => (e.services.backend.hosts = ["api.internal"])),
    `${P} services.backend.hosts.0 = "api.internal": must be a public name: no authority issues certificates for others; use a domain of your own`,
  ),
  "a project whose bucket name Google reserves": refused(
    inCluster((e) => (e.project = "goog-production")),
    `${P} project = "goog-production": gives the bucket the name goog-production-pmcrm-production-dumps, which must have at most 63 characters, not begin with goog and not contain google; use another project, or rename the system`,
  ),
  "a service with the service account of the deployer": refused((files) => {
    files.production.environment.deployer = "pmcrm-worker@pmcrm-production.iam.gserviceaccount.com";
  }, `${S} services.worker = "worker": gives its service account the id of the deployer's; choose another name`),
  "a service with the name of the backups' service account": refused((files) => {
    files.system.database.connectionsPerPod = 5;
    const { worker } = files.system.services;
    (files.system as Anything).services.dumps = worker;
    for (const { environment } of [files.staging, files.production])
      (environment as Anything).services.dumps = { replicas: 2 };
  }, `${S} services.dumps = "dumps": has a name that the platform or Kubernetes uses; choose another name`),
});
