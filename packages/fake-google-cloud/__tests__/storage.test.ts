import type { Body } from "../src/body";
import { errorOf, everything, serviceOf } from "./support";

const REST = "https://cloud.google.com/storage/docs/json_api/v1/buckets";
const NAMING = "https://cloud.google.com/storage/docs/buckets#naming";
const LIFECYCLE = "https://cloud.google.com/storage/docs/lifecycle";
const LOCK = "https://cloud.google.com/storage/docs/bucket-lock";
const SOFT_DELETE = "https://cloud.google.com/storage/docs/soft-delete";
const CMEK = "https://cloud.google.com/storage/docs/encryption/using-customer-managed-keys";
const KEY = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k";
const DAY = 24 * 3600;

const rule = (action: Body, condition: Body = { age: 1 }): Body => ({ lifecycle: { rule: [{ action, condition }] } });

/** The bucket `state` with an object. */
function world() {
  const cloud = everything({ enabledApis: ["cloudkms", "compute", "storage"].map((api) => `${api}.googleapis.com`) });
  const service = serviceOf("storage", cloud);
  const create = (name: string, body: Body = {}) =>
    service.post("b", { name, location: "europe-west1", ...body }, { project: "p" });
  create("state", { retentionPolicy: { retentionPeriod: "60", isLocked: true } });
  cloud.store.set("storage/b/state/o/prod/default.tfstate", { name: "prod/default.tfstate" });
  return { ...service, create };
}

type World = ReturnType<typeof world>;

