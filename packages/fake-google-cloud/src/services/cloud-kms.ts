import { conflict, invalid, notFound, precondition, unknownHere } from "../api-error";
import { type Body, defaults } from "../body";
import type { Cloud } from "../cloud";
import { type About, collection } from "../collection";
import { checkLabels } from "../labels";
import { policyRoutes } from "../policies";
import { REGIONS } from "../regions";
import { type Call, route } from "../route";
import type { Service } from "../service";
import { Enumeration, type Shape, TEXTS } from "../shape";

const RINGS = "projects/{project}/locations/{location}/keyRings";
const KEYS = `${RINGS}/{ring}/cryptoKeys`;
const VERSIONS = `${KEYS}/{key}/cryptoKeyVersions`;

/** Numbers of https://github.com/googleapis/googleapis/blob/master/google/cloud/kms/v1/resources.proto */
const PURPOSE = new Enumeration({
  1: "ENCRYPT_DECRYPT",
  5: "ASYMMETRIC_SIGN",
  6: "ASYMMETRIC_DECRYPT",
  7: "RAW_ENCRYPT_DECRYPT",
  9: "MAC",
  10: "KEY_ENCAPSULATION",
});
const ALGORITHM = new Enumeration({
  1: "GOOGLE_SYMMETRIC_ENCRYPTION",
  12: "EC_SIGN_P256_SHA256",
  13: "EC_SIGN_P384_SHA384",
  18: "EXTERNAL_SYMMETRIC_ENCRYPTION",
});
const PROTECTION_LEVEL = new Enumeration({ 1: "SOFTWARE", 2: "HSM", 3: "EXTERNAL", 4: "EXTERNAL_VPC" });

const KEY: Shape = {
  purpose: PURPOSE,
  versionTemplate: { algorithm: ALGORITHM, protectionLevel: PROTECTION_LEVEL },
  destroyScheduledDuration: "text",
  rotationPeriod: "text",
  nextRotationTime: "text",
  importOnly: "flag",
  labels: TEXTS,
};

/** Besides regions: https://cloud.google.com/kms/docs/locations */
const MULTI_REGION = /^(global|us|europe|asia|ca|in|au|(nam|eur|asia)\d{1,2})$/;

/** By purpose: https://cloud.google.com/kms/docs/reference/rest/v1/CryptoKeyVersionAlgorithm */
const ALGORITHMS: Readonly<Record<string, RegExp>> = {
  ENCRYPT_DECRYPT: /^(GOOGLE|EXTERNAL)_SYMMETRIC_ENCRYPTION$/,
  RAW_ENCRYPT_DECRYPT: /^AES_(128|256)_(GCM|CBC|CTR)$/,
  ASYMMETRIC_SIGN: /^(RSA|EC|PQ)_SIGN_\w+$/,
  ASYMMETRIC_DECRYPT: /^RSA_DECRYPT_OAEP_\w+$/,
  MAC: /^HMAC_SHA(1|224|256|384|512)$/,
  KEY_ENCAPSULATION: /^(ML_KEM_(768|1024)|KEM_XWING)$/,
};

/** https://cloud.google.com/kms/docs/reference/rest/v1/ProtectionLevel */
const PROTECTION_LEVELS = ["SOFTWARE", "HSM", "HSM_SINGLE_TENANT", "EXTERNAL", "EXTERNAL_VPC"];

const HOUR = 3600;
const DAY = 24 * HOUR;

const secondsOf = (duration: string) => Number(/^(\d+(?:\.\d+)?)s$/.exec(duration)?.[1]);
const within = (duration: string, least: number, most: number) =>
  secondsOf(duration) >= least && secondsOf(duration) <= most;

const noRing = (path: string) => notFound(`KeyRing ${path} not found.`);
const noKey = (path: string) => notFound(`CryptoKey ${path} not found.`);
const parentOf = (path: string) => path.split("/").slice(0, -2).join("/");

/** https://cloud.google.com/kms/docs/locations */
function checkLocation(path: string): void {
  const [, , , location = ""] = path.split("/");
  if (!REGIONS.includes(location) && !MULTI_REGION.test(location))
    throw notFound(
      `The request concerns location '${location}' but was sent to location 'global'. Either Cloud KMS is not available in '${location}' or the request was misrouted.`,
    );
}

