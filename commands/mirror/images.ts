/** A text that names an image in full: registry, path, and a tag or a digest. {@link https://github.com/distribution/reference} */
const FULL_NAME =
  /^(?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?(?:\/[a-z0-9._-]+)+(?=[:@])(?::[\w][\w.-]*)?(?:@sha256:[0-9a-f]{64})?$/;

/**
 * The images that Kubernetes objects run, in full, each once. They are in the fields `image`, of containers and of an
 * operator's resources, and in arguments, by which operators learn what the pods that they make run.
 */
export function imagesOf(objects: unknown): string[] {
  const found = new Set<string>();
  const visit = (value: unknown, key?: string): void => {
    if (typeof value === "string") {
      const argument = /^--[\w.-]+=(.*)$/.exec(value)?.[1] ?? "";
      if (key === "image" && value) found.add(inFull(value));
      else if (FULL_NAME.test(argument)) found.add(argument);
    } else if (Array.isArray(value)) for (const item of value) visit(item);
    else if (value && typeof value === "object" && !isDefinition(value))
      for (const [name, field] of Object.entries(value)) visit(field, name);
  };
  visit(objects);
  return [...found].sort();
}

/** A definition of custom resources has fields named `image`, too, and runs nothing. */
const isDefinition = (object: object): boolean => "kind" in object && object.kind === "CustomResourceDefinition";

/** An image with the registry and the tag that container runtimes add. */
function inFull(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const hosted = rest.length && /[.:]|^localhost$/.test(first);
  const named = hosted ? image : `docker.io/${rest.length ? "" : "library/"}${image}`;
  return /[:@][^/]*$/.test(named) ? named : `${named}:latest`;
}

/** An image's name without its digest; with the digest alone, if it has no tag. */
export const tagged = (image: string): string => image.replace(/(:[^/@]+)@.*$/, "$1");
