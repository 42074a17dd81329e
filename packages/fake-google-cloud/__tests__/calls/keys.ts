import { getPolicy, LOCATION, setPolicy, type ValidCall } from "./call";

const KEY = `${LOCATION}/keyRings/r/cryptoKeys/k`;

export const KMS: readonly ValidCall[] = [
  { service: "cloudkms", method: "POST", path: `${LOCATION}/keyRings`, body: {}, query: { keyRingId: "r" } },
  {
    service: "cloudkms",
    method: "POST",
    path: `${LOCATION}/keyRings/r/cryptoKeys`,
    body: {
      purpose: "ENCRYPT_DECRYPT",
      versionTemplate: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", protectionLevel: "SOFTWARE" },
      rotationPeriod: "7776000s",
      nextRotationTime: "2030-01-01T00:00:00Z",
      destroyScheduledDuration: "86400s",
      labels: { a: "b" },
    },
    query: { cryptoKeyId: "k" },
  },
  { service: "cloudkms", method: "PATCH", path: KEY, body: { labels: { a: "c" } }, query: { updateMask: "labels" } },
  { service: "cloudkms", method: "POST", path: `${KEY}/cryptoKeyVersions/1:destroy`, body: {} },
  getPolicy("cloudkms", `${LOCATION}/keyRings/r`),
  setPolicy("cloudkms", `${LOCATION}/keyRings/r`),
  getPolicy("cloudkms", KEY),
  setPolicy("cloudkms", KEY),
];
