import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { toTheEnd } from "../schema/finish";
import { writeWhole } from "../schema/write";
import { everyBootstrapStack, everyStack, stackText, synthesizeEvery } from "./every-stack";
import { changedAddresses, FOLDER, fileOf, type Inventory, inventoryOf, print } from "./inventories/inventory";

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

/** What became of a file. */
interface Written {
  readonly file: string;
  readonly state: "new" | "changed" | "unchanged" | "removed";
  /** Number of the stack's addresses. */
  readonly addresses?: number;
  readonly changed?: readonly string[];
}

/** Writes a stack's inventory. */
function write(name: string, found: Inventory): Written {
  const file = fileOf(name);
  const full = path.join(ROOT, file);
  const isNew = !existsSync(full);
  const changed = changedAddresses(committed(full), found);
  writeWhole(full, print(found));
  const state = isNew ? "new" : changed.length ? "changed" : "unchanged";
  return { file, state, addresses: found.entries.length, changed };
}

function said({ file, state, addresses, changed = [] }: Written): string {
  if (state === "removed") return `${file}: removed, because there is no such stack`;
  const more = changed.length > MOST_NAMED ? ", ..." : "";
  const which = state === "changed" ? `: ${changed.slice(0, MOST_NAMED).join(", ")}${more}` : "";
  return `${file}: ${addresses} addresses, ${state === "changed" ? `${changed.length} changed` : state}${which}`;
}

async function renew(work: string): Promise<Written[]> {
  const folderOf = await synthesizeEvery(ROOT, work);
  const stacks = [...everyStack(ROOT), ...everyBootstrapStack(ROOT)];
  mkdirSync(path.join(ROOT, FOLDER), { recursive: true });
  const written = stacks.map((stack) => write(stack.name, inventoryOf(stackText(folderOf(stack)))));
  const kept = new Set(stacks.map((stack) => path.basename(fileOf(stack.name))));
  const stale = readdirSync(path.join(ROOT, FOLDER)).filter((file) => !kept.has(file));
  for (const file of stale) rmSync(path.join(ROOT, FOLDER, file));
  return [...written, ...stale.map((file): Written => ({ file: path.join(FOLDER, file), state: "removed" }))];
}

export const main = ({ json }: { readonly json?: boolean }): Promise<void> =>
  toTheEnd(async () => {
    const work = mkdtempSync(path.join(os.tmpdir(), "inventory-"));
    try {
      const written = await renew(work);
      console.log(json ? JSON.stringify(written, null, 2) : written.map(said).join("\n"));
    } finally {
      rmSync(work, { recursive: true });
    }
  });
