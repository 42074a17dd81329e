import type { Roles } from "../checks/permissions";
import type { Failure } from "../fail-each";
import type { Rehearsed, Step } from "../rehearsal";
import type { Bound, Schedule } from "../schedule/schedule";
import type { Action } from "../terraform/output";
import type { Withheld } from "../withhold-each";

/** A rehearsal for the table, the page and other programs. */
export interface Report {
  /** Name of what the stack is a part of. */
  readonly system?: string;
  /** Name or folder of the stack. */
  readonly stack: string;
  readonly ok: boolean;
  readonly steps: readonly Step[];
  /** Number of resources of each type. */
  readonly resources: Readonly<Record<string, number>>;
  /** Seconds here until the first version was applied and checked. */
  readonly seconds?: number;
  /** What each update changed. */
  readonly updates: readonly (readonly { readonly address: string; readonly actions: readonly string[] }[])[];
  /** The first apply as it would go in Google Cloud, by typical durations. */
  readonly schedule: Schedule;
  /** What the first apply did to each resource here. */
  readonly actions: readonly Action[];
  /** Minutes of Google Cloud that passed in a minute here; undefined if everything was done at once. */
  readonly speed?: number;
  /** Number of calls of the first apply that changed something. */
  readonly calls: number;
  /** The runs in which one call failed each. */
  readonly failures?: readonly Failure[];
  /** The deployer's roles; undefined if an administrator deployed. */
  readonly roles?: Roles;
  /** The rehearsals without one permission each. */
  readonly withheld?: readonly Withheld[];
}

/** What a report is made of. */
interface Results extends Pick<Report, "system" | "stack" | "speed" | "failures" | "withheld"> {
  readonly rehearsed: Rehearsed;
}

export function reportOf({ system, stack, rehearsed, failures, withheld, speed }: Results): Report {
  const { steps, plans, schedule, actions, calls, seconds, roles } = rehearsed;
  const [first, ...updates] = plans;
  const types = (first?.resource_changes ?? []).filter((c) => c.mode === "managed").map((c) => c.type);
  return {
    system,
    stack,
    ok: [...steps, ...(failures ?? []), ...(withheld ?? [])].every(({ wrong }) => !wrong.length),
    steps,
    resources: Object.fromEntries(
      [...new Set(types)].sort().map((type) => [type, types.filter((t) => t === type).length]),
    ),
    seconds,
    updates: updates.map(({ resource_changes = [] }) =>
      resource_changes
        .filter((c) => c.mode === "managed" && !c.change.actions.includes("no-op"))
        .map((c) => ({ address: c.address, actions: c.change.actions })),
    ),
    schedule,
    actions,
    speed,
    calls: calls.length,
    failures,
    roles,
    withheld,
  };
}

/** Seconds that a rehearsal from nothing may take on two cores. */
const allowed = (resources: number): number => 20 + 0.4 * resources;

/** The table at the end. */
export function printed(report: Report): string {
  const { ok, steps, resources, calls, schedule } = report;
  const width = Math.max(...steps.map(({ what }) => what.length));
  const row = (mark: string, what: string, seconds: number) =>
    `${mark.padEnd(4)} ${what.padEnd(width)} ${seconds.toFixed(1).padStart(7)} s`;
  const count = sum(Object.values(resources));
  return [
    "",
    ...steps.map(({ what, wrong, seconds }) => row(wrong.length ? "FAIL" : "ok", what, seconds)),
    row("", "all", sum(steps.map(({ seconds }) => seconds))),
    "",
    `${count} resources of ${Object.keys(resources).length} types, ${calls} calls that change something`,
    ...(schedule.all.lowerBound.minutes ? inGoogleCloud(schedule) : []),
    ...here(report, count),
    ...(report.roles?.unneeded.length ? [`roles that no call needed: ${report.roles.unneeded.join(", ")}`] : []),
    ...(report.failures ? failed(report.failures) : []),
    ...(report.withheld ? without(report.withheld) : []),
    ok ? "all held" : "NOT everything held",
  ].join("\n");
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

function inGoogleCloud({ all, cluster }: Schedule): string[] {
  const ratio = ({ criticalPath, lowerBound }: Bound) =>
    `${criticalPath.minutes.toFixed(1)} minutes in Google Cloud, ${(criticalPath.minutes / lowerBound.minutes).toFixed(2)} times the least that its services allow (${lowerBound.minutes.toFixed(1)})`;
  const path = cluster.criticalPath.addresses.filter((address) => !/^(data|ephemeral)\./.test(address));
  return [
    `everything: ${ratio(all)}`,
    ...(cluster.lowerBound.minutes
      ? [`all that is in the cluster: ${ratio(cluster)}`, `its critical path: ${path.join(" > ")}`]
      : []),
  ];
}

function here({ seconds, speed, actions }: Report, resources: number): string[] {
  if (!seconds) return [];
  if (!speed)
    return [
      `${seconds.toFixed(1)} s here, ${(seconds / allowed(resources)).toFixed(2)} of what so many resources may take on two cores`,
    ];
  const took = (Math.max(...actions.map((a) => a.to)) - Math.min(...actions.map((a) => a.from))) / 60_000;
  return [`played in ${(took * speed).toFixed(1)} minutes of the model, with what this machine took itself`];
}

function failed(failures: readonly Failure[]): string[] {
  const wrong = failures.filter((failure) => failure.wrong.length);
  const helped = failures.filter((failure) => failure.remedies.length && !failure.wrong.length);
  const inconclusive = failures.filter((failure) => failure.inconclusive);
  const tried = failures.length - inconclusive.length;
  return [
    `${tried - wrong.length} of ${tried} calls that failed once: the apply named the resource (or the provider sent the call again), the next one converged, the plan was empty, secrets agreed`,
    ...helped.map(({ call, remedies }) => `     after ${remedies.join(", ")}: ${call}`),
    ...inconclusive.map(({ call, note }) => `     ${call}: ${note}`),
    ...wrong.map((failure) => `FAIL ${failure.call}: ${failure.wrong.join("; ")}`),
  ];
}

function without(withheld: readonly Withheld[]): string[] {
  const wrong = withheld.filter((one) => one.wrong.length);
  return [
    `${withheld.length - wrong.length} of ${withheld.length} permissions: without it, the rehearsal failed and named it`,
    ...wrong.map(({ permission, wrong }) => `FAIL without ${permission}: ${wrong.join("; ")}`),
  ];
}
