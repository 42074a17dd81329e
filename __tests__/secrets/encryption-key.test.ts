import { EncryptionKey } from "../../constructs/secrets/encryption-key";
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
      adopts: true,
    });
  });
const { resource, counts, json } = synth(true);

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

test("a destroy leaves the key as it is: Google would keep it anyway, without its versions", () => {
  expect(resource("google_kms_crypto_key.boot_disks_key").deletion_policy).toBe("ABANDON");
});

describe("ring and key that are there already", () => {
  const path = "projects/acme-test/locations/europe-west1/keyRings/shop-test-disks";

  test("are looked for by their whole names, the key where its ring is", () => {
    expect(json.data).toEqual({
      google_kms_key_rings: {
        "boot-disks_rings": expect.objectContaining({
          project: "acme-test",
          location: "europe-west1",
          filter: `name=${path}`,
        }),
      },
      google_kms_crypto_keys: {
        "boot-disks_keys": expect.objectContaining({
          count: ref("length(data.google_kms_key_rings.boot-disks_rings.key_rings)"),
          key_ring: path,
          filter: `name=${path}/cryptoKeys/shop-test-disks`,
        }),
      },
    });
  });

  test("are looked for while planning: no resource is named, nor waited for", () => {
    expect(JSON.stringify(json.data)).not.toMatch(/depends_on|\$\{(?!length\(data\.)/);
  });

  test("are imported, and made where there is nothing to import", () => {
    expect(json.import).toEqual([
      {
        for_each: ref("toset(flatten(data.google_kms_key_rings.boot-disks_rings.key_rings[*].id))"),
        to: "google_kms_key_ring.boot_disks_ring",
        id: ref("each.value"),
      },
      {
        for_each: ref(
          "toset(flatten([for key in flatten(data.google_kms_crypto_keys.boot-disks_keys[*].keys) : key.id if key != null]))",
        ),
        to: "google_kms_crypto_key.boot_disks_key",
        id: ref("each.value"),
      },
    ]);
  });
});
