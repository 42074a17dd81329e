import { unknownHere } from "../../api-error";
import type { Body } from "../../body";
import { badRequest } from "./operations";

/** https://cloud.google.com/sql/docs/postgres/set-maintenance-window#configure-deny-maintenance */
const MOST_DENIED = 1;
/** https://cloud.google.com/sql/docs/postgres/maintenance */
const DENIED_DAYS = 90;

/**
 * A period is refused for its form and its length. One that is over is accepted: the provider's acceptance test makes one of
 * 2022. https://github.com/hashicorp/terraform-provider-google/blob/v7.45.0/google/services/sql/resource_sql_database_instance_test.go
 */
export function checkDenied(periods: readonly Body[]): void {
  if (periods.length > MOST_DENIED) throw badRequest(`At most ${MOST_DENIED} deny maintenance period can be set`);
  for (const { startDate, endDate, time } of periods) {
    if ([startDate, endDate].some((date) => /^\d\d?-\d\d?$/.test(date)))
      throw unknownHere("the fake does not know deny maintenance periods that recur every year");
    const [from, until] = [startDate, endDate].map(dayOf) as [number, number];
    if (Number.isNaN(from + until)) throw badRequest(`Invalid deny maintenance period from ${startDate} to ${endDate}`);
    if (!/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(time))
      throw badRequest(`Invalid time of the deny maintenance period (${time})`);
    if (until - from < 1 || until - from > DENIED_DAYS)
      throw badRequest(`A deny maintenance period must be between 1 and ${DENIED_DAYS} days long`);
  }
}

/** Days until a date. https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/instances#DenyMaintenancePeriod */
function dayOf(date = ""): number {
  const [, year, month, day] = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(date)?.map(Number) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) / (24 * 3_600_000);
}
