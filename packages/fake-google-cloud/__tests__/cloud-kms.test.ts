import type { Body } from "../src/body";
import { mayUseKey, needKeyGrant } from "../src/services/cloud-kms";
import { errorOf, everything, serviceOf } from "./support";

const REST = "https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings";
const KEY_PAGE = `${REST}.cryptoKeys`;
const CREATE_KEY = "https://cloud.google.com/kms/docs/create-key";
const RINGS = "projects/p/locations/europe-west1/keyRings";
const KEYS = `${RINGS}/r/cryptoKeys`;
const KEY = `${KEYS}/k`;
const DAY = 24 * 3600;

const rotation = (seconds: number): Body => ({
  rotationPeriod: `${seconds}s`,
  nextRotationTime: new Date(Date.now() + seconds * 1000).toISOString(),
});

/** The ring `r` with the key `k`. */
function world(cloud = everything()) {
  const service = serviceOf("cloudkms", cloud);
  const ring = (id: string, rings = RINGS) => service.post(rings, {}, { keyRingId: id });
  const key = (id: string, body: Body = {}, query: Record<string, string> = {}) =>
    service.post(KEYS, { purpose: "ENCRYPT_DECRYPT", ...body }, { cryptoKeyId: id, ...query });
  ring("r");
  key("k", rotation(90 * DAY));
  return { ...service, ring, key };
}

type World = ReturnType<typeof world>;

