import { dropped, type Seen, watchReplicas } from "../checks/replicas";
import { declaredWorkloads } from "../checks/workloads";
import type { Finding } from "../finding";
import type { Machine } from "../machine/machine";
import type { Scaled } from "../options";
import type { Rehearsal } from "../rehearsal";

/** Makes a change that may replace pods, and checks that enough pods keep running meanwhile. */
export async function serving<T>(
  rehearsal: Rehearsal,
  label: string,
  change: () => Promise<T>,
): Promise<{ result: T; seen: ReadonlyMap<string, Seen> }> {
  const { machine } = rehearsal;
  const before = declaredWorkloads(machine).deployments;
  const watching = await watchReplicas(machine);
  const result = await change();
  const seen = await watching.end();
  if (before.size)
    rehearsal.say(`${label}no workload drops below its minimum`, {
      wrong: dropped(seen, before, declaredWorkloads(machine).deployments),
      note: `${before.size} workloads`,
    });
  return { result, seen };
}

/** Scales a Deployment as an autoscaler would do between plan and apply. */
export async function scaleUp({ kubectl }: Machine, { namespace, name, replicas }: Scaled): Promise<void> {
  if (replicas !== undefined) await kubectl("scale", "deployment", name, "-n", namespace, `--replicas=${replicas}`);
}

/** Checks that a Deployment kept all its pods, wanted and ready. */
export function neverDrops({ namespace, name }: Scaled, all: ReadonlyMap<string, Seen>): Finding {
  const { wanted = [], ready = [] } = all.get(`${namespace}/${name}`) ?? {};
  const [first, firstReady] = [wanted[0] ?? Number.NaN, ready[0] ?? Number.NaN];
  const note = `from ${firstReady} ready of ${first}: ${wanted.map((n, i) => `${ready[i]} of ${n}`).join(", ")}`;
  const kept = wanted.every((n) => n >= first) && ready.every((n) => n >= firstReady);
  return { wrong: wanted.length && kept ? [] : [note], note };
}
