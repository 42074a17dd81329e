import { INGRESS as FRONT_END } from "../src/machine/ingress";

const at = (name: string, annotations: Record<string, string> = {}, spec: object = {}) =>
  [`shop/${name}`, { metadata: { name, namespace: "shop", annotations }, spec }] as const;

const [, INGRESS] = at(
  "shop",
  {
    "kubernetes.io/ingress.class": "gce",
    "kubernetes.io/ingress.global-static-ip-name": "edge",
    "ingress.gcp.kubernetes.io/pre-shared-cert": "one,two",
    "networking.gke.io/v1beta1.FrontendConfig": "shop",
  },
  {
    rules: [
      { host: "a.io", http: { paths: [{ path: "/", backend: { service: { name: "web", port: { number: 80 } } } }] } },
    ],
  },
);

/** The load balancer of the Ingress if some of its objects are missing. */
const without = (...missing: readonly string[]) => balancer(missing);
/** The load balancer of the Ingress with these settings of its backend. */
const withSettings = (spec: object) => balancer([], spec);

function balancer(missing: readonly string[], settings: object = {}) {
  const those = (kind: string, entry: ReturnType<typeof at>) => new Map(missing.includes(kind) ? [] : [entry]);
  return FRONT_END.balancerOf(
    INGRESS,
    {
      services: those("services", at("web", { "cloud.google.com/backend-config": '{"default": "web"}' })),
      backendConfigs: those("backendConfigs", at("web", {}, { securityPolicy: { name: "guard" }, ...settings })),
      frontendConfigs: those("frontendConfigs", at("shop", {}, { sslPolicy: "strict" })),
    },
    (kind, name) => !missing.includes(`${kind}/${name}`),
  );
}

test("an Ingress, its Services and their configurations are one load balancer", () => {
  expect(without()).toEqual({
    name: "k8s2-shop-shop",
    backends: { "k8s1-shop-web-80": "guard" },
    routes: [{ host: "a.io", path: "/", backends: { "k8s1-shop-web-80": 1 } }],
    certificates: ["one", "two"],
    sslPolicy: "strict",
    address: "edge",
  });
});

// https://github.com/kubernetes/ingress-gce/blob/v1.24.0/pkg/controller/errors/errors.go
test.each([
  ["services", 'Translation failed: could not find service "shop/web"'],
  [
    "backendConfigs",
    'Translation failed: error getting BackendConfig for port "80" on service "shop/web", err: no BackendConfig for service port exists.',
  ],
  ["frontendConfigs", "Error: no FrontendConfig for Ingress exists."],
  [
    "securityPolicies/guard",
    "Error syncing to GCP: googleapi: Error 404: securityPolicies/guard was not found, notFound",
  ],
  ["sslCertificates/two", "Error syncing to GCP: googleapi: Error 404: sslCertificates/two was not found, notFound"],
  ["sslPolicies/strict", "Error syncing to GCP: googleapi: Error 404: sslPolicies/strict was not found, notFound"],
  ["addresses/edge", "Error syncing to GCP: googleapi: Error 404: addresses/edge was not found, notFound"],
])("without its %s the load balancer stays unchanged, and an event says why", (missing, why) => {
  expect(() => without(missing)).toThrow(why);
});

describe("the settings of a backend", () => {
  const headers = (...all: string[]) => ({ customResponseHeaders: { headers: all } });
  const cookie = (affinityCookieTtlSec: number) => ({
    sessionAffinity: { affinityType: "GENERATED_COOKIE", affinityCookieTtlSec },
  });

  test.each([
    [{}],
    [{ timeoutSec: 86400, connectionDraining: { drainingTimeoutSec: 3600 } }],
    [cookie(86400)],
    [{ sessionAffinity: { affinityType: "NONE" } }],
    [headers("Content-Security-Policy: default-src 'self'", "X-Region: {client_region}", "X-Empty:")],
  ])("%j are put into effect", (settings) => {
    expect(withSettings(settings).backends).toEqual({ "k8s1-shop-web-80": "guard" });
  });

  // https://github.com/kubernetes/ingress-gce/blob/v1.24.0/pkg/backendconfig/validation.go
  test.each([
    [cookie(86401), "BackendConfig shop/web is not valid: unsupported AffinityCookieTtlSec: 86401"],
    [{ sessionAffinity: { affinityType: "COOKIE" } }, "BackendConfig shop/web is not valid: unsupported AffinityType"],
  ])("%j are refused by GKE", (settings, why) => {
    expect(() => withSettings(settings)).toThrow(why);
  });

  // https://cloud.google.com/load-balancing/docs/custom-headers
  test.each([
    [{ timeoutSec: 0 }, "'resource.timeoutSec': '0'"],
    [{ connectionDraining: { drainingTimeoutSec: 3601 } }, "drainingTimeoutSec': '3601'"],
    [headers("No colon"), "It is not a header that can be set."],
    [headers("Connection: close"), "It is not a header that can be set."],
    [headers("X-Goog-A: 1"), "It is not a header that can be set."],
    [headers("X-A: 1", "x-a: 2"), "It is not a header that can be set."],
    [headers("X-A: ü"), "It is not a header that can be set."],
    [headers('Report-To: {"group":"a"}'), "is no variable."],
    [headers(...Array.from({ length: 17 }, (_, i) => `X-${i}: a`)), "There can be at most 16."],
    [headers(`X-A: ${"a".repeat(8192)}`), "There can be at most 8 KB."],
  ])("%j are refused by Google Cloud", (settings, why) => {
    expect(() => withSettings(settings)).toThrow(why);
  });
});
