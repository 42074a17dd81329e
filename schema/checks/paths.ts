import { isBelow } from "../../facts/paths";
import type { System } from "../system";
import { type Check, check, own } from "./check";

/** Rules about the paths that services have, publish and limit. */
export const pathsChecks: readonly Check[] = [
  check(["services"], [], [], ({ services }, _e, _r, { say }) => {
    for (const [name, service] of Object.entries(services)) {
      const { metrics, port, path: prefix } = service;
      if (metrics && metrics.port === port && isBelow(metrics.path, prefix))
        say.system(
          ["services", name, "metrics", "port"],
          "must differ from the service's port, which is public",
          "serve metrics on another port",
        );
      for (const [i, { path }] of service.rateLimits.entries()) {
        const where = ["services", name, "rateLimits", i];
        if (path !== undefined && !canMatch(path, prefix))
          say.system(
            [...where, "path"],
            `can never match: the service receives only paths below ${prefix}`,
            "name a path of the service",
          );
        if (service.rateLimits.findIndex((other) => limited(other.path) === limited(path)) !== i)
          say.system(where, "limits the same paths as another one", "remove one of the two, or name another path");
      }
    }
  }),
  check(["services"], ["services", "edge"], [], (s, e, _r, { say, environmentName }) => {
    for (const [name, { rateLimits, path: prefix }] of Object.entries(s.services)) {
      const hosts = hostsOf(e, name);
      for (const [i, { path }] of rateLimits.entries()) {
        if (path === undefined || !canMatch(path, prefix) || !hosts.length) continue;
        const others = hosts.map((host) => answering(s, e, host, name, path));
        const [other] = others;
        if (other && others.every((it) => it))
          say.system(
            ["services", name, "rateLimits", i, "path"],
            `can never match: in ${environmentName}, ${other} receives these paths of the hosts`,
            `write the limit for ${other}`,
          );
      }
    }
  }),
];

/** Rate limits compare paths in lower case, and without a boundary. */
const limited = (path = "/"): string => path.toLowerCase();

/** Whether a limit of paths that start so can match a request for a path of the prefix. */
const canMatch = (path: string, prefix: string): boolean =>
  limited(prefix).startsWith(limited(path)) || isBelow(limited(path), limited(prefix));

type Hosts = { readonly services: Readonly<Record<string, { readonly hosts: readonly string[] }>> };
const hostsOf = ({ services }: Hosts, service: string): readonly string[] => own(services, service)?.hosts ?? [];

/** Another service that receives all paths of a host that start so, because its own prefix is longer. */
const answering = (
  { services }: Pick<System, "services">,
  environment: Hosts,
  host: string,
  service: string,
  path: string,
): string | undefined =>
  Object.keys(services).find((other) => {
    const prefix = (services[other] as System["services"][string]).path;
    return (
      other !== service &&
      prefix.length > (services[service] as System["services"][string]).path.length &&
      hostsOf(environment, other).includes(host) &&
      isBelow(path, prefix)
    );
  });
