import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Stack } from "../every-stack";
import { stackText } from "../every-stack";
import { contentOf, fileOf, hashOf, type Inventory } from "./inventory";

const SYNTHESIZE = `require("./commands/every-stack.ts").synthesizeEvery(process.cwd(), "out")`;

/**
 * What addresses of a stack said when its inventory was written, for a difference that people can read: an inventory has
 * their hashes alone. Synthesizes the commit that last changed the inventory. Undefined where that cannot be done, such as
 * in a clone without history.
 */
export function contentAtCommit(
  root: string,
  stack: Stack,
  { entries }: Inventory,
  addresses: readonly string[],
): Record<string, unknown> | undefined {
  const folder = mkdtempSync(path.join(os.tmpdir(), "committed-"));
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const commit = git("log", "-1", "--format=%H", "--", fileOf(stack.name)).trim();
    git("archive", "--output", path.join(folder, "tree.tar"), commit);
    execFileSync("tar", ["-xf", "tree.tar"], { cwd: folder });
    symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    execFileSync(process.execPath, ["--import", "tsx", "--eval", SYNTHESIZE], { cwd: folder, stdio: "ignore" });
    const content = contentOf(stackText(path.join(folder, "out", stack.system, "stacks", stack.environment)));
    const hashes = new Map(entries.map(({ address, hash }) => [address, hash]));
    const same = addresses.every((address) =>
      content.has(address) ? hashes.get(address) === hashOf(content.get(address)) : !hashes.has(address),
    );
    return same ? pick(content, addresses) : undefined;
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const LONG = 100;

/** A value with its long texts, such as the values of a Helm release, as lists, so that a difference shows a part alone. */
function inParts(value: unknown): unknown {
  if (typeof value === "string" && value.length > LONG) return value.split(/(?<=[,{[])(?=["{])|(?<=\n)/);
  if (Array.isArray(value)) return value.map(inParts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, inParts(it)]));
}

/** Some addresses of a stack, to be read. */
export const pick = (content: ReadonlyMap<string, unknown>, addresses: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(addresses.flatMap((a) => (content.has(a) ? [[a, inParts(content.get(a))]] : [])));
