import type { Machine } from "../machine/machine";
import { dropped, type Seen, watchReplicas } from "./replicas";
import { watchPods } from "./single";
import { declaredSingle, declaredWorkloads } from "./workloads";

/** What was seen of the pods during a change. */
export interface During<T> {
  readonly result: T;
  readonly replicas: ReadonlyMap<string, Seen>;
  /** Workloads that had fewer pods than before and after the change. */
  readonly dropped: readonly string[];
  /** Single pods that were there twice at one time. */
  readonly twice: readonly string[];
  /** Numbers of workloads that there were before. */
  readonly running: number;
  readonly single: number;
}

/** Makes a change that may replace pods, and watches the pods meanwhile. */
export async function during<T>(machine: Machine, change: () => Promise<T>): Promise<During<T>> {
  const before = { ...declaredWorkloads(machine), single: declaredSingle(machine) };
  const watchings = [...before.single].map(async ([name, pods]) => ({ name, pods: await watchPods(machine, pods) }));
  const [watching, ...singles] = await Promise.all([watchReplicas(machine), ...watchings]);
  const result = await change();
  const [replicas, ...most] = await Promise.all([watching.end(), ...singles.map(({ pods }) => pods.end())]);
  const after = declaredSingle(machine);
  return {
    result,
    replicas,
    dropped: dropped(replicas, before.running, declaredWorkloads(machine).running),
    twice: singles.flatMap(({ name }, i) =>
      (most[i] as number) > 1 && after.has(name) ? [`${name} had ${most[i]} pods at one time`] : [],
    ),
    running: before.running.size,
    single: before.single.size,
  };
}
