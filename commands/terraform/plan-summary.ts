import { categoryOf } from "./guard";
import { counts, planHash } from "./plan-hash";
import type { Change, Plan } from "./plan-problems";

/** What a plan changes, other than what it only reads. */
export const changesOf = ({ resource_changes = [] }: Plan): Change[] =>
  resource_changes.filter((change) => change.mode !== "data" && counts(change));

/**
 * A plan in short, as lines: its hash and how much it changes; each resource that it destroys or replaces; how much it changes
 * of each category.
 */
export function summaryOf(plan: Plan): string[] {
  const changes = changesOf(plan);
  const destroyed = changes.filter(({ change }) => change.actions.includes("delete"));
  const categories = [...new Set(changes.map(categoryOf))].sort();
  return [
    `plan ${planHash(plan)}: ${counted(changes)}`,
    ...destroyed.map(
      (it) =>
        `  ${it.change.actions.includes("create") ? "replaces" : "destroys"} ${it.address}${it.deposed ? " (left of a replacement)" : ""}`,
    ),
    ...categories.map((it) => `  ${it}: ${counted(changes.filter((change) => categoryOf(change) === it))}`),
  ];
}

/** How much changes, as Terraform counts: a replacement adds one and destroys one. */
function counted(changes: readonly Change[]): string {
  const of = (action: string) => changes.filter(({ change }) => change.actions.includes(action)).length;
  const imported = changes.filter(({ change }) => change.importing).length;
  const moved = changes.filter(({ change }) => change.actions.includes("no-op") && !change.importing).length;
  return [
    ...[`${of("create")} to add`, `${of("update")} to change`, `${of("delete")} to destroy`],
    ...(imported ? [`${imported} to import`] : []),
    ...(moved ? [`${moved} to move`] : []),
    ...(of("forget") ? [`${of("forget")} to forget`] : []),
  ].join(", ");
}
