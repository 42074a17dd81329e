import { createHash } from "node:crypto";
import { DefaultTokenResolver, Fn, StringConcat, Token, Tokenization } from "cdktf";
import type { Construct } from "constructs";

/**
 * Returns a value as JSON text. The value can contain tokens, which cdktf replaces with Terraform expressions.
 *
 * `Fn.jsonencode` does not work, because cdktf does not escape quotes in a function's arguments. This function writes
 * the text as JSON itself, and Terraform encodes each expression in its place.
 */
export function json(value: unknown): string {
  const { skeleton, tokens } = split(value);
  return skeleton.replace(/"\\u0000(\d+)"/g, (_, index) => Fn.jsonencode(tokens[Number(index)]));
}

/**
 * Returns the SHA-256 digest of a value in hexadecimal. The value can contain tokens. The digest covers every part of
 * the value, but not the order of keys, and is known while planning if the tokens are.
 */
export function digest(value: unknown): string {
  const { skeleton, tokens } = split(sorted(value));
  const known = createHash("sha256").update(skeleton).digest("hex");
  return tokens.length ? Fn.sha256(Fn.jsonencode([known, ...tokens])) : known;
}

/**
 * Returns the SHA-256 digest of a value in hexadecimal, with Terraform expressions as text. The digest is known during
 * synthesis.
 */
export function digestAsWritten(scope: Construct, value: unknown): string {
  const resolver = new DefaultTokenResolver(new StringConcat());
  const written = Tokenization.resolve(sorted(value), { scope, resolver, preparing: false });
  return createHash("sha256").update(JSON.stringify(written)).digest("hex");
}

/** Returns a value's JSON with a numbered placeholder for each token. */
function split(value: unknown): { skeleton: string; tokens: unknown[] } {
  const tokens: unknown[] = [];
  const skeleton = JSON.stringify(value, (_, v) => (Token.isUnresolved(v) ? `\u0000${tokens.push(v) - 1}` : v));
  return { skeleton, tokens };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object" || Token.isUnresolved(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, v]) => [key, sorted(v)]),
  );
}
