import { P, production, refused, S, system, testRefused } from "./support";

testRefused({
  "limits below requests": refused(
    system((s) => Object.assign(s.services.worker.resources, { cpuLimit: "100m", memoryLimit: "256Mi" })),
    `${S} services.worker.resources.cpuLimit = "100m": must not be below the request; write at least 500m`,
    `${S} services.worker.resources.memoryLimit = "256Mi": must not be below the request; write at least 512Mi`,
  ),
  "a memory quantity in GB": refused(
    system((s) => (s.services.worker.resources.memory = "1GB")),
    `${S} services.worker.resources.memory = "1GB": must be a memory quantity in Mi or Gi; write it like "512Mi" or "1Gi"`,
  ),
  "a replica range whose minimum is above its maximum": refused(
    production((e) => (e.services.backend.replicas = { min: 5, max: 4 })),
    `${P} services.backend.replicas.min = 5: must not be above max (4); lower it, or raise max`,
  ),
  "an autoscaled service without a CPU request": refused((files) => {
    // @ts-expect-error: every workload has a CPU request
    delete files.system.services.backend.resources.cpu;
  }, `${S} services.backend.resources.cpu = nothing: is required (string); write millicores like "500m" or cores like "2"`),
  "an autoscaled service with a fixed number of replicas": refused(
    production((e) => (e.services.backend.replicas = 3)),
    `${P} services.backend.replicas = 3: must be a range: the service is autoscaled; write { min: 3, max: 9 }`,
  ),
  "a disruption budget that blocks every drain": refused((files) => {
    // @ts-expect-error: the platform sets the disruption budget
    files.production.environment.services.worker.minAvailable = 2;
  }, `${P} services.worker.minAvailable = a number: is not a known key; remove it, or correct its spelling`),
  "one replica in production": refused(
    production((e) => (e.services.worker.replicas = 1)),
    `${P} services.worker.replicas = 1: must be at least 2 in production: one replica is an outage at every node upgrade; write 2 or more`,
  ),
  "a service without a health check": refused(
    system((s) => delete s.services.worker.health),
    `${S} services.worker.health = nothing: is required; write it like { live: "/health", ready: "/health/ready" }, { ready: "/ready" } or { command: ["true"] }`,
  ),
  "a port above 65535": refused(
    system((s) => (s.services.backend.port = 65536)),
    `${S} services.backend.port = 65536: must be at most 65535 (unprivileged TCP port); write a number from 1024 to 65535`,
  ),
  "a connection to a service without a port": refused(
    system((s) => s.services.backend.connects.push("worker")),
    `${S} services.backend.connects.4 = "worker": is a service without a port; give that service a port, or remove the connection`,
  ),
  "a pod that runs as root": refused((files) => {
    // @ts-expect-error: pods always run as user 1000
    files.system.services.worker.user = 0;
  }, `${S} services.worker.user = a number: is not a known key; remove it, or correct its spelling`),
  "a volume from the node's disk": refused((files) => {
    // @ts-expect-error: there is no field for volumes
    files.system.services.worker.volumes = [{ hostPath: "/var/run" }];
  }, `${S} services.worker.volumes = a list: is not a known key; remove it, or correct its spelling`),
  "a grace period that is shorter than the preStop hook": refused((files) => {
    // @ts-expect-error: the platform sets the grace period
    files.system.services.worker.gracePeriodSeconds = 5;
  }, `${S} services.worker.gracePeriodSeconds = a number: is not a known key; remove it, or correct its spelling`),
  "a privileged port": refused(
    system((s) => (s.services.backend.port = 80)),
    `${S} services.backend.port = 80: must be at least 1024 (unprivileged TCP port); write a number from 1024 to 65535`,
  ),
  "metrics on the service's public port": refused(
    system((s) => (s.services.backend.metrics.port = 3000)),
    `${S} services.backend.metrics.port = 3000: must differ from the service's port, which is public; serve metrics on another port`,
  ),
  "an HTTP health check of a service without a port": refused(
    system((s) => (s.services.worker.health = { live: "/a", ready: "/b" })),
    `${S} services.worker.health = {"live":"/a","ready":"/b"}: needs a port, and the service has none; give it a port, or a health command`,
  ),
  "a readiness path of a service without a port": refused(
    system((s) => (s.services.worker.health = { ready: "/ready" })),
    `${S} services.worker.health = {"ready":"/ready"}: needs a port, and the service has none; give it a port, or a health command`,
  ),
  "a liveness path without a readiness path": refused(
    system((s) => (s.services.backend.health = { live: "/health" })),
    `${S} services.backend.health.ready = nothing: is required (string); add it`,
  ),
  "a health command of a service with a port": refused(
    system((s) => (s.services.backend.health = { command: ["true"] })),
    `${S} services.backend.health = {"command":["true"]}: must be paths: the service has a port, and load balancers check it; write it like { ready: "/ready" }`,
  ),
  "a replica range of a service that is not autoscaled": refused(
    production((e) => (e.services.worker.replicas = { min: 2, max: 3 })),
    `${P} services.worker.replicas = {"min":2,"max":3}: must be a number: the service is not autoscaled; write 2, or give the service autoscale`,
  ),
  "a service with zero replicas": refused(
    production((e) => (e.services.worker.replicas = 0)),
    `${P} services.worker.replicas = 0: must be at least 1 (replicas); write a number from 1 to 1000`,
  ),
  "an autoscaled service with a minimum of one replica in production": refused(
    production((e) => (e.services.backend.replicas = { min: 1, max: 3 })),
    `${P} services.backend.replicas = {"min":1,"max":3}: must be at least 2 in production: one replica is an outage at every node upgrade; write 2 or more`,
  ),
  "an environment without one of the system's services": refused(
    production((e) => delete e.services.worker),
    `${P} services.worker = nothing: is required: the system has this service; add it, for example { replicas: 2 }`,
  ),
  "an environment with a service that the system does not have": refused(
    production((e) => (e.services.wroker = { replicas: 2 })),
    `${P} services.wroker = {"replicas":2}: is not a service of the system; use one of backend, worker`,
  ),
  "a service that waits for an unknown task": refused(
    system((s) => (s.services.worker.after = ["seed"])),
    `${S} services.worker.after.0 = "seed": is not a task of the system; use one of migrate`,
  ),
  "a task that is listed twice": refused(
    system((s) => s.services.worker.after.push("migrate")),
    `${S} services.worker.after.1 = "migrate": is listed twice; remove one of the two`,
  ),
  "a connection that is listed twice": refused(
    system((s) => s.services.worker.connects.push("cache")),
    `${S} services.worker.connects.4 = "cache": is listed twice; remove one of the two`,
  ),
  "a service that connects to itself": refused(
    system((s) => s.services.backend.connects.push("backend")),
    `${S} services.backend.connects.4 = "backend": must not be the service itself; remove it`,
  ),
  "a database URL in a workload without a connection to the database": refused(
    system((s) => (s.tasks.migrate.connects = [])),
    `${S} tasks.migrate.variables.4 = "DATABASE_URL": needs a connection to the database; add "database" to connects, or remove the variable`,
    `${S} tasks.migrate.variables.5 = "DIRECT_URL": needs a connection to the database; add "database" to connects, or remove the variable`,
    `${S} tasks.migrate.changesDatabase = true: needs a connection to the database; add "database" to connects, or write false`,
  ),
  "a port variable in a service without a port": refused(
    system((s) => s.services.worker.variables.push("PORT")),
    `${S} services.worker.variables.20 = "PORT": needs a port, and this workload has none; remove it, or give the service a port`,
  ),
});
