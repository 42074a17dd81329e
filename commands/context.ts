import path from "node:path";
import type { Candidate } from "../schema/candidate";
import type { Environment } from "../schema/environment";
import { environmentsIn, type Raw, readFiles } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { environmentOf, systemName, validate } from "../schema/load";
import { releasesFolder, uniformRelease } from "../schema/release";
import { type System, systemSchema } from "../schema/system";
import { asksForHelp } from "./help";

export interface Context {
  readonly systemName: string;
  readonly system: System;
  readonly environmentName: string;
  readonly environment: Environment;
  /** The release that services with a strategy run beside the stable one, if there is one. */
  readonly candidate?: Candidate;
}

const ROOT = path.resolve(__dirname, "..");

/**
 * Files in which each environment without a release runs one. No command on an environment reads a release, and bootstrap
 * prints the commands from which the first one gets its digests.
 */
export function withFirstReleases({ releases, ...raw }: Raw): Raw {
  const system = systemSchema.safeParse(raw.system);
  const nothing = { services: {}, tasks: {}, scheduled: {}, smokeChecks: {}, vercel: {} };
  const first = uniformRelease(system.success ? system.data : nothing, "1.0.0", `sha256:${"0".repeat(64)}`);
  const missing = Object.keys(raw.environments).filter((name) => !Object.hasOwn(releases, name));
  return { ...raw, releases: { ...releasesFolder(Object.fromEntries(missing.map((it) => [it, first]))), ...releases } };
}

/**
 * Runs a command on the environment that its first argument names. Exits with 2 and prints the usage for a wrong call, and
 * exits with 1 for a wrong configuration.
 */
export function onEnvironment(usage: string, run: (context: Context) => void | Promise<void>): Promise<void> {
  return toTheEnd(async () => {
    const args = process.argv.slice(2);
    if (asksForHelp(args)) return console.log(usage);
    const [environmentName = "", ...others] = args;
    const name = systemName(ROOT, process.env);
    const known = environmentsIn(ROOT, name);
    if (!known.includes(environmentName) || others.length) {
      const wrong =
        environmentName && !known.includes(environmentName) ? `${environmentName}: is not an environment\n\n` : "";
      console.error(`${wrong}${usage}\n\nEnvironments of ${name}: ${known.join(", ")}.`);
      process.exitCode = 2;
      return;
    }
    const { raw, problems } = await readFiles(ROOT, name);
    const configuration = validate(name, withFirstReleases(raw), process.env, problems);
    const { system, environment, candidate } = environmentOf(configuration, environmentName);
    await run({ systemName: name, system, environmentName, environment, candidate });
  });
}
