import type { z } from "zod";
import { keyShaped, secretLooking } from "../facts/secrets";
import { isAlmostIn, isShown, shownName, withoutSecrets } from "./shown";

/** One thing that is wrong with the configuration. */
export interface Problem {
  /** File and place in it, such as `environments/pmcrm/production.ts network.pods`. */
  readonly path: string;
  /** What is there. Absent if the problem is the file itself, and not what it has at a place. */
  readonly value?: unknown;
  /**
   * Whether the value can be a secret. If so, only its type is shown: CI keeps what the program prints. False if it is one of
   * the values that the program knows. If absent, the value's form and its path decide.
   */
  readonly secret?: boolean;
  /** What must hold. */
  readonly rule: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Characters of a value that are shown. */
const SHOWN = 80;

/**
 * A problem's line: path, value, rule, remedy. A long value is cut. Only the type is shown of what can be a secret, see
 * {@link isShown}. What the line has anyway is shown.
 */
export function describe(problem: Problem): string {
  const { path, value, secret, rule, remedy } = problem;
  const [file = "", ...place] = path.split(" ");
  const named = secretLooking(place.join(" ")) ? `${file} (a name that looks like a secret)` : path;
  const isSaid = () => typeof value === "string" && (path.includes(value) || isAlmostIn(value, `${rule} ${remedy}`));
  const isHarmless = () => secret === false || isShown(value, path) || isSaid();
  const shown = secret || isSecretPlace(path, value) || !isHarmless() ? typeName(value) : show(value, SHOWN);
  const cut = shown.length > SHOWN ? `${shown.slice(0, SHOWN - 3)}...` : shown;
  const subject = Object.hasOwn(problem, "value") ? `${named} = ${cut}` : named;
  return inOneLine(`${subject}: ${withoutSecrets(rule)}; ${withoutSecrets(remedy)}`);
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

/** The type of a value that is not shown. A Proxy can throw when it is asked. */
function typeName(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || value === "" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  try {
    const [text, type] = Array.isArray(value) ? ["[]", "a list"] : ["{}", "an object"];
    return Object.keys(value).length ? type : text;
  } catch {
    return "an object";
  }
}

/**
 * Places that have secrets by mistake: what has the name of a secret, and every variable, word of a command and parameter
 * of a URL.
 */
const SECRET_PLACE =
  / variables[.[]|[ .](command|parameters)[.[]|pass|pwd|secret|token|credential|webhook|mirror|_key\b|apikey|[a-z]key\b|[ .]key\b/i;

/** Whether a value's place is one of secrets. The number of a secret's generation is none. */
export const isSecretPlace = (path: string, value: unknown): boolean =>
  SECRET_PLACE.test(path) && !(typeof value === "number" && /[ .]generations?\b/.test(path));

/** Writes characters other than printable ASCII as their codes: they could break the line or look like other letters. */
const inOneLine = (text: string): string =>
  text.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Message of a zod check: rule and remedy in one string, which {@link problemsOf} splits. */
export const rule = (text: string, remedy: string): string => `${text}\n${remedy}`;

/**
 * Dotted path, with brackets around names that are not identifiers. A name that can be a secret is not shown: of names
 * that a file may not have, that is each that is not plain.
 */
export const dotted = (path: readonly PropertyKey[], known = true): string =>
  path
    .map((key) => {
      const name = typeof key === "string" && key.length > 128 ? `${key.slice(0, 125)}...` : String(key);
      const isKnown = known && /^[\w$-]+$/.test(name) && !secretLooking(name) && !keyShaped(name);
      return isKnown || typeof key !== "string" ? name : shownName(name);
    })
    .map((p, i) => (/^[\w$-]+$/.test(p) ? `${i ? "." : ""}${p}` : `[${JSON.stringify(p)}]`))
    .join("");

/** The value at a path. Inherited properties do not count, nor what throws when it is read. */
export function at(root: unknown, path: readonly PropertyKey[]): unknown {
  try {
    return path.reduce<unknown>(
      (o, key) => (isObject(o) ? Object.getOwnPropertyDescriptor(o, key)?.value : undefined),
      root,
    );
  } catch {
    return undefined;
  }
}

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

const isObject = (value: unknown): value is object => value !== null && typeof value === "object";

type Issue = z.core.$ZodIssue;

/** Whether a value is a number where none is expected, and long enough for a secret. */
const isPin = (issue: Issue, value: unknown): boolean =>
  ["number", "bigint"].includes(typeof value) &&
  Math.abs(Number(value)) > 99_999 &&
  !(issue.code === "invalid_type" ? ["number", "int"].includes(issue.expected) : issue.code.startsWith("too_"));

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
    // An object of a wrong shape can have a secret under any key.
    const one = (r: string, remedy: string, p = path, v = value, known = true): Problem[] => [
      {
        path: `${file} ${dotted(p, known)}`.trim(),
        value: v,
        secret: !known || isObject(v) || isPin(issue, v) || undefined,
        rule: r,
        remedy,
      },
    ];
    const [ownRule, ownRemedy] = issue.message.split("\n");
    const own = () => one(ownRule ?? "is not valid", ownRemedy ?? "correct it");
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.flatMap((key) => {
          const where = [...path, key];
          // The key alone decides: other keys of a variable with the name of a secret are misspelt.
          const remedy =
            key === "value" || isSecretPlace(` ${dotted([key])}`, undefined)
              ? "remove it: npm run secrets prints the commands that put a secret into Secret Manager"
              : "remove it, or correct its spelling";
          return one("is not a known key", remedy, where, at(value, [key]), false);
        });
      case "invalid_type":
        if (value === undefined)
          return path.length
            ? one(`is required (${nameOf(issue.expected).replace(/^an? /, "")})`, ownRemedy ?? "add it")
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
        return problemsOf(file, root, issue.issues, path).map((p) => ({
          ...p,
          path: `${file} ${dotted(path, false)}`,
          value: issue.path.at(-1),
          secret: undefined,
        }));
      default:
        return own();
    }
  });
}
