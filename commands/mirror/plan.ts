import { mirrored } from "../../facts/registries";
import { Refused } from "../refused";
import { tagged } from "./images";
import type { ChartRelease } from "./sources";
import type { Registries } from "./tools";

/** A chart or an image, and what is to be done. */
export interface Step {
  /** What a person calls it: an image's name, or a chart's name and version with its repository. */
  readonly name: string;
  readonly digest: string;
  readonly to: string;
  /** Digest of what the mirror has under this name. */
  readonly there?: string;
  copy(): Promise<void>;
}

/** A chart that was downloaded. */
export interface Archive {
  readonly release: Pick<ChartRelease, "chart" | "repository" | "version">;
  readonly file: string;
  /** Digest of the file. */
  readonly digest: string;
}

/** Folder of the mirror that has the charts. */
export const chartsFolder = (mirror: string): string => `${mirror}/charts`;

/** A version as a tag, as helm pushes it. {@link https://helm.sh/docs/topics/registries/#oci-feature-deprecation-and-behavior-changes-with-v3-8-0} */
const tagOf = (version: string): string => version.replace(/\+/g, "_");

export async function chartStep(
  { release: { chart, repository, version }, file, digest }: Archive,
  mirror: string,
  registries: Registries,
): Promise<Step> {
  const folder = chartsFolder(mirror);
  const to = `${folder}/${chart}:${tagOf(version)}`;
  return {
    name: `chart ${chart} ${version} of ${repository}`,
    digest,
    to,
    there: await registries.archiveDigest(to),
    copy: () => registries.push(file, folder),
  };
}

/** @throws Refused if the image does not exist */
export async function imageStep(image: string, mirror: string, registries: Registries): Promise<Step> {
  const to = mirrored(tagged(image), mirror);
  const digest = /@(.*)$/.exec(image)?.[1] ?? (await registries.digest(image));
  if (!digest) throw new Refused(`${image} does not exist. Correct the chart's version or its values.`);
  const from = `${image.replace(/(:[^/@]+)?(@.*)?$/, "")}@${digest}`;
  return { name: image, digest, to, there: await registries.digest(to), copy: () => registries.copy(from, to) };
}

/**
 * Images of two registries with one path and one tag: the mirror can have only one.
 * @throws Refused if there are some
 */
export function checkPaths(images: readonly string[], mirror: string): void {
  const byTarget = new Map<string, string[]>();
  for (const image of images) {
    const to = mirrored(tagged(image), mirror);
    byTarget.set(to, [...(byTarget.get(to) ?? []), image]);
  }
  const lines = [...byTarget].filter(([, sources]) => sources.length > 1);
  if (lines.length)
    throw new Refused(
      lines.map(([to, sources]) => `${sources.join(" and ")} would both be ${to}; use one of them`).join("\n"),
    );
}

export const isThere = ({ there, digest }: Step): boolean => there === digest;
export const isMissing = ({ there }: Step): boolean => there === undefined;
