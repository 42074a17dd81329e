import { z } from "zod";
import { DAY, DENIED_DAYS, MOST_EXCLUSIONS } from "../facts/maintenance";
import type { Environment } from "./environment";
import { instant, line } from "./fields";
import { rule } from "./problem";
import type { Pointer } from "./release";

/** Freezes: times in which nothing is deployed into an environment, and in which Google's maintenance leaves it alone. */

export const freeze = z
  .strictObject({
    from: instant,
    until: instant,
    reason: line,
  })
  .refine(({ from, until }) => from < until, {
    path: ["until"],
    message: rule("must be after from", "correct one of the two"),
  });
export type Freeze = z.output<typeof freeze>;

/** Freezes that an environment's file can plan: of those that GKE holds, one is for a freeze by hand. */
const MOST_PLANNED = MOST_EXCLUSIONS - 1;

export const plannedFreezes = z
  .array(freeze)
  .refine(
    (all) => all.length <= MOST_PLANNED,
    rule(
      `must be at most ${MOST_PLANNED}: GKE holds ${MOST_EXCLUSIONS}, and one is for npm run freeze`,
      "remove those that are over, and add later ones when the first is over",
    ),
  )
  .default([]);

/** An environment's freezes: the one by hand first, then those that its file plans. */
export const freezesOf = (
  { freezes }: Pick<Environment, "freezes">,
  { freeze: byHand }: Pick<Pointer, "freeze">,
): readonly Freeze[] => [...(byHand ? [byHand] : []), ...freezes];

/** The freeze that holds at a moment. Of two, it is the one that ends later. */
export const frozen = (freezes: readonly Freeze[], now: Date): Freeze | undefined =>
  freezes
    .filter(({ from, until }) => Date.parse(from) <= now.getTime() && now.getTime() < Date.parse(until))
    .toSorted((a, b) => Date.parse(b.until) - Date.parse(a.until))[0];

/**
 * The one period without maintenance that Cloud SQL holds: from the beginning of the first freeze until the end of the last one
 * that ends within 90 days. Without a clock, because the same files give the same stack.
 * @param freezes as {@link freezesOf} returns them
 */
export function withoutMaintenance(freezes: readonly Freeze[]): Pick<Freeze, "from" | "until"> | undefined {
  const [first] = freezes;
  if (!first) return undefined;
  const last = Date.parse(first.from) + DENIED_DAYS * DAY;
  const ends = freezes.map(({ until }) => until).filter((until) => Date.parse(until) <= last);
  return { from: first.from, until: [first.until, ...ends].toSorted().at(-1) as string };
}
