import { type Raw, releaseFile } from "./files";
import type { Parse, Parsed } from "./parse";
import { UNREAD } from "./plain";
import { at, type Problem } from "./problem";
import { isReleaseId, pointerSchema, type Release, releaseId, releaseSchema } from "./release";

/**
 * The release that each environment runs, by the environment's name. Adds to the problems: releases whose names do not match
 * their content, missing releases, and files that are neither a release nor an environment's.
 */
export function running(system: string, raw: Raw, parse: Parse, problems: Problem[]): Map<string, Parsed<Release>> {
  const say = (path: string, value: unknown, rule: string, remedy: string) =>
    problems.push({ path, value, secret: typeof value === "object", rule, remedy });

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
          `undo the change, or rename the file to ${releaseId(release.raw)}.json and let environments run that`,
        );
    } else if (!Object.hasOwn(raw.environments, name) && content !== UNREAD)
      say(
        file,
        content,
        "is neither a release nor the file of an environment",
        releaseSchema.safeParse(content).success
          ? `rename it to ${releaseId(content)}.json`
          : `remove it, or name it after one of ${Object.keys(raw.environments).join(", ")}`,
      );
  }

  return new Map(
    Object.keys(raw.environments).map((environment) => {
      const file = releaseFile(system, environment);
      const nothing = { file, raw: undefined, value: {} as Release, valid: new Set<string>(), complete: false };
      if (!Object.hasOwn(raw.releases, environment)) {
        const others = Object.keys(raw.environments).filter((name) => Object.hasOwn(raw.releases, name));
        const other = others.find((name) => purposeOf(raw, name) === purposeOf(raw, environment)) ?? others[0];
        say(
          file,
          undefined,
          "is required: it says which release the environment runs",
          `run SYSTEM=${system} npm run release -- ${environment} ${other ? `--from ${other}` : "--version 1.0.0 --image <name>=<digest>"}`,
        );
        return [environment, nothing];
      }
      const { stable } = parse(file, pointerSchema, raw.releases[environment]).value;
      if (stable !== undefined && !releases.has(stable))
        say(
          `${file} stable`,
          stable,
          "is not a release of the system",
          `name one of the files in releases/${system}, or use npm run release`,
        );
      return [environment, releases.get(stable) ?? nothing];
    }),
  );
}

const purposeOf = ({ environments }: Raw, name: string): unknown => at(environments, [name, "purpose"]);
