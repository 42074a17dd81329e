import { isToken } from "./expressions";
import { dotted, type Problem } from "./problem";

/** Levels, twice as many as the schema has. */
const DEEPEST = 12;
/** Characters of a text or a name: many more than any field allows, and few enough for every pattern. */
const LONGEST = 2 ** 17;
/** Entries of a list or an object, and values of a file. */
const MOST = 10_000;
const MOST_OF_ALL = 100_000;

/** Stands for the content of a file that cannot be read, which is a problem of its own. */
export const UNREAD = Symbol("unread");

/** What passed the gate of a file's content. */
interface Plain {
  /** A copy, without what is left out. Nothing reads the file's own objects again, which could run code. */
  readonly value: unknown;
  /** Why something is left out. */
  readonly problems: readonly Problem[];
  /** Where something is left out. */
  readonly left: readonly (readonly PropertyKey[])[];
}

/**
 * The gate that every value of a file and of the environment passes before validation: it copies plain data. Everything
 * else is a problem, because validation would miss a part of it, or run code while it reads it, or because cdktf would
 * replace it.
 */
export function plain(file: string, root: unknown): Plain {
  const problems: Problem[] = [];
  const left: (readonly PropertyKey[])[] = [];
  const within: unknown[] = [];
  let seen = 0;

  /** Leaves out what is at a path. */
  const leave = (path: readonly PropertyKey[], value: unknown, rule: string, remedy: string): undefined => {
    left.push(path);
    problems.push({ path: `${file} ${dotted(path)}`.trim(), value, secret: true, rule, remedy });
  };

  const leaf = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof value === "string" && value.length > LONGEST)
      return leave(
        path,
        value,
        `has ${value.length} characters, and no text may have more than ${LONGEST}`,
        "shorten it",
      );
    if ((typeof value === "string" || typeof value === "number") && isToken(value))
      return leave(path, value, "looks like a token of cdktf, which would replace it with another value", "remove it");
    return value;
  };

  /** Copies a value. A Proxy can throw whatever is asked of it, even whether it is a list. */
  const visit = (value: unknown, path: readonly PropertyKey[]): unknown => {
    const depth = within.length;
    try {
      return copied(value, path);
    } catch {
      within.length = depth;
      return leave(path, undefined, "throws an error when it is read", "write it out, as plain text and numbers");
    }
  };

  const copied = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (seen++ === MOST_OF_ALL)
      return leave([], root, `has more than ${MOST_OF_ALL} values`, "remove what is not needed");
    if (seen > MOST_OF_ALL) return undefined;
    if (value === null || typeof value !== "object") return leaf(value, path);
    if (within.includes(value)) return leave(path, value, "contains itself", "write it out");
    if (within.length === DEEPEST) return leave(path, value, `is more than ${DEEPEST} levels deep`, "remove it");
    if (!hasPlainPrototype(value))
      return leave(path, value, "must be a plain object or list, without a prototype of its own", "write it in braces");
    within.push(value);
    const copy = entries(value, path);
    within.pop();
    return copy;
  };

  const entries = (value: object, path: readonly PropertyKey[]): unknown => {
    const copy = Array.isArray(value) ? [] : {};
    const { length } = Array.isArray(value) ? value : Reflect.ownKeys(value);
    if (length > MOST)
      return leave(path, value, `has ${length} entries, and none may have more than ${MOST}`, "shorten it");
    const keys = Reflect.ownKeys(value);
    const hole = Array.isArray(value) ? [...value.keys()].find((i) => !Object.hasOwn(value, i)) : undefined;
    if (hole !== undefined) leave([...path, hole], undefined, "is missing in the list", "add it, or remove the comma");
    for (const key of keys) {
      const where = [...path, key];
      const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      const unfit = (rule: string, remedy: string) => leave(where, property.value, rule, remedy);
      if (Array.isArray(value) && !/^\d+$/.test(String(key))) {
        if (key !== "length") unfit("is a named key, and a list has only numbers", "remove it");
      } else if (key === "__proto__") unfit("is not a known key", "remove it");
      else if (typeof key === "symbol") unfit("is a symbol; keys must be text", "remove it");
      else if (key.length > LONGEST) unfit(`has a name of more than ${LONGEST} characters`, "shorten it");
      else if (isToken(key)) unfit("has a name that looks like a token of cdktf", "choose another name");
      else if (property.get || property.set) unfit("must be a value, not a getter", "write the value");
      else {
        const entry = visit(property.value, where);
        if (entry !== undefined || property.value === undefined) copy[key as keyof typeof copy] = entry as never;
      }
    }
    return copy;
  };

  return { value: visit(root, []), problems, left };
}

/** Whether a value inherits only from the prototype of all objects, or of all lists. */
function hasPlainPrototype(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  const root = Array.isArray(value) ? Object.getPrototypeOf(prototype ?? {}) : prototype;
  return root === null || (Object.getPrototypeOf(root) === null && Object.keys(root).length === 0);
}
