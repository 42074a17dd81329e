import { z } from "zod";
import { plain, UNREAD } from "./plain";
import { at, type Problem, problemsOf, rule } from "./problem";
import { secretProblems } from "./secrets";

/** A file, and what in it has the right shape. */
export interface Parsed<T> {
  readonly file: string;
  /** A copy of what was read. */
  readonly raw: unknown;
  readonly value: T;
  /** Sections of the value that have the right shape; the others are not in it. */
  readonly valid: ReadonlySet<string>;
  /** Whether all of the file has. */
  readonly complete: boolean;
}
export type Parse = <T extends z.ZodObject>(file: string, schema: T, raw: unknown) => Parsed<z.output<T>>;

/** The remedy for a missing object: which kinds it can have, or which keys it needs. */
const missing: z.core.$ZodErrorMap = ({ code, input, inst }) => {
  if (code !== "invalid_type" || input !== undefined) return undefined;
  if (inst instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = inst.def;
    const kinds = [...(inst._zod.propValues?.[discriminator] ?? [])].join(", ");
    return rule("is required", `add it, with a ${discriminator}: one of ${kinds}`);
  }
  if (!(inst instanceof z.ZodObject)) return undefined;
  const needed = Object.entries(inst.shape).flatMap(([key, field]) => (field.isOptional() ? [] : [key]));
  return needed.length ? rule("is required", `add it, with ${needed.join(", ")}`) : undefined;
};

/** Gives files the shape of their schema. What is wrong with them is added to the problems. */
export const parser =
  (problems: Problem[]): Parse =>
  (file, schema, raw) => {
    const { value, problems: unfit, left } = plain(file, raw);
    problems.push(...unfit);
    const parsed = (made: object, sections: readonly string[], complete = false) => ({
      file,
      raw: value,
      value: made as z.output<typeof schema>,
      valid: new Set(sections),
      complete,
    });
    if (raw === UNREAD || left.some((path) => path.length === 0)) return parsed({}, []);
    const whole = schema.safeParse(value, { error: missing });
    const secrets = secretProblems(file, value);
    if (whole.success && left.length === 0 && secrets.length === 0)
      return parsed(whole.data, Object.keys(schema.shape), true);
    // What is missing because it was left out is a problem already.
    const issues = (whole.error?.issues ?? []).filter(
      ({ code, path }) => code === "unrecognized_keys" || !left.some((without) => isWithin(path, without)),
    );
    const wrong = problemsOf(file, value, issues);
    // One line is enough for a secret that is in a wrong place, too.
    const isSaid = ({ path }: Problem) => wrong.some((other) => `${path}.`.startsWith(`${other.path}.`));
    problems.push(...wrong, ...secrets.filter((secret) => !isSaid(secret)));
    if (value === null || typeof value !== "object" || Array.isArray(value)) return parsed({}, []);
    // Sections that are right by themselves can still be checked against each other.
    const parts = Object.entries(schema.shape).flatMap(([key, section]) => {
      if (left.some(([first]) => first === key)) return [];
      const result = (section as z.ZodType).safeParse(at(value, [key]));
      return result.success ? [[key, result.data] as const] : [];
    });
    return parsed(
      Object.fromEntries(parts),
      parts.map(([key]) => key),
    );
  };

/** Whether one of two paths is within the other. */
const isWithin = (a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean =>
  a.slice(0, b.length).every((key, i) => String(key) === String(b[i]));
