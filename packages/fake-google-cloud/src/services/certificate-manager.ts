import { type ApiError, invalid, notFound, precondition } from "../api-error";
import { type Body, defaults } from "../body";
import type { Cloud } from "../cloud";
import { type About, type Collection, collection, longRunning, operationRoutes } from "../collection";
import { checkLabels } from "../labels";
import type { Route } from "../route";
import type { Service } from "../service";
import { Enumeration, TEXTS } from "../shape";

const AT = "projects/{project}/locations/{location}";
const COMMON = { description: "text", labels: TEXTS } as const;

/** https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations.certificates */
const NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/;
/** A host name, or one with a star in place of its first label. */
const DOMAIN = /^(?=.{1,253}$)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

const missing = (kind: string, path: string): ApiError => notFound(`${kind} "${path}" not found`);

/** Refuses a reference to what is not in full, or not there. */
function need(cloud: Cloud, kind: string, name: string): Body {
  const full = new RegExp(`^projects/[^/]+/locations/[^/]+/${kind}s/[^/]+$`);
  if (!full.test(name)) throw invalid(`invalid ${kind} name "${name}"`);
  return cloud.need(`certificatemanager/${name}`, missing(kind, name));
}

/** The objects of a kind in a project, wherever they are. */
const every = (cloud: Cloud, path: string, kind: string): Body[] =>
  cloud.store
    .below(`certificatemanager/${path.split("/").slice(0, 2).join("/")}`)
    .flatMap(([key, object]) => (new RegExp(`/${kind}s/[^/]+$`).test(key) ? [object] : []));

/** Google manages the certificate, or somebody has uploaded it. */
function acceptCertificate(certificate: Body, { cloud }: About): void {
  const { managed, selfManaged, scope } = certificate;
  if (Boolean(managed) === Boolean(selfManaged)) throw invalid("exactly one of managed and selfManaged must be set");
  if (scope === "DEFAULT") delete certificate.scope; // the default of an enumeration is not answered
  if (!managed) return;
  const { domains = [], dnsAuthorizations = [] } = managed;
  if (domains.length < 1 || domains.length > 100) throw invalid("managed.domains must have from 1 to 100 domains");
  const authorized = dnsAuthorizations.map((name: string) => need(cloud, "dnsAuthorization", name).domain);
  for (const domain of domains) {
    if (!DOMAIN.test(domain)) throw invalid(`invalid domain "${domain}"`);
    // An authorization is for a domain and its wildcard: .../rest/v1/projects.locations.dnsAuthorizations
    const covered = authorized.includes(domain.replace(/^\*\./, ""));
    if ((authorized.length || domain.startsWith("*")) && !covered)
      throw invalid(`domain "${domain}" has no DNS authorization`);
  }
  // As recorded, where the domains were authorized at once. Without a record, nobody here asks the load balancer.
  const [state, attempt] = authorized.length ? ["ACTIVE", "AUTHORIZED"] : ["PROVISIONING", "AUTHORIZING"];
  const authorizationAttemptInfo = domains.map((domain: string) => ({ domain, state: attempt }));
  defaults(managed, { state, authorizationAttemptInfo });
}

function acceptAuthorization(authorization: Body, { cloud, path }: About): void {
  const { domain = "" } = authorization;
  if (!DOMAIN.test(domain) || domain.startsWith("*")) throw invalid(`invalid domain "${domain}"`);
  defaults(authorization, { type: path.includes("/locations/global/") ? "FIXED_RECORD" : "PER_PROJECT_RECORD" });
  const taken = every(cloud, path, "dnsAuthorization").some(
    (other) => other.name !== path && other.domain === domain && other.type === authorization.type,
  );
  if (taken) throw invalid("DNS authorization for the tuple (project, domain, FIXED_OR_FLEXIBLE) already exists");
  const label = authorization.type === "FIXED_RECORD" ? "_acme-challenge" : `_acme-challenge_${cloud.next()}`;
  const data = `${cloud.next()}.authorize.certificatemanager.goog.`;
  defaults(authorization, { dnsResourceRecord: { name: `${label}.${domain}.`, type: "CNAME", data } });
}

function acceptEntry(entry: Body, { cloud, path }: About): void {
  const { hostname, matcher, certificates = [] } = entry;
  cloud.need(`certificatemanager/${path.split("/certificateMapEntries/")[0]}`, missing("certificateMap", path));
  if (Boolean(hostname) === Boolean(matcher)) throw invalid("exactly one of hostname and matcher must be set");
  if (hostname && !DOMAIN.test(hostname)) throw invalid(`invalid hostname "${hostname}"`);
  if (!certificates.length) throw invalid("certificates must have at least one certificate");
  for (const name of certificates) need(cloud, "certificate", name);
}

