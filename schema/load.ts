import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import { deployed, runsProviders } from "./ancestors";
import { between, type Elsewhere } from "./checks/between";
import type { Say, Shows } from "./checks/check";
import { environmentChecks } from "./checks/environment";
import { systemChecks } from "./checks/system";
import { checksTogether } from "./checks/together";
import {
  type Environment,
  type EnvironmentName,
  environmentNames,
  environmentSchema,
  environmentSections,
} from "./environment";
import { notPlain } from "./plain";
import { at, describe, dotted, type Problem, problemsOf } from "./problem";
import { read } from "./read";
import { type Release, releaseSchema, releaseSections } from "./release";
import { type System, systemSchema, systemSections } from "./system";
import { logVariables } from "./terraform-log";

/** A system with its environments, validated. */
export interface Configuration {
  readonly name: string;
  readonly system: System;
  readonly environments: Readonly<
    Record<EnvironmentName, { readonly environment: Environment; readonly release: Release }>
  >;
}

/** Everything that is wrong with the configuration; nothing was constructed or written. */
export class InvalidConfiguration extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(describe).join("\n"));
  }
}

const systems = (root: string): string[] =>
  readdirSync(path.join(root, "systems"))
    .filter((file) => /^[^.]+\.ts$/.test(file))
    .map((file) => path.basename(file, ".ts"));

/** The system that a checkout is about: `SYSTEM`, or what cdktf.json says. */
export function systemName(root: string, env: NodeJS.ProcessEnv): string {
  const name = env.SYSTEM || JSON.parse(readFileSync(path.join(root, "cdktf.json"), "utf8")).context?.system;
  const known = systems(root);
  if (!known.includes(name))
    throw new InvalidConfiguration([
      {
        path: env.SYSTEM ? "SYSTEM" : "cdktf.json context.system",
        value: name,
        rule: "is no system",
        remedy: `use one of ${known.sort().join(", ")}`,
      },
    ]);
  return name;
}

/**
 * In CI a deploy of production must say which system it means: a checkout's own choice may have been changed by
 * anybody. cdktf tells the program nothing about the command that it is run for; the processes above it do.
 */
export function refuseUnnamedSystem(env: NodeJS.ProcessEnv, commandLines: () => readonly (readonly string[])[]): void {
  if (!env.CI || env.SYSTEM) return;
  if (deployed(commandLines()).some((stack) => stack === "production" || stack.includes("*")))
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
 * Terraform's log has Secrets in it, so nobody but a person at a terminal may ask for one. The commands of package.json
 * unset its variables; a cdktf that was called directly runs Terraform with its own environment, which only its caller
 * can change.
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
      rule: "must not be set where no person watches: Terraform's log has the contents of Secrets",
      remedy: "unset it, or use npm run diff, deploy or destroy",
    })),
  );
}

/** Reads a system's files and validates them, all problems at once. */
export async function load(root: string, name: string, env: NodeJS.ProcessEnv): Promise<Configuration> {
  const files = filesOf(name);
  const problems: Problem[] = [];
  const readOrSay = (file: string): Promise<unknown> =>
    read(root, file).catch((error: Error) => {
      problems.push({
        path: file,
        value: undefined,
        rule: `cannot be read: ${error.message}`,
        remedy: existsSync(path.join(root, file)) ? "correct the file" : "write it after another system's",
      });
    });
  const raw = {
    system: await readOrSay(files.system),
    staging: {
      environment: await readOrSay(files.staging.environment),
      release: await readOrSay(files.staging.release),
    },
    production: {
      environment: await readOrSay(files.production.environment),
      release: await readOrSay(files.production.release),
    },
  };
  if (problems.length) throw new InvalidConfiguration(problems);
  return validate(name, files, { ...raw, elsewhere: await elsewhere(root, name) }, env);
}

const filesOf = (name: string) => ({
  system: `systems/${name}.ts`,
  staging: { environment: `environments/${name}/staging.ts`, release: `releases/${name}/staging.json` },
  production: { environment: `environments/${name}/production.ts`, release: `releases/${name}/production.json` },
});

