import path from "node:path";
import type { z } from "zod";
import { readFiles } from "../../schema/files";
import { type Configuration, InvalidConfiguration, validate } from "../../schema/load";
import { at } from "../../schema/problem";
import { releasesFolder } from "../../schema/release";
import { type Knob, knobs, type Step } from "./knobs";
import { HANDS } from "./table";
import type { Context, Files, Hand, Values } from "./table/hand";

const ROOT = path.resolve(__dirname, "..", "..");

/** A change of a knob in one stack, from the value in the files or of an earlier turn. */
export interface Turn {
  readonly knob: Knob;
  /** Unique in its stack. */
  readonly name: string;
  /** Says what changes. */
  readonly what: string;
  /** The turn that makes the place where this one happens; without it, the place is in the files. */
  readonly after?: Turn;
  readonly hand: Hand;
  /** What is set. */
  readonly changes: Changes;
  /** The files with the change and all before it. */
  readonly files: Files;
  /** The same, validated. */
  readonly configuration: Configuration;
}

/** A change that validation refuses. */
export interface Refused {
  readonly knob: Knob;
  readonly what: string;
  readonly problems: InvalidConfiguration["problems"];
}

export interface Turned {
  readonly turns: readonly Turn[];
  /** Knobs whose every tried change fails validation, each with the last one tried. */
  readonly refused: readonly Refused[];
  /** Words that the files use: the knobs of the other words turn from them and back. */
  readonly said: readonly Knob[];
}

type Path = readonly (string | number)[];
type Changes = readonly (readonly [Path, unknown])[];

/** What a system's files hold. */
export async function filesOf(system: string): Promise<Files> {
  const { raw, problems } = await readFiles(ROOT, system);
  if (problems.length) throw new InvalidConfiguration(problems);
  const environments = Object.entries(raw.environments).map(([name, environment]) => [
    name,
    { environment, release: raw.releases[String(at(raw.releases, [name, "stable"]))] },
  ]);
  return { system: raw.system, environments: Object.fromEntries(environments) };
}

/** A turn for every knob for which the stack has a place and that validation accepts. */
export function turnsOf(system: string, stack: string, files: Files): Turned {
  const turns: Turn[] = [];
  const refused: Refused[] = [];
  const said: Knob[] = [];
  for (const knob of knobs()) {
    const hands = handsOf(knob);
    const made = turns.filter((turn) => !turn.hand.fixed && makesRoom(turn.knob, knob));
    const named = turns.filter((turn) => hands.some(({ after }) => after === turn.name));
    if ([files, ...[...made, ...named].map((turn) => turn.files)].some((them) => isSaid(knob, them, stack)))
      said.push(knob);
    for (const [i, hand] of hands.entries()) {
      const starts = [undefined, ...made, ...turns.filter((turn) => turn.name === hand.after)];
      let last: Refused | undefined;
      const found = first(starts, (after) =>
        first(candidates(knob, hand, after?.files ?? files, stack), ({ what, changes }) => {
          const changed = change(after?.files ?? files, changes);
          const configuration = validated(system, changed, stack);
          if (configuration instanceof InvalidConfiguration) {
            last = { knob, what, problems: configuration.problems };
            return undefined;
          }
          const name = `${knob.name}${i ? ` (${i + 1})` : ""}`;
          return { knob, name, what, after, hand, changes, files: changed, configuration };
        }),
      );
      if (found) turns.push(found);
      else if (last) refused.push(last);
    }
  }
  return { turns, refused, said };
}

const rootOf = ({ steps: [file] }: Knob, stack: string): Path =>
  file === "system" ? ["system"] : ["environments", stack, "environment"];

const isSaid = (knob: Knob, files: Files, stack: string): boolean =>
  knob.value !== undefined &&
  places(files, rootOf(knob, stack), knob.steps.slice(1)).some(
    ({ path }) => (at(files, path) ?? knob.byDefault) === knob.value,
  );

/** Whether a knob encloses another, so that its change can make the other's place. */
const makesRoom = (outer: Knob, inner: Knob): boolean =>
  ["optional", "choice", "entry"].includes(outer.kind) &&
  (outer.steps.length < inner.steps.length || (outer.kind === "optional" && inner.kind !== "optional")) &&
  outer.steps.every((step, i) => sameStep(step, inner.steps[i] as Step));

const sameStep = (a: Step, b: Step): boolean =>
  a === b || (typeof a !== "string" && typeof b !== "string" && JSON.stringify(a) === JSON.stringify(b));

