/** A range of IPv4 addresses. */
export interface Cidr {
  /** Its first address, as a number. */
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
  /** Whether it was written with its first address: `10.0.0.0/24` was, `10.0.0.1/24` was not. */
  readonly exact: boolean;
}

/** An address, from its number. */
export const addressOf = (number: number): string => [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join(".");

/** A range as Google writes it. */
export const textOf = ({ first, prefix }: Cidr): string => `${addressOf(first)}/${prefix}`;

/** A range from its text; undefined if the text is none. */
export function parseCidr(text: string): Cidr | undefined {
  const [, digits, length] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text) ?? [];
  const bytes = digits?.split(".").map(Number) ?? [];
  const prefix = Number(length);
  if (!digits || prefix > 32 || bytes.some((byte) => byte > 255)) return undefined;
  const address = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  return { first, last: first + size - 1, prefix, exact: first === address };
}

export const overlaps = (one: Cidr, other: Cidr): boolean => one.first <= other.last && other.first <= one.last;

export const contains = (outer: Cidr, inner: Cidr): boolean => outer.first <= inner.first && inner.last <= outer.last;
