import { type FakeCloud, startFakeCloud } from "@slipway/fake-google-cloud";
import { SURROUNDINGS, withDeployer } from "../commands/rehearse/project";
import { bootstrapBucket, recordsBucket } from "../facts/names";
import type { Environment } from "../schema/environment";
import { environmentOf, load } from "../schema/load";
import { ROOT } from "./support";

let fake: FakeCloud;
let environment: Environment;
beforeAll(async () => {
  fake = await startFakeCloud(SURROUNDINGS);
  const loaded = environmentOf(await load(ROOT, "django-erp", {}), "staging");
  ({ environment } = loaded);
  withDeployer(loaded.system, environment)(fake.cloud);
});
afterAll(() => fake.stop());

test.each<[string, (environment: Environment) => string]>([
  ["its own state", ({ stateBucket }) => stateBucket],
  ["bootstrap's state", ({ project }) => bootstrapBucket(project)],
  ["the records", ({ project }) => recordsBucket(project)],
])("the deployer can make and change buckets, and its project roles do not cover that of %s", (_what, bucketOf) => {
  const name = bucketOf(environment);
  const caller = [`serviceAccount:${environment.deployer}`] as const;
  const query = new URLSearchParams({ project: environment.project });
  const call = (method: string, path: string, body?: object, by?: typeof caller) =>
    fake.cloud.call({ service: "storage", method, path, query, body, caller: by });
  const made = `files-${name}`;
  call("POST", "b", { name: made, location: "europe-west1" }, caller);
  call("PATCH", `b/${made}`, { labels: {} }, caller);
  call("POST", "b", { name, location: "europe-west1" });
  expect(() => call("PATCH", `b/${name}`, { labels: {} }, caller)).toThrow("does not have storage.buckets.get access");
  expect(() => call("GET", `b/${name}/o`, undefined, caller)).toThrow("does not have storage.objects.list access");
});
