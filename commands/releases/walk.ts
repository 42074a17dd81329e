import type { MonitoredService } from "../../constructs/monitoring/service-level";
import { possibleShares, shareOf, shiftedServices } from "../../schema/candidate";
import { npmRun } from "../../schema/npm-run";
import type { System } from "../../schema/system";
import type { Service } from "../../schema/workload";
import { monitoredServices } from "../../stacks/monitoring";
import { person } from "../git";
import type { AskPrometheus, Prometheus } from "../prometheus";
import { current, sharedSince, standing } from "../records/history";
import type { Records } from "../records/records";
import { Refused } from "../refused";
import type { printer } from "../terminal";
import type { Step } from "../terraform/approvals";
import { type Judged, type Limits, type Measured, measured, queriesOf, together, verdictOn, WINDOW } from "./analysis";

/** A candidate's way to all requests. */
export interface Walk {
  readonly systemName: string;
  readonly system: System;
  readonly environmentName: string;
  readonly stable: string;
  readonly candidate: string;
  /** The share in the environment's file. */
  readonly share: number;
  readonly limits: Limits;
  /** Minutes without a verdict after which a person decides. */
  readonly patience: number;
}

/** What a walk needs of the world outside. */
export interface Outside {
  readonly records: Records;
  readonly prometheus: AskPrometheus;
  readonly print: ReturnType<typeof printer>;
  /** Writes the share into the environment's file. @throws Refused if the file has changed */
  shift(share: number): Promise<void>;
  /** Deploys the environment, and returns the exit code. */
  deploy(step: Step): Promise<number>;
  wait(seconds: number): Promise<void>;
  /** What a person answers; undefined without a terminal. */
  ask(question: string): Promise<string | undefined>;
}

/** Services whose candidate gets requests at a step: those that Prometheus can tell about, and the names of the others. */
export function watchedAt(system: System, share: number) {
  const shifted = shiftedServices(system).filter((name) => shareOf(system.services[name] as Service, { share }) > 0);
  const watched = monitoredServices(system).filter(({ name, metrics }) => metrics && shifted.includes(name));
  return { watched, others: shifted.filter((name) => !watched.some((service) => service.name === name)) };
}

/** The steps of a walk. @throws Refused if nobody could tell how the candidate does at one of them */
export function stepsOf(system: System): number[] {
  const steps = possibleShares(system).filter((share) => share > 0);
  const blind = steps.find((share) => !watchedAt(system, share).watched.length);
  if (blind === undefined) return steps;
  throw new Refused(
    `No service that gets requests at ${blind} % has metrics.requests, so Prometheus cannot tell how its candidate does: ${watchedAt(system, blind).others.join(", ")}. Walk by hand, with npm run release and --share.`,
  );
}

/** Seconds between two lines that say how long a measurement is away. */
const TICK = 15;

/**
 * Walks the steps of a candidate from the share that it has, and returns the exit code. Each step is deployed, and judged by
 * Prometheus's metrics. If the candidate fails, its requests are taken away, and it is held. If there is no verdict for too
 * long, a person decides; without one, the walk stops where it is.
 * @throws Refused if the candidate does not run yet, or is held
 */
export async function walk(plan: Walk, outside: Outside): Promise<number> {
  const { environmentName, candidate, stable, system } = plan;
  const { print } = outside;
  const events = await outside.records.list();
  const { held } = standing(events, candidate);
  if (held)
    throw new Refused(
      `${candidate} is held in ${environmentName} by ${held.by} since ${held.at}: ${held.reason}\nIf it still has requests, take them away:\n${commands(plan, ["release", "--share", "0"], ["deploy"])}`,
    );
  const runs = current(events)?.begun;
  if (runs?.release !== stable || runs.candidate !== candidate)
    throw new Refused(
      `${environmentName} does not run the candidate ${candidate} beside ${stable} yet. Deploy it, and check it:\n${commands(plan, ["deploy"], ["verify"])}`,
    );

  const steps = stepsOf(system);
  let { share } = plan;
  let deployed = runs.share;
  for (;;) {
    if (deployed !== share) {
      print.say(`${candidate} gets ${share} % of the requests: deploying`);
      const code = await outside.deploy("on");
      if (code) return stopped(plan, outside, `The deploy has failed with ${code}.`, share, code);
      deployed = share;
    }
    if (share > 0) {
      const { decision, why } = await judge(plan, outside, share);
      if (decision === "stop") return stopped(plan, outside, why, share);
      if (decision === "back") return back(plan, outside, `${share} %: ${why}`);
    }
    const next = steps.find((step) => step > share);
    if (next === undefined) break;
    share = next;
    await outside.shift(share);
  }
  print.say(`${candidate} gets all requests, and does as well as ${stable} did. Commit the file. Then make it stable:`);
  print.say(commands(plan, ["release", "--promote"], ["deploy"]));
  return 0;
}

