import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Fault, Label } from "@slipway/fake-google-cloud";
import { copies, type Finding, leftToDo } from "./checks";
import { isKubernetes } from "./cluster-policies";
import { Inconclusive } from "./inconclusive";
import { type Machine, startMachine } from "./machine";
import { namesResource, type RehearsalOptions } from "./rehearsal";
import { remedy } from "./remedy";
import { madeByHand, poolsOf, readStack } from "./stack";
import { complaints, type Run } from "./terraform";

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
  /** Commands that a person has to run before the next apply, as docs/troubleshooting.md says; mostly none. */
  readonly remedies: readonly string[];
  readonly seconds: number;
}

/**
 * Lets each call fail once, in a run of its own from nothing: the apply must name the resource that it could not make,
 * the next one must converge, the plan be empty then, and the copies of secrets agree. Where the next apply
 * alone does not get there, the remedies in docs/troubleshooting.md are tried, and told.
 */
export async function failEach({ settings, calls, sample, jobs }: FailEachOptions): Promise<Failure[]> {
  if (!calls.length) throw new Inconclusive("--only matches no call: see --list-calls");
  const faults = spread(faultsOf(calls), sample);
  const failures: Failure[] = [];
  const queue = [...faults];
  const worker = async (_: unknown, i: number) => {
    const place = new Place(settings, path.join(settings.work, `faults-${i}`));
    for (let fault = queue.shift(); fault; fault = queue.shift()) {
      const failure = await place.run(fault);
      failures.push(failure);
      settings.report?.({ ...failure, what: `${failures.length} of ${faults.length} ${failure.call}` });
    }
    await place.leave();
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return failures;
}

/**
 * Calls into which the provider puts what comes at the same time, which is APIs to enable and grants on the project: another
 * run may make fewer of them, though never none.
 */
const JOINED = / (serviceusage|cloudresourcemanager) /;

/**
 * A fault for each call: the first, the second ... of those with the same label. Of those to Kubernetes the first alone, for
 * there a fault strikes all of them.
 */
export function faultsOf(calls: readonly Label[]): Fault[] {
  const seen = new Map<Label, number>();
  return calls.flatMap((label) => {
    const occurrence = (seen.get(label) ?? 0) + 1;
    seen.set(label, occurrence);
    return occurrence > 1 && isKubernetes({ label }) ? [] : [{ label, occurrence }];
  });
}

/** So many of a list, evenly spread; all by default. */
export const spread = <T>(all: readonly T[], n = all.length): T[] =>
  all.filter((_, i) => Math.floor((i * n) / all.length) !== Math.floor(((i - 1) * n) / all.length) || i === 0);

/** Where one run after the other takes place. */
class Place {
  private machine?: Machine;

  constructor(
    private readonly settings: RehearsalOptions,
    private readonly work: string,
  ) {}

  async run(fault: Fault): Promise<Failure> {
    const start = Date.now();
    const { label, occurrence = 1 } = fault;
    const finding = await this.converges(fault).catch(async (error: unknown) => {
      await this.leave(); // whatever went wrong here, the next run gets another machine
      return { wrong: [String(error)], note: "", remedies: [] };
    });
    if (finding.wrong.length) this.keepLogs(path.join(this.settings.work, "failed", fileName(fault)));
    const call = `${label}${occurrence > 1 ? ` (${occurrence})` : ""}`;
    return { call, ...finding, seconds: (Date.now() - start) / 1000 };
  }

  async leave(): Promise<void> {
    await this.machine?.stop();
    this.machine = undefined;
    rmSync(this.work, { recursive: true, force: true });
  }

  /** What a run that did not hold has said; the next one writes over it. */
  private keepLogs(folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (const file of existsSync(this.work) ? readdirSync(this.work) : [])
      if (file.endsWith(".log")) cpSync(path.join(this.work, file), path.join(folder, file));
  }

  private async converges(fault: Fault): Promise<Converged> {
    await this.machine?.renew();
    this.machine ??= await this.start();
    const clean = path.join(this.settings.work, "tf");
    const folder = path.join(this.work, "tf");
    rmSync(folder, { recursive: true, force: true });
    cpSync(clean, folder, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => !path.relative(clean, file).startsWith("terraform.tfstate"),
    });
    return converges(this.machine, fault);
  }

  private start(): Promise<Machine> {
    const { stacks, timeout, chartsMirror, bootstrapped } = this.settings;
    return startMachine({
      work: this.work,
      timeout,
      speed: Number.POSITIVE_INFINITY,
      madeByHand: madeByHand(readStack(stacks[0] as string)),
      bootstrapped: bootstrapped ? readStack(stacks[0] as string) : undefined,
      pools: poolsOf(...stacks.map(readStack)),
      realCharts: Boolean(chartsMirror),
    });
  }
}

const fileName = ({ label, occurrence = 1 }: Fault): string =>
  `${String(label)
    .replace(/[^\w.-]+/g, "_")
    .slice(0, 200)}_${occurrence}`;

type Converged = Finding & Pick<Failure, "remedies">;

async function converges(machine: Machine, fault: Fault): Promise<Converged> {
  await machine.arm([fault]);
  const failing = await machine.terraform("apply", ["apply", "-json", "plan.bin"]);
  const left = await machine.arm([]);
  if (left.length) return notMade(fault, failing);
  const { wrong, note } = failing.status === 0 ? await unnoticed(machine) : namesResource(failing);
  if (note === SENT_AGAIN) return { wrong, note, remedies: [] };

  let again = await machine.terraform("apply-again", ["apply", "-json", "-auto-approve"]);
  const remedies = again.status === 0 ? [] : await remedy(machine);
  if (remedies.length) again = await machine.terraform("apply-remedied", ["apply", "-json", "-auto-approve"]);
  if (again.status !== 0) return { wrong: [...wrong, "does not converge", ...complaints(again)], note, remedies };
  return { wrong: [...wrong, ...(await settled(machine))], note, remedies };
}

/** A run that never made the call. It says nothing where the provider may have put it into one with others. */
export function notMade({ label, occurrence = 1 }: Fault, run: Run): Converged {
  return occurrence > 1 && JOINED.test(String(label)) && run.status === 0
    ? { wrong: [], note: "not struck: the provider put it into one call with others", inconclusive: true, remedies: [] }
    : { wrong: ["the call was not made", ...complaints(run)], note: "", remedies: [] };
}

const SENT_AGAIN = "the provider sent it again by itself";

/** An apply that succeeded all the same: the provider sent the call again, or Helm did without what it noted. */
async function unnoticed(machine: Machine): Promise<Finding> {
  const wrong = await settled(machine);
  return { wrong: [], note: wrong.length ? "only the next plan showed it" : SENT_AGAIN };
}

/** What is wrong where everything should be there. */
async function settled(machine: Machine): Promise<string[]> {
  const plan = await machine.terraform("plan", ["plan", "-detailed-exitcode"]);
  return [...leftToDo(plan), ...(await copies(machine)).wrong];
}
