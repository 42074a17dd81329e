import { createHash } from "node:crypto";
import { canonical } from "../../schema/release";
import type { Change, Configured, Plan, Values } from "./plan-problems";

/**
 * Hash of what a plan changes: the first 16 digits of a SHA-256. Two plans of the same change have the same hash, whenever
 * they are made; another change has another hash.
 *
 * - **What counts** of a resource: its address, its actions, the object that they are done to, and the values that change. A
 *   value that stays does not count: an object's version, for example, can be another one an hour later.
 * - **The project** counts, because a change of the cluster's objects can be the same in two environments.
 * - **An unknown value** counts with its expression in the stack's files, and a changed resource with its provisioners,
 *   because Terraform uses both in the apply.
 * - **A sensitive value** does not count, only whether it changes. CI publishes the hash, and whoever knows the rest of the
 *   plan could try short secrets until the hash fits. No secret of the stacks is in a plan (docs/secrets.md), so nothing is
 *   lost. A write-only value is in no plan.
 */
export function planHash(plan: Plan): string {
  const { provider_config, root_module } = plan.configuration ?? {};
  const { resources = [], outputs = {} } = root_module ?? {};
  const written = new Map(resources.map((resource) => [resource.address, resource]));
  const changes = (plan.resource_changes ?? [])
    .filter(counts)
    .map((change) => changed(change, written.get(change.address.replace(/\[.*$/, ""))))
    .map(canonical)
    .sort();
  const outputChanges = Object.entries(plan.output_changes ?? {})
    .filter(([, { actions }]) => !actions.includes("no-op"))
    .map(([name, values]) => [
      name,
      values.actions,
      difference(shapeOf(values)),
      values.after_unknown ? outputs[name]?.expression : null,
    ])
    .map(canonical)
    .sort();
  return createHash("sha256")
    .update(canonical([provider_config?.google?.expressions?.project ?? null, changes, outputChanges]))
    .digest("hex")
    .slice(0, 16);
}

/** Whether a plan does anything to a resource or to where the state has it. */
export const counts = ({ address, previous_address: before = address, change }: Change): boolean =>
  !change.actions.includes("no-op") || before !== address || Boolean(change.importing);

/** What counts of a change. */
function changed({ address, previous_address, deposed, change }: Change, written: Configured | undefined) {
  const { actions, replace_paths, importing } = change;
  const { before, sensitive, ...after } = shapeOf(change);
  const isCreated = !isObject(before) || actions.includes("create") || actions.includes("read");
  const ends = isObject(before) && !isObject(after.after) && !isObject(after.unknown);
  return {
    address,
    previous_address,
    deposed,
    actions,
    replace_paths,
    importing,
    object: visible(part(before, "id"), part(sensitive.before, "id")),
    values: ends ? undefined : difference({ before: isCreated ? {} : before, sensitive, ...after }),
    unknown: Object.entries(written?.expressions ?? {}).filter(([name]) => hasTrue(part(change.after_unknown, name))),
    provisioners: written?.provisioners,
  };
}

/** Values before and after, and which of them are sensitive or unknown. */
interface Shape {
  readonly before: unknown;
  readonly after: unknown;
  readonly unknown: unknown;
  readonly sensitive: { readonly before: unknown; readonly after: unknown };
}

const shapeOf = (values: Values): Shape => ({
  before: values.before,
  after: values.after,
  unknown: values.after_unknown,
  sensitive: { before: values.before_sensitive, after: values.after_sensitive },
});

/** What differs, as lists that begin with their kind, so that no value looks like another one's mark; undefined if nothing does. */
function difference({ before, after, unknown, sensitive }: Shape): unknown {
  if (unknown === true) return ["unknown"];
  const isHidden = sensitive.before === true || sensitive.after === true;
  const areObjects = isObject(before) && (isObject(after) || isObject(unknown));
  const areLists = Array.isArray(before) && Array.isArray(after) && before.length === after.length;
  if (!isHidden && (areObjects || areLists)) {
    const parts = keysOf(before, after, unknown).flatMap((key) => {
      const found = difference({
        before: part(before, key),
        after: part(after, key),
        unknown: part(unknown, key),
        sensitive: { before: part(sensitive.before, key), after: part(sensitive.after, key) },
      });
      return found === undefined ? [] : [[key, found]];
    });
    return parts.length ? ["parts", parts] : undefined;
  }
  if (canonical(before ?? null) === canonical(after ?? null) && !hasTrue(unknown)) return undefined;
  return ["values", visible(before, sensitive.before), visible(after, sensitive.after, unknown)];
}

/** A value without what is sensitive or unknown in it. */
function visible(value: unknown, sensitive: unknown, unknown?: unknown): unknown {
  if (unknown === true) return ["unknown"];
  if (sensitive === true) return ["sensitive"];
  if (!isObject(value) && !isObject(unknown) && !Array.isArray(value)) return ["value", value ?? null];
  const parts = keysOf(value, unknown).map((key) => [
    key,
    visible(part(value, key), part(sensitive, key), part(unknown, key)),
  ]);
  return [Array.isArray(value) ? "list" : "object", parts];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const keysOf = (...values: readonly unknown[]): string[] =>
  [
    ...new Set(values.flatMap((value) => (value !== null && typeof value === "object" ? Object.keys(value) : []))),
  ].sort();

/** Part of an object or a list. */
const part = (value: unknown, key: string): unknown =>
  value !== null && typeof value === "object" && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;

const hasTrue = (value: unknown): boolean =>
  value === true || (value !== null && typeof value === "object" && Object.values(value).some(hasTrue));
