import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { copies, type Finding, leaks, snapshot, warnings, workloads } from "./checks";
import { type Machine, type Run, startMachine } from "./machine";
import { prepare } from "./stack";

export interface RehearsalOptions {
  /** Folders of synthesized stacks: the first is applied from nothing, each of the others as an update. */
  readonly stacks: readonly string[];
  /** Folder of logs, plans and the state. */
  readonly work: string;
  /** Of the API server; the other ports follow it. Free ones by default. */
  readonly port?: number;
  /** Limit of one Terraform command, in seconds. */
  readonly timeout: number;
  /** Calls that fail once in the first apply, as regular expressions on "<method> <product> <path>". */
  readonly faults?: readonly string[];
  /** The same in the last update's. */
  readonly updateFaults?: readonly string[];
  /** What an update may change, and must change one of each. */
  readonly changes?: readonly Change[];
  /** Deployment that is scaled between plan and apply of an update, and must not drop. */
  readonly scaled?: Scaled;
  /** Whether a destroy must refuse and change nothing. */
  readonly refuseDestroy?: boolean;
  /** Version that allows destruction: it is applied, and destroyed. */
  readonly destroy?: string;
  /** Deploys the first version again where everything was destroyed. */
  readonly again?: boolean;
  /** Validate and plan only. */
  readonly planOnly?: boolean;
  /** Answer for secret versions that nobody added. */
  readonly seedSecrets: boolean;
  /** Repository that holds the real charts; without it stubs stand in for them. */
  readonly chartsMirror?: string;
  /** Told of each step as it ends. */
  readonly report?: (step: Step) => void;
  /** What is done before everything is stopped. */
  readonly hold?: (machine: Machine) => Promise<void>;
}

export interface Change {
  /** Of the stacks, from 1; every update by default. */
  readonly version?: number;
  /** Regular expression on addresses. */
  readonly address: string;
}

export interface Scaled {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
}

/** What was done or looked at, and what was found. */
export interface Step extends Finding {
  readonly what: string;
}

/** A step failed that the next ones need. */
class Ended extends Error {}

/** Applies the versions of a stack for real on this machine and looks at what became of them. */
export async function rehearse(options: RehearsalOptions): Promise<Step[]> {
  mkdirSync(options.work, { recursive: true });
  const machine = await startMachine({ ...options, realCharts: Boolean(options.chartsMirror) });
  const rehearsal = new Rehearsal(options, machine);
  try {
    await rehearsal.play();
    await options.hold?.(machine);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  } finally {
    machine.stop();
  }
  return rehearsal.steps;
}

const errors = ({ stdout, stderr }: Run) =>
  (stdout + stderr)
    .split("\n")
    .filter((line) => /^(│|╷|╵)|Error|on .*line|Warning:/.test(line))
    .slice(0, 60);
const took = ({ seconds }: Run) => `(${seconds.toFixed(1)} s)`;

class Rehearsal {
  readonly steps: Step[] = [];

  constructor(
    private readonly options: RehearsalOptions,
    private readonly machine: Machine,
  ) {}

  async play(): Promise<void> {
    const { stacks, faults = [], updateFaults = [], refuseDestroy, destroy, again } = this.options;
    for (const [i, stack] of stacks.entries()) {
      const version = i + 1;
      const last = i > 0 && version === stacks.length;
      await this.deploy(stack, {
        id: String(i),
        label: stacks.length > 1 ? `version ${version}: ` : "",
        faults: i === 0 ? faults : last ? updateFaults : [],
        update: i > 0 ? (this.options.changes ?? []).filter((c) => (c.version ?? version) === version) : undefined,
      });
    }
    if (refuseDestroy) await this.refuse();
    if (destroy) this.destroy(destroy);
    if (again) await this.deploy(stacks[0] as string, { id: "again", label: "again: ", faults: [] });
  }

