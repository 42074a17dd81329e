import { ApiError, conflict, denied, invalid, notFound } from "../api-error";
import { type Body, defaults } from "../body";
import type { Cloud } from "../cloud";
import { type About, collection } from "../collection";
import { checkLabels } from "../labels";
import { checkBindings, POLICY } from "../policies";
import { REGIONS } from "../regions";
import { route } from "../route";
import type { Service } from "../service";
import { type Shape, TEXTS } from "../shape";
import { mayUseKey } from "./cloud-kms";

/** https://cloud.google.com/storage/docs/locations */
const DUAL_REGION = /^(ASIA|EUR|NAM)\d{1,2}$/;
const MULTI_REGIONS = ["ASIA", "EU", "US"];
/** What the regions of a configurable dual-region begin with, by its location. */
const PAIRED: Readonly<Record<string, string>> = {
  ...{ ASIA: "ASIA-", AU: "AUSTRALIA-", CA: "NORTHAMERICA-NORTHEAST", DE: "EUROPE-WEST", EU: "EUROPE-" },
  ...{ IN: "ASIA-SOUTH", IT: "EUROPE-WEST", US: "US-" },
};
/** Pairs that are predefined, and therefore not configurable. */
const PREDEFINED = ["EUROPE-NORTH1 EUROPE-WEST4", "US-CENTRAL1 US-EAST1"];

/** https://cloud.google.com/storage/docs/storage-classes */
const STORAGE_CLASSES = [
  ...["STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE"],
  ...["MULTI_REGIONAL", "REGIONAL", "DURABLE_REDUCED_AVAILABILITY"],
];

/** https://cloud.google.com/storage/docs/lifecycle#actions */
const LIFECYCLE_ACTIONS = ["Delete", "SetStorageClass", "AbortIncompleteMultipartUpload"];

const DAY = 24 * 3600;

const BUCKET: Shape = {
  name: "text",
  location: "text",
  storageClass: "text",
  customPlacementConfig: { dataLocations: ["text"] },
  iamConfiguration: { uniformBucketLevelAccess: { enabled: "flag" }, publicAccessPrevention: "text" },
  lifecycle: { rule: [{ action: { type: "text", storageClass: "text" }, condition: {} }] },
  retentionPolicy: { retentionPeriod: "number", isLocked: "flag" },
  softDeletePolicy: { retentionDurationSeconds: "number" },
  cors: [{ origin: ["text"], method: ["text"], responseHeader: ["text"], maxAgeSeconds: "number" }],
  encryption: { defaultKmsKeyName: "text" },
  labels: TEXTS,
  autoclass: { enabled: "flag", terminalStorageClass: "text" },
};

const noBucket = () => notFound("The specified bucket does not exist.");

function accept(bucket: Body, { cloud, call, key, before }: About): void {
  if (!before) {
    const project = call.query.get("project");
    if (!project) throw invalid("Required parameter: project", "required");
    checkName(bucket.name);
    complete(bucket, cloud.numberOf(project));
    cloud.policies.set(key, { policy: { bindings: grantedAtFirst(project) } }, `e${cloud.next()}`);
  }
  const { storageClass, lifecycle, iamConfiguration, labels } = bucket;
  if (!STORAGE_CLASSES.includes(storageClass)) throw invalid(`Invalid argument: storage class ${storageClass}.`);
  if (!["enforced", "inherited"].includes(iamConfiguration.publicAccessPrevention))
    throw invalid(`Invalid argument: public access prevention ${iamConfiguration.publicAccessPrevention}.`);
  if (bucket.autoclass?.enabled) acceptAutoclass(bucket);
  checkLifecycle(lifecycle);
  checkRetention(bucket, before);
  checkLabels(labels);
  checkKey(cloud, bucket);
  iamConfiguration.bucketPolicyOnly = { ...iamConfiguration.uniformBucketLevelAccess }; // its former name
}

/** Who can use a new bucket: https://cloud.google.com/storage/docs/access-control/iam#convenience-values */
const grantedAtFirst = (project: string): Body[] => [
  {
    role: "roles/storage.legacyBucketOwner",
    members: [`projectEditor:${project}`, `projectOwner:${project}`],
  },
  { role: "roles/storage.legacyBucketReader", members: [`projectViewer:${project}`] },
  { role: "roles/storage.legacyObjectOwner", members: [`projectEditor:${project}`, `projectOwner:${project}`] },
  { role: "roles/storage.legacyObjectReader", members: [`projectViewer:${project}`] },
];

