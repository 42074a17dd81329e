import { createHash } from "node:crypto";
import { z } from "zod";
import type { Environment } from "./environment";
import { count, label, matching, version } from "./fields";
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
