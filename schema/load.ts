import { deployed, runsProviders } from "./ancestors";
import { between } from "./checks/between";
import type { Say, Shows } from "./checks/check";
import { choicesChecks } from "./checks/choices";
import { datastoresChecks } from "./checks/datastores";
import { edgeChecks } from "./checks/edge";
import { environmentChecks } from "./checks/environment";
import { systemChecks } from "./checks/system";
import { checksTogether } from "./checks/together";
import { type Environment, environmentSchema, processVariables } from "./environment";
import { literal } from "./expressions";
import { type ByEnvironment, environmentFile, type Raw, readFiles, systemFile, systemsIn } from "./files";
import { type Parsed, parser } from "./parse";
import { plain } from "./plain";
import { at, describe, dotted, type Problem } from "./problem";
import { readJson } from "./read";
import type { Release } from "./release";
import { running } from "./running";
import { type System, systemSchema } from "./system";
import { logVariables } from "./terraform-log";

/** A system with its environments, validated. */
export interface Configuration {
  readonly name: string;
  readonly system: System;
  readonly environments: ByEnvironment<{ readonly environment: Environment; readonly release: Release }>;
}

/**
 * An environment of a configuration with its release.
 * @throws when there is none of that name
 */
export function environmentOf(
  { name, environments }: Pick<Configuration, "name" | "environments">,
  environment: string,
): Configuration["environments"]["production"] {
  const found = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (!found) throw new Error(`${name} has no environment ${environment}`);
  return found;
}

/** All problems of the configuration. Nothing was constructed or written. */
export class InvalidConfiguration extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(describe).join("\n"));
  }
}

/** The system that commands use: `SYSTEM`, or `context.system` in cdktf.json. */
export function systemName(root: string, env: NodeJS.ProcessEnv): string {
  const name = env.SYSTEM || systemOf(root);
  const known = systemsIn(root);
  if (typeof name !== "string" || !known.includes(name))
    throw new InvalidConfiguration([
      {
        path: env.SYSTEM ? "SYSTEM" : "cdktf.json context.system",
        value: name,
        rule: "is not a system",
        remedy: `use one of ${known.join(", ")}`,
      },
    ]);
  return name;
}

/** The system that cdktf.json names. */
function systemOf(root: string): unknown {
  try {
    return at(readJson(root, "cdktf.json"), ["context", "system"]);
  } catch (error) {
    const rule = `cannot be read: ${(error as Error).message}`;
    throw new InvalidConfiguration([{ path: "cdktf.json", value: undefined, rule, remedy: "correct the file" }]);
  }
}

/**
 * In CI, a deploy of production must name the system with `SYSTEM`, because anybody can change a checkout's own choice.
 * cdktf does not tell the program which command it runs, so the command lines of the parent processes are read.
 */
export function refuseUnnamedSystem(
  { environments }: Pick<Configuration, "environments">,
  env: NodeJS.ProcessEnv,
  commandLines: () => readonly (readonly string[])[],
): void {
  if (!env.CI || env.SYSTEM) return;
  const isProduction = (stack: string) => environments[stack]?.environment.purpose === "production";
  if (deployed(commandLines()).some((stack) => stack.includes("*") || isProduction(stack)))
    throw new InvalidConfiguration([
      {
        path: "SYSTEM",
        value: undefined,
        rule: "must name the system when CI deploys production",
        remedy: "set the environment variable SYSTEM in the job",
      },
    ]);
}

/**
 * Terraform's log contains the values of Secrets, so only a person at a terminal can turn it on. The commands in
 * package.json unset its variables. If cdktf is called directly, only its caller can unset them.
 */
export function refuseLogs(
  env: NodeJS.ProcessEnv,
  commandLines: () => readonly (readonly string[])[],
  atTerminal: () => boolean,
): void {
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

/** Reads a system's files and validates them, all problems at once. */
export async function load(root: string, name: string, env: NodeJS.ProcessEnv): Promise<Configuration> {
  const { raw, problems } = await readFiles(root, name);
  return validate(name, raw, env, problems);
}

/**
 * Validates a system's files: what an environment's file holds becomes the environment of the file's name.
 * @param unread problems of the files that cannot be read; the others are validated as well
 */
export function validate(
  name: string,
  raw: Raw,
  env: NodeJS.ProcessEnv,
  unread: readonly Problem[] = [],
): Configuration {
  const problems = [...unread];
  const parse = parser(problems);
  const reporter =
    ({ file, raw }: Parsed<unknown>) =>
    (where: readonly PropertyKey[], rule: string, remedy: string, shows?: Shows) => {
      problems.push({ path: `${file} ${dotted(where)}`.trim(), value: at(raw, where), rule, remedy, ...shows });
    };

  const variables = parse("", processVariables, { CHARTS_MIRROR: env.CHARTS_MIRROR || undefined }).value;
  const system = parse(systemFile(name), systemSchema, raw.system);
  const releases = running(name, raw, parse, problems);
  const environments = Object.entries(raw.environments).map(([environmentName, content]) => {
    const environment = parse(environmentFile(name, environmentName), environmentSchema, content);
    const release = releases.get(environmentName) as Parsed<Release>;
    const say: Say = { system: reporter(system), environment: reporter(environment), release: reporter(release) };
    const subject = { systemName: name, environmentName, say, env };
    for (const { needs, run } of [
      ...systemChecks,
      ...environmentChecks,
      ...datastoresChecks,
      ...choicesChecks,
      ...edgeChecks,
      ...checksTogether,
    ])
      if (
        needs.system.every((key) => system.valid.has(key)) &&
        needs.environment.every((key) => environment.valid.has(key)) &&
        needs.release.every((key) => release.valid.has(key))
      )
        run(system.value, environment.value, release.value, subject);
    return { name: environmentName, environment, release };
  });
  problems.push(
    ...between(
      environments.map(({ name, environment }) => ({ name, ...environment })),
      (raw.elsewhere ?? []).map(({ file, environment }) => ({ file, environment: plain(file, environment).value })),
    ),
  );

  // A check of the system runs once for each environment; its problems are said once.
  const distinct = [...new Map(problems.map((p) => [describe(p), p])).values()];
  if (distinct.length) throw new InvalidConfiguration(distinct);
  return {
    name,
    system: literal(system.value),
    environments: Object.fromEntries(
      environments.map(({ name, environment: { value }, release }) => {
        const { CHARTS_MIRROR: chartsMirror = value.chartsMirror } = variables;
        return [name, literal({ environment: { ...value, chartsMirror }, release: release.value })];
      }),
    ) as Configuration["environments"],
  };
}
