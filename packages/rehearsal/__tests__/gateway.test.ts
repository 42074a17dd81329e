import { type FrontEnd, SyncError } from "../src/machine/front-end";
import { GATEWAY } from "../src/machine/gateway";

const meta = (name: string, annotations: object = {}) => ({ name, namespace: "shop", generation: 1, annotations });
// biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes, which the tests change
type Anything = any;

/** A Gateway with a redirect, a route and the policies of its Service, as the API server completes them. */
const world = (): Record<string, Anything> => {
  const targetRef = (kind: string, name: string) => ({ group: "", kind, name });
  const rule = (path: string, more: object) => ({ matches: [{ path: { type: "PathPrefix", value: path } }], ...more });
  const route = (name: string, sectionName: string, spec: object) => ({
    kind: "HTTPRoute",
    metadata: meta(name),
    spec: { parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "shop", sectionName }], ...spec },
  });
  return {
    gateway: {
      metadata: meta("shop", { "networking.gke.io/certmap": "map" }),
      spec: {
        gatewayClassName: "gke-l7-global-external-managed",
        addresses: [{ type: "NamedAddress", value: "edge" }],
        listeners: [
          { name: "http", port: 80, protocol: "HTTP" },
          { name: "https", port: 443, protocol: "HTTPS" },
        ],
      },
    },
    redirect: route("redirect", "http", {
      rules: [rule("/", { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] })],
    }),
    route: route("web", "https", {
      hostnames: ["a.io", "b.io"],
      rules: [
        rule("/", { backendRefs: [{ kind: "Service", name: "web", port: 80, weight: 9 }] }),
        rule("/admin", {
          filters: [{ type: "ResponseHeaderModifier", responseHeaderModifier: { set: [{ name: "X-A", value: "1" }] } }],
          backendRefs: [{ kind: "Service", name: "web", port: 80, weight: 1 }],
        }),
      ],
    }),
    service: { metadata: meta("web"), spec: { ports: [{ port: 80 }] } },
    backendPolicy: {
      kind: "GCPBackendPolicy",
      metadata: meta("web"),
      spec: { default: { securityPolicy: "guard" }, targetRef: targetRef("Service", "web") },
    },
    healthCheckPolicy: {
      kind: "HealthCheckPolicy",
      metadata: meta("web"),
      spec: { default: {}, targetRef: targetRef("Service", "web") },
    },
    gatewayPolicy: {
      kind: "GCPGatewayPolicy",
      metadata: meta("shop"),
      spec: { default: { sslPolicy: "strict" }, targetRef: targetRef("Gateway", "shop") },
    },
  };
};

const objectsOf = (all: Record<string, Anything>): Parameters<FrontEnd["balancerOf"]>[1] => {
  const those = (...names: string[]) =>
    new Map(names.flatMap((name) => (all[name] ? [[`shop/${all[name].metadata.name}`, all[name]] as const] : [])));
  return {
    gateways: those("gateway"),
    routes: those("redirect", "route"),
    services: those("service", "other"),
    backendPolicies: those("backendPolicy", "otherPolicy"),
    healthCheckPolicies: those("healthCheckPolicy"),
    gatewayPolicies: those("gatewayPolicy"),
  };
};

/** The load balancer after a change of the objects, if some things in Google Cloud are missing. */
function balancer(change: (all: Record<string, Anything>) => void = () => {}, ...missing: string[]) {
  const all = world();
  change(all);
  return GATEWAY.balancerOf(all.gateway, objectsOf(all), (kind, name) => !missing.includes(`${kind}/${name}`));
}

test("a Gateway, its routes, their Services and the policies are one load balancer", () => {
  const web = "gkegw1-shop-web-80";
  expect(balancer()).toEqual({
    name: "gkegw1-shop-shop",
    backends: { [web]: "guard" },
    routes: [
      { host: "a.io", path: "/", backends: { [web]: 9 } },
      { host: "b.io", path: "/", backends: { [web]: 9 } },
      { host: "a.io", path: "/admin", backends: { [web]: 1 } },
      { host: "b.io", path: "/admin", backends: { [web]: 1 } },
    ],
    certificates: [],
    certificateMap: "map",
    sslPolicy: "strict",
    address: "edge",
  });
});

test("two Services share the requests by their weights", () => {
  const { routes } = balancer((all) => {
    all.other = { ...all.service, metadata: meta("web-candidate") };
    all.route.spec.rules[0].backendRefs.push({ kind: "Service", name: "web-candidate", port: 80, weight: 1 });
  });
  expect(routes[0]?.backends).toEqual({ "gkegw1-shop-web-80": 9, "gkegw1-shop-web-candidate-80": 1 });
});

test("another class of Gateway is another controller's, and another Gateway's routes are not this one's", () => {
  expect(GATEWAY.isOurs(world().gateway)).toBe(true);
  expect(GATEWAY.isOurs({ spec: { gatewayClassName: "traefik" } })).toBe(false);
  const { routes, backends } = balancer((all) => {
    all.route.spec.parentRefs[0].name = "other";
  });
  expect([routes, backends]).toEqual([[], {}]);
});

const MISCONFIGURED =
  'failed to translate Gateway "shop/shop": Error GWCER104: HTTPRoute "shop/web" is misconfigured, err: ';
