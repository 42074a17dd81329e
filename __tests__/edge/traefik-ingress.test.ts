import type { Traefik } from "../../constructs/edge/traefik";
import { TraefikIngress, type TraefikIngressProps, type TraefikService } from "../../constructs/edge/traefik-ingress";
import { SERVICE_PORT } from "../../constructs/workloads/web-service";
import { at, build, namespace, values } from "../construct";
import type { Json } from "../support";

const SERVICES = {
  "sales-api": { timeoutSeconds: 90, rateLimits: [{ requests: 100, seconds: 1 }] },
  web: { timeoutSeconds: 60 },
};
const synth = (props: Partial<TraefikIngressProps> = {}) =>
  build((stack) => {
    new TraefikIngress(stack, "ingress", {
      namespace,
      name: "shop",
      traefik: { ready: at("traefik") } as unknown as Traefik,
      certificates: ["certificate.api.example.com", "certificate.api.example.org"],
      routes: [
        { host: "api.example.com", path: "/sales", service: "sales-api" },
        { host: "api.example.org", path: "/sales", service: "sales-api" },
        { host: "api.example.com", path: "/", service: "web" },
      ],
      services: SERVICES,
      ...props,
    });
  });
const WHOLE = { host: "api.example.com", path: "/", service: "web" };
const RELEASE = "helm_release.ingress_routes";
const { resource, counts } = synth();
const objects = (built = synth()): Json[] => values(built.resource(RELEASE)).objects;
const find = (kind: string, name: string, among = objects()) =>
  among.find((o) => o.kind === kind && o.metadata.name === name)?.spec;

test("each service is one route for all of its hosts and paths, so that a client has one limit, not one for each", () => {
  expect(find("IngressRoute", "sales-api").routes).toEqual([
    {
      kind: "Rule",
      match: "(Host(`api.example.com`) || Host(`api.example.org`)) && (Path(`/sales`) || PathPrefix(`/sales/`))",
      priority: 1,
      middlewares: [{ name: "sales-api-headers" }, { name: "sales-api-limit" }],
      services: [{ name: "sales-api", port: SERVICE_PORT, serversTransport: "sales-api" }],
    },
  ]);
  const kinds = objects().map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "IngressRoute")).toHaveLength(4); // two load certificates
});

test("a service does not receive what another service's longer path does, on the hosts that both have", () => {
  const routes = [
    { host: "a.example.com", path: "/", service: "web" },
    { host: "a.example.com", path: "/sales/reports", service: "web" },
    { host: "b.example.com", path: "/", service: "web" },
    { host: "a.example.com", path: "/sales", service: "sales-api" },
  ];
  const built = objects(synth({ routes }));
  const sales = "(Path(`/sales`) || PathPrefix(`/sales/`))";
  const reports = "(Path(`/sales/reports`) || PathPrefix(`/sales/reports/`))";
  expect(find("IngressRoute", "web", built).routes.map((r: Json) => r.match)).toEqual([
    `((Host(\`a.example.com\`)) && (!${sales} || ${reports})) || Host(\`b.example.com\`)`,
  ]);
  expect(find("IngressRoute", "sales-api", built).routes.map((r: Json) => r.match)).toEqual([
    `(Host(\`a.example.com\`)) && (${sales} && !${reports})`,
  ]);
});

test("a service's paths are one route, with one limit; a host's whole is its host alone", () => {
  const routes = ["/orders/", "/sales"].map((path) => ({ host: "a.example.com", path, service: "sales-api" }));
  expect(find("IngressRoute", "sales-api", objects(synth({ routes }))).routes.map((r: Json) => r.match)).toEqual([
    "(Host(`a.example.com`)) && ((Path(`/orders`) || PathPrefix(`/orders/`)) || (Path(`/sales`) || PathPrefix(`/sales/`)))",
  ]);
  expect(find("IngressRoute", "web", objects(synth({ routes: [WHOLE] }))).routes[0].match).toBe(
    "Host(`api.example.com`)",
  );
});

