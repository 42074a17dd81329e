import { CLOUD_ARMOR_BANS, CLOUD_ARMOR_INTERVALS, GATEWAY_ROUTE, URL_MAP_KB } from "../../facts/google";
import {
  GOOGLE_HEADERS,
  type HeadersOfPath,
  headersAt,
  isOfConnection,
  isOfCors,
  isOfEdge,
  isOfGoogle,
  SECURITY_HEADERS,
} from "../../facts/http";
import { pathsByHeaders } from "../../facts/routes";
import { hasStrategy } from "../candidate";
import { type Ability, lackOf } from "../edge";
import { isName } from "../web";
import type { Service } from "../workload";
import { type Check, check, hosted, NOT_HOSTED, oneOf, own, type Say } from "./check";

type Path = readonly PropertyKey[];

/** Fields that are the edge's alone: without a host, nothing reads them. */
const AT_EDGE = {
  rateLimits: "limits this service's rate",
  headers: "sets response headers of this service",
  cors: "answers requests of other origins for this service",
  sticky: "keeps this service's clients at their pods",
  websockets: "limits this service's WebSockets",
  strategy: "shifts this service's requests to a candidate",
} as const;

const atEdge = (service: Service) =>
  (Object.keys(AT_EDGE) as (keyof typeof AT_EDGE)[]).filter((field) => {
    if (field === "strategy") return hasStrategy(service);
    const value = service[field];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });

/** Rules about what services ask of the edge. */
export const webChecks: readonly Check[] = [
  check(["services", "frontends", "buckets"], [], [], (s, _e, _r, { say }) => {
    const known = hosted(s);
    for (const [name, service] of Object.entries(s.services)) {
      const where = ["services", name];
      if (!service.port) {
        if (service.paths.some((path) => path !== "/"))
          say.system([...where, "paths"], "is for services with a port", "remove it");
        for (const field of ["cors", "sticky", "websockets"] as const)
          if (service[field] !== undefined) say.system([...where, field], "is for services with a port", "remove it");
        if (hasStrategy(service)) say.system([...where, "strategy"], "is for services with a port", "remove it");
        for (const field of ["rateLimits", "headers"] as const)
          for (const i of service[field].keys())
            say.system([...where, field, i], "must be absent: the service has no port", "remove it");
      }
      sayWrongHeaders(service.headers, [...where, "headers"], say);
      const { origins, methods, headers, credentials } = service.cors ?? { origins: [], methods: [], headers: [] };
      for (const [field, values] of Object.entries({ origins, methods, headers }))
        for (const [i, value] of values.entries())
          if (values.findIndex((other) => other.toLowerCase() === value.toLowerCase()) !== i)
            say.system([...where, "cors", field, i], "is listed twice", "remove one of the two");
      for (const [i, origin] of origins.entries()) {
        const place = [...where, "cors", "origins", i];
        if (origin === "*" && origins.length > 1)
          say.system(place, "admits all origins, and others are listed", "remove one or the others");
        if (origin === "*" && credentials)
          say.system(
            place,
            "must not be all origins: browsers send them no cookies",
            "name the origins, or remove credentials",
          );
        if (isName(origin) && !known.includes(origin))
          say.system(place, NOT_HOSTED, `${oneOf(known)}, or an origin like "https://app.my-company.com"`);
      }
    }
  }),
  check(["services"], ["services"], [], (s, e, _r, { say }) => {
    for (const [name, { hosts }] of Object.entries(e.services)) {
      const service = own(s.services, name);
      if (!service?.port || hosts.length) continue;
      const path = ["services", name, "hosts"];
      for (const field of atEdge(service))
        say.environment(path, `must name a host: the system ${AT_EDGE[field]} at the edge`, "add one");
      for (const [other, { cors }] of Object.entries(s.services))
        if (cors?.origins.includes(name) && other !== name)
          say.environment(path, `must name a host: it is an origin in the cors of ${other}`, "add one");
    }
  }),
  check(["services"], ["edge"], [], (s, { edge }, _r, { say }) => {
    for (const [name, service] of Object.entries(s.services))
      for (const { ability, path } of asked(service)) {
        const lack = lackOf(edge, ability);
        if (lack) say.system(["services", name, ...path], lack.rule, lack.remedy);
      }
  }),
  check(["services"], ["edge"], [], (s, { edge }, _r, { say }) => {
    if (!("waf" in edge)) return;
    for (const [name, { rateLimits, headers }] of Object.entries(s.services)) {
      const where = ["services", name];
      for (const [i, { seconds, ban }] of rateLimits.entries()) {
        if (!CLOUD_ARMOR_INTERVALS.includes(seconds))
          say.system(
            [...where, "rateLimits", i, "seconds"],
            "is not an interval that Cloud Armor supports",
            oneOf(CLOUD_ARMOR_INTERVALS.map(String)),
          );
        if (ban && !CLOUD_ARMOR_BANS.includes(ban.seconds))
          say.system(
            [...where, "rateLimits", i, "ban", "seconds"],
            "is not a time that Cloud Armor supports",
            oneOf(CLOUD_ARMOR_BANS.map(String)),
          );
      }
      for (const [i, { path = "/", set }] of headers.entries()) {
        for (const [header, value] of Object.entries(set)) {
          const place = [...where, "headers", i, "set", header];
          if (isOfGoogle(header))
            say.system(place, "is a header that Google's load balancer keeps for itself", "use another name");
          if (/[{}]/.test(value))
            say.system(
              place,
              "must not contain braces: Google's load balancer reads a variable in them",
              "let the service set the header",
            );
        }
        const all = Object.entries(headersAt(headers, path));
        if (all.length > GOOGLE_HEADERS.most)
          say.system(
            [...where, "headers", i, "set"],
            `must have at most ${GOOGLE_HEADERS.most - Object.keys(SECURITY_HEADERS).length} headers${path === "/" ? "" : ", those of shorter paths included"}: Google's load balancer sets ${GOOGLE_HEADERS.most}, its own included`,
            "let the service set the others",
          );
        if (all.flat().join("").length > GOOGLE_HEADERS.characters)
          say.system(
            [...where, "headers", i, "set"],
            `must have at most ${GOOGLE_HEADERS.characters} characters together, which is what Google's load balancer sets`,
            "shorten the values",
          );
      }
    }
  }),
  check(["services"], ["services", "edge"], [], (s, e, _r, { say }) => {
    if (e.edge.kind !== "gateway") return;
    const routes = Object.entries(s.services).flatMap(([service, { paths }]) =>
      (own(e.services, service)?.hosts ?? []).flatMap((host) => paths.map((path) => ({ host, path, service }))),
    );
    let size = 0;
    for (const [name, { health, headers }] of Object.entries(s.services)) {
      const where = ["services", name];
      const hosts = own(e.services, name)?.hosts ?? [];
      if (hosts.length && "ready" in health && health.ready.includes("@"))
        say.system(
          [...where, "health", "ready"],
          "must not contain an at sign: a health check of GKE's Gateway takes none",
          "use another path",
        );
      const byHost = hosts.map((host) => pathsByHeaders({ service: name, host }, routes, headers));
      const rules = Math.max(0, ...byHost.map((groups) => groups.length));
      const paths = Math.max(0, ...byHost.map((groups) => groups.flatMap((group) => group.paths).length));
      if (rules > GATEWAY_ROUTE.rules)
        say.system(
          [...where, "headers"],
          `make ${rules} different lists, and a route of GKE's Gateway takes ${GATEWAY_ROUTE.rules}`,
          "use fewer entries, or give some paths to a service of their own, with the same image",
        );
      if (paths > GATEWAY_ROUTE.paths)
        say.system(
          [...where, "paths"],
          `are ${paths} with those of the headers, and a route of GKE's Gateway takes ${GATEWAY_ROUTE.paths}`,
          "use fewer, or give some to a service of their own, with the same image",
        );
      for (const group of byHost.flat())
        size += group.paths.map((path) => path + Object.entries(group.headers).flat().join("")).join("").length;
    }
    if (size > URL_MAP_KB * 1024)
      say.environment(
        ["services"],
        `have ${Math.ceil(size / 1024)} KB of paths and headers on all hosts, and Google's load balancer takes ${URL_MAP_KB}`,
        "use fewer hosts or shorter headers",
      );
  }),
];

