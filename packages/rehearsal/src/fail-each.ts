import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Fault, Label } from "@slipway/fake-google-cloud";
import { copies } from "./checks/secrets";
import type { Finding } from "./finding";
import { Inconclusive } from "./inconclusive";
import { isKubernetes } from "./machine/cluster-policies";
import type { Machine } from "./machine/machine";
import type { RehearsalOptions } from "./options";
import { machineFor } from "./rehearse";
import { runEach } from "./run-each";
import { repair } from "./steps/repair";
import { complaints, leftToDo, namesResource } from "./terraform/output";
import type { Run } from "./terraform/run";

export interface FailEachOptions {
  /** Options of the rehearsal without failures, whose plan each run applies. */
  readonly settings: RehearsalOptions;
  /** The changes that its first apply asked for. */
  readonly calls: readonly Label[];
  /** How many of the calls fail, evenly spread; all by default. */
  readonly sample?: number;
  /** How many runs take place at a time. */
  readonly jobs: number;
}

/** The result of a run in which one call failed. */
export interface Failure extends Finding {
  readonly call: string;
  /** Commands that a person must run before the next apply; mostly none. */
  readonly remedies: readonly string[];
  readonly seconds: number;
}

/**
 * Makes each call fail once, in a run of its own from nothing. The apply must name the resource that it could not make, and
 * the next apply must converge, if necessary after repairs. Then the plan must be empty, and the copies of secrets agree.
 */
export async function failEach({ settings, calls, sample, jobs }: FailEachOptions): Promise<Failure[]> {
  if (!calls.length) throw new Inconclusive("no call is to fail");
  return runEach({
    items: spread(faultsOf(calls), sample),
    jobs,
    workerOf: (job) => new Place(settings, path.join(settings.work, `faults-${job}`)),
    nameOf: ({ call }) => call,
    report: settings.report,
  });
}

/**
 * APIs to enable and grants on the project. The provider combines those that come at the same time into one call, so that
 * another run may make fewer calls, but at least one.
 */
const JOINED = / (serviceusage|cloudresourcemanager) /;

/**
 * A fault for each call: the first, the second and so on of those with the same label. Of calls to Kubernetes only the
 * first, because there a fault fails all of them.
 */
export function faultsOf(calls: readonly Label[]): Fault[] {
  const seen = new Map<Label, number>();
  return calls.flatMap((label) => {
    const occurrence = (seen.get(label) ?? 0) + 1;
    seen.set(label, occurrence);
    return occurrence > 1 && isKubernetes({ label }) ? [] : [{ label, occurrence }];
  });
}

/** So many items of a list, evenly spread; all by default. */
export const spread = <T>(all: readonly T[], n = all.length): T[] =>
  all.filter((_, i) => Math.floor((i * n) / all.length) !== Math.floor(((i - 1) * n) / all.length) || i === 0);

/** A machine on which one run takes place after the other. */
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
      await this.leave(); // the next run gets another machine
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

  /** Keeps the logs of a failed run, which the next run overwrites. */
  private keepLogs(folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (const file of existsSync(this.work) ? readdirSync(this.work) : [])
      if (file.endsWith(".log")) cpSync(path.join(this.work, file), path.join(folder, file));
  }

  private async converges(fault: Fault): Promise<Converged> {
    await this.machine?.renew();
    this.machine ??= await machineFor({
      ...this.settings,
      work: this.work,
      port: undefined,
      speed: undefined,
      nothingByHand: false,
    });
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
  if (note === REPEATED) return { wrong, note, remedies: [] };

  let again = await machine.terraform("apply-again", ["apply", "-json", "-auto-approve"]);
  const remedies = again.status === 0 ? [] : await repair(machine);
  if (remedies.length) again = await machine.terraform("apply-remedied", ["apply", "-json", "-auto-approve"]);
  if (again.status !== 0) return { wrong: [...wrong, "does not converge", ...complaints(again)], note, remedies };
  return { wrong: [...wrong, ...(await settled(machine))], note, remedies };
}

/** The result of a run that never made the call. It is inconclusive if the provider may have combined the call with others. */
export function notMade({ label, occurrence = 1 }: Fault, run: Run): Converged {
  return occurrence > 1 && JOINED.test(String(label)) && run.status === 0
    ? { wrong: [], note: "not struck: the provider combined it with other calls", inconclusive: true, remedies: [] }
    : { wrong: ["the call was not made", ...complaints(run)], note: "", remedies: [] };
}

const REPEATED = "the provider repeated the call by itself";

/** The result of an apply that succeeded anyway: the provider repeated the call, or Helm did not need its result. */
async function unnoticed(machine: Machine): Promise<Finding> {
  const wrong = await settled(machine);
  return { wrong: [], note: wrong.length ? "only the next plan showed it" : REPEATED };
}

/** What is wrong after everything should have been made. */
async function settled(machine: Machine): Promise<string[]> {
  const plan = await machine.terraform("plan", ["plan", "-detailed-exitcode"]);
  return [...leftToDo(plan), ...(await copies(machine)).wrong];
}
