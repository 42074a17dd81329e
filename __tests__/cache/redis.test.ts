import { Redis } from "../../constructs/cache/redis";
import type { BitnamiProps } from "../../constructs/datastore/bitnami";
import { common, describeDatastore } from "../bitnami";
import { byName, render, withChart } from "../charts";
import { AUTOPILOT, build, values } from "../construct";

const synth = (changes: Partial<BitnamiProps> = {}) =>
  build((stack) => {
    const { host, port, peers, ready } = new Redis(stack, "d", { ...common, ...changes });
    return { host, port, peers, ready: ready.map(({ fqn }) => fqn) };
  });

describeDatastore(synth, {
  name: "redis",
  version: "22.0.7",
  host: "redis-master.datastores.svc",
  port: 6379,
  metricsPort: 9121,
  images: (registry) => Redis.IMAGES(registry),
  server: "master",
  key: "redis-password",
  prints: ["StatefulSet"],
});

const RELEASE = "helm_release.datastore_redis";
const release = synth().resource(RELEASE);
const configuration = (changes: Partial<BitnamiProps> = {}): string[] =>
  values(synth(changes).resource(RELEASE)).commonConfiguration.split("\n");

test("each command is written down, and data leaves room in the memory that the container may use", () => {
  expect(configuration()).toEqual(["appendonly yes", 'save ""', "maxmemory 1228mb", "maxmemory-policy volatile-lru"]);
  const large = { resources: { cpu: "1", memory: "8Gi", memoryLimit: "10Gi" } };
  expect(configuration(large)).toContain("maxmemory 6144mb");
  // Autopilot gives what its ratio of CPU and memory wants.
  expect(configuration({ place: AUTOPILOT, resources: { ...large.resources, cpu: "16" } })).toContain(
    "maxmemory 9830mb",
  );
});

withChart(release, "the server reads this configuration and wants a password", () => {
  const objects = byName(render(release, "datastores"));
  expect(objects.get("ConfigMap redis-configuration")).toContain("maxmemory 1228mb\n");
  const server = objects.get("StatefulSet redis-master");
  expect(server).toMatch(/name: ALLOW_EMPTY_PASSWORD\n *value: "no"/);
  expect(server).toMatch(/key: redis-password\n *path: redis-password/);
  expect(objects.get("Service redis-master")).toContain("port: 6379\n");
});
