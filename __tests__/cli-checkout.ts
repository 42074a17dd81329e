import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";

export interface Ended {
  readonly code: number;
  readonly out: string;
}

/** A checkout of its own for each test of a file, to be spoilt, and the programs in it. */
export function inCheckout() {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "checkout-"));
    checkout(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    new Promise<Ended>((resolve) => {
      const settings = { TF_CLI_CONFIG_FILE: "", CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1" };
      execFile(command, args, { cwd: folder, env: { ...process.env, ...settings, ...env } }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, out: stdout + stderr }),
      );
    });
  return {
    run,
    /** A file's place in the checkout. */
    at: (...file: readonly string[]) => path.join(folder, ...file),
    cdktf: (args: readonly string[], env?: NodeJS.ProcessEnv) =>
      run(path.join(folder, "node_modules", ".bin", "cdktf"), args, env),
    slipway: (args: readonly string[], env?: NodeJS.ProcessEnv) =>
      run(process.execPath, ["commands/slipway.mjs", ...args], env),
    program: (env?: NodeJS.ProcessEnv) => run(process.execPath, ["--import", "tsx", "main.ts"], env),
    spoil(file: string, from: string, to: string): void {
      const text = readFileSync(path.join(folder, file), "utf8");
      expect(text).toContain(from);
      writeFileSync(path.join(folder, file), text.replace(from, to));
    },
  };
}

/** Puts a shell script in the place of a checkout's cdktf. */
export function replaceCdktf(folder: string, script: string): void {
  const modules = path.join(folder, "node_modules");
  const real = path.resolve(__dirname, "..", "node_modules");
  rmSync(modules, { recursive: true });
  mkdirSync(path.join(modules, ".bin"), { recursive: true });
  for (const name of readdirSync(real).filter((it) => it !== ".bin"))
    symlinkSync(path.join(real, name), path.join(modules, name));
  writeFileSync(path.join(modules, ".bin", "cdktf"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** A line of a stack trace. */
export const TRACE = /^\s+at .+:\d+:\d+\)?$/m;
