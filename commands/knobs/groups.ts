import type { StackJson } from "@slipway/rehearsal";
import { at } from "../../schema/problem";
import type { Turn } from "./turns";

/** What differs between two synthesized stacks. */
export interface Difference {
  /** Fields that differ, as `<type>.<name> <path>`. */
  readonly fields: ReadonlySet<string>;
  /** Resources that only one of them has. */
  readonly whole: ReadonlySet<string>;
  /** Resources that differ in some way. */
  readonly resources: ReadonlySet<string>;
}

export function differenceOf(before: StackJson, after: StackJson): Difference {
  const [fields, whole, resources] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const [old, now] = [before, after].map(({ resource = {} }) =>
    Object.fromEntries(
      Object.entries(resource).flatMap(([type, all]) =>
        Object.entries(all).map(([name, block]) => [`${type}.${name}`, block] as const),
      ),
    ),
  );
  for (const address of new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])) {
    const [a, b] = [old?.[address], now?.[address]];
    if (!a || !b) whole.add(address);
    else for (const path of differing(a, b)) fields.add(`${address} ${path}`);
    if (!a || !b || [...differing(a, b)].length) resources.add(address);
  }
  return { fields, whole, resources };
}

/**
 * Paths at which two values differ. Text that contains JSON, such as the values of Helm releases, is parsed and compared.
 */
function* differing(a: unknown, b: unknown, path = ""): Generator<string> {
  if (a === b) return;
  const [x, y] = [parsed(a), parsed(b)];
  if (typeof x !== "object" || typeof y !== "object" || x === null || y === null) {
    yield path;
    return;
  }
  for (const key of new Set([...Object.keys(x), ...Object.keys(y)]))
    yield* differing(at(x, [key]), at(y, [key]), `${path}.${key}`);
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A turn and what it makes of the stack. */
export interface Placed {
  readonly turn: Turn;
  readonly difference: Difference;
}

/** Whether two turns have no changed field in common, neither in a file nor in a resource. */
export function areApart(a: Placed, b: Placed): boolean {
  const meet = <T>(x: ReadonlySet<T>, y: ReadonlySet<T>) => [...x].some((it) => y.has(it));
  const files = (it: Placed) => chainOf(it.turn).flatMap(({ changes }) => changes.map(([path]) => path));
  const within = (x: readonly unknown[], y: readonly unknown[]) => x.every((key, i) => key === y[i]);
  return (
    !meet(a.difference.fields, b.difference.fields) &&
    !meet(a.difference.whole, b.difference.resources) &&
    !meet(b.difference.whole, a.difference.resources) &&
    !files(a).some((x) => files(b).some((y) => within(x, y) || within(y, x)))
  );
}

/** A turn and the turns that make its place, in order. */
export const chainOf = (turn: Turn): readonly Turn[] => [...(turn.after ? chainOf(turn.after) : []), turn];

/**
 * Puts turns into few groups in one pass: each turn joins the first group that it shares no field with and that stays
 * valid. Turns that need other turns first share groups with those that need the same number.
 */
export function groupsOf(placed: readonly Placed[], isValid: (turns: readonly Turn[]) => boolean): Placed[][] {
  const groups: Placed[][] = [];
  for (const one of placed) {
    const depth = chainOf(one.turn).length;
    const group = groups.find(
      (them) =>
        chainOf(them[0]?.turn as Turn).length === depth &&
        them.every((other) => areApart(one, other)) &&
        isValid([...them.map(({ turn }) => turn), one.turn]),
    );
    if (group) group.push(one);
    else groups.push([one]);
  }
  return groups;
}
