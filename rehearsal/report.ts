import type { Failure } from "./fail-each";
import type { Rehearsed, Step } from "./rehearsal";
import { type Schedule, scheduleOf } from "./schedule";
import type { Action } from "./terraform";

/** A rehearsal as it is printed, drawn and given to other programs. */
export interface Report {
  readonly system?: string;
  /** Name or folder of the stack. */
  readonly stack: string;
  readonly ok: boolean;
  readonly steps: readonly Step[];
  /** Resources of each type. */
  readonly resources: Readonly<Record<string, number>>;
  /** What each further version changed. */
  readonly updates: readonly (readonly { readonly address: string; readonly actions: readonly string[] }[])[];
  /** The first apply as it goes in Google Cloud, by typical times. */
  readonly schedule: Schedule;
  /** The first apply as it went here. */
  readonly actions: readonly Action[];
  /** Minutes of the model that passed in one minute here, where Google took its time. */
  readonly speed?: number;
  /** Calls of the first apply that changed something. */
  readonly calls: number;
  /** What became of the calls that failed, each in a run of its own. */
  readonly failures?: readonly Failure[];
}

export function reportOf(
  system: string | undefined,
  stack: string,
  { steps, plans: [first, ...updates], graph, actions, calls }: Rehearsed,
  failures: readonly Failure[] | undefined,
  speed: number | undefined,
): Report {
  const types = (first?.resource_changes ?? []).filter((c) => c.mode === "managed").map((c) => c.type);
  return {
    system,
    stack,
    ok: [...steps, ...(failures ?? [])].every(({ wrong }) => !wrong.length),
    steps,
    resources: Object.fromEntries(
      [...new Set(types)].sort().map((type) => [type, types.filter((t) => t === type).length]),
    ),
    updates: updates.map(({ resource_changes = [] }) =>
      resource_changes
        .filter((c) => c.mode === "managed" && !c.change.actions.includes("no-op"))
        .map((c) => ({ address: c.address, actions: c.change.actions })),
    ),
    schedule: scheduleOf(graph),
    actions,
    speed,
    calls: calls.length,
    failures,
  };
}

/** The table at the end. */
export function printed({ ok, steps, resources, schedule, calls, failures, speed, actions }: Report): string {
  const width = Math.max(...steps.map(({ what }) => what.length));
  const count = Object.values(resources).reduce((sum, n) => sum + n, 0);
  const seconds = (n: number) => `${n.toFixed(1).padStart(7)} s`;
  const failed = failures?.filter(({ wrong }) => wrong.length) ?? [];
  const minutes = (n: number) => n.toFixed(1);
  const ratio = ({ criticalPath, lowerBound }: Schedule["all"]) =>
    `${minutes(criticalPath.minutes)} minutes in Google Cloud, ${(criticalPath.minutes / lowerBound.minutes).toFixed(2)} times the least that its services allow (${minutes(lowerBound.minutes)})`;
  const measured = actions.length
    ? (Math.max(...actions.map((a) => a.to)) - Math.min(...actions.map((a) => a.from))) / 1000
    : 0;
  return [
    "",
    ...steps.map(
      ({ what, wrong, seconds: s }) => `${wrong.length ? "FAIL" : "ok  "} ${what.padEnd(width)} ${seconds(s)}`,
    ),
    `     ${"all".padEnd(width)} ${seconds(steps.reduce((sum, s) => sum + s.seconds, 0))}`,
    "",
    `${count} resources of ${Object.keys(resources).length} types, ${calls} calls that change something`,
    ...(schedule.bars.length
      ? [
          `everything: ${ratio(schedule.all)}`,
          `all that is in the cluster: ${ratio(schedule.cluster)}`,
          `its critical path: ${schedule.cluster.criticalPath.addresses.filter((a) => !/^(data|ephemeral)\./.test(a)).join(" > ")}`,
        ]
      : []),
    ...(speed
      ? [
          `played at ${speed} minutes a minute: ${minutes((measured * speed) / 60)} minutes, with what this machine took itself`,
        ]
      : []),
    ...(failures
      ? [
          `${failures.length - failed.length} of ${failures.length} calls that failed once: the apply named the resource or the provider sent the call again, the next apply converged, the plan was empty, secrets agreed`,
          ...failed.map(({ call, wrong }) => `FAIL ${call}: ${wrong.join("; ")}`),
        ]
      : []),
    ok ? "all held" : "NOT everything held",
  ].join("\n");
}
