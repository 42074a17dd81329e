import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type FakeCloud, startFakeCloud } from "@slipway/fake-google-cloud";
import { whatIsMissing } from "../commands/planner";
import { bootstrap as bootstrapping, checkoutIn, prepareCheckout } from "./bootstrapping";

const work = mkdtempSync(path.join(os.tmpdir(), "bootstrap-"));
let fake: FakeCloud;

const missing = whatIsMissing(path.join(work, "providers"));
if (missing) console.warn(`SKIPPED: bootstrap against the fake of Google Cloud. ${missing}.`);
const applied = missing ? test.skip : test;
const MINUTES = 60_000;

beforeAll(async () => {
  prepareCheckout(work);
  letApplicationPush(path.join(checkoutIn(work), "environments", "pmcrm", "staging.ts"));
  fake = await startFakeCloud({ folder: work });
});
afterAll(async () => {
  await fake.stop();
  rmSync(work, { recursive: true });
});
beforeEach(() => {
  fake.renew();
  loseState();
});

const loseState = () => rmSync(path.join(checkoutIn(work), "bootstrap.out"), { recursive: true, force: true });
/** Adds a repository of the application to the file of an environment. */
function letApplicationPush(file: string): void {
  const text = readFileSync(file, "utf8");
  const changed = text.replace(/(github: \{[^}]*) \}/, '$1, applicationRepositoryIds: ["812340002"] }');
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
}

const PROJECT = "pmcrm-staging";
const STATE = `b/${PROJECT}-bootstrap-state/o/pmcrm/bootstrap-staging/default.tfstate`;

/** Runs bootstrap for pmcrm's staging. */
const bootstrap = (...options: readonly string[]) =>
  bootstrapping({ fake, work, system: "pmcrm", environment: "staging" }, ...options);

/** Runs it to its end; returns what it prints. */
async function ready(): Promise<string> {
  const { status, stdout, stderr } = await bootstrap("--yes");
  expect([status, stderr]).toEqual([0, expect.any(String)]);
  expect(stdout).toContain(`${PROJECT} is ready.`);
  expect(fake.store.get(`storage/${STATE}`)).toBeDefined();
  return stdout;
}
/** Calls that changed something, but for the lock of the state. */
const changes = () => fake.calls.filter((it) => it.changes && !it.label.endsWith(".tflock")).map(({ label }) => label);

/** Makes calls as a person's gcloud does. */
const make = (service: string, path: string, body: object, query: Record<string, string> = {}) =>
  fake.cloud.call({ method: "POST", service, path, body, query: new URLSearchParams(query) });

applied(
  "an empty project is prepared, and a second run changes nothing",
  async () => {
    make("serviceusage", `projects/${PROJECT}/services:batchEnable`, { serviceIds: ["compute.googleapis.com"] });
    make("compute", `projects/${PROJECT}/global/networks`, { name: "default", autoCreateSubnetworks: true });
    const ssh = { network: "default", allowed: [{ IPProtocol: "tcp", ports: ["22"] }] };
    make("compute", `projects/${PROJECT}/global/firewalls`, { name: "default-allow-ssh", ...ssh });

    await ready();
    expect(fake.store.get(`compute/projects/${PROJECT}/global/networks/default`)).toBeUndefined();
    expect(fake.cloud.policies.get(`storage/b/${PROJECT}-terraform-state`).bindings).toEqual(
      expect.arrayContaining([
        { role: "roles/storage.objectUser", members: [`serviceAccount:deployer@${PROJECT}.iam.gserviceaccount.com`] },
      ]),
    );

    const pusher = [`serviceAccount:pusher@${PROJECT}.iam.gserviceaccount.com`];
    const location = `projects/${PROJECT}/locations/europe-west1`;
    expect(fake.cloud.policies.get(`artifactregistry/${location}/repositories/pmcrm`).bindings).toEqual([
      { role: "roles/artifactregistry.writer", members: pusher },
    ]);

    const before = changes().length;
    expect(await ready()).toContain("No changes.");
    expect(changes().slice(before)).toEqual([]);

    // The deployer could let somebody else act as it.
    const account = `projects/${PROJECT}/serviceAccounts/deployer@${PROJECT}.iam.gserviceaccount.com`;
    const granted = fake.cloud.policies.get(`iam/${account}`).bindings;
    const another = { role: "roles/iam.serviceAccountTokenCreator", members: ["user:another@example.com"] };
    make("iam", `${account}:setIamPolicy`, { policy: { bindings: [...granted, another] } });
    expect(await ready()).toContain("another@example.com");
    expect(fake.cloud.policies.get(`iam/${account}`).bindings).toEqual(granted);
  },
  10 * MINUTES,
);

