import { isTimeZone, longestGap } from "../../facts/schedules";

const HOUR = 3600;
const DAY = 24 * HOUR;

test.each([
  ["* * * * *", 60],
  ["*/7 * * * *", 7 * 60], // the last gap of an hour is shorter
  ["5 * * * *", HOUR],
  ["0 3 * * *", DAY],
  ["0 3,4 * * *", 23 * HOUR],
  ["*/5 9-17 * * 1-5", 2 * DAY + 15 * HOUR + 5 * 60], // from Friday, 17:55, to Monday, 9:00
  ["0 0 * * 0", 7 * DAY],
  ["0 0 13 * 5", 7 * DAY], // a Friday or a 13th
  ["0 0 1 * *", 31 * DAY],
  ["0 0 31 * *", 61 * DAY], // July has 31 days, and August
  ["0 0 1 1 *", 366 * DAY],
  ["0 0 29 2 *", (4 * 365 + 1) * DAY],
])("the longest gap of %s is %i seconds", (schedule, gap) => {
  expect(longestGap(schedule)).toBe(gap);
});

test("a day that does not exist has no gap", () => {
  expect(longestGap("0 0 31 2 *")).toBeUndefined();
});

test.each(["61 * * * *", "* * * *", "0 0 0 * *", "0 22-2 * * *"])("%s is no schedule", (schedule) => {
  expect(() => longestGap(schedule)).toThrow();
});

test.each(["Etc/UTC", "UTC", "Europe/Berlin", "Asia/Kolkata", "America/Port-au-Prince", "Etc/GMT+5"])(
  "%s is a time zone",
  (name) => {
    expect(isTimeZone(name)).toBe(true);
  },
);

test.each(["Local", "europe/berlin", "Europe/BERLIN", "Europe/Nowhere", "+01:00", "CET", ""])(
  "%s is no time zone in Kubernetes",
  (name) => {
    expect(isTimeZone(name)).toBe(false);
  },
);
