import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(__dirname, "..");
const PARTS = [
  "main.ts",
  "cdktf.json",
  "package.json",
  "tsconfig.json",
  "facts",
  "schema",
  "systems",
  "environments",
  "releases",
  "protected",
  "stacks",
  "constructs",
  "charts",
  "commands",
];

/** Copies the program into a folder, where tests can change it. It shares the project's packages. */
export function checkout(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const part of PARTS) cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
}