test("HTTPS only; each certificate is loaded separately, so a missing one does not block any route", () => {
  const routes = objects().filter(({ kind }) => kind === "IngressRoute");
  for (const { spec } of routes) expect(spec.entryPoints).toEqual(["websecure"]);
  expect(routes.filter(({ spec }) => spec.routes.length).map(({ spec }) => spec.tls)).toEqual([{}, {}]);
  expect(routes.filter(({ spec }) => !spec.routes.length).map(({ spec }) => spec.tls)).toEqual([
    { secretName: "certificate.api.example.com" },
    { secretName: "certificate.api.example.org" },
  ]);
});

const FIXED = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
};

test("each service has its own timeout", () => {
  expect(find("ServersTransport", "sales-api")).toEqual({ forwardingTimeouts: { responseHeaderTimeout: "90s" } });
  expect(find("ServersTransport", "web")).toEqual({ forwardingTimeouts: { responseHeaderTimeout: "60s" } });
});

test("a limit is of the address that connects", () => {
  expect(find("Middleware", "sales-api-limit")).toEqual({ rateLimit: { average: 100, period: "1s", burst: 100 } });
});

test.each([
  [{ requests: 600, seconds: 60 }, 20],
  [{ requests: 10, seconds: 60 }, 2],
  [{ requests: 1, seconds: 60 }, 1],
  [{ requests: 100, seconds: 1 }, 100],
])("of %j, a client sends at once what it regains until Traefik forgets it: %i", (limit, burst) => {
  const services = { web: { timeoutSeconds: 60, rateLimits: [limit] } };
  expect(find("Middleware", "web-limit", objects(synth({ services, routes: [WHOLE] }))).rateLimit.burst).toBe(burst);
});

test("no limit is one of 0, so that routes never name a Middleware that is not there", () => {
  expect(find("Middleware", "web-limit")).toEqual({ rateLimit: { average: 0 } });
  expect(find("Middleware", "web-headers").headers.customResponseHeaders).toEqual(FIXED);
});

