import { apiKey, type Cloud } from "@slipway/fake-google-cloud";
import { KEY_ROLE, ROTATION } from "../constructs/secrets/agent-key";
import type { StackJson } from "./stack";

/**
 * Makes what `bootstrap` makes of a stack's own resources, so that it is old by the first deploy: the APIs, and the keys of
 * Google's service agents with their grants.
 */
export function bootstrapped(cloud: Cloud, { resource = {}, provider = {} }: StackJson): void {
  const project = String(provider.google?.[0]?.project);
  const of = (type: string) => Object.entries(resource[type] ?? {});
  for (const [, { service }] of of("google_project_service"))
    cloud.store.set(apiKey(project, service), { config: { name: service }, state: "ENABLED" });
  const kms = (path: string, body = {}, query = {}) =>
    cloud.call({ method: "POST", service: "cloudkms", path, body, query: new URLSearchParams(query) });
  for (const [id, { name, location }] of of("google_kms_key_ring")) {
    const rings = `projects/${project}/locations/${location}/keyRings`;
    const key = `${rings}/${name}/cryptoKeys/${name}`;
    kms(rings, {}, { keyRingId: name });
    const nextRotationTime = new Date(Date.now() + Number.parseInt(ROTATION, 10) * 1000).toISOString();
    const body = { purpose: "ENCRYPT_DECRYPT", rotationPeriod: ROTATION, nextRotationTime };
    kms(`${rings}/${name}/cryptoKeys`, body, { cryptoKeyId: name });
    const address = `google_kms_crypto_key.${id.replace(/_ring$/, "_key")}.`;
    for (const [, { member }] of of("google_kms_crypto_key_iam_member").filter(([, grant]) =>
      grant.crypto_key_id.includes(address),
    )) {
      const members = [member.replace(/\$\{data\.google_project\..*?\}/, cloud.numberOf(project))];
      kms(`${key}:setIamPolicy`, { policy: { bindings: [{ role: KEY_ROLE, members }] } });
    }
  }
}
