import { everything, leftOver } from "../checks/objects";
import { watchRoutes } from "../checks/routes";
import type { Shift } from "../options";
import type { Rehearsal } from "../rehearsal";
import { deploy } from "./deploy";
import { fail } from "./failed-rollouts";

/**
 * Deploys versions in which a second release of a workload comes, gets requests and goes. Meanwhile, no route may lead to a
 * Service without ready pods. In the end, the cluster must have the same objects as before.
 */
export async function shift(rehearsal: Rehearsal, shifts: readonly Shift[]): Promise<void> {
  const { machine } = rehearsal;
  const before = await everything(machine);
  for (const [i, { what, stack, fails, look }] of shifts.entries()) {
    const id = `shift-${i + 1}`;
    const routes = await watchRoutes(machine);
    const applied = async () => rehearsal.say(`${what}: routes lead to ready pods only`, await routes.end());
    if (fails) await fail(rehearsal, stack, id, { what, applied });
    else {
      await deploy(rehearsal, stack, { id, label: `${what}: `, update: [] });
      await applied();
    }
    rehearsal.say(`${what}: what the cluster's objects say`, look(await everything(machine)));
  }
  rehearsal.say("the cluster has the objects that it had before", leftOver(before, await everything(machine)));
}