/** What a service asks of the edge that not every edge can do, each with its place. */
function asked(service: Service): { ability: Ability; path: Path }[] {
  const { rateLimits, headers, cors, sticky, websockets } = service;
  const ask = (ability: Ability, path: Path, isAsked: boolean) => (isAsked ? [{ ability, path }] : []);
  return [
    ...rateLimits.flatMap(({ path, ban }, i) => [
      ...ask("limitsOfPaths", ["rateLimits", i, "path"], path !== undefined),
      ...ask("bans", ["rateLimits", i, "ban"], ban !== undefined),
    ]),
    ...headers.flatMap(({ path }, i) => ask("headersOfPaths", ["headers", i, "path"], path !== undefined)),
    ...ask("cors", ["cors"], cors !== undefined),
    ...ask("sticky", ["sticky"], sticky !== undefined),
    ...ask("websockets", ["websockets"], websockets !== undefined),
    ...ask("weights", ["strategy"], hasStrategy(service)),
    ...ask("stickyWeights", ["strategy"], hasStrategy(service) && sticky !== undefined),
  ];
}

/** Says what is wrong with the names of headers that an edge is to set. */
export function sayWrongHeaders(entries: readonly HeadersOfPath[], where: readonly PropertyKey[], say: Say): void {
  for (const [i, { set }] of entries.entries()) {
    const names = Object.keys(set);
    for (const [j, header] of names.entries()) {
      const path = [...where, i, "set", header];
      const wrong = wrongHeader(header);
      if (wrong) say.system(path, ...wrong);
      if (names.slice(0, j).some((other) => other.toLowerCase() === header.toLowerCase()))
        say.system(path, "is set twice: names have no case", "remove one of the two");
    }
  }
}

/** Why nobody can set a response header, and what to do; undefined if it can. */
function wrongHeader(name: string): [rule: string, remedy: string] | undefined {
  if (isOfConnection(name))
    return ["concerns one connection or the shape of a message, which the edge and the service agree on", "remove it"];
  if (isOfEdge(name)) return ["is a header that the edge sets itself", "remove it"];
  if (isOfCors(name)) return ["answers requests of other origins", "use cors, or let the service set it"];
  return undefined;
}
