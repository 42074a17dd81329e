import { X509Certificate } from "node:crypto";
import { type Body, defaults } from "../../body";
import type { About } from "../../collection";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { checkEnumerations, checkFingerprint, computeCollection, PLACES, wrong } from "./kind";

/** https://cloud.google.com/compute/docs/reference/rest/v1/sslPolicies */
const ENUMERATIONS = {
  profile: ["COMPATIBLE", "CUSTOM", "FIPS_202205", "MODERN", "RESTRICTED"],
  minTlsVersion: ["TLS_1_0", "TLS_1_1", "TLS_1_2", "TLS_1_3"],
};

const POLICY: Shape = {
  name: "text",
  profile: "text",
  minTlsVersion: "text",
  customFeatures: ["text"],
  fingerprint: "text",
};

const suites = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\s+/)
    .map((suite) => `TLS_${suite}`);

/** Cipher suites by profile. https://cloud.google.com/load-balancing/docs/ssl-policies-concepts#defining_an_ssl_policy */
const RESTRICTED = suites(`
  ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
  ECDHE_RSA_WITH_AES_128_GCM_SHA256 ECDHE_RSA_WITH_AES_256_GCM_SHA384 ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
`);
const MODERN = [
  ...RESTRICTED,
  ...suites(`
    ECDHE_ECDSA_WITH_AES_128_CBC_SHA ECDHE_ECDSA_WITH_AES_256_CBC_SHA
    ECDHE_RSA_WITH_AES_128_CBC_SHA ECDHE_RSA_WITH_AES_256_CBC_SHA
  `),
];
const FEATURES: Readonly<Record<string, readonly string[]>> = {
  RESTRICTED,
  FIPS_202205: RESTRICTED.filter((suite) => !suite.includes("CHACHA20")),
  MODERN,
  COMPATIBLE: [
    ...MODERN,
    ...suites(`
      RSA_WITH_3DES_EDE_CBC_SHA RSA_WITH_AES_128_CBC_SHA RSA_WITH_AES_128_GCM_SHA256 RSA_WITH_AES_256_CBC_SHA
      RSA_WITH_AES_256_GCM_SHA384
    `),
  ],
};

function acceptPolicy(policy: Body, { cloud, call, before }: About): void {
  if (before) checkFingerprint(before.fingerprint, call.body.fingerprint);
  defaults(policy, { profile: "COMPATIBLE", minTlsVersion: "TLS_1_0", customFeatures: [] });
  checkEnumerations(policy, ENUMERATIONS);
  const { profile, minTlsVersion, customFeatures } = policy;
  if (minTlsVersion === "TLS_1_3" && profile !== "RESTRICTED")
    throw wrong("profile", profile, "Must be RESTRICTED with minTlsVersion TLS_1_3.");
  if (profile === "FIPS_202205" && minTlsVersion !== "TLS_1_2")
    throw wrong("minTlsVersion", minTlsVersion, "Must be TLS_1_2 with profile FIPS_202205.");
  if ((profile === "CUSTOM") !== Boolean(customFeatures.length))
    throw wrong("customFeatures", customFeatures, "They must be specified with profile CUSTOM, and with it alone.");
  policy.enabledFeatures = [...(FEATURES[profile] ?? customFeatures)].sort();
  policy.fingerprint = String(cloud.next());
}

/** A host name without wildcard: https://cloud.google.com/load-balancing/docs/ssl-certificates/google-managed-certs */
const DOMAIN = /^(?=.{1,254}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\.?$/i;

/** One that Google manages, or that somebody uploads: its private key is never answered. */
function acceptCertificate(certificate: Body): void {
  defaults(certificate, { type: certificate.managed ? "MANAGED" : "SELF_MANAGED" });
  checkEnumerations(certificate, { type: ["MANAGED", "SELF_MANAGED"] });
  if (certificate.type === "SELF_MANAGED") acceptUploaded(certificate);
  else checkDomains(certificate.managed?.domains ?? []);
}

function checkDomains(domains: readonly string[]): void {
  if (domains.length < 1 || domains.length > 100)
    throw wrong("managed.domains", domains.length, "There must be from 1 to 100 domains.");
  for (const [index, domain] of domains.entries())
    if (!DOMAIN.test(domain)) throw wrong(`managed.domains[${index}]`, domain, "Invalid domain name specified.");
}

function acceptUploaded(certificate: Body): void {
  const { certificate: pem, privateKey } = { ...certificate.selfManaged, ...certificate };
  if (!pem || !privateKey) throw wrong("privateKey", "", "A certificate and its private key must be specified.");
  delete certificate.privateKey;
  Object.assign(certificate, { certificate: pem, selfManaged: { certificate: pem }, expireTime: expiryOf(pem) });
}

function expiryOf(pem: string): string {
  try {
    return new Date(new X509Certificate(pem).validTo).toISOString();
  } catch {
    throw wrong("certificate", "", "The SSL certificate could not be parsed.");
  }
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/sslPolicies and .../sslCertificates, which no call changes */
export const ssl: Route[] = PLACES.flatMap((place) => [
  ...computeCollection({
    at: `${place}/sslPolicies`,
    type: "google_compute_ssl_policy",
    shape: POLICY,
    accept: acceptPolicy,
  }),
  ...computeCollection({
    at: `${place}/sslCertificates`,
    type: "google_compute_managed_ssl_certificate",
    shape: {
      name: "text",
      type: "text",
      certificate: "text",
      privateKey: "text",
      managed: { domains: ["text"] },
      selfManaged: { certificate: "text", privateKey: "text" },
    },
    accept: acceptCertificate,
    update: "none",
  }),
]);
