/** A folder of Artifact Registry. */
export interface Registry {
  readonly host: string;
  readonly location: string;
  readonly project: string;
  /** Undefined if the folder is a whole project. */
  readonly repository?: string;
}

/** A folder of Artifact Registry; undefined if it is in another registry. */
export function parseRegistry(folder: string): Registry | undefined {
  const [, host, location, project, repository] =
    /^(?:oci:\/\/)?(([a-z0-9-]+)-docker\.pkg\.dev)\/([^/]+)(?:\/([^/]+))?/.exec(folder) ?? [];
  return host && location && project ? { host, location, project, repository } : undefined;
}

/** The repository of Artifact Registry that a folder is in, if it is one of the project. */
export function repositoryIn(project: string, folder: string): Required<Registry> | undefined {
  const registry = parseRegistry(folder);
  const repository = registry?.project === project ? registry.repository : undefined;
  return registry && repository ? { ...registry, repository } : undefined;
}

/** An image, or a pattern of images, as the mirror has it: with the image's path and tag, in place of its registry. */
export const mirrored = (image: string, mirror?: string): string => (mirror ? image.replace(/^[^/]+/, mirror) : image);

/** How the tags of images begin that releases name. The cleanup policy keeps these images. */
export const RELEASE_TAG = "release-";
