import type { Environment } from "../schema/environment";

/** A number of something, such as `1 minute` or `2 minutes`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

/** What an environment asks of a release before it comes. */
export const askedOf = ({
  environment,
  soakMinutes,
  scannedWithinDays: days,
}: NonNullable<Environment["verifiedIn"]>): string =>
  `what ${environment} has verified and run for ${counted(soakMinutes, "minute")}${days === undefined ? "" : `, and scanned within ${counted(days, "day")}`}`;