/** The other systems' environments, as far as they can be read: what else is wrong with them is theirs to be told. */
async function elsewhere(root: string, name: string): Promise<Elsewhere[]> {
  const files = systems(root)
    .filter((other) => other !== name)
    .flatMap((other) => environmentNames.map((environment) => filesOf(other)[environment].environment));
  return Promise.all(files.map(async (file) => ({ file, environment: await read(root, file).catch(() => undefined) })));
}

/** What the files hold, as read. */
export interface Raw {
  readonly system: unknown;
  readonly staging: { readonly environment: unknown; readonly release: unknown };
  readonly production: { readonly environment: unknown; readonly release: unknown };
  /** Environments of other systems. */
  readonly elsewhere?: readonly Elsewhere[];
}
/** Names of the files, for messages. */
type Files = { system: string } & Record<EnvironmentName, { environment: string; release: string }>;

export function validate(name: string, files: Files, raw: Raw, env: NodeJS.ProcessEnv): Configuration {
  const problems: Problem[] = [];
  const parse = <T extends z.ZodType>(file: string, schema: T, sections: Record<string, z.ZodType>, value: unknown) => {
    const unfit = notPlain(file, value);
    if (unfit.length) {
      problems.push(...unfit);
      return { value: {} as z.output<T>, valid: new Set<string>() };
    }
    const whole = schema.safeParse(value);
    if (whole.success) return { value: whole.data as z.output<T>, valid: new Set(Object.keys(sections)) };
    problems.push(...problemsOf(file, value, whole.error.issues));
    // Sections that are right by themselves can still be checked against each other.
    const parts = Object.entries(sections).flatMap(([key, section]) => {
      const result = section.safeParse(at(value, [key]));
      return result.success ? [[key, result.data] as const] : [];
    });
    return { value: Object.fromEntries(parts) as z.output<T>, valid: new Set(parts.map(([key]) => key)) };
  };

  const system = parse(files.system, systemSchema, systemSections, raw.system);
  const environments = environmentNames.map((environmentName) => {
    const { environment: environmentFile, release: releaseFile } = files[environmentName];
    const environment = parse(
      environmentFile,
      environmentSchema,
      environmentSections,
      raw[environmentName].environment,
    );
    const release = parse(releaseFile, releaseSchema, releaseSections, raw[environmentName].release);
    const reporter =
      (file: string, root: unknown) => (where: readonly PropertyKey[], rule: string, remedy: string, shows?: Shows) => {
        problems.push({ path: `${file} ${dotted(where)}`.trimEnd(), value: at(root, where), rule, remedy, ...shows });
      };
    const say: Say = {
      system: reporter(files.system, raw.system),
      environment: reporter(environmentFile, raw[environmentName].environment),
      release: reporter(releaseFile, raw[environmentName].release),
    };
    const subject = { systemName: name, environmentName, say, env };
    for (const { needs, run } of [...systemChecks, ...environmentChecks, ...checksTogether])
      if (
        needs.system.every((key) => system.valid.has(key)) &&
        needs.environment.every((key) => environment.valid.has(key)) &&
        needs.release.every((key) => release.valid.has(key))
      )
        run(system.value, environment.value, release.value, subject);
    return [environmentName, { environment, release }] as const;
  });

  const [[, staging], [, production]] = environments as [(typeof environments)[0], (typeof environments)[0]];
  problems.push(
    ...between(
      { ...staging.environment, file: files.staging.environment },
      { ...production.environment, file: files.production.environment },
      raw.elsewhere ?? [],
    ),
  );

  // A check of the system runs once for each environment; its problems are said once.
  const distinct = [...new Map(problems.map((p) => [describe(p), p])).values()];
  if (distinct.length) throw new InvalidConfiguration(distinct);
  return {
    name,
    system: literal(system.value),
    environments: {
      staging: { environment: literal(staging.environment.value), release: literal(staging.release.value) },
      production: { environment: literal(production.environment.value), release: literal(production.release.value) },
    },
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
