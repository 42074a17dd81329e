import { problems } from "../support";
import { type Anything, P, production, refused, S, system, testRefused } from "./support";

/** Exceptions for vulnerabilities, and for how long a scan counts. */

const exception = (more: object = {}) => ({
  id: "CVE-2027-10000",
  until: "2027-06-30",
  reason: "The function is not called",
  ...more,
});
const excepted = (...exceptions: Anything[]) => system((s) => (s.vulnerabilityExceptions = exceptions));
const ID = `must be a vulnerability's id; write it like "CVE-2027-12345"`;
const DAY = `must be a day that exists; write it like "2026-01-31"`;
const AT = `${S} vulnerabilityExceptions`;
const DAYS = `${P} verifiedIn.scannedWithinDays`;
const within = (days: Anything) => production((e) => (e.verifiedIn.scannedWithinDays = days));

testRefused({
  "an exception that is no list": refused(
    system((s) => (s.vulnerabilityExceptions = exception())),
    `${AT} = an object: must be a list; write it in brackets`,
  ),
  "an exception without anything": refused(
    excepted({}),
    `${AT}.0.id = nothing: is required (string); write it like "CVE-2027-12345"`,
    `${AT}.0.until = nothing: is required (string); write it like "2026-01-31"`,
    `${AT}.0.reason = nothing: is required (string); write it`,
  ),
  "an exception with a field that is none": refused(
    excepted(exception({ image: "backend" })),
    `${AT}.0.image = a string: is not a known key; remove it, or correct its spelling`,
  ),
  "ids that Trivy does not write": refused(
    excepted(exception({ id: "cve-2027-10000" }), exception({ id: "openssl" }), exception({ id: "" })),
    `${AT}.0.id = "cve-2027-10000": ${ID}`,
    `${AT}.1.id = "openssl": ${ID}`,
    `${AT}.2.id = "": ${ID}`,
  ),
  "an exception twice": refused(
    excepted(exception(), exception({ id: "GHSA-jfh8-c2jp-5v3q" }), exception({ until: "2027-07-31" })),
    `${AT}.2.id = "CVE-2027-10000": is listed twice; remove one of the two`,
  ),
  "days that do not exist": refused(
    excepted(exception({ until: "2027-02-29" }), exception({ id: "CVE-2027-2", until: "2027-06-30T00:00:00Z" })),
    `${AT}.0.until = "2027-02-29": ${DAY}`,
    `${AT}.1.until = "2027-06-30T00:00:00Z": ${DAY}`,
  ),
  "an exception without a reason": refused(
    excepted(exception({ reason: "" })),
    `${AT}.0.reason = "": must be one line of 1 to 80 characters; write it`,
  ),
  "a scan that never counts": refused(within(0), `${DAYS} = 0: must be at least 1 (days); write a number from 1 to 90`),
  "a scan that counts for too long": refused(
    within(91),
    `${DAYS} = 91: must be at most 90 (days); write a number from 1 to 90`,
  ),
  "a day and a half": refused(within(1.5), `${DAYS} = 1.5: must be a whole number (days); write one from 1 to 90`),
});

test("an exception that is over is no problem: it only has no effect", () => {
  expect(problems(excepted(exception({ until: "2020-02-29" })))).toEqual([]);
});
