/**
 * What cdktf and Terraform would read as an expression in the text of a file.
 */

/** Beginnings of cdktf's tokens for text, lists and maps. cdktf replaces a token with the value that it stands for. */
const MARKER = /[$#&]\{TfToken\[/;
/** Values that cdktf takes for a map's. */
const OF_MAPS: readonly unknown[] = ["String Map Token Value", "Any Map Token Value", -123_456_789];
/** The first 16 bits of the numbers that are cdktf's tokens, for a number and for a list of numbers. */
const OF_NUMBERS: readonly number[] = [0xfdff, 0xfbff];

/**
 * Whether cdktf would take a text or a number for one of its tokens. It finds the tokens of numbers in text too.
 * {@link https://github.com/hashicorp/terraform-cdk/blob/main/packages/cdktf/lib/tokens/private/encoding.ts}
 */
export const isToken = (value: string | number): boolean =>
  OF_MAPS.includes(value) ||
  (typeof value === "number"
    ? hasTokenBits(value)
    : MARKER.test(value) ||
      [...value.matchAll(/(?<![\d.])[\d.]+e\+?\d+/g)].some(([n]) => hasTokenBits(-Number.parseFloat(n))));

function hasTokenBits(value: number): boolean {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return OF_NUMBERS.includes(view.getUint16(0));
}

/**
 * A value whose texts and keys stay text: `${` and `%{` would start an expression in Terraform's JSON.
 * {@link https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences-1}
 */
export function literal<T>(value: T): T {
  if (typeof value === "string") return escaped(value) as T;
  if (Array.isArray(value)) return value.map(literal) as T;
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [escaped(key), literal(v)])) as T;
  return value;
}

/** A text as its file has it, from what {@link literal} has made of it. */
export const written = (text: string): string => text.replace(/([$%])\1\{/g, "$1{");

const escaped = (text: string): string => text.replace(/([$%])\{/g, "$1$1{");
