import { isDeepStrictEqual } from "node:util";
import { environmentFile, releaseFile } from "../../schema/files";
import { type Freeze, frozen } from "../../schema/freeze";
import { npmRun } from "../../schema/npm-run";
import type { Problem } from "../../schema/problem";
import type { Context } from "../context";
import { approvalsIn } from "./approvals";
import { tellsOfFreeze } from "./maintenance-change";
import type { Plan } from "./plan-problems";

/** Whose freezes they are. */
export interface Freezes extends Pick<Context, "systemName" | "environmentName" | "environment"> {
  /** The freeze by hand, then those that the environment's file plans. */
  readonly freezes: readonly Freeze[];
}

/**
 * Why a plan must not be applied now: its environment is frozen, and it changes something. A plan that only tells Google of a
 * freeze is applied, because the freeze has to get there. So is that of a rollback, and of a
 * step that takes requests away from a candidate.
 */
export function freezeProblems(
  plan: Plan,
  { systemName, environmentName, environment, freezes }: Freezes,
  now = new Date(),
  env = process.env,
): Problem[] {
  const freeze = frozen(freezes, now);
  const { rollback, step } = approvalsIn(env);
  if (!freeze || rollback || step === "back" || changed(plan).every(tellsOfFreeze)) return [];
  const planned = environment.freezes.findIndex((one) => isDeepStrictEqual(one, freeze));
  const [path, lift] =
    planned < 0
      ? [
          `${releaseFile(systemName, environmentName)} freeze.until`,
          `run ${npmRun(systemName, "freeze", environmentName, "--lift")}`,
        ]
      : [`${environmentFile(systemName, environmentName)} freezes.${planned}.until`, "remove the freeze"];
  const rule = `nothing is deployed until then, but for rollbacks: ${freeze.reason}`;
  const remedy = `deploy later, or ${lift}, and commit the file; see docs/freezes.md`;
  return [{ path, value: freeze.until, rule, remedy }];
}

const changed = ({ resource_changes = [] }: Plan) =>
  resource_changes.filter(({ change }) => change.actions.some((action) => action !== "no-op" && action !== "read"));
