import { invalid } from "./api-error";
import type { Body } from "./body";

/**
 * What a field may hold: a text, a number (as a text too, as JSON has large ones), true or false, a message with these fields,
 * or a list of one of these. Fields that a shape does not name may hold anything; `*` stands for every other field of a map.
 */
export type Shape = "text" | "number" | "flag" | Enumeration | readonly [Shape] | { readonly [field: string]: Shape };

/**
 * A field with one of some names. A call may send the number instead, which some of Google's clients do. Another name is the
 * service's to refuse. https://protobuf.dev/programming-guides/json
 */
export class Enumeration {
  /** @param names by their numbers, as the service's protocol buffers have them */
  constructor(readonly names: Readonly<Record<number, string>>) {}
}

/** A map of texts, such as labels. */
export const TEXTS: Shape = { "*": "text" };

/** https://protobuf.dev/programming-guides/json */
const SCALARS = {
  text: { type: "TYPE_STRING", is: (value: unknown) => typeof value === "string" },
  number: {
    type: "TYPE_INT64",
    is: (value: unknown) =>
      typeof value === "number" || (typeof value === "string" && value !== "" && Number.isFinite(Number(value))),
  },
  flag: { type: "TYPE_BOOL", is: (value: unknown) => typeof value === "boolean" },
} as const;

export const snake = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Refuses what has another shape, as Google does before a service sees it. Null stands for no value, but not in a list.
 * https://cloud.google.com/endpoints/docs/grpc/transcoding
 */
export function checkShape(value: unknown, shape: Shape, at = ""): void {
  const no = (type: string) => invalid(`Invalid value at '${at}' (${type}), ${JSON.stringify(value)}`, "badRequest");
  if (typeof shape === "string") {
    if (!SCALARS[shape].is(value)) throw no(SCALARS[shape].type);
  } else if (shape instanceof Enumeration) {
    if (typeof value !== "string" && !(typeof value === "number" && shape.names[value])) throw no("TYPE_ENUM");
  } else if (isList(shape)) {
    if (!Array.isArray(value)) throw no("TYPE_MESSAGE");
    for (const [index, one] of value.entries()) checkShape(one, shape[0], `${at}[${index}]`);
  } else {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw no("TYPE_MESSAGE");
    for (const [field, one] of Object.entries(value as Body)) {
      const expected = Object.hasOwn(shape, field) ? shape[field] : shape["*"];
      if (expected && (one ?? undefined) !== undefined) checkShape(one, expected, `${at}${at && "."}${snake(field)}`);
    }
  }
}

const isList = (shape: Exclude<Shape, string>): shape is readonly [Shape] => Array.isArray(shape);

/** A body whose enumerations are names, where numbers were sent. */
export function named<T>(value: T, shape: Shape | undefined): T {
  if (shape instanceof Enumeration) return (typeof value === "number" ? shape.names[value] : value) as T;
  if (typeof value !== "object" || value === null || shape === undefined || typeof shape === "string") return value;
  if (isList(shape)) return Array.isArray(value) ? (value.map((one) => named(one, shape[0])) as T) : value;
  return Object.fromEntries(
    Object.entries(value).map(([field, one]) => [
      field,
      named(one, Object.hasOwn(shape, field) ? shape[field] : shape["*"]),
    ]),
  ) as T;
}

/** A body without fields that are null, which stand for no value. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([field, one]) => one !== null && one !== undefined && field !== "__proto__",
  );
  return Object.fromEntries(entries.map(([field, one]) => [field, withoutNulls(one)])) as T;
}
