import type { z } from "zod";
import { plain } from "./plain";
import { at, type Problem, problemsOf } from "./problem";

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
    if (left.length) return parsed({}, []);
    const whole = schema.safeParse(value);
    if (whole.success) return parsed(whole.data, Object.keys(schema.shape), true);
    problems.push(...problemsOf(file, value, whole.error.issues));
    // Sections that are right by themselves can still be checked against each other.
    const parts = Object.entries(schema.shape).flatMap(([key, section]) => {
      const result = (section as z.ZodType).safeParse(at(value, [key]));
      return result.success ? [[key, result.data] as const] : [];
    });
    return parsed(
      Object.fromEntries(parts),
      parts.map(([key]) => key),
    );
  };
