import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";

/** Command lines of the processes that started this one, nearest first. */
export function ancestors(pid = process.ppid): string[][] {
  const found: string[][] = [];
  for (let id = pid; id > 1; ) {
    const next = existsSync("/proc/self/stat") ? fromProc(id) : fromPs(id);
    if (!next) break;
    found.push(next.args);
    id = next.parent;
  }
  return found;
}

function fromProc(pid: number) {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
    // The second field, the command's name, can contain spaces and brackets. The parent is the second field after it.
    const parent = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/, "").trim().split(" ")[1];
    return { args, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

function fromPs(pid: number) {
  try {
    const [parent, ...args] = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .split(/\s+/);
    return { args, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** The arguments that follow one of these commands, of each cdktf among the command lines. */
function told(commandLines: readonly (readonly string[])[], commands: readonly string[]): string[][] {
  return commandLines.flatMap((args) => {
    const command = args.findIndex((arg) => commands.includes(arg));
    return command > 0 && args.slice(0, command).some((a) => /(^|\/)cdktf(\.js)?$/.test(a))
      ? [args.slice(command + 1)]
      : [];
  });
}

/** Stacks that a `cdktf deploy` (or `apply`, its other name) among the command lines names. */
export const deployed = (commandLines: readonly (readonly string[])[]): string[] =>
  told(commandLines, ["deploy", "apply"])
    .flat()
    .filter((arg) => !arg.startsWith("-"));

/** Whether a cdktf among the command lines is about to change something. */
export const applies = (commandLines: readonly (readonly string[])[]): boolean =>
  told(commandLines, ["deploy", "apply", "destroy"]).length > 0;

/** Whether a cdktf among the command lines is about to run Terraform with its providers. */
export const runsProviders = (commandLines: readonly (readonly string[])[]): boolean =>
  told(commandLines, ["deploy", "apply", "destroy", "diff", "plan", "watch"]).length > 0;

/** Whether somebody started this at a terminal. (The program's own output is a pipe, which cdktf reads.) */
export function atTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
