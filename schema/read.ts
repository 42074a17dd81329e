import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { dotted } from "./problem";

let now: string | undefined;
let before: Promise<unknown> = Promise.resolve();

/** The file that is being read. */
export const beingRead = (): string | undefined => now;

/**
 * Content of a file: a module's default export, or JSON. Files are read one after the other, so that
 * {@link beingRead} is the one whose code runs.
 * @throws an error with one line that does not contain the machine's paths
 */
export function read(root: string, file: string): Promise<unknown> {
  const content = before.then(async () => {
    now = file;
    const value = await contentOf(root, file);
    now = undefined;
    return value;
  });
  before = content.catch(() => {
    now = undefined;
  });
  return content;
}

async function contentOf(root: string, file: string): Promise<unknown> {
  const full = path.join(root, file);
  try {
    if (!existsSync(full)) throw new Error("it does not exist");
    if (!file.endsWith(".json")) return settled(((await import(full)) as { default: unknown }).default);
    const text = readFileSync(full, "utf8");
    const value: unknown = JSON.parse(text);
    const [twice] = repeatedKeys(text);
    if (twice) throw new Error(`${twice} is there twice, and only the last would count`);
    return value;
  } catch (error) {
    throw new Error(reasonOf(error, root));
  }
}

/**
 * The value, if it is none that a promise waits for. Such a value decides itself when the program goes on, or never
 * lets it.
 */
function settled(value: unknown): unknown {
  if (typeof value === "function") throw new Error("its default export is a function, and not an object");
  if (value !== null && typeof value === "object" && "then" in value && typeof value.then === "function")
    throw new Error("its default export is a promise, or has a method then, and must be an object of values alone");
  return value;
}

/** The beginning of an error's message, in one line. */
function reasonOf(error: unknown, root: string): string {
  const message = error instanceof Error ? error.message || error.name : `it throws ${String(error)}`;
  const line = message.replaceAll(`${root}${path.sep}`, "").replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 197)}...` : line;
}

/** Paths of keys that occur twice in a JSON object. JSON.parse silently takes the last one. */
function repeatedKeys(json: string): string[] {
  const found: string[] = [];
  const open: { readonly keys: Set<string>; key: string }[] = [];
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (token === "{" || token === "[") open.push({ keys: new Set(), key: "" });
    else if (token === "}" || token === "]") open.pop();
    else if (text && colon) {
      const object = open.at(-1);
      if (!object) continue;
      object.key = JSON.parse(text) as string;
      if (object.keys.has(object.key)) found.push(dotted(open.map(({ key }) => key).filter(Boolean)));
      object.keys.add(object.key);
    }
  }
  return found;
}
