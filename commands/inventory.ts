import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { toTheEnd } from "../schema/finish";
import { writeWhole } from "../schema/write";
import { everyStack, stackText, synthesizeEvery } from "./every-stack";
import { isCalledAlone } from "./help";
import { changedAddresses, FOLDER, fileOf, type Inventory, inventoryOf, print } from "./inventories/inventory";

const USAGE = `Synthesizes every system's stacks and writes what they declare into ${FOLDER}: for each address the values that
matter, and a hash of the rest. Tests compare the stacks with these files.

  npm run inventory`;

const MOST_NAMED = 5;

const ROOT = path.resolve(__dirname, "..");

/** The inventory in a file, empty if there is none that can be read. */
function committed(file: string): Inventory {
  try {
    const { counts = {}, entries = [] } = JSON.parse(readFileSync(file, "utf8")) as Partial<Inventory>;
    return { counts, entries };
  } catch {
    return { counts: {}, entries: [] };
  }
}

/** Writes a stack's inventory; returns a line about what changed. */
function write(name: string, found: Inventory): string {
  const file = path.join(ROOT, fileOf(name));
  const said = `${fileOf(name)}: ${found.entries.length} addresses`;
  const isNew = !existsSync(file);
  const changed = changedAddresses(committed(file), found);
  writeWhole(file, print(found));
  if (isNew) return `${said}, new`;
  if (!changed.length) return `${said}, unchanged`;
  const more = changed.length > MOST_NAMED ? ", ..." : "";
  return `${said}, ${changed.length} changed: ${changed.slice(0, MOST_NAMED).join(", ")}${more}`;
}

async function renew(work: string): Promise<void> {
  const folderOf = await synthesizeEvery(ROOT, work);
  const stacks = everyStack(ROOT);
  mkdirSync(path.join(ROOT, FOLDER), { recursive: true });
  for (const stack of stacks) console.log(write(stack.name, inventoryOf(stackText(folderOf(stack)))));
  const kept = new Set(stacks.map((stack) => path.basename(fileOf(stack.name))));
  for (const file of readdirSync(path.join(ROOT, FOLDER)).filter((f) => !kept.has(f))) {
    rmSync(path.join(ROOT, FOLDER, file));
    console.log(`${path.join(FOLDER, file)}: removed, because there is no such stack`);
  }
}

if (isCalledAlone(process.argv.slice(2), USAGE)) {
  const work = mkdtempSync(path.join(os.tmpdir(), "inventory-"));
  toTheEnd(() => renew(work).finally(() => rmSync(work, { recursive: true })));
}
