import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import minimatch from "minimatch";

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

/** A command of cdktf, and the arguments that follow it. */
interface Call {
  readonly command: string;
  readonly args: readonly string[];
}

export const DEPLOYS: readonly string[] = ["deploy", "apply", "watch"];
const CHANGES: readonly string[] = [...DEPLOYS, "destroy"];
const READS: readonly string[] = ["diff", "plan"];

/** The calls of each cdktf among the command lines. An option's value that is a command's name counts as a call too. */
const calls = (commandLines: readonly (readonly string[])[], commands: readonly string[]): Call[] =>
  commandLines.flatMap((args) => {
    const program = args.findIndex((arg) => /(^|\/)cdktf(\.js)?$/.test(arg));
    if (program < 0) return [];
    return args.flatMap((command, i) =>
      i > program && commands.includes(command) ? [{ command, args: args.slice(program + 1) }] : [],
    );
  });

/** Whether a cdktf among the command lines is about to change something, by one of these commands. */
export const applies = (commandLines: readonly (readonly string[])[], commands = CHANGES): boolean =>
  calls(commandLines, commands).length > 0;

/** Whether a cdktf among the command lines is about to run Terraform with its providers. */
export const runsProviders = (commandLines: readonly (readonly string[])[]): boolean =>
  calls(commandLines, [...CHANGES, ...READS]).length > 0;

/**
 * Whether a cdktf among the command lines, which is about to change something by one of these commands, can mean this stack. cdktf compares the
 * stacks' names with patterns, by the same library in the same version. Every argument counts as a pattern, because an
 * option takes the next argument as its value or not; so does `CDKTF_STACKS`, which cdktf reads as `--stacks`.
 * {@link https://github.com/hashicorp/terraform-cdk/blob/v0.21.0/packages/%40cdktf/cli-core/src/lib/helpers/stack-helpers.ts}
 */
export const changes = (
  env: NodeJS.ProcessEnv,
  commandLines: readonly (readonly string[])[],
  stack: string,
  commands = CHANGES,
): boolean =>
  calls(commandLines, commands)
    .flatMap(({ args }) => [...args, env.CDKTF_STACKS ?? ""])
    .map((arg) => arg.replace(/^--?\w[\w-]*=/, "").replace(/^["']+|["']+$/g, "")) // its parser takes quotes off too
    .some((pattern) => matches(stack, pattern));

function matches(stack: string, pattern: string): boolean {
  try {
    return minimatch(stack, pattern);
  } catch {
    return true; // cdktf may understand it
  }
}

/** Whether a cdktf among the command lines uses the stacks of an earlier synthesis; `CDKTF_SKIP_SYNTH` is the option. */
export const skipsSynthesis = (env: NodeJS.ProcessEnv, commandLines: readonly (readonly string[])[]): boolean =>
  calls(commandLines, [...CHANGES, ...READS]).some(({ args }) =>
    args.some((arg) => /^--?skip-?synth(=(?!false$).*)?$/i.test(arg)),
  ) ||
  (env.CDKTF_SKIP_SYNTH !== undefined && env.CDKTF_SKIP_SYNTH !== "false");

/** Whether somebody started this at a terminal. (The program's own output is a pipe, which cdktf reads.) */
export function atTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
