import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Fault } from "@slipway/fake-google-cloud";
import {
  failEach,
  Inconclusive,
  type Machine,
  page,
  printed,
  type RehearsalOptions,
  readStack,
  rehearse,
  reportOf,
  type Step,
  terraformEnvironment,
  whatIsMissing,
  whatMachineLacks,
  withoutVercel,
  withTokenPlugin,
} from "@slipway/rehearsal";
import { environmentsIn } from "../schema/files";
import { mustFinish } from "../schema/finish";
import { InvalidConfiguration, systemName } from "../schema/load";
import { leftPeering, removal } from "./left-peering";
import { REQUIREMENTS } from "./planner";
import { type Called, called, change, scaled, USAGE } from "./rehearse/arguments";
import { bootstrapped, SURROUNDINGS } from "./rehearse/project";
import { versionsOf } from "./rehearse/versions";
import { workFolder } from "./work-folder";

const ROOT = path.resolve(__dirname, "..");

const fault = (text: string): Fault => ({ label: new RegExp(text) });

/** Prints a line for each step. On a terminal, it replaces the line that says what is being done. */
function printer(json: boolean) {
  const out = json ? process.stderr : process.stdout;
  const clear = out.isTTY ? "\r\x1b[K" : "";
  return {
    report({ what, wrong, note, inconclusive }: Step): void {
      const said = wrong.length
        ? [`FAIL ${what}`, ...wrong].join("\n       ")
        : `${inconclusive ? "    " : "ok  "} ${what}${note && `  ${note}`}`;
      out.write(`${clear}${said}\n`);
    },
    progress(doing: string): void {
      if (out.isTTY) out.write(`${clear}     ${doing.slice(0, (out.columns ?? 80) - 6)}`);
    },
    done: () => out.write(clear),
  };
}

/** Keeps everything running until Ctrl-C, which then ends only this wait. */
async function untilInterrupted({ env }: Machine): Promise<void> {
  console.error(`still running: KUBECONFIG=${env.KUBECONFIG}; Ctrl-C ends it`);
  process.off("SIGINT", interrupted);
  await once(process, "SIGINT");
  process.on("SIGINT", interrupted);
}

async function main(
  { options, stacks: [first = "", ...updates] }: Called,
  known: readonly string[],
  print: ReturnType<typeof printer>,
): Promise<boolean> {
  const work = workFolder(options.work);
  const isNamed = known.includes(first);
  // Synthesis itself needs Terraform.
  const requirements = isNamed ? REQUIREMENTS : withoutVercel(readStack(first)).terraform;
  const missing = whatIsMissing(path.join(work, "providers"), requirements) ?? whatMachineLacks();
  if (missing) {
    if (!options.work) rmSync(work, { recursive: true });
    throw new Inconclusive(missing);
  }
  print.progress("synthesizing");
  const env = { ...terraformEnvironment(), PATH: options["no-plugin"] ? "" : withTokenPlugin(process.env.PATH) };
  const versions = isNamed ? await versionsOf(first, path.join(work, "synth"), env) : undefined;
  const stack = versions?.first ?? first;
  const destroy = options.destroy ? (options.destroyable ?? versions?.destroyable()) : undefined;
  const peering = destroy ? leftPeering(readStack(destroy)) : undefined;
  const settings: RehearsalOptions = {
    ...SURROUNDINGS,
    stacks: [stack, ...(versions && options.release ? [versions.release()] : []), ...updates],
    work,
    port: options.port ? Number(options.port) : undefined,
    timeout: Number(options.timeout),
    speed: options.speed ? Number(options.speed) : undefined,
    faults: options.fault.map(fault),
    updateFaults: options["fault-update"].map(fault),
    interrupt: options.interrupt,
    tokenLife: options["token-life"] ? Number(options["token-life"]) : undefined,
    changes: options.changes.map(change),
    scaled: options.scaled ? scaled(options.scaled) : undefined,
    broken: options.broken ? versions?.broken() : undefined,
    shifts: options.shift ? versions?.shifts() : undefined,
    drift: options.drift,
    refuseDestroy: options["refuse-destroy"],
    destroy,
    leftPeering: peering && { ...peering, removal: removal(peering) },
    again: options.again,
    planOnly: options.plan,
    nothingByHand: options["no-seed"],
    prepareProject: options.bootstrapped ? bootstrapped(readStack(stack)) : undefined,
    chartsMirror: options["charts-mirror"],
    report: print.report,
    progress: print.progress,
    hold: options.keep ? untilInterrupted : undefined,
  };
  const rehearsed = await rehearse(settings);
  const passed = rehearsed.steps.every((step) => !step.wrong.length);
  const failures =
    options["fail-each"] && passed
      ? await failEach({
          settings,
          calls: matching(rehearsed.calls, options.only),
          sample: options.sample ? Number(options.sample) : undefined,
          jobs: Number(options.jobs ?? 2),
        })
      : undefined;
  print.done();
  const report = reportOf({ system: versions?.system, stack: first, rehearsed, failures, speed: settings.speed });
  const file = path.join(work, "report.html");
  writeFileSync(file, page(report));
  if (options["list-calls"]) console.log(rehearsed.calls.join("\n"));
  console.log(options.json ? JSON.stringify(report, null, 2) : printed(report));
  (options.json ? console.error : console.log)(`logs, plans and the state: ${work}\npicture: ${file}`);
  return report.ok;
}

function matching(calls: readonly string[], only = ""): string[] {
  const found = calls.filter((call) => new RegExp(only).test(call));
  if (!found.length) throw new Inconclusive("--only matches no call: see --list-calls");
  return found;
}

/** Names of the stacks of the checkout's system. */
function knownStacks(): string[] {
  try {
    return environmentsIn(ROOT, systemName(ROOT, process.env));
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    console.error(`inconclusive: ${error.message}`);
    process.exit(2);
  }
}

const interrupted = () => process.exit(130);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupted);
const known = knownStacks();
const asked = called(process.argv.slice(2), known);
if (!("options" in asked)) {
  console.error(asked.join("\n"));
  process.exitCode = 2;
} else if (asked.options.help) console.log(USAGE);
else {
  const print = printer(asked.options.json);
  const finished = mustFinish();
  main(asked, known, print)
    .then((ok) => {
      finished();
      process.exit(ok ? 0 : 1);
    })
    .catch((error: unknown) => {
      print.done();
      if (error instanceof Inconclusive) console.error(`inconclusive: ${error.message}`);
      else console.error(error instanceof Error && !(error instanceof TypeError) ? error.message : error);
      process.exit(error instanceof Inconclusive ? 2 : 1);
    });
}
