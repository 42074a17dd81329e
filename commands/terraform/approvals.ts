import type { Problem } from "../../schema/problem";
import { didYouMean } from "../../schema/similar";
import { ALLOWED, DESTROY } from "./guard";

/** What was approved before a deploy, as options of `slipway deploy` say it. */
export interface Approvals {
  /** Hash of the plan that somebody has seen. */
  readonly approved?: string;
  /** What else than a release may change. */
  readonly allow?: readonly string[];
  /** Whether the deploy goes back to a release that ran before. */
  readonly rollback?: boolean;
  /** What the deploy does with a candidate, if it is a step of a walk that somebody has approved. */
  readonly step?: Step;
  /** Whether the deploy ends before it changes anything. */
  readonly dryRun?: boolean;
}

/**
 * A step of a walk: `on` gives the candidate another share, and changes nothing else. `back` takes its requests away, which
 * cannot wait for another change to be undone.
 */
export type Step = "on" | "back";

/** The variables that carry approvals to the gate, which cdktf starts with arguments of its own. */
export const variablesOf = ({ approved, allow = [], rollback, step, dryRun }: Approvals): NodeJS.ProcessEnv => ({
  SLIPWAY_APPROVED: approved,
  SLIPWAY_ALLOW: allow.join("\n"),
  SLIPWAY_ROLLBACK: rollback ? "1" : "",
  SLIPWAY_STEP: step,
  SLIPWAY_DRY_RUN: dryRun ? "1" : "",
});

/** The approvals in variables. */
export const approvalsIn = (env: NodeJS.ProcessEnv) => ({
  approved: env.SLIPWAY_APPROVED || undefined,
  allow: env.SLIPWAY_ALLOW?.split("\n").filter(Boolean) ?? [],
  rollback: Boolean(env.SLIPWAY_ROLLBACK),
  step: (env.SLIPWAY_STEP || undefined) as Step | undefined,
  dryRun: Boolean(env.SLIPWAY_DRY_RUN),
});

/** A name, and no pattern, which cdktf compares with the names of all stacks. */
export const NAME = /^[\w-]+$/;

/** What is wrong with the options of approvals: a line for each. */
export function misusesOf({ approved, allow = [] }: Approvals, environments: readonly string[]): string[] {
  const [only = "", ...others] = environments;
  return [
    ...(approved === undefined || /^[0-9a-f]{16}$/.test(approved)
      ? []
      : ["--approved: is not the hash of a plan, 16 hexadecimal digits; copy it from npx slipway diff"]),
    ...(approved === undefined || (NAME.test(only) && !others.length)
      ? []
      : ["--approved: is about the plan of one environment; name this one alone"]),
    ...allow
      .filter((it) => !ALLOWED.includes(it) && !(it.startsWith(DESTROY) && it.includes(".")))
      .map((it) => {
        const known = [...ALLOWED, `${DESTROY}<address>`];
        return `--allow ${it}: cannot be allowed; ${didYouMean(it, known)}use one of ${known.join(", ")}`;
      }),
  ];
}

/** What is wrong with the approval of a plan: nothing, or one problem. `required` says that it must be approved by its hash. */
export function approvalProblems(hash: string, { approved }: Approvals, required: boolean): Problem[] {
  if (approved === hash || (approved === undefined && !required)) return [];
  return [
    {
      path: "--approved",
      value: approved,
      secret: false,
      ...(approved === undefined
        ? {
            rule: "must name the plan when CI deploys production",
            remedy: `let somebody look at the plan; if it is right, add --approved ${hash}`,
          }
        : {
            rule: `is another plan than this one, ${hash}: the files or what exists have changed since`,
            remedy: `look at the plan above; if it is right, deploy with --approved ${hash}`,
          }),
    },
  ];
}
