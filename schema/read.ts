import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { secretLooking } from "../facts/secrets";
import { dotted } from "./problem";

/** Bytes of the largest file. The files that people write have a few thousand. */
const LARGEST = 2 ** 20;

let now: string | undefined;
let before: Promise<unknown> = Promise.resolve();

/** The file that is being read. */
export const beingRead = (): string | undefined => now;

/**
 * Content of a file: a module's default export, or JSON. Files are read one after the other, so that {@link beingRead} is
 * the one whose code runs. The content is in an object, because a promise would call a method of the file's own if its
 * content had one named `then`.
 * @throws an error with one line, which contains neither the machine's paths nor what could be a secret
 */
export function read(root: string, file: string): Promise<{ readonly content: unknown }> {
  const reading = before.then(async () => {
    now = file;
    const read = file.endsWith(".json") ? { content: readJson(root, file) } : await exportOf(root, file);
    now = undefined;
    return read;
  });
  before = reading.catch(() => {
    now = undefined;
  });
  return reading;
}

/** A module's default export, which is no promise. */
async function exportOf(root: string, file: string): Promise<{ readonly content: unknown }> {
  try {
    refuseUnfit(root, file);
    const { default: content } = (await import(path.join(root, file))) as { default: unknown };
    return { content: settled(content) };
  } catch (error) {
    throw new Error(reasonOf(error, root));
  }
}

/**
 * Content of a file of JSON.
 * @throws as {@link read} does
 */
export function readJson(root: string, file: string): unknown {
  try {
    refuseUnfit(root, file);
    const text = readFileSync(path.join(root, file), "utf8");
    if (text.startsWith("\ufeff")) throw new Unreadable("it begins with a byte order mark, which JSON must not have");
    const value: unknown = JSON.parse(text);
    const [twice] = repeatedKeys(text);
    if (twice) throw new Unreadable(`${twice} is there twice, and only the last would count`);
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
  if (typeof value === "function") throw new Unreadable("its default export is a function, and not an object");
  if (isThenable(value))
    throw new Unreadable(
      "its default export is a promise, or has a method then, and must be an object of values alone",
    );
  return value;
}

function isThenable(value: unknown): boolean {
  try {
    return value !== null && typeof value === "object" && "then" in value && typeof value.then === "function";
  } catch {
    return false; // a Proxy or a getter that throws, which validation reports
  }
}

/** @throws if a file cannot be one that people write */
function refuseUnfit(root: string, file: string): void {
  const stats = statSync(path.join(root, file), { throwIfNoEntry: false });
  if (!stats) throw new Unreadable("it does not exist");
  if (!stats.isFile()) throw new Unreadable("it is not a file");
  if (stats.size > LARGEST) throw new Unreadable("it is larger than 1 MiB");
}

/** Says why a file cannot be read, in words that can be shown. */
class Unreadable extends Error {
  readonly code = "UNREADABLE";
}

/**
 * Why a file cannot be read, in one line. An error of the file's own code is only named: its message can contain what the
 * code works with. Messages of the compiler and of JSON.parse quote the file, and the quotations are left out.
 */
function reasonOf(error: unknown, root: string): string {
  const { name, code, message, stack } = textsOf(error);
  const withoutRoot = (text: string) => text.replaceAll(`${root}${path.sep}`, "").replace(/\s+/g, " ").trim();
  if (["UNREADABLE", "MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(code) || isSystemCode(code))
    return cut(withoutRoot(message));
  if (name === "TransformError")
    return cut(
      withoutRoot(message).replace(/"((?:[^"\\]|\\.)*)"/g, (quoted, inner) => (/\w/.test(inner) ? '"..."' : quoted)),
    );
  if (name === "SyntaxError" && /JSON/.test(message)) return cut(message.replace(/, (\.\.\.)?".*$/s, " in JSON"));
  const at = /^[^:()]+:\d+/.exec(stack.split(`${root}${path.sep}`)[1] ?? "")?.[0];
  const what = /^[A-Z]\w{0,40}$/.test(name) ? `the error ${name}` : "something that is not an error";
  return `it throws ${what}${at ? ` at ${at}` : ""}, whose message is not shown because it can contain a secret`;
}

const cut = (text: string): string =>
  secretLooking(text)
    ? "the reason is not shown, because it looks like a secret"
    : text.length > 200
      ? `${text.slice(0, 197)}...`
      : text;

/** Whether a code is one of the operating system, such as EACCES. */
const isSystemCode = (code: string): boolean => /^E[A-Z0-9]+$/.test(code);

/** The texts of an error, or of anything else that is thrown; reading them can throw, too. */
function textsOf(error: unknown): Record<"name" | "code" | "message" | "stack", string> {
  const text = (key: string): string => {
    try {
      const value: unknown = (error as Readonly<Record<string, unknown>>)[key];
      return typeof value === "string" ? value : "";
    } catch {
      return "";
    }
  };
  return { name: text("name"), code: text("code"), message: text("message"), stack: text("stack") };
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
