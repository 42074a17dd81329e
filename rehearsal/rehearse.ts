import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { InvalidConfiguration } from "../schema/load";
import { called, change, type Options, scaled, USAGE } from "./arguments";
import type { Fault } from "./cloud/faults";
import { failEach } from "./fail-each";
import { whatMachineLacks } from "./machine";
import { page } from "./page/page";
import { whatIsMissing } from "./planner";
import { type RehearsalOptions, rehearse, type Step } from "./rehearsal";
import { printed, reportOf } from "./report";
import { isStackName } from "./stack-name";
import { versionsOf } from "./versions";

const fault = (text: string): Fault => ({ label: new RegExp(text) });

/** A line for each step, on the terminal over the line of what is under way. */
function printer(json: boolean) {
  const out = json ? process.stderr : process.stdout;
  const clear = out.isTTY ? "\r\x1b[K" : "";
  return {
    report({ what, wrong, note }: Step): void {
      out.write(
        `${clear}${wrong.length ? [`FAIL ${what}`, ...wrong].join("\n       ") : `ok   ${what}${note && `  ${note}`}`}\n`,
      );
    },
    progress(doing: string): void {
      if (out.isTTY) out.write(`${clear}     ${doing.slice(0, (out.columns ?? 80) - 6)}`);
    },
    done: () => out.write(clear),
  };
}

async function main(options: Options, [first = "", ...updates]: readonly string[]): Promise<boolean> {
  const work = options.work ?? mkdtempSync(path.join(os.tmpdir(), "rehearsal-"));
  mkdirSync(work, { recursive: true });
  const missing = whatIsMissing(path.join(work, "providers")) ?? whatMachineLacks();
  if (missing) {
    console.error(`nothing was rehearsed: ${missing}`);
    process.exit(2);
  }
  const print = printer(options.json);
  print.progress("synthesizing");
  const versions = isStackName(first) ? await versionsOf(first, path.join(work, "synth"), process.env) : undefined;
  const settings: RehearsalOptions = {
    stacks: [versions?.first ?? first, ...(versions && options.release ? [versions.release()] : []), ...updates],
    work,
    port: options.port ? Number(options.port) : undefined,
    timeout: Number(options.timeout),
    speed: options.speed ? Number(options.speed) : undefined,
    faults: options.fault.map(fault),
    updateFaults: options["fault-update"].map(fault),
    interrupt: options.interrupt,
    changes: options.changes.map(change),
    scaled: options.scaled ? scaled(options.scaled) : undefined,
    drift: options.drift,
    refuseDestroy: options["refuse-destroy"],
    destroy: options.destroy ? (options.destroyable ?? versions?.destroyable()) : undefined,
    again: options.again,
    planOnly: options.plan,
    nothingByHand: options["no-seed"],
    chartsMirror: options["charts-mirror"],
    report: print.report,
    progress: print.progress,
    hold: async ({ env }) => {
      if (!options.keep) return;
      console.error(`still up: KUBECONFIG=${env.KUBECONFIG}; Ctrl-C ends it`);
      await new Promise(() => undefined);
    },
  };
  const rehearsed = await rehearse(settings);
  const held = rehearsed.steps.every((step) => !step.wrong.length);
  const failures =
    options["fail-each"] && held
      ? await failEach({
          settings,
          calls: rehearsed.calls.filter((label) => new RegExp(options.only ?? "").test(label)),
          sample: options.sample ? Number(options.sample) : undefined,
          jobs: Number(options.jobs),
        })
      : undefined;
  print.done();
  const report = reportOf(versions?.system, first, rehearsed, failures, settings.speed);
  const file = path.join(work, "report.html");
  writeFileSync(file, page(report));
  if (options["list-calls"] && !options.json) console.log(rehearsed.calls.join("\n"));
  console.log(options.json ? JSON.stringify(report, null, 2) : printed(report));
  (options.json ? console.error : console.log)(`logs, plans and the state: ${work}\npicture: ${file}`);
  return report.ok;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
const asked = called(process.argv.slice(2));
if (!("options" in asked)) {
  console.error(asked.join("\n"));
  process.exitCode = 2;
} else if (asked.options.help) console.log(USAGE);
else
  main(asked.options, asked.stacks)
    .then((ok) => process.exit(ok ? 0 : 1))
    .catch((error: unknown) => {
      const known = error instanceof InvalidConfiguration || (error instanceof Error && !(error instanceof TypeError));
      console.error(known ? (error as Error).message : error);
      process.exit(1);
    });