interface Decided {
  readonly decision: "on" | "back" | "stop";
  readonly why: string;
}

/** Measures a step until there is a verdict, or a person decides. */
async function judge({ system, candidate, limits, patience }: Walk, outside: Outside, share: number): Promise<Decided> {
  const { print } = outside;
  const { watched } = watchedAt(system, share);
  // Without requests, the stable release is what it was when they left it.
  const at = share === 100 ? sharedSince(await outside.records.list(), candidate, share) : undefined;
  const words = { pass: print.passed, fail: print.failed, "not-enough": "wait" };
  const all: Judged[] = [];
  for (let minutes = WINDOW; ; minutes += WINDOW) {
    for (let left = WINDOW * 60; left > 0; left -= TICK) {
      print.doing(`${share} %: measures in ${left} s`);
      await outside.wait(TICK);
    }
    const last = await outside
      .prometheus((it) => measure(it, watched, { at, limits }))
      .catch((error: Error): Judged => ({ verdict: "not-enough", why: error.message }));
    all.push(last);
    print.say(`${words[last.verdict]} ${share} %: ${last.why}`);
    const verdict = verdictOn(all, limits);
    if (verdict === "pass") return { decision: "on", why: last.why };
    if (verdict === "fail") return { decision: "back", why: last.why };
    if (minutes < patience) continue;

    const why = `There is no verdict on ${share} % after ${patience} minutes: ${last.why}`;
    print.say(why);
    const answer = await outside.ask(
      "Type on (to the next step), wait or back (no requests). Anything else stops here: ",
    );
    if (answer === "on" || answer === "back") return { decision: answer, why: `${person()} has decided so` };
    if (answer !== "wait") return { decision: "stop", why };
    minutes = 0;
  }
}

/** One measurement of all services that are watched. `at` is the time at which the stable release is looked at, if it is over. */
async function measure(
  prometheus: Prometheus,
  services: readonly MonitoredService[],
  { at, limits }: { readonly at?: Date; readonly limits: Limits },
): Promise<Judged> {
  const ask = async (service: MonitoredService, track: "stable" | "candidate", at?: Date): Promise<Measured> =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(queriesOf(service, track)).map(async ([metric, query]) => [
          metric,
          await prometheus.value(query, at),
        ]),
      ),
    );
  return together(
    await Promise.all(
      services.map(async (service) => {
        const [candidate, stable] = await Promise.all([ask(service, "candidate"), ask(service, "stable", at)]);
        return measured({ service, candidate, stable }, limits.requests);
      }),
    ),
  );
}

/** Takes the candidate's requests away. It is held first, so that no later walk gives it requests again. */
async function back(plan: Walk, outside: Outside, why: string): Promise<number> {
  const { environmentName, candidate, stable } = plan;
  const { print, records } = outside;
  print.say(`${candidate} loses its requests to ${stable}, at ${why}`);
  const reason = `failed its walk in ${environmentName}, at ${why}`;
  await records
    .add({ kind: "hold", at: new Date().toISOString(), by: person(), release: candidate, reason })
    .catch((error: Error) => print.say(`It is not held: ${error.message}`));
  await outside.shift(0);
  const code = await outside.deploy("back");
  if (code)
    print.say(
      `The deploy has failed with ${code}, so it may still have requests. Deploy again:\n${commands(plan, ["deploy"])}`,
    );
  else
    print.say(
      `${stable} has all requests again, and ${candidate} is held. Commit the file. When you have seen enough, remove it:\n${commands(plan, ["release", "--abandon"], ["deploy"])}`,
    );
  return 1;
}

/** Says where the walk stands, and how it goes on. */
function stopped(plan: Walk, { print }: Outside, why: string, share: number, code = 1): number {
  print.say(
    `${why}\nThe walk stops, and the file keeps ${share} %. Commit it. To go on, or to take the requests away:\n${commands(plan, ["canary"], ["release", "--share", "0"])}`,
  );
  return code;
}

/** Commands for the environment, a line for each. */
const commands = (
  { systemName, environmentName }: Walk,
  ...calls: readonly (readonly [string, ...string[]])[]
): string => calls.map(([script, ...more]) => `  ${npmRun(systemName, script, environmentName, ...more)}`).join("\n");
