import { EncryptionKey } from "../../constructs/google/encryption-key";
import { at, build, project, ref } from "../construct";

const user = "serviceAccount:service-42@container-engine-robot.iam.gserviceaccount.com";
const synth = (deletionProtection: boolean) =>
  build((stack) => {
    new EncryptionKey(stack, "boot-disks", {
      project,
      name: "shop-test-disks",
      location: "europe-west1",
      user,
      userExists: [at("service-agent")],
      deletionProtection,
    });
  });
const { resource, counts } = synth(true);

test("the key is rotated at least every 90 days", () => {
  const seconds = Number.parseInt(resource("google_kms_crypto_key.boot_disks_key").rotation_period, 10);
  expect(seconds).toBeGreaterThanOrEqual(86400); // Google's least
  expect(seconds).toBeLessThanOrEqual(90 * 86400);
});

test("the key is in a ring of its own, where it is used", () => {
  expect(resource("google_kms_key_ring.boot_disks_ring")).toMatchObject({
    name: "shop-test-disks",
    location: "europe-west1",
  });
  expect(resource("google_kms_crypto_key.boot_disks_key").key_ring).toBe(ref("google_kms_key_ring.boot_disks_ring.id"));
});

test("one service agent may encrypt and decrypt, and is granted it once it exists", () => {
  expect(counts).toEqual({ google_kms_key_ring: 1, google_kms_crypto_key: 1, google_kms_crypto_key_iam_member: 1 });
  expect(resource("google_kms_crypto_key_iam_member.boot-disks_grant")).toMatchObject({
    crypto_key_id: ref("google_kms_crypto_key.boot_disks_key.id"),
    role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
    member: user,
    depends_on: ["service-agent"],
  });
});

test("the ring waits for the API, and the key for nothing but the ring", () => {
  expect(resource("google_kms_key_ring.boot_disks_ring").depends_on).toEqual(["api.cloudkms"]);
  expect(resource("google_kms_crypto_key.boot_disks_key").depends_on).toBeUndefined();
});

test.each([true, false])("ring and key have fixed addresses and are locked: %s", (deletionProtection) => {
  const built = synth(deletionProtection);
  for (const address of ["google_kms_key_ring.boot_disks_ring", "google_kms_crypto_key.boot_disks_key"])
    expect(built.resource(address).lifecycle.prevent_destroy).toBe(deletionProtection);
});
