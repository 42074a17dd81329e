import path from "node:path";
import { changes, DEPLOYS, runsProviders, skipsSynthesis } from "./ancestors";
import { type Configuration, InvalidConfiguration } from "./load";
import { logVariables } from "./terraform-log";

/** What CI must not do. cdktf does not tell the program which command it runs, so command lines are read. */

type CommandLines = () => readonly (readonly string[])[];

/** Whether a cdktf among the command lines is about to change production, by one of these commands. */
const changesProduction = (
  environments: Configuration["environments"],
  env: NodeJS.ProcessEnv,
  lines: ReturnType<CommandLines>,
  commands?: readonly string[],
): boolean =>
  Object.entries(environments).some(
    ([stack, { environment }]) => environment.purpose === "production" && changes(env, lines, stack, commands),
  );

/**
 * In CI, whoever deploys or destroys production must name the system with `SYSTEM`, because anybody can change a
 * checkout's own choice.
 */
export function refuseUnnamedSystem(
  { environments }: Pick<Configuration, "environments">,
  env: NodeJS.ProcessEnv,
  commandLines: CommandLines,
): void {
  if (!env.CI || env.SYSTEM) return;
  if (changesProduction(environments, env, commandLines()))
    throw new InvalidConfiguration([
      {
        path: "SYSTEM",
        value: undefined,
        rule: "must name the system when CI deploys or destroys production",
        remedy: "set the environment variable SYSTEM in the job",
      },
    ]);
}

/** Terraform as `slipway` lets cdktf start it: it looks into each plan before it applies it. */
export const GATE = path.resolve(__dirname, "..", "commands", "terraform", "terraform.mjs");

/** Whether cdktf was called directly: nothing looks into its plans, and approvals are not checked. */
export const isUnguarded = (env: NodeJS.ProcessEnv): boolean => env.TERRAFORM_BINARY_NAME !== GATE;

/** In CI, production is deployed only as a plan that somebody has approved, which cdktf alone does not check. */
export function refuseUnguarded(
  { environments }: Pick<Configuration, "environments">,
  env: NodeJS.ProcessEnv,
  commandLines: CommandLines,
): void {
  if (!env.CI || !isUnguarded(env)) return;
  if (changesProduction(environments, env, commandLines(), DEPLOYS))
    throw new InvalidConfiguration([
      {
        path: "npx cdktf deploy",
        value: undefined,
        rule: "must not deploy production in CI: it checks no approvals",
        remedy: "use npx slipway deploy with --approved <hash>",
      },
    ]);
}

/**
 * Without a synthesis, cdktf does not run the program: nothing is checked, and the stacks can be another system's. cdktf
 * called directly does that anyway.
 */
export function refuseSkippedSynthesis(env: NodeJS.ProcessEnv, commandLines: CommandLines): void {
  if (!env.CI || !skipsSynthesis(env, commandLines())) return;
  throw new InvalidConfiguration([
    {
      path: "--skip-synth",
      value: undefined,
      rule: "must not be set in CI: the stacks of an earlier synthesis are not checked",
      remedy: "remove it, and unset CDKTF_SKIP_SYNTH",
    },
  ]);
}

/**
 * Terraform's log contains the values of Secrets, so only a person at a terminal can turn it on. The commands in
 * package.json unset its variables. If cdktf is called directly, only its caller can unset them.
 */
export function refuseLogs(env: NodeJS.ProcessEnv, commandLines: CommandLines, atTerminal: () => boolean): void {
  const logs = logVariables(env);
  if (!logs.length || (!env.CI && atTerminal()) || !runsProviders(commandLines())) return;
  throw new InvalidConfiguration(
    logs.map((name) => ({
      path: name,
      value: env[name],
      rule: "must not be set in CI or without a terminal: Terraform's log contains the values of Secrets",
      remedy: "unset it, or use npm run diff, deploy or destroy",
    })),
  );
}
