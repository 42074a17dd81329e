import { dotted, type Problem } from "./problem";

/** Levels, twice as many as the schema has. */
const DEEPEST = 12;

/**
 * Problems of an exported object that is not plain data. Validation would miss a part of such an object, or run code
 * while it reads it.
 */
export function notPlain(file: string, root: unknown): Problem[] {
  const problems: Problem[] = [];
  const within: unknown[] = [];
  const visit = (value: unknown, path: readonly PropertyKey[]): void => {
    if (value === null || typeof value !== "object") return;
    const say = (where: readonly PropertyKey[], rule: string, remedy: string) =>
      problems.push({
        path: `${file} ${dotted(where)}`.trimEnd(),
        value: at(value, where.slice(path.length)),
        rule,
        remedy,
      });
    if (within.includes(value)) return void say(path, "contains itself", "write it out");
    if (within.length === DEEPEST) return void say(path, `is more than ${DEEPEST} levels deep`, "remove it");
    if (!hasPlainPrototype(value))
      return void say(path, "must be a plain object or list, without a prototype of its own", "write it in braces");
    within.push(value);
    for (const key of Reflect.ownKeys(value)) {
      const where = [...path, key];
      const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      if (Array.isArray(value) && !/^\d+$/.test(String(key))) {
        if (key !== "length") say(where, "is a named key, and a list has only numbers", "remove it");
      } else if (key === "__proto__") say(where, "is not a known key", "remove it");
      else if (typeof key === "symbol") say(where, "is a symbol; keys must be text", "remove it");
      else if (property.get || property.set) say(where, "must be a value, not a getter", "write the value");
      else visit(property.value, where);
    }
    within.pop();
  };
  const at = (value: object, [key]: readonly PropertyKey[]): unknown =>
    key === undefined ? value : Object.getOwnPropertyDescriptor(value, key)?.value;
  visit(root, []);
  return problems;
}

/** Whether a value inherits only from the prototype of all objects, or of all lists. */
function hasPlainPrototype(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  const root = Array.isArray(value) ? Object.getPrototypeOf(prototype ?? {}) : prototype;
  return root === null || (Object.getPrototypeOf(root) === null && Object.keys(root).length === 0);
}
