import { spawnSync } from "node:child_process";

const installed =
  spawnSync("terraform", ["version"], { env: { ...process.env, CHECKPOINT_DISABLE: "1" } }).status === 0;

/** A test that needs the program Terraform and nothing from its registry; skipped, and said so, where there is none. */
export const withTerraform: (name: string, run: () => Promise<void>, timeout?: number) => void = (
  name,
  run,
  timeout,
) => (installed ? test(name, run, timeout) : test.skip(`${name} (skipped: terraform is not on PATH)`, run));
