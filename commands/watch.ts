import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { BURN_ALERTS, METRICS_ABSENT } from "../constructs/monitoring/service-level";
import { canonical } from "../schema/release";
import type { System } from "../schema/system";
import { monitoredServices } from "../stacks/monitoring";
import { sleep } from "./cluster-jobs";
import { contextOf } from "./context";
import { type Alert, type AskPrometheus, prometheusOf } from "./prometheus";
import { orRefused, Refused } from "./refused";
import { printer } from "./terminal";
import { counted } from "./words";

/** What watching needs of the world outside. */
export interface Outside {
  readonly prometheus: AskPrometheus;
  readonly print: ReturnType<typeof printer>;
  wait(seconds: number): Promise<void>;
}

/** Seconds between two looks at the alerts: Prometheus evaluates its rules as often. */
const PAUSE = 30;
/** Looks in a row that Prometheus may leave unanswered, for example while its pod moves. */
const UNANSWERED = 6;

/**
 * Watches the alerts of a system's objectives; returns whether none has begun to fire. Alerts that fire at the beginning do not
 * count: they are about something older.
 * @throws Refused if the system has no objective, or Prometheus does not answer
 */
export async function watch(system: System, minutes: number, { prometheus, print, wait }: Outside): Promise<boolean> {
  const objectives = monitoredServices(system).flatMap(({ name, metrics, objective = {} }) =>
    metrics ? Object.keys(objective).map((it) => `${name} ${it}`) : [],
  );
  if (!objectives.length) throw new Refused("No service of the system has an objective, so there is nothing to watch.");
  const look = async () =>
    (await prometheus((it) => it.alerts())).filter(({ labels }) => labels.namespace === system.namespace);

  let unanswered = 0;
  let alerts: Alert[] = [];
  let known: ReadonlySet<string> | undefined;
  for (let left = minutes * 60; ; left -= PAUSE) {
    try {
      alerts = await look();
      unanswered = 0;
    } catch (error) {
      if (error instanceof Refused) throw error; // no other look would do better
      unanswered++;
      if (!known || unanswered >= UNANSWERED || left <= 0)
        throw new Refused(`Nobody knows whether an alert fires: ${(error as Error).message}`);
    }
    const burning = alerts.filter(isBurning);
    if (!known) {
      known = new Set(burning.map(identity));
      for (const alert of burning) print.say(`     fired before: ${said(alert)}`);
    }
    const begun = burning.filter((it) => !known?.has(identity(it)));
    for (const alert of begun) print.say(`${print.failed} ${said(alert)}`);
    if (begun.length) return false;
    if (left <= 0) break;
    print.doing(`watching, ${counted(Math.ceil(left / 60), "minute")} left`);
    await wait(PAUSE);
  }
  const absent = alerts.filter(({ labels }) => labels.alertname === METRICS_ABSENT);
  for (const alert of absent) print.say(`     ${said(alert)}`);
  if (absent.length >= objectives.length)
    throw new Refused("No objective has metrics, so no alert could have fired. Look at the pods' metrics.");
  print.say(`${print.passed} no alert of an objective began to fire in ${counted(minutes, "minute")}`);
  return true;
}

const isBurning = ({ labels, state }: Alert): boolean =>
  state === "firing" && Object.values(BURN_ALERTS).includes(labels.alertname ?? "");

const identity = ({ labels }: Alert): string => canonical(labels);

const said = ({ labels, annotations }: Alert): string => `${labels.alertname}: ${annotations.summary}`;

export const main = (environmentName: string, { minutes }: { readonly minutes: number }): Promise<void> =>
  orRefused(async () => {
    const context = await contextOf(environmentName);
    const folder = mkdtempSync(path.join(os.tmpdir(), "watch-")); // nobody else can read it
    try {
      const outside = { prometheus: prometheusOf(context, folder), print: printer(process.stdout), wait: sleep };
      if (!(await watch(context.system, minutes, outside))) process.exitCode = 1;
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