/** https://cloud.google.com/storage/docs/buckets#naming */
function checkName(name: string): void {
  const parts = name.split(".");
  const form = /^[a-z0-9][a-z0-9._-]+[a-z0-9]$/.test(name) && name.length <= (parts.length > 1 ? 222 : 63);
  if (!form || parts.some((part) => part.length > 63) || /^\d+(\.\d+){3}$/.test(name) || /^goog|google/.test(name))
    throw invalid(`Invalid bucket name: '${name}'`);
}

/** What the service fills in. https://cloud.google.com/storage/docs/json_api/v1/buckets */
function complete(bucket: Body, projectNumber: string): void {
  const now = new Date().toISOString();
  const location = String(bucket.location ?? "US").toUpperCase();
  const placed: string[] | undefined = bucket.customPlacementConfig?.dataLocations;
  const multi = MULTI_REGIONS.includes(location) || DUAL_REGION.test(location) || placed !== undefined;
  if (placed) checkPlacement(location, placed);
  if (!multi && !REGIONS.includes(location.toLowerCase()))
    throw invalid("The specified location constraint is not valid.");
  bucket.location = location;
  defaults(bucket, {
    kind: "storage#bucket",
    id: bucket.name,
    selfLink: `https://www.googleapis.com/storage/v1/b/${bucket.name}`,
    projectNumber,
    metageneration: "1",
    locationType: !multi ? "region" : MULTI_REGIONS.includes(location) && !placed ? "multi-region" : "dual-region",
    storageClass: "STANDARD",
    timeCreated: now,
    updated: now,
    etag: "e",
    iamConfiguration: { uniformBucketLevelAccess: { enabled: false }, publicAccessPrevention: "inherited" },
    softDeletePolicy: { retentionDurationSeconds: String(7 * DAY) },
    rpo: multi ? "DEFAULT" : undefined,
  });
}

/** https://cloud.google.com/storage/docs/autoclass */
function acceptAutoclass(bucket: Body): void {
  const now = new Date().toISOString();
  defaults(bucket.autoclass, { terminalStorageClass: "NEARLINE" });
  if (!["NEARLINE", "ARCHIVE"].includes(bucket.autoclass.terminalStorageClass))
    throw invalid(`Invalid argument: terminal storage class ${bucket.autoclass.terminalStorageClass}.`);
  Object.assign(bucket.autoclass, {
    toggleTime: bucket.autoclass.toggleTime ?? now,
    terminalStorageClassUpdateTime: now,
  });
  bucket.storageClass = "STANDARD"; // where every object begins
}

/**
 * What an update's answer has besides where access control lists are in use: whom the project's roles let in.
 * https://cloud.google.com/storage/docs/json_api/v1/buckets/patch
 */
function withLists(bucket: Body): Body {
  const { name, projectNumber, iamConfiguration } = bucket;
  if (iamConfiguration.uniformBucketLevelAccess.enabled) return bucket;
  const entries = [
    ["owners", "OWNER"],
    ["editors", "OWNER"],
    ["viewers", "READER"],
  ].map(([team, role]) => ({
    kind: "storage#objectAccessControl",
    entity: `project-${team}-${projectNumber}`,
    role,
    projectTeam: { projectNumber, team },
    etag: "e",
  }));
  const acl = entries.map((entry) => ({
    ...entry,
    kind: "storage#bucketAccessControl",
    bucket: name,
    id: `${name}/${entry.entity}`,
    selfLink: `${bucket.selfLink}/acl/${entry.entity}`,
  }));
  return { ...bucket, acl, defaultObjectAcl: entries, owner: { entity: entries[0]?.entity } };
}

/** https://cloud.google.com/storage/docs/use-dual-regions */
function checkPlacement(location: string, placed: readonly string[]): void {
  const [first, second] = placed;
  if (placed.length !== 2 || first === second) throw invalid("A dual-region must have two different regions.");
  if (PREDEFINED.includes([...placed].sort().join(" ")))
    throw invalid(`${placed.join(" and ")} are a predefined dual-region, which a custom placement config cannot name.`);
  for (const region of placed)
    if (!REGIONS.includes(region.toLowerCase()) || !region.startsWith(PAIRED[location] ?? "/"))
      throw invalid(`The custom placement config contains the region ${region}, which is not in ${location}.`);
}

/** https://cloud.google.com/storage/docs/lifecycle */
function checkLifecycle({ rule: rules = [] }: Body = {}): void {
  if (rules.length > 100) throw invalid("A lifecycle configuration can have at most 100 rules.");
  for (const { action = {}, condition = {} } of rules) {
    if (!LIFECYCLE_ACTIONS.includes(action.type)) throw invalid(`Invalid lifecycle action type: ${action.type}.`);
    if ((action.type === "SetStorageClass") !== STORAGE_CLASSES.includes(action.storageClass))
      throw invalid(`Invalid storage class of the lifecycle action ${action.type}: ${action.storageClass}.`);
    if (!Object.keys(condition).length) throw invalid("A lifecycle rule must have at least one condition.");
  }
}

