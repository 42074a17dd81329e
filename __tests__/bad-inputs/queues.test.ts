import type { Files } from "../support";
import { type Anything, P, refused, S, testRefused } from "./support";

const RANGE = { min: 2, max: 4 };

/** Scales pmcrm's worker by a queue, and makes a further change. */
const queue =
  (change: (worker: Anything, files: Files) => void = () => {}) =>
  (files: Files): void => {
    const { worker }: Anything = files.system.services;
    worker.autoscale = { queue: { name: "default", length: 20 } };
    for (const { environment } of [files.staging, files.production]) environment.services.worker = { replicas: RANGE };
    files.system.database.connectionsPerPod = 2; // staging's database is small
    change(worker, files);
  };

testRefused({
  "a queue of a service that has a port": refused(({ system }) => {
    const { backend }: Anything = system.services;
    backend.autoscale = { queue: { name: "default", length: 20 } };
  }, `${S} services.backend.autoscale.queue = {"name":"default","length":20}: is for workers: the service has a port; scale it by its load, or remove the port`),
  "a queue of a service that does not connect to the cache": refused(
    queue((worker) => {
      worker.connects = worker.connects.filter((to: string) => to !== "cache");
      worker.variables = worker.variables.filter((name: string) => name !== "REDIS_URL");
    }),
    `${S} services.worker.autoscale.queue = {"name":"default","length":20}: is in the cache, to which the service has no connection; add "cache" to connects`,
  ),
  "two services with one queue": refused(
    queue((worker, { system, staging, production }) => {
      system.services.mailer = { ...worker };
      for (const { environment } of [staging, production]) environment.services.mailer = { replicas: RANGE };
    }),
    `${S} services.mailer.autoscale.queue.name = "default": is also the queue of worker: both would be scaled for the same jobs; give each of the two a queue of its own`,
  ),
  "a queue where there is no cache": refused(
    queue((_worker, { system, production }) => {
      (system.cache as Anything).optional = true;
      production.environment.cache = { kind: "none" };
    }),
    `${P} cache.kind = "none": leaves no place for the queue default, by which the service worker is scaled; use another kind, or scale the service by its load`,
  ),
  "a service with the name of another's autoscaler": refused(
    queue((worker, { system, staging, production }) => {
      const { autoscale: _, ...like } = worker;
      system.services["keda-hpa-worker"] = like;
      for (const { environment } of [staging, production]) environment.services["keda-hpa-worker"] = { replicas: 2 };
    }),
    `${S} services.keda-hpa-worker = "keda-hpa-worker": has the name of the autoscaler of worker; choose another name`,
  ),
  "a fixed number of replicas of a service that has a queue": refused(
    queue((_worker, { production }) => {
      production.environment.services.worker = { replicas: 2 };
    }),
    `${P} services.worker.replicas = 2: must be a range: the service is autoscaled; write { min: 2, max: 6 }`,
  ),
  "a load and a queue at once": refused(
    queue((worker) => {
      worker.autoscale.cpu = 70;
    }),
    `${S} services.worker.autoscale.queue = an object: is not a known key; remove it, or correct its spelling`,
  ),
  "neither a load nor a queue": refused(
    queue((worker) => {
      worker.autoscale = {};
    }),
    `${S} services.worker.autoscale.cpu = nothing: is required (number); write one from 10 to 95`,
  ),
  "a queue by its name alone": refused(
    queue((worker) => {
      worker.autoscale = { queue: "default" };
    }),
    `${S} services.worker.autoscale.queue = "default": must be an object; write it in braces`,
  ),
  "a queue's name that Celery's priorities would use, and a length of none": refused(
    queue((worker) => {
      worker.autoscale.queue = { name: "default\u0006\u00163", length: 0 };
    }),
    `${S} services.worker.autoscale.queue.name = a string: must be a queue's name of at most 100 letters, digits, dots, colons, dashes and underscores; write it like "default"`,
    `${S} services.worker.autoscale.queue.length = 0: must be at least 1 (jobs); write a number from 1 to 100000`,
  ),
  "a single service that has a queue": refused(
    queue((worker, { staging, production }) => {
      worker.single = true;
      for (const { environment } of [staging, production]) environment.services.worker = { replicas: 1 };
    }),
    `${S} services.worker.autoscale = {"queue":{"name":"default","length":20}}: must be absent: the service is single; remove it`,
  ),
  "a range with fewer addresses than the cluster has Services, of which two are KEDA's": refused(
    queue((_worker, { system, staging, production }) => {
      const { backend }: Anything = system.services;
      const resources = { ...backend.resources, cpu: "1m" };
      for (let i = 1; i <= 9; i++) {
        system.services[`service-${i}`] = {
          ...backend,
          resources,
          after: [],
          rateLimits: [],
          connects: [],
          variables: [],
        };
        for (const { environment } of [staging, production]) environment.services[`service-${i}`] = { replicas: RANGE };
      }
      production.environment.network.services = "10.8.0.0/27";
    }),
    `${P} network.services = "10.8.0.0/27": has 30 addresses for 31 Services, those of GKE and of charts among them; make it at least a /26: the range of a cluster never changes`,
  ),
  "a system in KEDA's namespace": refused(
    queue((_worker, { system }) => {
      system.namespace = "keda";
    }),
    `${S} namespace = "keda": must not be a namespace of the platform or of Kubernetes; use a name that contains the system's`,
  ),
});
