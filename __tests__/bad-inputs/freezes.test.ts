import type { Freeze } from "../../schema/freeze";
import { type Files, problems } from "../support";
import { type Anything, inCluster, P, production, refused, testRefused } from "./support";

/** Times in which nothing is deployed. */

const POINTER = "releases/pmcrm/production.json";
const freeze = (from: string, until: string): Freeze => ({
  from: `${from}T00:00:00Z`,
  until: `${until}T00:00:00Z`,
  reason: "Sale",
});
const planned = (...freezes: Anything[]) => production((e) => (e.freezes = freezes));
const byHand = (value: Anything) => (files: Files) => {
  files.production.freeze = value;
};
const NIGHTS =
  "leaves GKE too few nights: it requires 12 in any 92 days, with the whole window from 03:00; shorten it: a single freeze can have 78 days";

testRefused({
  "a freeze that is no list": refused(
    production((e) => (e.freezes = freeze("2027-11-20", "2027-12-01"))),
    `${P} freezes = an object: must be a list; write it in brackets`,
  ),
  "a freeze without anything": refused(
    planned({}),
    `${P} freezes.0.from = nothing: is required (string); write it like "2026-01-31T12:00:00Z"`,
    `${P} freezes.0.until = nothing: is required (string); write it like "2026-01-31T12:00:00Z"`,
    `${P} freezes.0.reason = nothing: is required (string); write it`,
  ),
  "a freeze in local time": refused(
    planned({ ...freeze("2027-11-20", "2027-12-01"), from: "2027-11-20T00:00:00+01:00" }),
    `${P} freezes.0.from = "2027-11-20T00:00:00+01:00": must be a moment in UTC; write it like "2026-01-31T12:00:00Z"`,
  ),
  "a freeze without a reason": refused(
    planned({ ...freeze("2027-11-20", "2027-12-01"), reason: "" }),
    `${P} freezes.0.reason = "": must be one line of 1 to 80 characters; write it`,
  ),
  "a reason of two lines": refused(
    planned({ ...freeze("2027-11-20", "2027-12-01"), reason: "Sale\nat last" }),
    `${P} freezes.0.reason = "Sale\\nat last": must be one line of 1 to 80 characters; write it in one line`,
  ),
  "a reason that is too long": refused(
    planned({ ...freeze("2027-11-20", "2027-12-01"), reason: "Sale ".repeat(17) }),
    `${P} freezes.0.reason = a string: must be one line of 1 to 80 characters; shorten it`,
  ),
  "a freeze that ends when it begins": refused(
    planned(freeze("2027-11-20", "2027-11-20")),
    `${P} freezes.0.until = "2027-11-20T00:00:00Z": must be after from; correct one of the two`,
  ),
  "freezes that overlap": refused(
    planned(freeze("2027-11-20", "2027-12-01"), freeze("2027-11-30", "2027-12-02")),
    `${P} freezes.1.from = "2027-11-30T00:00:00Z": must not be before the freeze above it ends (2027-12-01T00:00:00Z); write them in the order of time, and one in place of two that overlap`,
  ),
  "more freezes than GKE holds beside one by hand": refused(
    planned(...["10", "11", "12"].map((month) => freeze(`2027-${month}-01`, `2027-${month}-02`))),
    `${P} freezes = a list: must be at most 2: GKE holds 3, and one is for npm run freeze; remove those that are over, and add later ones when the first is over`,
  ),
  "a freeze that is longer than GKE allows": refused(
    planned(freeze("2027-10-01", "2027-12-25")),
    `${P} freezes.0.until = "2027-12-25T00:00:00Z": ${NIGHTS}`,
  ),
  "two freezes that are longer together": refused(
    planned(freeze("2027-10-01", "2027-11-15"), freeze("2027-11-16", "2027-12-25")),
    `${P} freezes.1.until = "2027-12-25T00:00:00Z": ${NIGHTS}`,
  ),
  "freezes that Cloud SQL cannot hold together": refused(
    planned(freeze("2027-04-01", "2027-04-08"), freeze("2027-11-20", "2027-12-01")),
    `${P} freezes.1.until = "2027-12-01T00:00:00Z": must be within 90 days of the first freeze's beginning (2027-04-01T00:00:00Z): Cloud SQL holds one period; add it when the first freeze is over, and remove that one`,
  ),
  "a freeze by hand that ends before it begins": refused(
    byHand(freeze("2027-11-20", "2027-11-19")),
    `${POINTER} freeze.until = "2027-11-19T00:00:00Z": must be after from; correct one of the two`,
  ),
  "a freeze by hand with a field that is none": refused(
    byHand({ ...freeze("2027-11-20", "2027-12-01"), by: "me" }),
    `${POINTER} freeze.by = a string: is not a known key; remove it, or correct its spelling`,
  ),
  "a freeze by hand that is too long beside a planned one": refused((files) => {
    planned(freeze("2027-10-01", "2027-11-15"))(files);
    byHand(freeze("2027-11-10", "2027-12-25"))(files);
  }, `${POINTER} freeze.until = "2027-12-25T00:00:00Z": ${NIGHTS}`),
});

test.each<[what: string, change: (files: Files) => void]>([
  ["that follow each other at once", planned(freeze("2027-11-20", "2027-12-01"), freeze("2027-12-01", "2027-12-02"))],
  [
    "of which one by hand overlaps a planned one",
    (files) => {
      planned(freeze("2027-11-20", "2027-12-01"))(files);
      byHand(freeze("2027-11-18", "2027-12-03"))(files);
    },
  ],
  [
    "of any distance, without Cloud SQL",
    (files) => {
      inCluster()(files);
      planned(freeze("2027-04-01", "2027-04-08"), freeze("2027-11-20", "2027-12-01"))(files);
    },
  ],
])("freezes %s are accepted", (_what, change) => {
  expect(problems(change)).toEqual([]);
});
