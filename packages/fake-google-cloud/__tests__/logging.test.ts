import type { Body } from "../src/body";
import { placeLogsByHand } from "../src/services/logging";
import { errorOf, serviceOf } from "./support";

const REST = "https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets";
const BUCKETS = "projects/p/locations/global/buckets";
const DEFAULT = `${BUCKETS}/_Default`;

test.each<[string, string, string, Body, Record<string, string>, string]>([
  [
    "no day",
    "PATCH",
    DEFAULT,
    { retentionDays: 0 },
    { updateMask: "retentionDays" },
    "400 retention_days must be between 1 and 3650, not 0",
  ],
  [
    "more than ten years",
    "PATCH",
    DEFAULT,
    { retentionDays: 3651 },
    { updateMask: "retentionDays" },
    "400 retention_days must be between 1 and 3650, not 3651",
  ],
  [
    "no number of days",
    "PATCH",
    DEFAULT,
    {},
    { updateMask: "retentionDays" },
    "400 retention_days must be between 1 and 3650",
  ],
  ["no mask", "PATCH", DEFAULT, { retentionDays: 30 }, {}, "400 update_mask is required"],
  [
    "a change of the audit logs' bucket",
    "PATCH",
    `${BUCKETS}/_Required`,
    { retentionDays: 30 },
    { updateMask: "retentionDays" },
    "400 The bucket `_Required` cannot be modified",
  ],
  [
    "the deletion of a bucket that every project has",
    "DELETE",
    DEFAULT,
    {},
    {},
    "400 The bucket `_Default` cannot be deleted",
  ],
  [
    "a bucket with the name of one that every project has",
    "POST",
    "projects/p/locations/eu/buckets:createAsync",
    {},
    { bucketId: "_Default" },
    "400 The bucket `_Default` is the project's own and cannot be created",
  ],
  ["a bucket that is not there", "GET", `${BUCKETS}/mine`, {}, {}, "404 Bucket `mine` does not exist"],
  [
    "the default bucket elsewhere",
    "GET",
    "projects/p/locations/eu/buckets/_Default",
    {},
    {},
    "404 Bucket `_Default` does not exist",
  ],
])(`refuses %s (${REST})`, (_what, method, path, body, query, expected) => {
  expect(errorOf(() => serviceOf("logging").call(method, path, body, query))).toContain(expected);
});

// https://cloud.google.com/logging/docs/buckets#locking-logs-buckets
test.each<[string, Body, string]>([
  ["unlocked", { locked: false }, "400 A locked bucket cannot be unlocked"],
  ["given another retention", { retentionDays: 60 }, "400 The retention period of a locked bucket cannot be changed"],
])("a locked bucket cannot be %s", (_what, body, expected) => {
  const { patch } = serviceOf("logging");
  patch(DEFAULT, { locked: true }, { updateMask: "locked" });
  expect(errorOf(() => patch(DEFAULT, body, { updateMask: Object.keys(body).join() }))).toBe(expected);
});

test("every project has a default bucket of 30 days, of which an update changes what its mask names", () => {
  const { get, patch } = serviceOf("logging");
  expect(get(DEFAULT)).toMatchObject({ name: DEFAULT, retentionDays: 30, lifecycleState: "ACTIVE" });
  patch(DEFAULT, { retentionDays: 365, description: "mine" }, { updateMask: "retentionDays" });
  expect(get(DEFAULT)).toMatchObject({ name: DEFAULT, retentionDays: 365, description: "Default bucket" });
  expect(get(DEFAULT.replace("/p/", "/other/")).retentionDays).toBe(30);
});

test("the project's buckets are in the location that the organization chose, and nowhere else", () => {
  const logging = serviceOf("logging");
  placeLogsByHand(logging.cloud, "p", "eu");
  const path = "projects/p/locations/eu/buckets/_Default";
  expect(logging.get(path)).toMatchObject({ name: path, retentionDays: 30 });
  expect(errorOf(() => logging.get(DEFAULT))).toBe("404 Bucket `_Default` does not exist");
});
