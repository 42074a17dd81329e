import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Elsewhere } from "./checks/between";
import { UNREAD } from "./plain";
import type { Problem } from "./problem";
import { read } from "./read";

/** Environments that every system has; it may have more. */
const REQUIRED: readonly string[] = ["staging", "production"];

/** A value for each of a system's environments, by the environment's name. */
export interface ByEnvironment<T> {
  readonly staging: T;
  readonly production: T;
  readonly [name: string]: T;
}

/** Content of a system's files, before validation. The keys are the files' names. */
export interface Raw {
  readonly system: unknown;
  readonly environments: Readonly<Record<string, unknown>>;
  /** Releases by their ids, and what each environment runs by its name. */
  readonly releases: Readonly<Record<string, unknown>>;
  /** What must not disappear from the stacks, by environment; a new one has no list yet. Without it, nothing is compared. */
  readonly protected?: Readonly<Record<string, unknown>>;
  /** Environments of other systems. */
  readonly elsewhere?: readonly Elsewhere[];
}

export const systemFile = (system: string): string => `systems/${system}.ts`;
export const environmentFile = (system: string, environment: string): string =>
  `environments/${system}/${environment}.ts`;
export const releaseFile = (system: string, name: string): string => `releases/${system}/${name}.json`;
export const protectedFile = (system: string, environment: string): string => `protected/${system}/${environment}.json`;

/** Names of all systems. */
export const systemsIn = (root: string): string[] =>
  readdirSync(path.join(root, "systems"))
    .filter((file) => /^[^.]+\.ts$/.test(file))
    .map((file) => path.basename(file, ".ts"))
    .sort();

/** Names of a system's environments: the required ones first, even if their files are missing, then the others. */
export const environmentsIn = (root: string, system: string): string[] => [
  ...new Set([...REQUIRED, ...list(root, `environments/${system}`, ".ts").names]),
];

/**
 * Reads all files of a system. Files that cannot be read, and files that are not used, are problems; the content of what
 * cannot be read is `UNREAD`.
 */
export async function readFiles(root: string, system: string): Promise<{ raw: Raw; problems: Problem[] }> {
  const problems: Problem[] = [];
  const readOrSay = (file: string): Promise<{ readonly content: unknown }> =>
    read(root, file).catch((error: Error) => {
      problems.push({
        path: file,
        rule: `cannot be read: ${error.message}`,
        remedy: existsSync(path.join(root, file)) ? "correct the file" : "copy another system's file and change it",
      });
      return { content: UNREAD };
    });
  const readAll = async (names: readonly string[], fileOf: (system: string, name: string) => string) =>
    Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, (await readOrSay(fileOf(system, name))).content] as const)),
    );
  const environments = environmentsIn(root, system);
  for (const [folder, ending] of [
    [`environments/${system}`, ".ts"],
    [`releases/${system}`, ".json"],
    [`protected/${system}`, ".json"],
  ] as const)
    for (const stray of list(root, folder, ending).strays)
      problems.push({
        path: `${folder}/${stray}`,
        rule: `is not used: the folder contains only ${ending} files`,
        remedy: "move it to another folder",
      });
  const raw = {
    system: (await readOrSay(systemFile(system))).content,
    environments: await readAll(environments, environmentFile),
    releases: await readAll(list(root, `releases/${system}`, ".json").names, releaseFile),
    protected: await readAll(list(root, `protected/${system}`, ".json").names, protectedFile),
    elsewhere: await elsewhere(root, system),
  };
  return { raw, problems };
}

/** The other systems' environments. Unreadable ones are undefined: each system reports its own problems. */
async function elsewhere(root: string, system: string): Promise<Elsewhere[]> {
  const files = systemsIn(root)
    .filter((other) => other !== system)
    .flatMap((other) => environmentsIn(root, other).map((environment) => environmentFile(other, environment)));
  const nothing = { content: undefined };
  return Promise.all(
    files.map(async (file) => ({ file, environment: (await read(root, file).catch(() => nothing)).content })),
  );
}

/** The visible entries of a folder: names of those with the ending, and the others. */
function list(root: string, folder: string, ending: string): { names: string[]; strays: string[] } {
  const full = path.join(root, folder);
  const entries = existsSync(full) ? readdirSync(full).filter((entry) => !entry.startsWith(".")) : [];
  return {
    names: entries
      .filter((entry) => entry.endsWith(ending))
      .map((entry) => entry.slice(0, -ending.length))
      .sort(),
    strays: entries.filter((entry) => !entry.endsWith(ending)),
  };
}