function first<T, R>(items: Iterable<T>, test: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const result = test(item);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** The table's key for a knob: the longest that ends its name, with or without its word. */
export const keysOf = ({ name }: Knob): string[] =>
  Object.keys(HANDS)
    .filter((end) => [name, name.replace(/=.*/, "")].some((it) => it === end || it.endsWith(`.${end}`)))
    .sort((a, b) => b.length - a.length)
    .slice(0, 1);

/** What the table says of a knob. */
export function handsOf(knob: Knob): readonly Hand[] {
  const hands = keysOf(knob).flatMap((key) => HANDS[key] ?? []);
  return hands.length ? hands : [{}];
}

/** Ways to turn a knob, the best first. */
function* candidates(
  knob: Knob,
  hand: Hand,
  files: Files,
  stack: string,
): Generator<{ what: string; changes: Changes }> {
  const root = rootOf(knob, stack);
  for (const place of places(files, root, knob.steps.slice(1))) {
    const before = at(files, place.path) ?? knob.byDefault;
    if (before === undefined && ["value", "boolean", "number", "text"].includes(knob.kind)) continue; // not there to change
    const context: Context = { files, stack, names: place.names, before };
    for (const after of valuesOf(knob, hand, context)) {
      if (JSON.stringify(after) === JSON.stringify(before)) continue;
      const extra = after === undefined ? hand.without : hand.with;
      yield {
        what: `${place.path.slice(root.length).join(".")}: ${show(before)} -> ${show(after)}`,
        changes: [...changesOf(extra, context, root[0] === "system"), [place.path, after]],
      };
    }
  }
}

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

/** Values that a knob can change to from its current one. */
function* valuesOf({ kind, schema, value, steps }: Knob, hand: Hand, context: Context): Generator<unknown> {
  const { before } = context;
  const to = given(hand.to, context);
  switch (kind) {
    case "value":
      if (before !== value) yield value;
      else if (typeof steps.at(-1) === "object") yield REMOVED; // an item of a list
      return;
    case "optional":
      yield before === undefined ? to : undefined;
      return;
    case "entry":
      if (to !== undefined)
        yield Array.isArray(to)
          ? [...((before as unknown[]) ?? []), ...to]
          : { ...(before as object), ...(to as object) };
      if (Array.isArray(before)) yield* before.map((_, i) => before.toSpliced(i, 1));
      else if (before)
        yield* Object.keys(before).map((key) => Object.fromEntries(Object.entries(before).filter(([k]) => k !== key)));
      return;
    case "boolean":
      yield !before;
      return;
    case "number":
      if (to !== undefined) yield to;
      else yield larger(schema as z.ZodNumber, before as number | undefined);
      return;
    default: // text, choice
      if (to !== undefined && !(kind === "choice" && isSameKind(before, to))) yield to;
  }
}

/** Whether two values are of the same shape already, by the word that says which. */
const isSameKind = (a: unknown, b: unknown): boolean =>
  isRecord(a) && isRecord(b) && (a.kind ?? a.mode) !== undefined && (a.kind ?? a.mode) === (b.kind ?? b.mode);

/** Marks an item that is removed from its list. */
const REMOVED = Symbol("removed");

/** A number that is larger, or smaller where it is the largest already. */
function larger({ minValue, maxValue }: z.ZodNumber, before: number = minValue ?? 0): number {
  const [min, max] = [minValue ?? 0, maxValue ?? Number.POSITIVE_INFINITY];
  const more = before < 10 ? before + 1 : Math.ceil(before * 1.5);
  return before === max ? Math.max(min, before - 1) : Math.min(max, more);
}

/** A place of a knob in the files; `names` are those of the entries on the way. */
interface Place {
  readonly path: Path;
  readonly names: readonly (string | number)[];
}

function places(files: Files, root: Path, steps: readonly Step[]): Place[] {
  return steps.reduce<Place[]>(
    (found, step) =>
      found.flatMap(({ path, names }) => {
        const value = at(files, path);
        if (typeof step === "string") return isRecord(value) ? [{ path: [...path, step], names }] : [];
        if ("shape" in step) return step.shape.safeParse(value).success ? [{ path, names }] : [];
        if (step.each === "item")
          return Array.isArray(value) ? value.map((_, i) => ({ path: [...path, i], names: [...names, i] })) : [];
        return isRecord(value)
          ? Object.keys(value).map((key) => ({ path: [...path, key], names: [...names, key] }))
          : [];
      }),
    [{ path: root, names: [] }],
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Values that the table sets together with the knob. For a change of the system, they are set in every environment. */
function changesOf(values: Values = {}, context: Context, everywhere: boolean): Changes {
  return Object.entries(values).flatMap(([dottedPath, value]) => {
    const [file, ...keys] = dottedPath.split(".");
    let star = 0;
    const names = keys.map((key) => (key === "*" ? (context.names[star++] as string | number) : key));
    const placed = (stack: string, root: Path): [Path, unknown] => {
      const path = [...root, ...names];
      return [path, given(value, { ...context, stack, before: at(context.files, path) })];
    };
    if (file === "system") return [placed(context.stack, ["system"])];
    const stacks = everywhere ? Object.keys(context.files.environments) : [context.stack];
    return stacks.map((stack) => placed(stack, ["environments", stack, file as string]));
  });
}

const given = (value: unknown, context: Context): unknown => (typeof value === "function" ? value(context) : value);

/** Files with changes. */
export const change = (files: Files, changes: Changes): Files =>
  changes.reduce((all, [path, value]) => set(all, path, value) as Files, files);

function set(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value))
    return !rest.length && to === REMOVED
      ? value.toSpliced(Number(key), 1)
      : value.map((item, i) => (i === key ? set(item, rest, to) : item));
  const after = set((value as Record<string, unknown> | undefined)?.[key], rest, to);
  const others = Object.entries(value ?? {}).filter(([k]) => k !== key);
  // Fields keep their order: the order of services determines the order of their resources.
  if (after === undefined) return Object.fromEntries(others);
  return isRecord(value) && key in value ? { ...value, [key]: after } : { ...Object.fromEntries(others), [key]: after };
}

/** The result of validating a system's files: the configuration, or all problems. */
export function validated(system: string, files: Files, stack: string): Configuration | InvalidConfiguration {
  const part = (file: "environment" | "release") =>
    Object.fromEntries(Object.entries(files.environments).map(([name, both]) => [name, both[file]]));
  const raw = { system: files.system, environments: part("environment"), releases: releasesFolder(part("release")) };
  const project = String(at(raw.environments, [stack, "project"]));
  try {
    return validate(system, raw, { ALLOW_DESTROY: project });
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error;
    throw error;
  }
}