applied(
  "a run that fails halfway is continued, also by somebody who has not its state",
  async () => {
    fake.faults.arm([{ label: /^POST iam projects\/[^/]+\/roles/ }]);
    const failed = await bootstrap("--yes");
    expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining("simulated failure")]);
    expect(failed.stderr).toContain("To continue, run the same command again.");
    expect(fake.store.get(`storage/${STATE}`)).toBeUndefined();

    loseState();
    fake.faults.arm([{ label: `POST storage ${STATE}` }]);
    const unmoved = await bootstrap("--yes");
    expect([unmoved.status, unmoved.stdout]).toEqual([1, expect.stringContaining("imported")]);

    expect(await ready()).toContain("No changes.");
  },
  10 * MINUTES,
);

applied.each([
  ["the APIs are enabled", /^POST serviceusage .*:enable$/],
  ["the accounts of Google's services are made", /:generateServiceIdentity$/],
  ["the first key is made", /^POST cloudkms .*\/keyRings\/[^/]+$/],
  ["the budget is made, at the end", /^POST billingbudgets /],
])(
  "a run that fails where %s is continued",
  async (_where, label) => {
    fake.faults.arm([{ label }]);
    const failed = await bootstrap("--yes");
    expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining("simulated failure")]);
    expect(failed.stderr).toContain("To continue, run the same command again.");
    await ready();
    expect((await bootstrap("--dry-run")).stdout).toContain("No changes.");
  },
  6 * MINUTES,
);

applied(
  "what gcloud commands have made before is taken over",
  async () => {
    const apis = ["storage", "cloudkms", "iam", "sts", "artifactregistry", "secretmanager", "container"];
    const serviceIds = apis.map((api) => `${api}.googleapis.com`);
    make("serviceusage", `projects/${PROJECT}/services:batchEnable`, { serviceIds });
    make("storage", "b", { name: `${PROJECT}-terraform-state`, location: "europe-west1" }, { project: PROJECT });
    const rings = `projects/${PROJECT}/locations/europe-west1/keyRings`;
    const ring = `pmcrm-staging-secrets`;
    make("cloudkms", rings, {}, { keyRingId: ring });
    const rotation = {
      rotationPeriod: "7776000s",
      nextRotationTime: new Date(Date.now() + 7_776_000_000).toISOString(),
    };
    make("cloudkms", `${rings}/${ring}/cryptoKeys`, { purpose: "ENCRYPT_DECRYPT", ...rotation }, { cryptoKeyId: ring });
    for (const accountId of ["deployer", "pusher"]) make("iam", `projects/${PROJECT}/serviceAccounts`, { accountId });
    const pools = `projects/${PROJECT}/locations/global/workloadIdentityPools`;
    make("iam", pools, {}, { workloadIdentityPoolId: "images" });
    const provider = {
      oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
      attributeMapping: {
        "google.subject": "assertion.sub",
        "attribute.repository_id": "assertion.repository_id",
      },
      attributeCondition: "assertion.repository_id == '812340002'",
    };
    make("iam", `${pools}/images/providers`, provider, { workloadIdentityPoolProviderId: "github" });
    const repositories = `projects/${PROJECT}/locations/europe-west1/repositories`;
    make("artifactregistry", repositories, { format: "DOCKER" }, { repositoryId: "pmcrm" });
    const replication = { userManaged: { replicas: [{ location: "europe-west1" }] } };
    make("secretmanager", `projects/${PROJECT}/secrets`, { replication }, { secretId: "pmcrm-openai-api-key" });
    make("secretmanager", `projects/${PROJECT}/secrets/pmcrm-openai-api-key:addVersion`, {
      payload: { data: btoa("x") },
    });

    expect(await ready()).toMatch(/Apply complete! Resources: 9 imported, \d+ added, \d+ changed, 0 destroyed\./);
    expect(fake.store.get(`iam/${pools}/images/providers/github`)).toMatchObject({
      attributeMapping: { "google.subject": "assertion.sub" },
      attributeCondition: expect.stringContaining("assertion.job_workflow_ref == "),
    });
    expect(fake.store.get(`artifactregistry/${repositories}/pmcrm`)?.dockerConfig).toEqual({ immutableTags: true });
    expect(fake.store.get(`secretmanager/projects/${PROJECT}/secrets/pmcrm-openai-api-key/versions/1`)).toBeDefined();
  },
  8 * MINUTES,
);

applied(
  "nothing is changed without a confirmation",
  async () => {
    const { status, stderr } = await bootstrap();
    expect([status, stderr]).toEqual([1, expect.stringContaining("Use --yes, or --dry-run.")]);
    expect((await bootstrap("--dry-run")).status).toBe(0);
    expect(changes()).toEqual([]);
  },
  4 * MINUTES,
);
