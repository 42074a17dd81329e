/**
 * Whether a pattern of Binary Authorization admits an image, as the pod names it. A wildcard stands at the pattern's
 * end: `*` for anything without a slash, `**` for anything. Without one, the image must be named in full, with tag or
 * digest.
 * {@link https://cloud.google.com/binary-authorization/docs/policy-yaml-reference#admissionwhitelistpatterns}
 */
export function admits(pattern: string, image: string): boolean {
  const [, prefix, wildcard] = /^([^*]+?)(\*{1,2})?$/.exec(pattern) ?? [];
  if (!prefix || (wildcard && !prefix.includes("/")))
    throw new Error(`${pattern} is no pattern: a wildcard stands at its end, after the registry`);
  if (!wildcard) return image === pattern;
  return image.startsWith(prefix) && (wildcard === "**" || !image.slice(prefix.length).includes("/"));
}
