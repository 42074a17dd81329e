import { writeFileSync } from "node:fs";
import path from "node:path";
import { permissions, permissionsOf, type Roles, rolesOf } from "./checks/permissions";
import type { Finding } from "./finding";
import type { Machine } from "./machine/machine";
import type { RehearsalOptions } from "./options";
import { PARALLELISM, type Schedule, scheduleOf } from "./schedule/schedule";
import { type Action, complaints, leftToDo } from "./terraform/output";
import type { PlanJson } from "./terraform/plan";
import { prepare } from "./terraform/prepare";
import type { Run } from "./terraform/run";

/** Something that was done or checked, and the finding. */
export interface Step extends Finding {
  readonly what: string;
  readonly seconds: number;
}

/** The results of a rehearsal. */
export interface Rehearsed {
  readonly steps: readonly Step[];
  /** What the first apply did to each resource. */
  readonly actions: readonly Action[];
  /** The first apply as it would go in Google Cloud, by typical durations. */
  readonly schedule: Schedule;
  /** Plans by version; the first is from nothing. */
  readonly plans: readonly PlanJson[];
  /** Seconds until the first version was applied and checked, including the start of the machine; undefined if it failed. */
  readonly seconds?: number;
  /** Every change that the first apply asked for, of Google Cloud first. */
  readonly calls: readonly string[];
  /** Permissions that the deployer used; none if an administrator deploys. */
  readonly permissions: readonly string[];
  /** The deployer's roles; undefined if an administrator deploys. */
  readonly roles?: Roles;
}

/** A step failed that the next steps need. */
export class Ended extends Error {}

/** Seconds after which a rollout fails, if some rollouts are meant to fail. */
const PATIENCE = 60;

/** A rehearsal that is under way: where it takes place, and its results so far. Steps are functions of it. */
export class Rehearsal implements Rehearsed {
  readonly steps: Step[] = [];
  readonly plans: PlanJson[] = [];
  actions: readonly Action[] = [];
  schedule: Schedule = scheduleOf(new Map());
  /** Number of resources that Terraform works on at a time. */
  parallelism = PARALLELISM;
  calls: readonly string[] = [];
  permissions: readonly string[] = [];
  roles?: Roles;
  seconds?: number;
  private since: number;

  constructor(
    readonly options: RehearsalOptions,
    readonly machine: Machine,
    readonly begun: number,
  ) {
    this.since = begun;
    this.say("control plane and fake Google Cloud are up", { wrong: [], note: "" });
  }

  /** Records a step; returns whether it passed. */
  say(what: string, finding: Finding): boolean {
    const now = Date.now();
    const step = { what, ...finding, seconds: (now - this.since) / 1000 };
    this.since = now;
    this.steps.push(step);
    this.options.report?.(step);
    return !finding.wrong.length;
  }

  /** Records a command as a step; returns whether it succeeded. */
  ran(what: string, run: Run, note: (run: Run) => string): boolean {
    const ok = run.status === 0;
    return this.say(
      what,
      ok ? { wrong: [], note: note(run) } : { wrong: [`exit ${run.status}`, ...complaints(run)], note: "" },
    );
  }

  /** Records a command as a step, and ends the rehearsal if it failed. */
  must(what: string, run: Run, note: (run: Run) => string): void {
    if (!this.ran(what, run, note)) throw new Ended();
  }

  terraform(name: string, args: readonly string[]): Promise<Run> {
    this.options.progress?.(name.replace(/^0-/, "").replace(/^(\d+)-/, (_, i) => `version ${Number(i) + 1}: `));
    return this.machine.terraform(name, args);
  }

  /** Puts a stack where Terraform runs, and initializes it. */
  async init(stack: string, id: string): Promise<void> {
    const { broken, shifts, chartsMirror, speed = Number.POSITIVE_INFINITY } = this.options;
    // The same patience in every version, because a different one would be a change.
    prepare(stack, this.machine.work, speed, {
      chartsMirror,
      patience: (broken ?? shifts) && PATIENCE,
      vercel: this.machine.vercel !== undefined,
    });
    const { status, stdout, stderr } = await this.terraform(`${id}-init`, ["init"]);
    if (status === 0) return;
    this.say("init", { wrong: [(stdout + stderr).slice(-1500)], note: "" });
    throw new Ended();
  }

  /** The plan in a file, as JSON. */
  async planned(id: string, file = "plan.bin"): Promise<PlanJson> {
    const shown = await this.terraform(`${id}-show`, ["show", "-json", file]);
    if (shown.status !== 0) this.must("terraform show", shown, () => "");
    writeFileSync(path.join(this.machine.work, `${id}-plan.json`), shown.stdout);
    return JSON.parse(shown.stdout) as PlanJson;
  }

  /** Says whether the deployer had every permission that it needed, and which of its roles it needed. */
  sayPermissions(deployer: string): void {
    const { cloud } = this.machine.google;
    this.say("the deployer has every permission that it needs", permissions(cloud));
    this.permissions = permissionsOf(cloud, deployer);
    this.roles = rolesOf(cloud, deployer);
  }

  /** Checks that a plan is empty. */
  async emptyPlan(name: string): Promise<Finding> {
    const plan = await this.terraform(name, ["plan", "-detailed-exitcode"]);
    return { wrong: leftToDo(plan), note: took(plan) };
  }
}

export const took = ({ seconds }: Run): string => `(${seconds.toFixed(1)} s)`;

/** Terraform's last line, such as `Apply complete! Resources: 3 added, 0 changed, 0 destroyed.` */
export const complete = ({ stdout }: Run): string => /(Apply|Destroy) complete![^"\\\n]*/.exec(stdout)?.[0] ?? "";
