import { type FakeCloud, startFakeCloud } from "@slipway/fake-google-cloud";
import { SURROUNDINGS, withDeployer } from "../commands/rehearse/project";
import { IMAGES_KEY } from "../constructs/secrets/agent-key";
import { bootstrapBucket, recordsBucket } from "../facts/names";
import type { Environment } from "../schema/environment";
import { environmentOf, load } from "../schema/load";
import { deployerGrants } from "../stacks/deployer-roles";
import { planRoles } from "../stacks/plan-roles";
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

/** Calls as the deployer, or as an administrator. */
function callers() {
  const query = new URLSearchParams({ project: environment.project });
  const as =
    (...caller: [] | [string]) =>
    (service: string, method: string, path: string, body?: object, more = {}) =>
      fake.cloud.call({
        service,
        method,
        path,
        query: new URLSearchParams([...query, ...Object.entries<string>(more)]),
        body,
        caller: caller.length ? caller : undefined,
      });
  return { deployer: as(`serviceAccount:${environment.deployer}`), administrator: as() };
}

test.each<[string, string | undefined, boolean]>([
  ["in the project", "oci://europe-west1-docker.pkg.dev/PROJECT/third-party/charts", true],
  ["in another project", "oci://europe-west1-docker.pkg.dev/company-charts/third-party/charts", false],
  ["elsewhere", "https://charts.example.com", false],
  ["nowhere", undefined, false],
])("whoever deploys or plans can read a mirror of charts %s (%s): %s", async (_where, url, reads) => {
  const { system, environment } = environmentOf(await load(ROOT, "django-erp", {}), "staging");
  const mirrored = {
    ...environment,
    repository: "europe-west1-docker.pkg.dev/company-images/erp",
    chartsMirror: url?.replace("PROJECT", environment.project),
  };
  const roles = [deployerGrants(system, mirrored).map(({ role }) => role), planRoles(system, mirrored)];
  expect(roles.map((all) => all.includes("roles/artifactregistry.reader"))).toEqual([reads, reads]);
});

test("whoever deploys can read the images, to scan them, and whoever plans cannot", async () => {
  const { system, environment } = environmentOf(await load(ROOT, "django-erp", {}), "staging");
  expect(deployerGrants(system, environment).map(({ role }) => role)).toContain("roles/artifactregistry.reader");
  expect(planRoles(system, environment)).not.toContain("roles/artifactregistry.reader");
});

test.each<[string, (environment: Environment) => string]>([
  ["its own state", ({ stateBucket }) => stateBucket],
  ["bootstrap's state", ({ project }) => bootstrapBucket(project)],
  ["the records", ({ project }) => recordsBucket(project)],
])("the deployer can make and change buckets, and its project roles do not cover that of %s", (_what, bucketOf) => {
  const name = bucketOf(environment);
  const { deployer, administrator } = callers();
  for (const made of [`files-${name}`, `${name}-files`]) {
    deployer("storage", "POST", "b", { name: made, location: "europe-west1" });
    deployer("storage", "PATCH", `b/${made}`, { labels: {} });
  }
  administrator("storage", "POST", "b", { name, location: "europe-west1" });
  const refused = (method: string, path: string, body?: object) => () => deployer("storage", method, path, body);
  expect(refused("PATCH", `b/${name}`, { labels: {} })).toThrow("does not have storage.buckets.get access");
  expect(refused("PUT", `b/${name}/iam`, { bindings: [] })).toThrow(
    "does not have storage.buckets.setIamPolicy access",
  );
  expect(refused("GET", `b/${name}/o`)).toThrow("does not have storage.objects.list access");
  expect(refused("GET", `b/${name}/o/x`)).toThrow("does not have storage.objects.get access");
});

test("the deployer can make and change keys, and not the one that encrypts images", () => {
  const { deployer, administrator } = callers();
  const rings = `projects/${environment.project}/locations/${environment.region}/keyRings`;
  const make = (by: typeof deployer, ring: string) => {
    by("cloudkms", "POST", rings, {}, { keyRingId: ring });
    by("cloudkms", "POST", `${rings}/${ring}/cryptoKeys`, { purpose: "ENCRYPT_DECRYPT" }, { cryptoKeyId: ring });
  };
  const grant = (by: typeof deployer, ring: string) =>
    by("cloudkms", "POST", `${rings}/${ring}:setIamPolicy`, { policy: { bindings: [] } });
  make(deployer, `${IMAGES_KEY.name}-of-others`);
  grant(deployer, `${IMAGES_KEY.name}-of-others`);
  make(administrator, IMAGES_KEY.name);
  expect(() => grant(deployer, IMAGES_KEY.name)).toThrow("'cloudkms.keyRings.setIamPolicy' denied");
  expect(() =>
    deployer(
      "cloudkms",
      "POST",
      `${rings}/${IMAGES_KEY.name}/cryptoKeys/${IMAGES_KEY.name}/cryptoKeyVersions/1:destroy`,
    ),
  ).toThrow("'cloudkms.cryptoKeyVersions.destroy' denied");
});
