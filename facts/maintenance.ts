/** What Google allows to keep its own maintenance away from a cluster and a database. */

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Exclusions of all upgrades that a cluster holds. {@link https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#limitations-maint-exclusions} */
export const MOST_EXCLUSIONS = 3;

/** Days of a database's one period without maintenance. {@link https://cloud.google.com/sql/docs/postgres/maintenance} */
export const DENIED_DAYS = 90;

/** Hours of a cluster's daily window. {@link https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#DailyMaintenanceWindow} */
const WINDOW_HOURS = 4;
/**
 * GKE refuses a policy that leaves it less than 48 hours in any 92 days, and counts only stretches of at least four hours: a
 * daily window counts if no exclusion touches it.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/maintenance-windows-and-exclusions}
 */
export const ROLLING_DAYS = 92;
const LEAST_WINDOWS = 48 / WINDOW_HOURS;

/** A stretch of time, in milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** Whether exclusions leave a cluster enough of its daily windows, which start at a time of day, HH:MM in UTC. */
export function leavesMaintenance(exclusions: readonly Stretch[], start: string): boolean {
  const offset = Date.parse(`1970-01-01T${start}:00Z`);
  // Of all stretches of 92 days, one that begins or ends with an exclusion has the fewest windows.
  const stretches = exclusions.flatMap(({ from, until }) => [from, until - ROLLING_DAYS * DAY]);
  return stretches.every((begin) => {
    const first = Math.ceil((begin - offset) / DAY) * DAY + offset;
    const starts = Array.from({ length: ROLLING_DAYS }, (_, i) => first + i * DAY);
    const ends = (window: number) => window + WINDOW_HOURS * HOUR;
    const free = starts.filter(
      (window) =>
        ends(window) <= begin + ROLLING_DAYS * DAY &&
        !exclusions.some(({ from, until }) => from < ends(window) && until > window),
    );
    return free.length >= LEAST_WINDOWS;
  });
}