test.each<[string, string, (world: World) => unknown, string]>([
  ["no project", `${REST}/insert`, ({ post }) => post("b", { name: "bucket" }), "400 Required parameter: project"],
  ...["Bucket", "ab", "-ab", "ab-", "a b", "192.168.5.4", "googbucket", "my-google-bucket", "a".repeat(64)].map(
    (name): [string, string, (world: World) => unknown, string] => [
      `the name ${name}`,
      NAMING,
      ({ create }) => create(name),
      `400 Invalid bucket name: '${name}'`,
    ],
  ),
  [
    "a name in use in another project",
    NAMING,
    ({ post }) => post("b", { name: "state" }, { project: "q" }),
    "409 The requested bucket name is not available.",
  ],
  [
    "an unknown location",
    "https://cloud.google.com/storage/docs/locations",
    ({ create }) => create("bucket", { location: "europe-west99" }),
    "400 The specified location constraint is not valid.",
  ],
  [
    "two regions of a predefined dual-region",
    "https://docs.cloud.google.com/storage/docs/locations#configurable",
    ({ create }) =>
      create("bucket", {
        location: "EU",
        customPlacementConfig: { dataLocations: ["EUROPE-WEST4", "EUROPE-NORTH1"] },
      }),
    "400 EUROPE-WEST4 and EUROPE-NORTH1 are a predefined dual-region",
  ],
  [
    "two regions of two continents",
    "https://docs.cloud.google.com/storage/docs/locations#configurable",
    ({ create }) =>
      create("bucket", { location: "EU", customPlacementConfig: { dataLocations: ["EUROPE-WEST4", "US-EAST4"] } }),
    "400 The custom placement config contains the region US-EAST4, which is not in EU.",
  ],
  [
    "an unknown storage class",
    "https://cloud.google.com/storage/docs/storage-classes",
    ({ create }) => create("bucket", { storageClass: "COLD" }),
    "400 Invalid argument: storage class COLD.",
  ],
  [
    "an unknown prevention of public access",
    "https://cloud.google.com/storage/docs/public-access-prevention",
    ({ patch }) => patch("b/state", { iamConfiguration: { publicAccessPrevention: "on" } }),
    "400 Invalid argument: public access prevention on.",
  ],
  [
    "an unknown lifecycle action",
    LIFECYCLE,
    ({ create }) => create("bucket", rule({ type: "Remove" })),
    "400 Invalid lifecycle action type: Remove.",
  ],
  [
    "a change to no storage class",
    LIFECYCLE,
    ({ create }) => create("bucket", rule({ type: "SetStorageClass" })),
    "400 Invalid storage class of the lifecycle action SetStorageClass",
  ],
  [
    "a storage class of a deletion",
    LIFECYCLE,
    ({ create }) => create("bucket", rule({ type: "Delete", storageClass: "NEARLINE" })),
    "400 Invalid storage class of the lifecycle action Delete",
  ],
  [
    "a lifecycle rule without a condition",
    LIFECYCLE,
    ({ create }) => create("bucket", rule({ type: "Delete" }, {})),
    "400 A lifecycle rule must have at least one condition.",
  ],
  [
    "101 lifecycle rules",
    LIFECYCLE,
    ({ create }) => {
      const rules = Array.from({ length: 101 }, (_, age) => ({ action: { type: "Delete" }, condition: { age } }));
      create("bucket", { lifecycle: { rule: rules } });
    },
    "400 A lifecycle configuration can have at most 100 rules.",
  ],
  [
    "a retention of more than 100 years",
    LOCK,
    ({ create }) => create("bucket", { retentionPolicy: { retentionPeriod: "3155760001" } }),
    "400 The retention period must be between",
  ],
  [
    "less of a locked retention",
    LOCK,
    ({ patch }) => patch("b/state", { retentionPolicy: { retentionPeriod: "59" } }),
    "403 The locked retention policy cannot be removed or shortened.",
  ],
  [
    "the end of a locked retention",
    LOCK,
    ({ patch }) => patch("b/state", { retentionPolicy: null }),
    "403 The locked retention policy cannot be removed or shortened.",
  ],
  [
    "six days for deleted objects",
    SOFT_DELETE,
    ({ create }) => create("bucket", { softDeletePolicy: { retentionDurationSeconds: String(6 * DAY) } }),
    "400 The soft delete retention duration",
  ],
  [
    "91 days for deleted objects",
    SOFT_DELETE,
    ({ create }) => create("bucket", { softDeletePolicy: { retentionDurationSeconds: String(91 * DAY) } }),
    "400 The soft delete retention duration",
  ],
  ["a capital in a label", REST, ({ create }) => create("bucket", { labels: { Team: "x" } }), 'key "Team"'],
  [
    "a key that is not there",
    CMEK,
    ({ create }) => create("bucket", { encryption: { defaultKmsKeyName: KEY } }),
    "403 Permission denied on Cloud KMS key.",
  ],
  [
    "a key that the service may not use",
    CMEK,
    ({ create, cloud }) => {
      makeKey(cloud);
      create("bucket", { encryption: { defaultKmsKeyName: KEY } });
    },
    "403 Permission denied on Cloud KMS key.",
  ],
  [
    "a bucket that is not there",
    `${REST}/get`,
    ({ get }) => get("b/bucket"),
    "404 The specified bucket does not exist.",
  ],
  ["the policy of none", `${REST}/getIamPolicy`, ({ get }) => get("b/bucket/iam"), "404 The specified bucket does not"],
  ["a policy for none", `${REST}/setIamPolicy`, ({ put }) => put("b/bucket/iam"), "404 The specified bucket does not"],
  ["the objects of none", `${REST}/get`, ({ get }) => get("b/bucket/o"), "404 The specified bucket does not exist."],
  ["the deletion of no object", `${REST}/get`, (w) => w.delete("b/state/o/a"), "404 No such object: state/o/a"],
  [
    "the deletion of a bucket that is not empty",
    `${REST}/delete`,
    (w) => w.delete("b/state"),
    "409 The bucket you tried to delete is not empty.",
  ],
  [
    "a grant to nobody",
    `${REST}/setIamPolicy`,
    ({ put }) => put("b/state/iam", { bindings: [{ role: "roles/storage.objectViewer", members: ["a"] }] }),
    "400 Invalid member a",
  ],
  ...["allUsers", "allAuthenticatedUsers"].map((member): [string, string, (world: World) => unknown, string] => [
    `a grant to ${member} of what is never public`,
    "https://cloud.google.com/storage/docs/public-access-prevention",
    ({ create, put }) => {
      create("bucket", { iamConfiguration: { publicAccessPrevention: "enforced" } });
      put("b/bucket/iam", { bindings: [{ role: "roles/storage.legacyObjectReader", members: [member] }] });
    },
    "412 The member bindings allUsers and allAuthenticatedUsers are not allowed",
  ]),
])("it refuses %s: %s", (_what, _page, call, said) => {
  const it = world();
  expect(errorOf(() => call(it))).toContain(said);
});

