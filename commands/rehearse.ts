import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Fault } from "@slipway/fake-google-cloud";
import {
  failEach,
  Inconclusive,
  type Machine,
  page,
  parallelismOf,
  printed,
  type RehearsalOptions,
  readStack,
  rehearse,
  reportOf,
  type Step,
  terraformEnvironment,
  whatIsMissing,
  whatMachineLacks,
  withholdEach,
  withoutVercel,
  withTokenPlugin,
} from "@slipway/rehearsal";
import { mustFinish } from "../schema/finish";
import { leftPeering, removal } from "./left-peering";
import { REQUIREMENTS } from "./planner";
import { change, knownStacks, type Options, scaled } from "./rehearse/arguments";
import { prepared, SURROUNDINGS } from "./rehearse/project";
import { configurationOf, versionsOf } from "./rehearse/versions";
import { printer } from "./terminal";
import { workFolder } from "./work-folder";

const fault = (text: string): Fault => ({ label: new RegExp(text) });

/** What a step found, as lines. */
function said({ what, wrong, note, inconclusive }: Step, { passed, failed }: ReturnType<typeof printer>): string {
  if (wrong.length) return [`${failed} ${what}`, ...wrong].join("\n       ");
  return `${inconclusive ? "    " : passed} ${what}${note && `  ${note}`}`;
}

/** Keeps everything running until Ctrl-C, which then ends only this wait. */
async function untilInterrupted({ env }: Machine): Promise<void> {
  console.error(`still running: KUBECONFIG=${env.KUBECONFIG}; Ctrl-C ends it`);
  process.off("SIGINT", interrupted);
  await once(process, "SIGINT");
  process.on("SIGINT", interrupted);
}

async function rehearsal(
  [first = "", ...updates]: readonly string[],
  options: Options,
  print: ReturnType<typeof printer>,
): Promise<boolean> {
  const isNamed = knownStacks().includes(first);
  const env = { ...terraformEnvironment(), PATH: options.plugin ? withTokenPlugin(process.env.PATH) : "" };
  // Mistakes in the files are reported on every machine.
  const configuration = isNamed ? await configurationOf(env) : undefined;
  const work = workFolder(options.work);
  // Synthesis itself needs Terraform.
  const requirements = isNamed ? REQUIREMENTS : withoutVercel(readStack(first)).terraform;
  const missing = whatIsMissing(path.join(work, "providers"), requirements) ?? whatMachineLacks();
  if (missing) {
    if (!options.work) rmSync(work, { recursive: true });
    throw new Inconclusive(missing);
  }
  print.doing("synthesizing");
  const versions = configuration && versionsOf(configuration, first, path.join(work, "synth"), env);
  const stack = versions?.first ?? first;
  const destroy = options.destroy ? (options.destroyable ?? versions?.destroyable()) : undefined;
  const peering = destroy ? leftPeering(readStack(destroy)) : undefined;
  const { system, environment } = versions?.files ?? {};
  const settings: RehearsalOptions = {
    ...SURROUNDINGS,
    stacks: [stack, ...(versions && options.release ? [versions.release()] : []), ...updates],
    work,
    port: options.port,
    timeout: options.timeout,
    speed: options.speed,
    faults: options.fault?.map(fault),
    updateFaults: options.faultUpdate?.map(fault),
    interrupt: options.interrupt,
    tokenLife: options.tokenLife,
    parallelism: parallelismOf, // as in a deploy
    changes: options.changes?.map(change),
    scaled: options.scaled ? scaled(options.scaled) : undefined,
    broken: options.broken ? versions?.broken() : undefined,
    shifts: options.shift ? versions?.shifts() : undefined,
    drift: options.drift,
    refuseDestroy: options.refuseDestroy,
    destroy,
    leftPeering: peering && { ...peering, removal: removal(peering) },
    again: options.again,
    planOnly: options.plan,
    nothingByHand: !options.seed,
    prepareProject: system && environment && prepared(readStack(stack), system, environment),
    // What an administrator deploys from a folder may enable the APIs that it needs.
    eventuallyConsistent: isNamed,
    deployer: environment?.deployer,
    withheld: options.without,
    chartsMirror: options.chartsMirror,
    report: (step) => print.say(said(step, print)),
    progress: print.doing,
    hold: options.keep ? untilInterrupted : undefined,
  };
  const rehearsed = await rehearse(settings);
  const passed = rehearsed.steps.every((step) => !step.wrong.length);
  const each = { settings, sample: options.sample, jobs: options.jobs ?? 2 };
  const failures =
    options.failEach && passed
      ? await failEach({ ...each, calls: matching(rehearsed.calls, options.only, "call: see --list-calls") })
      : undefined;
  const withheld =
    options.withoutEach && passed
      ? await withholdEach({
          ...each,
          permissions: matching(rehearsed.permissions, options.only, "permission that was used"),
        })
      : undefined;
  print.done();
  const { speed } = settings;
  const report = reportOf({ system: versions?.system, stack: first, rehearsed, failures, withheld, speed });
  const file = path.join(work, "report.html");
  writeFileSync(file, page(report));
  if (options.listCalls) console.log(rehearsed.calls.join("\n"));
  console.log(options.json ? JSON.stringify(report, null, 2) : printed(report));
  (options.json ? console.error : console.log)(`logs, plans and the state: ${work}\npicture: ${file}`);
  return report.ok;
}

function matching(all: readonly string[], only = "", what: string): string[] {
  const found = all.filter((one) => new RegExp(only).test(one));
  if (!found.length) throw new Inconclusive(`--only matches no ${what}`);
  return found;
}

const interrupted = () => process.exit(130);

export async function main(stacks: readonly string[], options: Options): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupted);
  const print = printer(options.json ? process.stderr : process.stdout);
  const finished = mustFinish();
  try {
    const ok = await rehearsal(stacks, options, print);
    finished();
    process.exit(ok ? 0 : 1);
  } catch (error) {
    print.done();
    if (error instanceof Inconclusive) console.error(`inconclusive: ${error.message}`);
    else console.error(error instanceof Error && !(error instanceof TypeError) ? error.message : error);
    process.exit(error instanceof Inconclusive ? 2 : 1);
  }
}