describe("a path with a limit of its own", () => {
  const web = {
    timeoutSeconds: 60,
    rateLimits: [
      { requests: 100, seconds: 1 },
      { path: "/api/login", requests: 10, seconds: 60 },
      { path: "/api/", requests: 50, seconds: 10 },
    ],
  };
  const built = objects(synth({ routes: [WHOLE], services: { web } }));
  const routes: Json[] = find("IngressRoute", "web", built).routes;
  const limitOf = ({ middlewares }: Json) => find("Middleware", middlewares[1].name, built).rateLimit;
  /** The route that Traefik takes, as its rules and priorities say. */
  const taken = (path: string): Json =>
    routes
      .filter(({ match }) => {
        const pattern = /PathRegexp\(`\(\?i\)(.*?)`\)/.exec(match)?.[1];
        return !pattern || new RegExp(pattern, "i").test(path);
      })
      .sort((a, b) => b.priority - a.priority)[0];

  test.each([
    ["/", 100],
    ["/apis", 100],
    ["/api/orders", 50],
    ["/api/login", 10],
    ["/api/login/again", 10],
    ["/API/Login", 10],
    ["/api%2Flogin", 10],
    ["/api%2flogin", 10],
  ])("counts %s once, for the limit of %d", (path, average) => {
    expect(limitOf(taken(path)).average).toBe(average);
  });

  test("is a route of the same hosts, and the general one stays as it is", () => {
    expect(routes[0].match).toBe("Host(`api.example.com`)");
    expect(routes[1].match).toBe("(Host(`api.example.com`)) && PathRegexp(`(?i)^/api(?:[/]|%2f)login`)");
    expect(routes[1].services).toEqual(routes[0].services);
    expect(new Set(routes.map(({ priority }) => priority)).size).toBe(routes.length);
  });

  test("keeps its Middleware's name when another path comes before it", () => {
    const rateLimits = [{ path: "/x", requests: 1, seconds: 1 }, ...web.rateLimits];
    const more = objects(synth({ routes: [WHOLE], services: { web: { ...web, rateLimits } } }));
    for (const { kind, metadata, spec } of built)
      if (kind === "Middleware") expect(find(kind, metadata.name, more)).toEqual(spec);
  });

  test("has characters that are nothing but themselves", () => {
    const rateLimits = [{ path: "/a.b+c$(d)/~e", requests: 1, seconds: 1 }];
    const [, route] = find("IngressRoute", "web", objects(synth({ services: { web: { ...web, rateLimits } } }))).routes;
    const pattern = new RegExp(/\(\?i\)(.*)`\)/.exec(route.match)?.[1] as string, "i");
    for (const path of ["/a.b+c$(d)/~e", "/A.B%2Bc%24%28d%29%2f~e/f"]) expect(path).toMatch(pattern);
    for (const path of ["/axb+c$(d)/~e", "/abbc$(d)/~e", "/x/a.b+c$(d)/~e"]) expect(path).not.toMatch(pattern);
  });
});

describe("response headers", () => {
  const headers: TraefikService["headers"] = [
    { path: "/admin", set: { "content-security-policy": "default-src 'self'" } },
    { set: { "Content-Security-Policy": "default-src *", "Referrer-Policy": "no-referrer" } },
  ];
  const built = objects(synth({ routes: [WHOLE], services: { web: { timeoutSeconds: 60, headers } } }));
  const setBy = ({ middlewares }: Json) => find("Middleware", middlewares[0].name, built).headers.customResponseHeaders;
  const [all, admin] = find("IngressRoute", "web", built).routes;

  test("are on every response, beside the security headers", () => {
    expect(setBy(all)).toEqual({
      ...FIXED,
      "Content-Security-Policy": "default-src *",
      "Referrer-Policy": "no-referrer",
    });
  });

  test("of a longer path replace those of a shorter one, in any case of their names", () => {
    expect(admin.match).toBe("(Host(`api.example.com`)) && (Path(`/admin`) || PathPrefix(`/admin/`))");
    expect(admin.priority).toBeGreaterThan(all.priority);
    expect(setBy(admin)).toEqual({
      ...FIXED,
      "content-security-policy": "default-src 'self'",
      "Referrer-Policy": "no-referrer",
    });
  });

  test("and limits of paths are set together where both match", () => {
    const rateLimits = ["/admin/login", "/api"].map((path) => ({ path, requests: 5, seconds: 60 }));
    const { routes } = find(
      "IngressRoute",
      "web",
      objects(synth({ routes: [WHOLE], services: { web: { timeoutSeconds: 60, headers, rateLimits } } })),
    );
    // All paths, /admin/login, /api, /admin, /admin/login below /admin; nothing below /admin is below /api.
    expect(routes).toHaveLength(5);
    expect(new Set(routes.map(({ priority }: Json) => priority)).size).toBe(5);
    expect(routes.at(-1).match).toMatch(/Path\(`\/admin`\).* && PathRegexp\(`.*admin.*login`\)$/);
    expect(routes.at(-1).priority).toBe(Math.max(...routes.map(({ priority }: Json) => priority)));
  });
});

test("Traefik answers other origins, and caches keep these answers apart", () => {
  const cors = {
    origins: ["https://app.example.com"],
    methods: ["GET", "POST"],
    headers: ["Authorization"],
    credentials: true,
    maxAgeSeconds: 600,
  };
  const services = { web: { timeoutSeconds: 60, cors } };
  expect(find("Middleware", "web-headers", objects(synth({ routes: [WHOLE], services }))).headers).toEqual({
    customResponseHeaders: FIXED,
    accessControlAllowOriginList: ["https://app.example.com"],
    accessControlAllowMethods: ["GET", "POST"],
    accessControlAllowHeaders: ["Authorization"],
    accessControlAllowCredentials: true,
    accessControlMaxAge: 600,
    addVaryHeader: true,
  });
});

test("a sticky client has a cookie for each service, which scripts cannot read", () => {
  const services = { web: { timeoutSeconds: 60, stickyMinutes: 30 } };
  const [{ services: backends }] = find("IngressRoute", "web", objects(synth({ routes: [WHOLE], services }))).routes;
  expect(backends[0].sticky).toEqual({
    cookie: { name: "web-pod", secure: true, httpOnly: true, sameSite: "lax", maxAge: 1800 },
  });
  expect(find("IngressRoute", "web").routes[0].services[0]).not.toHaveProperty("sticky");
  const cors = {
    origins: ["https://a.example.org"],
    methods: ["GET"],
    headers: [],
    maxAgeSeconds: 600,
    credentials: true,
  };
  const called = objects(synth({ routes: [WHOLE], services: { web: { ...services.web, cors } } }));
  expect(find("IngressRoute", "web", called).routes[0].services[0].sticky.cookie.sameSite).toBe("none");
});

describe("a service whose requests two Services share", () => {
  const shares = (of: Readonly<Record<string, number>>) => ({ of, rollouts: [at("web-rollout")] });
  const shared = (of: Readonly<Record<string, number>>, more: Partial<TraefikService> = {}) =>
    synth({ routes: [WHOLE], services: { web: { timeoutSeconds: 60, ...more, shares: shares(of) } } });
  const { resource: found } = shared({ web: 90, "web-candidate": 10 });
  const [service] = values(found("helm_release.ingress_shares")).objects;

  test("has a TraefikService with their weights, in a release of its own", () => {
    expect(service).toEqual({
      apiVersion: "traefik.io/v1alpha1",
      kind: "TraefikService",
      metadata: { name: "web", namespace: "shop" },
      spec: {
        weighted: {
          services: [
            { name: "web", port: SERVICE_PORT, serversTransport: "web", weight: 90 },
            { name: "web-candidate", port: SERVICE_PORT, serversTransport: "web", weight: 10 },
          ],
        },
      },
    });
    const [route] = find("IngressRoute", "web", values(found(RELEASE)).objects).routes;
    expect(route.services).toEqual([{ kind: "TraefikService", name: "web" }]);
    expect(route.middlewares).toEqual([{ name: "web-headers" }, { name: "web-limit" }]); // one limit for both
  });

  test("has none without a share, and the routes stay as they are", () => {
    const all = shared({ web: 0, "web-candidate": 100 });
    const [{ spec }] = values(all.resource("helm_release.ingress_shares")).objects;
    expect(spec.weighted.services.map(({ name, weight }: Json) => [name, weight])).toEqual([["web-candidate", 100]]);
    expect(all.resource(RELEASE)).toEqual(found(RELEASE));
  });

  test("has cookies for the Service and for its pod, if clients are sticky", () => {
    const { resource } = shared({ web: 50, "web-candidate": 50 }, { stickyMinutes: 30 });
    const [{ spec }] = values(resource("helm_release.ingress_shares")).objects;
    const cookie = { secure: true, httpOnly: true, sameSite: "lax", maxAge: 1800 };
    expect(spec.weighted.sticky).toEqual({ cookie: { name: "web-release", ...cookie } });
    expect(spec.weighted.services.map(({ sticky }: Json) => sticky)).toEqual(
      ["web-pod", "web-candidate-pod"].map((name) => ({ cookie: { name, ...cookie } })),
    );
  });

  test("changes its shares after the rollouts, and the routes change before a TraefikService is deleted", () => {
    expect(found("helm_release.ingress_shares")).toMatchObject({
      depends_on: ["quota", "default-deny", "traefik", "web-rollout"],
      lifecycle: { create_before_destroy: true },
    });
    expect(found(RELEASE).depends_on).toContain("helm_release.ingress_shares");
  });
});

test("every response has the security headers, on every route", () => {
  for (const { spec } of objects().filter(({ kind }) => kind === "IngressRoute"))
    for (const { middlewares } of spec.routes)
      expect(find("Middleware", middlewares[0].name).headers.customResponseHeaders).toEqual(FIXED);
});

test("everything is in the namespace, after it and after Traefik, with which the definitions come", () => {
  expect(counts).toEqual({ helm_release: 1 });
  for (const { metadata } of objects()) expect(metadata.namespace).toBe("shop");
  expect(resource(RELEASE).depends_on).toEqual(["quota", "default-deny", "traefik"]);
});
