import { tainted } from "../checks/state";
import type { Machine } from "../machine/machine";

/**
 * Does what a person must do when an apply cannot continue by itself: untaints resources, and deletes Helm's records of
 * installations that no longer run. Returns the commands.
 */
export async function repair(machine: Machine): Promise<string[]> {
  const commands: string[] = [];
  for (const address of tainted(machine)) {
    await machine.terraform("untaint", ["untaint", address]);
    commands.push(`terraform untaint ${address}`);
  }
  const selector = "owner=helm,status in (pending-install,pending-upgrade,pending-rollback)";
  const pending = await machine.kubectl("delete", "secrets", "-A", "-l", selector, "-o", "name");
  for (const name of pending.split("\n").filter((line) => line.startsWith("secret/")))
    commands.push(`kubectl delete ${name}`);
  return commands;
}
