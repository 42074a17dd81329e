import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { addRoleByHand, addSecretByHand, addZoneByHand } from "@slipway/fake-google-cloud";
import {
  complaints,
  copies,
  during,
  leftToDo,
  type Machine,
  type MadeByHand,
  madeByHand,
  onVercel,
  type Planned,
  planned,
  poolsOf,
  prepare,
  type Run,
  readStack,
  SUPPLIED,
  startMachine,
  warnings,
  workloads,
} from "@slipway/rehearsal";
import { App } from "cdktf";
import { type Configuration, environmentOf } from "../../schema/load";
import { EnvironmentStack } from "../../stacks/environment-stack";
import { prepared, SURROUNDINGS } from "../rehearse/project";
import type { Turn } from "./turns";

export interface BenchOptions {
  readonly system: string;
  readonly stack: string;
  /** The configuration as in its files. */
  readonly configuration: Configuration;
  /** The planned turns: the pools that they add have nodes from the start. */
  readonly turns: readonly Turn[];
  /** Folder of logs, plans and the state. */
  readonly work: string;
  /** Limit of one Terraform command, in seconds. */
  readonly timeout: number;
}

/** Terraform failed: the lines that say why. */
export interface Refusal {
  readonly refused: readonly string[];
}

/** A stack, applied from nothing, that can then be planned and applied with other configurations. */
export class Bench {
  private readonly known = new Set<string>();
  /** Secrets that were added by hand, and those that the last configuration reads. */
  private readonly supplied = new Set<string>();
  private read: readonly string[] = [];

  private constructor(
    private readonly options: BenchOptions,
    readonly machine: Machine,
  ) {}

  /** @throws with Terraform's message if the stack cannot be applied as its files define it */
  static async start(options: BenchOptions): Promise<Bench> {
    const { configuration, stack, turns, work, timeout } = options;
    const { system, environment } = environmentOf(configuration, stack);
    const folder = synthesized(options, configuration, "first");
    const morePools = turns.filter(({ knob }) => /nodePools\+$/.test(knob.name));
    const stacks = [folder, ...morePools.map((turn) => synthesized(options, turn.configuration, "pools"))].map(
      readStack,
    );
    const machine = await startMachine({
      ...SURROUNDINGS,
      deployer: environment.deployer,
      prepareProject: prepared(readStack(folder), system, environment),
      eventuallyConsistent: true,
      work,
      timeout,
      speed: Number.POSITIVE_INFINITY,
      madeByHand: madeByHand(readStack(folder)),
      pools: poolsOf(...stacks),
      vercel: onVercel(work, stacks).vercel,
    });
    try {
      const bench = new Bench(options, machine);
      prepare(folder, work, Number.POSITIVE_INFINITY, { vercel: machine.vercel !== undefined });
      // A refresh puts the defaults that services set after an apply into the state, because later plans do not refresh.
      const commands = [["init"], ["apply", "-auto-approve"], ["apply", "-auto-approve", "-refresh-only"]];
      for (const [i, command] of commands.entries()) {
        const run = await machine.terraform(`first-${i}`, command);
        if (run.status !== 0) throw new Error(said(run).join("\n"));
      }
      age(machine);
      await bindClaims(machine);
      return bench;
    } catch (error) {
      await machine.stop();
      throw error;
    }
  }

  /** Writes the stack of a configuration; returns its folder. */
  synthesized(configuration: Configuration): string {
    return synthesized(this.options, configuration, "next");
  }

