import { conflict, invalid, notFound, precondition, unknownHere } from "../api-error";
import { type Body, masked } from "../body";
import type { Cloud } from "../cloud";
import { longRunningAnswer, operationRoutes } from "../collection";
import { type Call, route } from "../route";
import type { Service } from "../service";
import type { Shape } from "../shape";

const BUCKETS = "projects/{project}/locations/{location}/buckets";
const BUCKET = `${BUCKETS}/{bucket}`;
/** Folders have buckets of their own as projects do. */
const FOLDER_BUCKET = "folders/{folder}/locations/{location}/buckets/{bucket}";
const LINKS = `${BUCKET}/links`;
const SHAPE: Shape = { retentionDays: "number", locked: "flag", description: "text", analyticsEnabled: "flag" };

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
  const found = cloud.store.get(`logging/${path}`) ?? (own && { name: path, ...own });
  if (!found) throw notFound(`Bucket \`${bucket}\` does not exist`);
  return found;
}

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets#LogBucket */
function check(bucket: Body, before: Body): void {
  if (!Number.isInteger(bucket.retentionDays) || bucket.retentionDays < 1 || bucket.retentionDays > 3650)
    throw invalid(`retention_days must be between 1 and 3650, not ${bucket.retentionDays}`);
  if (before.locked && !bucket.locked) throw invalid("A locked bucket cannot be unlocked");
  if (before.locked && bucket.retentionDays !== before.retentionDays)
    throw invalid("The retention period of a locked bucket cannot be changed");
}

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets/create */
function create({ path, query, body }: Call, cloud: Cloud): Body {
  const id = query.get("bucketId") ?? "";
  if (Object.hasOwn(OWN, id)) throw invalid(`The bucket \`${id}\` is the project's own and cannot be created`);
  if (!/^[a-zA-Z0-9][\w.-]{0,99}$/.test(id)) throw invalid(`The bucket ID \`${id}\` is invalid`);
  const name = `${path}/${id}`;
  if (cloud.store.get(`logging/${name}`)) throw conflict(`Bucket \`${id}\` already exists`);
  const now = new Date().toISOString();
  const bucket = {
    retentionDays: 30,
    ...structuredClone(body),
    name,
    lifecycleState: "ACTIVE",
    createTime: now,
    updateTime: now,
  };
  check(bucket, {});
  return cloud.store.set(`logging/${name}`, bucket);
}

function update(call: Call, cloud: Cloud): Body {
  const before = find(call, cloud);
  const mask = call.query.get("updateMask");
  if (call.params.bucket === "_Required") throw invalid("The bucket `_Required` cannot be modified");
  if (!mask) throw invalid("update_mask is required");
  const bucket = masked(before, call.body, mask);
  check(bucket, before);
  bucket.updateTime = new Date().toISOString();
  return cloud.store.set(`logging/${call.path}`, bucket);
}

/** Links let BigQuery read a bucket that is upgraded for it. https://cloud.google.com/logging/docs/buckets#link-bq-dataset */
function link({ path, query, params }: Call, cloud: Cloud): Body {
  const bucketPath = path.replace(/\/links$/, "");
  const bucket = cloud.need(`logging/${bucketPath}`, notFound(`Bucket \`${params.bucket}\` does not exist`));
  const id = query.get("linkId") ?? "";
  if (!/^[\w-]{1,100}$/.test(id)) throw invalid(`The link ID \`${id}\` is invalid`);
  if (!bucket.analyticsEnabled) throw precondition("The bucket must be upgraded to use Log Analytics");
  const name = `${path}/${id}`;
  const created = cloud.store.set(`logging/${name}`, {
    name,
    createTime: new Date().toISOString(),
    lifecycleState: "ACTIVE",
    bigqueryDataset: { datasetId: `bigquery.googleapis.com/projects/${params.project}/datasets/${id}` },
  });
  return longRunningAnswer(
    cloud,
    `${bucketPath.split("/").slice(0, 4).join("/")}/operations/${cloud.operations.begin(`logging/${name}`, 0, created).name}`,
  );
}

/** Cloud Logging: https://cloud.google.com/logging/docs/reference/v2/rest */
export const logging: Service = {
  name: "logging",
  endpoints: { LOGGING: "v2" },
  routes: [
    ...operationRoutes("projects/{project}/locations/{location}"),
    route("POST", BUCKETS, create, SHAPE),
    route("POST", `${BUCKETS}:createAsync`, ({ query }) => {
      const id = query.get("bucketId") ?? "";
      if (Object.hasOwn(OWN, id)) throw invalid(`The bucket \`${id}\` is the project's own and cannot be created`);
      throw unknownHere("the fake makes no log buckets");
    }),
    ...[BUCKET, FOLDER_BUCKET].flatMap((at) => [
      route("GET", at, find),
      route("PATCH", at, update, SHAPE),
      route("DELETE", at, (call, cloud) => {
        find(call, cloud);
        if (Object.hasOwn(OWN, call.params.bucket as string))
          throw invalid(`The bucket \`${call.params.bucket}\` cannot be deleted`);
        cloud.store.delete(`logging/${call.path}`);
        return {};
      }),
    ]),
    route("POST", LINKS, link),
    route("GET", `${LINKS}/{link}`, ({ path }, cloud) => cloud.need(`logging/${path}`)),
    route("DELETE", `${LINKS}/{link}`, ({ path }, cloud) => {
      cloud.need(`logging/${path}`);
      cloud.store.delete(`logging/${path}`);
      const { name } = cloud.operations.begin(`logging/${path}`, 0, {});
      return longRunningAnswer(cloud, `${path.split("/").slice(0, 4).join("/")}/operations/${name}`);
    }),
  ],
};
