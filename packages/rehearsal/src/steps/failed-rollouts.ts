import { restart } from "../checks/workloads";
import type { BrokenVersions } from "../options";
import type { Rehearsal } from "../rehearsal";
import { namesResource } from "../terraform/output";
import { deploy } from "./deploy";
import { serving } from "./serving";

/**
 * Rollouts fail twice in a row, and each time the previous pods can start again. Then a deploy goes back to the previous
 * version and, after another failure, forward.
 */
export async function failRollouts(
  rehearsal: Rehearsal,
  { services, everything, next }: BrokenVersions,
): Promise<void> {
  const first = rehearsal.options.stacks[0] as string;
  await fail(rehearsal, services, "broken");
  await fail(rehearsal, everything, "broken-again");
  await deploy(rehearsal, first, { id: "back", label: "back: " });
  await fail(rehearsal, services, "broken-once-more");
  await deploy(rehearsal, next, { id: "forward", label: "forward: " });
  await deploy(rehearsal, first, { id: "back-again", label: "back again: " });
}

/**
 * Applies a version whose rollout must fail. The pods that ran before must be able to start again. `applied` looks at the
 * cluster before they do.
 */
export async function fail(
  rehearsal: Rehearsal,
  stack: string,
  id: string,
  { what = id, applied = async () => {} }: { what?: string; applied?: () => Promise<unknown> } = {},
): Promise<void> {
  const { machine } = rehearsal;
  await rehearsal.init(stack, id);
  const { result: run } = await serving(rehearsal, `${what}: `, () =>
    machine.terraform(`${id}-apply`, ["apply", "-json", "-auto-approve"]),
  );
  const { wrong, note } = namesResource(run);
  rehearsal.say(`${what}: the rollout fails`, { wrong: run.status === 0 ? ["it did not"] : wrong, note });
  await applied();
  rehearsal.say(`${what}: the previous pods start again`, await restart(machine));
  await machine.kubectl("delete", "events", "-A", "--all"); // warnings of intended failures
}
