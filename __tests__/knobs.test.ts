import { z } from "zod";
import { knobsOf } from "../commands/knobs/knobs";

describe("the knobs of a schema", () => {
  test("are its optional fields, shapes, words, entries, switches, numbers and texts", () => {
    const schema = z.strictObject({
      name: z.string(),
      size: z.number().min(1).max(3).default(2),
      on: z.boolean().optional(),
      color: z.enum(["red", "blue"]),
      parts: z.record(z.string(), z.strictObject({ tags: z.array(z.string()).default([]) })),
      where: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("here") }),
        z.strictObject({ kind: z.literal("there"), far: z.boolean() }),
      ]),
    });
    expect(knobsOf("file", schema).map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      "text file.name",
      "number file.size",
      "optional file.on?",
      "boolean file.on",
      "value file.color=red",
      "value file.color=blue",
      "entry file.parts+",
      "entry file.parts.*.tags+",
      "text file.parts.*.tags[]",
      "choice file.where=here",
      "choice file.where=there",
      "boolean file.where(there).far",
    ]);
  });

  test("are not overlooked if zod has a type that has no turn yet", () => {
    expect(() => knobsOf("file", z.strictObject({ when: z.date() }))).toThrow(
      'file.when: teach commands/knobs what a value of zod\'s type "date" can be turned to',
    );
  });
});
