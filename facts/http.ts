import { isBelow } from "./paths";

/** Header fields of HTTP, and those that an edge keeps for itself. */

/** A header's name. {@link https://www.rfc-editor.org/rfc/rfc9110#section-5.1} */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/**
 * A header's value: printable ASCII, single spaces and tabs included, with none at its ends. Other characters are
 * obsolete. {@link https://www.rfc-editor.org/rfc/rfc9110#section-5.5}
 */
export const HEADER_VALUE = /^[!-~]([\t -~]*[!-~])?$/;

/**
 * Headers of one connection, which no proxy passes on, and of a message's own shape.
 * {@link https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1}
 */
const OF_CONNECTIONS: readonly string[] = [
  "connection",
  "content-encoding",
  "content-length",
  "content-range",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Headers of every public response. {@link https://owasp.org/www-project-secure-headers/} */
export const SECURITY_HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
} as const;

/** Response headers of a path and all paths below it, or of all paths. */
export interface HeadersOfPath {
  readonly path?: string;
  readonly set: Readonly<Record<string, string>>;
}

/**
 * The headers of public responses at a path: those of every response, and a service's own. Of a header that is in several
 * entries, the one with the longest path counts. Names have no case.
 */
export function headersAt(entries: readonly HeadersOfPath[], path: string): Readonly<Record<string, string>> {
  const above = entries
    .filter((entry) => isBelow(path, entry.path ?? "/"))
    .sort((a, b) => (a.path ?? "/").length - (b.path ?? "/").length);
  const set = new Map<string, readonly [name: string, value: string]>();
  for (const entry of [{ set: SECURITY_HEADERS }, ...above])
    for (const header of Object.entries(entry.set)) set.set(header[0].toLowerCase(), header);
  return Object.fromEntries(set.values());
}

/** Headers that the edges write themselves. */
const OF_EDGES: readonly string[] = [
  ...Object.keys(SECURITY_HEADERS).map((name) => name.toLowerCase()),
  "alt-svc",
  "date",
  "set-cookie",
  "via",
];

/** Headers that answer browsers about other origins. {@link https://fetch.spec.whatwg.org/#http-responses} */
const OF_CORS = /^access-control-(allow-(origin|methods|headers|credentials)|max-age)$/;

/** Whether a header concerns one connection or the shape of a message. */
export const isOfConnection = (name: string): boolean => OF_CONNECTIONS.includes(name.toLowerCase());
/** Whether each edge writes a header. */
export const isOfEdge = (name: string): boolean => OF_EDGES.includes(name.toLowerCase());
/** Whether a header is part of the answer to a request from another origin. */
export const isOfCors = (name: string): boolean => OF_CORS.test(name.toLowerCase());

/**
 * Whether Google's load balancer keeps a header for itself.
 * {@link https://cloud.google.com/load-balancing/docs/custom-headers}
 */
export const isOfGoogle = (name: string): boolean =>
  /^(x-(google|goog-|gfe|amz-)|x-user-ip$|cdn-loop$|host$|authority$)/i.test(name);

/** Headers that a backend service takes, and their characters. {@link https://cloud.google.com/load-balancing/docs/quotas} */
export const GOOGLE_HEADERS = { most: 16, characters: 8192 };

/** Methods of requests that browsers send to other origins. {@link https://fetch.spec.whatwg.org/#methods} */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
