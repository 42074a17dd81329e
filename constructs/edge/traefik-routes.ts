import { createHash } from "node:crypto";
import { isBelow } from "../../facts/paths";
import type { Route } from "../../facts/routes";

/** What Traefik does with the requests to some of a service's paths. */
export interface TraefikRoute {
  /** {@link https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/routing/rules-and-priority/} */
  readonly match: string;
  readonly priority: number;
  /** Path whose headers the responses have. */
  readonly headersOf?: string;
  /** Path whose limit counts the requests. */
  readonly limitOf?: string;
}

export interface ServicePaths {
  /** Paths with headers of their own. A path matches whole segments. */
  readonly headers: readonly string[];
  /** Beginnings of paths with limits of their own, in any case. */
  readonly limits: readonly string[];
}

/** More than a path has characters. */
const STEP = 1000;

/**
 * Returns the routes of a service. All of its hosts and paths are in each of them, because each route counts requests by
 * itself. A rule leaves out what another service's longer path receives, so no request matches the rules of two services.
 *
 * Each path with headers or a limit of its own is one more route. Of the routes that match a request, the one with the
 * longest path of headers wins, and of these the one with the longest path of a limit.
 */
export function traefikRoutes(service: string, all: readonly Route[], paths: ServicePaths): TraefikRoute[] {
  const ours = hostsAndPaths(service, all);
  const choices = <T>(items: readonly T[]): (T | undefined)[] => [undefined, ...items];
  return choices(paths.headers).flatMap((headersOf) =>
    choices(paths.limits)
      .filter((limitOf) => !headersOf || !limitOf || meet(headersOf.toLowerCase(), limitOf.toLowerCase()))
      .map((limitOf) => {
        const conditions = [below(headersOf ?? "/"), limitOf && startsWith(limitOf)].filter(Boolean);
        return {
          match: conditions.length ? [`(${ours})`, ...conditions].join(" && ") : ours,
          priority: 1 + STEP * (headersOf?.length ?? 0) + (limitOf?.length ?? 0),
          headersOf,
          limitOf,
        };
      }),
  );
}

/** A short name for a path, which is the same in every deploy. */
export const pathDigest = (path: string): string => createHash("sha256").update(path).digest("hex").slice(0, 8);

const meet = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);

/** Returns a rule for all requests that a service receives. */
function hostsAndPaths(service: string, all: readonly Route[]): string {
  const hostsBy = new Map<string, string[]>();
  for (const host of new Set(all.filter((route) => route.service === service).map((route) => route.host))) {
    const paths = pathsOf(service, host, all);
    hostsBy.set(paths, [...(hostsBy.get(paths) ?? []), host]);
  }
  const rules = [...hostsBy].map(([paths, hosts]) => {
    const anyHost = hosts.map((host) => `Host(\`${host}\`)`).join(" || ");
    return paths ? `(${anyHost}) && ${paths}` : anyHost;
  });
  return rules.length > 1 ? rules.map(parenthesized).join(" || ") : (rules[0] as string);
}

/** Returns a rule for a service's paths of a host, or nothing if these are all paths. */
function pathsOf(service: string, host: string, all: readonly Route[]): string {
  const onHost = all.filter((route) => route.host === host);
  const clauses = onHost
    .filter((route) => route.service === service)
    .map(({ path }) => {
      const longer = onHost
        .filter((other) => other.service !== service && other.path.length > path.length && isBelow(other.path, path))
        .map((other) => `!${below(other.path)}`);
      return [below(path), ...longer].filter(Boolean).join(" && ");
    });
  if (clauses.includes("")) return "";
  return clauses.length > 1 ? `(${clauses.map(parenthesized).join(" || ")})` : parenthesized(clauses[0] as string);
}

const parenthesized = (clause: string): string => (clause.includes(" && ") ? `(${clause})` : clause);

/** Returns a rule for a path and all paths below it, or nothing if these are all paths. */
function below(path: string): string {
  const prefix = path.replace(/\/$/, "");
  return prefix && `(Path(\`${prefix}\`) || PathPrefix(\`${prefix}/\`))`;
}

/**
 * Returns a rule for paths that start so after decoding, in any case, as in Cloud Armor's rules. Traefik decodes only the
 * characters that have no meaning in URLs, so the others may be escaped.
 * {@link https://doc.traefik.io/traefik/v3.7/security/request-path/}
 */
function startsWith(path: string): string {
  const pattern = Array.from(path.slice(1), (character) => {
    const plain = /[\w~-]/.test(character) ? character : `[${character}]`;
    return /[\w~.-]/.test(character) ? plain : `(?:${plain}|%${character.charCodeAt(0).toString(16)})`;
  });
  return `PathRegexp(\`(?i)^/${pattern.join("")}\`)`;
}