/** https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create */
function checkId(kind: string, path: string): void {
  const id = path.split(`/${kind}s/`).pop() as string;
  if (!/^[\w-]{1,63}$/.test(id))
    throw invalid(`The ${kind} ID '${id}' does not match the regular expression [a-zA-Z0-9_-]{1,63}.`);
}

function acceptRing(ring: Body, { path }: About): void {
  checkLocation(path);
  checkId("keyRing", path);
  defaults(ring, { name: path, createTime: new Date().toISOString() });
}

function acceptKey(key: Body, { cloud, call, path, key: at, before }: About): void {
  const ring = parentOf(path);
  cloud.need(`cloudkms/${ring}`, noRing(ring));
  checkId("cryptoKey", path);
  defaults(key, {
    name: path,
    createTime: new Date().toISOString(),
    purpose: "ENCRYPT_DECRYPT",
    destroyScheduledDuration: `${30 * DAY}s`,
  });
  if (key.purpose === "ENCRYPT_DECRYPT")
    defaults(key, { versionTemplate: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION" } });
  defaults(key, { versionTemplate: { protectionLevel: "SOFTWARE" } });
  checkTemplate(key, before);
  checkRotation(key);
  checkDestruction(key);
  checkLabels(key.labels);
  if (!before && call.query.get("skipInitialVersionCreation") !== "true") addVersion(cloud, at, key);
}

/** https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys */
function checkTemplate({ purpose, versionTemplate }: Body, before?: Body): void {
  const { algorithm, protectionLevel } = versionTemplate;
  const algorithms = Object.hasOwn(ALGORITHMS, purpose) && ALGORITHMS[purpose];
  if (!algorithms) throw invalid(`Invalid value at 'crypto_key.purpose': "${purpose}"`);
  if (!algorithm) throw invalid(`The algorithm must be specified for a CryptoKey with purpose ${purpose}.`);
  if (!algorithms.test(algorithm))
    throw invalid(`The algorithm ${algorithm} is not valid for a CryptoKey with purpose ${purpose}.`);
  if (!PROTECTION_LEVELS.includes(protectionLevel))
    throw invalid(`Invalid value at 'crypto_key.version_template.protection_level': "${protectionLevel}"`);
  if (before && protectionLevel !== before.versionTemplate.protectionLevel)
    throw invalid("The protection level of a CryptoKey cannot be changed.");
}

/** https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys#CryptoKey.FIELDS.rotation_period */
function checkRotation({ purpose, rotationPeriod, nextRotationTime }: Body): void {
  if (!rotationPeriod && !nextRotationTime) return;
  if (purpose !== "ENCRYPT_DECRYPT")
    throw invalid(`Automatic rotation is not supported for a CryptoKey with purpose ${purpose}.`);
  if (rotationPeriod && !within(rotationPeriod, DAY, 876_000 * HOUR)) throw invalid("Invalid rotation period.");
  if (rotationPeriod && !nextRotationTime) throw invalid("next_rotation_time must be set when rotation_period is set.");
}

/** https://cloud.google.com/kms/docs/create-key#set_the_duration_of_the_scheduled_for_destruction_state */
function checkDestruction({ destroyScheduledDuration, importOnly }: Body): void {
  if (!within(destroyScheduledDuration, importOnly ? 0 : DAY, 120 * DAY))
    throw invalid("destroy_scheduled_duration must be between 24 hours and 120 days.");
}

/** Only keys with this purpose have a primary version: their others are asked for by number. */
function addVersion(cloud: Cloud, at: string, key: Body): void {
  const now = new Date().toISOString();
  const version = {
    name: `${key.name}/cryptoKeyVersions/1`,
    state: "ENABLED",
    ...key.versionTemplate,
    createTime: now,
    generateTime: now,
  };
  cloud.store.set(`${at}/cryptoKeyVersions/1`, version);
  if (key.purpose === "ENCRYPT_DECRYPT") key.primary = version;
}

/**
 * The fake knows one filter: on the whole name.
 * https://cloud.google.com/kms/docs/sorting-and-filtering
 */
function list({ path, query }: Call, cloud: Cloud): Body {
  const filter = query.get("filter");
  const [, name] = /^name=(\S+)$/.exec(filter ?? "") ?? [];
  if (filter && !name) throw unknownHere(`the fake does not know the filter ${filter}`);
  const found = cloud.store.members(`cloudkms/${path}`).filter((object) => !name || object.name === name);
  return found.length ? { [path.split("/").pop() as string]: found, totalSize: found.length } : {};
}

/**
 * A ring can never be deleted, a key only when its versions are, and its name is then spent; the provider deletes neither.
 * https://docs.cloud.google.com/kms/docs/delete-kms-resources
 */
const refuseDeletion = () => {
  throw unknownHere("Key rings and keys outlive a destroy; the fake deletes none.");
};

/** Whether a key is there and a member may encrypt and decrypt with it, by a grant on it, its ring or its project. */
export function mayUseKey(cloud: Cloud, key: string, member: string): boolean {
  const [path = ""] = /^projects\/.+\/cryptoKeys\/[^/]+/.exec(key) ?? [];
  if (!cloud.store.get(`cloudkms/${path}`)) return false;
  return ["useToEncrypt", "useToDecrypt"].every((use) =>
    cloud.access.permits([member], `cloudkms.cryptoKeyVersions.${use}`, `cloudkms/${path}`),
  );
}

/** Refuses a key that a member cannot use. https://cloud.google.com/kms/docs/cmek#grant-permission */
export function needKeyGrant(cloud: Cloud, key: string, member: string): void {
  if (!mayUseKey(cloud, key, member))
    throw invalid(
      `Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '${key}' (or it may not exist).`,
    );
}

/** Cloud Key Management Service: https://cloud.google.com/kms/docs/reference/rest */
export const cloudKms: Service = {
  name: "cloudkms",
  api: "cloudkms.googleapis.com",
  endpoints: { KMS: "v1" },
  routes: [
    ...policyRoutes("cloudkms", `${RINGS}/{ring}`),
    ...policyRoutes("cloudkms", `${KEYS}/{key}`),
    route("GET", RINGS, (call, cloud) => {
      checkLocation(call.path);
      return list(call, cloud);
    }),
    route("GET", KEYS, (call, cloud) => {
      const ring = call.path.replace(/\/cryptoKeys$/, "");
      cloud.need(`cloudkms/${ring}`, noRing(ring));
      return list(call, cloud);
    }),
    route("GET", VERSIONS, (call, cloud) => {
      const key = call.path.replace(/\/cryptoKeyVersions$/, "");
      cloud.need(`cloudkms/${key}`, noKey(key));
      return list(call, cloud);
    }),
    route("POST", `${VERSIONS}/{version}:destroy`, ({ path }, cloud) => {
      const name = path.replace(/:\w+$/, "");
      const version = cloud.need(`cloudkms/${name}`, notFound(`CryptoKeyVersion ${name} not found.`));
      if (version.state === "DESTROY_SCHEDULED")
        throw precondition(`${name} has state ${version.state} and cannot be scheduled for destruction.`);
      const key = cloud.need(`cloudkms/${parentOf(name)}`);
      version.state = "DESTROY_SCHEDULED";
      version.destroyTime = new Date(Date.now() + secondsOf(key.destroyScheduledDuration) * 1000).toISOString();
      if (key.primary?.name === name) key.primary = version;
      return version;
    }),
    ...collection({
      service: "cloudkms",
      at: RINGS,
      id: "?keyRingId",
      accept: acceptRing,
      release: refuseDeletion,
      update: "none",
      missing: noRing,
      taken: (path) => conflict(`KeyRing ${path} already exists.`),
    }),
    ...collection({
      service: "cloudkms",
      at: KEYS,
      id: "?cryptoKeyId",
      shape: KEY,
      accept: acceptKey,
      fixed: ["purpose", "destroyScheduledDuration", "importOnly"],
      release: refuseDeletion,
      missing: noKey,
      taken: (path) => conflict(`CryptoKey ${path} already exists.`),
    }),
  ],
};
