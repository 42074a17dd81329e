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

const ranges = (...texts: readonly string[]): readonly Cidr[] => texts.flatMap((text) => parseCidr(text) ?? []);

/** Ranges of private networks, and of providers' address translation. */
export const PRIVATE = ranges("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10");

/**
 * Ranges that nobody's packets come from: this network, loopback, link-local, documentation, benchmarks, multicast, and
 * what is reserved. {@link https://www.iana.org/assignments/iana-ipv4-special-registry}
 */
export const NOBODYS = ranges(
  ...["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24"],
  ...["203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
);

export const overlaps = (a: Cidr, b: Cidr): boolean => a.first <= b.last && b.first <= a.last;
export const contains = (outer: Cidr, inner: Cidr): boolean => outer.first <= inner.first && inner.last <= outer.last;

/**
 * Ranges that are not part of the internet: private, shared, link-local (which includes the metadata server), loopback,
 * multicast and reserved addresses.
 * {@link https://www.rfc-editor.org/rfc/rfc6890}
 */
export const NOT_INTERNET = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
] as const;

/** The fewest ranges that have all public addresses and no others, for firewalls, which know no exceptions. */
export const PUBLIC_RANGES: readonly string[] = without(
  parseCidr("0.0.0.0/0") as Cidr,
  NOT_INTERNET.map(parseCidr) as Cidr[],
);

function without(range: Cidr, excluded: readonly Cidr[]): string[] {
  if (excluded.some((other) => contains(other, range))) return [];
  if (!excluded.some((other) => overlaps(other, range))) return [range.canonical];
  const half = 2 ** (31 - range.prefix);
  return [range.first, range.first + half].flatMap((first) =>
    without(parseCidr(`${address(first)}/${range.prefix + 1}`) as Cidr, excluded),
  );
}
