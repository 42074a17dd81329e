import type { Traefik } from "../../constructs/edge/traefik";
import { TraefikIngress, type TraefikIngressProps } from "../../constructs/edge/traefik-ingress";
import { SERVICE_PORT } from "../../constructs/workloads/web-service";
import { at, build, namespace, values } from "../construct";
import type { Json } from "../support";

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
      timeouts: { "sales-api": 90, web: 60 },
      rateLimits: { "sales-api": { requests: 100, seconds: 1 } },
      ...props,
    });
  });
const RELEASE = "helm_release.ingress_routes";
const { resource, counts } = synth();
const objects = (built = synth()): Json[] => values(built.resource(RELEASE)).objects;
const find = (kind: string, name: string, among = objects()) =>
  among.find((o) => o.kind === kind && o.metadata.name === name)?.spec;

test("each service's path is one route for all of its hosts, so that a client has one limit, not one for each", () => {
  expect(find("IngressRoute", "sales-api").routes).toEqual([
    {
      kind: "Rule",
      match: "(Host(`api.example.com`) || Host(`api.example.org`)) && (Path(`/sales`) || PathPrefix(`/sales/`))",
      priority: 6,
      middlewares: [{ name: "security-headers" }, { name: "sales-api-limit" }],
      services: [{ name: "sales-api", port: SERVICE_PORT, serversTransport: "sales-api" }],
    },
  ]);
  const kinds = objects().map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "IngressRoute")).toHaveLength(4); // two load certificates
});

test("the longer path wins, however many hosts the shorter one has", () => {
  const routes = [
    ...["a", "b", "c", "d", "e"].map((host) => ({ host: `${host}.example.com`, path: "/", service: "web" })),
    { host: "a.example.com", path: "/sales", service: "sales-api" },
  ];
  const built = objects(synth({ routes }));
  const [web] = find("IngressRoute", "web", built).routes;
  const [sales] = find("IngressRoute", "sales-api", built).routes;
  expect(web.match.length).toBeGreaterThan(sales.match.length);
  expect(sales.priority).toBeGreaterThan(web.priority);
  expect(web.priority).toBeGreaterThan(0); // 0 would be the rule's length
});

test("a service's paths are routes of their own; a host's whole is its host alone", () => {
  const routes = ["/orders/", "/sales"].map((path) => ({ host: "a.example.com", path, service: "sales-api" }));
  expect(find("IngressRoute", "sales-api", objects(synth({ routes }))).routes.map((r: Json) => r.match)).toEqual([
    "(Host(`a.example.com`)) && (Path(`/orders`) || PathPrefix(`/orders/`))",
    "(Host(`a.example.com`)) && (Path(`/sales`) || PathPrefix(`/sales/`))",
  ]);
  expect(find("IngressRoute", "web").routes[0].match).toBe("Host(`api.example.com`)");
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

test("each service has its own timeout", () => {
  expect(find("ServersTransport", "sales-api")).toEqual({ forwardingTimeouts: { responseHeaderTimeout: "90s" } });
  expect(find("ServersTransport", "web")).toEqual({ forwardingTimeouts: { responseHeaderTimeout: "60s" } });
});

test("a limit is of the address that connects, and all of an interval may come at once", () => {
  expect(find("Middleware", "sales-api-limit")).toEqual({ rateLimit: { average: 100, period: "1s", burst: 100 } });
  const rateLimits = { web: { requests: 5, seconds: 60 } };
  expect(find("Middleware", "web-limit", objects(synth({ rateLimits })))).toEqual({
    rateLimit: { average: 5, period: "60s", burst: 5 },
  });
});

test("no limit is one of 0, so that routes never name a Middleware that is not there", () => {
  expect(find("Middleware", "web-limit")).toEqual({ rateLimit: { average: 0 } });
  const routes = (among: Json[]) => among.filter(({ kind }) => kind === "IngressRoute");
  expect(routes(objects(synth({ rateLimits: {} })))).toEqual(routes(objects()));
});

test("every response has the security headers", () => {
  const { customResponseHeaders } = find("Middleware", "security-headers").headers;
  expect(customResponseHeaders).toEqual({
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  });
  for (const { spec } of objects().filter(({ kind }) => kind === "IngressRoute"))
    for (const { middlewares } of spec.routes) expect(middlewares[0]).toEqual({ name: "security-headers" });
});

test("everything is in the namespace, after it and after Traefik, with which the definitions come", () => {
  expect(counts).toEqual({ helm_release: 1 });
  for (const { metadata } of objects()) expect(metadata.namespace).toBe("shop");
  expect(resource(RELEASE).depends_on).toEqual(["quota", "default-deny", "traefik"]);
});
