import { DAY, DENIED_DAYS, leavesMaintenance, ROLLING_DAYS } from "../../facts/maintenance";
import { type Check, check } from "./check";

/** Rules about an environment's freezes: those that its file plans, and the one by hand. */
export const freezesChecks: readonly Check[] = [
  check([], ["freezes"], [], (_s, { freezes }, _r, { say }) => {
    for (const [i, { from }] of freezes.entries()) {
      const before = freezes[i - 1];
      if (before && from < before.until)
        say.environment(
          ["freezes", i, "from"],
          `must not be before the freeze above it ends (${before.until})`,
          "write them in the order of time, and one in place of two that overlap",
        );
    }
  }),
  check([], ["freezes", "cluster"], [], (_s, { freezes, cluster }, _r, { say, pointer }) => {
    const leaves = (all: typeof freezes) =>
      leavesMaintenance(
        all.map(({ from, until }) => ({ from: Date.parse(from), until: Date.parse(until) })),
        cluster.maintenance,
      );
    const rule = `leaves GKE too few nights: it requires 12 in any ${ROLLING_DAYS} days, with the whole window from ${cluster.maintenance}`;
    const remedy = "shorten it: a single freeze can have 78 days";
    const { freeze: byHand } = pointer;
    // The freezes before it are said already, or leave enough.
    const at = freezes.findIndex((_, i) => !leaves(freezes.slice(0, i + 1)));
    if (at >= 0) say.environment(["freezes", at, "until"], rule, remedy);
    else if (byHand && !leaves([byHand, ...freezes])) say.pointer(["freeze", "until"], rule, remedy);
  }),
  check([], ["freezes", "database"], [], (_s, { freezes, database }, _r, { say }) => {
    const [first] = freezes;
    if (database?.kind !== "cloud-sql" || !first) return;
    for (const [i, { until }] of freezes.entries())
      if (i && Date.parse(until) > Date.parse(first.from) + DENIED_DAYS * DAY)
        say.environment(
          ["freezes", i, "until"],
          `must be within ${DENIED_DAYS} days of the first freeze's beginning (${first.from}): Cloud SQL holds one period`,
          "add it when the first freeze is over, and remove that one",
        );
  }),
];
