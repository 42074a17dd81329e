import { readFileSync } from "node:fs";
import path from "node:path";
import { between } from "./checks/between";
import type { Say, Shows } from "./checks/check";
import { choicesChecks } from "./checks/choices";
import { datastoresChecks } from "./checks/datastores";
import { edgeChecks } from "./checks/edge";
import { environmentChecks } from "./checks/environment";
import { orderChecks } from "./checks/order";
import { pathsChecks } from "./checks/paths";
import { sizesChecks } from "./checks/sizes";
import { systemChecks } from "./checks/system";
import { checksTogether } from "./checks/together";
import { type Environment, environmentSchema } from "./environment";
import { type ByEnvironment, environmentFile, type Raw, readFiles, systemFile, systemsIn } from "./files";
import { type Parsed, parser } from "./parse";
import { at, describe, dotted, type Problem } from "./problem";
import type { Release } from "./release";
import { running } from "./running";
import { type System, systemSchema } from "./system";

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
  const name = env.SYSTEM || JSON.parse(readFileSync(path.join(root, "cdktf.json"), "utf8")).context?.system;
  const known = systemsIn(root);
  if (!known.includes(name))
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

/** Reads a system's files and validates them, all problems at once. */
export async function load(root: string, name: string, env: NodeJS.ProcessEnv): Promise<Configuration> {
  const { raw, problems } = await readFiles(root, name);
  if (problems.length) throw new InvalidConfiguration(problems);
  return validate(name, raw, env);
}

/** Validates a system's files: what an environment's file holds becomes the environment of the file's name. */
export function validate(name: string, raw: Raw, env: NodeJS.ProcessEnv): Configuration {
  const problems: Problem[] = [];
  const parse = parser(problems);
  const reporter =
    ({ file, raw }: Parsed<unknown>) =>
    (where: readonly PropertyKey[], rule: string, remedy: string, shows?: Shows) => {
      problems.push({ path: `${file} ${dotted(where)}`.trimEnd(), value: at(raw, where), rule, remedy, ...shows });
    };

  const system = parse(systemFile(name), systemSchema, raw.system);
  const releases = running(name, raw, parse, problems);
  const environments = Object.entries(raw.environments).map(([environmentName, content]) => {
    const environment = parse(environmentFile(name, environmentName), environmentSchema, content);
    const release = releases.get(environmentName) as Parsed<Release>;
    const say: Say = { system: reporter(system), environment: reporter(environment), release: reporter(release) };
    const subject = { systemName: name, environmentName, say, env };
    for (const { needs, run } of [
      ...systemChecks,
      ...pathsChecks,
      ...orderChecks,
      ...environmentChecks,
      ...datastoresChecks,
      ...choicesChecks,
      ...edgeChecks,
      ...checksTogether,
      ...sizesChecks,
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
      raw.elsewhere ?? [],
    ),
  );

  // A check of the system runs once for each environment; its problems are said once.
  const distinct = [...new Map(problems.map((p) => [describe(p), p])).values()];
  if (distinct.length) throw new InvalidConfiguration(distinct);
  return {
    name,
    system: literal(system.value),
    environments: Object.fromEntries(
      environments.map(({ name, environment, release }) => [
        name,
        { environment: literal(environment.value), release: literal(release.value) },
      ]),
    ) as Configuration["environments"],
  };
}

/**
 * Text stays text: `${` and `%{` would start an expression in Terraform's JSON.
 * {@link https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences-1}
 */
function literal<T>(value: T): T {
  if (typeof value === "string") return value.replace(/([$%])\{/g, "$1$1{") as T;
  if (Array.isArray(value)) return value.map(literal) as T;
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, literal(v)])) as T;
  return value;
}
