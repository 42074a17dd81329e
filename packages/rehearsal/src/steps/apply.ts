import path from "node:path";
import type { Fault } from "@slipway/fake-google-cloud";
import { type Rehearsal, took } from "../rehearsal";
import { readStack, renewsTokens } from "../stack";
import { complaints, diagnostics, message, namesResource } from "../terraform/output";
import type { Run, RunOptions } from "../terraform/run";
import { repair } from "./repair";

export interface ApplyOptions {
  /** Begins the names of logs and plans. */
  readonly id: string;
  /** Begins the names of steps. */
  readonly label: string;
  readonly faults?: readonly Fault[];
  readonly interrupt?: boolean;
  readonly tokenLife?: number;
}

/** How often an apply is repeated at most because its token expired. */
const MOST_TOKENS = 8;

/** Applies the plan. Repeats the apply while calls fail, after an interrupt, and after its token expired. */
export async function apply(rehearsal: Rehearsal, options: ApplyOptions, changes: number): Promise<Run> {
  const { id, label, faults = [], interrupt } = options;
  const { machine } = rehearsal;
  const places = `-parallelism=${rehearsal.parallelism}`;
  await machine.arm(faults);
  let made = 0;
  const watch: RunOptions["onLine"] = (line) => {
    const { type, hook } = message(line) ?? {};
    if (type !== "apply_complete") return undefined;
    rehearsal.options.progress?.(`${label}apply: ${++made} of ${changes}, ${hook?.resource.addr}`);
    return interrupt && made === Math.ceil(changes / 2) ? "SIGINT" : undefined;
  };
  let run = await machine.terraform(`${id}-apply`, ["apply", "-json", places, "plan.bin"], watch);
  if (interrupt)
    rehearsal.say(`${label}Terraform was stopped halfway`, {
      wrong: run.status === 0 ? ["it went on to the end"] : [],
      note: `${made} of ${changes} were made ${took(run)}`,
    });
  for (let n = 1; n <= faults.length + Number(Boolean(interrupt)) && run.status !== 0; n++) {
    if (!interrupt || n > 1) rehearsal.say(`${label}the fault struck`, namesResource(run));
    await machine.arm(await machine.arm([])); // keeps those that no call met yet
    run = await machine.terraform(`${id}-apply-${n + 1}`, ["apply", "-json", places, "-auto-approve"], watch);
  }
  if (options.tokenLife) run = await outlive(rehearsal, options.tokenLife, options, run, watch);
  const left = await machine.arm([]);
  if (left.length)
    rehearsal.say(`${label}the fault struck`, {
      wrong: left.map((fault) => `no call matched ${String(fault.label)}`),
      note: "",
    });
  return run;
}

/**
 * Checks that the apply takes longer than an access token is valid. With the credential plugin, it succeeds. With one token
 * for each run of Terraform, it fails, and further runs continue it, after repairs if Helm was cut off.
 */
async function outlive(
  rehearsal: Rehearsal,
  life: number,
  { id, label }: ApplyOptions,
  first: Run,
  watch: RunOptions["onLine"],
): Promise<Run> {
  const { machine } = rehearsal;
  const outlived = first.seconds > life ? [] : [`it took ${first.seconds.toFixed(1)} s; choose a shorter token life`];
  if (renewsTokens(readStack(path.join(machine.work, "tf")))) {
    rehearsal.say(`${label}the apply outlives its token of ${life} s`, { wrong: outlived, note: took(first) });
    return first;
  }
  const refused = unauthorized(first);
  rehearsal.say(`${label}the apply ends with its token of ${life} s`, {
    wrong: [...outlived, ...(refused.length ? [] : ["no call was Unauthorized", ...complaints(first)])],
    note: refused.join("; "),
  });
  const places = `-parallelism=${rehearsal.parallelism}`;
  let run = first;
  for (let n = 2; n <= MOST_TOKENS && run.status !== 0; n++) {
    if (!unauthorized(run).length)
      rehearsal.say(`${label}Troubleshooting is followed`, {
        wrong: [],
        note: [...complaints(run), ...(await repair(machine))].join("; "),
      });
    run = await machine.terraform(`${id}-apply-${n}`, ["apply", "-json", places, "-auto-approve"], watch);
  }
  return run;
}

/** Resources that Kubernetes refused to change because the token had expired. */
const unauthorized = (run: Run): string[] =>
  diagnostics(run)
    .filter(({ summary, detail }) => /Unauthorized|asked for the client to provide credentials/.test(summary + detail))
    .map(({ address = "", summary }) => `${address}: ${summary}`);
