import { addBackground } from "../background";
import type { Files } from "../support";
import { type Anything, P, refused, S, T, testRefused } from "./support";

/** Changes the worker of a single pod. */
const beat = (change: (service: Anything, files: Files) => void) => (files: Files) => {
  addBackground(files);
  change(files.system.services.beat, files);
};

testRefused({
  "a single service that has a port": refused(
    beat((service) => Object.assign(service, { port: 4000, health: { ready: "/ready" } })),
    `${S} services.beat.single = true: is for workers: the service has a port, and would not answer during a rollout; remove it, or the port`,
  ),
  "a single service that is autoscaled": refused(
    beat((service) => (service.autoscale = { cpu: 70 })),
    `${S} services.beat.autoscale = {"cpu":70}: must be absent: the service is single; remove it`,
  ),
  "two replicas of a single service, and a range": refused(
    beat((_service, { staging, production }) => {
      staging.environment.services.beat = { replicas: { min: 1, max: 2 } };
      production.environment.services.beat = { replicas: 2 };
    }),
    `${T} services.beat.replicas = {"min":1,"max":2}: must be 1: the service is single; write 1`,
    `${P} services.beat.replicas = 2: must be 1: the service is single; write 1`,
  ),
  "a service that is single in words": refused(
    beat((service) => (service.single = "yes")),
    `${S} services.beat.single = "yes": must be true or false; write one of the two, without quotes`,
  ),
  "hosts of a single service": refused(
    beat((_service, { production }) => {
      production.environment.services.beat = { replicas: 1, hosts: ["beat.pmcrm.io"] };
    }),
    `${P} services.beat.hosts = ["beat.pmcrm.io"]: are for services with a port; remove them`,
  ),
});
