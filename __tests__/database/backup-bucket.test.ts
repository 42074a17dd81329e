import { BackupBucket } from "../../constructs/database/backup-bucket";
import { build, platform, ref } from "../construct";

const synth = (keepDays = 30, deletionProtection = true) =>
  build((stack) => {
    const { name } = new BackupBucket(stack, "b", {
      platform: { ...platform, deletionProtection },
      name: "acme-test-dumps",
      keepDays,
    });
    return { name };
  });
const ADDRESS = "google_storage_bucket.backups";
const { resource, given, counts } = synth();

test("the bucket is the project's alone: no object has rights of its own, and nothing is public", () => {
  expect(resource(ADDRESS)).toMatchObject({
    project: "acme-test",
    name: "acme-test-dumps",
    location: "europe-west1",
    uniform_bucket_level_access: true,
    public_access_prevention: "enforced",
    labels: { system: "shop" },
  });
  expect(counts).toEqual({ google_storage_bucket: 1 });
});

test.each([7, 30])("for %d days nobody deletes a backup, and then it goes by itself", (days) => {
  const { retention_policy, lifecycle_rule, soft_delete_policy } = synth(days).resource(ADDRESS);
  expect(retention_policy).toEqual({ retention_period: days * 86400, is_locked: false });
  expect(lifecycle_rule).toEqual([{ action: { type: "Delete" }, condition: { age: days } }]);
  expect(soft_delete_policy.retention_duration_seconds).toBe(7 * 86400); // Google takes none, or 7 to 90 days
});

test.each([true, false])(
  "it has a fixed address, is locked: %s, and is never destroyed with what is in it",
  (locked) => {
    const bucket = synth(30, locked).resource(ADDRESS);
    expect(bucket.lifecycle.prevent_destroy).toBe(locked);
    expect(bucket.force_destroy).toBe(false);
  },
);

test("who writes to it waits for it", () => {
  expect(given.name).toBe(ref(`${ADDRESS}.name`));
});
