import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { type FakeCloud, startFakeCloud } from "@slipway/fake-google-cloud";
import { withTokenPlugin } from "../src/machine/tools";

const folder = mkdtempSync(path.join(os.tmpdir(), "plugin-"));
afterAll(() => rmSync(folder, { recursive: true }));

let server: FakeCloud;
beforeAll(async () => {
  server = await startFakeCloud({ folder, tokenLife: 1.5 });
});
afterAll(() => server.stop());

const plugin = async (...args: readonly string[]) => {
  const env = { ...process.env, ...server.env, PATH: withTokenPlugin(process.env.PATH) };
  const { stdout } = await promisify(execFile)("gke-gcloud-auth-plugin", args, { env });
  return JSON.parse(stdout).status as { token: string; expirationTimestamp: string };
};
const review = async (token: string) => {
  const { token_url } = JSON.parse(readFileSync(String(server.env.GOOGLE_APPLICATION_CREDENTIALS), "utf8"));
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } });
  const response = await fetch(`${new URL(token_url).origin}/token-review?timeout=10s`, { method: "POST", body });
  return ((await response.json()) as { status: object }).status;
};

test("the fake plugin returns the deployer's tokens, each with its expiry", async () => {
  const { token, expirationTimestamp } = await plugin("--use_application_default_credentials");
  expect(await review(token)).toEqual({
    authenticated: true,
    user: { username: "deployer", uid: "deployer", groups: ["system:masters"] },
  });
  await setTimeout(Date.parse(expirationTimestamp) - Date.now() + 10);
  expect(await review(token)).toEqual({ authenticated: false });
});

test("the fake plugin serves application default credentials only", async () => {
  await expect(plugin()).rejects.toThrow("there is no gcloud here");
});