/** How certificates of one's own authority are issued; the authority is not looked for. */
function acceptIssuance(config: Body): void {
  const { certificateAuthorityConfig, lifetime, rotationWindowPercentage: percentage, keyAlgorithm } = config;
  const pool = certificateAuthorityConfig?.certificateAuthorityServiceConfig?.caPool ?? "";
  if (!/^projects\/[^/]+\/locations\/[^/]+\/caPools\/[^/]+$/.test(pool)) throw invalid(`invalid caPool name "${pool}"`);
  if (!/^\d+s$/.test(lifetime ?? "")) throw invalid(`invalid lifetime "${lifetime ?? ""}"`);
  if (!(percentage >= 1 && percentage <= 99)) throw invalid("rotationWindowPercentage must be from 1 to 99");
  if (!["RSA_2048", "ECDSA_P256"].includes(keyAlgorithm)) throw invalid(`invalid keyAlgorithm "${keyAlgorithm ?? ""}"`);
}

/** A kind of resource in a location. */
const kind = (
  name: string,
  { at = AT, plural = `${name}s`, accept, ...rest }: Partial<Collection> & { plural?: string },
): Route[] =>
  collection({
    service: "certificatemanager",
    at: `${at}/${plural}`,
    id: `?${name}Id`,
    missing: (path) => missing(name, path),
    answer: longRunning(),
    ...rest,
    accept(object, about) {
      const { path, before } = about;
      const id = path.split("/").at(-1) as string;
      if (!before && !NAME.test(id)) throw invalid(`invalid ${name} ID "${id}"`);
      checkLabels(object.labels);
      accept?.(object, about);
      const now = new Date().toISOString();
      defaults(object, { name: path, createTime: now });
      object.updateTime = now;
    },
  });

/** Certificate Manager: https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest */
export const certificateManager: Service = {
  name: "certificatemanager",
  api: "certificatemanager.googleapis.com",
  endpoints: { CERTIFICATE_MANAGER: "v1" },
  routes: [
    ...operationRoutes(AT),
    ...kind("certificate", {
      shape: { ...COMMON, managed: { domains: ["text"], dnsAuthorizations: ["text"] }, selfManaged: {} },
      fixed: ["managed", "scope"],
      accept: acceptCertificate,
      // https://github.com/GoogleCloudPlatform/k8s-config-connector/blob/master/mockgcp/mockcertificatemanager/certificate.go
      release: ({ name }, { cloud, path }) => {
        if (every(cloud, path, "certificateMapEntrie").some(({ certificates }) => certificates.includes(name)))
          throw precondition("can't delete certificate that is referenced by a CertificateMapEntry or other resources");
      },
    }),
    ...kind("dnsAuthorization", {
      shape: { ...COMMON, domain: "text" },
      fixed: ["domain", "type"],
      accept: acceptAuthorization,
      release: ({ name }, { cloud, path }) => {
        if (every(cloud, path, "certificate").some(({ managed }) => managed?.dnsAuthorizations?.includes(name)))
          throw precondition("can't delete dns authorization that is referenced by a certificate");
      },
    }),
    // https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations.certificateIssuanceConfigs
    ...kind("certificateIssuanceConfig", {
      shape: {
        ...COMMON,
        lifetime: "text",
        rotationWindowPercentage: "number",
        keyAlgorithm: new Enumeration({ 1: "RSA_2048", 4: "ECDSA_P256" }),
        certificateAuthorityConfig: { certificateAuthorityServiceConfig: { caPool: "text" } },
      },
      fixed: ["certificateAuthorityConfig", "lifetime", "rotationWindowPercentage", "keyAlgorithm"],
      accept: acceptIssuance,
    }),
    ...kind("certificateMap", {
      shape: COMMON,
      // .../rest/v1/projects.locations.certificateMaps/delete
      release: (_map, { cloud, path, key }) => {
        if (cloud.store.below(key).length)
          throw precondition(
            `Resource "${path}" has nested resources. If the API supports cascading delete, set 'force' to true to delete it and its nested resources.`,
          );
        const [project] = /^projects\/[^/]+/.exec(path) as RegExpExecArray;
        const proxies = cloud.store.members(`compute/${project}/global/targetHttpsProxies`);
        if (proxies.some(({ certificateMap }) => `/${certificateMap}`.endsWith(`/${path}`)))
          throw precondition("can't delete certificate map that is referenced by a target proxy");
      },
    }),
    ...kind("certificateMapEntry", {
      at: `${AT}/certificateMaps/{map}`,
      plural: "certificateMapEntries",
      shape: { ...COMMON, hostname: "text", certificates: ["text"] },
      fixed: ["hostname", "matcher"],
      accept: acceptEntry,
    }),
  ],
};
