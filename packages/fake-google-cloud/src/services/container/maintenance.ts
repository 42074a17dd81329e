import { invalid } from "../../api-error";
import type { Body } from "../../body";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Exclusions in all, and those without any upgrades that are not over. https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#limitations-maint-exclusions */
const MOST = 20;
const MOST_ACTIVE = 3;
/** Of an exclusion without any upgrades. https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#scope_of_maintenance_to_exclude */
const LONGEST_DAYS = 90;
/** Hours that a policy leaves in any 92 days, in stretches of four. https://cloud.google.com/kubernetes-engine/docs/how-to/maintenance-windows-and-exclusions */
const ROLLING_DAYS = 92;
const LEAST_HOURS = 48;
const WINDOW_HOURS = 4;

const SCOPES = ["NO_UPGRADES", "NO_MINOR_UPGRADES", "NO_MINOR_OR_NODE_UPGRADES"];

interface Exclusion {
  readonly from: number;
  readonly until: number;
  readonly scope: string;
}

/** https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#MaintenanceWindow */
export function checkMaintenance(policy?: Body): void {
  const { dailyMaintenanceWindow, maintenanceExclusions = {} }: Body = policy?.window ?? {};
  const start = dailyMaintenanceWindow?.startTime;
  if (start !== undefined && !/^([01]\d|2[0-3]):[0-5]\d$/.test(start))
    throw invalid(`Invalid value for field "maintenance_policy.daily_maintenance_window.start_time": "${start}".`);
  const all = Object.entries<Body>(maintenanceExclusions).map(([name, exclusion]) => exclusionOf(name, exclusion));
  if (all.length > MOST) throw invalid(`Number of total maintenance exclusions exceeds limit (${MOST}).`);
  const strict = all.filter(({ scope }) => scope === "NO_UPGRADES");
  // Exclusions of the past are accepted: the provider's acceptance tests make some of 2019.
  // https://github.com/hashicorp/terraform-provider-google/blob/v7.45.0/google/services/container/resource_container_cluster_test.go
  if (strict.filter(({ until }) => until > Date.now()).length > MOST_ACTIVE)
    throw invalid(`Number of active maintenance exclusions exceeds limit (${MOST_ACTIVE}).`);
  if (start !== undefined) checkAvailability(strict, start);
}

function exclusionOf(name: string, { startTime, endTime, maintenanceExclusionOptions: options = {} }: Body): Exclusion {
  const field = (what: string) => `maintenance_policy.window.maintenance_exclusions[${name}].${what}`;
  const { scope = "NO_UPGRADES", endTimeBehavior } = options;
  if (!SCOPES.includes(scope)) throw invalid(`Invalid value at '${field("scope")}' (TYPE_ENUM), "${scope}"`);
  const [from, until] = [Date.parse(startTime), endTimeBehavior ? Number.POSITIVE_INFINITY : Date.parse(endTime)];
  if (Number.isNaN(from)) throw invalid(`Invalid value for field "${field("start_time")}": "${startTime}".`);
  if (Number.isNaN(until)) throw invalid(`Invalid value for field "${field("end_time")}": "${endTime}".`);
  if (until <= from) throw invalid(`Maintenance exclusion ${name} must end after it starts.`);
  if (scope === "NO_UPGRADES" && until - from > LONGEST_DAYS * DAY)
    throw invalid(`Maintenance exclusion ${name} must be at most ${LONGEST_DAYS} days long.`);
  return { from, until, scope };
}

/** Daily windows count if no exclusion touches them. */
function checkAvailability(exclusions: readonly Exclusion[], start: string): void {
  const offset = Date.parse(`1970-01-01T${start}:00Z`);
  for (const { from, until } of exclusions)
    for (const begin of [from, until - ROLLING_DAYS * DAY]) {
      let hours = 0;
      for (
        let opens = Math.ceil((begin - offset) / DAY) * DAY + offset;
        opens + WINDOW_HOURS * HOUR <= begin + ROLLING_DAYS * DAY;
        opens += DAY
      ) {
        const closes = opens + WINDOW_HOURS * HOUR;
        if (!exclusions.some((one) => one.from < closes && one.until > opens)) hours += WINDOW_HOURS;
      }
      if (hours < LEAST_HOURS)
        throw invalid(
          `maintenance policy would go longer than ${ROLLING_DAYS}d without ${LEAST_HOURS}h maintenance availability of >=${WINDOW_HOURS}h contiguous duration`,
        );
    }
}