  /** One version: from its plan to what runs. */
  private async deploy(
    stack: string,
    { id, label, faults, update }: { id: string; label: string; faults: readonly string[]; update?: readonly Change[] },
  ): Promise<void> {
    const { machine } = this;
    prepare(stack, machine.work, this.options.chartsMirror);
    this.init(id);
    this.must(`${label}validate`, machine.terraform(`${id}-validate`, ["validate"]), (r) =>
      r.stdout.includes("Warning") ? errors(r).join("\n") : "",
    );
    this.must(`${label}plan`, machine.terraform(`${id}-plan`, ["plan", "-out=plan.bin"]), (r) =>
      [/Plan: .*|No changes.*/.exec(r.stdout)?.[0], took(r)].join(" "),
    );
    const planJson = machine.terraform(`${id}-show`, ["show", "-json", "plan.bin"]).stdout;
    writeFileSync(path.join(machine.work, `${id}-plan.json`), planJson);
    if (update) this.say(`${label}changes only what it should`, compare(changedAddresses(planJson), update));
    if (this.options.planOnly) return;

    const { scaled } = this.options;
    const watching = update && scaled ? this.scaleUp(scaled) : undefined;
    const apply = await this.apply(id, label, faults);
    if (watching) this.say(`${label}${scaled?.namespace}/${scaled?.name} never drops`, await watching.end());
    const applied = this.step(`${label}apply`, apply, (r) => `${/Apply complete.*/.exec(r.stdout)?.[0]} ${took(r)}`);
    if (applied) {
      const replan = machine.terraform(`${id}-plan-again`, ["plan", "-detailed-exitcode"]);
      const differences = replan.stdout.split("\n").filter((l) => /^\s+# |^\s+[~+-]/.test(l));
      const wrong = replan.status === 0 ? [] : [...differences.slice(0, 60), ...errors(replan)];
      this.say(`${label}second plan is empty`, { wrong, note: took(replan) });
      this.say(`${label}no secret in state, plan or logs`, await leaks(machine, id));
      this.say(`${label}every copy of each secret agrees`, await copies(machine));
      this.say(`${label}exactly the declared workloads run`, await workloads(machine));
    }
    this.say(`${label}no warning`, warnings(machine));
    if (!applied) throw new Ended();
  }

  /** Applies the plan, and again for as long as a fault strikes. */
  private async apply(id: string, label: string, faults: readonly string[]): Promise<Run> {
    const { machine } = this;
    await machine.fail(faults);
    let run = machine.terraform(`${id}-apply`, ["apply", "plan.bin"]);
    for (let n = 1; n <= faults.length && run.status !== 0; n++) {
      this.say(`${label}the fault struck`, { wrong: [], note: /Error: .*/.exec(run.stderr)?.[0] ?? "no reason" });
      run = machine.terraform(`${id}-apply-${n + 1}`, ["apply", "-auto-approve"]);
    }
    const left = await machine.fail([]);
    if (left.length) this.say(`${label}the fault struck`, { wrong: left.map((f) => `no call matched ${f}`), note: "" });
    return run;
  }

  private async refuse(): Promise<void> {
    const { machine } = this;
    const before = await snapshot(machine);
    const run = machine.terraform("destroy-refused", ["destroy", "-auto-approve"]);
    const refused = run.status !== 0 && /Instance cannot be destroyed/.test(run.stdout + run.stderr);
    const wrong = refused ? [] : ["it was not refused", ...errors(run)];
    if (before !== (await snapshot(machine))) wrong.push("something changed");
    this.say("destroy is refused; state and cloud are unchanged", { wrong, note: "" });
  }

  private destroy(stack: string): void {
    const { machine } = this;
    const complete = ({ stdout }: Run) => /(Apply|Destroy) complete.*/.exec(stdout)?.[0] ?? "";
    prepare(stack, machine.work, this.options.chartsMirror);
    this.init("destroy");
    const allow = machine.terraform("destroy-allow", ["apply", "-auto-approve"]);
    this.must("apply of the version that allows destruction", allow, complete);
    this.must("destroy", machine.terraform("destroy", ["destroy", "-auto-approve"]), complete);
  }

  private init(id: string): void {
    const { status, stdout, stderr } = this.machine.terraform(`${id}-init`, ["init"]);
    if (status === 0) return;
    this.say("init", { wrong: [(stdout + stderr).slice(-1500)], note: "" });
    throw new Ended();
  }

  private must(what: string, run: Run, note: (run: Run) => string): void {
    if (!this.step(what, run, note)) throw new Ended();
  }

  private step(what: string, run: Run, note: (run: Run) => string): boolean {
    const ok = run.status === 0;
    return this.say(
      what,
      ok ? { wrong: [], note: note(run) } : { wrong: [`exit ${run.status}`, ...errors(run)], note: "" },
    );
  }

  private say(what: string, finding: Finding): boolean {
    const step = { what, ...finding };
    this.steps.push(step);
    this.options.report?.(step);
    return !finding.wrong.length;
  }

  /** Plays the autoscaler between plan and apply, then keeps looking at the number of replicas. */
  private scaleUp({ namespace, name, replicas }: Scaled) {
    const { machine } = this;
    machine.kubectl("scale", "deployment", name, "-n", namespace, `--replicas=${replicas}`);
    const file = path.join(machine.work, "replicas.log");
    writeFileSync(file, "");
    // Terraform runs synchronously here, so another process watches.
    const watch = spawn(
      "kubectl",
      ["get", "deployment", name, "-n", namespace, "--watch", "-o", 'jsonpath={.spec.replicas}{"\\n"}'],
      { env: machine.env, stdio: ["ignore", openSync(file, "a"), "ignore"] },
    );
    return {
      async end(): Promise<Finding> {
        await new Promise((resolve) => setTimeout(resolve, 2000));
        watch.kill();
        const seen = readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);
        const note = `seen: ${seen.join(" ")}`;
        return { wrong: seen.some((n) => n < replicas) || !seen.length ? [note] : [], note };
      },
    };
  }
}

/** What a plan changes, by address. */
function changedAddresses(planJson: string): string[] {
  const { resource_changes = [] } = JSON.parse(planJson) as {
    resource_changes?: { address: string; mode: string; change: { actions: string[] } }[];
  };
  return resource_changes
    .filter((c) => c.mode === "managed" && c.change.actions.some((a) => a !== "no-op"))
    .map((c) => c.address);
}

/** Without expectations everything may change. */
function compare(changed: readonly string[], expected: readonly Change[]): Finding {
  const patterns = expected.map((e) => new RegExp(e.address));
  const stray = patterns.length ? changed.filter((a) => !patterns.some((p) => p.test(a))) : [];
  const missing = patterns.filter((p) => !changed.some((a) => p.test(a)));
  return {
    wrong: [...stray.map((a) => `${a} changes`), ...missing.map((p) => `nothing matches ${p.source}`)],
    note: changed.join(", "),
  };
}
