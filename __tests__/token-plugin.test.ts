import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { renewsTokens } from "@slipway/rehearsal";
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
