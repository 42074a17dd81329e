import { createHash } from "node:crypto";
import { z } from "zod";
import type { Environment } from "./environment";
import { count, label, line, matching, text, variableName, version } from "./fields";
import { freeze } from "./freeze";
import type { System } from "./system";
import { type Workloads, workloads } from "./workloads";

/** A commit of a repository. */
export const commit = matching(
  /^[0-9a-f]{40}$/,
  "must be a commit's id of 40 hexadecimal digits",
  "copy it from git rev-parse HEAD",
);

/**
 * A release: which images run, the same in every environment. Each is a file, `releases/<system>/<id>.json`, that never
 * changes: other content is another release. New fields must be optional, so that ids stay.
 */
export const releaseSchema = z.strictObject({
  /** Shown to the services as their version. */
  version,
  /** Digest of each image, by the image's name. */
  images: z.record(
    label(),
    matching(
      /^sha256:[0-9a-f]{64}$/,
      "must be an image's digest, in lower case",
      'write "sha256:<64 digits>"; docker buildx imagetools inspect shows it',
    ),
  ),
  /** Commit that Vercel builds of each frontend, by its name. */
  frontends: z.record(label(40), commit).optional(),
  /**
   * The texts that the system's file gave variables when the release was written. They go with its images from environment
   * to environment, and back with a rollback. A variable that is not here has the text of the system's file.
   */
  variables: z.record(variableName, text).optional(),
  /** Names of the tasks that change the database, as the system's file said when the release was written. */
  changesDatabase: z.array(label()).optional(),
  /** Whether an older release cannot work with what this one does to the database. A rollback over it is refused. */
  irreversible: z.literal(true).optional(),
});
export type Release = z.output<typeof releaseSchema>;

const RELEASE_ID = /^[0-9a-f]{16}$/;
export const isReleaseId = (name: string): boolean => RELEASE_ID.test(name);

/** Id of a release. */
const named = matching(
  RELEASE_ID,
  "must be the name of a release, 16 hexadecimal digits",
  "copy it from another environment's file, or use npm run release",
);

/** What an environment runs: `releases/<system>/<environment>.json`. */
export const pointerSchema = z.strictObject({
  stable: named,
  /** The release that was stable before. Vercel keeps its frontends, so that going back builds nothing. */
  previous: named.optional(),
  /** The release that services with a strategy run beside the stable one. Without it, there is one release. */
  candidate: named.optional(),
  /** Per cent of the requests to canary services that the candidate gets. Blue-green services switch at 100. */
  share: count(0, 100, "per cent").optional(),
  /** The freeze by hand, which began when the command wrote it. */
  freeze: freeze.optional(),
  /**
   * The release whose tasks changed the database last, if it is newer than the stable one. While it is here, no task that
   * changes the database runs for the stable release: its migrations do not know the newer ones.
   */
  database: named.optional(),
  /** Releases that rollbacks have left, until a newer release comes. A user of the database that one of them kept stays. */
  left: z.array(named).optional(),
  /** Values of the environment's variables that a rollback brought back, in place of those in the environment's file. */
  variables: z.record(variableName, text).optional(),
  /** Lets one release run without a verification: who says so, and why. */
  approved: z.strictObject({ release: named, by: text, reason: line }).optional(),
});
export type Pointer = z.output<typeof pointerSchema>;

/** JSON without spaces, keys in order. {@link https://www.rfc-editor.org/rfc/rfc8785} */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );

/**
 * A release's name: the beginning of the SHA-256 of its content. The order of keys and spaces in the file do not matter.
 * `jq -cSj . FILE | sha256sum` prints the same.
 */
export const releaseId = (release: unknown): string =>
  createHash("sha256").update(canonical(release)).digest("hex").slice(0, 16);

/** Names of a system's tasks that change the database. */
export const databaseTasks = ({ tasks }: Pick<System, "tasks">): string[] =>
  Object.entries(tasks).flatMap(([name, { changesDatabase }]) => (changesDatabase ? [name] : []));

/** Whether one release's tasks that change the database are other ones than another's, as far as their images tell. */
export const migratesBeyond = (
  { tasks }: Pick<System, "tasks">,
  release: Pick<Release, "images">,
  other: Pick<Release, "images">,
): boolean =>
  Object.values(tasks).some(
    ({ changesDatabase, image }) => changesDatabase && release.images[image] !== other.images[image],
  );

/** A system with the configuration that a release was written with, as far as the system still has the variables as texts. */
export function withConfiguration<Of extends Pick<System, "variables">>(system: Of, { variables = {} }: Release): Of {
  const kept = Object.entries(variables).filter(([name]) => typeof system.variables[name] === "string");
  return { ...system, variables: { ...system.variables, ...Object.fromEntries(kept) } };
}

/** The texts that a system's file gives variables. */
export const configurationOf = ({ variables }: Pick<System, "variables">): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );

/** Names of the images that a release must have: those that the system's workloads run. */
export const imagesOf = (system: Workloads): string[] => [...new Set(workloads(system).map(({ image }) => image))];

/** A release that has the same digest for every image that a system runs, and a commit for every frontend on Vercel. */
export const uniformRelease = (
  system: Workloads & Pick<System, "vercel">,
  version: string,
  digest: string,
): Release => {
  const frontends = Object.keys(system.vercel).map((name) => [name, digest.slice(-40)]);
  return {
    version,
    images: Object.fromEntries(imagesOf(system).map((image) => [image, digest])),
    ...(frontends.length && { frontends: Object.fromEntries(frontends) }),
  };
};

/** Reference of an image in an environment's repository. */
export const imageOf = ({ repository }: Pick<Environment, "repository">, { images }: Release, name: string): string =>
  `${repository}/${name}@${images[name]}`;

/** The files of `releases/<system>/`, by name, if each environment runs the release given for it, or none. */
export const releasesFolder = (releases: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(releases).flatMap(([environment, release]) => {
      if (release === undefined) return [];
      const id = releaseId(release);
      return [
        [id, release],
        [environment, { stable: id }],
      ];
    }),
  );
