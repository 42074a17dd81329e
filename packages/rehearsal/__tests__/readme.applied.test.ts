import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { isControlPlaneBuilt } from "../src/machine/control-plane";
import { whatMachineLacks } from "../src/machine/tools";
import { whatIsMissing } from "../src/terraform/requirements";

const PACKAGE = path.resolve(import.meta.dirname, "..");
const README = readFileSync(path.join(PACKAGE, "README.md"), "utf8");

/** The code block of a language, of which the README has one. */
function block(language: string): string {
  const [found, ...more] = README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"));
  if (!found || more.length) throw new Error(`the README has not one block of ${language}`);
  return found[1] as string;
}

const folder = mkdtempSync(path.join(os.tmpdir(), "readme-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(path.join(folder, "stack"));
writeFileSync(path.join(folder, "stack", "cdk.tf.json"), block("json"));
writeFileSync(path.join(folder, "rehearse.mjs"), block("js"));
mkdirSync(path.join(folder, "node_modules", "@slipway"), { recursive: true });
symlinkSync(PACKAGE, path.join(folder, "node_modules", "@slipway", "rehearsal"));

// Jest must know before the tests run whether they are skipped.
const missing =
  whatIsMissing(path.join(folder, "providers"), JSON.parse(block("json")).terraform) ??
  whatMachineLacks() ??
  (isControlPlaneBuilt() ? undefined : "the control plane is not built yet");
const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";
if (missing) console.warn(`SKIPPED: the example in the README. ${missing}.`);

(missing ? test.skip : test)(
  `the example in the README passes${skipped}`,
  () => {
    const args = ["--import", pathToFileURL(require.resolve("tsx")).href, "rehearse.mjs"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    expect(stdout).not.toContain("FAIL");
    expect(stdout).toContain("all held");
    expect(stderr).toBe("");
    expect(status).toBe(0);
  },
  240_000,
);
