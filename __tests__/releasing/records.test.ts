import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type FakeCloud, startFakeCloud } from "@slipway/fake-google-cloud";
import type { Event } from "../../commands/records/event";
import { recordsOf } from "../../commands/records/records";
import { deployed, hold } from "./events";

const folder = mkdtempSync(path.join(os.tmpdir(), "records-"));
const VARIABLES = ["GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_STORAGE_CUSTOM_ENDPOINT"] as const;
const before = VARIABLES.map((name) => process.env[name]);
const DEPLOYER = "deployer@shop-staging.iam.gserviceaccount.com";
let fake: FakeCloud;

const place = {
  systemName: "shop",
  environmentName: "staging",
  environment: { project: "shop-staging", deployer: DEPLOYER },
};
const use = (token: string) => {
  process.env.GOOGLE_OAUTH_ACCESS_TOKEN = token;
};
const call = (method: string, rest: string, body: object = {}, query = {}) =>
  fake.cloud.call({ method, service: "storage", path: rest, body, query: new URLSearchParams(query) });

beforeAll(async () => {
  fake = await startFakeCloud({ folder, enabledApis: ["storage.googleapis.com", "iam.googleapis.com"] });
  process.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT = fake.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT;
  use(fake.tokens.issue());
});
afterAll(async () => {
  for (const [i, name] of VARIABLES.entries())
    if (before[i] === undefined) delete process.env[name];
    else process.env[name] = before[i];
  await fake.stop();
  rmSync(folder, { recursive: true });
});

test("without the bucket, the command that creates it is named", async () => {
  await expect(recordsOf(place).list()).rejects.toThrow(
    /^gs:\/\/shop-staging-records cannot be used: 404 .*\nThe bucket .* is missing\. Create it: SYSTEM=shop npm run bootstrap -- staging$/,
  );
});

test("records are kept, and read as they were written; those of other systems are theirs", async () => {
  call("POST", "b", { name: "shop-staging-records", location: "europe-west1" }, { project: "shop-staging" });
  const events: Event[] = [
    ...deployed(0, "1".repeat(16), { variables: { LOG_LEVEL: "info" } }),
    hold(5, "2".repeat(16)),
  ];
  const records = recordsOf(place);
  expect(await records.list()).toEqual([]);
  for (const event of events) await records.add(event);
  const byTime = (a: Event, b: Event) => (a.at < b.at ? -1 : 1);
  expect((await records.list()).sort(byTime)).toEqual(events);
  expect(await recordsOf({ ...place, systemName: "sho" }).list()).toEqual([]);
  expect(await recordsOf({ ...place, environmentName: "stag" }).list()).toEqual([]);
});

test("a token that has ended is replaced by a new one", async () => {
  const records = recordsOf(place);
  use("ended");
  await expect(records.list()).rejects.toThrow(
    / 401 .*\nThe token in GOOGLE_OAUTH_ACCESS_TOKEN has most likely expired: set a new one, or unset the variable\.\n/,
  );
  use(fake.tokens.issue());
  expect(await records.list()).toHaveLength(3);
});

describe("an outage of seconds", () => {
  const real = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = real;
  });
  const unavailable = () => new Response("{}", { status: 503 });

  test("loses no record, and makes none of them twice", async () => {
    const records = recordsOf(place);
    const count = (await records.list()).length;
    const answers = [
      () => Promise.reject(new TypeError("fetch failed")),
      async (...call: Parameters<typeof fetch>) => {
        await real(...call);
        return unavailable(); // the answer gets lost
      },
    ];
    globalThis.fetch = (...call) => (answers.shift() ?? real)(...call);
    await records.add(hold(7, "2".repeat(16)));
    globalThis.fetch = real;
    expect(await records.list()).toHaveLength(count + 1);
  });

  test("is not what a refusal is", async () => {
    let calls = 0;
    globalThis.fetch = async () => {
      calls += 1;
      return new Response(JSON.stringify({ error: { message: "no" } }), { status: 412 });
    };
    await expect(recordsOf(place).add(hold(8, "2".repeat(16)))).rejects.toThrow(/ 412 no\n/);
    expect(calls).toBe(1);
  });
});

test("the deployer adds records, and can neither replace nor delete them; others neither read nor add", async () => {
  const accounts = "projects/shop-staging/serviceAccounts";
  fake.cloud.call({ method: "POST", service: "iam", path: accounts, body: { accountId: "deployer" } });
  const bindings = ["objectCreator", "objectViewer"].map((role) => ({
    role: `roles/storage.${role}`,
    members: [`serviceAccount:${DEPLOYER}`],
  }));
  call("PUT", "b/shop-staging-records/iam", { bindings });
  const [name] = fake.store
    .below("storage/b/shop-staging-records/o")
    .map(([, object]) => encodeURIComponent(object.name as string));
  const sent = async (method: string, url: string, token: string) =>
    (
      await fetch(url, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(method === "POST" && { body: "{}" }),
      })
    ).status;
  const endpoint = fake.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT as string;
  const upload = new URL(`/upload/storage/v1/b/shop-staging-records/o?uploadType=media&name=${name}`, endpoint).href;
  const deployer = fake.tokens.issue(`serviceAccount:${DEPLOYER}`);
  expect(await sent("POST", upload, deployer)).toBe(403);
  expect(await sent("POST", `${upload}&ifGenerationMatch=0`, deployer)).toBe(403);
  expect(await sent("DELETE", `${endpoint}b/shop-staging-records/o/${name}`, deployer)).toBe(403);
  use(deployer);
  const records = recordsOf(place);
  await records.add(hold(9, "3".repeat(16)));
  expect(await records.list()).toHaveLength(5);

  use(fake.tokens.issue("serviceAccount:web@shop-staging.iam.gserviceaccount.com"));
  const stranger = recordsOf(place);
  await expect(stranger.list()).rejects.toThrow(/ 403 .*storage\.objects\.list/);
  await expect(stranger.add(hold(9, "4".repeat(16)))).rejects.toThrow(/ 403 .*storage\.objects\.create/);
});

describe("with application default credentials", () => {
  const { PATH } = process.env;
  /** Puts a program in the place of gcloud. */
  const gcloud = (script: string) => {
    const bin = path.join(folder, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(path.join(bin, "gcloud"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env.PATH = `${bin}:${PATH}`;
    use("");
  };
  afterEach(() => {
    process.env.PATH = PATH;
    use(fake.tokens.issue());
  });
  const LOG_IN = "gcloud auth application-default login --impersonate-service-account=";

  test("that have expired, the login of the environment's deployer is named", async () => {
    gcloud("echo ended");
    await expect(recordsOf(place).list()).rejects.toThrow(
      `The credentials have most likely expired. Log in: ${LOG_IN}${DEPLOYER}\n`,
    );
  });

  test("that are not there, gcloud's words are followed by what they are for", async () => {
    gcloud("echo 'ERROR: Your default credentials were not found.' >&2; exit 1");
    await expect(recordsOf(place).list()).rejects.toThrow(
      `ERROR: Your default credentials were not found.\nRecords, states and images are read and written with the application default credentials of the environment's deployer, which its file names. Log in: ${LOG_IN}<deployer>`,
    );
  });
});
