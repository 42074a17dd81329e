import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { type FakeCloud, startFakeCloud } from "@slipway/fake-google-cloud";
import { withTokenPlugin } from "../rehearsal/machine";
import { renewsTokens } from "../rehearsal/stack";
import { applies } from "../schema/ancestors";
import { TOKEN_PLUGIN, whyNoTokenPlugin } from "../stacks/token-plugin";
import { ROOT, synth } from "./support";

const folder = mkdtempSync(path.join(os.tmpdir(), "plugin-"));
const PATH = [ROOT, folder].join(path.delimiter);
beforeAll(() => writeFileSync(path.join(folder, TOKEN_PLUGIN), ""));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the credential plugin is used", () => {
  test("where it is on PATH", () => {
    expect(whyNoTokenPlugin({ PATH })).toBeUndefined();
    expect(whyNoTokenPlugin({ PATH: ROOT })).toBe("it is not on PATH");
    expect(whyNoTokenPlugin({})).toBe("it is not on PATH");
  });

  test.each([
    "GOOGLE_OAUTH_ACCESS_TOKEN",
    "GOOGLE_CREDENTIALS",
    "GOOGLE_CLOUD_KEYFILE_JSON",
    "GCLOUD_KEYFILE_JSON",
    "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT",
  ])("unless %s makes the google provider somebody else", (name) => {
    expect(whyNoTokenPlugin({ PATH, [name]: "x" })).toBe(`it does not follow ${name}`);
    expect(whyNoTokenPlugin({ PATH, [name]: "" })).toBeUndefined();
  });
});

describe.each(["staging", "production"] as const)("%s", (name) => {
  test("asks the plugin for tokens of the provider's own credentials, and holds none itself", () => {
    const { json, text } = synth(undefined, { PATH })[name];
    const [kubernetes] = json.provider.kubernetes;
    const [helm] = json.provider.helm;
    const exec = {
      api_version: "client.authentication.k8s.io/v1beta1",
      command: "gke-gcloud-auth-plugin",
      args: ["--use_application_default_credentials"],
    };
    expect(kubernetes).toMatchObject({ host: expect.any(String), exec: [exec] });
    expect(helm.kubernetes).toEqual({ host: kubernetes.host, exec });
    expect(kubernetes).not.toHaveProperty("token");
    expect(text).not.toContain("access_token");
    expect(renewsTokens(json)).toBe(true);
  });

  test("opens one token for the run without the plugin", () => {
    const { json } = synth()[name];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
    const token = "${ephemeral.google_client_config.deployer.access_token}";
    const [{ host, ...kubernetes }] = json.provider.kubernetes;
    expect(kubernetes.token).toBe(token);
    expect(json.provider.helm[0].kubernetes).toEqual({ host, token });
    expect(renewsTokens(json)).toBe(false);
  });
});

test.each([
  ["deploy", true],
  ["apply", true],
  ["destroy", true],
  ["diff", false],
  ["synth", false],
])("a %s changes something: %s", (command, changes) => {
  expect(applies([["/repo/node_modules/.bin/cdktf", command, "staging"]])).toBe(changes);
});

describe("in a rehearsal", () => {
  let server: FakeCloud;
  beforeAll(async () => {
    server = await startFakeCloud({ folder: folder, tokenLife: 1.5 });
  });
  afterAll(() => server.stop());

  const plugin = async (...args: readonly string[]) => {
    const env = { ...process.env, ...server.env, PATH: withTokenPlugin(process.env.PATH) };
    const { stdout } = await promisify(execFile)(TOKEN_PLUGIN, args, { env });
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

  test("it serves application default credentials alone", async () => {
    await expect(plugin()).rejects.toThrow("there is no gcloud here");
  });
});
