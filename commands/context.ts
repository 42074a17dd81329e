import path from "node:path";
import { InvalidArgumentError } from "commander";
import type { Candidate } from "../schema/candidate";
import type { Environment } from "../schema/environment";
import { environmentsIn, type Raw, readFiles, systemsIn } from "../schema/files";
import {
  type Configuration,
  environmentOf,
  InvalidConfiguration,
  load,
  sourceOf,
  systemName,
  validate,
} from "../schema/load";
import { npmRun } from "../schema/npm-run";
import { type Pointer, type Release, releasesFolder, uniformRelease } from "../schema/release";
import { didYouMean } from "../schema/similar";
import { type System, systemSchema } from "../schema/system";

export interface Context {
  readonly systemName: string;
  readonly system: System;
  readonly environmentName: string;
  readonly environment: Environment;
  /** The stable release. */
  readonly release: Release;
  /** The release that services with a strategy run beside the stable one, if there is one. */
  readonly candidate?: Candidate;
  /** The names of the releases that it runs. */
  readonly pointer: Pointer;
  /** The environment that verifies this one's releases, if there is one. */
  readonly source?: Environment;
}

const ROOT = path.resolve(__dirname, "..");

/**
 * Files in which each environment without a release runs one, because commands before the first release need none.
 * Bootstrap prints the commands from which it gets its digests.
 */
export function withFirstReleases({ releases, ...raw }: Raw): Raw {
  const system = systemSchema.safeParse(raw.system);
  const nothing = { services: {}, tasks: {}, scheduled: {}, smokeChecks: {}, vercel: {} };
  const first = uniformRelease(system.success ? system.data : nothing, "1.0.0", `sha256:${"0".repeat(64)}`);
  const missing = Object.keys(raw.environments).filter((name) => !Object.hasOwn(releases, name));
  return { ...raw, releases: { ...releasesFolder(Object.fromEntries(missing.map((it) => [it, first]))), ...releases } };
}

/** What is wrong with the name of a system that a call gives, by an option or a variable: a line, or none. */
export function systemProblems(by: string, system: string): string[] {
  const known = systemsIn(ROOT);
  return known.includes(system)
    ? []
    : [`${by} ${system}: is not a system; ${didYouMean(system, known)}use one of ${known.join(", ")}`];
}

/** What is wrong with the name of an environment: a line, or none. */
export function environmentProblems(system: string, environment: string, known: readonly string[]): string[] {
  return known.includes(environment)
    ? []
    : [
        `${environment}: is not an environment of ${system}; ${didYouMean(environment, known)}use one of ${known.join(", ")}`,
      ];
}

/**
 * The files of the environment that a call names.
 * @throws InvalidArgumentError if there is none of that name
 * @throws InvalidConfiguration if they are wrong
 */
export async function filesOf(environmentName: string) {
  const name = systemName(ROOT, process.env);
  const [wrong] = environmentProblems(name, environmentName, environmentsIn(ROOT, name));
  if (wrong) throw new InvalidArgumentError(wrong);
  const { raw, problems } = await readFiles(ROOT, name);
  const configuration = validate(name, withFirstReleases(raw), process.env, problems);
  const files = environmentOf(configuration, environmentName);
  return {
    systemName: name,
    files: { ...files, source: sourceOf(configuration.environments, files.environment) },
  };
}

/** What a command that writes files works on. */
export interface Writable {
  readonly systemName: string;
  /** The files as they are, which need not be valid. */
  readonly raw: Raw;
}

/**
 * The system's files, for a command that changes those of environments that a call names.
 * @throws InvalidArgumentError if there is none of a name
 * @throws InvalidConfiguration if a file cannot be read
 */
export async function writable(...environmentNames: readonly string[]): Promise<Writable> {
  const name = systemName(ROOT, process.env);
  const { raw, problems } = await readFiles(ROOT, name);
  if (problems.length) throw new InvalidConfiguration(problems);
  const known = Object.keys(raw.environments);
  const wrong = environmentNames.flatMap((it) => environmentProblems(name, it, known));
  if (wrong.length) throw new InvalidArgumentError(wrong.join("\n"));
  return { systemName: name, raw };
}

/**
 * The system's files, all valid, for a command on the environments that a call names.
 * @throws InvalidArgumentError if there is none of a name
 * @throws InvalidConfiguration if the files are wrong
 */
export async function configurationFor(...environmentNames: readonly string[]): Promise<Configuration> {
  const name = systemName(ROOT, process.env);
  const known = environmentsIn(ROOT, name);
  const wrong = environmentNames.flatMap((it) => environmentProblems(name, it, known));
  if (wrong.length) throw new InvalidArgumentError(wrong.join("\n"));
  return load(ROOT, name, process.env);
}

/** @throws InvalidArgumentError if the release that a call names is none of the system's */
export function checkRelease({ name, releases }: Configuration, environmentName: string, release: string): void {
  const known = Object.keys(releases);
  if (!known.includes(release))
    throw new InvalidArgumentError(
      `${release}: is not a release of ${name}; ${didYouMean(release, known)}those that ran: ${npmRun(name, "history", environmentName)}`,
    );
}

/** What commands need to know of the environment that a call names. @throws as filesOf does */
export async function contextOf(environmentName: string): Promise<Context> {
  const { systemName, files } = await filesOf(environmentName);
  return { systemName, environmentName, ...files };
}
