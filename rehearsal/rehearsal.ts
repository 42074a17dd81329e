import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Fault } from "@slipway/fake-google-cloud";
import { leftPeering, type Peering, removal } from "../commands/left-peering";
import {
  configuration,
  copies,
  declaredWorkloads,
  disks,
  type Finding,
  leaks,
  leftToDo,
  randomParts,
  restart,
  snapshot,
  warnings,
  workloads,
} from "./checks";
import { type Drift, driftOf } from "./drift";
import { type Graph, graphOf } from "./graph";
import { type Machine, startMachine } from "./machine";
import type { PlanJson } from "./planner";
import { remedy } from "./remedy";
import { scheduleOf } from "./schedule";
import { madeByHand, poolsOf, prepare, readStack, renewsTokens } from "./stack";
import { type Action, actions, complaints, diagnostics, message, type Run } from "./terraform";
import { dropped, type Seen, watchReplicas } from "./watch";

export interface RehearsalOptions {
  /** Folders of synthesized stacks: the first is applied from nothing, each of the others as an update. */
  readonly stacks: readonly string[];
  /** Folder of logs, plans and the state. */
  readonly work: string;
  /** Of the API server; the other ports follow it. Free ones by default. */
  readonly port?: number;
  /** Limit of one Terraform command, in seconds. */
  readonly timeout: number;
  /** Minutes of the model that pass in a minute here; by default everything is done at once. */
  readonly speed?: number;
  /** Calls that fail in the first apply. */
  readonly faults?: readonly Fault[];
  /** The same in the last update's. */
  readonly updateFaults?: readonly Fault[];
  /** Stops Terraform when it has made half of what it plans, and lets it go on. */
  readonly interrupt?: boolean;
  /** Seconds that an access token of the deployer lives; the first apply must outlive one. An hour by default. */
  readonly tokenLife?: number;
  /** What an update may change, and must change one of each. */
  readonly changes?: readonly Change[];
  /** Deployment that must lose neither pods nor ready pods during an update. */
  readonly scaled?: Scaled;
  /** Versions whose pods do not become ready: their rollouts fail, and the pods from before keep running. */
  readonly broken?: BrokenVersions;
  /** Changes things behind Terraform's back: its next plan must show just these, and mend them. */
  readonly drift?: boolean;
  /** Whether a destroy must refuse and change nothing. */
  readonly refuseDestroy?: boolean;
  /** Version that allows destruction: it is applied, and destroyed. */
  readonly destroy?: string;
  /** Deploys the first version again where everything was destroyed. */
  readonly again?: boolean;
  /** Validate and plan only. */
  readonly planOnly?: boolean;
  /** What a person makes before the first deploy is missing, as in a new project. */
  readonly nothingByHand?: boolean;
  /** The APIs, keys and grants that `bootstrap` makes are there; by default the deploy makes them, which is harder. */
  readonly bootstrapped?: boolean;
  /** Repository that holds the real charts; without it stubs stand in for them. */
  readonly chartsMirror?: string;
  /** Told of each step as it ends. */
  readonly report?: (step: Step) => void;
  /** Told what is under way. */
  readonly progress?: (doing: string) => void;
  /** What is done before everything is stopped. */
  readonly hold?: (machine: Machine) => Promise<void>;
}

export interface Change {
  /** Of the stacks, from 1; every update by default. */
  readonly version?: number;
  /** Regular expression on addresses. */
  readonly address: string;
}

/** Folders of synthesized stacks: versions of the first that differ from it in variables. */
export interface BrokenVersions {
  /** The services' variables make pods crash. */
  readonly services: string;
  /** So do the migrations'. */
  readonly everything: string;
  /** Other variables, which work. */
  readonly next: string;
}

export interface Scaled {
  readonly namespace: string;
  readonly name: string;
  /** Number of pods to scale it to between plan and apply; by default it is not scaled. */
  readonly replicas?: number;
}

/** What was done or looked at, and what was found. */
export interface Step extends Finding {
  readonly what: string;
  readonly seconds: number;
}

