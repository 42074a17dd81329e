import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";
import { everyStack } from "../commands/every-stack";
import { ROOT } from "./support";

/** A checkout of its own, to be spoilt. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "checkout-"));
  checkout(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly out: string;
}

const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  new Promise<Ended>((resolve) => {
    const settings = { TF_CLI_CONFIG_FILE: "", CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1" };
    execFile(command, args, { cwd: folder, env: { ...process.env, ...settings, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out: stdout + stderr }),
    );
  });
const cdktf = (args: readonly string[], env?: NodeJS.ProcessEnv) =>
  run(path.join(folder, "node_modules", ".bin", "cdktf"), args, env);
const program = (env?: NodeJS.ProcessEnv) => run(process.execPath, ["--import", "tsx", "main.ts"], env);
const spoil = (file: string, from: string, to: string) => {
  const text = readFileSync(path.join(folder, file), "utf8");
  expect(text).toContain(from);
  writeFileSync(path.join(folder, file), text.replace(from, to));
};
const TRACE = /^\s+at .+:\d+:\d+\)?$/m;

test("cdktf synth, in CI too, writes both stacks and prints the system and their sizes, not as an error", async () => {
  const { code, out } = await cdktf(["synth"], { CI: "true" }); // CI must name the system for a deploy alone
  expect(out).toMatch(/pmcrm: staging \d+ resources, production \d+ resources/);
  expect(out).not.toContain("ERROR");
  expect(code).toBe(0);
  for (const stack of ["staging", "production"])
    expect(existsSync(path.join(folder, "cdktf.out", "stacks", stack, "cdk.tf.json"))).toBe(true);
});

test("through cdktf, a wrong configuration ends with one line for each problem, exit 1, no stack trace and nothing written", async () => {
  spoil("environments/pmcrm/production.ts", "10.4.0.0/14", "10.4.0.0/33");
  spoil("environments/pmcrm/staging.ts", "project:", "projet:");
  spoil("systems/pmcrm.ts", "seconds: 10", "seconds: 1");
  const { code, out } = await cdktf(["synth"]);
  expect(code).toBe(1);
  expect(out).toContain("4 problems in the configuration; nothing was written.");
  for (const line of [
    'environments/pmcrm/production.ts network.pods = "10.4.0.0/33": must be an IPv4 range in CIDR notation; write it like "10.0.0.0/20"',
    "environments/pmcrm/staging.ts project = nothing: is required (string); copy it from gcloud projects list",
    "environments/pmcrm/staging.ts projet = a string: is not a known key; remove it, or correct its spelling",
    "systems/pmcrm.ts services.backend.rateLimits.0.seconds = 1: is not an interval that Cloud Armor supports",
  ])
    expect(out).toContain(line);
  expect(out).not.toMatch(TRACE);
  expect(existsSync(path.join(folder, "cdktf.out", "stacks", "production", "cdk.tf.json"))).toBe(false);
});

test("npm run synth prints each problem once, and no other line", async () => {
  spoil("environments/pmcrm/production.ts", "10.4.0.0/14", "10.4.0.0/33");
  spoil("environments/pmcrm/staging.ts", "project:", "projet:");
  expect(await run("npm", ["run", "--silent", "synth"])).toEqual({
    code: 1,
    out: [
      "3 problems in the configuration; nothing was written.",
      "environments/pmcrm/staging.ts project = nothing: is required (string); copy it from gcloud projects list",
      "environments/pmcrm/staging.ts projet = a string: is not a known key; remove it, or correct its spelling",
      'environments/pmcrm/production.ts network.pods = "10.4.0.0/33": must be an IPv4 range in CIDR notation; write it like "10.0.0.0/20"',
      "",
    ].join("\n"),
  });
});

test("a synth runs no Terraform, and its stacks stay when the configuration is wrong afterwards", async () => {
  const file = path.join(folder, "cdktf.out", "stacks", "production", "cdk.tf.json");
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(path.join(bin, "terraform"), "#!/bin/sh\necho started >>started\nexit 1\n", { mode: 0o755 });
  expect((await program({ PATH: `${bin}:${process.env.PATH}` })).code).toBe(0);
  expect(existsSync(path.join(folder, "started"))).toBe(false);
  const before = readFileSync(file, "utf8");
  spoil("environments/pmcrm/production.ts", '"STANDARD_HA"', '"BASIC"');
  const { code, out } = await program();
  expect([code, out]).toEqual([
    1,
    expect.stringMatching(
      /^1 problem in the configuration; nothing was written\.\n.* must be STANDARD_HA in production; use STANDARD_HA\n$/,
    ),
  ]);
  expect(readFileSync(file, "utf8")).toBe(before);
});

test("a file that is not valid TypeScript is reported as a problem", async () => {
  writeFileSync(path.join(folder, "environments", "pmcrm", "staging.ts"), "export default {");
  const { code, out } = await program();
  expect(code).toBe(1);
  expect(out).toContain("environments/pmcrm/staging.ts = nothing: cannot be read: ");
  expect(out).not.toMatch(TRACE);
});

test("an unknown system is rejected with the list of systems", async () => {
  const systems = [...new Set(everyStack(ROOT).map(({ system }) => system))].join(", ");
  expect(await program({ SYSTEM: "crmpm" })).toEqual({
    code: 1,
    out: `1 problem in the configuration; nothing was written.\nSYSTEM = "crmpm": is not a system; use one of ${systems}\n`,
  });
});

describe("with CI set", () => {
  test("a deploy of production must name its system", async () => {
    const refused = await cdktf(["deploy", "production", "--auto-approve"], { CI: "true" });
    expect(refused.code).toBe(1);
    expect(refused.out).toContain("SYSTEM = nothing: must name the system when CI deploys or destroys production");
  });

  test("a destroy with Terraform's log is refused before Terraform starts", async () => {
    const { code, out } = await cdktf(["destroy", "staging"], { CI: "true", TF_LOG: "INFO" });
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('TF_LOG = "INFO": must not be set in CI or without a terminal'),
    ]);
    expect(out).not.toContain("Initializing");
  });
});

test.each(["knobs", "rehearse"])("%s prints each problem once, and no stack trace", async (command) => {
  spoil("environments/pmcrm/staging.ts", "memoryGb: 1", 'memoryGb: "one"');
  const { code, out } = await run(process.execPath, ["--import", "tsx", `commands/${command}.ts`, "staging"]);
  expect(code).toBe(1);
  expect(out.match(/cache\.memoryGb/g)).toHaveLength(1);
  expect(out).not.toMatch(TRACE);
});

test("secrets lists each supplied secret with the lines that add it, and nothing else", async () => {
  const { code, out } = await run(process.execPath, ["--import", "tsx", "commands/secrets.ts", "production"]);
  expect(code).toBe(0);
  expect(out.match(/^# [A-Z_]+: version \d+ of \S+ is read$/gm)).toEqual(
    [
      "google-client-secret",
      "microsoft-client-secret",
      "anthropic-api-key",
      "openai-api-key",
      "apollo-api-key",
      "whatsapp-api-token",
      "alertmanager-receiver",
      "datadog-api-key",
    ].map((name) => `# ${name.toUpperCase().replace(/-/g, "_")}: version 1 of pmcrm-${name} is read`),
  );
  expect(out.match(/gcloud secrets versions add pmcrm-\S+ --project=pmcrm-production --data-file=-/g)).toHaveLength(8);
});

test("bootstrap prints all that an empty project needs before the first deploy", async () => {
  const { code, out } = await run(process.execPath, ["--import", "tsx", "commands/bootstrap.ts", "staging"]);
  expect(code).toBe(0);
  for (const api of ["serviceusage", "cloudresourcemanager", "iam", "secretmanager", "storage"])
    expect(out).toContain(`${api}.googleapis.com`);
  expect(out).toContain("It must be the environment's logLocation, which is global.");
  expect(out).toContain("gcloud logging buckets list --project=pmcrm-staging");
  expect(out).toContain("gcloud storage buckets create gs://pmcrm-staging-terraform-state --project=pmcrm-staging");
  expect(out).toContain("gcloud artifacts repositories create pmcrm ");
  expect(out).toContain("docker push europe-west1-docker.pkg.dev/pmcrm-staging/pmcrm/backend:first");
  expect(out.match(/gcloud secrets versions add/g)).toHaveLength(6);
  expect(out).not.toContain("production");
});

test("a wrong call of a command prints the usage and exits with 2", async () => {
  for (const command of ["secrets", "bootstrap"]) {
    const { code, out } = await run(process.execPath, ["--import", "tsx", `commands/${command}.ts`, "prod"]);
    expect([code, out]).toEqual([2, expect.stringContaining(`npm run ${command} -- production`)]);
  }
  expect(await run(process.execPath, ["--import", "tsx", "commands/knobs.ts", "staging", "--groups", "0"])).toEqual({
    code: 2,
    out: "inconclusive: --groups 0: is not a whole number from 1\n",
  });
});
