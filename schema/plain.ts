import { isToken } from "./expressions";
import { dotted, type Problem } from "./problem";

/** Levels, twice as many as the schema has. */
const DEEPEST = 12;

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

  /** Leaves out what is at a path. */
  const leave = (path: readonly PropertyKey[], value: unknown, rule: string, remedy: string): undefined => {
    left.push(path);
    problems.push({ path: `${file} ${dotted(path)}`.trim(), value, secret: true, rule, remedy });
  };

  const leaf = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if ((typeof value === "string" || typeof value === "number") && isToken(value))
      return leave(path, value, "looks like a token of cdktf, which would replace it with another value", "remove it");
    return value;
  };

  const visit = (value: unknown, path: readonly PropertyKey[]): unknown => {
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

  const entries = (value: object, path: readonly PropertyKey[]): object => {
    const copy = Array.isArray(value) ? [] : {};
    for (const key of Reflect.ownKeys(value)) {
      const where = [...path, key];
      const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      const unfit = (rule: string, remedy: string) => leave(where, property.value, rule, remedy);
      if (Array.isArray(value) && !/^\d+$/.test(String(key))) {
        if (key !== "length") unfit("is a named key, and a list has only numbers", "remove it");
      } else if (key === "__proto__") unfit("is not a known key", "remove it");
      else if (typeof key === "symbol") unfit("is a symbol; keys must be text", "remove it");
      else if (isToken(key)) unfit("has a name that looks like a token of cdktf", "choose another name");
      else if (property.get || property.set) unfit("must be a value, not a getter", "write the value");
      else copy[key as keyof typeof copy] = visit(property.value, where) as never;
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
