import { mkdirSync } from "node:fs";
import path from "node:path";
import type { BrokenVersions, Shift } from "@slipway/rehearsal";
import { type Configuration, environmentOf, load, systemName } from "../../schema/load";
import { synthesize } from "../../stacks/synthesize";
import { another, DIGEST, shiftsOf } from "./shifts";

const ROOT = path.resolve(__dirname, "..", "..");

type Files = Configuration["environments"]["production"];

/** A stack of the checkout's system, and versions of it that are synthesized on demand. */
export interface Versions {
  readonly system: string;
  readonly files: Files;
  /** Folder of the stack that its files define. */
  readonly first: string;
  /** Writes a version with another digest of every image. */
  release(): string;
  /** Writes versions with variables that make pods crash, and one with variables that work. */
  broken(): BrokenVersions;
  /** Writes versions in which a candidate comes, gets requests and goes. @throws Inconclusive if no service has a strategy */
  shifts(): Shift[];
  /** Writes a version without protections. */
  destroyable(): string;
}

/** Reads and validates the files of the checkout's system. */
export const configurationOf = (env: NodeJS.ProcessEnv): Promise<Configuration> =>
  load(ROOT, systemName(ROOT, env), env);

/** Synthesizes a stack into a folder, by its name. */
export function versionsOf(
  configuration: Configuration,
  name: string,
  outdir: string,
  env: NodeJS.ProcessEnv,
): Versions {
  const files = environmentOf(configuration, name);
  const write = (version: string, changed: Partial<Files>): string => {
    const out = path.join(outdir, version);
    mkdirSync(out, { recursive: true });
    const environments = { ...configuration.environments, [name]: { ...files, ...changed } };
    synthesize({ ...configuration, environments }, env, out);
    return path.join(out, "stacks", name);
  };
  const { system, environment, release } = files;
  return {
    system: configuration.name,
    files,
    first: write("first", {}),
    release: () => write("release", { release: another(release, "next", DIGEST), previous: release }),
    broken: () => {
      const tasks = Object.values(system.tasks).flatMap(({ variables }) => variables);
      const withVariables = (version: string, value: string, which: (name: string) => boolean = () => true) => {
        const variables = Object.fromEntries(
          Object.entries(environment.variables).map(([name, before]) => [name, which(name) ? value : before]),
        );
        return write(version, { environment: { ...environment, variables } });
      };
      return {
        services: withVariables("broken-services", "crashing", (name) => !tasks.includes(name)),
        everything: withVariables("broken", "crashing-too"),
        next: withVariables("next", "changed"),
      };
    },
    shifts: () => shiftsOf(files, write),
    destroyable: () => write("destroyable", { environment: { ...environment, allowDestroy: true } }),
  };
}
