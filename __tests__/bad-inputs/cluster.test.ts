import { type Anything, autopilot, P, production, refused, S, system, testRefused } from "./support";

testRefused({
  "a zone in place of a region": refused(
    production((e) => (e.region = "europe-west1-b")),
    `${P} region = "europe-west1-b": must be a region, not a zone; write it like "europe-west1"`,
  ),
  "a node pool whose minimum is above its maximum": refused(
    production((e) => (e.cluster.nodePools.workers.min = 6)),
    `${P} cluster.nodePools.workers.min = 6: must not be above max (5); lower it, or raise max`,
  ),
  "an unknown release channel": refused(
    production((e) => (e.cluster.channel = "WEEKLY")),
    `${P} cluster.channel = "WEEKLY": must be one of "RAPID", "REGULAR", "STABLE", "EXTENDED"; choose one of them`,
  ),
  "a maintenance window that is too short for GKE": refused((files) => {
    // @ts-expect-error: every window is four hours long and recurs daily
    files.production.environment.cluster.maintenance = { start: "03:00", hours: 1, days: ["SUNDAY"] };
  }, `${P} cluster.maintenance = an object: must be a time of day in UTC, HH:MM; write it like "03:00"`),
  "a maintenance exclusion that ends before it starts": refused((files) => {
    // @ts-expect-error: there is no field for exclusions
    files.production.environment.cluster.exclusions = [{ start: "2026-02-01", end: "2026-01-01" }];
  }, `${P} cluster.exclusions = a list: is not a known key; remove it, or correct its spelling`),
  "an Autopilot cluster with node pools": refused((files) => {
    const { nodePools } = files.production.environment.cluster as Anything;
    files.production.environment.cluster = {
      mode: "autopilot",
      channel: "REGULAR",
      maintenance: "03:00",
      // @ts-expect-error: in Autopilot clusters, Google manages the nodes
      nodePools: nodePools as object,
    };
    delete files.production.environment.monitoring.pool;
  }, `${P} cluster.nodePools = an object: is not a known key; remove it, or correct its spelling`),
  "nodes with the default service account": refused((files) => {
    // @ts-expect-error: nodes always have their own service account
    files.production.environment.cluster.serviceAccount = "default";
  }, `${P} cluster.serviceAccount = a string: is not a known key; remove it, or correct its spelling`),
  "a machine type of a size that only other kinds of its series have": refused(
    production((e) => (e.cluster.nodePools.app.machineType = "e2-highmem-32")),
    `${P} cluster.nodePools.app.machineType = "e2-highmem-32": must be a machine type of the series e2, n1, n2, n2d, t2d, c2, c2d, c3, c3d; write one like "e2-standard-4", or add it to facts/google.ts`,
  ),
  "an unknown machine type": refused(
    production((e) => (e.cluster.nodePools.app.machineType = "e2-standard-3")),
    `${P} cluster.nodePools.app.machineType = "e2-standard-3": must be a machine type of the series e2, n1, n2, n2d, t2d, c2, c2d, c3, c3d; write one like "e2-standard-4", or add it to facts/google.ts`,
  ),
  "a machine type that does not support the nodes' disks": refused(
    production((e) => (e.cluster.nodePools.app.machineType = "n4-standard-4")),
    `${P} cluster.nodePools.app.machineType = "n4-standard-4": must be a machine type of the series e2, n1, n2, n2d, t2d, c2, c2d, c3, c3d; write one like "e2-standard-4", or add it to facts/google.ts`,
  ),
  "a pod larger than a shared-core machine": refused(
    system((s) => {
      s.services.worker.resources = { cpu: "1", memory: "1Gi", memoryLimit: "1Gi" };
    }),
    `${S} services.worker.resources.cpu = "1": must fit on a node of the pool workers (e2-medium); lower it, or use larger machines`,
  ),
  "a cluster with only dedicated node pools": refused(
    production((e) => (e.cluster.nodePools.app.dedicated = true)),
    `${P} cluster.nodePools = {"app":{"machineType":"e2-standard-4","min":3,"max":12,"dedicated":true},"wor...: must include a pool that is not dedicated: the cluster's own pods need one; have one pool that is not dedicated`,
  ),
  "a maintenance window at 24:00": refused(
    production((e) => (e.cluster.maintenance = "24:00")),
    `${P} cluster.maintenance = "24:00": must be a time of day in UTC, HH:MM; write it like "03:00"`,
  ),
  "a service in an unknown node pool": refused(
    system((s) => (s.services.worker.pool = "gpu")),
    `${S} services.worker.pool = "gpu": is not a node pool of the environment staging; use one of app, workers, monitoring, or add the pool there`,
    `${S} services.worker.pool = "gpu": is not a node pool of the environment production; use one of app, workers, monitoring, or add the pool there`,
  ),
  "a pod larger than a node": refused(
    system((s) => {
      s.services.backend.resources = { cpu: "4", memory: "1Gi", memoryLimit: "1Gi" };
    }),
    `${S} services.backend.resources.cpu = "4": must fit on a node of the pool app (e2-standard-2); lower it, or use larger machines`,
    `${S} services.backend.resources.cpu = "4": must fit on a node of the pool app (e2-standard-4); lower it, or use larger machines`,
  ),
  "a task larger than a node": refused(
    system((s) => (s.tasks.migrate.resources = { cpu: "1", memory: "15Gi", memoryLimit: "15Gi" })),
    `${S} tasks.migrate.resources.memory = "15Gi": must fit on a node of the pool app (e2-standard-2); lower it, or use larger machines`,
    `${S} tasks.migrate.resources.memory = "15Gi": must fit on a node of the pool app (e2-standard-4); lower it, or use larger machines`,
  ),
  "a node pool with fewer nodes than zones": refused(
    production((e) => (e.cluster.nodePools.monitoring.max = 2)),
    `${P} cluster.nodePools.monitoring.max = 2: must be at least 3: each zone starts with one node; write at least 3`,
  ),
  "a cluster of an unknown mode": refused(
    production((e) => (e.cluster.mode = "serverless")),
    `${P} cluster.mode = "serverless": is not a known kind; use one of standard, autopilot`,
  ),
  "a cluster without a mode": refused(
    production((e) => delete e.cluster.mode),
    `${P} cluster.mode = nothing: is required; use one of standard, autopilot`,
  ),
  "an Autopilot cluster with a node pool for monitoring": refused((files) => {
    autopilot(files);
    files.production.environment.monitoring.pool = "monitoring";
  }, `${P} monitoring.pool = "monitoring": must be absent: Autopilot has no node pools; remove it`),
  "monitoring without a node pool": refused(
    production((e) => delete e.monitoring.pool),
    `${P} monitoring.pool = nothing: is not a node pool of this environment; use one of app, workers, monitoring`,
  ),
});
