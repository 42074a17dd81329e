import { type Raw, releaseFile } from "./files";
import { npmRun } from "./npm-run";
import type { Parse, Parsed } from "./parse";
import { UNREAD } from "./plain";
import { at, type Problem } from "./problem";
import { isReleaseId, type Pointer, pointerSchema, type Release, releaseId, releaseSchema } from "./release";

/** What an environment runs, as far as its files say. */
export interface Running {
  readonly pointer: Parsed<Pointer>;
  readonly release: Parsed<Release>;
  readonly candidate?: Parsed<Release>;
  /** The release that was stable before. */
  readonly previous?: Parsed<Release>;
}

/**
 * What each environment runs, by the environment's name. Adds to the problems: releases whose names do not match their
 * content, missing releases, and files that are neither a release nor an environment's.
 */
export function running(system: string, raw: Raw, parse: Parse, problems: Problem[]): Map<string, Running> {
  const say = (path: string, value: unknown, rule: string, remedy: string) =>
    problems.push({ path, value, secret: typeof value === "object", rule, remedy });

  const isThere = (id: string) => Object.hasOwn(raw.releases, id);
  const releases = new Map<string, Parsed<Release>>();
  for (const [name, content] of Object.entries(raw.releases)) {
    const file = releaseFile(system, name);
    if (isReleaseId(name)) {
      const release = parse(file, releaseSchema, content);
      releases.set(name, release);
      if (release.complete && releaseId(release.raw) !== name)
        say(
          file,
          name,
          `must have the name of its content, ${releaseId(release.raw)}: a release never changes`,
          isThere(releaseId(release.raw))
            ? `undo the change, or remove the file and let environments run ${releaseId(release.raw)}, which has this content`
            : `undo the change, or rename the file to ${releaseId(release.raw)}.json and let environments run that`,
        );
    } else if (!Object.hasOwn(raw.environments, name) && content !== UNREAD)
      say(
        file,
        content,
        "is neither a release nor the file of an environment",
        !releaseSchema.safeParse(content).success
          ? `remove it, or name it after one of ${Object.keys(raw.environments).join(", ")}`
          : isThere(releaseId(content))
            ? `remove it: ${releaseId(content)}.json has the same content`
            : `rename it to ${releaseId(content)}.json`,
      );
  }

  return new Map(
    Object.keys(raw.environments).map((environment) => {
      const file = releaseFile(system, environment);
      const nothing = <T>(): Parsed<T> => ({ file, raw: undefined, value: {} as T, valid: new Set(), complete: false });
      if (!Object.hasOwn(raw.releases, environment)) {
        const others = Object.keys(raw.environments).filter((name) => Object.hasOwn(raw.releases, name));
        const other = others.find((name) => purposeOf(raw, name) === purposeOf(raw, environment)) ?? others[0];
        say(
          file,
          undefined,
          "is required: it says which release the environment runs",
          `run ${npmRun(system, "release", environment, other ? `--from ${other}` : "--version 1.0.0 --image <name>=<digest>")}`,
        );
        return [environment, { pointer: nothing<Pointer>(), release: nothing<Release>() }];
      }
      const pointer = parse(file, pointerSchema, raw.releases[environment]);
      const { stable, previous, candidate, database, left = [] } = pointer.value;
      const named = {
        stable,
        previous,
        candidate,
        database,
        ...Object.fromEntries(left.map((id, i) => [`left.${i}`, id])),
      };
      for (const [role, id] of Object.entries(named))
        if (id !== undefined && !releases.has(id))
          say(
            `${file} ${role}`,
            id,
            "is not a release of the system",
            `name one of the files in releases/${system}, or use npm run release`,
          );
      return [
        environment,
        {
          pointer,
          release: releases.get(stable) ?? nothing(),
          candidate: releases.get(candidate ?? ""),
          previous: releases.get(previous ?? ""),
        },
      ];
    }),
  );
}

const purposeOf = ({ environments }: Raw, name: string): unknown => at(environments, [name, "purpose"]);
