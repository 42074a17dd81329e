import { createHash } from "node:crypto";
import path from "node:path";
import { MATTERS } from "./matters";

/** A part of a stack that has an address: a resource, a data source, an output, a provider, ... */
export interface Entry {
  readonly address: string;
  /** The beginning of the SHA-256 of all that the stack says of it. */
  readonly hash: string;
  /** What {@link MATTERS} lists of it, as written: a reference is not resolved. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a stack declares, committed so that a reviewer sees each change. */
export interface Inventory {
  /** Resources of each type. */
  readonly counts: Readonly<Record<string, number>>;
  readonly entries: readonly Entry[];
}

export const RENEW = "npm run inventory";
export const FOLDER = path.join("__tests__", "inventories");
export const fileOf = (stackName: string): string => path.join(FOLDER, `${stackName}.json`);

type Blocks = Readonly<Record<string, unknown>>;
type Place = readonly [address: string, value: unknown];

const DIGITS = 12;

/** cdktf's notes about a block. They name cdktf's version, and Terraform does not read them. */
const NOTES = "//";

const isObject = (value: unknown): value is Blocks => typeof value === "object" && value !== null;

const withoutNotes = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNotes);
  if (!isObject(value)) return value;
  const kept = Object.keys(value).filter((key) => key !== NOTES);
  return Object.fromEntries(kept.sort().map((key) => [key, withoutNotes(value[key])]));
};

const byName = (prefix: string, blocks: unknown): Place[] =>
  Object.entries(blocks as Blocks).map(([name, value]) => [`${prefix}${name}`, value]);

const byType = (prefix: string, blocks: unknown): Place[] =>
  byName(prefix, blocks).flatMap(([type, named]) => byName(`${type}.`, named));

/** Blocks without a name of their own, each under the address that it is about. */
const about = (key: string, argument: string, blocks: unknown): Place[] =>
  (blocks as readonly Blocks[]).map((block) => [`${key}.${String(block[argument])}`, block]);

function placesOf(key: string, blocks: unknown): Place[] {
  if (key === NOTES) return [];
  if (key === "resource") return byType("", blocks);
  if (key === "data" || key === "ephemeral") return byType(`${key}.`, blocks);
  if (key === "import") return about(key, "to", blocks);
  if (key === "moved") return about(key, "from", blocks);
  return byName(`${key}.`, blocks);
}

/** All that a stack says, by address. */
export function contentOf(text: string): Map<string, unknown> {
  const places = Object.entries(JSON.parse(text) as Blocks).flatMap(([key, blocks]) => placesOf(key, blocks));
  return new Map(places.map(([address, value]) => [address, withoutNotes(value)]));
}

export const hashOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, DIGITS);

/** The inventory of a synthesized stack. */
export function inventoryOf(text: string): Inventory {
  const types = byType("", (JSON.parse(text) as { resource: Blocks }).resource).map(([address]) => typeOf(address));
  return {
    counts: Object.fromEntries([...new Set(types)].sort().map((t) => [t, types.filter((type) => type === t).length])),
    entries: [...contentOf(text)]
      .map(([address, value]) => ({ address, hash: hashOf(value), values: valuesOf(address, value) }))
      .sort((a, b) => (a.address < b.address ? -1 : 1)),
  };
}

/** A resource's type, or what stands in its place in the address of something else. */
export const typeOf = (address: string): string => address.split(".")[0] as string;

function valuesOf(address: string, value: unknown): Record<string, unknown> {
  const found = (MATTERS[typeOf(address)] ?? []).map((where) => [where, look(value, where.split("."))]);
  return Object.fromEntries(found.filter(([, it]) => it !== undefined && it !== null));
}

/** The value at a path, through lists of blocks; undefined where there is none. */
function look(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  if (!Array.isArray(value)) return isObject(value) ? look(value[key], rest) : undefined;
  const found = value.map((block) => look(block, [key, ...rest])).filter((it) => it !== undefined);
  return found.length > 1 ? found : found[0];
}

/** Addresses that one of two inventories lacks, or has otherwise. */
export function changedAddresses(before: Inventory, after: Inventory): string[] {
  const [old, now] = [before, after].map(({ entries }) => new Map(entries.map((e) => [e.address, JSON.stringify(e)])));
  const all = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
  return [...all].filter((address) => old?.get(address) !== now?.get(address)).sort();
}

/** An inventory as its file has it: a line for each address, for reading and for merging. */
export function print({ counts, entries }: Inventory): string {
  const lines = entries.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n");
  return `${JSON.stringify({ counts }, null, 2).slice(0, -2)},\n  "entries": [\n${lines}\n  ]\n}\n`;
}
