import { cpSync, rmSync } from "node:fs";
import path from "node:path";
import { copies, type Finding } from "./checks";
import type { Fault, Label } from "./cloud/faults";
import { isKubernetes } from "./cluster-policies";
import { type Machine, startMachine } from "./machine";
import { namesResource, type RehearsalOptions } from "./rehearsal";
import { madeByHand, readStack } from "./stack";
import { complaints } from "./terraform";

export interface FailEachOptions {
  /** Of the clean run, whose plan is applied again and again. */
  readonly settings: RehearsalOptions;
  /** The changes that it asked for. */
  readonly calls: readonly Label[];
  /** How many of them fail, evenly spread; all by default. */
  readonly sample?: number;
  /** Runs at a time. */
  readonly jobs: number;
}

/** What became of a run in which one call failed. */
export interface Failure extends Finding {
  readonly call: string;
  readonly seconds: number;
}

/**
 * Lets each call fail once, in a run of its own from nothing: the apply must name the resource that it could not make,
 * the next one must converge, the plan be empty then, and the copies of secrets agree.
 */
export async function failEach({ settings, calls, sample, jobs }: FailEachOptions): Promise<Failure[]> {
  const faults = spread(faultsOf(calls), sample);
  const failures: Failure[] = [];
  const queue = [...faults.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [i, fault] = next;
      const failure = await failOnce(settings, fault, path.join(settings.work, `fault-${i}`));
      failures.push(failure);
      settings.report?.({
        ...failure,
        what: `${failures.length} of ${faults.length} ${failure.call}`,
      });
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return failures;
}

/** A fault for each call: the first, the second ... of those with the same label. To Kubernetes one for each label. */
export function faultsOf(calls: readonly Label[]): Fault[] {
  const seen = new Map<Label, number>();
  return calls.flatMap((label) => {
    const occurrence = (seen.get(label) ?? 0) + 1;
    seen.set(label, occurrence);
    return occurrence > 1 && / kubernetes /.test(label) ? [] : [{ label, occurrence }];
  });
}

/** So many of a list, evenly spread; all by default. */
export const spread = <T>(all: readonly T[], n = all.length): T[] =>
  all.filter((_, i) => Math.floor((i * n) / all.length) !== Math.floor(((i - 1) * n) / all.length) || i === 0);

async function failOnce(settings: RehearsalOptions, fault: Fault, work: string): Promise<Failure> {
  const start = Date.now();
  const call = `${fault.label}${(fault.occurrence ?? 1) > 1 ? ` (${fault.occurrence})` : ""}`;
  const { stacks, timeout, chartsMirror } = settings;
  rmSync(work, { recursive: true, force: true });
  const machine = await startMachine({
    work,
    timeout,
    speed: Number.POSITIVE_INFINITY,
    madeByHand: madeByHand(readStack(stacks[0] as string)),
    realCharts: Boolean(chartsMirror),
  });
  try {
    const clean = path.join(settings.work, "tf");
    cpSync(clean, path.join(work, "tf"), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => !path.relative(clean, file).startsWith("terraform.tfstate"),
    });
    const finding = await converges(machine, fault);
    return { call, ...finding, seconds: (Date.now() - start) / 1000 };
  } finally {
    await machine.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

async function converges(machine: Machine, fault: Fault): Promise<Finding> {
  await machine.arm([fault]);
  const failing = await machine.terraform("apply", ["apply", "-json", "plan.bin"]);
  const left = await machine.arm([]);
  if (left.length) return { wrong: ["the call was not made", ...complaints(failing)], note: "" };
  const named = failing.status === 0 ? absorbed(fault) : namesResource(failing);
  if (failing.status !== 0) {
    const again = await machine.terraform("apply-again", ["apply", "-json", "-auto-approve"]);
    if (again.status !== 0)
      return { wrong: [...named.wrong, "does not converge", ...complaints(again)], note: named.note };
  }
  const plan = await machine.terraform("plan", ["plan", "-detailed-exitcode"]);
  const differences = plan.stdout.split("\n").filter((line) => /^\s+# /.test(line));
  const secrets = await copies(machine);
  return {
    wrong: [
      ...named.wrong,
      ...(plan.status === 0 ? [] : ["the plan is not empty", ...differences, ...complaints(plan)]),
      ...secrets.wrong,
    ],
    note: named.note,
  };
}

/** An apply that succeeds all the same: the provider sent the call again, which Kubernetes would have refused again. */
const absorbed = (fault: Fault): Finding => ({
  wrong: isKubernetes(fault) ? ["the apply succeeded"] : [],
  note: "the provider sent it again by itself",
});