  /** Plans a configuration against the state; `refresh` also reads the real resources. */
  async plan(name: string, configuration: Configuration, refresh = false): Promise<readonly Planned[] | Refusal> {
    const { machine } = this;
    const folder = this.synthesized(configuration);
    const { secrets, zones, roles } = madeByHand(readStack(folder));
    const { cloud } = machine.google;
    const { stack, configuration: first } = this.options;
    const { system, environment } = environmentOf(configuration, stack);
    // As an administrator does who runs bootstrap again. Whoever deployed first goes on.
    const { deployer } = environmentOf(first, stack).environment;
    prepared(readStack(folder), system, { ...environment, deployer })(cloud);
    this.supply(secrets);
    for (const { project, zone, dnsName } of zones)
      if (!cloud.store.get(`clouddns/projects/${project}/managedZones/${zone}`))
        addZoneByHand(cloud, project, zone, dnsName);
    for (const role of roles) addRoleByHand(cloud, role);
    prepare(folder, machine.work, Number.POSITIVE_INFINITY, { vercel: machine.vercel !== undefined });
    const arguments_ = ["plan", "-json", "-out=plan.bin", ...(refresh ? [] : ["-refresh=false"])];
    const plan = await machine.terraform(`${name}-plan`, arguments_);
    return plan.status === 0 ? planned(plan) : { refused: said(plan) };
  }

  /** Adds the secrets that a configuration reads; deletes those that neither it nor the one before reads. */
  private supply(secrets: MadeByHand["secrets"]): void {
    const { cloud } = this.machine.google;
    const keys = secrets.map(({ project, secret }) => `secretmanager/projects/${project}/secrets/${secret}`);
    for (const key of this.supplied)
      if (!keys.includes(key) && !this.read.includes(key)) {
        cloud.store.delete(key);
        this.supplied.delete(key);
      }
    for (const [i, { project, secret, version }] of secrets.entries()) {
      const key = keys[i] as string;
      if (!cloud.store.get(key)) this.supplied.add(key);
      addSecretByHand(cloud, project, secret, version, SUPPLIED);
    }
    this.read = keys;
  }

  /** Applies the last plan, `again` without one, then checks the result, and what served in the meantime. */
  async apply(name: string, again = false): Promise<readonly string[]> {
    const { machine } = this;
    const {
      result: apply,
      dropped,
      twice,
    } = await during(machine, async () => {
      const first = await machine.terraform(`${name}-apply`, ["apply", "-json", "plan.bin"]);
      return again && first.status === 0
        ? machine.terraform(`${name}-apply-again`, ["apply", "-json", "-auto-approve"])
        : first;
    });
    const served = [...dropped, ...twice];
    if (apply.status !== 0) return [...said(apply), ...served];
    const replan = await machine.terraform(`${name}-plan-again`, ["plan", "-detailed-exitcode"]);
    const { wrong: unlike } = await copies(machine);
    return [...served, ...leftToDo(replan), ...unlike, ...(await workloads(machine)).wrong, ...(await this.warned())];
  }

  /** Warnings that were not there before. */
  private async warned(): Promise<string[]> {
    const { wrong } = await warnings(this.machine);
    const more = wrong.filter((line) => !this.known.has(line));
    for (const line of more) this.known.add(line);
    return more;
  }
}

/** Makes the databases a year old, so that they can be restored to a moment before now. */
function age({ google: { cloud } }: Machine): void {
  const createTime = new Date(Date.now() - 365 * 86_400_000).toISOString();
  for (const [key, value] of cloud.store.below("sql/projects"))
    if (value.createTime) cloud.store.set(key, { ...value, createTime });
}

/** Plays the scheduler for pods that mount disks: the charts' stubs have none, and an unbound claim cannot grow. */
async function bindClaims({ kubectl }: Machine): Promise<void> {
  const node = await kubectl("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}");
  await kubectl("annotate", "pvc", "--all", "-A", `volume.kubernetes.io/selected-node=${node}`);
}

const said = (run: Run): string[] => [`exit ${run.status}`, ...complaints(run)];

/** Writes one stack of a configuration below the folder of logs; returns its folder. */
function synthesized({ system: systemName, stack, work }: BenchOptions, it: Configuration, name: string): string {
  const outdir = path.join(work, "synth", name);
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const app = new App({ outdir });
  new EnvironmentStack(app, stack, {
    systemName,
    ...environmentOf(it, stack),
    tokenPlugin: true, // its fake is on Terraform's PATH
  });
  app.synth();
  return path.join(outdir, "stacks", stack);
}
