import { createHash } from "node:crypto";
import { DefaultTokenResolver, Fn, StringConcat, Token, Tokenization } from "cdktf";
import type { Construct } from "constructs";

/**
 * JSON text of a value that may hold tokens.
 *
 * Not `Fn.jsonencode`: cdktf renders the text of a function's arguments without escaping quotes. Here text is JSON
 * before Terraform sees it, and each token is encoded by Terraform in its own place.
 */
export function json(value: unknown): string {
  const { skeleton, tokens } = split(value);
  return skeleton.replace(/"\\u0000(\d+)"/g, (_, index) => Fn.jsonencode(tokens[Number(index)]));
}

/**
 * SHA-256 of a value that may hold tokens, in hexadecimal; the order of keys does not matter. It changes with every
 * part of the value, and is known while planning when the tokens are.
 */
export function digest(value: unknown): string {
  const { skeleton, tokens } = split(sorted(value));
  const known = createHash("sha256").update(skeleton).digest("hex");
  return tokens.length ? Fn.sha256(Fn.jsonencode([known, ...tokens])) : known;
}

/**
 * SHA-256 of a value as written, in hexadecimal, with Terraform's expressions unevaluated. It is known during synthesis.
 */
export function digestAsWritten(scope: Construct, value: unknown): string {
  const resolver = new DefaultTokenResolver(new StringConcat());
  const written = Tokenization.resolve(sorted(value), { scope, resolver, preparing: false });
  return createHash("sha256").update(JSON.stringify(written)).digest("hex");
}

/** A value's JSON with a numbered mark in place of each token. */
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
