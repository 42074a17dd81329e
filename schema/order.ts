import type { System } from "./system";

type Tasks = Readonly<Record<string, Pick<System["tasks"][string], "after">>>;

/** Tasks of these names, and all that must succeed before them. Unknown names are left out. */
export function withEarlier(tasks: Tasks, names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names)
    if (Object.hasOwn(tasks, name) && !found.has(name)) {
      found.add(name);
      withEarlier(tasks, tasks[name]?.after ?? [], found);
    }
  return found;
}

/** Names of all tasks, each after those that it waits for. Validation has refused cycles. */
export function inOrder(tasks: Tasks): string[] {
  const ordered = new Set<string>();
  const add = (name: string): void => {
    for (const earlier of tasks[name]?.after ?? []) if (!ordered.has(earlier)) add(earlier);
    ordered.add(name);
  };
  for (const name of Object.keys(tasks)) add(name);
  return [...ordered];
}
