import type { Files } from "./support";

/** A value of a file, to be changed whatever its type says. */
type Node = Record<string, unknown>;
export const isNode = (value: unknown): value is Node => value !== null && typeof value === "object";

/** Numbers from 0 to 1 that look random and are the same for the same seed (mulberry32). */
export function numbers(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Place {
  readonly parent: Node;
  readonly key: string;
}

/** Every place in a value: what it is in, and under which key. */
const places = (root: Node, within: readonly Node[] = []): Place[] =>
  within.includes(root)
    ? []
    : Object.keys(root).flatMap((key) => {
        const value = root[key];
        return [{ parent: root, key }, ...(isNode(value) ? places(value, [...within, root]) : [])];
      });

/** Sets a key, `__proto__` too; a list's length cannot be just anything. */
const put = ({ parent, key }: Place, value: unknown): void => {
  if (key === "length" && Array.isArray(parent)) return;
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
};

const copy = (value: unknown): unknown => {
  try {
    return structuredClone(value);
  } catch {
    return value; // a function
  }
};

const NAMES = ["", " ", "a", "A", "a.b", "a/b", "a\nb", "__proto__", "constructor", "toString", "length", "0", "-1"];
const TEXTS = [
  ...NAMES,
  ...["x".repeat(70), "x".repeat(100_000), `$${"{path.root}"}`, `%${"{if true}"}`],
  ...["a\u0000b", "a\u2028b", "\ud800", "pm\u0441rm"],
  ...["10.0.0.0/8", "0.0.0.0/0", "300.1.1.1/24", "2026-02-31T00:00:00Z", "24:00", "default", "1", "-0", "true", "null"],
];
const NUMBERS = [0, -0, 1, -1, 0.5, 3.5, 1e9, 1e308, 2 ** 53, -(2 ** 53), Number.NaN, Infinity, -Infinity];
const OTHERS = [null, undefined, true, false, 10n, () => 1];

/** Mutates one of the files in one to three places; says how. */
export function mutate(roots: readonly unknown[], seed: number): string[] {
  const random = numbers(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const junk = (): unknown =>
    pick<() => unknown>([
      () => pick(TEXTS),
      () => pick(NUMBERS),
      () => pick(OTHERS),
      () => Array.from({ length: below(40) }, () => pick(TEXTS)),
      () => Object.fromEntries(NAMES.slice(below(NAMES.length)).map((name) => [name, pick(NUMBERS)])),
      () => ({ a: { b: [[], {}, [null], [undefined]] } }),
      () => pick([new Date(0), new Map([["a", 1]]), Object.create({ inherited: 1 })]),
    ])();

  const root = pick(roots) as Node;
  const place = (is: (value: unknown) => boolean = () => true): Place => {
    const found = places(root).filter(({ parent, key }) => is(parent[key]));
    return found.length ? pick(found) : { parent: root, key: "none" };
  };
  const inside = (): Node => {
    const value = at(place(isNode));
    return isNode(value) ? value : root;
  };
  const isText = (value: unknown) => typeof value === "string";
  const at = ({ parent, key }: Place): unknown => parent[key];
  const mutations: Readonly<Record<string, () => void>> = {
    delete() {
      const { parent, key } = place();
      delete parent[key];
    },
    junk: () => put(place(), junk()),
    number: () =>
      put(
        place((value) => typeof value === "number"),
        pick(NUMBERS),
      ),
    text: () => put(place(isText), pick(TEXTS)),
    character() {
      const where = place(isText);
      const value = at(where);
      const text = isText(value) ? String(value) : "";
      const cut = below(text.length);
      const other = pick(["", "\n", " ", "-", ".", "/", "0", "9", "\u00e9", "A", `$${"{x}"}`]);
      put(where, text.slice(0, cut) + other + text.slice(cut + below(2)));
    },
    rename() {
      const { parent, key } = place();
      const value = parent[key];
      delete parent[key];
      put({ parent, key: pick([...NAMES, `${key}s`, key.toUpperCase(), "k".repeat(300)]) }, value);
    },
    add: () => put({ parent: inside(), key: pick(NAMES) }, junk()),
    swap() {
      const [a, b] = [place(), place()];
      const [left, right] = [copy(at(a)), copy(at(b))];
      put(a, right);
      put(b, left);
    },
    duplicate() {
      const from = place();
      put({ parent: inside(), key: from.key }, copy(at(from)));
    },
    list() {
      const where = place();
      put(where, [copy(at(where))]);
    },
    nest() {
      const where = place();
      let value = at(where);
      for (let i = below(30); i >= 0; i--) value = { [where.key]: value };
      put(where, value);
    },
    loop() {
      const where = place();
      put(where, pick([where.parent, root]));
    },
  };
  return Array.from({ length: 1 + below(3) }, () => {
    const name = pick(Object.keys(mutations));
    mutations[name]?.();
    return name;
  });
}

/** The files that mutations are made in. */
export const environmentsOf = (files: Files): readonly unknown[] => [
  files.staging.environment,
  files.production.environment,
];
export const everythingOf = (files: Files): readonly unknown[] => [
  ...environmentsOf(files),
  files.system,
  files.staging.release,
  files.production.release,
];
