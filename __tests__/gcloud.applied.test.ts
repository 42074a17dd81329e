import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type FakeCloud, startFakeCloud } from "@slipway/fake-google-cloud";
import { accessToken, gcloud } from "../commands/bootstrap/gcloud";
import { checkBilling, left, PREPARATIONS } from "../commands/bootstrap/preparations";
import type { Context } from "../commands/context";
import { configuration } from "./support";

const missing = spawnSync("gcloud", ["--version"]).status !== 0;
if (missing) console.warn("SKIPPED: what bootstrap does with gcloud, because gcloud is not on PATH.");

const work = mkdtempSync(path.join(os.tmpdir(), "gcloud-"));
const before = { ...process.env };
let fake: FakeCloud;
let token: string;

/** Sends gcloud to the fake. {@link https://cloud.google.com/sdk/docs/properties} */
beforeAll(async () => {
  fake = await startFakeCloud();
  token = fake.tokens.issue();
  const tokenFile = path.join(work, "token");
  writeFileSync(tokenFile, token);
  const { origin } = new URL(fake.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT as string);
  const services = { CLOUDBILLING: "cloudbilling", CLOUDKMS: "cloudkms", SERVICEUSAGE: "serviceusage" };
  const all = { ...services, CLOUDRESOURCEMANAGER: "cloudresourcemanager", COMPUTE: "compute/compute/v1" };
  for (const [api, service] of Object.entries(all))
    process.env[`CLOUDSDK_API_ENDPOINT_OVERRIDES_${api}`] = `${origin}/${service}/`;
  Object.assign(process.env, { CLOUDSDK_CONFIG: work, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: tokenFile });
});
afterAll(async () => {
  process.env = before;
  await fake.stop();
  rmSync(work, { recursive: true, force: true });
});

(missing ? test.skip : test)(
  "the real gcloud prepares a project, and then finds nothing left to prepare",
  async () => {
    const files = configuration().environments.staging;
    const context: Context = { systemName: "pmcrm", environmentName: "staging", ...files };
    const { project } = files.environment;
    const { cloud } = fake;
    const members = [`serviceAccount:${cloud.numberOf(project)}-compute@developer.gserviceaccount.com`];
    const policy = `cloudresourcemanager/projects/${project}`;
    cloud.policies.set(policy, { policy: { bindings: [{ role: "roles/editor", members }] } }, "e1");

    expect(await accessToken()).toBe(token);
    await checkBilling(gcloud, context);
    for (const preparations of PREPARATIONS) {
      const todo = await left(gcloud, context, preparations);
      // There is no network default: gcloud does not understand the fake's answers to deletions of Compute Engine.
      const named = preparations.map(({ what }) => what).filter((what) => !what.includes("network"));
      expect(todo.map(({ what }) => what)).toEqual(named);
      for (const call of todo.flatMap(({ calls }) => calls)) await gcloud(...call);
    }
    expect(cloud.policies.get(policy).bindings).toEqual([]);

    // The accounts of Google's services are made once more, until there are keys for them.
    const again = await Promise.all(PREPARATIONS.map((preparations) => left(gcloud, context, preparations)));
    expect(again.flat().flatMap(({ calls }) => calls.map((call) => call.slice(0, 4).join(" ")))).toEqual([
      "beta services identity create",
      "beta services identity create",
    ]);
  },
  300_000,
);
