import { madeByHand, poolsOf } from "@slipway/rehearsal";
import { addBuckets } from "./buckets";
import { synth } from "./support";

test("what people make before the first deploy is read from the stack", () => {
  const { production } = synth((files) => {
    addBuckets(files);
    files.production.environment.edge.dnsZone = "pmcrm";
  });
  const { secrets, zones, roles } = madeByHand(production.json);
  expect(secrets).toContainEqual({ project: "pmcrm-production", secret: "pmcrm-openai-api-key", version: 1 });
  expect(secrets.filter(({ secret }) => /database|jwt/.test(secret))).toEqual([]);
  const zone = { project: "pmcrm-production", zone: "pmcrm", dnsName: "pmcrm.io." };
  expect(zones).toEqual([zone, zone]); // one for each record whose name is known
  expect(roles).toEqual(["projects/pmcrm-production/roles/urlSigner"]);
});

test("the simulated nodes are those of production's pools, with their taints", () => {
  const { production } = synth();
  const dedicated = (value: string) => [{ key: "dedicated", value, effect: "NoSchedule" }];
  const pools = poolsOf(production.json);
  expect(pools.map(({ name }) => name).sort()).toEqual(["app", "monitoring", "workers"]);
  expect(pools.find(({ name }) => name === "workers")?.taints).toEqual(dedicated("workers"));
  expect(pools.find(({ name }) => name === "app")?.taints).toEqual([]);
});