/** https://cloud.google.com/storage/docs/bucket-lock, https://cloud.google.com/storage/docs/soft-delete */
function checkRetention({ retentionPolicy, softDeletePolicy }: Body, before?: Body): void {
  const period = Number(retentionPolicy?.retentionPeriod);
  if (retentionPolicy && !(period >= 1 && period <= 3_155_760_000))
    throw invalid("The retention period must be between 1 second and 100 years.");
  const locked = before?.retentionPolicy;
  if (locked?.isLocked && !(period >= Number(locked.retentionPeriod)))
    throw denied("The locked retention policy cannot be removed or shortened.", "forbidden");
  const kept = Number(softDeletePolicy.retentionDurationSeconds);
  if (kept !== 0 && !(kept >= 7 * DAY && kept <= 90 * DAY))
    throw invalid("The soft delete retention duration must be 0 or between 7 and 90 days.");
}

/** https://cloud.google.com/storage/docs/public-access-prevention */
function checkPublic(policy: Body, { iamConfiguration }: Body): void {
  const members: string[] = (policy.bindings ?? []).flatMap((binding: Body) => binding.members ?? []);
  const isPublic = members.some((member) => member === "allUsers" || member === "allAuthenticatedUsers");
  if (isPublic && iamConfiguration.publicAccessPrevention === "enforced")
    throw new ApiError(
      412,
      "FAILED_PRECONDITION",
      "The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is enforced.",
      "conditionNotMet",
    );
}

/** https://cloud.google.com/storage/docs/encryption/using-customer-managed-keys */
function checkKey(cloud: Cloud, { encryption, projectNumber }: Body): void {
  const agent = `serviceAccount:service-${projectNumber}@gs-project-accounts.iam.gserviceaccount.com`;
  if (encryption?.defaultKmsKeyName && !mayUseKey(cloud, encryption.defaultKmsKeyName, agent))
    throw denied(
      "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key.",
      "forbidden",
    );
}

/** Cloud Storage: https://cloud.google.com/storage/docs/json_api/v1 */
export const storage: Service = {
  name: "storage",
  endpoints: { STORAGE: "storage/v1" },
  routes: [
    route("GET", "b/{bucket}/iam", ({ params }, cloud) => {
      cloud.need(`storage/b/${params.bucket}`, noBucket());
      return cloud.policies.get(`storage/b/${params.bucket}`);
    }),
    route(
      "PUT",
      "b/{bucket}/iam",
      ({ params, body }, cloud) => {
        const bucket = cloud.need(`storage/b/${params.bucket}`, noBucket());
        checkBindings(cloud, body);
        checkPublic(body, bucket);
        return cloud.policies.set(`storage/b/${params.bucket}`, { policy: body }, `e${cloud.next()}`);
      },
      POLICY,
    ),
    route("GET", "b/{bucket}/o", ({ path, params, query }, cloud) => {
      cloud.need(`storage/b/${params.bucket}`, noBucket());
      const objects = cloud.store.below(`storage/${path}`).map(([, object]) => object);
      return {
        kind: "storage#objects",
        items: objects.filter(({ name }) => name.startsWith(query.get("prefix") ?? "")),
      };
    }),
    route("GET", "b/{bucket}/o/{object=**}", ({ path }, cloud) =>
      cloud.need(`storage/${path}`, notFound(`No such object: ${path.slice("b/".length)}`)),
    ),
    // What the provider waits for before it deletes a bucket; there are none here.
    route("GET", "b/{bucket}/anywhereCaches/", () => ({ kind: "storage#anywhereCaches" })),
    route("DELETE", "b/{bucket}/o/{object=**}", ({ path }, cloud) => {
      cloud.need(`storage/${path}`, notFound(`No such object: ${path.slice("b/".length)}`));
      cloud.store.delete(`storage/${path}`);
      return {};
    }),
    ...collection({
      service: "storage",
      at: "b",
      id: "name",
      shape: BUCKET,
      items: "items",
      accept,
      answer: (_about, change, bucket) => (change === "update" ? withLists(bucket) : bucket),
      release: (_bucket, { cloud, key }) => {
        if (cloud.store.below(key).length) throw conflict("The bucket you tried to delete is not empty.", "conflict");
        cloud.policies.delete(key);
      },
      missing: noBucket,
      // Names are shared by all projects: https://cloud.google.com/storage/docs/buckets#considerations
      taken: () =>
        conflict(
          "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
          "conflict",
        ),
    }),
  ],
};
