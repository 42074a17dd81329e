import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Raw } from "../schema/files";
import { InvalidConfiguration, validate } from "../schema/load";
import type { Problem } from "../schema/problem";
import { writeWhole } from "../schema/write";

/** What commands need that write files of releases/. */

/** What is wrong with these files: other files' problems are not ours. */
export function problemsOf(system: string, raw: Raw, files: readonly string[]): Problem[] {
  try {
    validate(system, raw, process.env);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    return error.problems.filter((p) => files.some((file) => `${p.path} `.startsWith(`${file} `)));
  }
}

/** Writes a file below a root as JSON, whole or not at all. */
export function writeJson(root: string, file: string, value: unknown): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeWhole(path.join(root, file), `${JSON.stringify(value, null, 2)}\n`);
}