/** What became of a rehearsal. */
export interface Rehearsed {
  readonly steps: readonly Step[];
  /** What the first apply did to each resource. */
  readonly actions: readonly Action[];
  /** What waits for what in it. */
  readonly graph: Graph;
  /** Plans by version, the first from nothing. */
  readonly plans: readonly PlanJson[];
  /** From nothing until the first version was looked at, the surroundings' start included; nothing where it failed. */
  readonly seconds?: number;
  /** Every change that Google Cloud and Kubernetes were asked for until the first apply had ended: Google Cloud first. */
  readonly calls: readonly string[];
}

/** How much longer than the lower bound a critical path may be, as a ratio. */
const LONGEST = 1.05;

/** Seconds after which a rollout fails, if some are meant to fail. */
const PATIENCE = 60;

/** How often an apply is run again whose token ended. */
const MOST_TOKENS = 8;

/** A step failed that the next ones need. */
class Ended extends Error {}

/** Applies the versions of a stack for real on this machine and looks at what became of them. */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsed> {
  const { stacks, nothingByHand, chartsMirror } = options;
  options.progress?.("starting the control plane");
  const begun = Date.now();
  const machine = await startMachine({
    ...options,
    speed: speedOf(options),
    madeByHand: nothingByHand ? { secrets: [], zones: [], logs: [] } : madeByHand(readStack(stacks[0] as string)),
    bootstrapped: options.bootstrapped ? readStack(stacks[0] as string) : undefined,
    pools: poolsOf(...stacks.map(readStack)),
    realCharts: Boolean(chartsMirror),
  });
  const rehearsal = new Rehearsal(options, machine, begun);
  try {
    await rehearsal.play().catch((error: unknown) => {
      if (!(error instanceof Ended)) throw error;
    });
    await options.hold?.(machine);
  } finally {
    await machine.stop();
  }
  return rehearsal;
}

