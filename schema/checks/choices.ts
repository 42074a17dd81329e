import { DATASTORE_NEEDS } from "../datastores";
import { edgeNeeds } from "../edge";
import { type Check, check } from "./check";

const NEEDS = { ...DATASTORE_NEEDS, edge: edgeNeeds } as const;

/** What production must not choose: each kind of each choice says it itself. */
export const choicesChecks: readonly Check[] = (["database", "cache", "search", "edge"] as const).map((section) =>
  check([], [section, "purpose"], [], (_s, e, _r, { say }) => {
    if (e.purpose !== "production") return;
    for (const { field, rule, remedy } of NEEDS[section](e)?.unfit ?? [])
      say.environment([section, field], rule, remedy);
  }),
);
