import type { z } from "zod";

/** One thing that is wrong with the configuration. */
export interface Problem {
  /** File and place in it, such as `environments/pmcrm/production.ts network.pods`. */
  readonly path: string;
  readonly value: unknown;
  /** Whether the value may be a secret: no more than its beginning is shown then. */
  readonly secret?: boolean;
  /** What must hold. */
  readonly rule: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A problem's line: path, value, rule, remedy. A long value is cut, and one that may be a secret after its first letters. */
export function describe({ path, value, secret, rule, remedy }: Problem): string {
  const shown =
    JSON.stringify(value, (_, v) => (typeof v === "number" && !Number.isFinite(v) ? String(v) : v)) ?? "nothing";
  const most = secret ? 5 : 77;
  return `${path} = ${shown.length > most + 3 ? `${shown.slice(0, most)}...` : shown}: ${rule}; ${remedy}`;
}

/** Message of a zod check: the rule and the remedy travel as one string until {@link problemsOf} parts them. */
export const rule = (text: string, remedy: string): string => `${text}\n${remedy}`;

/** Dotted path, with brackets where a name is no identifier. */
export const dotted = (path: readonly PropertyKey[]): string =>
  path
    .map((p, i) => (/^[\w$-]+$/.test(String(p)) ? `${i ? "." : ""}${String(p)}` : `[${JSON.stringify(String(p))}]`))
    .join("");

export const at = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((o, key) => (o as Record<PropertyKey, unknown> | undefined)?.[key], root);

type Issue = z.core.$ZodIssue;

/** Zod's issues as problems: its own words replaced by a rule and a remedy, unions reduced to the branch that was meant. */
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
      { path: `${file} ${dotted(p)}`.trimEnd(), value: v, rule: r, remedy },
    ];
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.flatMap((key) =>
          one("is not a known key", "remove it, or correct its spelling", [...path, key], at(value, [key])),
        );
      case "invalid_type":
        return value === undefined
          ? one(`is required (${issue.expected})`, "add it")
          : one(`must be of type ${issue.expected}`, `write a ${issue.expected}`);
      case "invalid_value":
        return one(`must be one of ${issue.values.map((v) => JSON.stringify(v)).join(", ")}`, "choose one of them");
      case "invalid_union": {
        if (value === undefined) return one("is required", "add it");
        if (issue.errors.length === 0)
          return one(
            "is of no known kind",
            `use one of ${"options" in issue ? issue.options?.join(", ") : "those in schema/"}`,
          );
        const meant = issue.errors.find((branch) => branch.some((e) => e.path.length || e.code !== "invalid_type"));
        return meant ? problemsOf(file, root, meant, path) : one("has the wrong type", "see the field in schema/");
      }
      case "invalid_key":
        return problemsOf(file, root, issue.issues, path).map((p) => ({ ...p, value: issue.path.at(-1) }));
      default: {
        const [text, remedy] = issue.message.split("\n");
        return one(text ?? "is not valid", remedy ?? "correct it");
      }
    }
  });
}
