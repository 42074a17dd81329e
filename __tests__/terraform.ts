import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Json } from "./support";

const installed =
  spawnSync("terraform", ["version"], { env: { ...process.env, CHECKPOINT_DISABLE: "1" } }).status === 0;

/** A test that needs the program Terraform and nothing from its registry; skipped, and said so, where there is none. */
export const withTerraform: (name: string, run: () => Promise<void>, timeout?: number) => void = (
  name,
  run,
  timeout,
) => (installed ? test(name, run, timeout) : test.skip(`${name} (skipped: terraform is not on PATH)`, run));

/** What Terraform makes of values: they are outputs of a configuration without providers. */
export function evaluate(values: Record<string, unknown>): Record<string, Json> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "escape-"));
  try {
    const output = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
    writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify({ output }));
    const terraform = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync("terraform", args, {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, TF_CLI_CONFIG_FILE: "", CHECKPOINT_DISABLE: "1" },
      });
      if (status !== 0) throw new Error(stdout + stderr);
      return stdout;
    };
    terraform("init");
    terraform("apply", "-auto-approve");
    return Object.fromEntries(
      Object.entries(JSON.parse(terraform("output", "-json"))).map(([name, o]) => [name, (o as { value: Json }).value]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An expression's text with words in place of its references to resources. */
export const wordsForReferences = (text: string): string =>
  text.replace(/\b(kubernetes|google)_\w+(\.[\w-]+|\[[\d*]+\])+/g, (reference) =>
    reference.includes("[*]") ? '["a-reference"]' : '"a-reference"',
  );
