import { type HeadersOfPath, headersAt } from "./http";
import { isBelow } from "./paths";

/** The service that answers a path of a host. */
export interface Route {
  readonly host: string;
  /** Prefix of the paths. The service receives the path without changes. */
  readonly path: string;
  /** The Service's name. */
  readonly service: string;
}

/** Paths of a service on a host whose responses have the same headers. */
export interface PathsWithHeaders {
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Groups a service's paths on a host by the headers of their responses. Paths with headers of their own are among them, unless
 * another service receives them. Of the paths that match a request, the longest one counts.
 */
export function pathsByHeaders(
  { service, host }: Pick<Route, "service" | "host">,
  routes: readonly Route[],
  headers: readonly HeadersOfPath[],
): PathsWithHeaders[] {
  const onHost = routes.filter((route) => route.host === host);
  const longestFirst = onHost.toSorted((a, b) => b.path.length - a.path.length);
  const isOurs = (path: string) => longestFirst.find((route) => isBelow(path, route.path))?.service === service;
  const groups = new Map<string, { paths: string[]; headers: PathsWithHeaders["headers"] }>();
  const all = new Set([...onHost.map((route) => route.path), ...headers.map(({ path = "/" }) => path)]);
  for (const path of [...all].filter(isOurs)) {
    const there = headersAt(headers, path);
    const key = JSON.stringify(there);
    const group = groups.get(key) ?? { paths: [], headers: there };
    group.paths.push(path);
    groups.set(key, group);
  }
  return [...groups.values()];
}
