import { isBelow } from "../../facts/paths";
import type { System } from "../system";
import { type Check, check, own } from "./check";

/** Rules about the paths that services have, publish and limit. */
export const pathsChecks: readonly Check[] = [
  check(["services"], [], [], ({ services }, _e, _r, { say }) => {
    for (const [name, { metrics, port, paths, rateLimits, headers }] of Object.entries(services)) {
      if (metrics && metrics.port === port && isBelowAny(metrics.path, paths))
        say.system(
          ["services", name, "metrics", "port"],
          "must differ from the service's port, which is public",
          "serve metrics on another port",
        );
      const below = paths.join(" or ");
      for (const [i, path] of paths.entries())
        if (paths.indexOf(path) !== i)
          say.system(["services", name, "paths", i], "is listed twice", "remove one of the two");
      for (const [i, { path }] of rateLimits.entries()) {
        const where = ["services", name, "rateLimits", i];
        if (path !== undefined && !paths.some((prefix) => canMatch(path, prefix)))
          say.system(
            [...where, "path"],
            `can never match: the service receives only paths below ${below}`,
            "name a path of the service",
          );
        if (rateLimits.findIndex((other) => limited(other.path) === limited(path)) !== i)
          say.system(where, "limits the same paths as another one", "remove one of the two, or name another path");
      }
      for (const [i, { path = "/" }] of headers.entries()) {
        const where = ["services", name, "headers", i];
        if (!isBelowAny(path, paths) && !paths.some((prefix) => isBelow(prefix, path)))
          say.system(
            [...where, "path"],
            `can never match: the service receives only paths below ${below}`,
            "name a path of the service",
          );
        if (headers.findIndex((other) => (other.path ?? "/") === path) !== i)
          say.system(where, "has the same paths as another one", "put the headers into one");
      }
    }
  }),
  check(["services"], ["services", "edge"], [], (s, e, _r, { say, environmentName }) => {
    for (const [name, { rateLimits, headers, paths }] of Object.entries(s.services)) {
      const hosts = own(e.services, name)?.hosts ?? [];
      for (const [field, entries] of Object.entries({ rateLimits, headers }))
        for (const [i, { path }] of entries.entries()) {
          if (path === undefined || !paths.some((prefix) => canMatch(path, prefix)) || !hosts.length) continue;
          const others = hosts.map((host) => answering(s, e, host, name, path));
          const [other] = others;
          if (other && others.every((it) => it))
            say.system(
              ["services", name, field, i, "path"],
              `can never match: in ${environmentName}, ${other} receives these paths of the hosts`,
              `write ${field === "headers" ? "them" : "the limit"} for ${other}`,
            );
        }
    }
  }),
];

const isBelowAny = (path: string, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => isBelow(path, prefix));

/** Rate limits compare paths in lower case, and without a boundary. */
const limited = (path = "/"): string => path.toLowerCase();

/** Whether a limit of paths that start so can match a request for a path of the prefix. */
const canMatch = (path: string, prefix: string): boolean =>
  limited(prefix).startsWith(limited(path)) || isBelow(limited(path), limited(prefix));

type Hosts = { readonly services: Readonly<Record<string, { readonly hosts: readonly string[] }>> };

/** Another service that receives all paths of a host that start so, because a prefix of its own is the longest. */
function answering(
  { services }: Pick<System, "services">,
  environment: Hosts,
  host: string,
  service: string,
  path: string,
): string | undefined {
  const longest = (name: string): number =>
    Math.max(0, ...(own(services, name)?.paths ?? []).filter((p) => isBelow(path, p)).map((p) => p.length));
  // A prefix of the service's own below the path would still receive some of its requests.
  const within = (prefix: string): boolean => prefix.length > path.length && limited(prefix).startsWith(limited(path));
  if (own(services, service)?.paths.some(within)) return undefined;
  return Object.keys(services).find(
    (other) =>
      other !== service &&
      longest(other) > longest(service) &&
      (own(environment.services, other)?.hosts ?? []).includes(host),
  );
}
