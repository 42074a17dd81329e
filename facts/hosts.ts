import { parse } from "tldts";

/**
 * Names that the public list of suffixes has, or had, and for which no authority issues certificates.
 * {@link https://www.iana.org/assignments/special-use-domain-names}
 */
const SPECIAL_USE = /(^|\.)(alt|arpa|example(\.(com|net|org))?|internal|invalid|local|localhost|onion|test)$/;

/**
 * Why no authority issues a certificate for a host; undefined if one can. Let's Encrypt asks the same list of suffixes.
 * {@link https://publicsuffix.org/}
 * {@link https://github.com/letsencrypt/boulder/blob/main/policy/pa.go}
 */
export function whyNoCertificate(host: string): string | undefined {
  const { publicSuffix, domain, isIcann } = parse(host, {
    allowPrivateDomains: false,
    extractHostname: false,
    validateHostname: false,
  });
  if (!isIcann || SPECIAL_USE.test(host)) return "must be a public name: no authority issues certificates for others";
  if (!domain) return `must be a name below ${publicSuffix}, which belongs to its registry`;
  return undefined;
}

/** Hosts of container registries where everybody can have a folder: whoever admits all of the host admits anybody. */
const SHARED_REGISTRIES: readonly RegExp[] = [
  /(^|\.)pkg\.dev$/,
  /(^|\.)gcr\.io$/,
  /(^|\.)docker\.(io|com)$/,
  /^(ghcr\.io|docker\.pkg\.github\.com)$/,
  /(^|\.)quay\.io$/,
  /^public\.ecr\.aws$/,
  /^registry\.gitlab\.com$/,
  /^registry\.(digitalocean|heroku)\.com$/,
  /^registry\.fly\.io$/,
  /(^|\.)ocir\.io$/,
  /(^|\.)icr\.io$/,
  /(^|\.)aliyuncs\.com$/,
  /^(cgr\.dev|codeberg\.org|lscr\.io|nvcr\.io|ttl\.sh)$/,
];

/** Whether everybody can have a folder in a registry; the host may have a port. */
export const isSharedRegistry = (host: string): boolean =>
  SHARED_REGISTRIES.some((pattern) => pattern.test(host.replace(/:\d+$/, "")));
