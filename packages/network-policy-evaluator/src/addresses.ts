/** The addresses of an IPv4 range, as numbers. */
export interface Range {
  readonly text: string;
  readonly first: number;
  readonly last: number;
  readonly size: number;
}

/** Reads a range in CIDR notation. Throws an error if the range has host bits set. */
export function range(text: string): Range {
  const [address = "", prefix = ""] = text.split("/");
  const size = 2 ** (32 - Number(prefix));
  const first = addressNumber(address);
  if (!/^\d+$/.test(prefix) || size < 1 || first % size) throw new Error(`${text} is not a range in CIDR notation`);
  return { text, first, last: first + size - 1, size };
}

/** An IPv4 address as a number. */
export function addressNumber(address: string): number {
  const bytes = address.split(".").map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255))
    throw new Error(`${address} is not an IPv4 address`);
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** A number as an IPv4 address. */
export const dotted = (address: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
