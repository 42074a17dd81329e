import { StorageClass } from "../../constructs/datastore/storage-class";
import { disksKey } from "../../constructs/secrets/agent-key";
import { build, platform, ref } from "../construct";

const { resource, counts, given } = build((stack) => {
  const { name, ready } = new StorageClass(stack, "class", {
    platform,
    name: "datastores",
    key: disksKey("shop-test"),
  });
  return { name, ready: ready.map(({ fqn }) => fqn) };
});
const ADDRESS = "kubernetes_storage_class_v1.class_storage-class";
const storageClass = resource(ADDRESS);

test("disks are encrypted with a key of ours, by Compute Engine's service agent", () => {
  expect(storageClass.storage_provisioner).toBe("pd.csi.storage.gke.io");
  expect(storageClass.parameters).toEqual({
    type: "pd-balanced",
    "disk-encryption-kms-key": ref("google_kms_crypto_key.disks_key.id"),
  });
  expect(resource("google_kms_key_ring.disks_ring")).toMatchObject({
    name: "shop-test-datastores",
    location: "europe-west1",
    lifecycle: { prevent_destroy: true },
  });
  expect(resource("google_kms_crypto_key_iam_member.class_disks_grant")).toMatchObject({
    member: "serviceAccount:service-42@compute-system.iam.gserviceaccount.com",
    depends_on: ["api.compute"],
  });
});

test("disks outlive their claims, can grow, and are made where their pod runs", () => {
  expect(storageClass).toMatchObject({
    reclaim_policy: "Retain",
    allow_volume_expansion: true,
    volume_binding_mode: "WaitForFirstConsumer",
  });
});

test("claims wait for the class, and the class for the grant: without it no disk can be made", () => {
  expect(storageClass.depends_on).toEqual(["cluster", "google_kms_crypto_key_iam_member.class_disks_grant"]);
  expect(given).toEqual({ name: ref(`${ADDRESS}.metadata[0].name`), ready: [ref(ADDRESS)] });
  expect(counts.kubernetes_storage_class_v1).toBe(1);
});
