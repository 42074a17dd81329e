/**
 * What is wrong with a bucket's name; undefined if Cloud Storage takes it.
 * {@link https://cloud.google.com/storage/docs/buckets#naming}
 */
export function bucketProblem(name: string): { readonly rule: string; readonly remedy: string } | undefined {
  const remedy = "copy it from gcloud storage buckets list";
  const parts = name.split(".");
  const most = parts.length > 1 ? 222 : 63;
  if (
    name.length < 3 ||
    name.length > most ||
    parts.some((part) => !/^[a-z0-9]([-_a-z0-9]{0,61}[a-z0-9])?$/.test(part))
  )
    return { rule: "must be a bucket's name", remedy };
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return { rule: "must not look like an IP address", remedy };
  if (/^goog|g[o0]{2}g[l1]e/.test(name))
    return { rule: "must not begin with goog or contain google: Google refuses it", remedy };
  return undefined;
}
