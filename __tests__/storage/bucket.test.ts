import { bucket } from "../../constructs/storage/bucket";
import { build, platform } from "../construct";

const synth = (deletionProtection: boolean, softDeleteDays = 7) =>
  build((stack) => {
    bucket(stack, "media", {
      platform: { ...platform, deletionProtection },
      name: "acme-test-shop-media",
      logicalId: "bucket_media",
      softDeleteDays,
    });
  });
const ADDRESS = "google_storage_bucket.bucket_media";

test("only IAM opens it, and never to everybody", () => {
  expect(synth(true).resource(ADDRESS)).toMatchObject({
    project: "acme-test",
    name: "acme-test-shop-media",
    location: "europe-west1",
    uniform_bucket_level_access: true,
    public_access_prevention: "enforced",
    labels: { system: "shop" },
  });
});

test.each([7, 90])("deleted and replaced objects are kept for %d days, and not a second time as versions", (days) => {
  const { soft_delete_policy, versioning } = synth(true, days).resource(ADDRESS);
  expect(soft_delete_policy).toEqual({ retention_duration_seconds: days * 86400 });
  expect(versioning).toBeUndefined();
});

test.each([true, false])("it is locked: %s, and is never destroyed with what is in it", (locked) => {
  const { lifecycle, force_destroy } = synth(locked).resource(ADDRESS);
  expect(lifecycle.prevent_destroy).toBe(locked);
  expect(force_destroy).toBe(false);
});
