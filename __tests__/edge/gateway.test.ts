import { Gateway, type GatewayProps } from "../../constructs/edge/gateway";
import type { GoogleLoadBalancer } from "../../constructs/edge/google-load-balancer";
import { SECURITY_HEADERS } from "../../facts/http";
import { at, build, namespace, values } from "../construct";
import type { Json } from "../support";

const edge = { address: { name: "edge-address" }, sslPolicy: { name: "edge-tls" } } as unknown as GoogleLoadBalancer;
const synth = (props: Partial<GatewayProps> = {}) =>
  build((stack) => {
    new Gateway(stack, "gateway", {
      namespace,
      name: "shop",
      edge,
      certificateMap: "edge-map",
      routes: [
        { host: "shop.example.com", path: "/", service: "web" },
        { host: "api.example.com", path: "/", service: "backend" },
      ],
      services: { web: { headers: [] }, backend: { headers: [] } },
      ...props,
    });
  });
const RELEASE = "helm_release.gateway_routes";
const objectsOf = (built = synth()): Json[] => values(built.resource(RELEASE)).objects;
const of = (kind: string, objects = objectsOf()) => objects.filter((object) => object.kind === kind);
/** Routes to services, without the redirect. */
const routesOf = (built = synth()) => of("HTTPRoute", objectsOf(built)).filter(({ spec }) => spec.hostnames);

test("GKE serves it at the edge's address, with the certificates of the map", () => {
  expect(of("Gateway")).toEqual([
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "shop", namespace: "shop", annotations: { "networking.gke.io/certmap": "edge-map" } },
      spec: {
        gatewayClassName: "gke-l7-global-external-managed",
        addresses: [{ type: "NamedAddress", value: "edge-address" }],
        listeners: [
          { name: "http", port: 80, protocol: "HTTP" },
          { name: "https", port: 443, protocol: "HTTPS" },
        ],
      },
    },
  ]);
});

test("HTTPS has the edge's TLS policy", () => {
  expect(of("GCPGatewayPolicy")).toMatchObject([
    {
      apiVersion: "networking.gke.io/v1",
      metadata: { namespace: "shop" },
      spec: {
        default: { sslPolicy: "edge-tls" },
        targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: "shop" },
      },
    },
  ]);
});

test("HTTP is only a redirect to HTTPS, of every host", () => {
  const onHttp = of("HTTPRoute").filter(({ spec }) => spec.parentRefs[0].sectionName !== "https");
  expect(onHttp.map(({ spec }) => spec)).toEqual([
    {
      parentRefs: [{ name: "shop", sectionName: "http" }],
      rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
    },
  ]);
});

test("each host goes to its service, with the headers of every response", () => {
  const filters = [
    {
      type: "ResponseHeaderModifier",
      responseHeaderModifier: { set: Object.entries(SECURITY_HEADERS).map(([name, value]) => ({ name, value })) },
    },
  ];
  expect(routesOf().map(({ spec }) => spec)).toEqual(
    [
      ["shop.example.com", "web"],
      ["api.example.com", "backend"],
    ].map(([host, name]) => ({
      parentRefs: [{ name: "shop", sectionName: "https" }],
      hostnames: [host],
      rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], filters, backendRefs: [{ name, port: 80 }] }],
    })),
  );
});

test("services share a host by their paths, and a path with headers is one more rule", () => {
  const host = "shop.example.com";
  const [web, backend] = routesOf(
    synth({
      routes: [
        { host, path: "/", service: "web" },
        { host, path: "/api", service: "backend" },
        { host, path: "/files", service: "backend" },
      ],
      services: {
        web: { headers: [{ path: "/admin", set: { "X-Frame-Options": "SAMEORIGIN", "X-A": "1" } }] },
        backend: { headers: [] },
      },
    }),
  );
  const rules = (route: Json) =>
    route.spec.rules.map(({ matches, filters, backendRefs }: Json) => [
      matches.map(({ path }: Json) => path.value),
      filters[0].responseHeaderModifier.set.length,
      backendRefs[0].name,
    ]);
  expect(rules(web)).toEqual([
    [["/"], 3, "web"],
    [["/admin"], 4, "web"],
  ]);
  expect(rules(backend)).toEqual([[["/api", "/files"], 3, "backend"]]);
});

test("another host leaves the names of the others' routes alone, and no two are the same", () => {
  const [before] = routesOf();
  const routes = ["www.example.com", "shop.example.com"].map((host) => ({ host, path: "/", service: "web" }));
  const after = routesOf(synth({ routes }));
  expect(after.map(({ metadata }) => metadata.name)).toEqual([expect.any(String), before?.metadata.name]);
  const names = objectsOf().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
});

test("a change of hosts, paths or certificates waits until GKE has put it into effect", () => {
  const { triggers_replace, provisioner, depends_on } = synth().resource("terraform_data.gateway_settled");
  expect(triggers_replace).toEqual({
    certificateMap: "edge-map",
    routes: [
      { host: "shop.example.com", path: "/", service: "web" },
      { host: "api.example.com", path: "/", service: "backend" },
    ],
  });
  expect(provisioner).toEqual([{ "local-exec": { command: "sleep 300" } }]);
  expect(depends_on).toEqual([RELEASE]);
  expect(synth().resource(RELEASE).depends_on).toEqual(["quota", "default-deny"]);
});

describe("a service whose requests two Services share", () => {
  const shared = (of: Readonly<Record<string, number>>) =>
    synth({
      services: {
        web: { headers: [], shares: { of, rollouts: [at("web-rollout")] } },
        backend: { headers: [] },
      },
    });
  const refs = (built: ReturnType<typeof synth>, host = "shop.example.com"): Json[] =>
    routesOf(built)
      .filter(({ spec }) => spec.hostnames.includes(host))
      .flatMap(({ spec }) => spec.rules.flatMap(({ backendRefs }: Json) => backendRefs));

  test("has both in its routes with their weights, and another service has its own Service alone", () => {
    const built = shared({ web: 90, "web-candidate": 10 });
    expect(refs(built)).toEqual([
      { name: "web", port: 80, weight: 90 },
      { name: "web-candidate", port: 80, weight: 10 },
    ]);
    expect(refs(built, "api.example.com")).toEqual([{ name: "backend", port: 80 }]);
  });

  test("has one without a share, too, so that Google checks its pods", () => {
    expect(refs(shared({ web: 100, "web-candidate": 0 })).map(({ weight }) => weight)).toEqual([100, 0]);
  });

  test("changes its routes after the rollouts, and waits only if another Service answers", () => {
    const built = shared({ web: 90, "web-candidate": 10 });
    expect(built.resource(RELEASE)).toMatchObject({
      depends_on: ["quota", "default-deny", "web-rollout"],
      lifecycle: { create_before_destroy: true },
    });
    const waits = ({ resource }: ReturnType<typeof synth>) =>
      resource("terraform_data.gateway_settled").triggers_replace;
    expect(waits(built)).toMatchObject({ shared: ["web", "web-candidate"] });
    expect(waits(built)).toEqual(waits(shared({ web: 50, "web-candidate": 50 })));
    expect(waits(built)).not.toEqual(waits(shared({ web: 100 })));
  });
});
