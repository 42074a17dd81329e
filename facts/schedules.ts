import { Cron } from "croner";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Times between which even a schedule for leap days runs twice. */
const FROM = Date.UTC(2024, 0, 1);
const TO = Date.UTC(2028, 2, 1);

/**
 * The longest time between two runs of a schedule with five fields, in seconds. Undefined if it runs less than twice. In a
 * time zone with summer time, it is once a year an hour longer.
 * @throws if it is not a schedule
 */
export function longestGap(schedule: string): number | undefined {
  const cron = new Cron(schedule, { mode: "5-part", utcOffset: 0 });
  const after = (run: number): number | undefined => cron.nextRun(new Date(run))?.getTime();
  const first = after(FROM - MINUTE);
  if (first === undefined) return undefined;
  let longest = 0;
  let last = first;
  const midnight = first - (first % DAY) + DAY;
  for (let next = after(last); next !== undefined && next < midnight; next = after(last)) {
    longest = Math.max(longest, next - last);
    last = next;
  }
  // All days that have runs have the same ones.
  const lasts = last - first;
  for (let day = first; day < TO; ) {
    const next = after(day + lasts);
    if (next === undefined) break;
    longest = Math.max(longest, next - day - lasts);
    day = next;
  }
  return longest ? longest / 1000 : undefined;
}

/** Names of time zones in the spelling that Kubernetes reads. Other names for the same zones are not among them. */
const ZONES: readonly string[] = ["UTC", "Etc/UTC", ...Intl.supportedValuesOf("timeZone")];

/** Whether Kubernetes knows a time zone. It does not forgive wrong capitals, which JavaScript does. */
export function isTimeZone(name: string): boolean {
  const listed = ZONES.find((zone) => zone.toLowerCase() === name.toLowerCase());
  if (listed) return listed === name;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
  } catch {
    return false;
  }
  return /^[A-Z]\w+(\/[A-Z][\w+-]*)+$/.test(name);
}
