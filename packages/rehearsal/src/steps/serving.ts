import { during } from "../checks/during";
import type { Seen } from "../checks/replicas";
import type { Finding } from "../finding";
import type { Machine } from "../machine/machine";
import type { Scaled } from "../options";
import type { Rehearsal } from "../rehearsal";

/** Makes a change that may replace pods, and checks that enough pods keep running meanwhile, and of some never two. */
export async function serving<T>(
  rehearsal: Rehearsal,
  label: string,
  change: () => Promise<T>,
): Promise<{ result: T; replicas: ReadonlyMap<string, Seen> }> {
  const { result, replicas, running, dropped, single, twice } = await during(rehearsal.machine, change);
  if (running)
    rehearsal.say(`${label}no workload drops below its minimum`, { wrong: dropped, note: `${running} workloads` });
  if (single) rehearsal.say(`${label}no single pod runs twice`, { wrong: twice, note: `${single} workloads` });
  return { result, replicas };
}

/** Scales a Deployment as an autoscaler would do between plan and apply. */
export async function scaleUp({ kubectl }: Machine, { namespace, name, replicas }: Scaled): Promise<void> {
  if (replicas !== undefined) await kubectl("scale", "deployment", name, "-n", namespace, `--replicas=${replicas}`);
}

/** Checks that a Deployment kept all its pods, wanted and ready. */
export function neverDrops({ namespace, name }: Scaled, all: ReadonlyMap<string, Seen>): Finding {
  const { wanted = [], ready = [] } = all.get(`Deployment ${namespace}/${name}`) ?? {};
  const [first, firstReady] = [wanted[0] ?? Number.NaN, ready[0] ?? Number.NaN];
  const note = `from ${firstReady} ready of ${first}: ${wanted.map((n, i) => `${ready[i]} of ${n}`).join(", ")}`;
  const kept = wanted.every((n) => n >= first) && ready.every((n) => n >= firstReady);
  return { wrong: wanted.length && kept ? [] : [note], note };
}
