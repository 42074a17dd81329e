import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { BIN, block, blocks } from "./readme";

describe("the examples of Terraform", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "readme-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { TF_CLI_CONFIG_FILE: config, ...rest } = process.env;
  const env = {
    ...rest,
    ...(config && existsSync(config) && { TF_CLI_CONFIG_FILE: config }),
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
  };
  const examples = blocks("hcl");
  examples.forEach((example, i) => {
    writeFileSync(path.join(folder, `${i}.tf`), example);
  });
  // Jest wants to know before it starts which tests there are.
  const { status } = spawnSync("terraform", ["init", "-no-color"], { cwd: folder, env, timeout: 30_000 });
  const skipped = status === 0 ? "" : " (SKIPPED: Terraform or the google provider is missing)";
  if (skipped) console.warn(`the examples of Terraform in the README${skipped}`);

  (skipped ? test.skip : test)(
    `apply, then plan no changes, and are destroyed${skipped}`,
    () => {
      // npx does not look for the package in a temporary folder.
      // The fake ends with the script, which may fail.
      const script = `set -e\ntrap 'kill $! 2>/dev/null || :' EXIT\nnpx() { shift; exec '${process.execPath}' '${BIN}' "$@"; }\n${block("sh")}`;
      const { status, stdout, stderr } = spawnSync("sh", ["-c", script], { cwd: folder, env, encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const made = examples.join("").match(/^resource /gm)?.length;
      expect(stdout).toContain(`Apply complete! Resources: ${made} added, 0 changed, 0 destroyed.`);
      expect(stdout).toContain("No changes.");
      expect(stdout).toContain(`Destroy complete! Resources: ${made} destroyed.`);
    },
    300_000,
  );
});
