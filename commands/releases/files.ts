import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { type Raw, releaseFile } from "../../schema/files";
import { InvalidConfiguration, validate } from "../../schema/load";
import { parser } from "../../schema/parse";
import type { Problem } from "../../schema/problem";
import { type Pointer, pointerSchema, type Release } from "../../schema/release";
import { systemSchema } from "../../schema/system";
import { writeWhole } from "../../schema/write";
import { person } from "../git";

/**
 * What an environment runs, as far as its file says so; nothing if there is no file.
 * @throws InvalidConfiguration if the file has something else: writing it again would lose that
 */
export function runs(system: string, { releases }: Raw, environment: string): Partial<Pointer> {
  const problems: Problem[] = [];
  const file = releaseFile(system, environment);
  const { value } = parser(problems)(file, pointerSchema.partial(), releases[environment] ?? {});
  if (problems.length) throw new InvalidConfiguration(problems);
  return value;
}

/**
 * What the environment ran before is named in its file, if Vercel keeps its frontends: going back to it builds nothing. A freeze
 * stays in the file until it is over.
 */
export function remembering(raw: Raw, before: Partial<Pointer>, { stable, previous: _, ...rest }: Pointer): Pointer {
  const { freeze } = before;
  const previous = stable === before.stable ? before.previous : before.stable;
  const onVercel = Object.keys(systemSchema.safeParse(raw.system).data?.vercel ?? {}).length > 0;
  return {
    stable,
    ...(onVercel && previous !== undefined && { previous }),
    ...rest,
    freeze: freeze && Date.parse(freeze.until) > Date.now() ? freeze : undefined,
  };
}

/** Why a release may run without a verification: the person who calls the command says so. */
export const approval = (release: string, reason: string): Pointer["approved"] => ({ release, by: person(), reason });

/**
 * What an environment runs once a release has come.
 * @param hotfix why it may run without a verification. It repairs what runs, so it does not bring the migrations of a release that was rolled back
 */
export const arriving = ({ database }: Partial<Pointer>, release: string, hotfix?: string): Pointer => ({
  stable: release,
  ...(hotfix !== undefined && { database, approved: approval(release, hotfix) }),
});

/** What is to be written into a system's folder of releases. */
export interface Change {
  readonly environment: string;
  readonly pointer: Pointer;
  /** A new release, by its id. */
  readonly release?: { readonly id: string; readonly content: Release };
}

/**
 * Checks a release, and what an environment is to run. Other files' problems are not ours.
 * @throws InvalidConfiguration if one of the two is wrong
 */
export function check(system: string, raw: Raw, names: readonly string[]): void {
  try {
    validate(system, raw, process.env);
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    const files = names.map((name) => releaseFile(system, name));
    const ours = error.problems.filter((p) => files.some((file) => `${p.path} `.startsWith(`${file} `)));
    if (ours.length) throw new InvalidConfiguration(ours);
  }
}

/** Files of releases with a change. */
export const changed = ({ releases, ...raw }: Raw, { environment, pointer, release }: Change): Raw => ({
  ...raw,
  releases: { ...releases, ...(release && { [release.id]: release.content }), [environment]: pointer },
});

/** Writes a change below a root: the release first, because the other file names it. */
export function write(root: string, system: string, { environment, pointer, release }: Change): void {
  const file = (name: string) => path.join(root, releaseFile(system, name));
  const put = (name: string, value: unknown) => {
    mkdirSync(path.dirname(file(name)), { recursive: true });
    writeWhole(file(name), `${JSON.stringify(value, null, 2)}\n`);
  };
  if (release && !existsSync(file(release.id))) put(release.id, release.content);
  put(environment, pointer);
}
