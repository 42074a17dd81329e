import type { z } from "zod";
import { secretLooking } from "../facts/google";

/** One thing that is wrong with the configuration. */
export interface Problem {
  /** File and place in it, such as `environments/pmcrm/production.ts network.pods`. */
  readonly path: string;
  readonly value: unknown;
  /** Whether the value can be a secret. If so, only its beginning is shown. */
  readonly secret?: boolean;
  /** What must hold. */
  readonly rule: string;
  /** What to do about it. */
  readonly remedy: string;
}

/**
 * A problem's line: path, value, rule, remedy. A long value is cut. A value that can be a secret is cut after its first
 * letters.
 */
export function describe({ path, value, secret, rule, remedy }: Problem): string {
  const most = secret || secretIn(path, value) ? 5 : 77;
  const shown = show(value, most + 3);
  const cut = shown.length > most + 3 ? `${shown.slice(0, most)}...` : shown;
  return inOneLine(`${path} = ${cut}: ${rule}; ${remedy}`);
}

/**
 * A value as JSON, or as JavaScript prints it if JSON cannot express it. The text ends when there is no room left, so a
 * value that contains itself ends too.
 */
function show(value: unknown, room: number): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.slice(0, Math.max(room, 0) + 1));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (value === null || typeof value !== "object") return Object.is(value, -0) ? "-0" : String(value);
  const list = Array.isArray(value);
  let text = list ? "[" : "{";
  for (const key of Object.keys(value)) {
    if (text.length > room) break;
    if (text.length > 1) text += ",";
    if (!list) text += `${JSON.stringify(key)}:`;
    text += show(Object.getOwnPropertyDescriptor(value, key)?.value, room - text.length);
  }
  return text + (list ? "]" : "}");
}

/**
 * Whether a wrong value is a secret, contains one, or is in a field that usually has one.
 */
function secretIn(path: string, value: unknown, depth = 0): boolean {
  if (typeof value === "string")
    return (
      secretLooking(value.slice(0, 4096)) ||
      /(password|secret|token|credential|webhook|(private|api|routing|integration)_?key)["\]]*$/i.test(path)
    );
  if (value === null || typeof value !== "object" || depth > 8) return false;
  return Object.keys(value).some((key) => secretIn(key, Object.getOwnPropertyDescriptor(value, key)?.value, depth + 1));
}

/** Writes characters other than printable ASCII as their codes: they could break the line or look like other letters. */
const inOneLine = (text: string): string =>
  text.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Message of a zod check: rule and remedy in one string, which {@link problemsOf} splits. */
export const rule = (text: string, remedy: string): string => `${text}\n${remedy}`;

/** Dotted path, with brackets around names that are not identifiers. */
export const dotted = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => (typeof key === "string" && key.length > 128 ? `${key.slice(0, 125)}...` : String(key)))
    .map((p, i) => (/^[\w$-]+$/.test(p) ? `${i ? "." : ""}${p}` : `[${JSON.stringify(p)}]`))
    .join("");

/** The value at a path. Inherited properties do not count. */
export const at = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (o, key) =>
      o !== null && typeof o === "object" && Object.hasOwn(o, key)
        ? (o as Record<PropertyKey, unknown>)[key]
        : undefined,
    root,
  );

/** Types by zod's names: the name in rules, and the remedy. */
const TYPES: Readonly<Record<string, { readonly name: string; readonly remedy: string }>> = {
  string: { name: "a string", remedy: "write it in quotes" },
  number: { name: "a number", remedy: "write it in digits, without quotes" },
  int: { name: "a whole number", remedy: "write it in digits, without quotes" },
  boolean: { name: "true or false", remedy: "write one of the two, without quotes" },
  array: { name: "a list", remedy: "write it in brackets" },
  object: { name: "an object", remedy: "write it in braces" },
  record: { name: "an object", remedy: "write it in braces" },
};
const nameOf = (type: string): string => TYPES[type]?.name ?? type;

type Issue = z.core.$ZodIssue;

/**
 * Turns zod's issues into problems with a rule and a remedy. For a union, it reports the branch that fits the value best.
 */
export function problemsOf(
  file: string,
  root: unknown,
  issues: readonly Issue[],
  prefix: readonly PropertyKey[] = [],
): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    const value = at(root, path);
    const one = (r: string, remedy: string, p = path, v = value): Problem[] => [
      { path: `${file} ${dotted(p)}`.trim(), value: v, rule: r, remedy },
    ];
    const [ownRule, ownRemedy] = issue.message.split("\n");
    const own = () => one(ownRule ?? "is not valid", ownRemedy ?? "correct it");
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.flatMap((key) =>
          one("is not a known key", "remove it, or correct its spelling", [...path, key], at(value, [key])),
        );
      case "invalid_type":
        if (value === undefined)
          return path.length
            ? one(`is required (${nameOf(issue.expected).replace(/^an? /, "")})`, "add it")
            : one("must export an object by default", "write export default { ... }");
        return issue.message.includes("\n")
          ? own()
          : one(`must be ${nameOf(issue.expected)}`, TYPES[issue.expected]?.remedy ?? `write ${issue.expected}`);
      case "invalid_value":
        return one(`must be one of ${issue.values.map((v) => JSON.stringify(v)).join(", ")}`, "choose one of them");
      case "invalid_union": {
        if (issue.errors.length === 0) {
          const kinds = "options" in issue ? (issue.options as readonly string[]).join(", ") : "those in schema/";
          return one(value === undefined ? "is required" : "is not a known kind", `use one of ${kinds}`);
        }
        if (value === undefined) return one("is required", ownRemedy ?? "add it");
        // The best branch accepts the value's type and has the fewest issues.
        const [meant] = issue.errors
          .filter((branch) => branch.some((e) => e.path.length || e.code !== "invalid_type"))
          .sort((a, b) => a.length - b.length);
        if (meant) return problemsOf(file, root, meant, path);
        return own();
      }
      case "invalid_key":
        return problemsOf(file, root, issue.issues, path).map((p) => ({ ...p, value: issue.path.at(-1) }));
      default:
        return own();
    }
  });
}
