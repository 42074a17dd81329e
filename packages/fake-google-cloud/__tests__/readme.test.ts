import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const PACKAGE = path.resolve(__dirname, "..");
const README = readFileSync(path.join(PACKAGE, "README.md"), "utf8");
const BIN = path.join(PACKAGE, "bin", "fake-google-cloud.mjs");

/** The code block of a language, of which the README has one. */
function block(language: string): string {
  const [found, ...more] = README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"));
  if (!found || more.length) throw new Error(`the README has not one block of ${language}`);
  return found[1] as string;
}

test("the example of a test prints the calls and what they made", () => {
  const args = ["--import", "tsx", "--input-type=module", "--eval", block("js")];
  expect(execFileSync(process.execPath, args, { cwd: PACKAGE, encoding: "utf8" })).toBe(
    [
      "400 POST compute projects/my-project/global/networks/network",
      "200 POST compute projects/my-project/global/networks/network",
      "https://www.googleapis.com/compute/v1/projects/my-project/global/networks/network\n",
    ].join("\n"),
  );
});

describe("the command", () => {
  const run = (...args: string[]) => spawnSync(process.execPath, [BIN, ...args], { encoding: "utf8" });

  test("prints its options", () => {
    const { status, stdout } = run("--help");
    expect([status, stdout]).toEqual([0, expect.stringContaining("Usage: fake-google-cloud [options]")]);
  });

  test.each([
    [["--port", "x"], "--port x: must be a number from 0 to 65535"],
    [["--port", "80.5"], "--port 80.5: must be a number from 0 to 65535"],
    [["--speed", "0"], "--speed 0: must be a number from 0.001 to 1000000"],
    [["--apis", "compute"], "--apis compute: must be an API's name, such as compute.googleapis.com"],
    [["--what"], "Unknown option '--what'"],
  ])("refuses %j", (args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(`${message}\nfake-google-cloud --help prints the options\n`);
  });
});

describe("the example of Terraform", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "readme-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { TF_CLI_CONFIG_FILE: config, ...rest } = process.env;
  const env = {
    ...rest,
    ...(config && existsSync(config) && { TF_CLI_CONFIG_FILE: config }),
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
  };
  writeFileSync(path.join(folder, "main.tf"), block("hcl"));
  // Jest wants to know before it starts which tests there are.
  const { status } = spawnSync("terraform", ["init", "-no-color"], { cwd: folder, env, timeout: 30_000 });
  const skipped = status === 0 ? "" : " (SKIPPED: Terraform or the google provider is missing)";
  if (skipped) console.warn(`the example of Terraform in the README${skipped}`);

  (skipped ? test.skip : test)(
    `applies, and then plans no changes${skipped}`,
    () => {
      // npx does not look for the package in a temporary folder.
      const script = `set -e\nnpx() { shift; exec '${process.execPath}' '${BIN}' "$@"; }\n${block("sh")}`;
      const { status, stdout, stderr } = spawnSync("sh", ["-c", script], { cwd: folder, env, encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain("Apply complete! Resources: 2 added, 0 changed, 0 destroyed.");
      expect(stdout).toContain("No changes.");
    },
    120_000,
  );
});
