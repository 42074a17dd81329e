import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { toTheEnd } from "../schema/finish";
import { writeWhole } from "../schema/write";
import { everyStack, stackText, synthesizeEvery } from "./every-stack";
import { asksForHelp } from "./help";

const FOLDER = path.join("__tests__", "protected");

const USAGE = `Writes the addresses of what holds data or identity into ${FOLDER}, one file for each stack. It only adds: an
address that a stack no longer has stays listed, and the tests ask for a moved block or a reason under "removed".

  npm run protected`;

/**
 * `prevent_destroy` goes with its block: a construct that is renamed or removed plans the destruction of the database
 * without a word. So the addresses of what holds data or identity are listed, and the lists only grow.
 */
export interface Protected {
  /** Everything that was ever protected. */
  readonly addresses: readonly string[];
  /** What was taken away on purpose: address and reason. */
  readonly removed: Readonly<Record<string, string>>;
}

export const protectedFile = (stack: string): string => path.join(FOLDER, `${stack}.json`);

/** What is listed of a stack; a new one has an empty list. */
export function listed(root: string, stack: string): Protected {
  const file = path.join(root, protectedFile(stack));
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { addresses: [], removed: {} };
}

interface Config {
  readonly lifecycle?: { readonly prevent_destroy?: boolean };
}

/** Which of a stack's resources are protected: their addresses. */
export const protectedIn = (resources: readonly (readonly [address: string, Config])[]): string[] =>
  resources.filter(([, { lifecycle }]) => lifecycle?.prevent_destroy === true).map(([address]) => address);

/** Resources of a stack as written, by their addresses. */
const resourcesIn = (text: string): [string, Config][] =>
  Object.entries((JSON.parse(text) as { resource: Record<string, Record<string, Config>> }).resource).flatMap(
    ([type, byName]) => Object.entries(byName).map(([name, config]): [string, Config] => [`${type}.${name}`, config]),
  );

/** Adds what every stack protects to the lists below a root; returns a line for each stack. */
export async function addProtected(root: string, work: string): Promise<string[]> {
  const folderOf = await synthesizeEvery(root, work);
  mkdirSync(path.join(root, FOLDER), { recursive: true });
  return everyStack(root).map((stack) => {
    const before = listed(root, stack.name);
    const added = protectedIn(resourcesIn(stackText(folderOf(stack)))).filter(
      (address) => !before.addresses.includes(address),
    );
    const after: Protected = { ...before, addresses: [...before.addresses, ...added].sort() };
    if (added.length) writeWhole(path.join(root, protectedFile(stack.name)), `${JSON.stringify(after, null, 2)}\n`);
    return `${protectedFile(stack.name)}: ${added.length ? `added ${added.join(", ")}` : "as before"}`;
  });
}

async function main(args: readonly string[]): Promise<void> {
  if (asksForHelp(args)) return console.log(USAGE);
  if (args.length) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const work = mkdtempSync(path.join(os.tmpdir(), "protected-"));
  try {
    console.log((await addProtected(path.resolve(__dirname, ".."), work)).join("\n"));
  } finally {
    rmSync(work, { recursive: true });
  }
}

if (require.main === module) toTheEnd(() => main(process.argv.slice(2)));
