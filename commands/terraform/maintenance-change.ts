import { isDeepStrictEqual } from "node:util";
import type { Plan } from "./plan-problems";

type Change = NonNullable<Plan["resource_changes"]>[number];
// biome-ignore lint/suspicious/noExplicitAny: a resource of any type
type Any = any;

/** Resources without what a freeze sets in them. */
const WITHOUT_FREEZE: Readonly<Record<string, (resource: Any) => unknown>> = {
  google_container_cluster: ({ maintenance_policy = [], ...others }) => ({
    ...others,
    maintenance_policy: maintenance_policy.map(({ maintenance_exclusion, ...policy }: Any) => policy),
  }),
  google_sql_database_instance: ({ settings = [], ...others }) => ({
    ...others,
    settings: settings.map(({ deny_maintenance_period, ...setting }: Any) => setting),
  }),
};

/** Whether a change only tells Google when there is a freeze. */
export function tellsOfFreeze({ type, change: { actions, before, after } }: Change): boolean {
  const without = WITHOUT_FREEZE[type];
  return without !== undefined && actions.join() === "update" && isDeepStrictEqual(without(before), without(after));
}
