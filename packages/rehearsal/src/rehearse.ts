import path from "node:path";
import { type Machine, startMachine } from "./machine/machine";
import { madeByHand } from "./made-by-hand";
import type { RehearsalOptions } from "./options";
import { Ended, Rehearsal, type Rehearsed } from "./rehearsal";
import { poolsOf, readStack } from "./stack";
import { deploy } from "./steps/deploy";
import { destroy, refuseDestroy } from "./steps/destroy";
import { drift } from "./steps/drift";
import { failRollouts } from "./steps/failed-rollouts";
import { shift } from "./steps/shift";
import { onVercel } from "./terraform/requirements";

/** Applies the versions of a stack on this machine, and checks the result of each. */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsed> {
  options.progress?.("starting the control plane");
  const begun = Date.now();
  const { whyNot } = onVercel(options.work, options.stacks.map(readStack));
  const machine = await machineFor(options);
  const rehearsal = new Rehearsal(options, machine, begun);
  try {
    if (whyNot) rehearsal.say("resources on Vercel are left out", { wrong: [], note: whyNot, inconclusive: true });
    await play(rehearsal).catch((error: unknown) => {
      if (!(error instanceof Ended)) throw error;
    });
    if (options.deployer) rehearsal.sayPermissions(options.deployer);
    await options.hold?.(machine);
  } finally {
    await machine.stop();
  }
  return rehearsal;
}

/** Starts a machine with the project and the node pools that the stacks need. */
export function machineFor(options: RehearsalOptions): Promise<Machine> {
  const { stacks, nothingByHand, chartsMirror, customResources, speed = Number.POSITIVE_INFINITY } = options;
  return startMachine({
    ...options,
    work: path.resolve(options.work), // commands run in other folders
    speed,
    madeByHand: nothingByHand
      ? { secrets: [], zones: [], logs: [], roles: [] }
      : // What a later version grants is made before it, as bootstrap does.
        { ...madeByHand(readStack(stacks[0] as string)), roles: stacks.flatMap((s) => madeByHand(readStack(s)).roles) },
    pools: poolsOf(...stacks.map(readStack)),
    vercel: onVercel(options.work, stacks.map(readStack)).vercel,
    customResources: chartsMirror ? [] : customResources,
  });
}

/** Takes the steps one after the other, until one fails that the next ones need. */
async function play(rehearsal: Rehearsal): Promise<void> {
  const { options } = rehearsal;
  const { stacks, faults, updateFaults, interrupt, tokenLife, changes = [] } = options;
  for (const [i, stack] of stacks.entries()) {
    const version = i + 1;
    await deploy(rehearsal, stack, {
      id: String(i),
      label: stacks.length > 1 ? `version ${version}: ` : "",
      faults: i === 0 ? faults : version === stacks.length ? updateFaults : [],
      interrupt: i === 0 && interrupt,
      tokenLife: i === 0 ? tokenLife : undefined,
      update: i > 0 ? changes.filter((change) => (change.version ?? version) === version) : undefined,
    });
  }
  if (options.broken) await failRollouts(rehearsal, options.broken);
  if (options.shifts) await shift(rehearsal, options.shifts);
  if (options.drift) await drift(rehearsal);
  if (options.refuseDestroy) await refuseDestroy(rehearsal);
  if (options.destroy) await destroy(rehearsal, options.destroy);
  if (options.again) await deploy(rehearsal, stacks[0] as string, { id: "again", label: "again: " });
}
