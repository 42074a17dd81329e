/** An IPv4 range. */
export interface Cidr {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
  readonly canonical: string;
  /** Whether the text had bits set below the prefix. */
  readonly hostBits: boolean;
}

const address = (n: number): string => [24, 16, 8, 0].map((s) => (n >>> s) & 255).join(".");

export function parseCidr(text: string): Cidr | undefined {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!m) return undefined;
  const [a, b, c, d, prefix] = m.slice(1).map(Number) as [number, number, number, number, number];
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const given = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  const size = 2 ** (32 - prefix);
  const first = Math.floor(given / size) * size;
  return { first, last: first + size - 1, prefix, canonical: `${address(first)}/${prefix}`, hostBits: first !== given };
}

export const overlaps = (a: Cidr, b: Cidr): boolean => a.first <= b.last && b.first <= a.last;
export const contains = (outer: Cidr, inner: Cidr): boolean => outer.first <= inner.first && inner.last <= outer.last;
