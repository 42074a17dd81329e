import { tainted } from "./checks";
import type { Machine } from "./machine";

/** Does what docs/troubleshooting.md says when an apply cannot continue by itself. Returns the commands. */
export async function remedy(machine: Machine): Promise<string[]> {
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
