import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

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
    // The second field, the command's name, may hold spaces and brackets; the parent is the second field after it.
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

/** Stacks that a `cdktf deploy` (or `apply`, its other name) among the command lines names. */
export function deployed(commandLines: readonly (readonly string[])[]): string[] {
  return commandLines.flatMap((args) => {
    const deploy = args.findIndex((arg) => arg === "deploy" || arg === "apply"); // the same to cdktf
    return deploy > 0 && args.slice(0, deploy).some((a) => /(^|\/)cdktf(\.js)?$/.test(a))
      ? args.slice(deploy + 1).filter((a) => !a.startsWith("-"))
      : [];
  });
}
