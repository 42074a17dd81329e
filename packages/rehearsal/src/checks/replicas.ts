import { spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import type { Machine } from "../machine/machine";

/** The numbers of wanted and of ready replicas of a workload, one after the other. */
export interface Seen {
  readonly wanted: readonly number[];
  readonly ready: readonly number[];
}

/** Bounds of the workloads' replicas, by `<namespace>/<name>`. */
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

/** Kinds whose pods serve. */
const KINDS = ["deployments", "statefulsets"];

/** Watches the replicas of all workloads, by `<namespace>/<name>`, until it is ended. */
export async function watchReplicas({ env }: Pick<Machine, "env">): Promise<{ end(): Promise<Map<string, Seen>> }> {
  const format = 'jsonpath={.metadata.namespace}/{.metadata.name} {.spec.replicas} {.status.readyReplicas}{"\\n"}';
  const outputs = KINDS.map((kind) => {
    const child = spawn("kubectl", ["get", kind, "-A", "--watch", "-o", format], {
      env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const output = { child, text: "" };
    child.stdout.setEncoding("utf8").on("data", (data: string) => {
      output.text += data;
    });
    return output;
  });
  await setTimeout(1000); // until kubectl has listed the existing workloads
  return {
    async end() {
      await setTimeout(2000);
      for (const { child } of outputs) child.kill();
      const seen = new Map<string, { wanted: number[]; ready: number[] }>();
      for (const line of outputs.flatMap(({ text }) => text.split("\n").filter(Boolean))) {
        const [name = "", wanted, ready = 0] = line.split(" ");
        const of = seen.get(name) ?? { wanted: [], ready: [] };
        of.wanted.push(Number(wanted));
        of.ready.push(Number(ready));
        seen.set(name, of);
      }
      return seen;
    },
  };
}