const speedOf = ({ speed = Number.POSITIVE_INFINITY }: RehearsalOptions): number => speed;
const took = ({ seconds }: Run) => `(${seconds.toFixed(1)} s)`;
const complete = ({ stdout }: Run) => /(Apply|Destroy) complete![^"\\\n]*/.exec(stdout)?.[0] ?? "";

interface Deployment {
  readonly id: string;
  readonly label: string;
  readonly faults?: readonly Fault[];
  readonly interrupt?: boolean;
  readonly tokenLife?: number;
  readonly update?: readonly Change[];
}

class Rehearsal implements Rehearsed {
  readonly steps: Step[] = [];
  readonly plans: PlanJson[] = [];
  actions: readonly Action[] = [];
  graph: Graph = new Map();
  calls: readonly string[] = [];
  seconds?: number;
  private since: number;

  constructor(
    private readonly options: RehearsalOptions,
    private readonly machine: Machine,
    private readonly begun: number,
  ) {
    this.since = begun;
    this.say("control plane and fake Google Cloud are up", { wrong: [], note: "" });
  }

  /** Does one thing after the other, until one fails that the next ones need. */
  async play(): Promise<void> {
    const { stacks, faults, updateFaults, interrupt, tokenLife, drift, refuseDestroy, destroy, again } = this.options;
    for (const [i, stack] of stacks.entries()) {
      const version = i + 1;
      await this.deploy(stack, {
        id: String(i),
        label: stacks.length > 1 ? `version ${version}: ` : "",
        faults: i === 0 ? faults : version === stacks.length ? updateFaults : [],
        interrupt: i === 0 && interrupt,
        tokenLife: i === 0 ? tokenLife : undefined,
        update: i > 0 ? (this.options.changes ?? []).filter((c) => (c.version ?? version) === version) : undefined,
      });
    }
    if (this.options.broken) await this.failRollouts(this.options.broken);
    if (drift) await this.drift();
    if (refuseDestroy) await this.refuse();
    if (destroy) await this.destroy(destroy);
    if (again) await this.deploy(stacks[0] as string, { id: "again", label: "again: " });
  }

  /** One version: from its plan to what runs. */
  private async deploy(stack: string, deployment: Deployment): Promise<void> {
    const { machine } = this;
    const { id, label, update } = deployment;
    this.prepare(stack);
    await this.init(id);
    this.must(`${label}validate`, await this.terraform(`${id}-validate`, ["validate"]), (r) =>
      r.stdout.includes("Warning") ? complaints(r).join("\n") : "",
    );
    this.must(`${label}plan`, await this.terraform(`${id}-plan`, ["plan", "-out=plan.bin"]), (r) =>
      [/Plan: .*|No changes.*/.exec(r.stdout)?.[0], took(r)].join(" "),
    );
    const plan = await this.planned(id);
    if (/^\d+$/.test(id)) this.plans.push(plan);
    if (id === "0") await this.measure(plan);
    if (update) this.say(`${label}changes only what it should`, compare(changed(plan), update));
    if (this.options.planOnly) return;

    const scaled = update && this.options.scaled;
    if (scaled) await this.scaleUp(scaled);
    const { result: apply, seen } = await this.serving(label, () => this.apply(deployment, changed(plan).length));
    if (scaled) this.say(`${label}${scaled.namespace}/${scaled.name} never drops`, neverDrops(scaled, seen));
    const applied = this.step(`${label}apply`, apply, (r) => `${complete(r)} ${took(r)}`);
    if (id === "0") {
      this.actions = actions(apply);
      const random = randomParts(machine);
      this.calls = machine.changes().map((label) => random.reduce((text, part) => text.replaceAll(part, "*"), label));
    }
    if (applied) await this.look(id, label);
    this.say(`${label}no warning`, await warnings(machine));
    if (!applied) throw new Ended();
    this.seconds ??= (Date.now() - this.begun) / 1000;
  }

  /** What the plan in a file is. */
  private async planned(id: string, file = "plan.bin"): Promise<PlanJson> {
    const shown = await this.terraform(`${id}-show`, ["show", "-json", file]);
    if (shown.status !== 0) this.must("terraform show", shown, () => "");
    writeFileSync(path.join(this.machine.work, `${id}-plan.json`), shown.stdout);
    return JSON.parse(shown.stdout) as PlanJson;
  }

  /** Plays the plan in Google Cloud's time: no wait that Google does not impose may make it much longer. */
  private async measure(plan: PlanJson): Promise<void> {
    const dot = await this.terraform("0-graph", ["graph", "-type=apply", "-plan=plan.bin"]);
    if (dot.status !== 0) this.must("terraform graph", dot, () => "");
    this.graph = graphOf(dot.stdout);
    const missing = changed(plan).filter((address) => !this.graph.has(address.replace(/\[.*$/, "")));
    const { all, cluster } = scheduleOf(this.graph);
    const bounds = [all, cluster].map(({ criticalPath, lowerBound }) => ({
      ratio: criticalPath.minutes / lowerBound.minutes,
      path: criticalPath.addresses,
    }));
    this.say("it waits for nothing needlessly", {
      wrong: [
        ...missing.map((address) => `${address} is not in Terraform's graph`),
        ...bounds
          .filter(({ ratio }) => !(ratio <= LONGEST))
          .map(({ path, ratio }) => `${ratio.toFixed(2)} times the lower bound: ${path.join(" > ")}`),
      ],
      note: `critical path ${bounds.map(({ ratio }) => ratio.toFixed(2)).join(" and ")} times the lower bound, at most ${LONGEST}`,
    });
  }

  /** What must hold after every apply. */
  private async look(id: string, label: string): Promise<void> {
    const { machine } = this;
    this.say(`${label}second plan is empty`, await this.emptyPlan(`${id}-plan-again`));
    this.say(`${label}no secret in state, plan or logs`, leaks(machine, id));
    this.say(`${label}every copy of each secret agrees`, await copies(machine));
    this.say(`${label}exactly the declared workloads run`, await workloads(machine));
    this.say(`${label}no configuration is left over`, await configuration(machine));
    this.say(`${label}every disk has the requested size`, await disks(machine));
  }

  private async emptyPlan(name: string): Promise<Finding> {
    const replan = await this.terraform(name, ["plan", "-detailed-exitcode"]);
    return { wrong: leftToDo(replan), note: took(replan) };
  }

  /** Applies the plan, and again for as long as a fault strikes, when it was interrupted, or when its token ended. */
  private async apply(deployment: Deployment, changes: number): Promise<Run> {
    const { id, label, faults = [], interrupt } = deployment;
    const { machine } = this;
    await machine.arm(faults);
    let made = 0;
    const stopHalfway = (): NodeJS.Signals | undefined =>
      interrupt && made === Math.ceil(changes / 2) ? "SIGINT" : undefined;
    const watch = (line: string) => {
      const { type, hook } = message(line) ?? {};
      if (type !== "apply_complete") return undefined;
      this.options.progress?.(`${label}apply: ${++made} of ${changes}, ${hook?.resource.addr}`);
      return stopHalfway();
    };
    let run = await machine.terraform(`${id}-apply`, ["apply", "-json", "plan.bin"], watch);
    if (interrupt)
      this.say(`${label}Terraform was stopped halfway`, {
        wrong: run.status === 0 ? ["it went on to the end"] : [],
        note: `${made} of ${changes} were made ${took(run)}`,
      });
    for (let n = 1; n <= faults.length + Number(Boolean(interrupt)) && run.status !== 0; n++) {
      if (!interrupt || n > 1) this.say(`${label}the fault struck`, namesResource(run));
      await machine.arm(await machine.arm([])); // those that have not struck may yet
      run = await machine.terraform(`${id}-apply-${n + 1}`, ["apply", "-json", "-auto-approve"], watch);
    }
    if (deployment.tokenLife) run = await this.outlive(deployment.tokenLife, deployment, run, watch);
    const left = await machine.arm([]);
    if (left.length)
      this.say(`${label}the fault struck`, { wrong: left.map((f) => `no call matched ${String(f.label)}`), note: "" });
    return run;
  }

  /**
   * The apply takes longer than an access token lives. With the credential plugin that makes no difference. With one token
   * for each run it fails, and another run goes on from there, after what docs/troubleshooting.md says where Helm was cut off.
   */
  private async outlive(
    life: number,
    { id, label }: Deployment,
    first: Run,
    watch: (line: string) => NodeJS.Signals | undefined,
  ): Promise<Run> {
    const { machine } = this;
    const outlived = first.seconds > life ? [] : [`it took ${first.seconds.toFixed(1)} s: give --token-life less`];
    if (renewsTokens(readStack(path.join(machine.work, "tf")))) {
      this.say(`${label}the apply outlives its token of ${life} s`, { wrong: outlived, note: took(first) });
      return first;
    }
    const refused = unauthorized(first);
    this.say(`${label}the apply ends with its token of ${life} s`, {
      wrong: [...outlived, ...(refused.length ? [] : ["no call was Unauthorized", ...complaints(first)])],
      note: refused.join("; "),
    });
    let run = first;
    for (let n = 2; n <= MOST_TOKENS && run.status !== 0; n++) {
      if (!unauthorized(run).length)
        this.say(`${label}Troubleshooting is followed`, {
          wrong: [],
          note: [...complaints(run), ...(await remedy(machine))].join("; "),
        });
      run = await machine.terraform(`${id}-apply-${n}`, ["apply", "-json", "-auto-approve"], watch);
    }
    return run;
  }

  /** What was changed elsewhere shows in the plan, alone, and the apply mends it. */
  private async drift(): Promise<void> {
    const drifts: Drift[] = await driftOf(this.machine);
    const run = await this.terraform("drift-plan", ["plan", "-out=drift.bin", "-detailed-exitcode"]);
    const planned = run.status === 2 ? changed(await this.planned("drift", "drift.bin")) : [];
    const expected = drifts.map((d) => d.address);
    this.say("drift shows in the plan", {
      wrong: [
        ...drifts
          .filter((d) => !planned.includes(d.address))
          .map((d) => `${d.address}: ${d.what}, and no plan says so`),
        ...planned.filter((a) => !expected.includes(a)).map((a) => `${a} would change too`),
        ...(drifts.length ? [] : ["nothing is there that could be changed"]),
        ...(run.status === 2 ? [] : complaints(run)),
      ],
      note: drifts.map((d) => `${d.address}: ${d.what}`).join("; "),
    });
    const mended = await this.terraform("drift-apply", ["apply", "drift.bin"]);
    this.step("drift is mended", mended, (r) => `${complete(r)} ${took(r)}`);
    this.say("the plan is empty again", await this.emptyPlan("drift-plan-again"));
  }

  private async refuse(): Promise<void> {
    const { machine } = this;
    const before = await snapshot(machine);
    const run = await this.terraform("destroy-refused", ["destroy", "-auto-approve"]);
    const refused = run.status !== 0 && /Instance cannot be destroyed/.test(run.stdout + run.stderr);
    const wrong = refused ? [] : ["it was not refused", ...complaints(run)];
    if (before !== (await snapshot(machine))) wrong.push("something changed");
    this.say("destroy is refused; state and cloud are unchanged", { wrong, note: "" });
  }

  private async destroy(stack: string): Promise<void> {
    this.prepare(stack);
    await this.init("destroy");
    const allow = await this.terraform("destroy-allow", ["apply", "-auto-approve"]);
    this.must("apply of the version that allows destruction", allow, complete);
    const destroyed = await this.terraform("destroy", ["destroy", "-auto-approve"]);
    const peering = destroyed.status === 0 ? undefined : leftPeering(readStack(stack));
    if (!peering) return this.must("destroy", destroyed, complete);
    this.removePeering(peering, destroyed);
    this.must("destroy again", await this.terraform("destroy-again", ["destroy", "-auto-approve"]), complete);
  }

  /** Follows docs/operations.md, Destroy an environment, if only the network's peering made a destroy fail. */
  private removePeering(peering: Peering, run: Run): void {
    const { name, network, project } = peering;
    const errors = (run.stdout + run.stderr)
      .replace(/[│\s]+/g, " ")
      .split("Error: ")
      .slice(1);
    const path = `projects/${project}/global/networks/${network}`;
    const kept = `The network resource '${path}' is already being used by '${path}/peerings/${name}'`;
    const wrong = errors.length === 1 && errors[0]?.includes(kept) ? [] : complaints(run);
    if (!this.say("destroy leaves the network, which a peering uses", { wrong, note: "" })) throw new Ended();
    this.machine.google.cloud.call({
      method: "POST",
      service: "compute",
      path: `${path}/removePeering`,
      body: { name },
    });
    this.say("a person removes the peering", { wrong: [], note: removal(peering) });
  }

  /**
   * Rollouts fail twice in a row, and each time the previous pods can start again. Then a deploy goes back to the previous
   * version and, after another failure, forward.
   */
  private async failRollouts({ services, everything, next }: BrokenVersions): Promise<void> {
    const first = this.options.stacks[0] as string;
    await this.fail(services, "broken");
    await this.fail(everything, "broken-again");
    await this.deploy(first, { id: "back", label: "back: " });
    await this.fail(services, "broken-once-more");
    await this.deploy(next, { id: "forward", label: "forward: " });
    await this.deploy(first, { id: "back-again", label: "back again: " });
  }

  private async fail(stack: string, id: string): Promise<void> {
    this.prepare(stack);
    await this.init(id);
    const { result: run } = await this.serving(`${id}: `, () =>
      this.machine.terraform(`${id}-apply`, ["apply", "-json", "-auto-approve"]),
    );
    const { wrong, note } = namesResource(run);
    this.say(`${id}: the rollout fails`, { wrong: run.status === 0 ? ["it did not"] : wrong, note });
    this.say(`${id}: the previous pods start again`, await restart(this.machine));
    await this.machine.kubectl("delete", "events", "-A", "--all"); // warnings of intended failures
  }

  private prepare(stack: string): void {
    const { broken, chartsMirror } = this.options;
    // The same in every version; otherwise the number itself would be a change.
    prepare(stack, this.machine.work, speedOf(this.options), { chartsMirror, patience: broken && PATIENCE });
  }

  private async init(id: string): Promise<void> {
    const { status, stdout, stderr } = await this.terraform(`${id}-init`, ["init"]);
    if (status === 0) return;
    this.say("init", { wrong: [(stdout + stderr).slice(-1500)], note: "" });
    throw new Ended();
  }

  private terraform(name: string, args: readonly string[]): Promise<Run> {
    this.options.progress?.(name.replace(/^0-/, "").replace(/^(\d+)-/, (_, i) => `version ${Number(i) + 1}: `));
    return this.machine.terraform(name, args);
  }

  private must(what: string, run: Run, note: (run: Run) => string): void {
    if (!this.step(what, run, note)) throw new Ended();
  }

  private step(what: string, run: Run, note: (run: Run) => string): boolean {
    const ok = run.status === 0;
    return this.say(
      what,
      ok ? { wrong: [], note: note(run) } : { wrong: [`exit ${run.status}`, ...complaints(run)], note: "" },
    );
  }

  private say(what: string, finding: Finding): boolean {
    const now = Date.now();
    const step = { what, ...finding, seconds: (now - this.since) / 1000 };
    this.since = now;
    this.steps.push(step);
    this.options.report?.(step);
    return !finding.wrong.length;
  }

  /** Plays the autoscaler between plan and apply. */
  private async scaleUp({ namespace, name, replicas }: Scaled): Promise<void> {
    if (replicas !== undefined)
      await this.machine.kubectl("scale", "deployment", name, "-n", namespace, `--replicas=${replicas}`);
  }

  /** Does something that may replace pods, and looks at how many pods there are meanwhile. */
  private async serving<T>(label: string, change: () => Promise<T>): Promise<{ result: T; seen: Map<string, Seen> }> {
    const { machine } = this;
    const before = declaredWorkloads(machine).declared;
    const watching = await watchReplicas(machine);
    const result = await change();
    const seen = await watching.end();
    if (before.size)
      this.say(`${label}no workload drops below its minimum`, {
        wrong: dropped(seen, before, declaredWorkloads(machine).declared),
        note: `${before.size} workloads`,
      });
    return { result, seen };
  }
}

/** Whether a workload kept all its pods, wanted and ready. */
function neverDrops({ namespace, name }: Scaled, all: ReadonlyMap<string, Seen>): Finding {
  const { wanted = [], ready = [] } = all.get(`${namespace}/${name}`) ?? {};
  const [first, firstReady] = [wanted[0] ?? Number.NaN, ready[0] ?? Number.NaN];
  const note = `from ${firstReady} ready of ${first}: ${wanted.map((n, i) => `${ready[i]} of ${n}`).join(", ")}`;
  const kept = wanted.every((n) => n >= first) && ready.every((n) => n >= firstReady);
  return { wrong: wanted.length && kept ? [] : [note], note };
}

/** Resources that Kubernetes refused to change because the token had ended. */
const unauthorized = (run: Run): string[] =>
  diagnostics(run)
    .filter(({ summary, detail }) => /Unauthorized|asked for the client to provide credentials/.test(summary + detail))
    .map(({ address = "", summary }) => `${address}: ${summary}`);

/** A failed apply must say which resource it could not make. */
export function namesResource(run: Run): Finding {
  const errors = diagnostics(run).filter(({ severity }) => severity === "error");
  const named = errors.find(({ address }) => address);
  return {
    wrong: named ? [] : [`no message names a resource: ${complaints(run).join("; ")}`],
    note: named ? `${named.address}: ${named.summary.replace(/\s+/g, " ").slice(0, 160)}` : "",
  };
}

/** What a plan changes, by address. */
const changed = ({ resource_changes = [] }: PlanJson): string[] =>
  resource_changes
    .filter((c) => c.mode === "managed" && c.change.actions.some((a) => a !== "no-op"))
    .map((c) => c.address);

/** Without expectations everything may change. */
function compare(addresses: readonly string[], expected: readonly Change[]): Finding {
  const patterns = expected.map((e) => new RegExp(e.address));
  const stray = patterns.length ? addresses.filter((a) => !patterns.some((p) => p.test(a))) : [];
  const missing = patterns.filter((p) => !addresses.some((a) => p.test(a)));
  return {
    wrong: [...stray.map((a) => `${a} changes`), ...missing.map((p) => `nothing matches ${p.source}`)],
    note: addresses.join(", "),
  };
}
