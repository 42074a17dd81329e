import { type Body, defaults } from "../../body";
import type { About } from "../../collection";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { checkEnumerations, computeCollection, wrong } from "./kind";

/** https://cloud.google.com/compute/docs/reference/rest/v1/backendBuckets */
const ENUMERATIONS = {
  "cdnPolicy.cacheMode": ["CACHE_ALL_STATIC", "FORCE_CACHE_ALL", "USE_ORIGIN_HEADERS"],
  compressionMode: ["AUTOMATIC", "DISABLED"],
};

const BACKEND_BUCKET: Shape = {
  name: "text",
  description: "text",
  bucketName: "text",
  enableCdn: "flag",
  compressionMode: "text",
  customResponseHeaders: ["text"],
  cdnPolicy: {
    cacheMode: "text",
    clientTtl: "number",
    defaultTtl: "number",
    maxTtl: "number",
    negativeCaching: "flag",
    requestCoalescing: "flag",
    serveWhileStale: "number",
    signedUrlCacheMaxAgeSec: "number",
  },
};

/** What a mode leaves no choice of. https://cloud.google.com/compute/docs/reference/rest/v1/backendBuckets */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  FORCE_CACHE_ALL: ["maxTtl"],
  USE_ORIGIN_HEADERS: ["defaultTtl", "maxTtl", "clientTtl"],
};

/** Seconds. https://cloud.google.com/cdn/docs/using-ttl-overrides */
const TTLS = { clientTtl: 3600, defaultTtl: 3600, maxTtl: 86400 };
/** Seconds in a year, which no TTL is longer than. */
const LONGEST = 31_622_400;

function accept(backend: Body, { cloud, call }: About): void {
  const { bucketName, enableCdn } = backend;
  const bucket = cloud.store.get(`storage/b/${bucketName}`);
  if (!bucket) throw wrong("bucketName", bucketName, "The specified bucket does not exist.");
  if (bucket.projectNumber !== cloud.numberOf(call.params.project as string))
    throw wrong(
      "bucketName",
      bucketName,
      `The Cloud Storage bucket '${bucketName}' is not owned by the current project.`,
    );
  checkEnumerations(backend, ENUMERATIONS);
  if (enableCdn || backend.cdnPolicy) acceptCdn(defaults(backend, { cdnPolicy: {} }).cdnPolicy);
}

function acceptCdn(policy: Body): void {
  defaults(policy, { cacheMode: "CACHE_ALL_STATIC" });
  const without = WITHOUT[policy.cacheMode] ?? [];
  for (const [field, seconds] of Object.entries(TTLS)) {
    const word = field.replace("Ttl", "_ttl");
    if (without.includes(field) && policy[field] !== undefined)
      throw wrong(
        `cdnPolicy.${field}`,
        policy[field],
        `${word} cannot be specified with ${policy.cacheMode} cache_mode.`,
      );
    if (!without.includes(field)) defaults(policy, { [field]: seconds });
    if (policy[field] < 0 || policy[field] > LONGEST)
      throw wrong(`cdnPolicy.${field}`, policy[field], `Must be from 0 to ${LONGEST}.`);
  }
  if (policy.defaultTtl > (policy.maxTtl ?? LONGEST))
    throw wrong("cdnPolicy.defaultTtl", policy.defaultTtl, "default_ttl cannot be greater than max_ttl.");
  defaults(policy, { negativeCaching: false, requestCoalescing: true, serveWhileStale: 0 });
}

/** Buckets behind load balancers: https://cloud.google.com/compute/docs/reference/rest/v1/backendBuckets */
export const backendBuckets: Route[] = computeCollection({
  at: "projects/{project}/global/backendBuckets",
  type: "google_compute_backend_bucket",
  shape: BACKEND_BUCKET,
  accept,
  update: "PUT",
});