function makeKey(cloud: World["cloud"], members: string[] = []) {
  const kms = serviceOf("cloudkms", cloud);
  kms.post("projects/p/locations/europe-west1/keyRings", {}, { keyRingId: "r" });
  kms.post("projects/p/locations/europe-west1/keyRings/r/cryptoKeys", {}, { cryptoKeyId: "k" });
  const bindings = [{ role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", members }];
  kms.post(`${KEY}:setIamPolicy`, { policy: { bindings } });
}

test.each([
  ["europe-west1", "region"],
  ["eu", "multi-region"],
  ["eur4", "dual-region"],
])("a bucket in %s is in a %s", (location, locationType) => {
  const { create } = world();
  expect(create("bucket", { location })).toMatchObject({ location: location.toUpperCase(), locationType });
});

test("a bucket keeps deleted objects for a week, and has the access that it was sent", () => {
  const { create, cloud, patch } = world();
  expect(create("a.bucket", { iamConfiguration: { uniformBucketLevelAccess: { enabled: true } } })).toMatchObject({
    projectNumber: cloud.numberOf("p"),
    storageClass: "STANDARD",
    softDeletePolicy: { retentionDurationSeconds: "604800" },
    iamConfiguration: {
      uniformBucketLevelAccess: { enabled: true },
      bucketPolicyOnly: { enabled: true },
      publicAccessPrevention: "inherited",
    },
  });
  const changed = patch("b/a.bucket", { iamConfiguration: { publicAccessPrevention: "enforced" } });
  expect(changed.iamConfiguration).toMatchObject({
    uniformBucketLevelAccess: { enabled: true },
    publicAccessPrevention: "enforced",
  });
});

test("a locked retention can become longer", () => {
  const { patch } = world();
  expect(patch("b/state", { retentionPolicy: { retentionPeriod: "61" } }).retentionPolicy).toEqual({
    retentionPeriod: "61",
    isLocked: true,
  });
});

test("an empty bucket can be deleted, with its policy", () => {
  const w = world();
  expect(w.get("b/state/o").items).toEqual([{ name: "prod/default.tfstate" }]);
  const bindings = [{ role: "roles/storage.objectAdmin", members: ["projectEditor:p"] }];
  w.put("b/state/iam", { bindings });
  expect(w.get("b/state/iam").bindings).toEqual(bindings);
  w.delete("b/state/o/prod/default.tfstate");
  expect(w.get("b/state/anywhereCaches/").items).toBeUndefined();
  w.delete("b/state");
  w.create("state");
  // https://cloud.google.com/storage/docs/access-control/iam#convenience-values
  expect(w.get("b/state/iam").bindings).toEqual([
    { role: "roles/storage.legacyBucketOwner", members: ["projectEditor:p", "projectOwner:p"] },
    { role: "roles/storage.legacyBucketReader", members: ["projectViewer:p"] },
    { role: "roles/storage.legacyObjectOwner", members: ["projectEditor:p", "projectOwner:p"] },
    { role: "roles/storage.legacyObjectReader", members: ["projectViewer:p"] },
  ]);
});

test("objects can be encrypted with a key that the service may use", () => {
  const { create, cloud } = world();
  makeKey(cloud, [`serviceAccount:service-${cloud.numberOf("p")}@gs-project-accounts.iam.gserviceaccount.com`]);
  const encryption = { defaultKmsKeyName: KEY };
  expect(create("bucket", { encryption })).toMatchObject({ encryption });
});

// https://docs.cloud.google.com/cdn/docs/configure-private-bucket-access
test("load balancers can be granted a bucket once the project has a backend bucket", () => {
  const { cloud, put } = world();
  const agent = `service-${cloud.numberOf("p")}@https-lb.iam.gserviceaccount.com`;
  const bindings = [{ role: "roles/storage.legacyObjectReader", members: [`serviceAccount:${agent}`] }];
  expect(errorOf(() => put("b/state/iam", { bindings }))).toBe(`400 Service account ${agent} does not exist.`);
  serviceOf("compute", cloud).post("projects/p/global/backendBuckets", { name: "b", bucketName: "state" });
  expect(put("b/state/iam", { bindings }).bindings).toEqual(bindings);
});
