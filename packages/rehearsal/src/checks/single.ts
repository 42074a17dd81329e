import type { Machine } from "../machine/machine";
import { watch } from "./watch";

/** The pods of a workload. */
export interface Selected {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Watches pods until it is ended, and returns the most that were there at one time. A pod that must stop still counts, until
 * it has ended.
 */
export async function watchPods(
  machine: Pick<Machine, "env">,
  { namespace, labels }: Selected,
): Promise<{ end(): Promise<number> }> {
  const selector = Object.entries(labels).map((label) => label.join("="));
  const args = ["pods", "-n", namespace, "-l", selector.join(","), "--output-watch-events"];
  const watching = await watch(machine, args, "{.type} {.object.metadata.uid} {.object.status.phase}");
  return { end: async () => mostAtOnce(await watching.end()) };
}

/** The most pods that were there at one time, by the events of a watch: type, id and phase. */
export function mostAtOnce(events: readonly string[]): number {
  const there = new Set<string>();
  let most = 0;
  for (const event of events) {
    const [type, id = "", phase = ""] = event.split(" ");
    if (type === "DELETED" || /^(Succeeded|Failed)$/.test(phase)) there.delete(id);
    else there.add(id);
    most = Math.max(most, there.size);
  }
  return most;
}
