import { invalid } from "./api-error";
import { withoutNulls } from "./shape";

/** JSON that is sent, stored or answered. */
// biome-ignore lint/suspicious/noExplicitAny: objects of some forty kinds, of which a service looks at what it knows
export type Body = Record<string, any>;

const isObject = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Adds what a service fills in where nothing was sent, in nested objects too. */
export function defaults(object: Body, added: Body): Body {
  for (const [key, value] of Object.entries(added)) {
    if (value === undefined) continue;
    if (object[key] === undefined) object[key] = structuredClone(value);
    else if (isObject(value) && isObject(object[key])) defaults(object[key], value);
  }
  return object;
}

/** Puts one object over another, field by field in nested ones; null removes. https://www.rfc-editor.org/rfc/rfc7396 */
export function merge(object: Body, over: Body): Body {
  for (const [key, value] of Object.entries(over)) {
    if (value === null || key === "__proto__") delete object[key];
    else if (isObject(value) && isObject(object[key])) merge(object[key], value);
    else object[key] = withoutNulls(value);
  }
  return object;
}

const camel = (text: string) => text.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * An object after an update: the fields that the mask names are the body's, gone where it lacks them; without a mask,
 * those that the body has. https://google.aip.dev/134
 */
export function masked(before: Body, body: Body, mask: string | null): Body {
  const object = structuredClone(before);
  if (!mask || mask === "*") return Object.assign(object, withoutNulls(body));
  for (const field of mask.split(",")) {
    const where = camel(field).split(".");
    const last = where.pop() as string;
    let to = object;
    let from: Body | undefined = body;
    for (const key of where) {
      if (!Object.hasOwn(to, key)) to[key] = {};
      if (!isObject(to[key])) throw invalid(`Invalid field path '${field}' in update_mask.`);
      to = to[key];
      from = isObject(from?.[key]) ? from[key] : undefined;
    }
    const value = from && Object.hasOwn(from, last) ? (from[last] ?? undefined) : undefined; // null is no value either: https://protobuf.dev/programming-guides/json/
    if (value === undefined) delete to[last];
    else to[last] = withoutNulls(value);
  }
  return object;
}
