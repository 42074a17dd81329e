import { unknownHere } from "../../api-error";
import { type Body, defaults } from "../../body";
import type { About } from "../../collection";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { checkEnumerations, checkFingerprint, computeCollection, wrong } from "./kind";

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
  defaults(policy, { enabledFeatures: [] });
  policy.fingerprint = String(cloud.next());
}

/** A host name without wildcard: https://cloud.google.com/load-balancing/docs/ssl-certificates/google-managed-certs */
const DOMAIN = /^(?=.{1,254}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\.?$/i;

function acceptCertificate(certificate: Body): void {
  if (certificate.type !== "MANAGED") throw unknownHere("the fake knows certificates that Google manages only");
  const domains: string[] = certificate.managed?.domains ?? [];
  if (domains.length < 1 || domains.length > 100)
    throw wrong("managed.domains", domains.length, "There must be from 1 to 100 domains.");
  for (const [index, domain] of domains.entries())
    if (!DOMAIN.test(domain)) throw wrong(`managed.domains[${index}]`, domain, "Invalid domain name specified.");
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/sslPolicies and .../sslCertificates, which no call changes */
export const ssl: Route[] = [
  ...computeCollection({
    at: "projects/{project}/global/sslPolicies",
    type: "google_compute_ssl_policy",
    shape: POLICY,
    accept: acceptPolicy,
  }),
  ...computeCollection({
    at: "projects/{project}/global/sslCertificates",
    type: "google_compute_managed_ssl_certificate",
    shape: { name: "text", type: "text", managed: { domains: ["text"] } },
    accept: acceptCertificate,
    update: "none",
  }),
];
