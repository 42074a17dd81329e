import { PARALLELISM, parallelismOf, recordedOnly, scheduleOf } from "@slipway/rehearsal";
import { waitsOf } from "./graph";
import { type Files, type Stack, synth } from "./support";

/** Gives pmcrm copies of its worker, and a cluster and a database that are big enough. */
const services = (count: number) => (files: Files) => {
  const { system, staging, production } = files;
  system.database.connectionsPerPod = 1;
  for (const { environment } of [staging, production]) {
    Object.assign(environment.database, { tier: "db-custom-64-262144" });
    Object.assign(Object(environment.cluster).nodePools.workers, { max: 60 });
  }
  for (let i = Object.keys(system.services).length; i < count; i++) {
    system.services[`copy-${i}`] = {
      ...structuredClone(system.services.worker as Files["system"]["services"][string]),
      resources: { cpu: "50m", memory: "64Mi", memoryLimit: "128Mi" },
    };
    for (const { environment } of [staging, production]) environment.services[`copy-${i}`] = { replicas: 3 };
  }
};

/** The most resources of some types that are made within a minute. */
function mostInAMinute(bars: ReturnType<typeof scheduleOf>["bars"], types: readonly string[]): number {
  const ends = bars.filter(({ address }) => types.includes(String(address.split(".")[0]))).map(({ to }) => to);
  return Math.max(...ends.map((end) => ends.filter((other) => other >= end && other < end + 1).length));
}

const secretsWithGrants = ({ json }: Stack): Set<string> =>
  new Set(
    Object.values<{ secret_id: string }>(json.resource.google_secret_manager_secret_iam_member).map(
      (it) => it.secret_id,
    ),
  );

test.each([10, 50, 200])(
  "a deploy of %i services takes at most 1.1 times as long as Google Cloud's services require, within their quotas",
  (count) => {
    const { production } = synth(services(count));
    const graph = waitsOf(production);
    const instant = recordedOnly(production.json);
    const { all, cluster, bars } = scheduleOf(graph, instant, parallelismOf(graph, instant));
    for (const { criticalPath, lowerBound } of [all, cluster])
      expect(criticalPath.minutes / lowerBound.minutes).toBeLessThanOrEqual(1.1);

    // https://cloud.google.com/iam/quotas
    const accounts = ["google_service_account", "google_service_account_iam_member"];
    expect(mostInAMinute(bars, accounts)).toBeLessThanOrEqual(600);
    // The provider makes one change of a secret's policy at a time: a write, and four reads with a second between the last
    // three, so at most 20 changes a minute. https://cloud.google.com/secret-manager/quotas
    expect(secretsWithGrants(production).size * 20 * 4).toBeLessThanOrEqual(600);
  },
  240_000,
);

test("ten at a time take half as long again, which is what the choice avoids", () => {
  const { production } = synth(services(50));
  const { cluster } = scheduleOf(waitsOf(production), recordedOnly(production.json), PARALLELISM);
  expect(cluster.criticalPath.minutes / cluster.lowerBound.minutes).toBeGreaterThan(1.4);
}, 240_000);