test.each<[string, string, (world: World) => unknown, string]>([
  ["no id of a ring", `${REST}/create`, ({ post }) => post(RINGS, {}), "400 The field 'keyRingId' is required"],
  ["a dot in a ring's id", `${REST}/create`, ({ ring }) => ring("a.b"), "400 The keyRing ID 'a.b' does not match"],
  ["a ring's id of 64", `${REST}/create`, ({ ring }) => ring("a".repeat(64)), "does not match the regular expression"],
  ["a ring that exists", `${REST}/create`, ({ ring }) => ring("r"), `409 KeyRing ${RINGS}/r already exists.`],
  [
    "an unknown location",
    "https://cloud.google.com/kms/docs/locations",
    ({ ring }) => ring("a", "projects/p/locations/europe-west99/keyRings"),
    "404 The request concerns location 'europe-west99'",
  ],
  [
    "rings of an unknown location",
    "https://cloud.google.com/kms/docs/locations",
    ({ get }) => get("projects/p/locations/-/keyRings"),
    "404 The request concerns location '-'",
  ],
  ["a ring that is not there", REST, ({ get }) => get(`${RINGS}/a`), `404 KeyRing ${RINGS}/a not found.`],
  ["the deletion of a ring", REST, (w) => w.delete(`${RINGS}/r`), "501 Key rings and keys outlive a destroy"],
  ["the deletion of a key", KEY_PAGE, (w) => w.delete(KEY), "501 Key rings and keys outlive a destroy"],
  ["keys of no ring", KEY_PAGE, ({ get }) => get(`${RINGS}/a/cryptoKeys`), `404 KeyRing ${RINGS}/a not found.`],
  [
    "a key in no ring",
    `${KEY_PAGE}/create`,
    ({ post }) => post(`${RINGS}/a/cryptoKeys`, {}, { cryptoKeyId: "k" }),
    `404 KeyRing ${RINGS}/a not found.`,
  ],
  ["a dot in a key's id", `${KEY_PAGE}/create`, ({ key }) => key("a.b"), "400 The cryptoKey ID 'a.b' does not match"],
  ["a key that exists", `${KEY_PAGE}/create`, ({ key }) => key("k"), `409 CryptoKey ${KEY} already exists.`],
  ["a key that is not there", KEY_PAGE, ({ get }) => get(`${KEYS}/a`), `404 CryptoKey ${KEYS}/a not found.`],
  [
    "an unknown purpose",
    `${KEY_PAGE}#CryptoKeyPurpose`,
    ({ key }) => key("a", { purpose: "ENCRYPT" }),
    `400 Invalid value at 'crypto_key.purpose': "ENCRYPT"`,
  ],
  [
    "no algorithm for signatures",
    `${KEY_PAGE}#CryptoKeyVersionTemplate`,
    ({ key }) => key("a", { purpose: "ASYMMETRIC_SIGN" }),
    "400 The algorithm must be specified for a CryptoKey with purpose ASYMMETRIC_SIGN.",
  ],
  [
    "an algorithm of another purpose",
    "https://cloud.google.com/kms/docs/algorithms",
    ({ key }) => key("a", { versionTemplate: { algorithm: "HMAC_SHA256" } }),
    "400 The algorithm HMAC_SHA256 is not valid for a CryptoKey with purpose ENCRYPT_DECRYPT.",
  ],
  [
    "an unknown protection level",
    "https://cloud.google.com/kms/docs/reference/rest/v1/ProtectionLevel",
    ({ key }) => key("a", { versionTemplate: { protectionLevel: "HARDWARE" } }),
    `400 Invalid value at 'crypto_key.version_template.protection_level': "HARDWARE"`,
  ],
  [
    "another protection level",
    `${KEY_PAGE}#CryptoKeyVersionTemplate`,
    ({ patch }) =>
      patch(KEY, { versionTemplate: { protectionLevel: "HSM" } }, { updateMask: "versionTemplate.protectionLevel" }),
    "400 The protection level of a CryptoKey cannot be changed.",
  ],
  [
    "another purpose",
    `${KEY_PAGE}#CryptoKey`,
    ({ patch }) => patch(KEY, { purpose: "MAC" }, { updateMask: "purpose" }),
    "400 Invalid value for field 'purpose'",
  ],
  [
    "another time until destruction",
    CREATE_KEY,
    ({ patch }) => patch(KEY, { destroyScheduledDuration: "86400s" }, { updateMask: "destroyScheduledDuration" }),
    "400 Invalid value for field 'destroyScheduledDuration'",
  ],
  [
    "a rotation within a day",
    `${KEY_PAGE}#CryptoKey`,
    ({ key }) => key("a", rotation(DAY - 1)),
    "400 Invalid rotation period.",
  ],
  [
    "a rotation after 100 years",
    `${KEY_PAGE}#CryptoKey`,
    ({ key }) => key("a", { ...rotation(DAY), rotationPeriod: `${876_001 * 3600}s` }),
    "400 Invalid rotation period.",
  ],
  [
    "a rotation period of no form",
    `${KEY_PAGE}#CryptoKey`,
    ({ key }) => key("a", { ...rotation(DAY), rotationPeriod: "90d" }),
    "400 Invalid rotation period.",
  ],
  [
    "an update to a rotation within a day",
    `${KEY_PAGE}#CryptoKey`,
    ({ patch }) => patch(KEY, rotation(60), { updateMask: "rotationPeriod,nextRotationTime" }),
    "400 Invalid rotation period.",
  ],
  [
    "a rotation that never begins",
    `${KEY_PAGE}#CryptoKey`,
    ({ key }) => key("a", { rotationPeriod: `${DAY}s` }),
    "400 next_rotation_time must be set",
  ],
  [
    "the rotation of a key that signs",
    `${KEY_PAGE}#CryptoKey`,
    ({ key }) =>
      key("a", {
        ...rotation(DAY),
        purpose: "ASYMMETRIC_SIGN",
        versionTemplate: { algorithm: "EC_SIGN_P256_SHA256" },
      }),
    "400 Automatic rotation is not supported",
  ],
  [
    "destruction within a day",
    CREATE_KEY,
    ({ key }) => key("a", { destroyScheduledDuration: `${DAY - 1}s` }),
    "400 destroy_scheduled_duration must be between",
  ],
  [
    "destruction after more than 120 days",
    CREATE_KEY,
    ({ key }) => key("a", { destroyScheduledDuration: `${120 * DAY + 1}s` }),
    "400 destroy_scheduled_duration must be between",
  ],
  [
    "a capital in a label",
    "https://cloud.google.com/kms/docs/labeling-keys",
    ({ key }) => key("a", { labels: { Team: "x" } }),
    'key "Team"',
  ],
  [
    "versions of no key",
    `${KEY_PAGE}.cryptoKeyVersions/list`,
    ({ get }) => get(`${KEYS}/a/cryptoKeyVersions`),
    `404 CryptoKey ${KEYS}/a not found.`,
  ],
  [
    "the destruction of no version",
    `${KEY_PAGE}.cryptoKeyVersions/destroy`,
    ({ post }) => post(`${KEY}/cryptoKeyVersions/2:destroy`),
    `404 CryptoKeyVersion ${KEY}/cryptoKeyVersions/2 not found.`,
  ],
  [
    "the destruction of a version that is scheduled already",
    "https://cloud.google.com/kms/docs/key-states",
    ({ post }) => {
      post(`${KEY}/cryptoKeyVersions/1:destroy`);
      post(`${KEY}/cryptoKeyVersions/1:destroy`);
    },
    "400 projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1 has state DESTROY_SCHEDULED",
  ],
])("it refuses %s: %s", (_what, _page, call, said) => {
  const it = world();
  expect(errorOf(() => call(it))).toContain(said);
});

