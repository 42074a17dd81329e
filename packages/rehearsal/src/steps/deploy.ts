import { configuration } from "../checks/configuration";
import { disks } from "../checks/disks";
import { copies, leaks } from "../checks/secrets";
import { randomParts } from "../checks/state";
import { warnings } from "../checks/warnings";
import { workloads } from "../checks/workloads";
import type { Finding } from "../finding";
import type { Change } from "../options";
import { complete, Ended, type Rehearsal, took } from "../rehearsal";
import { graphOf } from "../schedule/graph";
import { scheduleOf } from "../schedule/schedule";
import { readStack, recordedOnly } from "../stack";
import { actions, complaints } from "../terraform/output";
import { changed, type PlanJson } from "../terraform/plan";
import { type ApplyOptions, apply } from "./apply";
import { neverDrops, scaleUp, serving } from "./serving";

/** The deploy of one version. */
export interface Deployment extends ApplyOptions {
  /** What the update may change; undefined if it is not an update. */
  readonly update?: readonly Change[];
}

/** How much longer than the lower bound a critical path may be, as a ratio. */
const LONGEST = 1.05;

/** Validates, plans and applies one version, and checks the result. */
export async function deploy(rehearsal: Rehearsal, stack: string, deployment: Deployment): Promise<void> {
  const { machine, options } = rehearsal;
  const { id, label, update } = deployment;
  await rehearsal.init(stack, id);
  rehearsal.must(`${label}validate`, await rehearsal.terraform(`${id}-validate`, ["validate"]), (r) =>
    r.stdout.includes("Warning") ? complaints(r).join("\n") : "",
  );
  rehearsal.must(`${label}plan`, await rehearsal.terraform(`${id}-plan`, ["plan", "-out=plan.bin"]), (r) =>
    [/Plan: .*|No changes.*/.exec(r.stdout)?.[0], took(r)].join(" "),
  );
  const plan = await rehearsal.planned(id);
  if (/^\d+$/.test(id)) rehearsal.plans.push(plan);
  if (id === "0") await measure(rehearsal, stack, plan);
  if (update) rehearsal.say(`${label}changes only what it should`, compare(changed(plan), update));
  if (options.planOnly) return;

  const scaled = update && options.scaled;
  if (scaled) await scaleUp(machine, scaled);
  const { result: run, replicas } = await serving(rehearsal, label, () =>
    apply(rehearsal, deployment, changed(plan).length),
  );
  if (scaled) rehearsal.say(`${label}${scaled.namespace}/${scaled.name} never drops`, neverDrops(scaled, replicas));
  const applied = rehearsal.ran(`${label}apply`, run, (r) => `${complete(r)} ${took(r)}`);
  if (id === "0") {
    rehearsal.actions = actions(run);
    const random = randomParts(machine);
    rehearsal.calls = machine.changes().map((call) => random.reduce((text, part) => text.replaceAll(part, "*"), call));
  }
  if (applied) await check(rehearsal, id, label);
  rehearsal.say(`${label}no warning`, await warnings(machine));
  if (!applied) throw new Ended();
  rehearsal.seconds ??= (Date.now() - rehearsal.begun) / 1000;
}

/** The checks after every apply. */
async function check(rehearsal: Rehearsal, id: string, label: string): Promise<void> {
  const { machine } = rehearsal;
  rehearsal.say(`${label}second plan is empty`, await rehearsal.emptyPlan(`${id}-plan-again`));
  rehearsal.say(`${label}no secret in state, plan or logs`, leaks(machine, id));
  rehearsal.say(`${label}every copy of each secret agrees`, await copies(machine));
  rehearsal.say(`${label}exactly the declared workloads run`, await workloads(machine));
  rehearsal.say(`${label}no configuration is left over`, await configuration(machine));
  rehearsal.say(`${label}every disk has the requested size`, await disks(machine));
}

/** Computes how long the apply takes on Google Cloud, and checks that no needless wait makes it much longer. */
async function measure(rehearsal: Rehearsal, stack: string, plan: PlanJson): Promise<void> {
  const dot = await rehearsal.terraform("0-graph", ["graph", "-type=apply", "-plan=plan.bin"]);
  if (dot.status !== 0) rehearsal.must("terraform graph", dot, () => "");
  const graph = graphOf(dot.stdout);
  const recorded = recordedOnly(readStack(stack));
  rehearsal.parallelism = rehearsal.options.parallelism?.(graph, recorded) ?? rehearsal.parallelism;
  rehearsal.schedule = scheduleOf(graph, recorded, rehearsal.parallelism);
  const missing = changed(plan).filter((address) => !graph.has(address.replace(/\[.*$/, "")));
  const { all, cluster } = rehearsal.schedule;
  const bounds = [all, cluster]
    .filter(({ lowerBound }) => lowerBound.minutes > 0)
    .map(({ criticalPath, lowerBound }) => ({
      ratio: criticalPath.minutes / lowerBound.minutes,
      path: criticalPath.addresses,
    }));
  rehearsal.say("it waits for nothing needlessly", {
    wrong: [
      ...missing.map((address) => `${address} is not in Terraform's graph`),
      ...bounds
        .filter(({ ratio }) => ratio > LONGEST)
        .map(({ path, ratio }) => `${ratio.toFixed(2)} times the lower bound: ${path.join(" > ")}`),
    ],
    note: `critical path ${bounds.map(({ ratio }) => ratio.toFixed(2)).join(" and ")} times the lower bound, at most ${LONGEST}; ${rehearsal.parallelism} at a time`,
  });
}

/** Compares what a plan changes with what it may change. Without expectations, everything may change. */
function compare(addresses: readonly string[], expected: readonly Change[]): Finding {
  const patterns = expected.map((e) => new RegExp(e.address));
  const stray = patterns.length ? addresses.filter((a) => !patterns.some((p) => p.test(a))) : [];
  const missing = patterns.filter((p) => !addresses.some((a) => p.test(a)));
  return {
    wrong: [...stray.map((a) => `${a} changes`), ...missing.map((p) => `nothing matches ${p.source}`)],
    note: addresses.join(", "),
  };
}
