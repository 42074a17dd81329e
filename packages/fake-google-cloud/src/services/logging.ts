import { invalid, notFound, unknownHere } from "../api-error";
import { type Body, masked } from "../body";
import type { Cloud } from "../cloud";
import { type Call, route } from "../route";
import type { Service } from "../service";

const BUCKETS = "projects/{project}/locations/{location}/buckets";
const BUCKET = `${BUCKETS}/{bucket}`;

/** Every project has these, in one location. https://cloud.google.com/logging/docs/routing/overview#buckets */
const OWN: Readonly<Record<string, Body>> = {
  _Default: { description: "Default bucket", retentionDays: 30, lifecycleState: "ACTIVE" },
  _Required: { description: "Audit bucket", retentionDays: 400, locked: true, lifecycleState: "ACTIVE" },
};

const keyOf = (project: string): string => `logging/projects/${project}`;

/**
 * Puts a new project's buckets into the location that its organization chose.
 * https://cloud.google.com/logging/docs/default-settings
 */
export function placeLogsByHand(cloud: Cloud, project: string, location: string): void {
  cloud.store.set(keyOf(project), { location });
}

function find({ path, params }: Call, cloud: Cloud): Body {
  const { project = "", location, bucket = "" } = params;
  const own =
    location === (cloud.store.get(keyOf(project))?.location ?? "global") && Object.hasOwn(OWN, bucket)
      ? OWN[bucket]
      : undefined;
  if (!own) throw notFound(`Bucket \`${bucket}\` does not exist`);
  return cloud.store.get(`logging/${path}`) ?? { name: path, ...own };
}

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets#LogBucket */
function check(bucket: Body, before: Body): void {
  if (!Number.isInteger(bucket.retentionDays) || bucket.retentionDays < 1 || bucket.retentionDays > 3650)
    throw invalid(`retention_days must be between 1 and 3650, not ${bucket.retentionDays}`);
  if (before.locked && !bucket.locked) throw invalid("A locked bucket cannot be unlocked");
  if (before.locked && bucket.retentionDays !== before.retentionDays)
    throw invalid("The retention period of a locked bucket cannot be changed");
}

/** Cloud Logging: https://cloud.google.com/logging/docs/reference/v2/rest */
export const logging: Service = {
  name: "logging",
  endpoints: { LOGGING: "v2" },
  routes: [
    route("GET", BUCKET, find),
    route("POST", `${BUCKETS}:createAsync`, ({ query }) => {
      const id = query.get("bucketId") ?? "";
      if (Object.hasOwn(OWN, id)) throw invalid(`The bucket \`${id}\` is the project's own and cannot be created`);
      throw unknownHere("the fake makes no log buckets");
    }),
    route(
      "PATCH",
      BUCKET,
      (call, cloud) => {
        const before = find(call, cloud);
        const mask = call.query.get("updateMask");
        if (call.params.bucket === "_Required") throw invalid("The bucket `_Required` cannot be modified");
        if (!mask) throw invalid("update_mask is required");
        const bucket = masked(before, call.body, mask);
        check(bucket, before);
        return cloud.store.set(`logging/${call.path}`, bucket);
      },
      { retentionDays: "number", locked: "flag", description: "text" },
    ),
    route("DELETE", BUCKET, (call, cloud) => {
      find(call, cloud);
      throw invalid(`The bucket \`${call.params.bucket}\` cannot be deleted`);
    }),
  ],
};
