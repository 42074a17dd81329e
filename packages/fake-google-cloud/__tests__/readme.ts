import { readFileSync } from "node:fs";
import path from "node:path";

export const PACKAGE = path.resolve(import.meta.dirname, "..");
export const BIN = path.join(PACKAGE, "bin", "fake-google-cloud.mjs");
const README = readFileSync(path.join(PACKAGE, "README.md"), "utf8");

/** The README's code blocks in a language. */
export const blocks = (language: string): string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, code]) => code as string);

/** The README's code block in a language; fails unless there is exactly one. */
export function block(language: string): string {
  const [found, ...more] = blocks(language);
  if (!found || more.length) throw new Error(`the README must have one block of ${language}`);
  return found;
}
