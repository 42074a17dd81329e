import type { Machine } from "../machine/machine";
import { watch } from "./watch";

/** The numbers of wanted and of ready replicas of a workload, one after the other. */
export interface Seen {
  readonly wanted: readonly number[];
  readonly ready: readonly number[];
}

/** Bounds of the workloads' replicas, by {@link keyOf}. */
type Bounds = ReadonlyMap<string, { readonly min: number } | undefined>;

/**
 * Workloads that had fewer replicas than the smaller of their minimums before and after a change, because old pods ended
 * before new ones were ready. An autoscaler may remove pods above the minimum.
 */
export function dropped(seen: ReadonlyMap<string, Seen>, before: Bounds, after: Bounds): string[] {
  return [...after].flatMap(([name, bounds]) => {
    const { wanted, ready } = seen.get(name) ?? { wanted: [], ready: [] };
    const least = Math.min(ready[0] ?? 0, before.get(name)?.min ?? 0, bounds?.min ?? 0);
    return [...wanted, ...ready].some((n) => n < least)
      ? [`${name} had fewer than ${least} replicas: wanted ${wanted.join(" ")}, ready ${ready.join(" ")}`]
      : [];
  });
}

/** Watches the replicas of all Deployments, by {@link keyOf}. Other workloads stop a pod before they start the next one. */
export async function watchReplicas(machine: Pick<Machine, "env">): Promise<{ end(): Promise<Map<string, Seen>> }> {
  const format = "{.metadata.namespace}/{.metadata.name} {.spec.replicas} {.status.readyReplicas}";
  const watching = await watch(machine, ["deployments", "-A"], format);
  return {
    async end() {
      const seen = new Map<string, { wanted: number[]; ready: number[] }>();
      for (const line of await watching.end()) {
        const [name = "", wanted, ready = 0] = line.split(" ");
        const key = `Deployment ${name}`;
        const of = seen.get(key) ?? { wanted: [], ready: [] };
        of.wanted.push(Number(wanted));
        of.ready.push(Number(ready));
        seen.set(key, of);
      }
      return seen;
    },
  };
}
