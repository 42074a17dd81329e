import { type HeadersOfPath, headersAt } from "../../facts/http";
import { isBelow } from "../../facts/paths";
import { bucketsWith } from "../../schema/buckets";
import { isTrusted } from "../../schema/edge";
import { type Environment, hostsFor } from "../../schema/environment";
import type { System } from "../../schema/system";
import type { Context } from "../context";
import { answerOf, type Checked, expectHeaders, type Outside, tried } from "./check";

/** What the stack declares of a service, a frontend or a public bucket at one of its hosts. */
interface Site {
  readonly name: string;
  readonly host: string;
  /** The path that is asked. */
  readonly path: string;
  /** Whether the path answers 200 while the site works. */
  readonly healthy: boolean;
  /** Headers of the path. Without them, something else than the stack says which. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Readiness path that no route leads to. */
  readonly hidden?: string;
  /** Whether browsers must trust the certificate. */
  readonly trusted: boolean;
}

/** Days for which a certificate must still be valid. Each one is renewed earlier. */
const DAYS = 14;
const DAY = 24 * 3600 * 1000;

/** Checks each public host: its certificate, the redirect to HTTPS, the headers, and the health of what it serves. */
export async function* hostsChecked({ system, environment }: Context, outside: Outside): AsyncGenerator<Checked> {
  const sites = [...services(system, environment), ...frontends(system, environment), ...buckets(system, environment)];
  const hosts = new Map(sites.map((site) => [site.host, site]));
  for (const site of hosts.values())
    yield* await Promise.all([
      tried(`certificate of ${site.host}`, () => certified(site, outside)),
      tried(`redirect of ${site.host}`, () => redirected(site, outside)),
    ]);
  for (const site of sites) {
    const of = `of ${site.name} at ${site.host}`;
    if (site.headers) yield await tried(`headers ${of}`, () => withHeaders(site, outside));
    if (site.healthy) yield await tried(`health ${of}`, () => healthy(site, outside));
    const { hidden } = site;
    if (hidden !== undefined) yield await tried(`health ${of}`, () => notPublic(site.host, hidden, outside));
  }
}

/** The services' readiness paths, if routes lead to them. */
function services({ services }: System, environment: Environment): Site[] {
  const routes = Object.entries(services).flatMap(([name, { paths }]) =>
    hostsFor(environment, name).flatMap((host) => paths.map((path) => ({ name, host, path }))),
  );
  const winner = (host: string, path: string) =>
    routes
      .filter((route) => route.host === host && isBelow(path, route.path))
      .toSorted((a, b) => b.path.length - a.path.length)[0]?.name;
  return Object.entries(services).flatMap(([name, { health, paths, headers }]) =>
    hostsFor(environment, name).map((host) => {
      const ready = "ready" in health ? health.ready : undefined;
      const leads = ready === undefined ? undefined : winner(host, withoutQuery(ready));
      const path = ready !== undefined && leads === name ? ready : (paths[0] as string);
      return {
        ...siteOf(name, host, path, headers),
        healthy: path === ready,
        hidden: leads === undefined ? ready : undefined,
        trusted: isTrusted(environment.edge),
      };
    }),
  );
}

/** The frontends: Vercel's have the headers that the stack declares, and others have their own. */
const frontends = ({ vercel }: System, environment: Environment): Site[] =>
  Object.entries(environment.frontends).flatMap(([name, hosts]) =>
    hosts.map((host) => ({
      ...siteOf(name, host, "/", vercel[name]?.headers ?? []),
      ...(!vercel[name] && { headers: undefined }),
      healthy: false,
      trusted: true,
    })),
  );

/** The files of public buckets that are always there. */
const buckets = (system: System, environment: Environment): Site[] =>
  bucketsWith(system, "public").flatMap((name) =>
    hostsFor(environment, name).map((host) => {
      const bucket = system.buckets[name] as Extract<System["buckets"][string], { access: "public" }>;
      return { ...siteOf(name, host, bucket.health, []), healthy: true, trusted: true };
    }),
  );

const siteOf = (name: string, host: string, path: string, headers: readonly HeadersOfPath[]) => ({
  name,
  host,
  path,
  headers: headersAt(headers, withoutQuery(path)),
});

const withoutQuery = (path: string): string => path.replace(/\?.*/, "");

async function certified({ host, trusted }: Site, outside: Outside): Promise<string> {
  const until = await outside.certificate(host, trusted);
  const date = until.toISOString().slice(0, 10);
  if (!(until.getTime() - Date.now() >= DAYS * DAY))
    throw new Error(`is valid until ${date}, and not for ${DAYS} more days`);
  return `is valid until ${date}${trusted ? "" : ", but browsers do not trust it"}`;
}

async function redirected({ host, path }: Site, outside: Outside): Promise<string> {
  const url = `http://${host}${path}`;
  const { status, headers } = await answerOf(url, outside);
  const location = headers.get("location");
  if (status < 300 || status > 399 || !location) throw new Error(`${url} answers ${status}, and no redirect`);
  const { protocol, port } = new URL(location, url);
  if (protocol !== "https:" || port) throw new Error(`${url} redirects to ${location}, not to HTTPS at its usual port`);
  return `${url} redirects to ${location}`;
}

async function withHeaders({ host, path, headers: expected = {} }: Site, outside: Outside): Promise<string> {
  const url = `https://${host}${path}`;
  expectHeaders(url, await answerOf(url, outside), expected);
  return `${url} answers with ${Object.keys(expected).join(", ")}`;
}

async function healthy({ host, path }: Site, outside: Outside): Promise<string> {
  const url = `https://${host}${path}`;
  const { status } = await answerOf(url, outside);
  if (status !== 200) throw new Error(`${url} answers ${status}, not 200`);
  return `${url} answers 200`;
}

async function notPublic(host: string, path: string, outside: Outside): Promise<string> {
  const url = `https://${host}${path}`;
  const { status } = await answerOf(url, outside);
  if (status < 300) throw new Error(`${url} answers ${status}, although no route leads to it`);
  return `${url} answers ${status}: no route leads to it`;
}