const INVALID = 'failed to translate Gateway "shop/shop": Error GWCER106: Gateway "shop/shop" is invalid, err: ';
const LISTENER = 'failed to translate Gateway "shop/shop": Error GWCER105: Listener "https" is invalid, err: ';
const rule = (change: object) => (all: Anything) => Object.assign(all.route.spec.rules[0], change);
const header = (name: string, value: string) =>
  rule({ filters: [{ type: "ResponseHeaderModifier", responseHeaderModifier: { set: [{ name, value }] } }] });

test.each<[string, (all: Anything) => void, string]>([
  ["timeouts", rule({ timeouts: { request: "60s" } }), `${MISCONFIGURED}Timeouts are not supported.`],
  [
    "a regular expression",
    rule({ matches: [{ path: { type: "RegularExpression", value: "^/.*$" } }] }),
    `${MISCONFIGURED}Paths must start with a '/' character`,
  ],
  [
    "a method",
    rule({ matches: [{ method: "GET", path: { type: "PathPrefix", value: "/" } }] }),
    `${MISCONFIGURED}Method matching is not supported.`,
  ],
  [
    "a port in a redirect",
    rule({ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", port: 443 } }] }),
    `${MISCONFIGURED}Port redirects are not supported.`,
  ],
  ["an extension", rule({ filters: [{ type: "ExtensionRef" }] }), `${MISCONFIGURED}Extension filters`],
  [
    "filters of a backend",
    rule({ backendRefs: [{ name: "web", port: 80, filters: [{ type: "URLRewrite" }] }] }),
    `${MISCONFIGURED}Backend filters`,
  ],
  ["a header of Google's", header("X-Goog-A", "1"), `${MISCONFIGURED}response header "X-Goog-A: 1"`],
  ["a variable in a header", header("Report-To", '{"group":"a"}'), "is no variable."],
  [
    "a Service that is missing",
    (all) => delete all.service,
    `${MISCONFIGURED}Error GWCER102: services shop/web not found`,
  ],
  ["a port that the Service lacks", (all) => (all.service.spec.ports[0].port = 81), `${MISCONFIGURED}port 80 of web`],
  [
    "two policies of a Service",
    (all) => (all.otherPolicy = { ...all.backendPolicy, metadata: meta("web-2") }),
    'GCPBackendPolicy "shop/web-2" conflicts with "shop/web" on Service web',
  ],
  [
    "an IP address",
    (all) => (all.gateway.spec.addresses[0].type = "IPAddress"),
    `${INVALID}unsupported address type "IPAddress", only "NamedAddress" is supported.`,
  ],
  [
    "no certificate",
    (all) => delete all.gateway.metadata.annotations["networking.gke.io/certmap"],
    `${LISTENER}it has`,
  ],
  [
    "a map and certificates",
    (all) => (all.gateway.spec.listeners[1].tls = { options: { "networking.gke.io/pre-shared-certs": "one" } }),
    `${LISTENER}it has a certificate map and certificates.`,
  ],
])("%s keeps the load balancer as it is, and an event says why", (_what, change, why) => {
  expect(() => balancer(change)).toThrow(why);
});

test.each([
  ["addresses/edge", `${INVALID}address "edge" does not exist.`],
  ["certificateMaps/map", "error ensuring load balancer: Insert: The resource 'certificateMaps/map' was not found"],
  ["securityPolicies/guard", "The resource 'securityPolicies/guard' was not found"],
  ["sslPolicies/strict", "The resource 'sslPolicies/strict' was not found"],
])("without its %s the load balancer stays unchanged", (missing, why) => {
  expect(() => balancer(undefined, missing)).toThrow(why);
});

describe("the conditions", () => {
  const conditions = (outcome: Parameters<NonNullable<FrontEnd["statuses"]>>[2]) => {
    const all = world();
    return GATEWAY.statuses?.(all.gateway, objectsOf(all), outcome).map(({ path, status }) => [
      path.replace(/^.*\/namespaces\/shop\//, ""),
      Object.fromEntries(
        (status.conditions ?? status.parents[0].conditions).map((one: Anything) => [one.type, one.status]),
      ),
    ]);
  };
  const accepted = { Accepted: "True", ResolvedRefs: "True" };
  const attached = ["gcpbackendpolicies/web", "healthcheckpolicies/web", "gcpgatewaypolicies/shop"].map((path) => [
    path,
    { Attached: "True" },
  ]);

  test("say that the Gateway is in effect, or not yet", () => {
    for (const [outcome, Programmed] of [
      ["in effect", "True"],
      ["not yet in effect", "False"],
    ] as const)
      expect(conditions(outcome)).toEqual([
        ["gateways/shop", { Accepted: "True", Programmed }],
        ["httproutes/redirect", accepted],
        ["httproutes/web", accepted],
        ...attached,
      ]);
  });

  test("say which route is wrong", () => {
    expect(conditions(new SyncError("SYNC", "wrong", "shop/web"))).toEqual([
      ["gateways/shop", { Accepted: "False", Programmed: "False" }],
      ["httproutes/redirect", accepted],
      ["httproutes/web", { Accepted: "False", ResolvedRefs: "False" }],
      ...attached,
    ]);
  });
});