test("a key has a version, an algorithm and 30 days until its destruction", () => {
  const { get, key } = world();
  expect(get(KEY)).toMatchObject({
    name: KEY,
    purpose: "ENCRYPT_DECRYPT",
    rotationPeriod: `${90 * DAY}s`,
    destroyScheduledDuration: `${30 * DAY}s`,
    versionTemplate: { protectionLevel: "SOFTWARE", algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION" },
    primary: { name: `${KEY}/cryptoKeyVersions/1`, state: "ENABLED" },
  });
  expect(key("empty", {}, { skipInitialVersionCreation: "true" })).not.toHaveProperty("primary");
  expect(get(`${KEYS}/empty/cryptoKeyVersions`)).toEqual({});
  const signs = { purpose: "ASYMMETRIC_SIGN", versionTemplate: { algorithm: "EC_SIGN_P256_SHA256" } };
  expect(key("signs", signs)).not.toHaveProperty("primary");
  expect(get(`${KEYS}/signs/cryptoKeyVersions`).totalSize).toBe(1);
});

test.each(["global", "us", "europe", "eur4", "nam12", "europe-west1"])("keys can be in %s", (location) => {
  const { ring } = world();
  expect(ring("a", `projects/p/locations/${location}/keyRings`).name).toContain(location);
});

test("a destroyed key stays, without versions to use and without rotation", () => {
  const { get, post, patch } = world();
  const [version] = get(`${KEY}/cryptoKeyVersions`).cryptoKeyVersions;
  expect(post(`${version.name}:destroy`)).toMatchObject({ state: "DESTROY_SCHEDULED" });
  patch(KEY, { rotationPeriod: null, nextRotationTime: null }, { updateMask: "rotationPeriod,nextRotationTime" });
  expect(get(KEY).primary.state).toBe("DESTROY_SCHEDULED");
  expect(get(KEY)).not.toHaveProperty("rotationPeriod");
});

test("lists can be filtered by name, and are absent where nothing is found", () => {
  const { call } = world();
  const names = (path: string, name: string) => call("GET", path, {}, { filter: `name=${name}` });
  expect(names(RINGS, `${RINGS}/r`)).toMatchObject({ keyRings: [{ name: `${RINGS}/r` }], totalSize: 1 });
  expect(names(RINGS, `${RINGS}/a`)).toEqual({});
  expect(names(KEYS, KEY)).toMatchObject({ cryptoKeys: [{ name: KEY }], totalSize: 1 });
  expect(names(KEYS, `${KEYS}/a`)).toEqual({});
  expect(errorOf(() => call("GET", KEYS, {}, { filter: "state:ENABLED" }))).toContain("501");
});

describe("a key can be used by whom it is granted to", () => {
  const agent = "serviceAccount:service-123456789012@container-engine-robot.iam.gserviceaccount.com";
  const granting = (service: string, path: string, member = agent) => {
    const cloud = everything();
    cloud.numberOf("p");
    world(cloud);
    const bindings = [{ role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", members: [member] }];
    serviceOf(service, cloud).post(`${path}:setIamPolicy`, { policy: { bindings } });
    return cloud;
  };

  test.each([
    ["cloudkms", KEY],
    ["cloudkms", `${RINGS}/r`],
    ["cloudresourcemanager", "projects/p"],
  ])("on %s %s", (service, path) => {
    expect(mayUseKey(granting(service, path), KEY, agent)).toBe(true);
  });

  // https://cloud.google.com/kms/docs/cmek#grant-permission
  test("and by nobody else", () => {
    const denied = `400 Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '${KEY}'`;
    const cloud = granting("cloudkms", KEY, "user:a@example.com");
    expect(errorOf(() => needKeyGrant(cloud, KEY, agent))).toContain(denied);
    expect(mayUseKey(granting("cloudresourcemanager", "projects/p"), `${KEYS}/a`, agent)).toBe(false);
  });
});
