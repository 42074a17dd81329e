import type { z } from "zod";
import { environmentSchema } from "../../schema/environment";
import { systemSchema } from "../../schema/system";

/**
 * What can be changed at a place in the schema.
 * - optional: a field that may be left out
 * - choice: one of the shapes that a field may have
 * - value: one of the words that a field may be
 * - entry: one more, or one less, in a list or a record
 */
export type Kind = "optional" | "choice" | "value" | "entry" | "boolean" | "number" | "text";

/** A step from a value to a part of it: a field, each entry of a record, each item of a list, or one shape of it. */
export type Step = string | { readonly each: "entry" | "item" } | { readonly shape: z.ZodType; readonly name: string };

/** Something in the language of systems and environments that a user can change. */
export interface Knob {
  /**
   * Such as `environment.cluster(standard).nodePools.*.spot`; unique. It ends in `?` for an optional field, in `+` for
   * entries, in `=` and a word for a value or a shape.
   */
  readonly name: string;
  readonly kind: Kind;
  /** From the file's root; the first step is `system` or `environment`. */
  readonly steps: readonly Step[];
  readonly schema: z.ZodType;
  /** Of a knob of the kind value. */
  readonly value?: string;
  /** Its value if the files do not set it. */
  readonly byDefault?: unknown;
}

/** The parts of zod's definitions that the walk needs. */
type Definition = z.ZodType & {
  readonly _zod: {
    readonly def: {
      readonly type: string;
      readonly shape: Readonly<Record<string, Definition>>;
      readonly innerType: Definition;
      readonly defaultValue: unknown;
      readonly entries: Readonly<Record<string, string>>;
      readonly options: readonly Definition[];
      readonly discriminator?: string;
      readonly valueType: Definition;
      readonly element: Definition;
      readonly values: readonly string[];
    };
  };
};

/** Every knob of a file with this schema. */
export const knobsOf = (file: string, schema: z.ZodType): Knob[] => walk(schema as Definition, [file]);

/** Every knob of the language. */
export const knobs = (): Knob[] => [...knobsOf("system", systemSchema), ...knobsOf("environment", environmentSchema)];

function walk(schema: Definition, steps: readonly Step[], byDefault?: unknown): Knob[] {
  const { def } = schema._zod;
  const knob = (kind: Kind, suffix = "", value?: string): Knob => ({
    name: nameOf(steps) + suffix,
    kind,
    steps,
    schema,
    value,
    byDefault,
  });
  switch (def.type) {
    case "object":
      return Object.entries(def.shape).flatMap(([key, field]) => walk(field, [...steps, key]));
    case "optional":
      return [knob("optional", "?"), ...walk(def.innerType, steps)];
    case "default":
      return walk(def.innerType, steps, def.defaultValue);
    case "enum":
      return Object.values(def.entries).map((word) => knob("value", `=${word}`, word));
    case "union":
      return def.options.flatMap((option) => {
        // A nested union adds its options to the outer one.
        if (option._zod.def.type === "union") return walk(option, steps);
        const name = shapeName(option, def.discriminator);
        return [knob("choice", `=${name}`), ...walk(option, [...steps, { shape: option, name }])];
      });
    case "record":
      return [knob("entry", "+"), ...walk(def.valueType, [...steps, { each: "entry" }])];
    case "array":
      return [knob("entry", "+"), ...walk(def.element, [...steps, { each: "item" }])];
    case "boolean":
    case "number":
      return [knob(def.type)];
    case "string":
      return [knob("text")];
    case "literal": // a shape's own word
      return [];
    default:
      throw new Error(
        `${nameOf(steps)}: teach commands/knobs what a value of zod's type "${def.type}" can be turned to`,
      );
  }
}

/** A shape's literal if it has one; otherwise its type or its fields. */
function shapeName({ _zod: { def } }: Definition, discriminator?: string): string {
  const word = discriminator && def.shape[discriminator]?._zod.def.values[0];
  return word || (def.type === "object" ? Object.keys(def.shape).join(",") : def.type);
}

const nameOf = (steps: readonly Step[]): string =>
  steps
    .map((step, i) =>
      typeof step === "string"
        ? `${i ? "." : ""}${step}`
        : "shape" in step
          ? `(${step.name})`
          : step.each === "entry"
            ? ".*"
            : "[]",
    )
    .join("");
