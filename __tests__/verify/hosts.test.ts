import type { Context } from "../../commands/context";
import type { Outside } from "../../commands/verify/check";
import { hostsChecked } from "../../commands/verify/hosts";
import { SECURITY_HEADERS } from "../../facts/http";

import { collect, context } from "./support";

describe("public hosts", () => {
  const service = (more: object = {}) => ({ health: { ready: "/ready" }, paths: ["/"], headers: [], ...more });
  const shop = (more: { services?: object; environment?: object; system?: object } = {}) =>
    ({
      ...context,
      system: {
        namespace: "shop",
        services: { api: service(), ...more.services },
        buckets: {},
        vercel: {},
        ...more.system,
      },
      environment: {
        services: { api: { hosts: ["api.shop.io"] } },
        frontends: {},
        buckets: {},
        edge: { kind: "google" },
        ...more.environment,
      },
    }) as unknown as Context;

  interface Sent {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  }
  const YEAR = new Date(Date.now() + 365 * 24 * 3600 * 1000);
  /** Answers as the stack declares, except for these URLs. */
  const outside = (answers: Readonly<Record<string, Sent>> = {}, until = YEAR) => {
    const asked: string[] = [];
    return {
      asked,
      fetch: async (url: string) => {
        asked.push(url);
        const usual = url.startsWith("http:")
          ? { status: 301, headers: { location: url.replace("http:", "https:") } }
          : { status: 200, headers: SECURITY_HEADERS };
        const { status, headers } = { ...usual, ...answers[url] };
        return { status, headers: new Headers(headers), text: async () => "" };
      },
      certificate: async (host: string, trusted: boolean) => {
        asked.push(`${host} ${trusted ? "trusted" : "any"}`);
        return until;
      },
    } as unknown as Outside & { asked: string[] };
  };
  const failed = async (context: Context, world: Outside) =>
    (await collect(hostsChecked(context, world))).filter(({ result }) => result === "FAIL");

  test("have a certificate, a redirect, headers and health", async () => {
    const world = outside();
    const date = YEAR.toISOString().slice(0, 10);
    expect(await collect(hostsChecked(shop(), world))).toEqual([
      { name: "certificate of api.shop.io", result: "ok", why: `is valid until ${date}` },
      {
        name: "redirect of api.shop.io",
        result: "ok",
        why: "http://api.shop.io/ready redirects to https://api.shop.io/ready",
      },
      {
        name: "headers of api at api.shop.io",
        result: "ok",
        why: "https://api.shop.io/ready answers with X-Content-Type-Options, X-Frame-Options, Strict-Transport-Security",
      },
      { name: "health of api at api.shop.io", result: "ok", why: "https://api.shop.io/ready answers 200" },
    ]);
    expect(world.asked[0]).toBe("api.shop.io trusted");
  });

  const READY = "https://api.shop.io/ready";
  test.each<[string, Record<string, Sent>, string, string]>([
    [
      "no redirect",
      { "http://api.shop.io/ready": { status: 200, headers: {} } },
      "redirect of api.shop.io",
      "http://api.shop.io/ready answers 200, and no redirect",
    ],
    [
      "a redirect to HTTP",
      { "http://api.shop.io/ready": { headers: { location: "/login" } } },
      "redirect of api.shop.io",
      "http://api.shop.io/ready redirects to /login, not to HTTPS at its usual port",
    ],
    [
      "a redirect to another port",
      { "http://api.shop.io/ready": { headers: { location: "https://api.shop.io:8443/ready" } } },
      "redirect of api.shop.io",
      "http://api.shop.io/ready redirects to https://api.shop.io:8443/ready, not to HTTPS at its usual port",
    ],
    [
      "headers that are missing or others",
      { [READY]: { headers: { "x-frame-options": "SAMEORIGIN", "x-content-type-options": "nosniff" } } },
      "headers of api at api.shop.io",
      `${READY} answers with X-Frame-Options: SAMEORIGIN, not DENY and without Strict-Transport-Security`,
    ],
    [
      "a service that is not ready",
      { [READY]: { status: 503 } },
      "health of api at api.shop.io",
      `${READY} answers 503, not 200`,
    ],
  ])("%s fails", async (_what, answers, name, why) => {
    expect(await failed(shop(), outside(answers))).toEqual([{ name, result: "FAIL", why }]);
  });

  test("a certificate must be valid for 14 more days", async () => {
    const at = (days: number) => new Date(Date.now() + days * 24 * 3600 * 1000);
    expect(await failed(shop(), outside({}, at(14.1)))).toEqual([]);
    const date = at(13.9).toISOString().slice(0, 10);
    expect(await failed(shop(), outside({}, at(13.9)))).toEqual([
      { name: "certificate of api.shop.io", result: "FAIL", why: `is valid until ${date}, and not for 14 more days` },
    ]);
    expect(await failed(shop(), outside({}, new Date("")))).toHaveLength(1);
  });

  test("browsers need not trust a certificate of Let's Encrypt's staging environment", async () => {
    const world = outside();
    const [certificate] = await collect(
      hostsChecked(shop({ environment: { edge: { kind: "traefik", acme: "staging" } } }), world),
    );
    expect(certificate).toMatchObject({ result: "ok", why: expect.stringContaining(", but browsers do not trust it") });
    expect(world.asked[0]).toBe("api.shop.io any");
  });

  test("a service's own headers count at the path that is asked", async () => {
    const headers = [{ set: { "Referrer-Policy": "no-referrer" } }, { path: "/admin", set: { "X-Admin": "1" } }];
    expect(await failed(shop({ services: { api: service({ headers }) } }), outside())).toEqual([
      {
        name: "headers of api at api.shop.io",
        result: "FAIL",
        why: `${READY} answers without Referrer-Policy`,
      },
    ]);
  });

  test("where services share a host, each is asked at a path of its own", async () => {
    const context = shop({
      services: { api: service({ paths: ["/api"] }), web: service({ health: { ready: "/api-ready" } }) },
      environment: { services: { api: { hosts: ["shop.io"] }, web: { hosts: ["shop.io"] } } },
    });
    const names = (await collect(hostsChecked(context, outside()))).map(({ name, why }) => [name, why.split(" ")[0]]);
    expect(names).toEqual([
      ["certificate of shop.io", "is"],
      ["redirect of shop.io", "http://shop.io/api-ready"],
      ["headers of api at shop.io", "https://shop.io/api"], // its readiness path is web's here
      ["headers of web at shop.io", "https://shop.io/api-ready"],
      ["health of web at shop.io", "https://shop.io/api-ready"],
    ]);
  });

  test("a readiness path that no route leads to must not answer", async () => {
    const context = shop({ services: { api: service({ paths: ["/api"] }) } });
    expect(await failed(context, outside({ [READY]: { status: 404 } }))).toEqual([]);
    expect(await failed(context, outside())).toEqual([
      {
        name: "health of api at api.shop.io",
        result: "FAIL",
        why: `${READY} answers 200, although no route leads to it`,
      },
    ]);
  });

  test("Vercel's frontends have the declared headers, others have their own, and buckets have their file", async () => {
    const context = shop({
      services: {},
      system: {
        services: {},
        vercel: { web: { headers: [{ set: { "X-Frame-Options": "SAMEORIGIN" } }] } },
        buckets: { files: { access: "public", health: "/health.txt" }, uploads: { access: "private" } },
      },
      environment: {
        services: {},
        frontends: { web: ["app.shop.io"], site: ["www.shop.io"] },
        buckets: { files: { host: "files.shop.io" } },
      },
    });
    const results = await collect(hostsChecked(context, outside()));
    expect(results.filter(({ name }) => !/^(certificate|redirect)/.test(name))).toEqual([
      {
        name: "headers of web at app.shop.io",
        result: "FAIL",
        why: "https://app.shop.io/ answers with X-Frame-Options: DENY, not SAMEORIGIN",
      },
      { name: "headers of files at files.shop.io", result: "ok", why: expect.anything() },
      { name: "health of files at files.shop.io", result: "ok", why: "https://files.shop.io/health.txt answers 200" },
    ]);
    expect(results).toHaveLength(9);
  });

  test("a host that does not answer fails in each of its checks", async () => {
    const silent = async () => Promise.reject(new Error("getaddrinfo ENOTFOUND api.shop.io"));
    const results = await collect(hostsChecked(shop(), { fetch: silent, certificate: silent } as unknown as Outside));
    expect(results.map(({ result }) => result)).toEqual(["FAIL", "FAIL", "FAIL", "FAIL"]);
    expect(results[3]?.why).toBe(`${READY} does not answer: getaddrinfo ENOTFOUND api.shop.io`);
  });
});
